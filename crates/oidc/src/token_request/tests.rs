//! Tests of token requests and of the checks of a redemption.

use portreeve_domain::ClientAuthMethod;

use super::*;
use crate::testing::{parameters, scope, web_client};

/// Verifier and challenge of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://rp.example/cb";

fn read(pairs: &[(&str, &str)]) -> Result<TokenRequest, Cause> {
    TokenRequest::from_parameters(&parameters(pairs)).map_err(|refusal| refusal.cause)
}

fn id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

fn client(method: ClientAuthMethod, grants: &[GrantType]) -> Client {
    let mut client = web_client();
    client.metadata.token_endpoint_auth_method = method;
    client.metadata.grant_types = grants.to_vec();
    client
}

/// Redeems a code that was issued to `web` with a redirect URI in the authorization request.
fn redeem(
    (profile, challenge): (Profile, Option<&str>),
    client: &str,
    redirect_uri: Option<&str>,
    verifier: Option<&str>,
) -> Result<(), Cause> {
    let owner = id("web");
    let challenge = challenge.map(|text| CodeChallenge::parse(text).unwrap());
    let stored = CodeFacts {
        client: &owner,
        profile,
        redirect_uri: CALLBACK,
        redirect_uri_was_sent: true,
        code_challenge: challenge.as_ref(),
        key: None,
    };
    let presented = CodeRedemption {
        code: SecretText::new("code".into()),
        redirect_uri: redirect_uri.map(str::to_owned),
        code_verifier: verifier.map(|text| SecretText::new(text.to_owned())),
        resources: Vec::new(),
        details: None,
    };
    check_code_redemption(&stored, &presented, &Redeemer { client: &id(client), key: None })
        .map_err(|refusal| refusal.cause)
}

const STRICT: (Profile, Option<&str>) = (Profile::OAuth21, Some(CHALLENGE));
const OIDC_PLAIN: (Profile, Option<&str>) = (Profile::Oidc, None);
const OIDC_PKCE: (Profile, Option<&str>) = (Profile::Oidc, Some(CHALLENGE));

