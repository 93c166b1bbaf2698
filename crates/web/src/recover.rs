//! "Forgot your password?": asks for an address and says that a mail may be on its way.
//!
//! Outside any journey, so that a mail can lead here as well; `?journey=` keeps the way back. Every address gets the same
//! page (SECURITY rule 28). Where there are no passwords there is no such page. Leaves who gets a mail to `issuer::recovery`.

use http::StatusCode;
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection, QueryPairs};
use portreeve_issuer::{ResetRequest, is_same_token};
use portreeve_pages::journey::{CheckMail, ForgotPassword, MailPurpose};
use portreeve_pages::{EmailProblem, Form, Frame, Notice, SignInProblem};

use crate::door::Door;
use crate::error_page;
use crate::form::Fields;
use crate::reply::Reply;
use crate::words;

/// The journey that a person comes from, which the query names; anything else than the id of one is ignored.
pub(crate) struct Whence {
    /// Its id.
    pub journey: Option<String>,
    /// The languages that it asks for, best first.
    pub ui_locales: Vec<String>,
}

/// What the page shows besides the form.
#[derive(Default)]
struct Shown {
    notice: Option<Notice>,
    email: String,
    email_problem: Option<EmailProblem>,
    problem: Option<SignInProblem>,
}

/// Asks for the address.
pub(crate) async fn show(door: Door, query: Result<QueryPairs, PairsRejection>) -> Reply {
    if door.at.tenant.settings.is_passwordless() {
        return error_page::not_found(&door);
    }
    let whence = Whence::of(&door, query).await;
    render(&door, &whence, Shown::default()).await
}

/// Takes the address.
pub(crate) async fn take(
    door: Door,
    query: Result<QueryPairs, PairsRejection>,
    form: Result<FormPairs, PairsRejection>,
) -> Reply {
    if door.at.tenant.settings.is_passwordless() {
        return error_page::not_found(&door);
    }
    let whence = Whence::of(&door, query).await;
    let Some(fields) = Fields::read(form).filter(|_| door.is_own_form()) else {
        return error_page::form_rejected(&door);
    };
    let email = fields.get("email").trim().to_owned();
    let token = match door.issuer().reset_form_token(&door.at, door.browser_cookie()).await {
        Ok(token) => token,
        Err(fault) => return error_page::broken(&door, &fault),
    };
    if !is_same_token(fields.get("csrf"), &token) {
        let shown = Shown { notice: Some(Notice::PageOutdated), email, ..Shown::default() };
        return render(&door, &whence, shown).await.with_status(StatusCode::FORBIDDEN);
    }
    let from = door.posted_from(door.locale(&whence.ui_locales));
    match door.issuer().request_reset(&door.at, &email, whence.journey.as_deref(), &from).await {
        Ok(ResetRequest::Taken) => check_mail(&door, &whence, email),
        Ok(ResetRequest::NotAnAddress(error)) => {
            let shown = Shown { email, email_problem: Some(words::email_problem(error)), ..Shown::default() };
            render(&door, &whence, shown).await
        }
        Ok(ResetRequest::TooMany { wait }) => {
            let wait_seconds = wait.as_seconds_ceiling().unsigned_abs();
            let problem = Some(SignInProblem::TooManyAttempts { wait_seconds });
            let page = render(&door, &whence, Shown { email, problem, ..Shown::default() }).await;
            page.with_retry_after(StatusCode::TOO_MANY_REQUESTS, wait)
        }
        Err(fault) => error_page::broken(&door, &fault),
    }
}

async fn render(door: &Door, whence: &Whence, shown: Shown) -> Reply {
    let csrf = match door.issuer().reset_form_token(&door.at, door.browser_cookie()).await {
        Ok(token) => token,
        Err(fault) => return error_page::broken(door, &fault),
    };
    let page = ForgotPassword {
        form: Form { action: door.href(&format!("/recover{}", whence.query())), csrf, version: String::new() },
        email: shown.email,
        email_problem: shown.email_problem,
        problem: shown.problem,
        sign_in_href: whence.way_back(door),
    };
    let frame = Frame { notice: shown.notice, ..door.frame(&whence.ui_locales) };
    Reply::page(door, page.render(&frame), None)
}

fn check_mail(door: &Door, whence: &Whence, email: String) -> Reply {
    let page = CheckMail {
        purpose: MailPurpose::PasswordReset,
        email,
        valid_minutes: words::link_minutes(),
        resend: None,
        is_of_account: false,
        back_href: whence.way_back(door),
    };
    Reply::page(door, page.render(&door.frame(&whence.ui_locales)), None)
}

impl Whence {
    /// Reads it from the query of an address.
    pub(crate) async fn of(door: &Door, query: Result<QueryPairs, PairsRejection>) -> Self {
        let pairs = query.map(|QueryPairs(pairs)| pairs).unwrap_or_default();
        let journey = pairs.into_iter().find(|(name, _)| name == "journey").map(|(_, journey)| journey);
        let journey = journey.filter(|journey| door.issuer().is_journey(&door.at, journey));
        // Nobody is turned away for a language.
        let ui_locales = door.issuer().locales_of(&door.at, journey.as_deref()).await.unwrap_or_default();
        Self { journey, ui_locales }
    }

    /// The query by which the next page knows it.
    pub(crate) fn query(&self) -> String {
        self.journey.as_ref().map(|journey| format!("?journey={journey}")).unwrap_or_default()
    }

    fn way_back(&self, door: &Door) -> Option<String> {
        self.journey.as_ref().map(|journey| door.href(&format!("/j/{journey}")))
    }
}
