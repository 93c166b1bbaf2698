//! The pages of a journey: `/j/{journey}` leads to the step that is due, `/j/{journey}/{page}` shows or takes it.
//!
//! Owns which page is shown at which step, and that a page that is not due leads to the one that is: no address of a
//! journey is a dead end. Leaves the forms to `act` and the markup's data to `show`. DESIGN §1.4, §4.

mod act;
mod page;
mod show;

use axum::extract::Path;
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection, QueryPairs};
use portreeve_issuer::{Acted, Arrival, LostFactors, StartAgain, Stop};
use portreeve_pages::Form;
use portreeve_pages::Notice;
use portreeve_pages::journey::{CannotContinue, Standstill};

use self::page::{Page, Ways};
use crate::door::Door;
use crate::error_page;
use crate::form::Fields;
use crate::reply::{Reply, form_target};
use crate::words;

/// The query that says that a stale form brought the person here.
const OUTDATED: &str = "outdated";
/// The query that asks for the registration form again, when a mail was sent to an address that was mistyped.
const AGAIN: &str = "again";

/// The query that fills a mailed code in; the button uses it.
const CODE: &str = "code";

/// Leads to the page that is due, or to the end when another tab has shown what was missing.
pub(crate) async fn enter(door: Door, Path(path): Path<Vec<(String, String)>>) -> Reply {
    let journey = segment(&path, "journey");
    let stop = match open(&door, &journey).await {
        Ok(stop) => stop,
        Err(reply) => return reply,
    };
    if stop.step.segment().is_some() {
        return Reply::see_other(&door, &page_href(&door, &journey, &stop));
    }
    let again = StartAgain::of(&stop.journey);
    match door.issuer().resume_journey(&door.at, stop.journey).await {
        Ok(Acted::Moved(progress)) => Reply::progress(&door, progress),
        // Two tabs arrived at once and the other one got the answer.
        Ok(Acted::Stale | Acted::Problem(_)) => start_here(&door, &journey, Standstill::Over, &again),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// Shows a page if it is due, else leads to the one that is.
pub(crate) async fn show(
    door: Door,
    Path(path): Path<Vec<(String, String)>>,
    query: Result<QueryPairs, PairsRejection>,
) -> Reply {
    let (journey, page) = (segment(&path, "journey"), segment(&path, "page"));
    let mut stop = match open(&door, &journey).await {
        Ok(stop) => stop,
        Err(reply) => return reply,
    };
    if let Err(fault) = door.issuer().refresh_passkey_question(&door.at, &mut stop).await {
        return error_page::broken(&door, &fault);
    }
    let Some(page) = due(&door, &stop, &page) else {
        return Reply::see_other(&door, &page_href(&door, &journey, &stop));
    };
    let pairs = query.map(|QueryPairs(pairs)| pairs).unwrap_or_default();
    let asks = |wanted: &str| pairs.iter().any(|(name, _)| name == wanted);
    let notice = asks(OUTDATED).then_some(Notice::PageOutdated);
    let code = pairs.iter().find(|(name, _)| name == CODE).map(|(_, value)| value.clone());
    let shown = show::Shown { notice, registers_again: asks(AGAIN), code, ..show::Shown::default() };
    show::render(&door, &journey, page, &stop, &shown)
}

/// Takes the form of a page.
pub(crate) async fn act(
    door: Door,
    Path(path): Path<Vec<(String, String)>>,
    form: Result<FormPairs, PairsRejection>,
) -> Reply {
    let (journey, page) = (segment(&path, "journey"), segment(&path, "page"));
    if !door.is_own_form() {
        return error_page::form_rejected(&door);
    }
    let Some(fields) = Fields::read(form) else { return error_page::form_rejected(&door) };
    let stop = match door.issuer().open_journey(&door.at, &journey, door.browser_cookie()).await {
        Ok(Arrival::Here(stop)) => *stop,
        // The page with the way on has an address: who goes back to it is not asked to send an old form again.
        Ok(Arrival::Elsewhere(_) | Arrival::Over(_) | Arrival::Refused { .. }) => {
            return Reply::see_other(&door, &door.href(&format!("/j/{journey}")));
        }
        Ok(Arrival::Unknown) => return error_page::not_found(&door),
        Err(fault) => return error_page::broken(&door, &fault),
    };
    act::take(&door, &journey, &page, stop, &fields).await
}

/// Begins again from the stored request: the button of the page shown to another browser, or after the end.
pub(crate) async fn start_again(door: Door, Path(path): Path<Vec<(String, String)>>) -> Reply {
    if !door.is_own_form() {
        return error_page::form_rejected(&door);
    }
    let journey = segment(&path, "journey");
    match door.issuer().restart_journey(&door.at, &journey, door.browser_cookie(), door.network()).await {
        Ok(Some(progress)) => Reply::progress(&door, progress),
        Ok(None) => error_page::not_found(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// The journey, if it is here; otherwise the reply that says what to do.
async fn open(door: &Door, journey: &str) -> Result<Stop, Reply> {
    match door.issuer().open_journey(&door.at, journey, door.browser_cookie()).await {
        Ok(Arrival::Here(stop)) => Ok(*stop),
        Ok(Arrival::Elsewhere(again)) => Err(start_here(door, journey, Standstill::Elsewhere, &again)),
        Ok(Arrival::Over(again)) => Err(start_here(door, journey, Standstill::Over, &again)),
        Ok(Arrival::Refused { client, refusal }) => Err(error_page::refused(door, &refusal, Some(&client))),
        Ok(Arrival::Unknown) => Err(error_page::not_found(door)),
        Err(fault) => Err(error_page::broken(door, &fault)),
    }
}

/// The page of a journey that cannot go on here: it can be started again.
fn start_here(door: &Door, journey: &str, standstill: Standstill, again: &StartAgain) -> Reply {
    let action = door.href(&format!("/j/{journey}"));
    let frame = door.frame_to(Some(&again.client), &again.ui_locales);
    let page = CannotContinue {
        form: Form { action, csrf: String::new(), version: String::new() },
        standstill,
        client_name: words::asking_client(&again.client, frame.locale),
        reference: door.reference.clone(),
    };
    Reply::page(door, page.render(&frame), form_target(&again.client, &again.redirect_uri))
}

/// The page at the last segment of an address, if it may be shown where the journey stands.
fn due(door: &Door, stop: &Stop, segment: &str) -> Option<Page> {
    let registration = door.at.tenant.settings.registration;
    let passkey = stop.journey.passkey_options(stop.step).is_some();
    let recovery = stop.lost_factors != LostFactors::NoWay;
    let is_account_known = stop.journey.user().is_some();
    let is_confirmation = stop.journey.is_confirmed_by_code();
    let ways = Ways { registration, passkey, recovery, is_account_known, is_confirmation };
    let page = Page::due(stop.step, segment, ways)?;
    Some(page.for_waiting(stop.journey.waiting()))
}

/// The address of the page that is due; of the journey itself when it is at its end.
fn page_href(door: &Door, journey: &str, stop: &Stop) -> String {
    match stop.step.segment() {
        Some(segment) => door.href(&format!("/j/{journey}/{segment}")),
        None => door.href(&format!("/j/{journey}")),
    }
}

/// The address of the page that is due, with a word about the stale form that led there.
fn outdated_href(door: &Door, journey: &str, stop: &Stop) -> String {
    format!("{}?{OUTDATED}=1", page_href(door, journey, stop))
}

pub(crate) fn segment(path: &[(String, String)], name: &str) -> String {
    path.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
}
