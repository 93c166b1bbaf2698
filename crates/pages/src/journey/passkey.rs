//! Showing a passkey after something else was proven, or because nothing else will do.
//!
//! Web Authentication Level 3 §7.2. The browser is asked at once; the button asks again.

use askama::Template;

use crate::passkey::{PasskeyExit, PasskeyPrompt};
use crate::problem::Problems;
use crate::{Form, Frame, RenderError};

/// Asks for a passkey of the account.
///
/// Posts `action=passkey` with `credential`, `action=skip`, or `action=another_account`. Element ids: `another-account`, `passkey-form`, `passkey`, `passkey-problem`,
/// `skip`, `cannot`, `use-totp`, `use-recovery-code`, `lost-all`.
#[derive(Debug, Clone)]
pub struct Passkey {
    /// Where the forms post to.
    pub form: Form,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// The question.
    pub prompt: PasskeyPrompt,
    /// How to go on without.
    pub exit: PasskeyExit,
    /// Where a code of an authenticator app can be used instead; `None` shows no link.
    pub totp_href: Option<String>,
    /// Where a recovery code can be used instead; `None` shows no link.
    pub recovery_code_href: Option<String>,
    /// What to do when all of them are lost; `None` shows no link.
    pub lost_href: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/passkey.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Passkey,
    problems: Problems,
}

impl Passkey {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().in_general(frame, &self.prompt.problem);
        Ok(View { frame, page: self, problems }.render()?)
    }

    /// Nobody is asked at once again for what has just failed.
    fn mediation(&self) -> &'static str {
        if self.prompt.problem.is_none() { "immediate" } else { "none" }
    }
}
