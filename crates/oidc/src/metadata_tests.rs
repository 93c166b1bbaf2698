//! The discovery document, member by member.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::*;
use serde_json::{Value, json};

const FACTS: Facts<'static> = Facts {
    issuer: "https://id.example/t/acme",
    backchannel_base: None,
    profile: Profile::OAuth21,
    disabled_grants: &[],
    mutual_tls: false,
    client_attestation: ClientAttestation::Off,
    mutual_tls_base: None,
    scopes: &["openid", "email", "orders.read"],
    own_claims: &[],
    details_types: &[],
    pushed_only: false,
    signed_only: false,
    registration_open: false,
    clients_register: false,
    client_documents: false,
    acrs: &Acr::ALL,
    ui_locales: &["en", "de"],
};

fn read(facts: &Facts<'_>) -> Value {
    serde_json::from_slice(&document(facts).unwrap()).unwrap()
}

/// OD-03, IS-02: the issuer is the configured text, unchanged, and responses carry it.
#[test]
fn the_issuer_is_the_configured_text() {
    let document = read(&FACTS);

    assert_eq!(document["issuer"], "https://id.example/t/acme");
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
}

/// OD-04: the members OIDC Discovery §3 requires, with RS256.
#[test]
fn required_members_are_present() {
    let document = read(&FACTS);

    assert_eq!(document["authorization_endpoint"], "https://id.example/t/acme/oauth2/authorize");
    assert_eq!(document["token_endpoint"], "https://id.example/t/acme/oauth2/token");
    assert_eq!(document["jwks_uri"], "https://id.example/t/acme/oauth2/jwks");
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert_eq!(document["subject_types_supported"], json!(["public", "pairwise"]));
    let algorithms = document["id_token_signing_alg_values_supported"].as_array().unwrap();
    assert!(algorithms.contains(&json!("RS256")));
    assert!(!algorithms.contains(&json!("none")));
}

