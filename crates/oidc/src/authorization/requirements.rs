//! What an authorization request requires of the journey that answers it.
//!
//! Owns the meaning of `prompt`, `max_age`, `acr_values`, an essential `acr`, and when consent is asked. The subject
//! (`id_token_hint`, a `sub` value) is looked up by `issuer`, which adds it, as it adds the tenant's own policy.
//! OIDC Core §3.1.2.1, §3.1.2.3, §5.5.1.1; RFC 8252 §8.6.

use portreeve_domain::journey::{Condition, ConsentRule, LevelRule, Requirement, Source};
use portreeve_domain::polling::Waiting;
use portreeve_domain::{Acr, Client, Lifetime, Timestamp};

use super::{Accepted, Prompt, Prompts};
use crate::claims_request::ClaimsRequest;
use crate::{Cause, Refusal};

/// The requirements of `request` by `client` for a journey that began at `started_at`; `subject` is left open.
///
/// `max_age=0` and `prompt=login` ask for a sign-in on this journey. Under `prompt=none` wishes that are voluntary are
/// dropped, since no page can be shown to fulfil them, and a wish is no reason to fail (OC-16).
pub fn requirements(request: &Accepted, client: &Client, started_at: Timestamp) -> Vec<Requirement> {
    let prompts = &request.prompts;
    let asked = |id: &str, condition| Requirement::new(id, Source::Request, condition);
    let mut all = Vec::new();
    if let Some(seconds) = request.max_age {
        all.push(asked("max_age", Condition::FreshSince(started_at.minus(Lifetime::from_seconds(seconds)))));
    }
    if prompts.contains(Prompt::Login) {
        all.push(asked("prompt:login", Condition::FreshSince(started_at)));
    }
    if prompts.contains(Prompt::SelectAccount) {
        all.push(asked("prompt:select_account", Condition::SelectAccount));
    }
    if prompts.contains(Prompt::Create) {
        all.push(asked("prompt:create", Condition::CreateAccount));
    }
    all.extend(consent(request, client));
    all.extend(levels(request).into_iter().map(|(id, level)| asked(&id, Condition::Level(level))));
    all
}

/// The consent that is asked for, by the first reason for it; `None` when there is none.
fn consent(request: &Accepted, client: &Client) -> Option<Requirement> {
    // Only the person can say whose device it is, or that they started it, also for the operator's own clients (SECURITY
    // S-065, S-066).
    let always = |id| Some(Requirement::new(id, Source::Request, Condition::Consent(ConsentRule::Always)));
    match request.waiting {
        Some(Waiting::Device(_)) => return always("approval:device"),
        Some(Waiting::Backchannel(_)) => return always("approval:backchannel"),
        // What exactly is allowed is agreed to each time, and nothing of it is remembered (RFC 9396 §3).
        None if !request.details.is_empty() => return always("authorization_details"),
        None => {}
    }
    match consent_rule(client, &request.prompts) {
        ConsentRule::NotNeeded => None,
        ConsentRule::Always if request.prompts.contains(Prompt::Consent) => always("prompt:consent"),
        rule => Some(Requirement::new("client:consent", Source::Client, Condition::Consent(rule))),
    }
}

/// When a person is asked to agree: never for the operator's own clients; always with `prompt=consent` and for public
/// native clients, which any program on the device can imitate (NA-04); else unless an earlier consent covers it.
pub(super) fn consent_rule(client: &Client, prompts: &Prompts) -> ConsentRule {
    if client.metadata.first_party {
        ConsentRule::NotNeeded
    } else if prompts.contains(Prompt::Consent) || !client.may_skip_repeated_consent() {
        ConsentRule::Always
    } else {
        ConsentRule::UnlessCovered
    }
}

/// The weakest of the essential `acr` values that can be reached here: a stronger sign-in satisfies it as well. `None` when
/// none is demanded. `reachable` are those that anybody can reach here.
///
/// # Errors
/// `LevelNotReached` when values are demanded and none of them can be reached.
pub(super) fn essential_acr(claims: &ClaimsRequest, reachable: &[Acr]) -> Result<Option<Acr>, Refusal> {
    let Some(values) = claims.essential_acr() else { return Ok(None) };
    let known = values.iter().copied().filter_map(Acr::parse);
    let weakest = known.filter(|acr| reachable.contains(acr)).min();
    weakest.map(Some).ok_or_else(|| Refusal::new(Cause::LevelNotReached).with_detail(values.join(" ")))
}

/// The levels asked for, by id: the essential one, and the preferred ones of `acr_values` and of a voluntary `acr`.
fn levels(request: &Accepted) -> Vec<(String, LevelRule)> {
    let claims = request.claims.as_ref();
    let named = |parameter: &str, acr: Acr| format!("{parameter}:{}", acr.name());
    // An accepted request demands no level that cannot be reached, and a weaker one is reached wherever a stronger one is.
    let essential = claims.and_then(|claims| essential_acr(claims, &Acr::ALL).ok().flatten());
    let essential = essential.map(|acr| (named("acr", acr), LevelRule::essential(acr.strength())));
    if request.prompts.contains(Prompt::None) {
        return essential.into_iter().collect();
    }
    let wished = claims.map(ClaimsRequest::voluntary_acr).unwrap_or_default().into_iter().find_map(Acr::parse);
    let wished = wished.map(|acr| (named("acr", acr), LevelRule::voluntary(acr.strength())));
    let preferred = request.acr_values.first().copied();
    let preferred = preferred.map(|acr| (named("acr_values", acr), LevelRule::voluntary(acr.strength())));
    essential.into_iter().chain(wished).chain(preferred).collect()
}
