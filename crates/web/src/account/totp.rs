//! The authenticator app: set up, replaced, removed.

use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::{Problem, Removal, TotpOutcome, Visitor};
use portreeve_pages::account::{Place, Question, QuestionKind};
use portreeve_pages::journey::TotpEnrolment;
use portreeve_pages::{CodeProblem, Frame, Notice};

use super::{CODES, Page, REMOVE_TOTP, SECURITY, TOTP, done, frame, page};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

const HERE: Page = Page::fresh(TOTP, Place::Security);
const REMOVAL: Page = Page::fresh(REMOVE_TOTP, Place::Security);

/// Shows the key of a new app.
pub(super) async fn show(door: Door) -> Reply {
    match HERE.visitor(&door).await {
        Ok(visitor) => render(&door, &visitor, None, &frame(&door)).await,
        Err(reply) => reply,
    }
}

/// Takes its first code.
pub(super) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, fields) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    if fields.get("action") == "skip" {
        return Reply::see_other(&door, &door.href(SECURITY));
    }
    let code = fields.get("code");
    if code.trim().is_empty() {
        return render(&door, &visitor, Some(CodeProblem::Missing), &door.frame(&[])).await;
    }
    let from = door.posted_from(door.locale(&[]));
    match door.issuer().set_up_totp(&door.at, &visitor, code, &from).await {
        // The codes that were made with it are shown first; without any the page leads on.
        Ok(TotpOutcome::Enrolled { cookie }) => done(&door, CODES, Notice::TotpSetUp, Some(cookie)),
        Ok(TotpOutcome::Refused(problem)) => {
            let problem = if problem == Problem::UsedCode { CodeProblem::AlreadyUsed } else { CodeProblem::Wrong };
            render(&door, &visitor, Some(problem), &door.frame(&[])).await
        }
        Ok(TotpOutcome::Stale) => HERE.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// Asks whether to remove it.
pub(super) async fn ask_to_remove(door: Door) -> Reply {
    let visitor = match REMOVAL.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    if !visitor.factors.may_remove_totp() {
        return Reply::see_other(&door, &door.href(SECURITY));
    }
    let question = Question {
        nav: REMOVAL.nav(&door),
        form: REMOVAL.own_form(&door, &visitor),
        kind: match visitor.factors.passkeys {
            Some(1..) => QuestionKind::RemoveTotpBesidePasskey,
            _ => QuestionKind::RemoveTotp,
        },
        cancel_href: door.href(SECURITY),
    };
    page(&door, question.render(&frame(&door)))
}

/// Removes it.
pub(super) async fn remove(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, _) = match REMOVAL.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    let from = door.posted_from(door.locale(&[]));
    match door.issuer().remove_totp(&door.at, &visitor, &from).await {
        Ok(Removal::Removed) => done(&door, SECURITY, Notice::TotpRemoved, None),
        Ok(Removal::Needed | Removal::Stale) => done(&door, SECURITY, Notice::PageOutdated, None),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

async fn render(door: &Door, visitor: &Visitor, problem: Option<CodeProblem>, frame: &Frame) -> Reply {
    let setup = match door.issuer().totp_setup(&door.at, visitor).await {
        Ok(Some(setup)) => setup,
        Ok(None) => return Reply::see_other(door, &door.href(CODES)),
        Err(fault) => return error_page::broken(door, &fault),
    };
    let enrolment = TotpEnrolment {
        form: HERE.own_form(door, visitor),
        otpauth_uri: setup.uri,
        secret: setup.secret,
        code_problem: problem,
        may_skip: true,
        passkey_href: None,
        is_of_account: false,
    };
    page(door, enrolment.render(frame))
}
