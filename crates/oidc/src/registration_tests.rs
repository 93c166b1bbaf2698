//! Bad metadata field by field, and what is filled in.

use portreeve_domain::ClientAuthMethod;
use serde_json::json;

use super::*;
use crate::testing::{native_client, web_client};

/// The Ed25519 public key of RFC 8037 appendix A.2.
const ED25519_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn checked(change: impl FnOnce(&mut ClientMetadata)) -> Result<ClientMetadata, Refusal> {
    let mut metadata = web_client().metadata;
    change(&mut metadata);
    check(metadata, Profile::OAuth21)
}

/// The field that the refusal names.
fn refused(change: impl FnOnce(&mut ClientMetadata)) -> (Cause, String) {
    let refusal = checked(change).unwrap_err();
    let field = refusal.detail.unwrap_or_default().split(' ').next().unwrap_or_default().to_owned();
    (refusal.cause, field)
}

fn assert_invalid(field: &str, change: impl FnOnce(&mut ClientMetadata)) {
    assert_eq!(refused(change), (Cause::MetadataInvalid, field.to_owned()));
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn good_metadata_is_given_back_unchanged() {
    for metadata in [web_client().metadata, native_client().metadata] {
        assert_eq!(check(metadata.clone(), Profile::OAuth21), Ok(metadata));
    }
}

/// DR-01, DR-05: what was left out is the default, written out.
#[test]
fn defaults_are_written_out() {
    let code = checked(|metadata| {
        metadata.grant_types.clear();
        metadata.response_types.clear();
    });
    let machine = checked(|metadata| {
        metadata.grant_types = vec![GrantType::ClientCredentials];
        metadata.response_types.clear();
        metadata.redirect_uris.clear();
    });

    assert_eq!(code.as_ref().map(|m| &m.grant_types), Ok(&vec![GrantType::AuthorizationCode]));
    assert_eq!(code.map(|m| m.response_types), Ok(vec!["code".to_owned()]));
    assert_eq!(machine.map(|m| m.response_types), Ok(vec![]));
}

/// DR-03, DR-04, DR-12, S-004: redirect URIs have an error code of their own.
#[test]
fn a_bad_redirect_uri_is_named() {
    for uri in ["https://rp.example/cb#f", "http://rp.example/cb", "com.example.app:/cb", "javascript:alert(1)"] {
        let (cause, field) = refused(|metadata| metadata.redirect_uris.push(uri.into()));

        assert_eq!((cause.code().as_str(), field.as_str()), ("invalid_redirect_uri", "redirect_uris"), "{uri}");
    }
    assert_invalid("post_logout_redirect_uris", |m| m.post_logout_redirect_uris.push("http://rp.example/bye".into()));
}

/// DR-05: grant types and response types fit each other.
#[test]
fn grants_and_responses_that_do_not_fit_are_refused() {
    assert_invalid("response_types", |m| m.response_types.push("token".into()));
    assert_invalid("response_types", |m| m.grant_types = vec![GrantType::ClientCredentials]);
    assert_invalid("grant_types", |m| {
        m.grant_types = vec![GrantType::RefreshToken];
        m.response_types.clear();
    });
    assert_eq!(refused(|m| m.redirect_uris.clear()), (Cause::RegisteredRedirectUriInvalid, "redirect_uris".to_owned()));
}

/// DR-05, S-033: what passes through the browser needs the grants it is made of, and profile `oidc`.
#[test]
fn tokens_by_the_browser_need_their_grants_and_profile_oidc() {
    let hybrid = || ClientMetadata {
        grant_types: vec![GrantType::AuthorizationCode, GrantType::Implicit],
        response_types: vec!["id_token code".into(), "id_token token".into()],
        ..web_client().metadata
    };
    let field = |metadata, profile| {
        let refusal = check(metadata, profile).unwrap_err();
        refusal.detail.unwrap_or_default().split(' ').next().unwrap_or_default().to_owned()
    };

    assert!(check(hybrid(), Profile::Oidc).is_ok());
    assert_eq!(field(hybrid(), Profile::OAuth21), "response_types");
    assert_eq!(field(ClientMetadata { profile: Some(Profile::OAuth21), ..hybrid() }, Profile::Oidc), "response_types");
    for missing in [GrantType::AuthorizationCode, GrantType::Implicit] {
        let mut metadata = hybrid();
        metadata.grant_types.retain(|grant| *grant != missing);
        assert_eq!(field(metadata, Profile::Oidc), "response_types", "{missing:?}");
    }
    assert_eq!(
        field(ClientMetadata { response_types: vec!["code".into()], ..hybrid() }, Profile::OAuth21),
        "grant_types"
    );
}

/// DR-04: a web client gets tokens by the browser at https, and not on this machine; a native one may.
#[test]
fn implicit_web_clients_are_at_https() {
    let at = |uri: &str, application_type| ClientMetadata {
        application_type,
        redirect_uris: vec![uri.into()],
        grant_types: vec![GrantType::Implicit],
        response_types: vec!["id_token token".into()],
        ..web_client().metadata
    };

    assert!(check(at("https://rp.example/cb", ApplicationType::Web), Profile::Oidc).is_ok());
    for uri in ["http://127.0.0.1:3000/cb", "http://localhost/cb", "https://localhost/cb"] {
        let refusal = check(at(uri, ApplicationType::Web), Profile::Oidc).unwrap_err();
        assert_eq!(refusal.cause, Cause::RegisteredRedirectUriInvalid, "{uri}");
    }
    assert!(check(at("http://127.0.0.1:3000/cb", ApplicationType::Native), Profile::Oidc).is_ok());
}

/// OA-17: a public client gets no token of its own, and asks about no token of others.
#[test]
fn a_public_client_has_no_rights_of_its_own() {
    assert_invalid("token_endpoint_auth_method", |m| {
        m.token_endpoint_auth_method = ClientAuthMethod::None;
        m.grant_types.push(GrantType::ClientCredentials);
    });
    assert_invalid("introspects", |m| {
        m.token_endpoint_auth_method = ClientAuthMethod::None;
        m.introspects = vec!["https://api.example.com".into()];
    });
}

/// OA-JW-11, RFC 7517 §5: `private_key_jwt` needs public keys that can be used.
#[test]
fn private_key_jwt_needs_usable_public_keys() {
    let with = |jwks: Option<serde_json::Value>| {
        move |metadata: &mut ClientMetadata| {
            metadata.token_endpoint_auth_method = ClientAuthMethod::PrivateKeyJwt;
            metadata.jwks = jwks;
        }
    };
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X});
    let mut private = key.clone();
    private["d"] = json!("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");

    assert!(checked(with(Some(json!({"keys": [key]})))).is_ok());
    assert_invalid("jwks", with(None));
    assert_invalid("jwks", with(Some(json!({"keys": []}))));
    assert_invalid("jwks", with(Some(json!([]))));
    assert_invalid("jwks", with(Some(json!({"keys": [private]}))));
    assert_invalid("jwks", with(Some(json!({"keys": [{"kty": "oct", "k": "AAAA"}]}))));
}

