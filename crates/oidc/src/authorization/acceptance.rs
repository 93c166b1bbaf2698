//! The rules of an authorization request whose answers can be sent to the client.
//!
//! One check, one function, listed once in order in [`check`]. What is unknown is ignored (OC-02), and so are `display`,
//! `claims_locales` and odd `ui_locales` (OC-15). OIDC Core §3.1.2.1, §3.1.2.2, §5.5, §6; RFC 6749 §4.1.1; RFC 7636 §4.3;
//! RFC 9101 §10.5; RFC 9449 §10.

use std::sync::Arc;

use portreeve_domain::{Acr, Attribute, Client, Demand, Profile, ResourceServer, Scope, Thumbprint};

use super::requirements::{consent_rule, essential_acr};
use super::{Accepted, Prompt, Prompts, Redirectable, ResponseMode, ResponseType};
use crate::claims_request::ClaimsRequest;
use crate::pkce::{self, CodeChallenge};
use crate::request_object::Proof;
use crate::scope_policy::{self, Known};
use crate::{Cause, Parameters, Refusal, authorization_details, resource, ui_locales, userinfo};

/// How long a `login_hint` may be, in bytes; a longer one is no address and is ignored.
const MAX_LOGIN_HINT_BYTES: usize = 256;
/// How many entries of `acr_values` are read.
const MAX_WISHES: usize = 10;
/// Parameters that must not be ignored (OIDC Core §3.1.2.6): a request object that nobody opened, and what is not supported.
const UNSUPPORTED: [(&str, Cause); 3] = [
    ("request", Cause::RequestObjectUnsupported),
    ("request_uri", Cause::RequestUriUnsupported),
    ("registration", Cause::RegistrationParameterUnsupported),
];

/// What a request is measured by, besides its client.
///
/// Causes of refusal, in the order they are looked for: `PushedRequestRequired`, `SignedRequestRequired`;
/// `RequestObjectUnsupported`, `RequestUriUnsupported`, `RegistrationParameterUnsupported`;
/// `ParameterMissing`, `ResponseTypeUnsupported`, `ResponseTypeNotRegistered`;
/// `ResponseModeUnsupported`, `ResponseModeNotAllowed`; `CodeChallengeMissing`, `CodeChallengeMethodUnsupported`,
/// `CodeChallengeMalformed`; `DpopKeyMalformed`; `NonceMissing`;
/// `PromptUnsupported`, `PromptConflict`, `RegistrationClosed`; `MaxAgeMalformed`; `ClaimsMalformed`, `LevelNotReached`;
/// `ScopeMalformed`, `ScopeNotAllowed`, `ScopeOpenidMissing`; `ResourceMalformed`, `ResourceUnknown`;
/// `DetailsMalformed`, `DetailsTypeUnknown`, `DetailsInvalid`.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// How the request came.
    pub channel: Channel,
    /// Whether requests of the tenant must be pushed.
    pub pushed_only: bool,
    /// Whether requests of the tenant must be signed request objects.
    pub signed_only: bool,
    /// The tenant's profile; the client's own one can tighten it.
    pub profile: Profile,
    /// Whether people may create an account themselves.
    pub registration_open: bool,
    /// The authentication contexts that can be reached here.
    pub acrs: &'a [Acr],
    /// The resource servers of the tenant.
    pub servers: &'a [&'a ResourceServer],
    /// What the tenant wants to know about people.
    pub attributes: &'a [Arc<Attribute>],
}

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// With a browser, to the authorization endpoint.
    Browser,
    /// From the client, which has authenticated (RFC 9126).
    Pushed,
}