/// OD-05: whatever its absence would promise is stated.
#[test]
fn defaults_that_promise_more_are_stated() {
    let document = read(&FACTS);

    assert_eq!(document["request_uri_parameter_supported"], true);
    assert_eq!(document["request_parameter_supported"], true);
    assert_eq!(document["require_request_uri_registration"], true);
    assert_eq!(document["claims_parameter_supported"], true);
    assert_eq!(
        document["response_modes_supported"],
        json!(["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
    );
    assert_eq!(
        document["grant_types_supported"],
        json!([
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:openid:params:grant-type:ciba",
            "urn:ietf:params:oauth:grant-type:jwt-bearer"
        ])
    );
    assert_eq!(
        document["token_endpoint_auth_methods_supported"],
        json!(["none", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"])
    );
}

/// OD-06, S-033: what only profile `oidc` has is listed there only.
#[test]
fn front_channel_tokens_are_advertised_in_profile_oidc_only() {
    let oidc = read(&Facts { profile: Profile::Oidc, ..FACTS });

    assert_eq!(read(&FACTS)["response_types_supported"], json!(["code"]));
    assert!(!read(&FACTS)["grant_types_supported"].as_array().unwrap().contains(&json!("implicit")));
    assert_eq!(
        oidc["response_types_supported"],
        json!(["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"])
    );
    assert!(oidc["grant_types_supported"].as_array().unwrap().contains(&json!("implicit")));
}

/// RM-08: the algorithms of signed responses are an array without `none`.
#[test]
fn algorithms_of_signed_responses_are_listed() {
    assert_eq!(read(&FACTS)["authorization_signing_alg_values_supported"], json!(["RS256", "ES256", "PS256", "EdDSA"]));
}

/// OA-21, PK-06, MC-01: S256 is advertised and `plain` is not.
#[test]
fn s256_is_advertised() {
    assert_eq!(read(&FACTS)["code_challenge_methods_supported"], json!(["S256"]));
}

/// OD-07: algorithms for assertions wherever assertions are accepted; no `none`, and of the symmetric ones that of
/// `client_secret_jwt` (OIDC Core §9).
#[test]
fn assertion_algorithms_are_listed() {
    let document = read(&FACTS);

    for endpoint in ["token", "introspection", "revocation"] {
        let member = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
        let algorithms = document[&member].as_array().unwrap();
        assert!(algorithms.contains(&json!("ES256")), "{endpoint}");
        let symmetric: Vec<_> = algorithms.iter().filter(|name| name.as_str().unwrap().starts_with("HS")).collect();
        assert_eq!(symmetric, ["HS256"], "{endpoint}");
        assert!(!algorithms.contains(&json!("none")), "{endpoint}");
    }
}

/// OD-09, IN-01: introspection needs credentials, revocation is open to public clients.
#[test]
fn each_endpoint_lists_its_own_methods() {
    let document = read(&FACTS);

    assert_eq!(
        document["introspection_endpoint_auth_methods_supported"],
        json!(["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"])
    );
    assert!(document["revocation_endpoint_auth_methods_supported"].as_array().unwrap().contains(&json!("none")));
}

/// DV-07: where devices ask.
#[test]
fn the_device_authorization_endpoint_is_advertised() {
    let document = read(&FACTS);

    assert_eq!(document["device_authorization_endpoint"], "https://id.example/t/acme/oauth2/device_authorization");
}

/// CB-10: where clients ask by the back channel, and how they are told.
#[test]
fn back_channel_authentication_is_advertised() {
    let document = read(&FACTS);

    let endpoint = "https://id.example/t/acme/oauth2/bc-authorize";
    assert_eq!(document["backchannel_authentication_endpoint"], endpoint);
    assert_eq!(document["backchannel_token_delivery_modes_supported"], json!(["poll", "ping", "push"]));
}

/// OD-06, OC-59: `create` is listed only while people can sign up.
#[test]
fn sign_up_is_advertised_while_it_is_open() {
    let open = read(&Facts { registration_open: true, ..FACTS });

    assert_eq!(read(&FACTS)["prompt_values_supported"], json!(["none", "login", "consent", "select_account"]));
    assert_eq!(open["prompt_values_supported"], json!(["none", "login", "consent", "select_account", "create"]));
}

/// MT-06, MT-07: certificates are advertised where they are asked for, and their endpoints where these are others.
#[test]
fn certificates_are_advertised_where_they_are_asked_for() {
    let bare = read(&FACTS);
    let with = read(&Facts { mutual_tls: true, mutual_tls_base: Some("https://mtls.id.example/t/acme"), ..FACTS });
    let methods = |document: &Value| document["token_endpoint_auth_methods_supported"].as_array().unwrap().clone();

    assert_eq!(bare["tls_client_certificate_bound_access_tokens"], false);
    assert!(!methods(&bare).contains(&json!("tls_client_auth")));
    assert_eq!(bare.get("mtls_endpoint_aliases"), None);
    assert_eq!(with["tls_client_certificate_bound_access_tokens"], true);
    assert!(methods(&with).contains(&json!("self_signed_tls_client_auth")));
    for (member, path) in [("token", "token"), ("pushed_authorization_request", "par"), ("introspection", "introspect")]
    {
        let address = format!("https://mtls.id.example/t/acme/oauth2/{path}");
        assert_eq!(with["mtls_endpoint_aliases"][format!("{member}_endpoint")], address);
    }
}

/// S-157: of a grant that a tenant does without the document says nothing, with its endpoint, its modes and its alias.
#[test]
fn nothing_tells_of_a_grant_that_is_not_there() {
    for (grant, members) in [
        (GrantType::DeviceCode, &["device_authorization_endpoint"][..]),
        (
            GrantType::Ciba,
            &[
                "backchannel_authentication_endpoint",
                "backchannel_token_delivery_modes_supported",
                "backchannel_authentication_request_signing_alg_values_supported",
            ],
        ),
        (GrantType::TokenExchange, &[]),
        (GrantType::Implicit, &[]),
    ] {
        let base = Some("https://mtls.id.example/t/acme");
        let all = Facts { profile: Profile::Oidc, mutual_tls: true, mutual_tls_base: base, ..FACTS };
        let (with, without) = (read(&all), read(&Facts { disabled_grants: &[grant], ..all }));

        let lists =
            |document: &Value| document["grant_types_supported"].as_array().unwrap().contains(&json!(grant.name()));
        assert_eq!((lists(&with), lists(&without)), (true, false), "{}", grant.name());
        for member in members {
            assert!(with.get(member).is_some() && without.get(member).is_none(), "{member}");
            assert!(without["mtls_endpoint_aliases"].get(member).is_none(), "{member}");
        }
        let is_implicit = grant == GrantType::Implicit;
        assert_eq!(without["response_types_supported"] == json!(["code"]), is_implicit, "{}", grant.name());
    }
}

/// F2-02, F2-04, F2-10, F2-15: profile `fapi2` advertises nothing that it refuses.
#[test]
fn the_strict_profile_advertises_what_it_takes() {
    let strict = Facts { profile: Profile::Fapi2, ..FACTS };
    let bare = read(&strict);
    let with = read(&Facts { mutual_tls: true, ..strict });

    assert_eq!(bare["require_pushed_authorization_requests"], true);
    assert_eq!(bare["request_uri_parameter_supported"], false);
    assert_eq!(bare["response_types_supported"], json!(["code"]));
    for endpoint in ["token", "introspection", "revocation"] {
        let methods = format!("{endpoint}_endpoint_auth_methods_supported");
        let algorithms = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
        assert_eq!(bare[&methods], json!(["private_key_jwt"]), "{endpoint}");
        let all = json!(["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"]);
        assert_eq!(with[&methods], all, "{endpoint}");
        assert_eq!(bare[&algorithms], json!(["ES256", "PS256", "EdDSA"]), "{endpoint}");
    }
    for signed in ["id_token", "userinfo", "authorization", "introspection", "request_object"] {
        let member = format!("{signed}_signing_alg_values_supported");
        assert_eq!(bare[&member], json!(["ES256", "PS256", "EdDSA"]), "{signed}");
    }
}

/// OD-10: a member without value is omitted.
#[test]
fn empty_members_are_left_out() {
    let document = read(&Facts { scopes: &[], ui_locales: &[], ..FACTS });

    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    assert!(!document.as_object().unwrap().values().any(is_empty));
    assert!(document.get("ui_locales_supported").is_none());
}

/// Machines may have addresses of their own; browsers and the issuer never change.
#[test]
fn only_back_channel_endpoints_move() {
    let document = read(&Facts { backchannel_base: Some("http://portreeve.internal/t/acme"), ..FACTS });

    for member in ["token_endpoint", "jwks_uri", "userinfo_endpoint", "introspection_endpoint", "revocation_endpoint"] {
        let address = document[member].as_str().unwrap();
        assert!(address.starts_with("http://portreeve.internal/t/acme/oauth2/"), "{member}");
    }
    assert_eq!(document["issuer"], FACTS.issuer);
    assert_eq!(document["authorization_endpoint"], "https://id.example/t/acme/oauth2/authorize");
    assert_eq!(document["end_session_endpoint"], "https://id.example/t/acme/oauth2/logout");
}

/// What the page of the strictest profile says of mutual TLS.
const WITH_MUTUAL_TLS: &str = "Where the operator has set up [mutual TLS](mutual-tls.md), these members say more; \
    `mtls_endpoint_aliases` is there when\ncertificates are asked for at an address of their own:\n";

/// Members of a document as a page shows them.
fn shown(members: &BTreeMap<String, Value>) -> String {
    let lines: Vec<_> = members.iter().map(|(name, value)| format!("  \"{name}\": {value}")).collect();
    format!("\n```json\n{{\n{}\n}}\n```\n", lines.join(",\n"))
}

/// OD-06: the page of each profile shows its metadata; `UPDATE_DOCS=1` writes it.
#[test]
fn the_pages_of_the_profiles_show_their_metadata() {
    for profile in [Profile::Oidc, Profile::OAuth21, Profile::Fapi2] {
        let facts =
            Facts { issuer: "https://id.example.com", profile, scopes: &["openid", "email"], ui_locales: &[], ..FACTS };
        let members = |facts: &Facts<'_>| -> BTreeMap<String, Value> {
            serde_json::from_slice(&document(facts).unwrap()).unwrap()
        };
        let bare = members(&facts);
        let base = Some("https://mtls.id.example.com");
        let mut more = members(&Facts { mutual_tls: true, mutual_tls_base: base, ..facts });
        more.retain(|name, value| bare.get(name) != Some(value));
        let with_mutual_tls = match profile {
            Profile::Fapi2 => format!("\n{WITH_MUTUAL_TLS}{}", shown(&more)),
            Profile::Oidc | Profile::OAuth21 => String::new(),
        };
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/protocol/{}.md", profile.name()));
        let text = fs::read_to_string(&page).unwrap();
        let (prose, _) = text.split_once("## Metadata\n").unwrap();
        let expected = format!("{prose}## Metadata\n{}{with_mutual_tls}", shown(&bare));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&page, &expected).unwrap();
        }

        assert_eq!(fs::read_to_string(&page).unwrap(), expected, "{}", profile.name());
    }
}
