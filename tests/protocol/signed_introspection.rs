//! Introspection answers as JWTs. RFC 9701.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portreeve_domain::TenantId;
use portreeve_tests::{
    cast,
    deployment::{Deployment, on_sqlite},
    jwt,
    relying_party::RelyingParty,
    reply::Reply,
};
use serde_json::{Value, json};

const MEDIA_TYPE: &str = "application/token-introspection+jwt";

/// Asks as `gateway` for a JWT.
async fn ask(at: &Deployment, token: &str, accept: &str) -> Reply {
    let mut request = RelyingParty::new(at, "gateway").prepared("/oauth2/introspect", &[("token", token)]);
    request.headers_mut().insert("accept", accept.parse().unwrap());
    at.send(request).await
}

async fn service_token(at: &Deployment) -> String {
    let answer = RelyingParty::new(at, "service").client_credentials(&[("scope", "orders.read")]).await.success();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// IN-06, IN-07: by the media type; typed, signed, for this caller, the answer inside and nothing of it outside.
#[test]
fn an_answer_is_signed_for_its_caller() {
    on_sqlite(async |at| {
        let token = service_token(at).await;
        let plain = RelyingParty::new(at, "gateway").introspect(&token).await.success();

        let reply = ask(at, &token, MEDIA_TYPE).await;

        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, Some(MEDIA_TYPE)));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let text = reply.text();
        assert_eq!(jwt::header(&text)["typ"], "token-introspection+jwt");
        assert_eq!(jwt::header(&text)["alg"], "RS256");
        let expected = json!({
            "iss": cast::ISSUER, "aud": "gateway", "iat": at.seconds(), "token_introspection": plain
        });
        assert_eq!(signed_claims(at, &text), expected);
    });
}

/// Checks the signature. RS256 is deterministic: the published key, over the very same bytes, gives the very same token.
fn signed_claims(at: &Deployment, token: &str) -> Value {
    let tenant = at.issuer.directory.by_id(TenantId::DEFAULT).unwrap();
    let kid = jwt::header(token)["kid"].as_str().unwrap().to_owned();
    let known = tenant.signing.all().iter().find(|known| known.key.kid() == kid).expect("a published key");
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    assert_eq!(known.key.sign("token-introspection+jwt", &payload).unwrap(), token);
    jwt::claims(token)
}

/// IN-09: what is not active says so inside, and nothing else.
#[test]
fn an_inactive_token_says_so_inside() {
    on_sqlite(async |at| {
        let revoked = service_token(at).await;
        RelyingParty::new(at, "service").revoke(&revoked).await;

        for token in [revoked.as_str(), "garbage"] {
            let claims = jwt::claims(&ask(at, token, MEDIA_TYPE).await.text());
            assert_eq!(claims["token_introspection"], json!({ "active": false }));
        }
    });
}

/// IN-06: whoever does not name the media type gets JSON.
#[test]
fn json_is_the_default() {
    on_sqlite(async |at| {
        let token = service_token(at).await;
        for accept in ["*/*", "application/json", "application/jwt"] {
            let reply = ask(at, &token, accept).await;
            assert_eq!(
                (reply.header("content-type"), reply.success()["active"].clone()),
                (Some("application/json"), json!(true))
            );
        }
    });
}

/// IN-08: the registered algorithm is obeyed, and the algorithms are published.
#[test]
fn the_registered_algorithm_is_used() {
    on_sqlite(async |at| {
        let client = |algorithm: &str| {
            format!(
                "[[clients]]\nclient_id = \"gateway\"\nclient_secret = {{ file = \"secret\" }}\n\
                 grant_types = [\"client_credentials\"]\nresponse_types = []\nintrospects = [\"{}\"]\n\
                 introspection_signed_response_alg = \"{algorithm}\"\n",
                cast::ORDERS
            )
        };
        for algorithm in ["ES256", "PS256", "EdDSA"] {
            at.apply(&client(algorithm)).await;
            let reply = ask(at, &service_token(at).await, MEDIA_TYPE).await;

            assert_eq!(jwt::header(&reply.text())["alg"], algorithm);
        }
        assert_eq!(
            at.discovery().await["introspection_signing_alg_values_supported"],
            json!(["RS256", "ES256", "PS256", "EdDSA"])
        );
        for unknown in ["HS256", "none", "PS512"] {
            assert!(at.try_apply(&client(unknown)).await.is_err(), "{unknown}");
        }
    });
}
