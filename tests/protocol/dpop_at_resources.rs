//! Proof of possession where tokens are used: userinfo and gateways. RFC 9449 §7 to §9.

use http::Method;
use portreeve_tests::{
    deployment::{Deployment, on_both, on_sqlite, request},
    dpop::{ProofKey, proof_claims, service_token, token_hash, tokens, with_proof},
    jwt,
    relying_party::RelyingParty,
    reply::Reply,
};
use serde_json::json;

const TOKEN: &str = "/oauth2/token";
const USERINFO: &str = "/oauth2/userinfo";

fn is(reply: &Reply, (status, code): (u16, &str)) -> bool {
    reply.error() == (status, code.to_owned())
}

/// Calls userinfo with these headers.
async fn userinfo(at: &Deployment, authorization: &str, proof: &str) -> Reply {
    let headers = [("authorization", authorization)];
    at.send(with_proof(request(Method::GET, USERINFO, &headers, axum::body::Body::empty()), proof)).await
}

/// DP-07, DP-08, OA-DP-1, OA-DP-3, S-063: a bound token needs a proof of its key, for itself.
#[test]
fn userinfo_wants_a_proof_for_this_token() {
    on_both(async |at| {
        let (web, key) = (RelyingParty::new(at, "web"), ProofKey::new());
        let (bound, other) = (tokens(&web, at, "openid", &key).await, tokens(&web, at, "openid", &key).await);
        let authorization = format!("DPoP {}", bound.access());
        let good = key.resource_proof(at, USERINFO, bound.access());
        let no_ath = key.proof(&proof_claims(at, "GET", USERINFO));
        let post = {
            let mut claims = proof_claims(at, "POST", USERINFO);
            claims["ath"] = json!(token_hash(bound.access()));
            key.proof(&claims)
        };

        for (what, proof, code) in [
            ("no ath", no_ath, "invalid_dpop_proof"),
            ("another token's", key.resource_proof(at, USERINFO, other.access()), "invalid_dpop_proof"),
            ("another address", key.resource_proof(at, TOKEN, bound.access()), "invalid_dpop_proof"),
            ("another method", post, "invalid_dpop_proof"),
            ("another key", ProofKey::new().resource_proof(at, USERINFO, bound.access()), "invalid_token"),
        ] {
            let reply = userinfo(at, &authorization, &proof).await;
            assert!(is(&reply, (401, code)), "{what}: {}", reply.text());
            let challenge = reply.header("www-authenticate").unwrap();
            assert!(challenge.starts_with("DPoP "), "{what}: {challenge}");
            assert!(challenge.contains(&format!("error=\"{code}\"")), "{what}: {challenge}");
            assert!(challenge.contains("algs=\"ES256 PS256 EdDSA\""), "{what}: {challenge}");
        }
        let without = at.get(USERINFO, &[("authorization", &authorization)]).await;
        assert!(is(&without, (401, "invalid_dpop_proof")));
        assert_eq!(userinfo(at, &authorization, &good).await.success()["sub"], jwt::claims(bound.id())["sub"]);
        assert!(is(&userinfo(at, &authorization, &good).await, (401, "invalid_dpop_proof")), "replayed");
    });
}

/// DP-07, S-063, OA-DP-3, OA-API-1: a bound token as a bearer token is refused, also beside a good proof and in a form.
#[test]
fn a_bound_token_is_not_borne() {
    on_both(async |at| {
        let (web, key) = (RelyingParty::new(at, "web"), ProofKey::new());
        let bound = tokens(&web, at, "openid", &key).await;
        let proof = key.resource_proof(at, USERINFO, bound.access());

        let header = at.userinfo(bound.access()).await;
        let beside = userinfo(at, &format!("Bearer {}", bound.access()), &proof).await;
        let form = at.post(USERINFO, &[], &[("access_token", bound.access())]).await;

        for reply in [header, beside, form] {
            assert!(is(&reply, (401, "invalid_token")), "{}", reply.text());
            assert!(reply.header("www-authenticate").unwrap().starts_with("DPoP "));
        }
        let plain = web.tokens("openid").await;
        let proof = key.resource_proof(at, USERINFO, plain.access());
        let as_bound = userinfo(at, &format!("DPoP {}", plain.access()), &proof).await;
        assert!(is(&as_bound, (401, "invalid_token")), "a token that is not bound");
    });
}

