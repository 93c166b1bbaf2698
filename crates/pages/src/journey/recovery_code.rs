//! Second factor when the authenticator app is out of reach: one of the recovery codes.
//!
//! NIST SP 800-63B §5.1.2 (look-up secrets). Each code works once; the verification is elsewhere.

use askama::Template;

use crate::problem::Problems;
use crate::{Form, Frame, RecoveryCodeProblem, RenderError};

/// Asks for a recovery code.
///
/// Posts `code`, or `action=another_account`. Element ids: `code`, `submit`, `another-account`, `use-totp`, `lost-all`.
#[derive(Debug, Clone)]
pub struct RecoveryCode {
    /// Where the form posts to.
    pub form: Form,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// What was wrong with the last code.
    pub code_problem: Option<RecoveryCodeProblem>,
    /// Where the authenticator app can be used instead; `None` shows no link.
    pub totp_href: Option<String>,
    /// Where a passkey can be used instead; `None` shows no link.
    pub passkey_href: Option<String>,
    /// What to do when all of them are lost; `None` shows no link.
    pub lost_href: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/recovery_code.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a RecoveryCode,
    problems: Problems,
}

impl RecoveryCode {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().at_field(frame, "code", &self.code_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
