//! What a client that registers itself may send, and what it is told.

use super::*;
use crate::testing::web_client;

const ANYBODY: Registrant<'_> =
    Registrant { profile: Profile::OAuth21, origin: ClientOrigin::Anybody, registered: None };
const VOUCHED: Registrant<'_> = Registrant { origin: ClientOrigin::Vouched, ..ANYBODY };
const REDIRECT: &str = r#""redirect_uris":["https://rp.example/cb"]"#;

fn read(body: &[u8]) -> Result<Submitted, Refusal> {
    Sent::read(body)?.submitted(None)
}

fn registered(members: &str) -> Result<ClientMetadata, Refusal> {
    read(format!("{{{REDIRECT}{members}}}").as_bytes())?.for_new_client(ANYBODY)
}

/// The cause, and the field the detail begins with.
fn refused(result: Result<ClientMetadata, Refusal>) -> (Cause, String) {
    let refusal = result.unwrap_err();
    let detail = refusal.detail.unwrap_or_default();
    (refusal.cause, detail.split(' ').next().unwrap_or_default().to_owned())
}

/// S-056, RFC 7591 §2: members nobody knows are ignored, and so are null ones.
#[test]
fn what_nobody_knows_is_ignored() {
    let hidden = r#","trusted":true,"roles":["admin"],"tenant":"acme","mappers":{},"client_name":null"#;

    let metadata = registered(hidden).unwrap();

    assert_eq!(metadata, registered("").unwrap());
    assert_eq!(metadata.client_name, None);
}

