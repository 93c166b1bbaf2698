//! The profile `fapi2`: FAPI 2.0 Security Profile.

use axum::body::Body;
use http::Method;
use portreeve_domain::Lifetime;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::Browser,
    cast,
    certificates::{certificates, showing},
    deployment::{Deployment, on_both, on_sqlite, request},
    dpop::{ProofKey, proof_claims, redeem, with_proof},
    relying_party::{ASSERTION_TYPE, Grant, RelyingParty, Tokens, assertion, assertion_claims},
    reply::{Callback, Reply},
};
use serde_json::{Value, json};

const TOKEN: &str = "/oauth2/token";

/// Makes a key of a client and registers `keyed` with it, in the profile.
pub(crate) async fn strict_client(at: &Deployment, algorithm: Algorithm) -> SigningKey {
    let made = SigningKey::generate(algorithm).unwrap();
    let key = SigningKey::from_pkcs8(algorithm, &made.pkcs8).unwrap();
    at.apply(&strict(&key, "profile = \"fapi2\"\n")).await;
    key
}

pub(crate) fn strict(key: &SigningKey, more: &str) -> String {
    let jwk: Vec<_> = key.public_jwk().into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    format!(
        "[[clients]]\nclient_id = \"keyed\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
         redirect_uris = [\"https://keyed.example/cb\"]\nresponse_types = [\"code\"]\n\
         grant_types = [\"authorization_code\", \"client_credentials\"]\njwks = {{ keys = [{{ {} }}] }}\n{more}",
        jwk.join(", ")
    )
}

/// Asks for a token as `keyed` with these claims and a good proof.
pub(crate) async fn ask(at: &Deployment, key: &SigningKey, claims: &Value) -> Reply {
    let assertion = key.sign("JWT", claims.to_string().as_bytes()).unwrap();
    let pairs = [
        ("grant_type", "client_credentials"),
        ("scope", "orders.read"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion),
    ];
    let request = portreeve_tests::deployment::post_request(TOKEN, &[], &pairs);
    at.send(with_proof(request, &ProofKey::new().token_proof(at))).await
}

fn changed(at: &Deployment, name: &str, value: Value) -> Value {
    let mut claims = assertion_claims(at, "keyed");
    claims[name] = value;
    claims
}

/// F2-03: no token without a binding, by a key or by a certificate.
#[test]
fn only_bound_tokens_are_issued() {
    on_both(async |at| {
        at.apply(&strict(&at.client_key(), "profile = \"fapi2\"\n")).await;
        let keyed = RelyingParty::new(at, "keyed");
        let grant = [("grant_type", "client_credentials"), ("scope", "orders.read")];

        let bare = keyed.token(&grant).await;
        let proven = at.send(with_proof(keyed.prepared(TOKEN, &grant), &ProofKey::new().token_proof(at))).await;

        assert_eq!(bare.error(), (400, "invalid_dpop_proof".to_owned()));
        assert_eq!(proven.success()["token_type"], "DPoP");
        at.apply("[[tenants]]\nslug = \"default\"\nprofile = \"fapi2\"\n").await;
        let issued = RelyingParty::new(at, "issued").token(&grant).await.success();
        let told = RelyingParty::new(at, "issued").introspect(issued["access_token"].as_str().unwrap()).await.success();
        let thumbprint = portreeve_tests::certificates::thumbprint(&certificates().issued);
        assert_eq!(told["cnf"], json!({ "x5t#S256": thumbprint }));
        assert_eq!(RelyingParty::new(at, "self-signed").token(&grant).await.error().0, 400, "shown, but not bound");
    });
}

/// F2-02, F2-04: clients prove themselves by keys; others can neither be registered nor go on.
#[test]
fn clients_prove_themselves_by_keys() {
    on_sqlite(async |at| {
        let client = |method: &str, secret: &str| {
            format!(
                "[[clients]]\nclient_id = \"new\"\nprofile = \"fapi2\"\n{secret}redirect_uris = [\"https://new.example/cb\"]\n\
                 token_endpoint_auth_method = \"{method}\"\n"
            )
        };
        let secret = "client_secret = { file = \"secret\" }\n";
        for (method, secret) in [
            ("none", ""),
            ("client_secret_basic", secret),
            ("client_secret_post", secret),
            ("client_secret_jwt", secret),
        ] {
            assert!(at.try_apply(&client(method, secret)).await.is_err(), "{method}");
        }
        at.apply("[[tenants]]\nslug = \"default\"\nprofile = \"fapi2\"\n").await;
        for registered_before in ["service", "mac"] {
            let party = RelyingParty::new(at, registered_before);
            let pairs = [("grant_type", "client_credentials"), ("scope", "orders.read")];
            let reply = at.send(with_proof(party.prepared(TOKEN, &pairs), &ProofKey::new().token_proof(at))).await;
            assert_eq!(reply.error(), (401, "invalid_client".to_owned()), "{registered_before}");
        }
        let spa = RelyingParty::new(at, "spa").refresh("x").await;
        assert_eq!(spa.error(), (401, "invalid_client".to_owned()), "a public client");
    });
}

/// F2-05: the audience of an assertion is the issuer, as a string, and nothing else.
#[test]
fn an_assertion_is_for_the_issuer_as_a_string() {
    on_sqlite(async |at| {
        let key = strict_client(at, Algorithm::Es256).await;

        assert_eq!(ask(at, &key, &assertion_claims(at, "keyed")).await.status, 200);
        for audience in [
            json!([cast::ISSUER]),
            json!(format!("{}{TOKEN}", cast::ISSUER)),
            json!(format!("{}/oauth2/par", cast::ISSUER)),
            json!([cast::ISSUER, format!("{}{TOKEN}", cast::ISSUER)]),
            json!(format!("{}/", cast::ISSUER)),
        ] {
            let reply = ask(at, &key, &changed(at, "aud", audience.clone())).await;
            assert_eq!(reply.error(), (401, "invalid_client".to_owned()), "{audience}");
        }
    });
}

/// F2-08: ten seconds ahead are good, more than sixty are not.
#[test]
fn an_assertion_may_come_from_a_clock_that_is_ahead() {
    on_sqlite(async |at| {
        let key = strict_client(at, Algorithm::Es256).await;
        for name in ["iat", "nbf"] {
            let good = ask(at, &key, &changed(at, name, json!(at.seconds() + 10))).await;
            let bad = ask(at, &key, &changed(at, name, json!(at.seconds() + 61))).await;

            assert_eq!((good.status.as_u16(), bad.error().0), (200, 401), "{name}");
        }
    });
}

/// F2-15: PS256, ES256 and EdDSA; RS256 is refused, from clients and for them.
#[test]
fn three_algorithms_sign() {
    on_sqlite(async |at| {
        for (algorithm, status) in
            [(Algorithm::Ps256, 200), (Algorithm::EdDsa, 200), (Algorithm::Es256, 200), (Algorithm::Rs256, 401)]
        {
            let key = strict_client(at, algorithm).await;
            let reply = ask(at, &key, &assertion_claims(at, "keyed")).await;
            assert_eq!(reply.status, status, "{}", algorithm.name());
        }
        for member in
            ["id_token_signed_response_alg", "userinfo_signed_response_alg", "introspection_signed_response_alg"]
        {
            let client = |algorithm: &str| {
                strict(&at.client_key(), &format!("profile = \"fapi2\"\n{member} = \"{algorithm}\"\n"))
            };
            assert!(at.try_apply(&client("RS256")).await.is_err(), "{member}");
            assert!(at.try_apply(&client("ES256")).await.is_ok(), "{member}");
        }
    });
}

/// F2-10: a request that was not pushed is refused, at the client's own address.
#[test]
fn a_request_that_was_not_pushed_is_refused() {
    on_sqlite(async |at| {
        at.apply(&strict(&at.client_key(), "profile = \"fapi2\"\n")).await;
        let request = AuthorizationRequest::new("keyed", "https://keyed.example/cb", "openid");

        let reply = at.get(&request.path(), &[]).await;

        let location = reply.location().unwrap();
        assert!(location.starts_with("https://keyed.example/cb?"), "{location}");
        assert!(location.contains("error=invalid_request"), "{location}");
    });
}

/// A client of the tenant `strict` that authenticates by certificate, and has its tokens bound to it.
const BANK: &str = r#"
[[clients]]
tenant = "strict"
client_id = "bank"
token_endpoint_auth_method = "tls_client_auth"
tls_client_auth_san_dns = "client.example"
tls_client_certificate_bound_access_tokens = true
redirect_uris = ["https://bank.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
"#;

/// Ada's answer to a request of `party` that is pushed as it is.
async fn callback(at: &Deployment, party: &RelyingParty<'_>) -> Callback {
    answer_to(at, party, &party.request("openid")).await
}

async fn answer_to(at: &Deployment, party: &RelyingParty<'_>, request: &AuthorizationRequest) -> Callback {
    let pushed = party.push(request).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text());
    assert!(pushed.json()["expires_in"].as_i64().unwrap() < 600);
    let browser = Browser::new(at);
    let page = browser.visit(&party.pushed_path(pushed.json()["request_uri"].as_str().unwrap())).await;
    browser.complete(page, cast::ADA).await
}

/// Ada's code for `party`.
async fn grant(at: &Deployment, party: &RelyingParty<'_>) -> Grant {
    Grant { code: callback(at, party).await.code(), redirect_uri: party.redirect_uri.clone() }
}

fn strict_proof(at: &Deployment, key: &ProofKey) -> String {
    key.proof(&proof_claims(at, "POST", "/t/strict/oauth2/token"))
}

/// F2-03, F2-06, F2-09, F2-10, F2-12: with `private_key_jwt` and DPoP, from the push to the second refresh.
#[test]
fn a_client_with_a_key_runs_to_the_end() {
    on_both(async |at| {
        let (web, key) = (RelyingParty::of_tenant(at, "strict", "web"), ProofKey::new());

        let answer = callback(at, &web).await;
        assert_eq!(answer.get("iss").map(str::to_owned), Some(web.issuer()));
        let grant = Grant { code: answer.code(), redirect_uri: web.redirect_uri.clone() };
        let tokens = Tokens(redeem(&web, at, &grant, &strict_proof(at, &key)).await.success());
        assert_eq!(tokens.0["token_type"], "DPoP");
        let userinfo = "/t/strict/oauth2/userinfo";
        let proof = key.resource_proof(at, userinfo, tokens.access());
        let dpop = format!("DPoP {}", tokens.access());
        assert_eq!(at.get(userinfo, &[("authorization", &dpop), ("dpop", &proof)]).await.status, 200);
        for _ in 0..2 {
            let refresh = with_proof(web.prepared_refresh(tokens.refresh()), &strict_proof(at, &key));
            let refreshed = at.send(refresh).await.success();
            assert_eq!(refreshed["token_type"], "DPoP");
            assert_eq!(refreshed.get("refresh_token"), None, "the same one is used again");
        }
    });
}

/// DP-09: where nonces are demanded, the code is not used up by a proof without one, and the answer renews it.
#[test]
fn a_client_of_the_profile_carries_a_nonce() {
    on_both(async |at| {
        at.apply("[[tenants]]\nslug = \"strict\"\nprofile = \"fapi2\"\ndpop_nonces = \"required\"\n").await;
        let (web, key) = (RelyingParty::of_tenant(at, "strict", "web"), ProofKey::new());
        let grant = grant(at, &web).await;

        let asked = redeem(&web, at, &grant, &strict_proof(at, &key)).await;
        assert_eq!(asked.error(), (400, "use_dpop_nonce".to_owned()));
        let mut claims = proof_claims(at, "POST", "/t/strict/oauth2/token");
        claims["nonce"] = json!(asked.header("dpop-nonce").expect("a nonce"));
        let redeemed = redeem(&web, at, &grant, &key.proof(&claims)).await;

        assert!(redeemed.header("dpop-nonce").is_some(), "renewed on success");
        assert_eq!(redeemed.success()["token_type"], "DPoP");
    });
}

/// F2-03, F2-06, MT-04: with mutual TLS, from the push to the second refresh.
#[test]
fn a_client_with_a_certificate_runs_to_the_end() {
    on_both(async |at| {
        at.apply(BANK).await;
        let (bank, made) = (RelyingParty::of_tenant(at, "strict", "bank"), certificates());

        let tokens = Tokens(bank.redeem(&grant(at, &bank).await).await.success());

        let bearer = format!("Bearer {}", tokens.access());
        let userinfo = async |certificate: Option<&[u8]>| {
            let headers = [("authorization", bearer.as_str())];
            let asked = request(Method::GET, "/t/strict/oauth2/userinfo", &headers, Body::empty());
            let asked = match certificate {
                Some(der) => showing(asked, der),
                None => asked,
            };
            at.send(asked).await.status.as_u16()
        };
        assert_eq!(userinfo(Some(&made.issued)).await, 200);
        assert_eq!(userinfo(Some(&made.of_other)).await, 401);
        assert_eq!(userinfo(None).await, 401);
        for _ in 0..2 {
            assert_eq!(bank.refresh(tokens.refresh()).await.success().get("refresh_token"), None);
        }
    });
}

/// F2-03, F2-12, S-021: a code is worth nothing without a proof, and nothing after a minute.
#[test]
fn a_code_needs_a_proof_in_time() {
    on_sqlite(async |at| {
        let (web, key) = (RelyingParty::of_tenant(at, "strict", "web"), ProofKey::new());

        let unproven = web.redeem(&grant(at, &web).await).await;
        assert_eq!(unproven.error(), (400, "invalid_dpop_proof".to_owned()));
        let late = grant(at, &web).await;
        at.wait(Lifetime::from_seconds(60));
        let reply = redeem(&web, at, &late, &strict_proof(at, &key)).await;
        assert_eq!(reply.error(), (400, "invalid_grant".to_owned()));
    });
}

/// F2-11, F2-13, S-033: what a push must say, and what it must not.
#[test]
fn a_push_that_is_too_weak_is_refused() {
    on_both(async |at| {
        let web = RelyingParty::of_tenant(at, "strict", "web");
        let good = web.request("openid");
        for (what, request, error) in [
            ("no challenge", good.clone().without("code_challenge"), "invalid_request"),
            ("plain", good.clone().with("code_challenge_method", "plain"), "invalid_request"),
            ("no redirect URI", good.clone().without("redirect_uri"), "invalid_request"),
            ("another's redirect URI", good.clone().with("redirect_uri", "https://evil.example/"), "invalid_request"),
            ("a token", good.clone().with("response_type", "token"), "unsupported_response_type"),
            ("hybrid", good.clone().with("response_type", "code id_token"), "unsupported_response_type"),
        ] {
            assert_eq!(web.push(&request).await.error(), (400, error.to_owned()), "{what}");
        }
        let plain = "http://new.example/cb";
        let client = format!(
            "{}\nredirect_uris = [\"{plain}\"]\n",
            BANK.replace("redirect_uris = [\"https://bank.example/cb\"]\n", "")
        );
        assert!(at.try_apply(&client).await.is_err(), "http");
    });
}

/// F2-07, S-033: no passwords from clients, and nobody is redirected to where no client is.
#[test]
fn there_is_no_password_grant_and_no_open_redirector() {
    on_both(async |at| {
        let web = RelyingParty::of_tenant(at, "strict", "web");
        let pairs = [("grant_type", "password"), ("username", cast::ADA), ("password", cast::PASSWORD)];
        let asked = with_proof(web.prepared(TOKEN, &pairs), &strict_proof(at, &ProofKey::new()));
        assert_eq!(at.send(asked).await.error(), (400, "unsupported_grant_type".to_owned()));

        let stray = web.request("openid").with("redirect_uri", "https://evil.example/");
        let reply = at.get(&stray.path(), &[]).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (400, None));
    });
}

