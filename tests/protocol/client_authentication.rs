//! How a client shows who it is. RFC 6749 §2.3, §5.2, RFC 7523 §3, OIDC Core §9.

use base64::{Engine, engine::general_purpose::STANDARD};
use portreeve_domain::Lifetime;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{ASSERTION_TYPE, RelyingParty, assertion, assertion_claims, basic, mac_token},
    reply::Reply,
};
use serde_json::{Value, json};

use crate::registered::{allow, register};

const TOKEN: &str = "/oauth2/token";
const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const SCOPE: (&str, &str) = ("scope", "orders.read");

fn invalid_client(reply: &Reply) -> bool {
    reply.error().1 == "invalid_client" && [400, 401].contains(&reply.status.as_u16())
}

/// Asks for a token as `keyed` with an assertion.
async fn with_assertion(at: &Deployment, assertion: &str) -> Reply {
    let pairs = [GRANT, SCOPE, ("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)];
    at.post(TOKEN, &[], &pairs).await
}

async fn with_claims(at: &Deployment, claims: &Value) -> Reply {
    with_assertion(at, &assertion(at, claims)).await
}

/// OA-08, S-050: two authentications in one request are refused.
#[test]
fn two_authentications_are_refused() {
    on_both(async |at| {
        let header = basic("service", cast::SECRET);
        let authorization = [("authorization", header.as_str())];
        let assertion = assertion(at, &assertion_claims(at, "keyed"));

        let beside: [&[(&str, &str)]; 3] = [
            &[("client_id", "service"), ("client_secret", cast::SECRET)],
            &[("client_id", "web")],
            &[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)],
        ];

        for second in beside {
            let reply = at.post(TOKEN, &authorization, &[&[GRANT, SCOPE], second].concat()).await;
            assert_eq!(reply.error(), (400, "invalid_request".to_owned()), "{}", second[0].0);
        }
        assert_eq!(at.post(TOKEN, &authorization, &[GRANT, SCOPE]).await.status, 200);
    });
}

/// OA-08: two `Authorization` headers are refused.
#[test]
fn two_authorization_headers_are_refused() {
    on_sqlite(async |at| {
        let good = basic("service", cast::SECRET);
        let bad = basic("service", "wrong");

        let reply = at.post(TOKEN, &[("authorization", &bad), ("authorization", &good)], &[GRANT, SCOPE]).await;

        assert_eq!(reply.error(), (400, "invalid_request".to_owned()));
    });
}

/// OA-09: identifier and secret of HTTP Basic are form-decoded before use.
#[test]
fn basic_credentials_are_form_decoded() {
    on_sqlite(async |at| {
        let plain = STANDARD.encode(format!("service:{}", cast::SECRET));
        let encoded = basic("service", cast::SECRET);
        assert_ne!(encoded, format!("Basic {plain}"), "the secret has characters to be escaped");

        let decoded = at.post(TOKEN, &[("authorization", &encoded)], &[GRANT, SCOPE]).await;
        let undecoded = at.post(TOKEN, &[("authorization", &format!("Basic {plain}"))], &[GRANT, SCOPE]).await;

        assert_eq!(decoded.status, 200);
        assert!([400, 401].contains(&undecoded.status.as_u16()));
    });
}

/// OA-10: credentials in the URI are refused, also beside good ones.
#[test]
fn credentials_in_the_uri_are_refused() {
    on_sqlite(async |at| {
        let header = basic("service", cast::SECRET);
        let query = format!("{TOKEN}?client_id=service&client_secret=x");

        let alone = at.post(&query, &[], &[GRANT, SCOPE]).await;
        let beside = at.post(&query, &[("authorization", &header)], &[GRANT, SCOPE]).await;

        assert_eq!(alone.error(), (400, "invalid_request".to_owned()));
        assert_eq!(beside.error(), (400, "invalid_request".to_owned()));
    });
}

/// OA-11, S-059: `invalid_client` is 401, with a challenge for the scheme that was tried.
#[test]
fn a_wrong_secret_is_401() {
    on_sqlite(async |at| {
        let by_basic = at.post(TOKEN, &[("authorization", &basic("service", "wrong"))], &[GRANT]).await;
        let by_post = at.post(TOKEN, &[], &[GRANT, ("client_id", "post"), ("client_secret", "wrong")]).await;

        assert_eq!(by_basic.error(), (401, "invalid_client".to_owned()));
        assert!(by_basic.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Basic")));
        assert!(invalid_client(&by_post));
    });
}

/// OC-50, S-050, OA-TK-13: a client authenticates by its registered method and no other.
#[test]
fn another_method_than_the_registered_is_refused() {
    on_both(async |at| {
        let (keyed, post) = (basic("keyed", cast::SECRET), basic("post", cast::SECRET));
        let secret = ("client_secret", cast::SECRET);

        let form_for_basic = at.post(TOKEN, &[], &[GRANT, SCOPE, ("client_id", "service"), secret]).await;
        let none_for_basic = at.post(TOKEN, &[], &[GRANT, SCOPE, ("client_id", "service")]).await;
        let secret_for_keyed = at.post(TOKEN, &[("authorization", &keyed)], &[GRANT, SCOPE]).await;
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        let basic_for_post = at.post(TOKEN, &[("authorization", &post)], &refresh).await;

        for reply in [form_for_basic, none_for_basic, secret_for_keyed, basic_for_post] {
            assert!(invalid_client(&reply), "{}", reply.text());
        }
        assert_eq!(RelyingParty::new(at, "keyed").client_credentials(&[SCOPE]).await.status, 200);
        assert_eq!(RelyingParty::new(at, "post").refresh("x").await.error().1, "invalid_grant");
    });
}

/// OC-51, S-049, OA-JW-7: an assertion counts once.
#[test]
fn an_assertion_cannot_be_replayed() {
    on_both(async |at| {
        let once = assertion(at, &assertion_claims(at, "keyed"));

        assert_eq!(with_assertion(at, &once).await.status, 200);
        assert!(invalid_client(&with_assertion(at, &once).await));
        at.wait(Lifetime::from_seconds(59));
        assert!(invalid_client(&with_assertion(at, &once).await));
    });
}

/// OC-51, S-049, OA-JW-2, OA-JW-3, OA-JW-4, OA-JW-5, OA-JW-8: an assertion names its client twice, us as audience, and an end
/// that is near.
#[test]
fn an_assertion_has_the_required_claims() {
    on_both(async |at| {
        let changed = |name: &str, value: Value| {
            let mut claims = assertion_claims(at, "keyed");
            claims[name] = value;
            claims
        };
        let now = at.seconds();
        for (name, value) in [
            ("iss", json!("web")),
            ("sub", json!("web")),
            ("aud", json!("https://other.example")),
            ("aud", json!([cast::ISSUER, "https://other.example"])),
            ("exp", json!(now - 31)),
            ("exp", json!(now + 3600)),
            ("exp", json!("soon")),
            ("exp", json!(1e300)),
            ("exp", json!(9_223_372_036_854_775_807_u64)),
            ("exp", json!(-1)),
            ("nbf", json!(now + 3600)),
            ("jti", json!("")),
            ("jti", json!(7)),
        ] {
            let reply = with_claims(at, &changed(name, value.clone())).await;
            assert!(invalid_client(&reply), "{name} = {value}: {}", reply.text());
        }
        for missing in ["iss", "sub", "aud", "exp", "jti"] {
            let mut claims = assertion_claims(at, "keyed");
            claims.as_object_mut().unwrap().remove(missing);
            assert!(invalid_client(&with_claims(at, &claims).await), "without {missing}");
        }
        assert_eq!(with_claims(at, &assertion_claims(at, "keyed")).await.status, 200);
        // RFC 9126 §2 and CIBA Core §7.1 name two endpoints besides.
        for endpoint in [TOKEN, "/oauth2/par", "/oauth2/bc-authorize"] {
            let audience = json!(format!("{}{endpoint}", cast::ISSUER));
            assert_eq!(with_claims(at, &changed("aud", audience)).await.status, 200, "{endpoint}");
        }
        let elsewhere = with_claims(at, &changed("aud", json!(format!("{}/oauth2/userinfo", cast::ISSUER)))).await;
        assert!(invalid_client(&elsewhere), "an endpoint that takes no assertions");
    });
}

/// S-052, OA-JW-9, OA-JW-10: the algorithm is that of the registered key; unsigned and symmetric assertions prove nothing.
#[test]
fn other_algorithms_are_refused() {
    on_both(async |at| {
        let said = assertion_claims(at, "keyed");
        let claims = jwt::encoded(&said);
        let good = assertion(at, &assertion_claims(at, "keyed"));
        let kid = jwt::header(&good)["kid"].clone();
        let public = at.client_key().public_pem();
        let signed_with_public = |algorithm: &str| mac_token(&json!({ "alg": algorithm, "kid": kid }), &said, &public);
        let with_header = |header: Value, signature: &str| format!("{}.{claims}.{signature}", jwt::encoded(&header));
        for (what, forged) in [
            ("none", with_header(json!({ "alg": "none", "kid": kid }), "")),
            ("NoNe", with_header(json!({ "alg": "NoNe", "kid": kid }), "")),
            ("HS256 with the public key", signed_with_public("HS256")),
            ("ES256 with an HMAC", signed_with_public("ES256")),
            ("zeros", with_header(json!({ "alg": "ES256", "kid": kid }), &"A".repeat(86))),
            ("no signature", with_header(json!({ "alg": "ES256", "kid": kid }), "")),
            ("RS256", with_header(json!({ "alg": "RS256", "kid": kid }), &"A".repeat(342))),
            ("no algorithm", with_header(json!({ "kid": kid }), &"A".repeat(86))),
        ] {
            assert!(invalid_client(&with_assertion(at, &forged).await), "{what}");
        }
        assert_eq!(with_assertion(at, &good).await.status, 200);
    });
}

/// S-052: a key of somebody else signs for nobody here.
#[test]
fn a_foreign_key_is_refused() {
    on_both(async |at| {
        let generated = SigningKey::generate(Algorithm::Es256).unwrap();
        let foreign = SigningKey::from_pkcs8(Algorithm::Es256, &generated.pkcs8).unwrap();
        let claims = assertion_claims(at, "keyed").to_string();

        let own_kid = foreign.sign("JWT", claims.as_bytes()).unwrap();
        let parts: Vec<_> = own_kid.split('.').collect();
        let header = json!({ "alg": "ES256", "kid": at.client_key().kid() });
        let borrowed_kid = format!("{}.{}.{}", jwt::encoded(&header), parts[1], parts[2]);

        assert!(invalid_client(&with_assertion(at, &own_kid).await));
        assert!(invalid_client(&with_assertion(at, &borrowed_kid).await));
    });
}

/// S-053: nothing in the header is followed or obeyed.
#[test]
fn hostile_headers_are_refused() {
    on_both(async |at| {
        let generated = SigningKey::generate(Algorithm::Es256).unwrap();
        let foreign = SigningKey::from_pkcs8(Algorithm::Es256, &generated.pkcs8).unwrap();
        let good = assertion(at, &assertion_claims(at, "keyed"));
        let (kid, parts) = (jwt::header(&good)["kid"].clone(), good.split('.').collect::<Vec<_>>());
        for (what, header) in [
            ("kid with a path", json!({ "alg": "ES256", "kid": "../../etc/passwd" })),
            ("kid with SQL", json!({ "alg": "ES256", "kid": "' OR 1=1 --" })),
            ("long kid", json!({ "alg": "ES256", "kid": "x".repeat(12_000) })),
            ("own key", json!({ "alg": "ES256", "jwk": foreign.public_jwk() })),
            ("key by URL", json!({ "alg": "ES256", "kid": kid, "jku": "https://evil.example/jwks" })),
            ("certificate by URL", json!({ "alg": "ES256", "kid": kid, "x5u": "https://evil.example/x" })),
            ("critical", json!({ "alg": "ES256", "kid": kid, "crit": ["exp"] })),
            ("unencoded payload", json!({ "alg": "ES256", "kid": kid, "crit": ["b64"], "b64": false })),
            ("zip", json!({ "alg": "ES256", "kid": kid, "zip": "DEF" })),
        ] {
            let forged = format!("{}.{}.{}", jwt::encoded(&header), parts[1], parts[2]);
            assert!(invalid_client(&with_assertion(at, &forged).await), "{what}");
        }
        assert_eq!(with_assertion(at, &good).await.status, 200);
    });
}

/// S-054: keys that could not protect a client cannot be registered.
#[test]
fn bad_keys_cannot_be_registered() {
    on_both(async |at| {
        let client = |keys: &str| {
            format!(
                "[[clients]]\nclient_id = \"new\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
                 grant_types = [\"client_credentials\"]\nresponse_types = []\njwks = {{ keys = [{keys}] }}\n"
            )
        };
        let good: Vec<_> =
            at.client_key().public_jwk().into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let good = good.join(", ");
        let own = at.client_key();
        let kid = own.kid();
        allow(at, "open", "").await;
        let small = "A".repeat(171);
        for (what, keys) in [
            ("symmetric", "{ kty = \"oct\", k = \"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\" }".to_owned()),
            ("private", format!("{{ {good}, d = \"{}\" }}", "A".repeat(43))),
            ("RSA of 1024 bits", format!("{{ kty = \"RSA\", n = \"{small}\", e = \"AQAB\" }}")),
            ("RSA with e = 1", format!("{{ kty = \"RSA\", n = \"{}\", e = \"AQ\" }}", "x".repeat(342))),
            ("point off the curve", {
                let zero = "A".repeat(43);
                format!("{{ kty = \"EC\", crv = \"P-256\", x = \"{zero}\", y = \"{zero}\" }}")
            }),
            ("twice the same kid", format!("{{ {good} }}, {{ {good} }}")),
            (
                "a thousand",
                (0..1000)
                    .map(|n| good.replace(kid, &format!("k{n}")))
                    .map(|key| format!("{{ {key} }}"))
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
        ] {
            let text = client(&keys);
            assert!(at.try_apply(&text).await.is_err(), "{what}");
            let table: toml::Table = text.parse().unwrap();
            let registered = register(at, None, &json!(table["clients"][0])).await;
            assert_eq!(registered.error(), (400, "invalid_client_metadata".to_owned()), "{what}");
        }
        assert!(at.try_apply(&client(&format!("{{ {good} }}"))).await.is_ok());
    });
}

/// S-048: two secrets work while rotating; the ended one is dead at once.
#[test]
fn secrets_can_be_rotated() {
    on_both(async |at| {
        use portreeve_issuer::configure::FormerSecrets;
        let id = portreeve_domain::ClientId::parse("service").unwrap();
        let tries =
            async |secret: &str| at.post(TOKEN, &[("authorization", &basic("service", secret))], &[GRANT, SCOPE]).await;

        let rotate = async |former| {
            let rotation = at.issuer.prepare_secret_rotation(&at.tenant(), &id, former).unwrap();
            at.issuer.rotate_client_secret(&at.tenant(), &rotation).await.unwrap();
            at.issuer.directory.refresh().await.unwrap();
            rotation.secret
        };

        let second = rotate(FormerSecrets::Keep).await;
        let (old, new) = (tries(cast::SECRET).await, tries(second.expose()).await);
        let third = rotate(FormerSecrets::End).await;

        assert_eq!((old.status.as_u16(), new.status.as_u16()), (200, 200));
        assert_eq!(tries(cast::SECRET).await.status, 401);
        assert_eq!(tries(second.expose()).await.status, 401);
        assert_eq!(tries(third.expose()).await.status, 200);
    });
}
