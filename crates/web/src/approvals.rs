//! `/approve`: where people find what waits for their decision, and where it ends.
//!
//! Owns the pages outside the journey. Opening one changes nothing: the journey that begins asks the person to sign in and to
//! decide. CIBA Core §8; SECURITY S-066.

use axum::extract::Path;
use portreeve_issuer::ApprovalOutcome;
use portreeve_oidc::paths;
use portreeve_pages::approvals::{Approvals, WaitingApproval};
use portreeve_pages::journey::{Done, Outcome};

use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

/// Lists what waits for the people who are signed in here.
pub(crate) async fn list(door: Door) -> Reply {
    let requests = match door.issuer().waiting_requests(&door.at, door.browser_cookie()).await {
        Ok(requests) => requests,
        Err(fault) => return error_page::broken(&door, &fault),
    };
    let frame = door.frame(&[]);
    let waiting = requests.into_iter().map(|request| WaitingApproval {
        href: door.href(&format!("{}/{}", paths::APPROVE, request.id)),
        client_name: request.client.display_name_in(frame.locale.tag()).to_owned(),
        binding_message: request.binding_message,
    });
    let page = Approvals { waiting: waiting.collect() };
    Reply::page(&door, page.render(&frame), None)
}

/// Begins the journey that asks about one of them.
pub(crate) async fn begin(door: Door, Path(path): Path<Vec<(String, String)>>) -> Reply {
    let request = path.iter().find(|(name, _)| name == "request").map_or("", |(_, value)| value.as_str());
    match door.issuer().begin_approval(&door.at, request, door.browser_cookie()).await {
        Ok(Some(progress)) => Reply::progress(&door, progress),
        Ok(None) => end(&door, Outcome::RequestTooLate),
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
        ApprovalOutcome::Allowed => Outcome::RequestAllowed,
        ApprovalOutcome::Refused => Outcome::RequestRefused,
        ApprovalOutcome::TooLate => Outcome::RequestTooLate,
        ApprovalOutcome::OtherPerson => Outcome::RequestOfOther,
    };
    end(&door, outcome)
}

fn end(door: &Door, outcome: Outcome) -> Reply {
    let page = Done { outcome, continue_href: None, client_name: None };
    Reply::page(door, page.render(&door.frame(&[])), None)
}
