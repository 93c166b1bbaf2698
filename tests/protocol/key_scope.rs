//! Whose signatures count, and what is looked at before any does. RFC 8725 §3; SECURITY rule 11.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use portreeve_domain::Lifetime;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    dpop::{ProofKey, proof_claims, service_token},
    jwt,
    relying_party::{ASSERTION_TYPE, RelyingParty, Tokens, assertion_claims, mac_token},
};
use serde_json::{Value, json};

use crate::{key_schedule::upkeep, request_objects::shown_error};

/// Whether a token for the API is taken at the gateway and is active for it; both look at the same.
async fn is_taken(at: &Deployment, token: &str) -> bool {
    let authorization = format!("Bearer {token}");
    let passes = at.get("/gateway/auth-request/Orders", &[("authorization", &authorization)]).await.status == 204;
    let is_active = RelyingParty::new(at, "gateway").sees_active(token).await;
    assert_eq!(passes, is_active, "{token}");
    passes
}

/// Whether an ID token is taken for a hint: then somebody who is not signed in must sign in, else it is an error.
async fn is_hint(at: &Deployment, token: &str) -> bool {
    let request = RelyingParty::new(at, "web").request("openid").with("prompt", "none").with("id_token_hint", token);
    let error = Browser::new(at).authorize(&request).await.callback().error().to_owned();
    assert!(["login_required", "invalid_request"].contains(&error.as_str()), "{error}");
    error == "login_required"
}

/// Signs what a token says anew, with the key that `signer` has for the algorithm of our access tokens.
fn signed_by(signer: &SigningKey, typ: &str, token: &str) -> String {
    signer.sign(typ, jwt::claims(token).to_string().as_bytes()).unwrap()
}

/// S-156, AT-07: a token counts by a signature of its own tenant: word for word the same, signed by another tenant, by a client, or by
/// anybody in our key's name, it is refused by every consumer.
#[test]
fn a_token_counts_by_the_signature_of_its_own_tenant() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens_for(&web.request("openid orders.read").with("resource", cast::ORDERS)).await;
        let acme = at.issuer.directory.by_slug("acme").unwrap();
        let (theirs, own) = (acme.signing.active(Algorithm::Es256).unwrap(), at.tenant());
        let own = own.signing.active(Algorithm::Es256).unwrap();
        let named = |typ: &str, token: &str| {
            let header = json!({ "alg": "ES256", "typ": typ, "kid": own.kid() });
            ProofKey::new().sign(&header, &jwt::claims(token))
        };

        assert!(is_taken(at, tokens.access()).await);
        assert!(
            is_taken(at, &signed_by(own, "at+jwt", tokens.access())).await,
            "only the signature makes the difference"
        );
        for forged in [
            signed_by(theirs, "at+jwt", tokens.access()),
            signed_by(&at.client_key(), "at+jwt", tokens.access()),
            named("at+jwt", tokens.access()),
        ] {
            assert!(!is_taken(at, &forged).await, "{forged}");
            assert_eq!(at.userinfo(&forged).await.status, 401);
        }
        assert!(is_hint(at, tokens.id()).await);
        assert!(is_hint(at, &signed_by(own, "JWT", tokens.id())).await);
        for forged in [
            signed_by(theirs, "JWT", tokens.id()),
            signed_by(&at.client_key(), "JWT", tokens.id()),
            named("JWT", tokens.id()),
        ] {
            assert!(!is_hint(at, &forged).await, "{forged}");
        }
    });
}

/// AT-07: a token of another type, issuer or audience is refused though our key signed it, and so is one that is not signed.
#[test]
fn a_resource_takes_access_tokens_of_its_issuer_for_itself_alone() {
    on_both(async |at| {
        // What a client has in its own name is all in the token: no row says for whom it is.
        let service = RelyingParty::new(at, "service");
        let good = Tokens(service.client_credentials(&[("scope", "orders.read")]).await.success());
        let good = good.access();
        let id_token = RelyingParty::new(at, "web").tokens("openid").await.id().to_owned();
        let tenant = at.tenant();
        let own = tenant.signing.active(Algorithm::Es256).unwrap();
        let saying = |name: &str, value: &str| {
            let mut claims = jwt::claims(good);
            claims[name] = json!(value);
            own.sign("at+jwt", claims.to_string().as_bytes()).unwrap()
        };
        let unsigned = |alg: &str| {
            let header = json!({ "alg": alg, "typ": "at+jwt", "kid": own.kid() });
            format!("{}.{}.", jwt::encoded(&header), jwt::encoded(&jwt::claims(good)))
        };

        assert!(is_taken(at, good).await);
        assert!(is_taken(at, &saying("aud", cast::ORDERS)).await, "only what is changed makes the difference");
        for forged in [
            signed_by(own, "logout+jwt", good),
            signed_by(own, "token-introspection+jwt", good),
            saying("iss", "https://evil.example"),
            saying("iss", &format!("{}/t/acme", cast::ISSUER)),
            saying("aud", "https://other.example"),
            saying("aud", "web"),
            unsigned("none"),
            unsigned("None"),
            unsigned("ES256"),
            id_token,
        ] {
            assert!(!is_taken(at, &forged).await, "{forged}");
            assert_eq!(at.userinfo(&forged).await.status, 401, "{forged}");
        }
    });
}

