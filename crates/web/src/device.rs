//! `/device`: where a person types the code that a device shows, and where it ends.
//!
//! Owns the pages outside the journey. Opening a link with a code in it only fills the code in: nothing begins without the
//! button, and the journey that begins asks everything else. RFC 8628 §3.3, §3.3.1; SECURITY S-064, S-065.

use axum::extract::Path;
use http::StatusCode;
use portreeve_domain::Lifetime;
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection, QueryPairs};
use portreeve_issuer::{ApprovalOutcome, DeviceArrival, is_same_token};
use portreeve_pages::device::{EnterCode, UserCodeProblem};
use portreeve_pages::journey::{Done, Outcome};
use portreeve_pages::{Form, Frame, Notice};

use crate::door::Door;
use crate::error_page;
use crate::form::Fields;
use crate::reply::Reply;

/// How much of a typed code is shown again, in characters.
const MAX_SHOWN_CHARS: usize = 40;

/// Asks for the code.
pub(crate) async fn show(door: Door, query: Result<QueryPairs, PairsRejection>) -> Reply {
    let pairs = query.map(|QueryPairs(pairs)| pairs).unwrap_or_default();
    let code = pairs.into_iter().find(|(name, _)| name == "user_code").map(|(_, code)| code).unwrap_or_default();
    render(&door, &code, None, None).await
}

/// Takes the code and begins the journey that asks for approval.
pub(crate) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let Some(fields) = Fields::read(form).filter(|_| door.is_own_form()) else {
        return error_page::form_rejected(&door);
    };
    let token = match door.issuer().device_form_token(&door.at, door.browser_cookie()).await {
        Ok(token) => token,
        Err(fault) => return error_page::broken(&door, &fault),
    };
    let code = fields.get("user_code");
    if !is_same_token(fields.get("csrf"), &token) {
        let reply = render(&door, code, None, Some(Notice::PageOutdated)).await;
        return reply.with_status(StatusCode::FORBIDDEN);
    }
    if code.trim().is_empty() {
        return render(&door, "", Some(UserCodeProblem::Missing), None).await;
    }
    let network = door.posted_from(door.locale(&[])).network;
    match door.issuer().begin_device_journey(&door.at, code, door.browser_cookie(), network).await {
        Ok(DeviceArrival::Begun(progress)) => Reply::progress(&door, progress),
        Ok(DeviceArrival::Unknown) => render(&door, code, Some(UserCodeProblem::Unknown), None).await,
        Ok(DeviceArrival::TooMany { wait }) => too_many(&door, code, wait).await,
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// Says how it ended. The address tells nothing that counts: what was decided is in the database.
pub(crate) async fn ended(door: Door, Path(path): Path<Vec<(String, String)>>) -> Reply {
    let segment = path.iter().find(|(name, _)| name == "outcome").map(|(_, value)| value.as_str());
    let Some(outcome) = ApprovalOutcome::ALL.into_iter().find(|outcome| Some(outcome.segment()) == segment) else {
        return error_page::not_found(&door);
    };
    let outcome = match outcome {
        ApprovalOutcome::Allowed => Outcome::DeviceAllowed,
        ApprovalOutcome::Refused => Outcome::DeviceRefused,
        ApprovalOutcome::TooLate => Outcome::DeviceTooLate,
        // Whose code it is, is whoever types it.
        ApprovalOutcome::OtherPerson => return error_page::not_found(&door),
    };
    let page = Done { outcome, continue_href: None, client_name: None };
    Reply::page(&door, page.render(&door.frame(&[])), None)
}

async fn too_many(door: &Door, code: &str, wait: Lifetime) -> Reply {
    let problem = UserCodeProblem::TooManyAttempts { wait_seconds: wait.as_seconds_ceiling().unsigned_abs() };
    let reply = render(door, code, Some(problem), None).await;
    reply.with_retry_after(StatusCode::TOO_MANY_REQUESTS, wait)
}

async fn render(door: &Door, code: &str, problem: Option<UserCodeProblem>, notice: Option<Notice>) -> Reply {
    let csrf = match door.issuer().device_form_token(&door.at, door.browser_cookie()).await {
        Ok(token) => token,
        Err(fault) => return error_page::broken(door, &fault),
    };
    let page = EnterCode {
        form: Form { action: door.href("/device"), csrf, version: String::new() },
        user_code: code.chars().take(MAX_SHOWN_CHARS).collect(),
        problem,
    };
    let frame = Frame { notice, ..door.frame(&[]) };
    Reply::page(door, page.render(&frame), None)
}
