//! OD-06 for every profile: each member of the metadata is shown to be true, and what it does not list does not work.
//!
//! Every member has a row here, or the test fails with its name: who adds one to the document says here how it is shown.
//! Lists are compared with everything their registry knows: advertised values are taken, all others are refused.
//! OIDC Discovery §3, RFC 8414 §2.

mod behaviour;
mod registries;
mod tenant;

use std::{fs, path::Path};

use portreeve_tests::cast;
use serde_json::{Value, json};

use registries::{CONTENT_ENCRYPTION, GRANTS, KEY_MANAGEMENT, METHODS, RESPONSE_TYPES, SIGNATURES};
use tenant::{MTLS, Switches, base, on_each, registration};

/// Lists whose values a client registers: the member of the metadata, the field, and everything its registry knows.
const REGISTERED: [(&str, &str, &[&str]); 24] = [
    ("grant_types_supported", "grant_types", GRANTS),
    ("subject_types_supported", "subject_type", &["public", "pairwise", "anonymous"]),
    ("token_endpoint_auth_methods_supported", "token_endpoint_auth_method", METHODS),
    ("token_endpoint_auth_signing_alg_values_supported", "token_endpoint_auth_signing_alg", SIGNATURES),
    ("introspection_endpoint_auth_signing_alg_values_supported", "token_endpoint_auth_signing_alg", SIGNATURES),
    ("revocation_endpoint_auth_signing_alg_values_supported", "token_endpoint_auth_signing_alg", SIGNATURES),
    ("response_types_supported", "response_types", RESPONSE_TYPES),
    ("id_token_signing_alg_values_supported", "id_token_signed_response_alg", SIGNATURES),
    ("id_token_encryption_alg_values_supported", "id_token_encrypted_response_alg", KEY_MANAGEMENT),
    ("id_token_encryption_enc_values_supported", "id_token_encrypted_response_enc", CONTENT_ENCRYPTION),
    ("userinfo_signing_alg_values_supported", "userinfo_signed_response_alg", SIGNATURES),
    ("userinfo_encryption_alg_values_supported", "userinfo_encrypted_response_alg", KEY_MANAGEMENT),
    ("userinfo_encryption_enc_values_supported", "userinfo_encrypted_response_enc", CONTENT_ENCRYPTION),
    ("request_object_signing_alg_values_supported", "request_object_signing_alg", SIGNATURES),
    ("request_object_encryption_alg_values_supported", "request_object_encryption_alg", KEY_MANAGEMENT),
    ("request_object_encryption_enc_values_supported", "request_object_encryption_enc", CONTENT_ENCRYPTION),
    ("authorization_signing_alg_values_supported", "authorization_signed_response_alg", SIGNATURES),
    ("authorization_encryption_alg_values_supported", "authorization_encrypted_response_alg", KEY_MANAGEMENT),
    ("authorization_encryption_enc_values_supported", "authorization_encrypted_response_enc", CONTENT_ENCRYPTION),
    ("introspection_signing_alg_values_supported", "introspection_signed_response_alg", SIGNATURES),
    ("introspection_encryption_alg_values_supported", "introspection_encrypted_response_alg", KEY_MANAGEMENT),
    ("introspection_encryption_enc_values_supported", "introspection_encrypted_response_enc", CONTENT_ENCRYPTION),
    ("backchannel_token_delivery_modes_supported", "backchannel_token_delivery_mode", &["poll", "ping", "push"]),
    (
        "backchannel_authentication_request_signing_alg_values_supported",
        "backchannel_authentication_request_signing_alg",
        SIGNATURES,
    ),
];

/// Lists whose values an authorization request names: the member, the parameter, and others than the advertised.
const REQUESTED: [(&str, &str, &[&str]); 4] = [
    (
        "response_modes_supported",
        "response_mode",
        &["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt", "web_message"],
    ),
    ("prompt_values_supported", "prompt", &["none", "login", "consent", "select_account", "create", "sometimes"]),
    ("code_challenge_methods_supported", "code_challenge_method", &["plain", "S256", "S512"]),
    ("scopes_supported", "scope", &["openid", "nonsense", "admin", "OPENID"]),
];

