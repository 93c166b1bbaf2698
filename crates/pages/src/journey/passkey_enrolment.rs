//! Adding a passkey.
//!
//! Web Authentication Level 3 §7.1. It is the person's to begin: a press of the button opens the browser's own dialogue.

use askama::Template;

use crate::passkey::{PasskeyExit, PasskeyPrompt};
use crate::problem::Problems;
use crate::{Form, Frame, RenderError};

/// Asks for a new passkey.
///
/// Posts `action=passkey` with `credential`, `action=skip`, or `action=another_account`. Element ids: `passkey-form`, `passkey`, `passkey-problem`,
/// `skip`, `another-account`, `cannot`, `use-totp`.
#[derive(Debug, Clone)]
pub struct PasskeyEnrolment {
    /// Where the forms post to.
    pub form: Form,
    /// The question.
    pub prompt: PasskeyPrompt,
    /// How to go on without.
    pub exit: PasskeyExit,
    /// Where an authenticator app can be set up instead; `None` shows no link.
    pub totp_href: Option<String>,
    /// Whether somebody is on the way into an account, and may choose another one instead.
    pub is_of_account: bool,
}

#[derive(Template)]
#[template(path = "journey/passkey_enrolment.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a PasskeyEnrolment,
    problems: Problems,
}

impl PasskeyEnrolment {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().in_general(frame, &self.prompt.problem);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
