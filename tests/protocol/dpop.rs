//! Proof of possession at the token endpoint. RFC 9449.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    cast,
    deployment::{on_both, on_sqlite},
    dpop::{ProofKey, proof_claims, redeem, service_token, tokens, tokens_for, with_proof},
    jwt,
    relying_party::{RelyingParty, Tokens},
    reply::Reply,
};
use serde_json::{Value, json};

const TOKEN: &str = "/oauth2/token";
const INVALID_PROOF: (u16, &str) = (400, "invalid_dpop_proof");

fn is(reply: &Reply, (status, code): (u16, &str)) -> bool {
    reply.error() == (status, code.to_owned())
}

/// DP-05: the answer says `DPoP`, and both forms of token say what they are bound to.
#[test]
fn a_bound_token_says_so() {
    on_both(async |at| {
        let (web, key) = (RelyingParty::new(at, "web"), ProofKey::new());
        let opaque = tokens(&web, at, "openid", &key).await;
        let for_orders = web.request("openid orders.read").with("resource", cast::ORDERS);
        let jwt = tokens_for(&web, at, &for_orders, &key).await;
        let own = service_token(at, &key.token_proof(at)).await.success();
        let cnf = json!({ "jkt": key.thumbprint() });

        for answer in [&opaque.0, &jwt.0, &own] {
            assert_eq!(answer["token_type"], "DPoP");
        }
        assert_eq!(jwt::claims(jwt.access())["cnf"], cnf);
        assert_eq!(jwt::claims(own["access_token"].as_str().unwrap())["cnf"], cnf);
        for (caller, token) in
            [("web", opaque.access()), ("web", jwt.access()), ("service", own["access_token"].as_str().unwrap())]
        {
            let told = RelyingParty::new(at, caller).introspect(token).await.success();
            assert_eq!((&told["token_type"], &told["cnf"]), (&json!("DPoP"), &cnf), "{caller}");
        }
    });
}

/// Without a proof nothing changes.
#[test]
fn a_token_without_a_proof_is_borne() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens("openid").await;

        assert_eq!(tokens.0["token_type"], "Bearer");
        assert_eq!(RelyingParty::new(at, "web").introspect(tokens.access()).await.success()["cnf"], Value::Null);
    });
}