/// S-156: what a key signed that was revoked is refused by every consumer; the audit log is signed with a key of its own, which
/// signs nothing else.
#[test]
fn a_revoked_key_and_that_of_the_audit_log_sign_no_tokens() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens_for(&web.request("orders.read").with("resource", cast::ORDERS)).await;
        let kid = jwt::header(tokens.access())["kid"].as_str().unwrap().to_owned();
        assert!(is_taken(at, tokens.access()).await);

        at.issuer.revoke_key(&at.tenant(), &kid).await.unwrap();

        assert!(!is_taken(at, tokens.access()).await);
        let jwks = at.get("/oauth2/jwks", &[]).await.success();
        let audit: String = at.tenant().audit_key().lines().filter(|line| !line.starts_with("-----")).collect();
        let audit = STANDARD.decode(audit).unwrap();
        for key in jwks["keys"].as_array().unwrap() {
            let number = URL_SAFE_NO_PAD.decode(key["x"].as_str().or(key["n"].as_str()).unwrap()).unwrap();
            assert!(number.len() >= 32 && !audit.windows(number.len()).any(|part| part == number), "{key}");
        }
    });
}

/// S-156: the key of the audit log signs for nobody, nor does the one that our forms are sealed with, whichever of our keys the
/// token names.
#[test]
fn keys_for_another_purpose_sign_no_tokens() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens_for(&web.request("openid orders.read").with("resource", cast::ORDERS)).await;
        let audit = at.audit_key().await;
        assert_eq!(audit.public_pem(), at.tenant().audit_key(), "it is the key that signs the log");
        let forms = at.derived_key("form token").await;
        let tenant = at.tenant();
        let kids: Vec<_> =
            tenant.signing.all().iter().map(|known| json!(known.key.kid())).chain([json!(null)]).collect();

        for (typ, token) in [("at+jwt", tokens.access()), ("JWT", tokens.id())] {
            for kid in &kids {
                let header = |alg: &str| {
                    let mut header = json!({ "alg": alg, "typ": typ, "kid": kid });
                    header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                    header
                };
                let by_audit = |alg: &str| {
                    let input = format!("{}.{}", jwt::encoded(&header(alg)), jwt::encoded(&jwt::claims(token)));
                    let signature = audit.sign(input.as_bytes()).unwrap();
                    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
                };
                let by_forms = mac_token(&header("HS256"), &jwt::claims(token), forms.expose());
                for forged in [by_audit("EdDSA"), by_audit("ES256"), by_forms] {
                    assert!(!is_taken(at, &forged).await, "{forged}");
                    assert!(!is_hint(at, &forged).await, "{forged}");
                    assert_eq!(at.userinfo(&forged).await.status, 401);
                }
            }
        }
        assert!(is_taken(at, tokens.access()).await && is_hint(at, tokens.id()).await);
    });
}

/// S-156: what a key signed before another took its place is good for its life; once the key has left the set, nothing that it
/// signs is.
#[test]
fn a_retired_key_counts_until_it_has_left_the_set() {
    on_both(async |at| {
        let own =
            Tokens(RelyingParty::new(at, "service").client_credentials(&[("scope", "orders.read")]).await.success());
        let tokens = RelyingParty::new(at, "web").tokens("openid").await;
        let before = at.tenant();
        let retired = before.signing.active(Algorithm::Es256).unwrap();

        at.issuer.rotate_keys(&before).await.unwrap();

        let after = at.tenant();
        assert_ne!(after.signing.active(Algorithm::Es256).unwrap().kid(), retired.kid());
        assert!(is_taken(at, own.access()).await && is_hint(at, tokens.id()).await);

        at.wait(Lifetime::from_hours(48));
        upkeep(at).await;
        let after = at.tenant();
        let active = after.signing.active(Algorithm::Es256).unwrap();
        let renewed = |key: &SigningKey, typ: &str, token: &str| {
            let mut claims = jwt::claims(token);
            claims["iat"] = json!(at.seconds());
            claims["exp"] = json!(at.seconds() + 60);
            key.sign(typ, claims.to_string().as_bytes()).unwrap()
        };
        assert!(is_taken(at, &renewed(active, "at+jwt", own.access())).await, "only the key makes the difference");
        assert!(!is_taken(at, &renewed(retired, "at+jwt", own.access())).await);
        assert!(is_hint(at, &renewed(active, "JWT", tokens.id())).await);
        assert!(!is_hint(at, &renewed(retired, "JWT", tokens.id())).await);
        assert!(!is_hint(at, tokens.id()).await, "the very token that was good");
    });
}

