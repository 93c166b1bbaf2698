//! The code from the mail that was asked for to sign in.
//!
//! The same words whether or not a mail was sent (SECURITY rule 28). One field, so that a code can be pasted and filled in by
//! the device (WCAG 2.2 §3.3.8); the link in the mail leads here with the code filled in, and only the button uses it.

use askama::Template;

use crate::problem::Problems;
use crate::{CodeProblem, Form, Frame, RenderError};

/// Asks for the mailed code.
///
/// Posts `code`, or `action=resend`. Element ids: `code`, `submit`, `resend`, `other-way`.
#[derive(Debug, Clone)]
pub struct EmailCode {
    /// Where the form posts to.
    pub form: Form,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// Address as typed.
    pub email: String,
    /// How long a code works, in minutes.
    pub valid_minutes: u32,
    /// Whether it completes a registration: then every address gets one.
    pub registers: bool,
    /// The code of the mail's link; empty without one.
    pub code: String,
    /// What was wrong with the last code.
    pub code_problem: Option<CodeProblem>,
    /// Where to sign in another way.
    pub other_way_href: String,
}

#[derive(Template)]
#[template(path = "journey/email_code.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a EmailCode,
    problems: Problems,
}

impl EmailCode {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().at_field(frame, "code", &self.code_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }

    fn sent(&self) -> &'static str {
        if self.registers { "email-code-sent-registering" } else { "email-code-sent" }
    }
}