/// S-056: what only the operator decides is refused, whatever its value.
#[test]
fn what_the_operator_decides_is_refused() {
    for (field, value) in [("introspects", "[]"), ("resources", r#"["https://a.example"]"#), ("first_party", "false")] {
        let result = registered(&format!(r#","{field}":{value}"#));
        assert_eq!(refused(result), (Cause::MetadataInvalid, field.to_owned()));
    }
    assert_eq!(refused(registered(r#","profile":"oidc""#)), (Cause::MetadataInvalid, "profile".to_owned()));
}

/// S-056, S-060: what the operator has decided of a client is still so when the client says something new of itself.
#[test]
fn what_the_operator_decided_outlives_a_replacement() {
    let said =
        |grant: &str| format!(r#"{{{REDIRECT},"client_id":"web","grant_types":["authorization_code","{grant}"]}}"#);
    let with_exchange = said(GrantType::TokenExchange.name());
    let mut client = web_client();
    let mut members =
        serde_json::to_value(read(with_exchange.as_bytes()).unwrap().for_new_client(VOUCHED).unwrap()).unwrap();
    for (name, value) in [
        ("introspects", json!(["https://api.example"])),
        ("resources", json!(["https://api.example"])),
        ("exchanges", json!([{ "from": ["https://api.example"], "to": ["https://orders.example"] }])),
        ("may_act", json!("service")),
        ("first_party", json!(true)),
        ("branding", json!({ "color": "#204060" })),
    ] {
        assert_ne!(members.get(name), Some(&value));
        members[name] = value;
    }
    client.metadata = serde_json::from_value(members).unwrap();
    let replaced = |body: &str| {
        let submitted = read(body.as_bytes()).unwrap();
        serde_json::to_value(submitted.for_client(&client, Profile::OAuth21, |_| false).unwrap()).unwrap()
    };
    let before = serde_json::to_value(&client.metadata).unwrap();

    let (with_exchange, without) = (replaced(&with_exchange), replaced(&said("refresh_token")));

    for name in RESERVED {
        assert_eq!(with_exchange[name], before[name], "{name}");
        assert!(without[name] == before[name] || name == "exchanges", "{name}");
    }
    assert_eq!(without["exchanges"], json!([]));
}

/// S-056: a token of its own needs somebody who vouches for the client.
#[test]
fn a_client_nobody_knows_gets_nothing_on_its_own_account() {
    let body = format!(r#"{{{REDIRECT},"grant_types":["authorization_code","client_credentials"]}}"#);
    let register = |registrant| read(body.as_bytes()).unwrap().for_new_client(registrant);

    assert_eq!(refused(register(ANYBODY)), (Cause::MetadataInvalid, "grant_types".to_owned()));
    assert!(register(VOUCHED).is_ok());
}

/// DR-12: what is no registration at all, and what has a member of a wrong type.
#[test]
fn malformed_bodies_are_refused() {
    let deep = format!(r#"{{"jwks":{}1{}}}"#, "[".repeat(17), "]".repeat(17));
    for body in ["", "[]", "null", "{", r#"{"client_name":"a","client_name":"b"}"#, &deep] {
        let result = read(body.as_bytes()).map(|_| ());
        assert_eq!(result.unwrap_err().cause, Cause::RegistrationMalformed, "{body}");
    }
    for (field, value) in [
        ("client_name", "7"),
        ("grant_types", r#"["password"]"#),
        ("token_endpoint_auth_method", r#""magic""#),
        ("client_id", "7"),
        ("client_name#de", "{}"),
        ("scope", r#"["openid"]"#),
    ] {
        let result = registered(&format!(r#","{field}":{value}"#));
        assert_eq!(refused(result), (Cause::MetadataInvalid, field.to_owned()));
    }
}

/// DR-17, DR-18: a replacement names the client, chooses no secret and sends nothing that the server tells.
#[test]
fn a_replacement_is_of_the_client_itself() {
    let client = web_client();
    let replace = |members: &str| {
        let body = format!("{{{REDIRECT}{members}}}");
        let is_secret = |secret: &SecretText| secret.expose() == "held";
        read(body.as_bytes()).unwrap().for_client(&client, Profile::OAuth21, is_secret)
    };

    assert!(replace(r#","client_id":"web""#).is_ok());
    assert!(replace(r#","client_id":"web","client_secret":"held""#).is_ok());
    for (field, members) in [
        ("client_id", ""),
        ("client_id", r#","client_id":"other""#),
        ("client_secret", r#","client_id":"web","client_secret":"chosen""#),
        ("registration_access_token", r#","client_id":"web","registration_access_token":"x""#),
        ("registration_client_uri", r#","client_id":"web","registration_client_uri":"x""#),
        ("client_secret_expires_at", r#","client_id":"web","client_secret_expires_at":0"#),
        ("client_id_issued_at", r#","client_id":"web","client_id_issued_at":0"#),
    ] {
        assert_eq!(refused(replace(members)), (Cause::MetadataInvalid, field.to_owned()), "{members}");
    }
}

/// DR-01, DR-02, DR-13: everything registered is told, a secret with its end, nothing that is ours.
#[test]
fn a_client_is_told_everything_about_itself() {
    let metadata = registered(r#","client_name":"Net","client_name#de":"Netz","software_id":"4NRB1""#).unwrap();
    let id = ClientId::parse("dyn_1").unwrap();
    let secret = SecretText::new("new".to_owned());
    let mut information = ClientInformation {
        issuer: "https://id.example",
        id: &id,
        metadata: &metadata,
        issued_at: Timestamp::from_millis(1_700_000_000_999),
        new_secret: Some(&secret),
        registration_access_token: "rat",
    };
    let told = |information: &ClientInformation<'_>| -> Value {
        serde_json::from_slice(&information.to_json().unwrap()).unwrap()
    };

    let first = told(&information);
    information.new_secret = None;
    let later = told(&information);

    assert_eq!(
        first,
        json!({
            "client_id": "dyn_1",
            "client_id_issued_at": 1_700_000_000,
            "client_secret": "new",
            "client_secret_expires_at": 0,
            "registration_access_token": "rat",
            "registration_client_uri": "https://id.example/oauth2/register/dyn_1",
            "client_name": "Net",
            "client_name#de": "Netz",
            "software_id": "4NRB1",
            "application_type": "web",
            "redirect_uris": ["https://rp.example/cb"],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic",
            "subject_type": "public",
            "require_auth_time": false,
            "backchannel_logout_session_required": false,
            "frontchannel_logout_session_required": false,
            "require_pushed_authorization_requests": false,
            "require_signed_request_object": false,
            "tls_client_certificate_bound_access_tokens": false,
            "dpop_bound_access_tokens": false,
            "require_dpop_nonce": false,
        })
    );
    assert_eq!(later.get("client_secret"), None);
}

/// MC-07, RFC 8252 §7.3: a client that redirects to its device only may use any port there, whether it says so or not.
#[test]
fn a_client_on_the_device_is_native() {
    let read = |members: &str| {
        let body =
            format!(r#"{{"redirect_uris":["http://127.0.0.1:3000/cb"],"token_endpoint_auth_method":"none"{members}}}"#);
        read(body.as_bytes()).unwrap().for_new_client(ANYBODY).unwrap().application_type
    };

    assert_eq!(read(""), ApplicationType::Native);
    assert_eq!(read(r#","application_type":"web""#), ApplicationType::Web);
    assert_eq!(registered("").unwrap().application_type, ApplicationType::Web);
}
