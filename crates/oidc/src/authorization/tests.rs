//! The pipeline from parameters to an accepted request.

mod requirements;
mod responses;

use portreeve_domain::journey::Requirements;
use portreeve_domain::{Acr, Client, GrantType, Profile, ResourceServer, Timestamp};

use super::*;
use crate::testing::{native_client, orders_api, parameters, scope, web_client};
use crate::{Cause, Parameters, Refusal};

/// RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A complete request of `client` with `changes`: a new value, or the empty text to leave a parameter out.
fn request(client: &Client, changes: &[(&str, &str)]) -> Parameters {
    let mut pairs = vec![
        ("client_id", client.id.as_str()),
        ("redirect_uri", client.metadata.redirect_uris[0].as_str()),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "xyz"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    pairs.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    pairs.extend(changes);
    parameters(&pairs)
}

fn redirectable<'c>(client: &'c Client, changes: &[(&str, &str)]) -> Result<Redirectable<'c>, Refusal> {
    Parsed::from_parameters(request(client, changes))?.identify(client)?.redirectable()
}

fn local_cause(client: &Client, changes: &[(&str, &str)]) -> Cause {
    redirectable(client, changes).unwrap_err().cause
}

/// The rules of a request with a browser, in a tenant without APIs.
const RULES: Rules<'static> = Rules {
    channel: Channel::Browser,
    pushed_only: false,
    signed_only: false,
    profile: Profile::OAuth21,
    registration_open: false,
    acrs: &Acr::ALL,
    servers: &[],
    attributes: &[],
};

fn accept_by(client: &Client, profile: Profile, changes: &[(&str, &str)]) -> Result<Accepted, RejectedRequest> {
    let rules = Rules { profile, servers: &[&orders_api()], ..RULES };
    redirectable(client, changes).unwrap().accept(&rules)
}

fn accept(changes: &[(&str, &str)]) -> Result<Accepted, RejectedRequest> {
    accept_by(&web_client(), Profile::OAuth21, changes)
}

fn cause(changes: &[(&str, &str)]) -> Cause {
    accept(changes).unwrap_err().refusal.cause
}

/// OC-02, OC-15, OA-AZ-32: unknown parameters and odd wishes are ignored; the rest is taken as it came.
#[test]
fn a_complete_request_is_accepted() {
    let accepted = accept(&[
        ("nonce", "n-0S6_WzA2Mj"),
        ("foo", "bar"),
        ("display", "hologram"),
        ("claims_locales", "?? !!"),
        ("ui_locales", "de-CH de <script>"),
        ("login_hint", "\"><script>"),
        ("resource", "https://api.example.com"),
        ("prompt", "login consent"),
        ("acr_values", "zzz aal2"),
        ("response_mode", "query"),
    ])
    .unwrap();

    assert_eq!(accepted.scope, scope("openid email"));
    assert_eq!(accepted.nonce.as_deref(), Some("n-0S6_WzA2Mj"));
    assert_eq!(accepted.ui_locales, ["de-CH", "de"]);
    assert_eq!(accepted.login_hint.as_deref(), Some("\"><script>"));
    assert_eq!(accepted.resources, ["https://api.example.com"]);
    assert_eq!(accepted.acr_values, [Acr::Aal2]);
    assert!(accepted.is_oidc() && accepted.redirect_uri_was_sent);
    assert!(accepted.prompts.contains(Prompt::Login) && accepted.prompts.contains(Prompt::Consent));
}

/// OC-03: without `openid` it is plain OAuth; a request may ask for no scope at all.
#[test]
fn without_openid_it_is_plain_oauth() {
    assert!(!accept(&[("scope", "orders.read")]).unwrap().is_oidc());
    assert!(accept(&[("scope", "")]).unwrap().scope.is_empty());
}

