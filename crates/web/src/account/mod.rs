//! `/account`: where people look after their own account.
//!
//! Owns addresses, forms and what a page shows. Every page asks `issuer` first whether it may be shown to this browser;
//! where something is missing it leads to a journey that comes back. A form is taken only from our own page, for the
//! session it was made for; another leads to the page as it is now, and where much is typed keeps it (`profile`). Leaves what
//! happens to `issuer::account`.

mod applications;
mod deletion;
mod email;
mod home;
mod passkeys;
mod password;
mod personal_data;
mod phone;
mod profile;
mod recovery_codes;
mod security;
mod sessions;
mod terms;
mod totp;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use portreeve_domain::Timestamp;
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::{Need, SecretText, Visit, Visitor, is_same_token};
use portreeve_oidc::paths;
use portreeve_pages::account::{Nav, Place};
use portreeve_pages::{Form, Frame, Notice, RenderError};

use crate::Web;
use crate::door::Door;
use crate::error_page;
use crate::form::Fields;
use crate::reply::Reply;

/// The page on which names are changed.
const PROFILE: &str = "/account/profile";
/// The page that shows what is known, and gives it away.
const DATA: &str = "/account/data";
/// The page that lists the terms that were agreed to.
const TERMS: &str = "/account/terms";
/// The page that asks whether to delete the account.
const DELETION: &str = "/account/delete";
/// The page that takes another address.
const EMAIL: &str = "/account/profile/email";
/// The page that proves the telephone number.
const PHONE: &str = "/account/profile/phone";
/// The page that lists the ways in.
const SECURITY: &str = "/account/security";
/// The page that takes a new password.
const PASSWORD: &str = "/account/security/password";
/// The page that lists the passkeys.
const PASSKEYS: &str = "/account/security/passkeys";
/// The page that adds one.
const ADD_PASSKEY: &str = "/account/security/passkeys/new";
/// The page that sets up an authenticator app.
const TOTP: &str = "/account/security/totp";
/// The page that asks whether to remove it.
const REMOVE_TOTP: &str = "/account/security/totp/remove";
/// The page that shows new recovery codes.
const CODES: &str = "/account/security/recovery-codes";
/// The page that asks whether to make new ones.
const RENEW_CODES: &str = "/account/security/recovery-codes/new";

/// The page that lists where the person is signed in.
const SESSIONS: &str = "/account/sessions";

/// The page that lists who may use the account.
pub(crate) const APPLICATIONS: &str = "/account/applications";

/// What is said, by the word that the browser keeps until the next page. A cookie, since anybody can make a link.
const NOTICES: [(&str, Notice); 16] = [
    ("outdated", Notice::PageOutdated),
    ("profile", Notice::ProfileSaved),
    ("email-asked", Notice::EmailAsked),
    ("email-kept", Notice::EmailKept),
    ("last-administrator", Notice::LastAdministrator),
    ("password", Notice::PasswordReplaced),
    ("totp", Notice::TotpSetUp),
    ("totp-removed", Notice::TotpRemoved),
    ("codes", Notice::CodesSaved),
    ("passkey", Notice::PasskeyAdded),
    ("passkey-renamed", Notice::PasskeyRenamed),
    ("passkey-removed", Notice::PasskeyRemoved),
    ("phone", Notice::PhoneConfirmed),
    ("recovery-stopped", Notice::RecoveryStopped),
    ("signed-out", Notice::SignedOutElsewhere),
    ("withdrawn", Notice::AccessTakenBack),
];

/// The routes of a tenant's account pages.
pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route(paths::ACCOUNT, get(home::show))
        .route("/account/switch", get(home::switch))
        .route(PROFILE, get(profile::show).post(profile::take))
        .route(DATA, get(personal_data::show).post(personal_data::download))
        .route(TERMS, get(terms::show))
        .route(DELETION, get(deletion::ask).post(deletion::take))
        .route(EMAIL, get(email::show).post(email::take))
        .route(PHONE, get(phone::show).post(phone::take))
        .route(SECURITY, get(security::show).post(security::stop_recovery))
        .route(APPLICATIONS, get(applications::show).post(applications::take))
        .route(SESSIONS, get(sessions::show).post(sessions::take))
        .route(PASSWORD, get(password::show).post(password::take))
        .route(PASSKEYS, get(passkeys::show).post(passkeys::take))
        .route(ADD_PASSKEY, get(passkeys::ask_to_add).post(passkeys::add))
        .route(TOTP, get(totp::show).post(totp::take))
        .route(REMOVE_TOTP, get(totp::ask_to_remove).post(totp::remove))
        .route(CODES, get(recovery_codes::show).post(recovery_codes::saved))
        .route(RENEW_CODES, get(recovery_codes::ask_to_renew).post(recovery_codes::renew))
}

