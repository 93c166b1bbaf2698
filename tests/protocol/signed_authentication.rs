//! Signed back-channel authentication requests. CIBA Core §7.1.1.

use portreeve_domain::Lifetime;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    backchannel::{Asker, GRANT},
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    dpop::{ProofKey, proof_claims},
    jwt,
    relying_party::{ASSERTION_TYPE, RelyingParty, assertion, assertion_claims},
    reply::Reply,
};
use serde_json::{Value, json};

const ENDPOINT: &str = "/oauth2/bc-authorize";

/// Registers a client that signs its requests with the key of `keyed`.
async fn kiosk(at: &Deployment) -> RelyingParty<'_> {
    let jwk = at.client_key().public_jwk();
    let members: Vec<_> = jwk.into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    at.apply(&format!(
        "[[clients]]\nclient_id = \"kiosk\"\nclient_secret = {{ file = \"secret\" }}\nresponse_types = []\n\
         grant_types = [\"urn:openid:params:grant-type:ciba\"]\nbackchannel_token_delivery_mode = \"poll\"\n\
         backchannel_authentication_request_signing_alg = \"ES256\"\njwks = {{ keys = [{{ {} }}] }}\n",
        members.join(", ")
    ))
    .await;
    RelyingParty::new(at, "kiosk")
}

/// What a good request says. The `jti` is new at each call.
fn claims(at: &Deployment) -> Value {
    json!({
        "iss": "kiosk", "aud": cast::ISSUER, "iat": at.seconds(), "nbf": at.seconds(), "exp": at.seconds() + 300,
        "jti": at.fresh_address().to_string(), "scope": "openid", "login_hint": cast::ADA,
        "binding_message": "W4SCT", "requested_expiry": 120,
    })
}

fn sign(at: &Deployment, claims: &Value) -> String {
    at.client_key().sign("JWT", claims.to_string().as_bytes()).unwrap()
}

async fn ask(kiosk: &RelyingParty<'_>, request: &str) -> Reply {
    kiosk.post(ENDPOINT, &[("request", request)]).await
}

fn refused(reply: &Reply) -> bool {
    reply.error() == (400, "invalid_request".to_owned())
}

/// Delivers what is left when a test is not about it.
async fn tidy(at: &Deployment) {
    at.wait(Lifetime::from_minutes(10));
    at.deliver_approval_links().await;
}

/// CB-02: what is signed is what is asked, down to the message on the page; it is taken once.
#[test]
fn a_signed_request_is_asked_once() {
    on_both(async |at| {
        let kiosk = kiosk(at).await;
        let request = sign(at, &claims(at));

        let answer = ask(&kiosk, &request).await.success();

        assert_eq!(answer["expires_in"], 120);
        let page = Asker::new(at, "kiosk").question(&Browser::new(at), cast::ADA).await;
        assert_eq!(page.text_of("binding-message").as_deref(), Some("W4SCT"));
        assert!(refused(&ask(&kiosk, &request).await), "a second time");
        tidy(at).await;
    });
}

/// CB-02: every claim is demanded, and each is what it must be.
#[test]
fn every_claim_is_demanded() {
    on_sqlite(async |at| {
        let kiosk = kiosk(at).await;
        for missing in ["iss", "aud", "exp", "iat", "nbf", "jti"] {
            let mut claims = claims(at);
            claims.as_object_mut().unwrap().remove(missing);
            assert!(refused(&ask(&kiosk, &sign(at, &claims)).await), "without {missing}");
        }
        let now = at.seconds();
        for (name, value) in [
            ("iss", json!("web")),
            ("aud", json!("https://other.example")),
            ("exp", json!(now - 31)),
            ("exp", json!(now + 3601)),
            ("nbf", json!(now + 61)),
            ("iat", json!(now + 61)),
            ("jti", json!("")),
            ("login_hint", json!({ "a": 1 })),
            ("login_hint", Value::Null),
        ] {
            let mut claims = claims(at);
            claims[name] = value.clone();
            assert!(refused(&ask(&kiosk, &sign(at, &claims)).await), "{name}: {value}");
        }
    });
}

