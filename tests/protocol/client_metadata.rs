//! Every member of a client's metadata: taken at registration, told back, and taken and told again by a replacement.
//! RFC 7591 §2, §3.2.1; RFC 7592 §2.2.

use std::collections::BTreeSet;

use http::Method;
use portreeve_domain::Lifetime;
use portreeve_tests::deployment::{Deployment, on_both};
use serde_json::{Value, json};

use crate::registered::{ENDPOINT, REDIRECT_URI, Registered, allow, send};

/// What only the operator says of a client, by file.
const OF_OPERATORS: [&str; 8] =
    ["profile", "introspects", "resources", "exchanges", "may_act", "first_party", "branding", "require_dpop_nonce"];
/// What is fetched or verified first, and has tests of its own: sector_identifiers, software_statements, client_names.
const SHOWN_ELSEWHERE: [&str; 3] = ["sector_identifier_uri", "software_statement", "localized"];

/// The members that the server knows, as its own code names them.
fn known_members() -> BTreeSet<String> {
    let source = include_str!("../../crates/domain/src/client.rs");
    let (_, rest) = source.split_once("pub struct ClientMetadata {").expect("the struct");
    let (members, _) = rest.split_once("\n}").expect("its end");
    let named = members.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split(':').next());
    named.map(str::to_owned).collect()
}

/// Half of a web client that says all it can say at once: who it is, and how it is answered.
fn web() -> Value {
    json!({
        "client_name": "Everything",
        "application_type": "web",
        "redirect_uris": [REDIRECT_URI],
        "post_logout_redirect_uris": ["https://self.example/bye"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "grant_types": ["authorization_code", "refresh_token", "urn:openid:params:grant-type:ciba"],
        "response_types": ["code"],
        "response_modes": ["query", "form_post"],
        "scope": "openid email",
        "jwks": { "keys": [{
            "kty": "EC", "crv": "P-256", "kid": "b",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        }] },
        "subject_type": "pairwise",
        "id_token_signed_response_alg": "PS256",
        "id_token_encrypted_response_alg": "ECDH-ES",
        "id_token_encrypted_response_enc": "A256GCM",
        "userinfo_signed_response_alg": "EdDSA",
        "userinfo_encrypted_response_alg": "ECDH-ES",
        "userinfo_encrypted_response_enc": "A256GCM",
        "authorization_signed_response_alg": "RS256",
        "authorization_encrypted_response_alg": "ECDH-ES",
        "authorization_encrypted_response_enc": "A256GCM",
        "introspection_signed_response_alg": "ES256",
        "introspection_encrypted_response_alg": "ECDH-ES",
        "introspection_encrypted_response_enc": "A256GCM",
    })
}

/// The other half: how it asks, what people see of it, and where it is called.
fn web_on() -> Value {
    json!({
        "require_pushed_authorization_requests": true,
        "request_uris": ["https://self.example/request"],
        "request_object_signing_alg": "ES256",
        "request_object_encryption_alg": "ECDH-ES",
        "request_object_encryption_enc": "A256GCM",
        "require_signed_request_object": true,
        "default_max_age": 600,
        "require_auth_time": true,
        "default_acr_values": ["urn:portreeve:acr:1fa"],
        "dpop_bound_access_tokens": true,
        "client_uri": "https://self.example/",
        "policy_uri": "https://self.example/privacy",
        "tos_uri": "https://self.example/terms",
        "logo_uri": "https://self.example/logo.png",
        "contacts": ["ada@example.com"],
        "backchannel_logout_uri": "https://self.example/back",
        "backchannel_logout_session_required": true,
        "frontchannel_logout_uri": "https://self.example/front",
        "frontchannel_logout_session_required": true,
        "backchannel_token_delivery_mode": "ping",
        "backchannel_client_notification_endpoint": "https://self.example/notify",
        "backchannel_authentication_request_signing_alg": "ES256",
        "initiate_login_uri": "https://self.example/login",
        "software_id": "4NRB1-0XZABZI9E6-5SM3R",
        "software_version": "2.1",
        "authorization_details_types": ["payment"],
    })
}

/// Clients that say what the first cannot say beside the rest.
fn others() -> Vec<Value> {
    let by_certificate = |member: &str, value: &str| {
        json!({
            "redirect_uris": [REDIRECT_URI],
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_certificate_bound_access_tokens": true,
            member: value,
        })
    };
    vec![
        json!({
            "redirect_uris": [REDIRECT_URI],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "https://self.example/keys",
        }),
        by_certificate("tls_client_auth_subject_dn", "CN=self.example"),
        by_certificate("tls_client_auth_san_dns", "self.example"),
        by_certificate("tls_client_auth_san_uri", "https://self.example/"),
        by_certificate("tls_client_auth_san_ip", "192.0.2.7"),
        by_certificate("tls_client_auth_san_email", "self@self.example"),
    ]
}

fn check_told(told: &Value, sent: &Value, when: &str) {
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(told.get(name), Some(value), "{name}, {when}");
    }
}

/// Registers a client with these members, reads it, replaces them by the same, and reads it again.
async fn check_round_trip(at: &Deployment, token: &str, sent: &Value) {
    let registered = send(at, Method::POST, ENDPOINT, Some(token), sent).await;
    assert_eq!(registered.status, 201, "{sent}: {}", registered.text());
    let client = Registered(registered.json());
    check_told(&client.0, sent, "registered");
    check_told(&client.manage(at, Method::GET, &Value::Null).await.success(), sent, "read");
    let mut replacement = sent.clone();
    replacement["client_id"] = json!(client.id());
    let replaced = client.manage(at, Method::PUT, &replacement).await;
    assert_eq!(replaced.status, 200, "{sent}: {}", replaced.text());
    check_told(&replaced.json(), sent, "replaced");
    // A replacement may bring another token along; the client is read with that one.
    let replaced = Registered(replaced.json());
    check_told(&replaced.manage(at, Method::GET, &Value::Null).await.success(), sent, "read after that");
}

/// DR-01, DR-17: every member is taken, told back, and read back, by a registration and by a replacement.
#[test]
fn every_member_is_taken_and_told() {
    let mut whole = web();
    whole.as_object_mut().unwrap().extend(web_on().as_object().unwrap().clone());
    let mut all = others();
    all.insert(0, whole);
    let said: BTreeSet<String> = all.iter().flat_map(|sent| sent.as_object().unwrap().keys().cloned()).collect();
    let excused: BTreeSet<String> =
        [&OF_OPERATORS[..], &SHOWN_ELSEWHERE].concat().into_iter().map(str::to_owned).collect();
    assert_eq!(known_members().difference(&said).cloned().collect::<BTreeSet<_>>(), excused);

    on_both(async |at| {
        allow(at, "initial_access_token", "").await;
        at.apply(
            "[[resource_servers]]\nresource = \"https://pay.example.com\"\nscopes = [\"pay\"]\n\
             authorization_details_types = [{ type = \"payment\", schema = { type = \"object\" }, texts = { en = { title = \"Pay\" } } }]\n",
        )
        .await;
        let (_, token) = at.issuer.make_initial_access_token(&at.tenant(), 9, Lifetime::from_hours(1)).await.unwrap();
        for sent in &all {
            check_round_trip(at, token.expose(), sent).await;
        }
    });
}