/// DP-01, OA-DP-1, OA-DP-4, OA-DP-5, S-061: each way of being no proof is refused, and the code still works afterwards.
#[test]
fn what_is_no_proof_is_refused_and_costs_nothing() {
    on_both(async |at| {
        let (web, key) = (RelyingParty::new(at, "web"), ProofKey::new());
        let grant = web.grant("openid", cast::ADA).await;
        let claims = proof_claims(at, "POST", TOKEN);
        let without = |name: &str| {
            let mut claims = claims.clone();
            claims.as_object_mut().unwrap().remove(name);
            key.proof(&claims)
        };
        let header = |header: Value| key.sign(&header, &claims);
        let mut private = key.jwk();
        private["d"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let good = key.proof(&claims);
        let (unsigned, _) = good.rsplit_once('.').unwrap();

        for (what, proof) in [
            ("empty", String::new()),
            ("garbage", "garbage".to_owned()),
            ("no jti", without("jti")),
            ("no htm", without("htm")),
            ("no htu", without("htu")),
            ("no iat", without("iat")),
            ("another type", header(json!({ "typ": "JWT", "alg": "ES256", "jwk": key.jwk() }))),
            ("no type", header(json!({ "alg": "ES256", "jwk": key.jwk() }))),
            ("no key", header(json!({ "typ": "dpop+jwt", "alg": "ES256" }))),
            ("private key", header(json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": private }))),
            ("another key", header(json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": ProofKey::new().jwk() }))),
            ("symmetric", header(json!({ "typ": "dpop+jwt", "alg": "HS256", "jwk": { "kty": "oct", "k": "AAAA" } }))),
            ("RS256", header(json!({ "typ": "dpop+jwt", "alg": "RS256", "jwk": key.jwk() }))),
            ("none", header(json!({ "typ": "dpop+jwt", "alg": "none", "jwk": key.jwk() }))),
            ("unsigned", format!("{unsigned}.")),
            (
                "a long jti",
                key.proof(
                    &json!({ "jti": "x".repeat(129), "htm": "POST", "htu": claims["htu"], "iat": claims["iat"] }),
                ),
            ),
        ] {
            let reply = redeem(&web, at, &grant, &proof).await;
            assert!(is(&reply, INVALID_PROOF), "{what}: {}", reply.text());
        }
        let twice = with_proof(with_proof(web.prepared_redemption(&grant), &good), &key.token_proof(at));
        assert!(is(&at.send(twice).await, INVALID_PROOF), "two headers");
        assert_eq!(redeem(&web, at, &grant, &good).await.success()["token_type"], "DPoP");
    });
}

/// DP-02, S-061: the proof is for this method at this address, as we publish it.
#[test]
fn a_proof_is_for_one_method_and_address() {
    on_both(async |at| {
        let key = ProofKey::new();
        let with = |name: &str, value: &str| {
            let mut claims = proof_claims(at, "POST", TOKEN);
            claims[name] = json!(value);
            key.proof(&claims)
        };

        for (name, value) in [
            ("htm", "GET"),
            ("htm", "post"),
            ("htm", ""),
            ("htu", "https://id.example/oauth2/introspect"),
            ("htu", "https://evil.example/oauth2/token"),
            ("htu", "http://id.example/oauth2/token"),
            ("htu", "https://id.example/t/acme/oauth2/token"),
            ("htu", "/oauth2/token"),
        ] {
            assert!(is(&service_token(at, &with(name, value)).await, INVALID_PROOF), "{name} {value}");
        }
        for htu in ["HTTPS://id.example:443/oauth2/token", "https://id.example/oauth2/token?x=y#z"] {
            assert_eq!(service_token(at, &with("htu", htu)).await.status, 200, "{htu}");
        }
    });
}

/// DP-02: whatever host a request names, the address is the configured one.
#[test]
fn the_host_of_the_request_is_not_believed() {
    on_sqlite(async |at| {
        let key = ProofKey::new();
        let mut claims = proof_claims(at, "POST", TOKEN);
        claims["htu"] = json!("https://evil.example/oauth2/token");
        let pairs = [("grant_type", "client_credentials"), ("scope", "orders.read")];
        let mut forged = with_proof(RelyingParty::new(at, "service").prepared(TOKEN, &pairs), &key.proof(&claims));
        for (name, value) in [("host", "evil.example"), ("x-forwarded-host", "evil.example")] {
            forged.headers_mut().insert(name, value.parse().unwrap());
        }

        assert!(is(&at.send(forged).await, INVALID_PROOF));
    });
}

/// DP-03, F2-08: at most a minute old; clocks may differ by thirty seconds.
#[test]
fn a_proof_is_of_this_moment() {
    on_sqlite(async |at| {
        let key = ProofKey::new();
        let issued = |offset: i64| {
            let mut claims = proof_claims(at, "POST", TOKEN);
            claims["iat"] = json!(at.seconds() + offset);
            key.proof(&claims)
        };

        for good in [-90, 0, 10, 30] {
            assert_eq!(service_token(at, &issued(good)).await.status, 200, "{good}");
        }
        for bad in [-91, 31, 3600] {
            assert!(is(&service_token(at, &issued(bad)).await, INVALID_PROOF), "{bad}");
        }
        for bad in [json!(1.5), json!("now"), json!(1e300), json!(-1), json!(i64::MAX)] {
            let mut claims = proof_claims(at, "POST", TOKEN);
            claims["iat"] = bad.clone();
            assert!(is(&service_token(at, &key.proof(&claims)).await, INVALID_PROOF), "{bad}");
        }
    });
}

/// DP-04, S-062: a proof is used once, on whichever node, as long as any of them could accept it.
#[test]
fn a_proof_is_used_once() {
    on_both(async |at| {
        let key = ProofKey::new();
        let mut claims = proof_claims(at, "POST", TOKEN);
        // As far ahead as is accepted: it can be accepted for longest.
        claims["iat"] = json!(at.seconds() + 30);
        let proof = key.proof(&claims);
        let another = at.another_node().await;

        assert_eq!(service_token(at, &proof).await.status, 200);
        assert!(is(&service_token(at, &proof).await, INVALID_PROOF), "the same node");
        assert!(is(&service_token(&another, &proof).await, INVALID_PROOF), "another node");
        at.wait(Lifetime::from_seconds(119));
        assert!(is(&service_token(at, &proof).await, INVALID_PROOF), "at the edge");
        claims["iat"] = json!(at.seconds());
        assert_eq!(service_token(at, &ProofKey::new().proof(&claims)).await.status, 200, "another key, same jti");
    });
}

/// DP-04: a replayed proof does not cost the code it is sent with.
#[test]
fn a_replayed_proof_leaves_the_code_alone() {
    on_both(async |at| {
        let (web, key) = (RelyingParty::new(at, "web"), ProofKey::new());
        let proof = key.token_proof(at);
        assert_eq!(service_token(at, &proof).await.status, 200);
        let grant = web.grant("openid", cast::ADA).await;

        assert!(is(&redeem(&web, at, &grant, &proof).await, INVALID_PROOF));
        assert_eq!(redeem(&web, at, &grant, &key.token_proof(at)).await.status, 200);
    });
}

/// DP-06, S-063: a public client's refresh token needs its key; nothing is lost when somebody else tries.
#[test]
fn a_public_clients_refresh_token_is_bound() {
    on_both(async |at| {
        let (spa, key) = (RelyingParty::new(at, "spa"), ProofKey::new());
        let first = tokens(&spa, at, "openid", &key).await;

        let bare = spa.refresh(first.refresh()).await;
        let other = ProofKey::new().token_proof(at);
        let foreign = at.send(with_proof(spa.prepared_refresh(first.refresh()), &other)).await;
        let own = at.send(with_proof(spa.prepared_refresh(first.refresh()), &key.token_proof(at))).await;
        let second = Tokens(own.success());
        let again = spa.refresh(second.refresh()).await;

        for reply in [bare, foreign, again] {
            assert!(is(&reply, (400, "invalid_grant")), "{}", reply.text());
        }
        assert_eq!(second.0["token_type"], "DPoP");
        let last = at.send(with_proof(spa.prepared_refresh(second.refresh()), &key.token_proof(at))).await;
        assert_eq!(last.status, 200);
    });
}

/// DP-06: a confidential client authenticates, so it may change its key.
#[test]
fn a_confidential_clients_refresh_token_is_not_bound() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let for_orders = web.request("openid orders.read").with("resource", cast::ORDERS);
        let first = tokens_for(&web, at, &for_orders, &ProofKey::new()).await;
        let next = ProofKey::new();

        let reply = at.send(with_proof(web.prepared_refresh(first.refresh()), &next.token_proof(at))).await;

        let second = Tokens(reply.success());
        assert_eq!(jwt::claims(second.access())["cnf"], json!({ "jkt": next.thumbprint() }));
    });
}

/// The client `web`, which must send nonces.
const NONCES: &str = r#"
[[clients]]
client_id = "web"
client_secret = { file = "secret" }
redirect_uris = ["https://rp.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
require_dpop_nonce = true
"#;

/// DP-09: the token endpoint asks for a nonce and the code is not used up; nonces hold on every node, for five minutes.
#[test]
fn the_token_endpoint_asks_for_a_nonce() {
    on_both(async |at| {
        at.apply(NONCES).await;
        let (web, key) = (RelyingParty::new(at, "web"), ProofKey::new());
        let grant = web.grant("openid", cast::ADA).await;
        let proof = |nonce: &str| {
            let mut claims = proof_claims(at, "POST", TOKEN);
            claims["nonce"] = json!(nonce);
            key.proof(&claims)
        };

        let asked = redeem(&web, at, &grant, &key.token_proof(at)).await;
        assert!(is(&asked, (400, "use_dpop_nonce")), "{}", asked.text());
        let nonce = asked.header("dpop-nonce").unwrap().to_owned();
        assert!(is(&redeem(&web, at, &grant, &proof("made-up")).await, (400, "use_dpop_nonce")));
        let another = at.another_node().await;
        let redeemed = redeem(&web, &another, &grant, &proof(&nonce)).await;
        assert_eq!(redeemed.status, 200, "{}", redeemed.text());
        assert!(redeemed.header("dpop-nonce").is_some(), "renewed on success");
        at.wait(Lifetime::from_minutes(5));
        let grant = web.grant("openid", cast::ADA).await;
        assert!(is(&redeem(&web, at, &grant, &proof(&nonce)).await, (400, "use_dpop_nonce")), "too old");
    });
}

/// DP-10, F2-09: a code asked for with `dpop_jkt` is for that key alone.
#[test]
fn a_code_can_be_bound_to_a_key() {
    on_both(async |at| {
        let (spa, key) = (RelyingParty::new(at, "spa"), ProofKey::new());
        let request = spa.request("openid").with("dpop_jkt", &key.thumbprint());
        let (first, second, third) = (
            spa.grant_for(&request, cast::ADA).await,
            spa.grant_for(&request, cast::ADA).await,
            spa.grant_for(&request, cast::ADA).await,
        );

        assert!(is(&spa.redeem(&first).await, (400, "invalid_grant")), "no proof");
        let other = redeem(&spa, at, &second, &ProofKey::new().token_proof(at)).await;
        assert!(is(&other, (400, "invalid_grant")), "another key");
        assert_eq!(redeem(&spa, at, &third, &key.token_proof(at)).await.status, 200);
        assert!(is(&redeem(&spa, at, &first, &key.token_proof(at)).await, (400, "invalid_grant")), "it was burned");
    });
}

/// DP-10: a `dpop_jkt` that is no thumbprint is reported to the client.
#[test]
fn a_malformed_key_is_refused_at_the_authorization_endpoint() {
    on_sqlite(async |at| {
        let spa = RelyingParty::new(at, "spa");
        for jkt in ["short", &"A".repeat(44), &format!("{}!", "A".repeat(42))] {
            let reply = at.get(&spa.request("openid").with("dpop_jkt", jkt).path(), &[]).await;
            assert!(reply.location().unwrap().contains("error=invalid_request"), "{jkt}");
        }
    });
}

/// DP-11: a client registered so gets nothing without a proof, by any grant.
#[test]
fn a_client_can_be_held_to_proofs() {
    on_sqlite(async |at| {
        at.apply(
            "[[clients]]\nclient_id = \"service\"\nclient_secret = { file = \"secret\" }\n\
             grant_types = [\"client_credentials\"]\nresponse_types = []\ndpop_bound_access_tokens = true\n",
        )
        .await;
        let pairs = [("grant_type", "client_credentials"), ("scope", "orders.read")];

        let bare = RelyingParty::new(at, "service").token(&pairs).await;
        let proven = service_token(at, &ProofKey::new().token_proof(at)).await;

        assert!(is(&bare, INVALID_PROOF));
        assert_eq!(proven.status, 200);
    });
}

/// DP-12, OA-DP-2: the algorithms are published, none of them symmetric.
#[test]
fn the_algorithms_are_published() {
    on_sqlite(async |at| {
        assert_eq!(at.discovery().await["dpop_signing_alg_values_supported"], json!(["ES256", "PS256", "EdDSA"]));
    });
}
