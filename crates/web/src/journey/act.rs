//! Taking the form of a page: which use case, with which fields, and what to show when it was not accepted.

use http::StatusCode;
use portreeve_domain::Fault;
use portreeve_domain::journey::Step;
use portreeve_issuer::{Acted, Arrival, Problem, SignInForm, Stop};
use portreeve_pages::{EmailProblem, PasswordProblem};

use super::show::{self, Shown};
use super::{RECOVERY_CODE, is_due, outdated_href};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

/// The fields of a posted form.
pub(super) struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first value of a field; empty when it was not sent.
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }
}

/// Takes the form that was posted to `page`.
pub(super) async fn take(door: &Door, journey: &str, page: &str, stop: Stop, fields: &Fields) -> Reply {
    let current = fields.get("version") == stop.journey.version().to_string();
    if !current || !is_due(stop.step, page) {
        return Reply::see_other(door, &outdated_href(door, journey, &stop));
    }
    if !portreeve_issuer::is_same_token(fields.get("csrf"), &door.issuer().form_token(&door.at, &stop.journey, page)) {
        // Not our form, or the cookie has changed since: nothing is done, and the page offers a form that works.
        tracing::warn!(reference = door.reference, "a form without the right token");
        let shown = Shown { notice: Some(portreeve_pages::Notice::PageOutdated), ..Shown::default() };
        return show::render(door, journey, page, &stop, &shown).with_status(StatusCode::FORBIDDEN);
    }
    if let Some(missing) = missing(stop.step, page, fields) {
        return show::render(door, journey, page, &stop, &missing);
    }
    match act(door, page, stop, fields).await {
        Ok(Acted::Moved(progress)) => Reply::progress(door, progress),
        Ok(Acted::Stale) => show_again(door, journey, page, None, fields).await,
        Ok(Acted::Problem(problem)) => show_again(door, journey, page, Some(problem), fields).await,
        Err(fault) => error_page::broken(door, &fault),
    }
}

/// What the form lacks before anybody is asked; `None` when it is complete.
fn missing(step: Step, page: &str, fields: &Fields) -> Option<Shown> {
    let is_empty = |name| fields.get(name).trim().is_empty();
    let asks_code = matches!(step, Step::SecondFactor | Step::EnrolSecondFactor { .. }) || page == RECOVERY_CODE;
    let shown = Shown {
        email: Some(fields.get("email").to_owned()).filter(|_| step == Step::Identify),
        email_problem: (step == Step::Identify && is_empty("email")).then_some(EmailProblem::Missing),
        password_problem: (matches!(step, Step::Identify | Step::Password) && fields.get("password").is_empty())
            .then_some(PasswordProblem::Missing),
        code_missing: asks_code && is_empty("code"),
        ..Shown::default()
    };
    let incomplete = shown.email_problem.is_some() || shown.password_problem.is_some() || shown.code_missing;
    (incomplete && fields.get("action").is_empty()).then_some(shown)
}

async fn act(door: &Door, page: &str, stop: Stop, fields: &Fields) -> Result<Acted, Fault> {
    let (issuer, at, journey) = (door.issuer(), &door.at, stop.journey);
    let from = door.posted_from(door.locale(&journey.request().ui_locales));
    match (stop.step, fields.get("action")) {
        (Step::Password | Step::SelectAccount | Step::Consent, "another_account") => {
            issuer.use_another_account(at, journey).await
        }
        (Step::Identify, _) => {
            let form =
                SignInForm { email: fields.get("email").to_owned(), password: fields.get("password").to_owned() };
            issuer.sign_in(at, journey, form, &from).await
        }
        (Step::Password, _) => issuer.sign_in_again(at, journey, fields.get("password"), &from).await,
        (Step::SecondFactor, _) if page == RECOVERY_CODE => {
            issuer.prove_recovery_code(at, journey, fields.get("code"), &from).await
        }
        (Step::SecondFactor, _) => issuer.prove_totp(at, journey, fields.get("code")).await,
        (Step::EnrolSecondFactor { .. }, "skip") => issuer.skip_enrolment(at, journey).await,
        (Step::EnrolSecondFactor { .. }, _) => issuer.enrol_totp(at, journey, fields.get("code"), &from).await,
        (Step::RecoveryCodes, _) => issuer.recovery_codes_saved(at, journey).await,
        (Step::SelectAccount, _) => issuer.choose_account(at, journey, fields.get("account")).await,
        (Step::Consent, _) => match fields.get("decision") {
            "allow" => issuer.allow(at, journey).await,
            "deny" => issuer.deny(at, journey).await,
            _ => Ok(Acted::Stale),
        },
        (Step::Register | Step::VerifyEmail | Step::Done | Step::Denied(_), _) => Ok(Acted::Stale),
    }
}

/// Shows the page again with what was wrong, or, when the form was stale, where the journey stands by now.
async fn show_again(door: &Door, journey: &str, page: &str, problem: Option<Problem>, fields: &Fields) -> Reply {
    let stop = match door.issuer().open_journey(&door.at, journey, door.browser_cookie()).await {
        Ok(Arrival::Here(stop)) => *stop,
        Ok(_) => return Reply::see_other(door, &door.href(&format!("/j/{journey}"))),
        Err(fault) => return error_page::broken(door, &fault),
    };
    let Some(problem) = problem.filter(|_| is_due(stop.step, page)) else {
        return Reply::see_other(door, &outdated_href(door, journey, &stop));
    };
    let email = Some(fields.get("email").to_owned()).filter(|_| stop.step == Step::Identify);
    let reply = show::render(door, journey, page, &stop, &Shown { problem: Some(problem), email, ..Shown::default() });
    match problem {
        Problem::TooMany { wait } => reply.with_retry_after(StatusCode::TOO_MANY_REQUESTS, wait),
        _ => reply,
    }
}