/// CB-02: nothing outside is used, and a client that signs signs always, with its own key, by its own algorithm.
#[test]
fn nothing_else_counts() {
    on_sqlite(async |at| {
        let kiosk = kiosk(at).await;
        let made = SigningKey::generate(Algorithm::Es256).unwrap();
        let stranger = SigningKey::from_pkcs8(Algorithm::Es256, &made.pkcs8).unwrap();
        let forged = stranger.sign("JWT", claims(at).to_string().as_bytes()).unwrap();
        let unsigned = format!("{}.{}.", jwt::encoded(&json!({ "alg": "none" })), jwt::encoded(&claims(at)));

        for (name, value) in [("binding_message", "OTHER"), ("scope", "openid"), ("acr_values", "x")] {
            let good = sign(at, &claims(at));
            assert!(refused(&kiosk.post(ENDPOINT, &[("request", &good), (name, value)]).await), "{name}");
        }
        assert!(refused(&kiosk.post(ENDPOINT, &[("scope", "openid"), ("login_hint", cast::ADA)]).await), "not signed");
        assert!(refused(&ask(&kiosk, &forged).await) && refused(&ask(&kiosk, &unsigned).await));
        let till = RelyingParty::new(at, "till");
        assert!(refused(&ask(&till, &sign(at, &claims(at))).await), "no client that signs");
    });
}

/// CB-10: the algorithm is one that clients sign with, and there are keys to verify with.
#[test]
fn an_algorithm_needs_keys() {
    on_sqlite(async |at| {
        let client = |algorithm: &str| {
            format!(
                "[[clients]]\nclient_id = \"new\"\nclient_secret = {{ file = \"secret\" }}\nresponse_types = []\n\
                 grant_types = [\"urn:openid:params:grant-type:ciba\"]\nbackchannel_token_delivery_mode = \"poll\"\n\
                 backchannel_authentication_request_signing_alg = \"{algorithm}\"\n"
            )
        };

        assert!(at.try_apply(&client("ES256")).await.is_err(), "no keys");
        assert!(at.try_apply(&client("none")).await.is_err());
        let advertised =
            at.discovery().await["backchannel_authentication_request_signing_alg_values_supported"].clone();
        assert!(advertised.as_array().unwrap().contains(&json!("ES256")), "{advertised}");
    });
}

