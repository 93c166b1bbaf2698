//! Second factor: the six digits of an authenticator app (RFC 6238).
//!
//! One field, so that a code can be pasted and filled in by the device (WCAG 2.2 §3.3.8).

use askama::Template;

use crate::problem::Problems;
use crate::{CodeProblem, Form, Frame, RenderError};

/// Asks for the current code.
///
/// Posts `code`, or `action=another_account`. Element ids: `code`, `submit`, `another-account`, `use-passkey`, `use-recovery-code`, `lost-all`.
#[derive(Debug, Clone)]
pub struct Totp {
    /// Where the form posts to.
    pub form: Form,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// What was wrong with the last code.
    pub code_problem: Option<CodeProblem>,
    /// Where a passkey can be used instead; `None` shows no link.
    pub passkey_href: Option<String>,
    /// Where a recovery code can be used instead; `None` shows no link.
    pub recovery_code_href: Option<String>,
    /// What to do when all of them are lost; `None` shows no link.
    pub lost_href: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/totp.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Totp,
    problems: Problems,
}

impl Totp {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().at_field(frame, "code", &self.code_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