/// OC-30, RM-08: only the algorithms we sign with; never `none`.
#[test]
fn only_algorithms_we_sign_with_can_be_chosen() {
    for algorithm in ["RS256", "ES256", "PS256", "EdDSA"] {
        assert!(checked(|m| m.id_token_signed_response_alg = text(algorithm)).is_ok());
        assert!(checked(|m| m.userinfo_signed_response_alg = text(algorithm)).is_ok());
    }
    for algorithm in ["none", "HS256", "rs256", "PS384", ""] {
        assert_invalid("id_token_signed_response_alg", |m| m.id_token_signed_response_alg = text(algorithm));
        assert_invalid("userinfo_signed_response_alg", |m| m.userinfo_signed_response_alg = text(algorithm));
        assert_invalid("authorization_signed_response_alg", |m| m.authorization_signed_response_alg = text(algorithm));
    }
}

/// DR-10: a sign-in is started at https only.
#[test]
fn initiate_login_uri_is_https_only() {
    assert!(checked(|m| m.initiate_login_uri = text("https://rp.example/login?x=1")).is_ok());
    for uri in ["http://rp.example/login", "http://localhost/login", "https://rp.example/login#x", "javascript:x"] {
        assert_invalid("initiate_login_uri", |m| m.initiate_login_uri = text(uri));
    }
}

/// DR-14: links on our pages lead to https, or to this machine.
#[test]
fn page_links_are_https_or_loopback() {
    for uri in ["https://rp.example", "https://rp.example/terms#privacy", "http://localhost:3000/logo.png"] {
        assert!(checked(|m| (m.client_uri, m.logo_uri) = (text(uri), text(uri))).is_ok(), "{uri}");
    }
    for uri in
        ["http://rp.example", "javascript:alert(1)", "data:text/html,x", "//rp.example", "com.example.app:/x", ""]
    {
        assert_invalid("client_uri", |m| m.client_uri = text(uri));
        assert_invalid("policy_uri", |m| m.policy_uri = text(uri));
        assert_invalid("tos_uri", |m| m.tos_uri = text(uri));
        assert_invalid("logo_uri", |m| m.logo_uri = text(uri));
    }
}