/// A client of the tenant `strict` that uses the back channel.
fn strict_kiosk(at: &Deployment, tenant: &str, more: &str) -> String {
    let jwk = at.client_key().public_jwk();
    let members: Vec<_> = jwk.into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    format!(
        "[[clients]]\ntenant = \"{tenant}\"\nclient_id = \"kiosk\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
         response_types = []\ngrant_types = [\"urn:openid:params:grant-type:ciba\"]\n\
         jwks = {{ keys = [{{ {} }}] }}\n{more}\n",
        members.join(", ")
    )
}

const SIGNED: &str = "backchannel_authentication_request_signing_alg = \"ES256\"\n";
const POLL: &str = "backchannel_token_delivery_mode = \"poll\"\n";
const PUSH: &str = "backchannel_token_delivery_mode = \"push\"\n\
                    backchannel_client_notification_endpoint = \"https://kiosk.example/notify\"\n";

/// CB-11: in profile `fapi2` a client signs, with an algorithm of the profile, and is not sent its tokens (FAPI-CIBA §5.2.2).
#[test]
fn the_strict_profile_registers_who_signs_and_fetches() {
    on_sqlite(async |at| {
        let ping = PUSH.replace("push", "ping");
        for (more, is_good) in [
            (format!("{POLL}{SIGNED}"), true),
            (format!("{ping}{SIGNED}"), true),
            (format!("{PUSH}{SIGNED}"), false),
            (POLL.to_owned(), false),
            (format!("{POLL}{}", SIGNED.replace("ES256", "RS256")), false),
        ] {
            assert_eq!(at.try_apply(&strict_kiosk(at, "strict", &more)).await.is_ok(), is_good, "{more}");
            assert!(at.try_apply(&strict_kiosk(at, "acme", &more)).await.is_ok(), "{more}");
        }
        let metadata = at.get("/t/strict/.well-known/openid-configuration", &[]).await.success();
        assert_eq!(metadata["backchannel_token_delivery_modes_supported"], json!(["poll", "ping"]));
    });
}

/// CB-11: there a request is signed and says what it is about; whoever was registered before is held to it as well.
#[test]
fn the_strict_profile_asks_signed_and_bound() {
    on_sqlite(async |at| {
        at.apply(&strict_kiosk(at, "strict", &format!("{POLL}{SIGNED}"))).await;
        let kiosk = RelyingParty::of_tenant(at, "strict", "kiosk");
        let mut bound = claims(at);
        bound["aud"] = json!(kiosk.issuer());
        let mut bare = bound.clone();
        bare.as_object_mut().unwrap().remove("binding_message");

        assert!(refused(&ask(&kiosk, &sign(at, &bare)).await), "nothing that binds it");
        bound["jti"] = json!("another");
        ask(&kiosk, &sign(at, &bound)).await.success();
        assert!(refused(&kiosk.post(ENDPOINT, &[("scope", "openid"), ("login_hint", cast::ADA)]).await), "not signed");

        for (more, error) in [(POLL.to_owned(), "invalid_request"), (format!("{PUSH}{SIGNED}"), "unauthorized_client")]
        {
            at.apply("[[tenants]]\nslug = \"default\"\nprofile = \"oauth21\"\n").await;
            at.apply(&strict_kiosk(at, "default", &more)).await;
            at.apply("[[tenants]]\nslug = \"default\"\nprofile = \"fapi2\"\n").await;
            let before = RelyingParty::new(at, "kiosk");
            let signed = sign(at, &claims(at));
            let unsigned = [("scope", "openid"), ("login_hint", cast::ADA), ("binding_message", "W4SCT")];
            let reply = if more == POLL { before.post(ENDPOINT, &unsigned).await } else { ask(&before, &signed).await };
            assert_eq!(reply.error(), (400, error.to_owned()), "{more}");
        }
        tidy(at).await;
    });
}

/// CB-01, CB-11: an assertion may be made for any endpoint of the grant, in profile `fapi2` too (CIBA Core §7.1): clients of
/// FAPI-CIBA name the one they send it to. For every other request of theirs it is the issuer, as text.
#[test]
fn an_assertion_is_for_an_endpoint_of_the_grant() {
    on_both(async |at| {
        at.apply(&strict_kiosk(at, "strict", &format!("{POLL}{SIGNED}"))).await;
        let kiosk = RelyingParty::of_tenant(at, "strict", "kiosk");
        let issuer = kiosk.issuer();
        let at_path = |path: &str| format!("/t/strict{path}");
        let proven = |audience: &str| {
            let mut claims = assertion_claims(at, "kiosk");
            claims["aud"] = json!(audience);
            assertion(at, &claims)
        };
        for (number, path) in ["", ENDPOINT, "/oauth2/token"].into_iter().enumerate() {
            let mut bound = claims(at);
            (bound["aud"], bound["jti"]) = (json!(issuer), json!(format!("request {number}")));
            let (request, audience) = (sign(at, &bound), format!("{issuer}{path}"));
            let proof = proven(&audience);
            let own = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", proof.as_str())];
            let asked = at.post(&at_path(ENDPOINT), &[], &[&own[..], &[("request", &request)]].concat()).await;
            let answer = asked.success();
            let code = answer["auth_req_id"].as_str().unwrap();

            let proof = proven(&audience);
            let own = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", proof.as_str())];
            let wanted = [("grant_type", GRANT), ("auth_req_id", code)];
            let bound = ProofKey::new().proof(&proof_claims(at, "POST", &at_path("/oauth2/token")));
            let bound = [("dpop", bound.as_str())];
            let polled = at.post(&at_path("/oauth2/token"), &bound, &[&own[..], &wanted[..]].concat()).await;
            assert_eq!(polled.error().1, "authorization_pending", "{audience}");
            at.wait(Lifetime::from_minutes(10));

            let proof = proven(&audience);
            let own = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", proof.as_str())];
            let refreshed = [("grant_type", "refresh_token"), ("refresh_token", "ptrt_x")];
            let other = at.post(&at_path("/oauth2/token"), &[], &[&own[..], &refreshed[..]].concat()).await;
            assert_eq!(other.error().1 == "invalid_client", !path.is_empty(), "{audience}: {}", other.text());
        }
        tidy(at).await;
    });
}