/// Headers with what costs whoever reads them, and how many parts the token has.
fn bombs() -> Vec<(&'static str, Value, usize)> {
    let mut many = json!({ "alg": "ES256", "typ": "JWT" });
    for number in 0..900 {
        many[format!("m{number}")] = json!("");
    }
    let stretched = json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": i32::MAX, "p2s": "AAAAAAAAAAA" });
    vec![
        ("compressed", json!({ "alg": "ES256", "typ": "JWT", "zip": "DEF" }), 3),
        ("stretched", stretched, 5),
        ("compressed and encrypted", json!({ "alg": "dir", "enc": "A256GCM", "zip": "DEF" }), 5),
        ("many members", many, 3),
        ("nested", json!({ "alg": "ES256", "typ": "JWT", "cty": "JWT" }), 3),
    ]
}

/// A good token with another header; its payload, where it says that it is nested, is ten tokens deep.
fn bomb(at: &Deployment, claims: &Value, header: &Value, parts: usize) -> String {
    let mut payload = jwt::encoded(claims);
    if header["cty"] == "JWT" {
        for _ in 0..10 {
            payload = jwt::encoded(&json!(format!("{}.{payload}.AAAA", jwt::encoded(header))));
        }
    }
    let good = at.client_key().sign("JWT", claims.to_string().as_bytes()).unwrap();
    let signature = good.rsplit('.').next().unwrap();
    let middle = if parts == 5 { "AAAA.AAAA." } else { "" };
    format!("{}.{middle}{payload}.{signature}", jwt::encoded(header))
}

/// S-125: what is compressed, stretched, nested, padded with members or huge is refused where it is read, as any other text that
/// is no good token.
#[test]
fn costly_tokens_are_refused_before_any_cryptography() {
    on_sqlite(async |at| {
        let claims = assertion_claims(at, "keyed");
        let keyed = RelyingParty::new(at, "keyed");
        let mut tokens: Vec<_> =
            bombs().into_iter().map(|(what, header, parts)| (what, bomb(at, &claims, &header, parts))).collect();
        let huge = at.client_key().sign("JWT", json!({ "x": "x".repeat(1 << 20) }).to_string().as_bytes()).unwrap();
        tokens.push(("huge", huge));

        for (what, token) in &tokens {
            let pairs = [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", token),
            ];
            let status = at.post("/oauth2/token", &[], &pairs).await.status.as_u16();
            assert!([400, 401, 413].contains(&status), "assertion: {what}: {status}");
            let pushed = keyed.post("/oauth2/par", &[("request", token)]).await;
            assert!([400, 413].contains(&pushed.status.as_u16()), "request object: {what}: {}", pushed.status);
            if *what != "huge" {
                assert_eq!(pushed.error().1, "invalid_request_object", "{what}");
                let request = RelyingParty::new(at, "web").request("openid").with("prompt", "none");
                let page = Browser::new(at).authorize(&request.with("id_token_hint", token)).await;
                assert!(
                    shown_error(&page, "invalid_request") || page.callback().error() == "invalid_request",
                    "{what}"
                );
            }
            let introspected = RelyingParty::new(at, "gateway").post("/oauth2/introspect", &[("token", token)]).await;
            let is_refused = [400, 413].contains(&introspected.status.as_u16());
            assert!(is_refused || introspected.json() == json!({ "active": false }), "{what}");
        }
    });
}

/// S-125: a DPoP proof as well.
#[test]
fn costly_proofs_are_refused_before_any_cryptography() {
    on_sqlite(async |at| {
        let key = ProofKey::new();
        let claims = proof_claims(at, "POST", "/oauth2/token");
        let mut headers = vec![
            json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk(), "zip": "DEF" }),
            json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk(), "p2c": i32::MAX }),
            json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk(), "x": "x".repeat(1 << 20) }),
        ];
        let mut many = headers[0].clone();
        for number in 0..10_000 {
            many[format!("m{number}")] = json!("");
        }
        headers.push(many);

        for header in headers {
            let reply = service_token(at, &key.sign(&header, &claims)).await;
            assert_eq!(reply.error(), (400, "invalid_dpop_proof".to_owned()));
        }
        service_token(at, &key.proof(&claims)).await.success();
    });
}
