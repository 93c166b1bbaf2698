//! The passkeys: listed, added, named, removed.

use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::{Naming, OwnPasskey, PasskeyOutcome, PasskeyProblem, Removal, Visitor};
use portreeve_pages::account::{self as pages, PasskeyName, Passkeys, Place, Question, QuestionKind};
use portreeve_pages::journey::PasskeyEnrolment;
use portreeve_pages::{Frame, NameProblem, Notice, PasskeyExit, PasskeyPrompt};

use super::{ADD_PASSKEY, CODES, PASSKEYS, Page, SECURITY, done, frame, page, scripted_page, seconds_since};
use crate::door::Door;
use crate::error_page;
use crate::form::Fields;
use crate::reply::Reply;
use crate::words;

const HERE: Page = Page::fresh(PASSKEYS, Place::Security);
const ADDING: Page = Page::fresh(ADD_PASSKEY, Place::Security);

/// Lists them, and tells the browser which they are.
pub(super) async fn show(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    match door.issuer().own_passkeys(&door.at, &visitor).await {
        Ok(Some(own)) => {
            let passkeys = Passkeys {
                nav: HERE.nav(&door),
                form: HERE.own_form(&door, &visitor),
                passkeys: own.passkeys.into_iter().map(|passkey| shown(&door, passkey)).collect(),
                may_remove: visitor.factors.may_remove_passkey(),
                add_href: door.href(ADD_PASSKEY),
                back_href: door.href(SECURITY),
                accepted: own.accepted,
            };
            scripted_page(&door, passkeys.render(&frame(&door)))
        }
        Ok(None) => Reply::see_other(&door, &door.href(SECURITY)),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// Asks for a name, or whether to remove one; gives it the name, or removes it.
pub(super) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, fields) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    match fields.get("action") {
        "rename" => rename(&door, &visitor, &fields).await,
        "remove" => remove(&door, &visitor, &fields).await,
        "name" => match named(&door, &visitor, &fields).await {
            Ok(passkey) => ask_for_name(&door, &visitor, (passkey.value, passkey.name), None),
            Err(reply) => reply,
        },
        "ask" => match named(&door, &visitor, &fields).await {
            Ok(passkey) => ask_to_remove(&door, &visitor, passkey),
            Err(reply) => reply,
        },
        _ => HERE.outdated(&door),
    }
}

/// Asks the browser for a new one.
pub(super) async fn ask_to_add(door: Door) -> Reply {
    match ADDING.visitor(&door).await {
        Ok(visitor) => ask(&door, &visitor, None, &frame(&door)).await,
        Err(reply) => reply,
    }
}

/// Takes it.
pub(super) async fn add(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, fields) = match ADDING.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    if fields.get("action") == "skip" {
        return Reply::see_other(&door, &door.href(SECURITY));
    }
    let from = door.posted_from(door.locale(&[]));
    match door.issuer().set_up_passkey(&door.at, &visitor, fields.get("credential"), &from).await {
        // The codes that were made with it are shown first; without any the page leads on.
        Ok(PasskeyOutcome::Added { cookie }) => done(&door, CODES, Notice::PasskeyAdded, Some(cookie)),
        Ok(PasskeyOutcome::Refused(problem)) => ask(&door, &visitor, Some(problem), &door.frame(&[])).await,
        Ok(PasskeyOutcome::Stale) => ADDING.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// The passkey that a form is about.
async fn named(door: &Door, visitor: &Visitor, fields: &Fields) -> Result<OwnPasskey, Reply> {
    match door.issuer().own_passkeys(&door.at, visitor).await {
        Ok(own) => {
            let mut own = own.into_iter().flat_map(|own| own.passkeys);
            own.find(|passkey| passkey.value == fields.get("passkey")).ok_or_else(|| HERE.outdated(door))
        }
        Err(fault) => Err(error_page::broken(door, &fault)),
    }
}

async fn rename(door: &Door, visitor: &Visitor, fields: &Fields) -> Reply {
    let (choice, name) = (fields.get("passkey"), fields.get("passkey_name"));
    match door.issuer().rename_passkey(&door.at, visitor, choice, name).await {
        Ok(Naming::Saved) => done(door, PASSKEYS, Notice::PasskeyRenamed, None),
        Ok(Naming::TooLong { maximum }) => {
            let problem = NameProblem::TooLong { maximum: words::count(maximum) };
            ask_for_name(door, visitor, (choice.to_owned(), name.to_owned()), Some(problem))
        }
        Ok(Naming::Stale) => HERE.outdated(door),
        Err(fault) => error_page::broken(door, &fault),
    }
}

async fn remove(door: &Door, visitor: &Visitor, fields: &Fields) -> Reply {
    let from = door.posted_from(door.locale(&[]));
    match door.issuer().remove_passkey(&door.at, visitor, fields.get("passkey"), &from).await {
        Ok(Removal::Removed) => done(door, PASSKEYS, Notice::PasskeyRemoved, None),
        Ok(Removal::Needed | Removal::Stale) => HERE.outdated(door),
        Err(fault) => error_page::broken(door, &fault),
    }
}

fn ask_for_name(
    door: &Door,
    visitor: &Visitor,
    (value, name): (String, String),
    problem: Option<NameProblem>,
) -> Reply {
    let (nav, form) = (HERE.nav(door), HERE.own_form(door, visitor));
    let naming = PasskeyName { nav, form, value, name, problem, cancel_href: door.href(PASSKEYS) };
    page(door, naming.render(&door.frame(&[])))
}

fn ask_to_remove(door: &Door, visitor: &Visitor, passkey: OwnPasskey) -> Reply {
    if !visitor.factors.may_remove_passkey() {
        return HERE.outdated(door);
    }
    let question = Question {
        nav: HERE.nav(door),
        form: HERE.own_form(door, visitor),
        kind: QuestionKind::RemovePasskey { value: passkey.value, name: passkey.name },
        cancel_href: door.href(PASSKEYS),
    };
    page(door, question.render(&door.frame(&[])))
}

async fn ask(door: &Door, visitor: &Visitor, problem: Option<PasskeyProblem>, frame: &Frame) -> Reply {
    let options = match door.issuer().passkey_setup(&door.at, visitor).await {
        Ok(Some(options)) => options,
        // Where there are none, the page of the codes leads on to the list.
        Ok(None) => return Reply::see_other(door, &door.href(CODES)),
        Err(fault) => return error_page::broken(door, &fault),
    };
    let enrolment = PasskeyEnrolment {
        form: ADDING.own_form(door, visitor),
        prompt: PasskeyPrompt { options, problem: problem.map(words::passkey_problem) },
        exit: PasskeyExit::NotNow,
        totp_href: None,
        is_of_account: false,
    };
    scripted_page(door, enrolment.render(frame))
}

fn shown(door: &Door, passkey: OwnPasskey) -> pages::OwnPasskey {
    pages::OwnPasskey {
        value: passkey.value,
        name: passkey.name,
        added_seconds_ago: seconds_since(door, passkey.since),
        used_seconds_ago: passkey.last_used_at.map(|at| seconds_since(door, at)),
        backed_up: passkey.backed_up,
    }
}
