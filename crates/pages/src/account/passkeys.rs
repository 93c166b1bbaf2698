//! The passkeys of an account, and giving one a name.

use askama::Template;

use super::Nav;
use crate::assets;
use crate::problem::Problems;
use crate::{Form, Frame, NameProblem, RenderError};

/// A passkey on its page.
#[derive(Debug, Clone)]
pub struct OwnPasskey {
    /// Value of the field `passkey`.
    pub value: String,
    /// What the person calls it; empty without a name.
    pub name: String,
    /// How long ago it was added, in seconds.
    pub added_seconds_ago: u64,
    /// How long ago it was last used to sign in, in seconds; `None` for never.
    pub used_seconds_ago: Option<u64>,
    /// Whether it is copied to other devices.
    pub backed_up: bool,
}

/// Lists the passkeys; each can be named, and removed unless nobody could sign in without it.
///
/// Posts `passkey` with `action=name` or `action=ask`. Element ids: `passkey-{n}`, `passkey-name-{n}`, `name-{n}` and
/// `remove-{n}` counted from 1, `add-passkey`, `back`.
#[derive(Debug, Clone)]
pub struct Passkeys {
    /// Where in the account.
    pub nav: Nav,
    /// Where the forms post to.
    pub form: Form,
    /// Oldest first.
    pub passkeys: Vec<OwnPasskey>,
    /// Whether one of them may be removed.
    pub may_remove: bool,
    /// Where to add one.
    pub add_href: String,
    /// The list of all ways in.
    pub back_href: String,
    /// What tells the browser which passkeys there are: `AllAcceptedCredentialsOptions`, JSON.
    pub accepted: String,
}

/// Asks what a passkey is to be called.
///
/// Posts `passkey`, `action=rename` and `passkey_name`. Element ids: `passkey_name`, `submit`, `cancel`.
#[derive(Debug, Clone)]
pub struct PasskeyName {
    /// Where in the account.
    pub nav: Nav,
    /// Where the form posts to.
    pub form: Form,
    /// Value of the field `passkey`.
    pub value: String,
    /// What it is called.
    pub name: String,
    /// What is wrong with the name.
    pub problem: Option<NameProblem>,
    /// The way back.
    pub cancel_href: String,
}

#[derive(Template)]
#[template(path = "account/passkeys.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Passkeys,
}

#[derive(Template)]
#[template(path = "account/passkey_name.html")]
struct NameView<'a> {
    frame: &'a Frame,
    page: &'a PasskeyName,
    problems: Problems,
}

impl Passkeys {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }

    fn script_href(&self) -> &'static str {
        assets::accepted_passkeys_href()
    }
}

impl OwnPasskey {
    /// What it is called, or that it is a passkey.
    fn called(&self, frame: &Frame) -> String {
        if self.name.is_empty() { frame.text("passkey-unnamed") } else { self.name.clone() }
    }

    fn reach(&self) -> &'static str {
        if self.backed_up { "passkey-copied" } else { "passkey-one-device" }
    }
}

impl PasskeyName {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().at_field(frame, "passkey_name", &self.problem);
        Ok(NameView { frame, page: self, problems }.render()?)
    }
}
