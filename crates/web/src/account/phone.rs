//! Proving the telephone number of the profile.

use http::StatusCode;
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::{PhoneOutcome, Visitor};
use portreeve_pages::account::{ConfirmPhone, Place};
use portreeve_pages::{CodeProblem, Frame, Notice, SignInProblem};

use super::{PHONE, PROFILE, Page, done, frame, page};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;
use crate::words;

const HERE: Page = Page::open(PHONE, Place::Profile);

/// Why the last form was not taken.
#[derive(Default)]
struct Shown {
    code_problem: Option<CodeProblem>,
    problem: Option<SignInProblem>,
}

/// Asks whether to send a code, or for the code.
pub(super) async fn show(door: Door) -> Reply {
    match HERE.visitor(&door).await {
        Ok(visitor) => render(&door, &visitor, Shown::default(), &frame(&door)).await,
        Err(reply) => reply,
    }
}

/// Has a code sent, or takes it.
pub(super) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, fields) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    let typed = fields.get("code").trim();
    let again = async |shown| render(&door, &visitor, shown, &door.frame(&[])).await;
    let outcome = match fields.get("action") {
        "resend" => {
            let from = door.posted_from(door.locale(&[]));
            door.issuer().request_phone_code(&door.at, &visitor, &from).await
        }
        _ if typed.is_empty() => {
            return again(Shown { code_problem: Some(CodeProblem::Missing), ..Shown::default() }).await;
        }
        _ => door.issuer().confirm_own_number(&door.at, &visitor, typed).await,
    };
    match outcome {
        // The page says what is next.
        Ok(PhoneOutcome::Asked | PhoneOutcome::NotServed) => Reply::see_other(&door, &door.href(PHONE)),
        Ok(PhoneOutcome::Confirmed) => done(&door, PROFILE, Notice::PhoneConfirmed, None),
        Ok(PhoneOutcome::WrongCode) => {
            again(Shown { code_problem: Some(CodeProblem::Wrong), ..Shown::default() }).await
        }
        Ok(PhoneOutcome::TooMany { wait }) => {
            let wait_seconds = wait.as_seconds_ceiling().unsigned_abs();
            let problem = Some(SignInProblem::TooManyAttempts { wait_seconds });
            let page = again(Shown { problem, ..Shown::default() }).await;
            page.with_retry_after(StatusCode::TOO_MANY_REQUESTS, wait)
        }
        Ok(PhoneOutcome::Stale) => done(&door, PROFILE, Notice::PageOutdated, None),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// The page; the profile, where there is nothing to prove.
async fn render(door: &Door, visitor: &Visitor, shown: Shown, frame: &Frame) -> Reply {
    let number = match door.issuer().own_number(&door.at, visitor).await {
        Ok(Some(number)) => number,
        Ok(None) => return Reply::see_other(door, &door.href(PROFILE)),
        Err(fault) => return error_page::broken(door, &fault),
    };
    let confirm = ConfirmPhone {
        nav: HERE.nav(door),
        form: HERE.own_form(door, visitor),
        state: words::number_state(number.state),
        number: number.number,
        valid_minutes: words::phone_code_minutes(),
        code_problem: shown.code_problem,
        problem: shown.problem,
        back_href: door.href(PROFILE),
    };
    page(door, confirm.render(frame))
}