/// An assertion of the cast's own key still works outside the profile, with its looser audience.
#[test]
fn other_profiles_are_as_before() {
    on_sqlite(async |at| {
        let claims = changed(at, "aud", json!([cast::ISSUER]));
        let pairs = [
            ("grant_type", "client_credentials"),
            ("scope", "orders.read"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion(at, &claims)),
        ];

        assert_eq!(at.post(TOKEN, &[], &pairs).await.success()["token_type"], "Bearer");
    });
}

/// F2-16: our own API takes a token in the header only, from who holds its key, as long as it counts, for its scope.
#[test]
fn a_resource_checks_everything() {
    on_both(async |at| {
        let (web, key) = (RelyingParty::of_tenant(at, "strict", "web"), ProofKey::new());
        let path = "/t/strict/oauth2/userinfo";
        let code = answer_to(at, &web, &web.request("openid email")).await.code();
        let grant = Grant { code, redirect_uri: web.redirect_uri.clone() };
        let tokens = Tokens(redeem(&web, at, &grant, &strict_proof(at, &key)).await.success());
        let ask = async |scheme: &str, token: &str, key: &ProofKey| {
            let (value, proof) = (format!("{scheme} {token}"), key.resource_proof(at, path, token));
            at.get(path, &[("authorization", &value), ("dpop", &proof)]).await
        };
        assert_eq!(ask("DPoP", tokens.access(), &key).await.status, 200);

        let in_query = at.get(&format!("{path}?access_token={}", tokens.access()), &[]).await;
        assert_eq!(in_query.status, 400, "RFC 6750 §3.1: invalid_request");
        let proof = key.resource_proof(at, path, tokens.access());
        let in_form = at.post(path, &[("dpop", &proof)], &[("access_token", tokens.access())]).await;
        assert_eq!(in_form.status, 401);
        assert_eq!(ask("Bearer", tokens.access(), &key).await.status, 401, "borne without a proof");
        assert_eq!(ask("DPoP", tokens.access(), &ProofKey::new()).await.status, 401, "another key");
        let refresh = web.prepared(
            "/oauth2/token",
            &[("grant_type", "refresh_token"), ("refresh_token", tokens.refresh()), ("scope", "email")],
        );
        let narrow = at.send(with_proof(refresh, &strict_proof(at, &key))).await.success();
        assert_eq!(ask("DPoP", narrow["access_token"].as_str().unwrap(), &key).await.status, 403, "without openid");
        assert_eq!(web.revoke(tokens.access()).await.status, 200);
        assert_eq!(ask("DPoP", tokens.access(), &key).await.status, 401, "revoked");
        let refreshed =
            at.send(with_proof(web.prepared_refresh(tokens.refresh()), &strict_proof(at, &key))).await.success();
        at.wait(Lifetime::from_minutes(10));
        assert_eq!(ask("DPoP", refreshed["access_token"].as_str().unwrap(), &key).await.status, 401, "expired");
    });
}
