//! Where mailed links lead: a page that changes nothing, and the button that uses the link up.
//!
//! The address holds the secret: it is not logged (the trace names the route's pattern), told to nobody as referrer, and
//! it is what another site would need to forge this form. Mail scanners follow links, so only the POST counts. SECURITY
//! rule 27; S-087. Leaves what a link does to `issuer::mailed_links`.

use axum::extract::Path;
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection, QueryPairs};
use portreeve_issuer::{LinkAsks, LinkOutcome, OpenLink};
use portreeve_oidc::paths;
use portreeve_pages::Form;
use portreeve_pages::PasswordProblem;
use portreeve_pages::journey::{Confirm, ConfirmPurpose, Done, Outcome, ResetPassword};

use crate::door::Door;
use crate::error_page;
use crate::form::Fields;
use crate::recover::Whence;
use crate::reply::Reply;
use crate::words;

/// A link as it stands in an address.
struct Link {
    token: String,
    /// The journey it leads back to.
    whence: Whence,
}

/// Shows what the link is for.
pub(crate) async fn show(
    door: Door,
    Path(path): Path<Vec<(String, String)>>,
    query: Result<QueryPairs, PairsRejection>,
) -> Reply {
    let link = Link { token: token_of(path), whence: Whence::of(&door, query).await };
    match open(&door, &link).await {
        Ok(opened) if opened.asks == LinkAsks::SignIn => sign_in_for(&door, &link).await,
        Ok(opened) if opened.asks == LinkAsks::Invitation => invitation(&door, &link, &opened).await,
        Ok(opened) => page(&door, &link, &opened.email, opened.asks, None),
        Err(reply) => reply,
    }
}