#[test]
fn a_code_grant_is_read() {
    let request = read(&[
        ("grant_type", "authorization_code"),
        ("code", "SplxlOBeZQQYbYS6WxSbIA"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("resource", "https://api.example"),
        ("scope", "ignored here"),
    ]);

    let Ok(TokenRequest::AuthorizationCode(redemption)) = request else { panic!("not a code grant") };
    assert_eq!(redemption.code.expose(), "SplxlOBeZQQYbYS6WxSbIA");
    assert_eq!(redemption.redirect_uri.as_deref(), Some(CALLBACK));
    assert_eq!(redemption.code_verifier.unwrap().expose(), VERIFIER);
    assert_eq!(redemption.resources, ["https://api.example"]);
}

#[test]
fn a_refresh_grant_is_read() {
    let request = read(&[("grant_type", "refresh_token"), ("refresh_token", "tGzv3"), ("scope", "openid email")]);

    let Ok(TokenRequest::RefreshToken { refresh_token, scope: asked, resources, details: None }) = request else {
        panic!("not a refresh")
    };
    assert_eq!(refresh_token.expose(), "tGzv3");
    assert_eq!(asked, Some(scope("openid email")));
    assert!(resources.is_empty());
}

/// OA-02: an empty scope is none.
#[test]
fn a_client_credentials_grant_is_read() {
    let request = read(&[("grant_type", "client_credentials"), ("scope", "")]);

    assert!(matches!(request, Ok(TokenRequest::ClientCredentials { scope: None, .. })));
}

/// OA-12, OA-20, S-033, BC-07: dead and unknown grants are `unsupported_grant_type`.
#[test]
fn other_grants_are_unsupported() {
    for grant in ["password", "implicit", "Authorization_Code", "urn:ietf:params:oauth:grant-type:saml2-bearer"] {
        let cause = read(&[("grant_type", grant), ("code", "x")]).err().unwrap();
        assert_eq!(cause, Cause::GrantTypeUnsupported, "{grant}");
        assert_eq!(cause.code().as_str(), "unsupported_grant_type");
    }
}

/// OA-12: a missing parameter is `invalid_request`.
#[test]
fn missing_parameters_are_named() {
    for pairs in [&[][..], &[("grant_type", "authorization_code")], &[("grant_type", "refresh_token")]] {
        assert_eq!(read(pairs).err(), Some(Cause::ParameterMissing), "{pairs:?}");
    }
}

/// S-060: scope syntax holds at this endpoint too.
#[test]
fn a_malformed_scope_is_refused() {
    let request = read(&[("grant_type", "client_credentials"), ("scope", "openid\u{a0}admin")]);

    assert_eq!(request.err(), Some(Cause::ScopeMalformed));
}

/// OA-12: a grant the client did not register is `unauthorized_client`.
#[test]
fn an_unregistered_grant_is_refused() {
    let request = read(&[("grant_type", "refresh_token"), ("refresh_token", "x")]).ok().unwrap();
    let without = client(ClientAuthMethod::ClientSecretBasic, &[GrantType::AuthorizationCode]);
    let with = client(ClientAuthMethod::None, &[GrantType::RefreshToken]);

    let cause = request.check_allowed(&without).unwrap_err().cause;
    assert_eq!(cause, Cause::GrantTypeNotAllowed);
    assert_eq!(cause.code().as_str(), "unauthorized_client");
    assert_eq!(request.check_allowed(&with), Ok(()));
}

/// OA-17: client credentials are not for public clients, whatever is registered.
#[test]
fn a_public_client_has_no_client_credentials() {
    let request = read(&[("grant_type", "client_credentials")]).ok().unwrap();
    let public = client(ClientAuthMethod::None, &GrantType::ALL);
    let confidential = client(ClientAuthMethod::PrivateKeyJwt, &GrantType::ALL);

    assert_eq!(request.check_allowed(&public).unwrap_err().cause, Cause::GrantTypeNotAllowed);
    assert_eq!(request.check_allowed(&confidential), Ok(()));
}

#[test]
fn the_right_redemption_is_accepted() {
    for facts in [STRICT, OIDC_PKCE] {
        assert_eq!(redeem(facts, "web", Some(CALLBACK), Some(VERIFIER)), Ok(()));
    }
    assert_eq!(redeem(OIDC_PLAIN, "web", Some(CALLBACK), None), Ok(()));
}

/// OA-14, S-022: another client learns only that the code is not its own, whatever else it got wrong.
#[test]
fn a_foreign_client_is_refused_before_anything_else_is_looked_at() {
    assert_eq!(redeem(STRICT, "other", Some(CALLBACK), Some(VERIFIER)), Err(Cause::CodeNotYours));
    assert_eq!(redeem(STRICT, "other", Some("https://evil.example"), None), Err(Cause::CodeNotYours));
}

/// OC-34, OA-14, S-022: a redirect URI that differs in any byte is refused.
#[test]
fn another_redirect_uri_is_refused() {
    for other in
        ["https://rp.example/cb/", "https://rp.example/CB", "https://rp.example/cb?x", "https://evil.example/cb"]
    {
        assert_eq!(redeem(STRICT, "web", Some(other), Some(VERIFIER)), Err(Cause::RedirectUriDiffers), "{other}");
        assert_eq!(redeem(OIDC_PLAIN, "web", Some(other), None), Err(Cause::RedirectUriDiffers), "{other}");
    }
}

/// OC-34: in profile `oidc` it must be repeated; in `oauth21` the challenge makes up for it.
#[test]
fn a_redirect_uri_may_be_left_out_only_where_the_challenge_suffices() {
    assert_eq!(redeem(OIDC_PLAIN, "web", None, None), Err(Cause::RedirectUriDiffers));
    assert_eq!(redeem(OIDC_PKCE, "web", None, Some(VERIFIER)), Err(Cause::RedirectUriDiffers));
    assert_eq!(redeem((Profile::OAuth21, None), "web", None, None), Err(Cause::RedirectUriDiffers));
    assert_eq!(redeem(STRICT, "web", None, Some(VERIFIER)), Ok(()));
}

/// RFC 6749 §4.1.3: not required if it was not in the authorization request.
#[test]
fn a_redirect_uri_that_was_not_sent_need_not_be_repeated() {
    let owner = id("web");
    let stored = CodeFacts {
        client: &owner,
        profile: Profile::Oidc,
        redirect_uri: CALLBACK,
        redirect_uri_was_sent: false,
        code_challenge: None,
        key: None,
    };
    let presented = |redirect_uri: Option<&str>| CodeRedemption {
        code: SecretText::new("code".into()),
        redirect_uri: redirect_uri.map(str::to_owned),
        code_verifier: None,
        resources: Vec::new(),
        details: None,
    };

    let redeemer = Redeemer { client: &owner, key: None };
    assert_eq!(check_code_redemption(&stored, &presented(None), &redeemer), Ok(()));
    let wrong = check_code_redemption(&stored, &presented(Some("https://evil.example")), &redeemer);
    assert_eq!(wrong.unwrap_err().cause, Cause::RedirectUriDiffers);
}

/// PK-03, S-022: a verifier that does not fit is `invalid_grant`.
#[test]
fn a_wrong_verifier_is_refused() {
    let wrong = format!("x{}", &VERIFIER[1..]);

    let cause = redeem(STRICT, "web", Some(CALLBACK), Some(&wrong)).unwrap_err();
    assert_eq!(cause, Cause::VerifierDiffers);
    assert_eq!(cause.code().as_str(), "invalid_grant");
}

/// PK-04, S-024: a verifier without a challenge and a challenge without a verifier are both refused.
#[test]
fn challenge_and_verifier_come_together_or_not_at_all() {
    assert_eq!(redeem(OIDC_PLAIN, "web", Some(CALLBACK), Some(VERIFIER)), Err(Cause::VerifierUnexpected));
    for facts in [STRICT, OIDC_PKCE] {
        assert_eq!(redeem(facts, "web", Some(CALLBACK), None), Err(Cause::VerifierMissing));
    }
}

/// PK-01, S-024: 42 or 129 characters and characters outside the unreserved set are refused.
#[test]
fn a_malformed_verifier_is_refused() {
    for bad in ["x".repeat(42), "x".repeat(129), "ä".repeat(43), format!("{VERIFIER} "), String::new()] {
        assert_eq!(redeem(STRICT, "web", Some(CALLBACK), Some(&bad)), Err(Cause::VerifierMalformed), "{bad}");
    }
}

/// DP-10: a code bound to a key needs that key; one that is not takes any.
#[test]
fn a_code_bound_to_a_key_needs_it() {
    let (owner, key) = (id("web"), Thumbprint::from_bytes([1; 32]));
    let redeem = |bound: Option<Thumbprint>, key: Option<Thumbprint>| {
        let stored = CodeFacts {
            client: &owner,
            profile: Profile::Oidc,
            redirect_uri: CALLBACK,
            redirect_uri_was_sent: false,
            code_challenge: None,
            key: bound,
        };
        let presented = CodeRedemption {
            code: SecretText::new("code".into()),
            redirect_uri: None,
            code_verifier: None,
            resources: Vec::new(),
            details: None,
        };
        check_code_redemption(&stored, &presented, &Redeemer { client: &owner, key }).map_err(|refusal| refusal.cause)
    };

    assert_eq!(redeem(Some(key), Some(key)), Ok(()));
    assert_eq!(redeem(None, Some(key)), Ok(()));
    for other in [None, Some(Thumbprint::from_bytes([2; 32]))] {
        assert_eq!(redeem(Some(key), other), Err(Cause::CodeBoundToOtherKey));
    }
}