#[test]
fn an_accepted_request_survives_storage() {
    let accepted =
        accept(&[("claims", r#"{"id_token":{"acr":{"essential":true,"value":"aal2"}}}"#), ("max_age", "0")]).unwrap();
    let stored = serde_json::to_string(&accepted).unwrap();

    assert_eq!(serde_json::from_str::<Accepted>(&stored).unwrap(), accepted);
}

/// S-008, OA-04: without a good client nothing is redirected.
#[test]
fn an_unknown_or_disabled_client_is_refused_locally() {
    let client = web_client();
    let mut disabled = web_client();
    disabled.disabled_at = Some(NOW);

    assert_eq!(local_cause(&client, &[("client_id", "")]), Cause::ParameterMissing);
    assert_eq!(local_cause(&client, &[("client_id", "a b")]), Cause::ClientUnknown);
    assert_eq!(local_cause(&client, &[("client_id", "other")]), Cause::ClientUnknown);
    assert_eq!(local_cause(&disabled, &[("prompt", "none")]), Cause::ClientDisabled);
}

/// S-001, S-008, OA-04, OA-AZ-2, OA-AZ-3, OA-AZ-11: an unregistered redirect URI is refused locally, whatever else is wrong.
#[test]
fn an_unregistered_redirect_uri_is_refused_locally() {
    let wrong = [("redirect_uri", "https://evil.example/cb"), ("response_type", "x"), ("scope", "zzz")];
    let mut machine = web_client();
    machine.metadata.redirect_uris.clear();

    assert_eq!(local_cause(&web_client(), &wrong), Cause::RedirectUriNotRegistered);
    let refused = Parsed::from_parameters(parameters(&[("client_id", "web"), ("response_type", "code")]))
        .and_then(|parsed| parsed.identify(&machine)?.redirectable());
    assert_eq!(refused.unwrap_err().cause, Cause::RedirectUriMissing);
}

/// S-007, OA-AZ-24: the redirect URI may be left out only where one is registered and no ID token is asked for.
#[test]
fn the_redirect_uri_is_required_unless_it_is_the_only_one_of_plain_oauth() {
    let mut two = web_client();
    two.metadata.redirect_uris.push("https://rp.example/cb2".into());
    let plain = [("redirect_uri", ""), ("scope", "orders.read")];

    assert_eq!(local_cause(&two, &plain), Cause::RedirectUriMissing);
    assert_eq!(local_cause(&web_client(), &[("redirect_uri", "")]), Cause::RedirectUriMissing);
    assert_eq!(local_cause(&web_client(), &[("redirect_uri", ""), ("scope", "a  openid")]), Cause::RedirectUriMissing);
    let accepted = accept(&plain).unwrap();
    assert_eq!(accepted.target.redirect_uri(), "https://rp.example/cb");
    assert!(!accepted.redirect_uri_was_sent);
}

/// NA-01: the port a native app asks for is the port it is answered at.
#[test]
fn a_native_app_is_answered_at_its_own_port() {
    let native = native_client();
    let accepted = accept_by(&native, Profile::OAuth21, &[("redirect_uri", "http://127.0.0.1:51004/cb")]).unwrap();

    assert_eq!(accepted.target.redirect_uri(), "http://127.0.0.1:51004/cb");
}

/// Where an answer by redirect leads.
fn address(answer: &Answer) -> &str {
    match answer {
        Answer::Redirect(url) => url,
        Answer::OwnPage(url) | Answer::Form { action: url, .. } => panic!("at {url}"),
    }
}

fn error(rejected: &RejectedRequest, issuer: &str) -> Answer {
    let target = &rejected.target;
    target.write(target.parameters(Said::error(rejected.refusal.cause), issuer))
}

/// OA-05, IS-01, S-010: from here on errors go to the client, with state and issuer.
#[test]
fn a_rejected_request_knows_where_to_report() {
    let rejected = accept(&[("response_type", "zzz")]).unwrap_err();

    let answer = error(&rejected, "https://id.example");

    assert_eq!(
        address(&answer),
        "https://rp.example/cb?error=unsupported_response_type&error_description=this%20response_type%20is%20not%20supported\
         &state=xyz&iss=https%3A%2F%2Fid.example"
    );
}

/// OA-06: a client that is registered for something else is not authorized for a code.
#[test]
fn a_client_without_the_code_grant_is_refused() {
    let mut without_grant = web_client();
    without_grant.metadata.grant_types = vec![GrantType::ClientCredentials];
    let mut without_response_type = web_client();
    without_response_type.metadata.response_types.clear();

    for client in [without_grant, without_response_type] {
        let rejected = accept_by(&client, Profile::OAuth21, &[]).unwrap_err();
        assert_eq!(rejected.refusal.cause, Cause::ResponseTypeNotRegistered);
    }
}

/// OC-42: a request object that was not opened is never ignored, nor what is not supported.
#[test]
fn unopened_request_objects_are_refused() {
    assert_eq!(cause(&[("request", "a.b.c")]), Cause::RequestObjectUnsupported);
    assert_eq!(cause(&[("request_uri", "urn:x")]), Cause::RequestUriUnsupported);
    assert_eq!(cause(&[("registration", "{}")]), Cause::RegistrationParameterUnsupported);
}

/// OA-21, PK-04, OA-PK-5: a challenge is required of everybody in profile `oauth21`.
#[test]
fn a_code_challenge_is_required() {
    assert_eq!(cause(&[("code_challenge", "")]), Cause::CodeChallengeMissing);
    assert_eq!(cause(&[("code_challenge", ""), ("code_challenge_method", "")]), Cause::CodeChallengeMissing);
}

/// PK-02, PK-06, OA-PK-7: `plain` does not exist, and is what a missing method means.
#[test]
fn the_plain_method_is_refused() {
    for method in ["", "plain", "s256", "S512"] {
        assert_eq!(cause(&[("code_challenge_method", method)]), Cause::CodeChallengeMethodUnsupported, "{method}");
    }
}

/// PK-05: a malformed challenge is refused.
#[test]
fn a_malformed_challenge_is_refused() {
    assert_eq!(cause(&[("code_challenge", &CHALLENGE[..42])]), Cause::CodeChallengeMalformed);
}

/// Profile `oidc`: PKCE is optional for confidential clients, and for nobody else.
#[test]
fn only_confidential_clients_of_profile_oidc_go_without_a_challenge() {
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    let web = web_client();
    let mut strict = web_client();
    strict.metadata.profile = Some(Profile::OAuth21);

    assert_eq!(accept_by(&web, Profile::Oidc, &none).unwrap().code_challenge, None);
    assert!(accept_by(&web, Profile::Oidc, &[]).unwrap().code_challenge.is_some());
    assert!(accept_by(&web, Profile::Oidc, &[("code_challenge", "")]).is_err(), "a method alone");
    for client in [&strict, &native_client()] {
        let rejected = accept_by(client, Profile::Oidc, &none).unwrap_err();
        assert_eq!(rejected.refusal.cause, Cause::CodeChallengeMissing);
    }
}

/// OC-06: conflicting and unknown prompts are refused.
#[test]
fn bad_prompts_are_refused() {
    assert_eq!(cause(&[("prompt", "none login")]), Cause::PromptConflict);
    assert_eq!(cause(&[("prompt", "zzz")]), Cause::PromptUnsupported);
}

/// OC-59: `create` only where registration is open.
#[test]
fn prompt_create_needs_open_registration() {
    let client = web_client();
    let open = Rules { registration_open: true, ..RULES };

    assert_eq!(cause(&[("prompt", "create")]), Cause::RegistrationClosed);
    let accepted = redirectable(&client, &[("prompt", "create")]).unwrap().accept(&open).unwrap();
    assert!(Requirements::of(&requirements(&accepted, &client, NOW)).create_account);
}

/// OC-10, OC-11: `max_age` is a number of seconds, and 0 is one.
#[test]
fn max_age_is_a_number_of_seconds() {
    assert_eq!(accept(&[("max_age", "0")]).unwrap().max_age, Some(0));
    assert_eq!(accept(&[]).unwrap().max_age, None);
    for bad in ["-1", "+1", "1.5", "1e3", "x", " 1", "99999999999999999999"] {
        assert_eq!(cause(&[("max_age", bad)]), Cause::MaxAgeMalformed, "{bad}");
    }
}

/// DR-09: the client's defaults count where the request says nothing.
#[test]
fn defaults_of_the_client_are_obeyed() {
    let mut client = web_client();
    client.metadata.default_max_age = Some(60);
    client.metadata.default_acr_values = vec!["aal2".into()];
    let by = |changes| accept_by(&client, Profile::OAuth21, changes).unwrap();

    assert_eq!((by(&[]).max_age, by(&[]).acr_values), (Some(60), vec![Acr::Aal2]));
    assert_eq!(by(&[("max_age", "5")]).max_age, Some(5));
    assert_eq!(by(&[("acr_values", "aal1")]).acr_values, [Acr::Aal1]);
    assert_eq!(by(&[("claims", r#"{"id_token":{"acr":{"value":"aal1"}}}"#)]).acr_values, []);
}

/// OC-20, S-031: malformed `claims` are refused.
#[test]
fn malformed_claims_are_refused() {
    assert_eq!(cause(&[("claims", "{")]), Cause::ClaimsMalformed);
}

/// OC-17, OC-58, S-031: an essential `acr` that does not exist here fails.
#[test]
fn an_unreachable_essential_acr_is_refused() {
    let rejected =
        accept(&[("claims", r#"{"id_token":{"acr":{"essential":true,"values":["urn:zzz"]}}}"#)]).unwrap_err();

    assert_eq!(rejected.refusal.cause.code().as_str(), "unmet_authentication_requirements");
}

/// OA-16, RI-01, S-032, S-060: scope and resource are checked against the tenant and the client.
#[test]
fn unknown_scopes_and_resources_are_refused() {
    assert_eq!(cause(&[("scope", "openid  email")]), Cause::ScopeMalformed);
    assert_eq!(cause(&[("scope", "openid zzz")]), Cause::ScopeNotAllowed);
    assert_eq!(cause(&[("resource", "https://api.example.com#x")]), Cause::ResourceMalformed);
    assert_eq!(cause(&[("resource", "https://other.example.com")]), Cause::ResourceUnknown);
}

/// OC-14: a hint that is no address is dropped, not an error.
#[test]
fn an_oversize_login_hint_is_ignored() {
    assert_eq!(accept(&[("login_hint", &"x".repeat(257))]).unwrap().login_hint, None);
    assert_eq!(accept(&[("login_hint", &"x".repeat(256))]).unwrap().login_hint.map(|hint| hint.len()), Some(256));
}

/// OC-36: `offline_access` is ignored unless a person agrees in this journey or the client is the operator's.
#[test]
fn offline_access_needs_consent() {
    let asked = ("scope", "openid offline_access");
    let mut ours = web_client();
    ours.metadata.first_party = true;

    assert_eq!(accept(&[asked]).unwrap().scope, scope("openid"));
    assert_eq!(accept(&[asked, ("prompt", "consent")]).unwrap().scope, scope("openid offline_access"));
    assert_eq!(accept_by(&ours, Profile::OAuth21, &[asked]).unwrap().scope, scope("openid offline_access"));
}

/// S-030: the state that comes back is the state that was sent.
#[test]
fn a_large_binary_state_comes_back_unchanged() {
    let state: String = (0u8..=127).map(char::from).cycle().take(2048).collect();
    let accepted = accept(&[("state", &state)]).unwrap();

    let url =
        url::Url::parse(address(&accepted.target.write(accepted.target.parameters(Said::default(), "i")))).unwrap();

    let returned = url.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
    assert_eq!(returned, Some(state));
}

/// RI-02: several resources are kept in order.
#[test]
fn several_resources_are_accepted() {
    let client = web_client();
    let other = ResourceServer { resource: "https://b.example.com".into(), ..orders_api() };
    let rules = Rules { servers: &[&orders_api(), &other], ..RULES };
    let both = [("resource", "https://b.example.com"), ("resource", "https://api.example.com")];

    let accepted = redirectable(&client, &both).unwrap().accept(&rules).unwrap();

    assert_eq!(accepted.resources, ["https://b.example.com", "https://api.example.com"]);
}

/// F2-10, F2-11: in profile `fapi2` a request is pushed, and names its redirect URI.
#[test]
fn strict_requests_are_pushed() {
    let accept_by = |channel, changes: &[(&str, &str)]| {
        let rules = Rules { channel, profile: Profile::Fapi2, servers: &[&orders_api()], ..RULES };
        redirectable(&web_client(), changes).unwrap().accept(&rules).map_err(|rejected| rejected.refusal.cause)
    };
    let without_uri = [("redirect_uri", ""), ("scope", "orders.read")];

    assert_eq!(accept_by(Channel::Browser, &[]).unwrap_err(), Cause::PushedRequestRequired);
    assert!(accept_by(Channel::Pushed, &[]).is_ok());
    assert_eq!(accept_by(Channel::Pushed, &without_uri).unwrap_err(), Cause::ParameterMissing);
    assert_eq!(accept_by(Channel::Pushed, &[("code_challenge", "")]).unwrap_err(), Cause::CodeChallengeMissing);
}
