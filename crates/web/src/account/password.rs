//! A new password; where there are none there is no such page.

use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::{PasswordOutcome, PasswordRefusal, Visitor};
use portreeve_pages::account::Place;
use portreeve_pages::journey::ResetPassword;
use portreeve_pages::{Frame, Notice};

use super::{PASSWORD, Page, SECURITY, done, frame, page};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;
use crate::words;

const HERE: Page = Page::fresh(PASSWORD, Place::Security);

/// Asks for a new password.
pub(super) async fn show(door: Door) -> Reply {
    if door.at.tenant.settings.is_passwordless() {
        return error_page::not_found(&door);
    }
    match HERE.visitor(&door).await {
        Ok(visitor) => render(&door, &visitor, None, &frame(&door)),
        Err(reply) => reply,
    }
}

/// Takes it.
pub(super) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    if door.at.tenant.settings.is_passwordless() {
        return error_page::not_found(&door);
    }
    let (visitor, fields) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    let from = door.posted_from(door.locale(&[]));
    match door.issuer().change_password(&door.at, &visitor, fields.get("password"), &from).await {
        Ok(PasswordOutcome::Changed { cookie }) => done(&door, SECURITY, Notice::PasswordReplaced, Some(cookie)),
        Ok(PasswordOutcome::Refused(refusal)) => render(&door, &visitor, Some(refusal), &door.frame(&[])),
        Ok(PasswordOutcome::Stale) => HERE.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

fn render(door: &Door, visitor: &Visitor, refusal: Option<PasswordRefusal>, frame: &Frame) -> Reply {
    let new_password = ResetPassword {
        form: HERE.own_form(door, visitor),
        email: visitor.person.email.clone().unwrap_or_default(),
        password_problem: refusal.map(words::password_problem),
        password_minimum: words::count(visitor.password_minimum()),
        cancel_href: Some(door.href(SECURITY)),
    };
    page(door, new_password.render(frame))
}