/// Applies every rule; the first broken one is reported.
pub(super) fn check(request: &Redirectable<'_>, rules: &Rules<'_>) -> Result<Accepted, Refusal> {
    let Redirectable { client, parameters, .. } = request;
    channel(request, rules)?;
    signature(client, request.proof, rules)?;
    unsupported_parameters(parameters)?;
    let response_type = response_type(parameters, client, rules.profile)?;
    ResponseMode::requested(parameters, client, request.target.redirect_uri())?;
    let code_challenge = code_challenge(parameters, client, rules.profile)?.filter(|_| response_type.has_code());
    let key = key(parameters)?;
    let nonce = nonce(parameters, response_type)?;
    let prompts = prompts(parameters, rules)?;
    let max_age = max_age(parameters, client)?;
    let claims = claims(parameters, client, rules)?;
    let scope = scope(parameters, client, Known { servers: rules.servers, attributes: rules.attributes })?;
    if response_type.has_id_token() && !scope.contains("openid") {
        return Err(Cause::ScopeOpenidMissing.into());
    }
    let resources = resource::targets(&parameters.all("resource"), client, rules.servers)?;
    let details = authorization_details::requested(parameters, client, rules.servers)?;
    let resources = authorization_details::targets(resources, &details)?;
    Ok(Accepted {
        client_id: client.id.clone(),
        pushed: None,
        target: request.target.clone(),
        redirect_uri_was_sent: request.redirect_uri_was_sent,
        response_type,
        scope: offline_access_needs_code(
            scope_policy::settle_offline_access(&scope, client, consent_rule(client, &prompts)),
            response_type,
        ),
        resources,
        details,
        nonce,
        code_challenge,
        key,
        prompts,
        max_age,
        login_hint: login_hint(parameters),
        id_token_hint: parameters.get("id_token_hint").map(str::to_owned),
        ui_locales: ui_locales::wished(parameters),
        acr_values: acr_values(parameters, client, claims.as_ref()),
        claims,
        waiting: None,
        person: None,
    })
}

/// PA-09, F2-10, F2-11: RFC 9126 §5, §6. Where a profile demands it, each request names its redirect URI as well.
fn channel(request: &Redirectable<'_>, rules: &Rules<'_>) -> Result<(), Refusal> {
    let metadata = &request.client.metadata;
    let strict = rules.profile.tightened_by(metadata.profile).rules().pushed_request == Demand::Required;
    let must_push = strict || rules.pushed_only || metadata.require_pushed_authorization_requests;
    match rules.channel {
        Channel::Browser if must_push => Err(Cause::PushedRequestRequired.into()),
        Channel::Pushed if strict && !request.redirect_uri_was_sent => {
            Err(Refusal::new(Cause::ParameterMissing).with_detail("redirect_uri"))
        }
        Channel::Browser | Channel::Pushed => Ok(()),
    }
}

/// JA-07: RFC 9101 §10.5.
fn signature(client: &Client, proof: Proof, rules: &Rules<'_>) -> Result<(), Refusal> {
    let must_be_signed = rules.signed_only || client.metadata.require_signed_request_object;
    match proof {
        Proof::None if must_be_signed => Err(Cause::SignedRequestRequired.into()),
        Proof::None | Proof::Signature => Ok(()),
    }
}

/// OC-42: what a client believes to be protected by a request object must not be taken from elsewhere.
fn unsupported_parameters(parameters: &Parameters) -> Result<(), Refusal> {
    let sent = UNSUPPORTED.into_iter().find(|(name, _)| parameters.get(name).is_some());
    sent.map_or(Ok(()), |(_, cause)| Err(cause.into()))
}

fn response_type(parameters: &Parameters, client: &Client, tenant: Profile) -> Result<ResponseType, Refusal> {
    let text = parameters.require("response_type")?;
    let known = ResponseType::parse(text);
    let known = known.ok_or_else(|| Refusal::new(Cause::ResponseTypeUnsupported).with_detail(text))?;
    usable(known, client, tenant)
}

/// `response_type`, if the profile has it, and the client and its grants.
pub(super) fn usable(response_type: ResponseType, client: &Client, tenant: Profile) -> Result<ResponseType, Refusal> {
    if !response_type.is_in(tenant.tightened_by(client.metadata.profile)) {
        return Err(Refusal::new(Cause::ResponseTypeUnsupported).with_detail(response_type.name()));
    }
    let registered =
        client.metadata.response_types.iter().any(|known| ResponseType::parse(known) == Some(response_type));
    if registered && response_type.grants().iter().all(|grant| client.may_use(*grant)) {
        Ok(response_type)
    } else {
        Err(Cause::ResponseTypeNotRegistered.into())
    }
}

/// OC-24: what came by way of the browser is bound to the request by nothing else (OIDC Core §3.2.2.1, §3.3.2.11).
fn nonce(parameters: &Parameters, response_type: ResponseType) -> Result<Option<String>, Refusal> {
    match parameters.get("nonce") {
        None if response_type.has_id_token() => Err(Cause::NonceMissing.into()),
        nonce => Ok(nonce.map(str::to_owned)),
    }
}

/// OC-36: without a code there is no refresh token that it could be about (OIDC Core §11).
fn offline_access_needs_code(scope: Scope, response_type: ResponseType) -> Scope {
    if response_type.has_code() { scope } else { scope.filter(|token| token != "offline_access") }
}

