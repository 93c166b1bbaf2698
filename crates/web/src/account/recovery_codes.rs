//! Recovery codes: shown until they are saved, made anew.

use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_pages::Notice;
use portreeve_pages::account::{Place, Question, QuestionKind};
use portreeve_pages::journey::RecoveryCodes;

use super::{CODES, Page, RENEW_CODES, SECURITY, done, frame, page};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

const HERE: Page = Page::fresh(CODES, Place::Security);
const RENEWAL: Page = Page::fresh(RENEW_CODES, Place::Security);

/// Shows the codes that are not saved yet; without any it leads to the list.
pub(super) async fn show(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    let codes = match door.issuer().unsaved_codes(&door.at, &visitor).await {
        Ok(Some(codes)) => codes.0,
        // Says what the page before has done, if it has done anything.
        Ok(None) => return Reply::see_other(&door, &door.href(SECURITY)),
        Err(fault) => return error_page::broken(&door, &fault),
    };
    let email = visitor.person.email.clone().unwrap_or_default();
    let codes = RecoveryCodes { form: HERE.own_form(&door, &visitor), codes, email };
    page(&door, codes.render(&frame(&door)))
}

/// The person has saved them.
pub(super) async fn saved(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, _) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    match door.issuer().codes_saved(&door.at, &visitor).await {
        Ok(true) => done(&door, SECURITY, Notice::CodesSaved, None),
        Ok(false) => HERE.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// Asks whether to make new ones.
pub(super) async fn ask_to_renew(door: Door) -> Reply {
    let visitor = match RENEWAL.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    if !visitor.factors.has_second_factor() {
        return Reply::see_other(&door, &door.href(SECURITY));
    }
    let question = Question {
        nav: RENEWAL.nav(&door),
        form: RENEWAL.own_form(&door, &visitor),
        kind: QuestionKind::RenewCodes,
        cancel_href: door.href(SECURITY),
    };
    page(&door, question.render(&frame(&door)))
}

/// Makes new ones.
pub(super) async fn renew(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, _) = match RENEWAL.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    let from = door.posted_from(door.locale(&[]));
    match door.issuer().renew_recovery_codes(&door.at, &visitor, &from).await {
        Ok(true) => Reply::see_other(&door, &door.href(CODES)),
        Ok(false) => done(&door, SECURITY, Notice::PageOutdated, None),
        Err(fault) => error_page::broken(&door, &fault),
    }
}
