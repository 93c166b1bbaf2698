//! What the answer is to hold, and how it is to travel.

use portreeve_domain::{Client, ClientAuthMethod, GrantType, Profile};

use super::*;
use crate::Cause;
use crate::testing::{native_client, scope, web_client};

/// OA-AZ-18, S-033, OA-20: in profile `oauth21` only `code` exists, whatever was registered.
#[test]
fn profile_oauth21_has_code_only() {
    assert_eq!(cause(&[("response_type", "")]), Cause::ParameterMissing);
    for other in ["token", "id_token", "id_token token", "code id_token", "none", "zzz", "CODE", "code code"] {
        assert_eq!(cause(&[("response_type", other)]), Cause::ResponseTypeUnsupported, "{other}");
    }
    let mut strict = hybrid_client();
    strict.metadata.profile = Some(Profile::OAuth21);
    for (client, tenant) in [(hybrid_client(), Profile::OAuth21), (strict, Profile::Oidc)] {
        let rejected = accept_by(&client, tenant, &[("response_type", "code id_token"), ("nonce", "n")]).unwrap_err();
        assert_eq!(rejected.refusal.cause, Cause::ResponseTypeUnsupported);
    }
}

/// [`web_client`] with every response type of profile `oidc`.
fn hybrid_client() -> Client {
    let mut client = web_client();
    client.metadata.grant_types.push(GrantType::Implicit);
    client.metadata.response_types = ResponseType::ALL.map(|known| known.name().to_owned()).to_vec();
    client
}

/// RM-03: in profile `oidc` a client asks for what it registered, in any order of words, and for nothing else.
#[test]
fn profile_oidc_has_what_the_client_registered() {
    let hybrid = hybrid_client();
    let by = |client: &Client, response_type| {
        accept_by(client, Profile::Oidc, &[("response_type", response_type), ("nonce", "n")])
    };

    for known in ResponseType::ALL {
        assert_eq!(by(&hybrid, known.name()).unwrap().response_type, known);
    }
    assert_eq!(by(&hybrid, "token id_token code").unwrap().response_type, ResponseType::CodeIdTokenToken);
    assert_eq!(by(&web_client(), "code id_token").unwrap_err().refusal.cause, Cause::ResponseTypeNotRegistered);
    let mut without_grant = hybrid_client();
    without_grant.metadata.grant_types.retain(|grant| *grant != GrantType::Implicit);
    assert_eq!(by(&without_grant, "id_token").unwrap_err().refusal.cause, Cause::ResponseTypeNotRegistered);
    assert_eq!(by(&hybrid, "token").unwrap_err().refusal.cause, Cause::ResponseTypeUnsupported);
}

/// OC-24, OA-AZ-20: an ID token from the authorization endpoint needs a `nonce`, and `openid`.
#[test]
fn an_id_token_by_the_browser_needs_nonce_and_openid() {
    let hybrid = hybrid_client();
    for response_type in ["id_token", "id_token token", "code id_token", "code id_token token"] {
        let by = |changes: &[(&str, &str)]| {
            let changes = [&[("response_type", response_type)], changes].concat();
            accept_by(&hybrid, Profile::Oidc, &changes).map_err(|rejected| rejected.refusal.cause)
        };
        assert_eq!(by(&[]).unwrap_err(), Cause::NonceMissing, "{response_type}");
        assert_eq!(by(&[("nonce", "n"), ("scope", "orders.read")]).unwrap_err(), Cause::ScopeOpenidMissing);
        assert!(by(&[("nonce", "n")]).is_ok());
    }
    assert!(accept_by(&hybrid, Profile::Oidc, &[("response_type", "code token")]).is_ok());
}

/// OC-36: without a code `offline_access` is ignored, and PKCE has nothing to protect.
#[test]
fn without_a_code_there_is_neither_offline_access_nor_pkce() {
    let mut spa = hybrid_client();
    spa.metadata.token_endpoint_auth_method = ClientAuthMethod::None;
    let asked = [
        ("nonce", "n"),
        ("scope", "openid offline_access"),
        ("prompt", "consent"),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ];
    let by =
        |response_type| accept_by(&spa, Profile::Oidc, &[&[("response_type", response_type)], &asked[..]].concat());

    assert_eq!(by("id_token token").unwrap().scope, scope("openid"));
    assert_eq!(by("code id_token").unwrap_err().refusal.cause, Cause::CodeChallengeMissing);
}

/// S-011: a mode that does not exist is refused.
#[test]
fn an_unknown_response_mode_is_refused() {
    for other in ["web_message", "QUERY", "form-post"] {
        assert_eq!(cause(&[("response_mode", other)]), Cause::ResponseModeUnsupported, "{other}");
    }
}

/// S-011: a client that has registered its modes is answered in no other, and is told so in the default one.
#[test]
fn a_mode_the_client_did_not_register_is_refused() {
    let mut client = web_client();
    client.metadata.response_modes = vec!["query".into()];
    let by = |mode| accept_by(&client, Profile::OAuth21, &[("response_mode", mode)]);

    let rejected = by("form_post").unwrap_err();

    assert!(by("query").is_ok());
    assert_eq!(rejected.refusal.cause, Cause::ResponseModeNotAllowed);
    assert!(address(&error(&rejected, "i")).starts_with("https://rp.example/cb?"));
}

/// S-011: an application on a device cannot take a form.
#[test]
fn no_form_is_posted_to_a_scheme_of_an_app() {
    let mut native = native_client();
    native.metadata.redirect_uris.push("com.example.app:/cb".into());
    let by = |uri| accept_by(&native, Profile::OAuth21, &[("redirect_uri", uri), ("response_mode", "form_post")]);

    assert!(by("http://127.0.0.1:51004/cb").is_ok());
    assert_eq!(by("com.example.app:/cb").unwrap_err().refusal.cause, Cause::ResponseModeNotAllowed);
}

/// RM-02, OC-56: what may hold a token never travels in the query; its errors are where the client looks for them.
#[test]
fn errors_of_token_bearing_requests_are_in_the_fragment() {
    for response_type in ["token", "id_token", "code id_token", "token zzz"] {
        for mode in ["", "query", "fragment"] {
            let rejected = accept(&[("response_type", response_type), ("response_mode", mode)]).unwrap_err();
            assert!(
                address(&error(&rejected, "i")).starts_with("https://rp.example/cb#error="),
                "{response_type} {mode}"
            );
        }
    }
}