/// A page of the account and what it asks for.
#[derive(Clone, Copy)]
struct Page {
    path: &'static str,
    place: Place,
    need: Need,
}

/// A form that was posted to a page of the account, with whoever posted it.
enum Posted {
    /// One of this page, made for this session.
    Current(Visitor, Fields),
    /// One of another session, or from before the cookie changed: nothing may be done.
    Outdated(Visitor, Fields),
}

impl Page {
    /// A page for whoever is signed in.
    const fn open(path: &'static str, place: Place) -> Self {
        Self { path, place, need: Need::SignedIn }
    }

    /// A page for whoever has just signed in.
    const fn fresh(path: &'static str, place: Place) -> Self {
        Self { path, place, need: Need::Fresh }
    }

    /// Lets the browser see the page, or gives the reply that leads to what is missing.
    async fn visitor(self, door: &Door) -> Result<Visitor, Reply> {
        match door.issuer().visit(&door.at, door.browser_cookie(), self.path, self.need).await {
            Ok(Visit::Here(visitor)) => Ok(*visitor),
            Ok(Visit::Away(progress)) => Err(Reply::progress(door, progress)),
            Err(fault) => Err(error_page::broken(door, &fault)),
        }
    }

    /// Takes a form of the page, with whoever posted it; one that is outdated leads to the page as it is now.
    async fn form(self, door: &Door, form: Result<FormPairs, PairsRejection>) -> Result<(Visitor, Fields), Reply> {
        match self.posted(door, form).await? {
            Posted::Current(visitor, fields) => Ok((visitor, fields)),
            Posted::Outdated(..) => Err(self.outdated(door)),
        }
    }

    /// Reads a form of the page, also one that is outdated.
    async fn posted(self, door: &Door, form: Result<FormPairs, PairsRejection>) -> Result<Posted, Reply> {
        let Some(fields) = Fields::read(form).filter(|_| door.is_own_form()) else {
            return Err(error_page::form_rejected(door));
        };
        let visitor = self.visitor(door).await?;
        let token = door.issuer().account_form_token(&door.at, &visitor, self.path);
        if !is_same_token(fields.get("csrf"), &token) {
            tracing::warn!(reference = door.reference, "a form without the right token");
            return Ok(Posted::Outdated(visitor, fields));
        }
        Ok(Posted::Current(visitor, fields))
    }

    /// Leads to the page as it is now; nothing was done.
    fn outdated(self, door: &Door) -> Reply {
        done(door, self.path, Notice::PageOutdated, None)
    }

    /// The form of the page, posted to itself.
    fn own_form(self, door: &Door, visitor: &Visitor) -> Form {
        let csrf = door.issuer().account_form_token(&door.at, visitor, self.path);
        Form { action: door.href(self.path), csrf, version: String::new() }
    }

    fn nav(self, door: &Door) -> Nav {
        Nav { account_href: door.href(paths::ACCOUNT), place: self.place }
    }
}

/// Leads to a page after something was done, which the page says.
fn done(door: &Door, path: &str, notice: Notice, cookie: Option<SecretText>) -> Reply {
    let reply = Reply::see_other(door, &door.href(path)).with_browser_cookie(door, cookie);
    match NOTICES.iter().find(|(_, known)| *known == notice) {
        Some((word, _)) => reply.with_notice(door, word),
        None => reply,
    }
}

/// The frame of a page, with what was done before.
fn frame(door: &Door) -> Frame {
    let notice = NOTICES.iter().find(|(word, _)| door.notice() == Some(*word)).map(|(_, notice)| *notice);
    Frame { notice, ..door.frame(&[]) }
}

/// A page; what was done before is said once.
fn page(door: &Door, html: Result<String, RenderError>) -> Reply {
    Reply::page(door, html, None).without_notice(door)
}

/// A page with a script of ours.
fn scripted_page(door: &Door, html: Result<String, RenderError>) -> Reply {
    Reply::scripted_page(door, html, None).without_notice(door)
}

/// How long ago something was, in seconds.
fn seconds_since(door: &Door, at: Timestamp) -> u64 {
    door.issuer().ambient().now().since(at).as_seconds().unsigned_abs()
}
