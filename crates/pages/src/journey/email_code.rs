//! The code from the mail that was asked for to sign in.
//!
//! The same words whether or not a mail was sent (SECURITY rule 28). One field, so that a code can be pasted and filled in by
//! the device (WCAG 2.2 §3.3.8); the link in the mail leads here with the code filled in, and only the button uses it.

use askama::Template;

use crate::problem::Problems;
use crate::{CodeProblem, Form, Frame, RenderError};

/// Asks for the mailed code.
///
/// Posts `code`, `action=resend`, or `action=another_account`. Element ids: `code`, `submit`, `resend`, `other-way`; `another-account`
/// in its place where there is no other way.
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
    /// What it is for.
    pub purpose: CodePurpose,
    /// The code of the mail's link; empty without one.
    pub code: String,
    /// What was wrong with the last code.
    pub code_problem: Option<CodeProblem>,
}

/// What a code from a mail is for.
#[derive(Debug, Clone)]
pub enum CodePurpose {
    /// It signs in.
    SignsIn {
        /// Where to sign in another way.
        other_way_href: String,
    },
    /// It completes a registration: then every address gets one.
    Registers {
        /// Where to sign in another way.
        other_way_href: String,
    },
    /// It confirms a sign-in that is unusual; what is unusual stands in the reasons of the frame. The address is the account's.
    Confirms,
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

    fn title(&self) -> &'static str {
        if self.confirms() { "confirm-sign-in-title" } else { "email-code-title" }
    }

    fn sent(&self) -> &'static str {
        match self.purpose {
            CodePurpose::SignsIn { .. } => "email-code-sent",
            CodePurpose::Registers { .. } | CodePurpose::Confirms => "email-code-sent-registering",
        }
    }

    fn confirms(&self) -> bool {
        matches!(self.purpose, CodePurpose::Confirms)
    }

    fn other_way_href(&self) -> Option<&str> {
        match &self.purpose {
            CodePurpose::SignsIn { other_way_href } | CodePurpose::Registers { other_way_href } => Some(other_way_href),
            CodePurpose::Confirms => None,
        }
    }
}