/// DR-07, DR-08: pairwise with several hosts, or with none, demands a sector.
#[test]
fn pairwise_with_several_hosts_demands_a_sector() {
    let pairwise = |uris: &[&str], sector: Option<&str>| {
        let mut metadata = native_client().metadata;
        metadata.subject_type = SubjectType::Pairwise;
        metadata.redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        metadata.sector_identifier_uri = sector.map(str::to_owned);
        check(metadata, Profile::OAuth21).is_ok()
    };
    let two = ["https://rp.example/cb", "https://rp2.example/cb"];

    assert!(pairwise(&["https://rp.example/cb", "https://rp.example:8443/cb2"], None));
    assert!(!pairwise(&two, None));
    assert!(!pairwise(&["com.example.app:/cb"], None));
    assert!(!pairwise(&["com.example.app://host/cb"], None));
    assert!(pairwise(&two, Some("https://rp.example/sector.json")));
    assert!(!pairwise(&two, Some("http://rp.example/sector.json")));
}

/// DR-07: a client for people that has no redirect URI has no host to take the sector from.
#[test]
fn pairwise_without_redirect_uris_demands_a_sector() {
    let device = |sector: Option<&str>, subject_type| {
        let mut metadata = native_client().metadata;
        metadata.grant_types = vec![GrantType::DeviceCode];
        metadata.response_types = Vec::new();
        metadata.redirect_uris = Vec::new();
        metadata.subject_type = subject_type;
        metadata.sector_identifier_uri = sector.map(str::to_owned);
        check(metadata, Profile::OAuth21).is_ok()
    };

    assert!(device(None, SubjectType::Public));
    assert!(!device(None, SubjectType::Pairwise));
    assert!(device(Some("https://rp.example/sector.json"), SubjectType::Pairwise));
}

/// S-067, TE-07: exchanges are for confidential clients of the grant, and name what they are about.
#[test]
fn exchanges_are_registered_in_full() {
    let policy = |from: &str, to: &str| portreeve_domain::ExchangePolicy {
        from: vec![from.to_owned()],
        to: vec![to.to_owned()],
        impersonation: false,
    };
    let api = "https://api.example.com";
    let good = |m: &mut ClientMetadata| {
        m.grant_types.push(GrantType::TokenExchange);
        m.exchanges = vec![policy(api, api)];
    };

    assert!(checked(good).is_ok());
    assert_invalid("exchanges", |m| m.exchanges = vec![policy(api, api)]);
    assert_invalid("exchanges", |m| {
        good(m);
        m.exchanges.push(policy("orders", api));
    });
    assert_invalid("exchanges", |m| {
        good(m);
        m.exchanges[0].to.clear();
    });
    assert_invalid("token_endpoint_auth_method", |m| {
        good(m);
        m.token_endpoint_auth_method = ClientAuthMethod::None;
    });
}

/// DR-14, S-012: a name cannot hide or turn text.
#[test]
fn a_name_is_short_and_visible() {
    assert!(checked(|m| m.client_name = text("Bücher & <b>Söhne</b>")).is_ok(), "escaping is the page's");
    for name in ["", "  ", "a\nb", "a\u{0}", "a\u{202e}b", "a\u{200b}b", &"x".repeat(201)] {
        assert_invalid("client_name", |m| m.client_name = text(name));
    }
    assert_invalid("contacts", |m| m.contacts = vec!["a\r\nb".into()]);
    assert_invalid("default_acr_values", |m| m.default_acr_values = vec!["x".repeat(256)]);
}

/// DR-13: a text in another language obeys the rule of the member it translates.
#[test]
fn texts_in_other_languages_obey_the_same_rules() {
    let with = |member: &str, text: &str| {
        let localized = serde_json::from_value(json!({ member: text })).unwrap();
        move |metadata: &mut ClientMetadata| metadata.localized = localized
    };

    assert!(checked(with("client_name#de", "B\u{fc}cher")).is_ok());
    assert!(checked(with("tos_uri#de", "https://rp.example/agb")).is_ok());
    assert_invalid("client_name#de", with("client_name#de", "a\u{202e}b"));
    assert_invalid("tos_uri#de", with("tos_uri#de", "javascript:alert(1)"));
}