/// RFC 7636 §4.3: a challenge without a method means `plain`, which does not exist here. A method without a challenge is a
/// client that believes to be protected. Where no code comes there is nothing to protect.
fn code_challenge(parameters: &Parameters, client: &Client, tenant: Profile) -> Result<Option<CodeChallenge>, Refusal> {
    let has_code = parameters.get("response_type").and_then(ResponseType::parse).is_some_and(ResponseType::has_code);
    let required = has_code && (tenant.tightened_by(client.metadata.profile).requires_pkce() || client.is_public());
    match (parameters.get("code_challenge"), parameters.get("code_challenge_method")) {
        (None, None) if !required => Ok(None),
        (None, _) => Err(Cause::CodeChallengeMissing.into()),
        (Some(challenge), Some(pkce::METHOD)) => {
            CodeChallenge::parse(challenge).map(Some).ok_or_else(|| Cause::CodeChallengeMalformed.into())
        }
        (Some(_), method) => {
            Err(Refusal::new(Cause::CodeChallengeMethodUnsupported).with_detail(method.unwrap_or("plain")))
        }
    }
}

/// RFC 9449 §10: the code is for the holder of this key.
fn key(parameters: &Parameters) -> Result<Option<Thumbprint>, Refusal> {
    let read = |text| Thumbprint::parse(text).ok_or_else(|| Refusal::new(Cause::DpopKeyMalformed).with_detail(text));
    parameters.get("dpop_jkt").map(read).transpose()
}

fn prompts(parameters: &Parameters, rules: &Rules<'_>) -> Result<Prompts, Refusal> {
    let prompts = Prompts::parse(parameters.get("prompt").unwrap_or_default())?;
    if prompts.contains(Prompt::Create) && !rules.registration_open {
        return Err(Cause::RegistrationClosed.into());
    }
    Ok(prompts)
}

fn max_age(parameters: &Parameters, client: &Client) -> Result<Option<i64>, Refusal> {
    let Some(text) = parameters.get("max_age") else { return Ok(client.metadata.default_max_age) };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let seconds = digits.then(|| text.parse().ok()).flatten();
    seconds.map(Some).ok_or_else(|| Refusal::new(Cause::MaxAgeMalformed).with_detail(text))
}

/// OC-17: an essential `acr` that nobody can reach here fails before a person is bothered. A claim about the person that is named
/// is asked for as its scope would be: who may not have the scope is not told by its parts.
fn claims(parameters: &Parameters, client: &Client, rules: &Rules<'_>) -> Result<Option<ClaimsRequest>, Refusal> {
    let claims = parameters.get("claims").map(ClaimsRequest::parse).transpose()?;
    if let Some(claims) = &claims {
        essential_acr(claims, rules.acrs)?;
    }
    let may_have = |name: &str| match userinfo::scope_of(name, rules.attributes) {
        Some(scope) => client.may_have_scope(scope),
        // A claim that the tenant may come to have is not granted before anybody can agree to it.
        None => !Attribute::is_name(name),
    };
    Ok(claims.map(|claims| claims.limited_to(may_have)))
}

fn scope(parameters: &Parameters, client: &Client, known: Known<'_>) -> Result<Scope, Refusal> {
    let requested = Scope::parse(parameters.get("scope").unwrap_or_default())
        .map_err(|error| Refusal::new(Cause::ScopeMalformed).with_detail(error.to_string()))?;
    scope_policy::allowed(&requested, client, known)
}

fn login_hint(parameters: &Parameters) -> Option<String> {
    parameters.get("login_hint").filter(|hint| hint.len() <= MAX_LOGIN_HINT_BYTES).map(str::to_owned)
}

/// The wishes of the request; the client's defaults when it has none (OIDC Registration §2: `acr_values` and an `acr` in
/// `claims` override `default_acr_values`).
fn acr_values(parameters: &Parameters, client: &Client, claims: Option<&ClaimsRequest>) -> Vec<Acr> {
    let asks_in_claims = || claims.is_some_and(|c| c.essential_acr().is_some() || !c.voluntary_acr().is_empty());
    match parameters.get("acr_values") {
        Some(values) => values.split(' ').take(MAX_WISHES).filter_map(Acr::parse).collect(),
        None if asks_in_claims() => Vec::new(),
        None => client.metadata.default_acr_values.iter().filter_map(|value| Acr::parse(value)).collect(),
    }
}