/// DP-08: without credentials both schemes are offered.
#[test]
fn both_schemes_are_offered() {
    on_sqlite(async |at| {
        let reply = at.get(USERINFO, &[]).await;

        let challenges: Vec<_> = reply.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(challenges.len(), 2);
        assert!(challenges[0].to_str().unwrap().starts_with("Bearer "));
        assert!(challenges[1].to_str().unwrap().starts_with("DPoP "));
        assert!(challenges[1].to_str().unwrap().contains("algs="));
    });
}

/// DP-09: so does userinfo, with 401; where nobody demands nonces none is given.
#[test]
fn userinfo_asks_for_a_nonce() {
    on_sqlite(async |at| {
        let (web, key) = (RelyingParty::new(at, "web"), ProofKey::new());
        let bound = tokens(&web, at, "openid", &key).await;
        let authorization = format!("DPoP {}", bound.access());
        let free = userinfo(at, &authorization, &key.resource_proof(at, USERINFO, bound.access())).await;
        assert_eq!((free.status.as_u16(), free.header("dpop-nonce")), (200, None));
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\ndpop_nonces = \"required\"\n").await;

        let asked = userinfo(at, &authorization, &key.resource_proof(at, USERINFO, bound.access())).await;
        assert!(is(&asked, (401, "use_dpop_nonce")), "{}", asked.text());
        assert!(asked.header("www-authenticate").unwrap().contains("error=\"use_dpop_nonce\""));
        let mut claims = proof_claims(at, "GET", USERINFO);
        claims["ath"] = json!(token_hash(bound.access()));
        claims["nonce"] = json!(asked.header("dpop-nonce").unwrap());
        let told = userinfo(at, &authorization, &key.proof(&claims)).await;
        assert_eq!(told.status, 200, "{}", told.text());
        assert!(told.header("dpop-nonce").is_some());
    });
}

/// DP-13: pages of a client may send proofs and read nonces.
#[test]
fn scripts_may_use_proofs() {
    on_sqlite(async |at| {
        let origin = [("origin", "https://spa.example"), ("access-control-request-method", "POST")];
        for path in [TOKEN, USERINFO] {
            let preflight = at.send(request(Method::OPTIONS, path, &origin, axum::body::Body::empty())).await;
            assert!(preflight.header("access-control-allow-headers").unwrap().contains("dpop"), "{path}");
            let reply = at.post(path, &origin[..1], &[]).await;
            assert!(reply.header("access-control-expose-headers").unwrap().contains("dpop-nonce"), "{path}");
        }
    });
}

/// DP-07, S-061, S-062, S-063: a gateway's question about a bound token is answered by the proof of the request itself.
#[test]
fn a_gateway_checks_the_proof_of_the_request() {
    on_both(async |at| {
        let key = ProofKey::new();
        let own = service_token(at, &key.token_proof(at)).await.success();
        let token = own["access_token"].as_str().unwrap();
        let authorization = format!("DPoP {token}");
        let proof = |htu: &str| {
            let mut claims = proof_claims(at, "PUT", "");
            claims["htu"] = json!(htu);
            claims["ath"] = json!(token_hash(token));
            key.proof(&claims)
        };
        let ask = async |proof: &str, original: &[(&str, &str)]| {
            let headers = [&[("authorization", authorization.as_str())], original].concat();
            let path = "/gateway/auth-request/Orders";
            at.send(with_proof(request(Method::GET, path, &headers, axum::body::Body::empty()), proof)).await
        };
        let original = [("x-original-method", "PUT"), ("x-original-uri", "/orders/7?x=y")];
        let here = "https://orders.example.com/orders/7";

        let once = proof(here);
        let passed = ask(&once, &original).await;
        assert_eq!((passed.status.as_u16(), passed.header("x-auth-sub")), (204, Some("service")));
        for (what, reply) in [
            ("replayed", ask(&once, &original).await),
            ("another path", ask(&proof("https://orders.example.com/orders/8"), &original).await),
            ("another host", ask(&proof("https://evil.example/orders/7"), &original).await),
            ("another method", ask(&proof(here), &[("x-original-method", "GET"), original[1]]).await),
            ("untold", ask(&proof(here), &[]).await),
            ("told twice", ask(&proof(here), &[original[0], original[1], original[1]]).await),
        ] {
            assert_eq!((reply.status.as_u16(), reply.header("x-auth-sub")), (401, Some("")), "{what}");
            assert!(reply.header("www-authenticate").unwrap().starts_with("DPoP "), "{what}");
        }
        let borne = at.get("/gateway/auth-request/Orders", &[("authorization", &format!("Bearer {token}"))]).await;
        assert_eq!(borne.status, 401);
    });
}
