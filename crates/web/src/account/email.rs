//! The address of an account, and another in its place.

use http::StatusCode;
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::{EmailOutcome, Visitor};
use portreeve_pages::account::{ChangeEmail, Place};
use portreeve_pages::{EmailProblem, Frame, Notice, SignInProblem};

use super::{EMAIL, PROFILE, Page, done, frame, page};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;
use crate::words;

const HERE: Page = Page::fresh(EMAIL, Place::Profile);

/// What the page shows besides the account.
#[derive(Default)]
struct Shown {
    email: String,
    email_problem: Option<EmailProblem>,
    problem: Option<SignInProblem>,
}

/// Asks for another address.
pub(super) async fn show(door: Door) -> Reply {
    match HERE.visitor(&door).await {
        Ok(visitor) => render(&door, &visitor, Shown::default(), &frame(&door)).await,
        Err(reply) => reply,
    }
}

/// Takes it, or ends the wish for one.
pub(super) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, fields) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    if fields.get("action") == "drop" {
        return match door.issuer().drop_email_wish(&door.at, &visitor).await {
            Ok(true) => done(&door, EMAIL, Notice::EmailKept, None),
            Ok(false) => HERE.outdated(&door),
            Err(fault) => error_page::broken(&door, &fault),
        };
    }
    let typed = fields.get("email").trim();
    let shown = Shown { email: typed.to_owned(), ..Shown::default() };
    let from = door.posted_from(door.locale(&[]));
    match door.issuer().wish_email(&door.at, &visitor, typed, &from).await {
        Ok(EmailOutcome::Asked) => done(&door, EMAIL, Notice::EmailAsked, None),
        Ok(EmailOutcome::Refused(error)) => {
            let shown = Shown { email_problem: Some(words::email_problem(error)), ..shown };
            render(&door, &visitor, shown, &door.frame(&[])).await
        }
        Ok(EmailOutcome::Same) => {
            let shown = Shown { email_problem: Some(EmailProblem::Same), ..shown };
            render(&door, &visitor, shown, &door.frame(&[])).await
        }
        Ok(EmailOutcome::TooMany { wait }) => {
            let wait_seconds = wait.as_seconds_ceiling().unsigned_abs();
            let shown = Shown { problem: Some(SignInProblem::TooManyAttempts { wait_seconds }), ..shown };
            let page = render(&door, &visitor, shown, &door.frame(&[])).await;
            page.with_retry_after(StatusCode::TOO_MANY_REQUESTS, wait)
        }
        Ok(EmailOutcome::Stale) => HERE.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

async fn render(door: &Door, visitor: &Visitor, shown: Shown, frame: &Frame) -> Reply {
    let wished = match door.issuer().wished_email(&door.at, visitor).await {
        Ok(wished) => wished,
        Err(fault) => return error_page::broken(door, &fault),
    };
    let change = ChangeEmail {
        nav: HERE.nav(door),
        form: HERE.own_form(door, visitor),
        current: visitor.person.email.clone().unwrap_or_default(),
        wished,
        email: shown.email,
        email_problem: shown.email_problem,
        problem: shown.problem,
        cancel_href: door.href(PROFILE),
    };
    page(door, change.render(frame))
}
