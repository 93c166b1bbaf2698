//! How a person signs in: each way, since when, and what can be done about it.

use askama::Template;

use super::Nav;
use crate::{Form, Frame, RenderError};

/// An authenticator app.
#[derive(Debug, Clone)]
pub struct Totp {
    /// How long ago it was set up, in seconds.
    pub seconds_ago: u64,
    /// Where to remove it; `None` where everybody needs a second factor and there is no other.
    pub remove_href: Option<String>,
}

/// The passkeys of an account.
#[derive(Debug, Clone)]
pub struct PasskeyCount {
    /// How many there are.
    pub count: u64,
    /// Where to look after them.
    pub href: String,
}

/// A request to remove lost second factors, made by somebody who has proven the first one.
#[derive(Debug, Clone)]
pub struct Recovery {
    /// Where it is stopped.
    pub form: Form,
    /// For about how many hours it waits still.
    pub hours_left: u64,
}

/// Lists the ways in.
///
/// Element ids: `recovery`, `stop-recovery`, `password`, `change-password`, `passkeys`, `manage-passkeys`, `totp`, `set-up-totp`, `remove-totp`, `recovery-codes`, `renew-codes`.
#[derive(Debug, Clone)]
pub struct Security {
    /// Where in the account.
    pub nav: Nav,
    /// The request that waits; `None` without one.
    pub recovery: Option<Recovery>,
    /// How long ago the password was set, in seconds; `None` without one.
    pub password_seconds_ago: Option<u64>,
    /// Where to change or set it; `None` where there are no passwords.
    pub password_href: Option<String>,
    /// The passkeys; `None` where nobody can sign in with one.
    pub passkeys: Option<PasskeyCount>,
    /// The authenticator app; `None` without one.
    pub totp: Option<Totp>,
    /// Where to set one up, or another in its place.
    pub totp_href: String,
    /// How many recovery codes are left; `None` without anything that they stand in for.
    pub codes_left: Option<u64>,
    /// Where to make new recovery codes.
    pub codes_href: String,
}

#[derive(Template)]
#[template(path = "account/security.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Security,
}

impl Security {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