/// Endpoints: the member, and where it would be.
const ENDPOINTS: [(&str, &str); 13] = [
    ("authorization_endpoint", "/oauth2/authorize"),
    ("token_endpoint", "/oauth2/token"),
    ("jwks_uri", "/oauth2/jwks"),
    ("userinfo_endpoint", "/oauth2/userinfo"),
    ("introspection_endpoint", "/oauth2/introspect"),
    ("revocation_endpoint", "/oauth2/revoke"),
    ("end_session_endpoint", "/oauth2/logout"),
    ("registration_endpoint", "/oauth2/register"),
    ("pushed_authorization_request_endpoint", "/oauth2/par"),
    ("device_authorization_endpoint", "/oauth2/device_authorization"),
    ("backchannel_authentication_endpoint", "/oauth2/bc-authorize"),
    ("check_session_iframe", "/oauth2/check-session"),
    ("challenge_endpoint", "/oauth2/challenge"),
];

/// Flags that promise a parameter of the authorization request: the member, the parameter, a value, and what is answered
/// where the flag is false or absent.
const PARAMETERS: [(&str, &str, &str, &str); 2] = [
    ("request_parameter_supported", "request", "x", "request_not_supported"),
    ("request_uri_parameter_supported", "request_uri", "https://rp.example/r", "request_uri_not_supported"),
];

/// Flags that promise a field of a registration.
const FIELDS: [(&str, &str, &str); 6] = [
    ("backchannel_logout_supported", "backchannel_logout_uri", "\"https://new.example/back\""),
    ("backchannel_logout_session_supported", "backchannel_logout_session_required", "true"),
    ("frontchannel_logout_supported", "frontchannel_logout_uri", "\"https://new.example/front\""),
    ("frontchannel_logout_session_supported", "frontchannel_logout_session_required", "true"),
    ("tls_client_certificate_bound_access_tokens", "tls_client_certificate_bound_access_tokens", "true"),
    ("backchannel_user_code_parameter_supported", "backchannel_user_code_parameter", "true"),
];

/// Members with a test of their own here, in `behaviour` or below.
const DRIVEN: [&str; 14] = [
    "acr_values_supported",
    "issuer",
    "authorization_response_iss_parameter_supported",
    "authorization_details_types_supported",
    "claims_parameter_supported",
    "introspection_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_methods_supported",
    "require_request_uri_registration",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "dpop_signing_alg_values_supported",
    "protected_resources",
    "client_id_metadata_document_supported",
    "mtls_endpoint_aliases",
];

/// Members that need a whole sign-in or an attester to be shown true: the tests that do so, and where those are.
const SHOWN_ELSEWHERE: [(&str, &str); 4] = [
    ("claims_supported", "discovery"),
    ("claim_types_supported", "discovery"),
    ("client_attestation_signing_alg_values_supported", "client_attestations"),
    ("client_attestation_pop_signing_alg_values_supported", "client_attestations"),
];

/// OD-06: a member that nobody here shows to be true must not be there.
#[test]
fn every_member_is_shown_to_be_true() {
    on_each(async |tenant| {
        let shown: Vec<&str> = REGISTERED
            .iter()
            .map(|(member, ..)| *member)
            .chain(REQUESTED.iter().map(|(member, ..)| *member))
            .chain(ENDPOINTS.iter().map(|(member, _)| *member))
            .chain(PARAMETERS.iter().map(|(member, ..)| *member))
            .chain(FIELDS.iter().map(|(member, ..)| *member))
            .chain(DRIVEN)
            .chain(SHOWN_ELSEWHERE.iter().map(|(member, _)| *member))
            .collect();

        for member in tenant.document.keys() {
            assert!(shown.contains(&member.as_str()), "{member} is advertised and nothing here shows that it is true");
        }
    });
}

/// OD-06: the tests that are said to show a member speak of it.
#[test]
fn what_is_shown_elsewhere_is_named_there() {
    for (member, files) in SHOWN_ELSEWHERE {
        for file in files.split(", ") {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("protocol/{file}.rs"));
            assert!(path.is_file(), "{member}: {file}");
        }
        let first = files.split(", ").next().unwrap_or_default();
        let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("protocol/{first}.rs")));
        assert!(source.unwrap().contains(&format!("\"{member}\"")), "{first} says nothing of {member}");
    }
}

/// OD-06: what a list advertises can be registered, and nothing else of its registry.
#[test]
fn what_is_advertised_can_be_registered_and_nothing_else() {
    on_each(async |tenant| {
        for (member, field, registry) in REGISTERED {
            let advertised = tenant.document.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
            let advertised: Vec<_> = advertised.iter().filter_map(Value::as_str).collect();
            for value in &advertised {
                assert!(registry.contains(value), "{member} lists {value}, which its registry does not know");
            }
            for value in registry {
                let taken = tenant.registers(&registration(field, value)).await;
                // Who vouches for its instances is an operator's to say, so no client registers itself for it.
                let is_expected = tenant.lists(member, value) && !value.starts_with("attest_");
                assert_eq!(taken, is_expected, "{tenant}: {member}: {value}");
            }
        }
    });
}