/// Uses the link up.
pub(crate) async fn take(
    door: Door,
    Path(path): Path<Vec<(String, String)>>,
    query: Result<QueryPairs, PairsRejection>,
    form: Result<FormPairs, PairsRejection>,
) -> Reply {
    let link = Link { token: token_of(path), whence: Whence::of(&door, query).await };
    let Some(fields) = Fields::read(form).filter(|_| door.is_own_form()) else {
        return error_page::form_rejected(&door);
    };
    let opened = match open(&door, &link).await {
        Ok(opened) => opened,
        Err(reply) => return reply,
    };
    if opened.asks == LinkAsks::SignIn {
        return sign_in_for(&door, &link).await;
    }
    if opened.asks == LinkAsks::Invitation {
        return accept(&door, opened).await;
    }
    let (email, asks) = (opened.email.clone(), opened.asks);
    let from = door.posted_from(door.locale(&link.whence.ui_locales));
    match door.issuer().use_link(&door.at, opened, fields.get("password"), &from).await {
        Ok(LinkOutcome::PasswordChanged) => done(&door, &link, Outcome::PasswordChanged),
        Ok(LinkOutcome::ShutOut) => done(&door, &link, Outcome::ShutOut),
        Ok(LinkOutcome::EmailChanged) => done(&door, &link, Outcome::EmailChanged),
        Ok(LinkOutcome::FactorsRemoved) => done(&door, &link, Outcome::FactorsRemoved),
        Ok(LinkOutcome::EmailRestored) => done(&door, &link, Outcome::EmailRestored),
        Ok(LinkOutcome::AddressConfirmed) => done(&door, &link, Outcome::EmailConfirmed),
        Ok(LinkOutcome::Refused(refusal)) => page(&door, &link, &email, asks, Some(words::password_problem(refusal))),
        Ok(LinkOutcome::Dead) => error_page::link_expired(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

async fn open(door: &Door, link: &Link) -> Result<OpenLink, Reply> {
    match door.issuer().open_link(&door.at, &link.token, link.whence.journey.as_deref(), door.browser_cookie()).await {
        Ok(Some(opened)) => Ok(opened),
        Ok(None) => Err(error_page::link_expired(door)),
        Err(fault) => Err(error_page::broken(door, &fault)),
    }
}

/// Says who is invited, and who is signed in here already: that stays as it is.
async fn invitation(door: &Door, link: &Link, opened: &OpenLink) -> Reply {
    match door.issuer().others_signed_in(&door.at, door.browser_cookie(), &opened.email).await {
        Ok(others) => {
            let purpose = ConfirmPurpose::Invitation {
                email: opened.email.clone(),
                client: door.issuer().invited_to(&door.at, opened),
                signed_in_as: others.into_iter().next(),
                account_href: door.href(paths::ACCOUNT),
            };
            let html = Confirm { form: form_of(door, link), purpose }.render(&door.frame(&link.whence.ui_locales));
            Reply::secret_page(door, html)
        }
        Err(fault) => error_page::broken(door, &fault),
    }
}

/// Accepts an invitation, which leads to a journey.
async fn accept(door: &Door, opened: OpenLink) -> Reply {
    match door.issuer().accept_invitation(&door.at, opened, door.browser_cookie()).await {
        Ok(Some(progress)) => Reply::progress(door, progress),
        Ok(None) => error_page::link_expired(door),
        Err(fault) => error_page::broken(door, &fault),
    }
}

fn form_of(door: &Door, link: &Link) -> Form {
    let action = door.href(&format!("/link/{}{}", link.token, link.whence.query()));
    Form { action, csrf: String::new(), version: String::new() }
}

/// Leads to a sign-in that comes back to the link.
async fn sign_in_for(door: &Door, link: &Link) -> Reply {
    let path = format!("/link/{}", link.token);
    match door.issuer().sign_in_for(&door.at, &path, door.browser_cookie()).await {
        Ok(progress) => Reply::progress(door, progress),
        Err(fault) => error_page::broken(door, &fault),
    }
}

fn page(door: &Door, link: &Link, email: &str, asks: LinkAsks, problem: Option<PasswordProblem>) -> Reply {
    let (form, frame, email) = (form_of(door, link), door.frame(&link.whence.ui_locales), email.to_owned());
    let html = match asks {
        LinkAsks::NewPassword { minimum } => {
            let password_minimum = words::count(minimum);
            ResetPassword { form, email, password_problem: problem, password_minimum, cancel_href: None }.render(&frame)
        }
        LinkAsks::NotMe => Confirm { form, purpose: ConfirmPurpose::NotMe { email } }.render(&frame),
        LinkAsks::NewEmail => Confirm { form, purpose: ConfirmPurpose::NewEmail { email } }.render(&frame),
        LinkAsks::LostFactors => Confirm { form, purpose: ConfirmPurpose::LostFactors { email } }.render(&frame),
        LinkAsks::FormerEmail => Confirm { form, purpose: ConfirmPurpose::FormerEmail { email } }.render(&frame),
        LinkAsks::Confirmation | LinkAsks::Claim | LinkAsks::SignIn | LinkAsks::Invitation => {
            Confirm { form, purpose: ConfirmPurpose::Email { email } }.render(&frame)
        }
    };
    Reply::secret_page(door, html)
}

fn done(door: &Door, link: &Link, outcome: Outcome) -> Reply {
    let path = match (&link.whence.journey, outcome) {
        (_, Outcome::EmailChanged) => "/account/profile".to_owned(),
        (_, Outcome::ShutOut | Outcome::EmailRestored | Outcome::FactorsRemoved) => "/".to_owned(),
        (Some(journey), _) => format!("/j/{journey}"),
        (None, _) => "/".to_owned(),
    };
    let page = Done { outcome, continue_href: Some(door.href(&path)), client_name: None };
    Reply::secret_page(door, page.render(&door.frame(&link.whence.ui_locales)))
}

fn token_of(path: Vec<(String, String)>) -> String {
    path.into_iter().find(|(name, _)| name == "token").map(|(_, token)| token).unwrap_or_default()
}
