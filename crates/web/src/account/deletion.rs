//! Deleting one's own account.

use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::DeletionOutcome;
use portreeve_pages::Notice;
use portreeve_pages::account::{Place, Question, QuestionKind};
use portreeve_pages::journey::{Done, Outcome};

use super::{DELETION, PROFILE, Page, done, frame, page};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

const HERE: Page = Page::fresh(DELETION, Place::Profile);

/// Asks whether to do it.
pub(super) async fn ask(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    match door.issuer().may_leave(&door.at, &visitor).await {
        Ok(true) => {}
        Ok(false) => return done(&door, PROFILE, Notice::LastAdministrator, None),
        Err(fault) => return error_page::broken(&door, &fault),
    }
    let question = Question {
        nav: HERE.nav(&door),
        form: HERE.own_form(&door, &visitor),
        kind: QuestionKind::DeleteAccount { days: door.at.tenant.settings.deletion_grace_days.days() },
        cancel_href: door.href(PROFILE),
    };
    page(&door, question.render(&frame(&door)))
}

/// Does it, and says that there is a way back.
pub(super) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, _) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    let from = door.posted_from(door.locale(&[]));
    match door.issuer().request_deletion(&door.at, &visitor, &from).await {
        Ok(DeletionOutcome::Begun) => {
            let said =
                Done { outcome: Outcome::DeletionRequested, continue_href: Some(door.href("/")), client_name: None };
            page(&door, said.render(&door.frame(&[])))
        }
        Ok(DeletionOutcome::LastAdministrator) => done(&door, PROFILE, Notice::LastAdministrator, None),
        Ok(DeletionOutcome::Stale) => HERE.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}