/// RFC 7591 §2: what names the software is short and visible.
#[test]
fn software_is_named_by_short_visible_texts() {
    assert!(checked(|m| m.software_id = text("4NRB1-0XZABZI9E6-5SM3R")).is_ok());
    assert_invalid("software_id", |m| m.software_id = text(&"x".repeat(256)));
    assert_invalid("software_version", |m| m.software_version = text("1\n2"));
}

#[test]
fn lists_are_limited() {
    let many = |uri: &str| vec![uri.to_owned(); 51];

    assert_invalid("redirect_uris", |m| m.redirect_uris = many("https://rp.example/cb"));
    assert_invalid("contacts", |m| m.contacts = many("ada@example.com"));
    assert_invalid("resources", |m| m.resources = many("https://api.example.com"));
}

#[test]
fn default_max_age_is_not_negative() {
    assert!(checked(|m| m.default_max_age = Some(0)).is_ok());
    assert_invalid("default_max_age", |m| m.default_max_age = Some(-1));
}

/// RI-01: resources are absolute URIs without fragment.
#[test]
fn resources_are_absolute_uris() {
    assert_invalid("resources", |m| m.resources = vec!["orders".into()]);
    assert_invalid("introspects", |m| m.introspects = vec!["https://api.example.com#x".into()]);
}

/// DESIGN §1.5: a client tightens its tenant's profile, never loosens it.
#[test]
fn a_looser_profile_than_the_tenants_is_refused() {
    assert_invalid("profile", |m| m.profile = Some(Profile::Oidc));
    let mut metadata = web_client().metadata;
    metadata.profile = Some(Profile::OAuth21);
    assert!(check(metadata, Profile::Oidc).is_ok());
}

/// S-011: a client registers the modes it is answered by; one that does not exist would leave it without an answer.
#[test]
fn only_known_response_modes_are_registered() {
    let with = |modes: &[&str]| modes.iter().map(|mode| (*mode).to_owned()).collect();

    assert!(checked(|metadata| metadata.response_modes = with(&["query", "form_post"])).is_ok());
    assert_invalid("response_modes", |metadata| metadata.response_modes = with(&["query", "web_message"]));
}

/// DR-06: keys are registered or published, not both; they are published over https, or on this machine.
#[test]
fn keys_are_registered_or_published() {
    let with = |uri: &str, jwks: Option<serde_json::Value>| {
        let jwks_uri = text(uri);
        checked(|metadata| {
            metadata.token_endpoint_auth_method = ClientAuthMethod::PrivateKeyJwt;
            metadata.jwks_uri = jwks_uri;
            metadata.jwks = jwks;
        })
        .map(|metadata| metadata.jwks_uri)
        .map_err(|refusal| refusal.detail.unwrap_or_default())
    };
    let key = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": ED25519_X}]});

    assert_eq!(with("https://rp.example/jwks", None), Ok(text("https://rp.example/jwks")));
    assert!(with("http://127.0.0.1:7000/jwks", None).is_ok());
    assert_eq!(with("https://rp.example/jwks", Some(key)), Err("jwks_uri cannot be given beside jwks".to_owned()));
    for uri in ["http://rp.example/jwks", "https://rp.example/jwks#k", "https://u@rp.example/", "file:///jwks", "jwks"]
    {
        assert!(with(uri, None).is_err_and(|detail| detail.starts_with("jwks_uri ")), "{uri}");
    }
}

/// JA-07, OC-45: who must sign, or says how, has keys to be verified with; nobody else than in profile `oidc` goes unsigned.
#[test]
fn request_objects_need_keys() {
    assert_invalid("require_signed_request_object", |metadata| metadata.require_signed_request_object = true);
    assert_invalid("request_object_signing_alg", |metadata| metadata.request_object_signing_alg = text("ES256"));
    let published = |change: fn(&mut ClientMetadata)| {
        checked(|metadata| {
            metadata.jwks_uri = text("https://rp.example/jwks");
            change(metadata);
        })
    };
    assert!(published(|metadata| metadata.require_signed_request_object = true).is_ok());
    assert!(published(|metadata| metadata.request_object_signing_alg = text("ES256")).is_ok());
    assert!(published(|metadata| metadata.request_object_signing_alg = text("none")).is_err());
    let mut unsigned = web_client().metadata;
    unsigned.request_object_signing_alg = text("none");
    assert!(check(unsigned.clone(), Profile::Oidc).is_ok());
    unsigned.require_signed_request_object = true;
    assert!(check(unsigned, Profile::Oidc).is_err());
}
