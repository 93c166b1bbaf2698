//! Which words of `pages` stand for which refusal of `issuer`.

use portreeve_domain::{Client, ClientId, ClientOrigin, EmailError, Timestamp};
use portreeve_issuer::{self as issuer, MailContent, NameRefusal, PasswordRefusal, TenantDirectory, TextContent};
use portreeve_oidc::client_document;
use portreeve_pages::journey::{Resource, Scope};
use portreeve_pages::{EmailProblem, Locale, NameProblem, NumberState, PasskeyProblem, PasswordProblem};

/// What the application that asks is called; `None` for our own pages.
pub(crate) fn asking_client(client: &Client, locale: Locale) -> Option<String> {
    (client.id != ClientId::own_pages()).then(|| client.display_name_in(locale.tag()).to_owned())
}

/// What is said about an address.
pub(crate) fn email_problem(error: EmailError) -> EmailProblem {
    match error {
        EmailError::Missing => EmailProblem::Missing,
        EmailError::TooLong | EmailError::Malformed | EmailError::Confusable => EmailProblem::Malformed,
    }
}

/// What is said about a name.
pub(crate) fn name_problem(refusal: NameRefusal) -> NameProblem {
    match refusal {
        NameRefusal::Missing => NameProblem::Missing,
        NameRefusal::TooLong { maximum } => NameProblem::TooLong { maximum: count(maximum) },
    }
}

/// What is said about a new password.
pub(crate) fn password_problem(refusal: PasswordRefusal) -> PasswordProblem {
    match refusal {
        PasswordRefusal::Missing => PasswordProblem::Missing,
        PasswordRefusal::TooShort { minimum } => PasswordProblem::TooShort { minimum: count(minimum) },
        PasswordRefusal::TooLong { maximum } => PasswordProblem::TooLong { maximum: count(maximum) },
        PasswordRefusal::TooCommon => PasswordProblem::TooCommon,
        PasswordRefusal::Personal => PasswordProblem::Personal,
    }
}

/// What is said about a passkey.
pub(crate) fn passkey_problem(problem: issuer::PasskeyProblem) -> PasskeyProblem {
    match problem {
        issuer::PasskeyProblem::Expired => PasskeyProblem::Expired,
        issuer::PasskeyProblem::Unknown => PasskeyProblem::Unknown,
        issuer::PasskeyProblem::Removed => PasskeyProblem::Removed,
        issuer::PasskeyProblem::OtherAccount => PasskeyProblem::OtherAccount,
        issuer::PasskeyProblem::NotVerified => PasskeyProblem::NotVerified,
        issuer::PasskeyProblem::Copied => PasskeyProblem::Copied,
        issuer::PasskeyProblem::NotAdded => PasskeyProblem::NotAdded,
        issuer::PasskeyProblem::ModelNotAllowed => PasskeyProblem::ModelNotAllowed,
        issuer::PasskeyProblem::Invalid => PasskeyProblem::Invalid,
    }
}

/// What there is to do to prove a telephone number.
pub(crate) fn number_state(state: issuer::NumberState) -> NumberState {
    match state {
        issuer::NumberState::NotServed => NumberState::NotServed,
        issuer::NumberState::ToSend => NumberState::ToSend,
        issuer::NumberState::Sent => NumberState::Sent,
    }
}

/// A scope in the words of the operator, else in those of OpenID Connect, else by its bare name.
pub(crate) fn scope(at: &TenantDirectory, name: &str, locale: Locale) -> Scope {
    match at.scope(name).and_then(|meaning| meaning.text_in(locale.tag())) {
        Some(text) => Scope::Other { title: text.title.clone(), description: text.description.clone() },
        None => own_claims(at, name, locale).unwrap_or_else(|| Scope::from_name(name)),
    }
}

/// The scope of claims of the tenant's own, by what they are called; `None` for another.
fn own_claims(at: &TenantDirectory, scope: &str, locale: Locale) -> Option<Scope> {
    let released = at.attributes.iter().filter(|one| one.scope.as_deref() == Some(scope));
    let labels: Vec<_> = released.filter_map(|one| one.text_in(locale.tag())).map(|text| text.label.clone()).collect();
    (!labels.is_empty()).then(|| Scope::Other { title: scope.to_owned(), description: Some(labels.join(" · ")) })
}

/// A resource server by the name that its operator gave it, else by its address.
pub(crate) fn resource(at: &TenantDirectory, resource: &str) -> Resource {
    let name = at.server(resource).and_then(|server| server.name.clone());
    Resource { name: name.unwrap_or_else(|| resource.to_owned()), location: resource.to_owned() }
}

/// Host of the document by which a client describes itself; `None` for one that is registered.
pub(crate) fn described_at(client: &Client) -> Option<String> {
    if client.origin == ClientOrigin::Document { client_document::host_of(&client.id) } else { None }
}

/// How long a mailed link works.
pub(crate) fn link_minutes() -> u32 {
    u32::try_from(MailContent::LINK_MINUTES).unwrap_or(u32::MAX)
}

/// A limit as pages count.
pub(crate) fn count(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}

/// For how many minutes a mailed code works.
pub(crate) fn code_minutes() -> u32 {
    u32::try_from(MailContent::CODE_MINUTES).unwrap_or(u32::MAX)
}

/// For how many minutes a code by text message works.
pub(crate) fn phone_code_minutes() -> u32 {
    u32::try_from(TextContent::CODE_MINUTES).unwrap_or(u32::MAX)
}

/// How many hours there are until a time, begun ones too; none when it is over.
pub(crate) fn hours_until(at: Timestamp, now: Timestamp) -> u64 {
    at.since(now).as_seconds_ceiling().max(0).unsigned_abs().div_ceil(3600)
}