/// OD-06: what a list advertises can be asked for, and nothing else of its registry.
#[test]
fn what_is_advertised_can_be_asked_for_and_nothing_else() {
    on_each(async |tenant| {
        for (member, parameter, registry) in REQUESTED {
            for value in registry {
                let error = tenant.error_for(parameter, value).await;
                // Nobody is signed in: `none` says so, and that is not a refusal of the value.
                let is_refused = error.is_some_and(|error| error != "login_required");
                assert_eq!(!is_refused, tenant.lists(member, value), "{tenant}: {parameter}={value}");
            }
        }
    });
}

/// OD-06: an endpoint is there when it is advertised, at the address that is advertised, and not otherwise.
#[test]
fn endpoints_are_there_when_they_are_advertised() {
    on_each(async |tenant| {
        for (member, path) in ENDPOINTS {
            let path = format!("{}{path}", base(tenant.slug));
            let status = tenant.at.post(&path, &[], &[]).await.status;
            match tenant.document.get(member).and_then(Value::as_str) {
                Some(address) => {
                    assert_eq!(address.strip_prefix(cast::ISSUER), Some(path.as_str()), "{tenant}: {member}");
                    assert_ne!(status, 404, "{tenant}: {member} is not there");
                }
                None => assert_eq!(status, 404, "{tenant}: {member} is not advertised and there"),
            }
        }
    });
}

/// OD-06: a flag that promises a parameter, or a field of a registration, is true when that works.
#[test]
fn flags_tell_what_works() {
    on_each(async |tenant| {
        for (member, parameter, value, refusal) in PARAMETERS {
            let error = tenant.error_for(parameter, value).await;
            // A push never takes a reference: to its client it is a wrong parameter (RFC 9126 §2.1).
            let is_pushed = tenant.says("require_pushed_authorization_requests") && parameter == "request_uri";
            let is_unsupported = error.as_deref() == Some(if is_pushed { "invalid_request" } else { refusal });
            assert_eq!(is_unsupported, !tenant.says(member), "{tenant}: {member}: {error:?}");
        }
        for (member, field, value) in FIELDS {
            let mut members = json!({ "redirect_uris": ["https://new.example/cb"] });
            if field.ends_with("_session_required") {
                let uri = field.replace("_session_required", "_uri");
                members[uri] = json!("https://new.example/logout");
            }
            members[field] = serde_json::from_str(value).unwrap();
            assert_eq!(tenant.registers(&members).await, tenant.says(member), "{tenant}: {member}");
        }
    });
}

/// OD-06, MT-06: the endpoints where certificates are asked for are those that the document has without them, at the other base.
#[test]
fn aliases_are_the_endpoints_they_stand_for() {
    on_each(async |tenant| {
        let aliases = tenant.document.get("mtls_endpoint_aliases").and_then(Value::as_object);
        assert_eq!(aliases.is_some(), tenant.switches == Switches::On, "{tenant}");
        for (member, alias) in aliases.into_iter().flatten() {
            let path = alias.as_str().and_then(|alias| alias.strip_prefix(MTLS)).expect("an address below the base");
            let address = tenant.document.get(member).and_then(Value::as_str);
            assert_eq!(address, Some(format!("{}{path}", cast::ISSUER).as_str()), "{tenant}: {member}");
            assert_ne!(tenant.at.post(path, &[], &[]).await.status, 404, "{tenant}: {member}");
        }
        // Every endpoint at which a client authenticates, or a bound token is shown (RFC 8705 §5).
        let asks = ["authorization_request", "token", "userinfo", "introspection", "revocation", "device", "channel"];
        let is_asking = |member: &&String| member.ends_with("_endpoint") && asks.iter().any(|ask| member.contains(ask));
        for member in tenant.document.keys().filter(is_asking) {
            assert!(aliases.is_none_or(|aliases| aliases.contains_key(member)), "{tenant}: {member} has no alias");
        }
    });
}

/// OD-06, JA-07: where the document says that requests must be signed, no other is taken.
#[test]
fn unsigned_requests_are_taken_where_signed_ones_are_not_demanded() {
    on_each(async |tenant| {
        let is_demanded = tenant.says("require_signed_request_object");
        assert_eq!(is_demanded, tenant.switches == Switches::On, "{tenant}");

        let error = tenant.error_of(&tenant.client().request("openid")).await;

        assert_eq!(error.is_some(), is_demanded, "{tenant}: {error:?}");
        assert_eq!(tenant.error_for("state", "x").await, None, "{tenant}: a signed one");
    });
}
