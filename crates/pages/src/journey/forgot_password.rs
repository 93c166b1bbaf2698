//! Asking for a new password by mail.
//!
//! Whatever is entered, the next page is the same (SECURITY rule 28).

use askama::Template;

use crate::problem::Problems;
use crate::{EmailProblem, Form, Frame, RenderError, SignInProblem};

/// Asks for the address of the account.
///
/// Posts `email`. Element ids: `email`, `submit`, `back`.
#[derive(Debug, Clone)]
pub struct ForgotPassword {
    /// Where the form posts to.
    pub form: Form,
    /// Address to fill in; may be empty.
    pub email: String,
    /// What is wrong with the address.
    pub email_problem: Option<EmailProblem>,
    /// Why the attempt failed as a whole.
    pub problem: Option<SignInProblem>,
    /// Where to sign in instead; `None` shows no link.
    pub sign_in_href: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/forgot_password.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a ForgotPassword,
    problems: Problems,
}

impl ForgotPassword {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems =
            Problems::default().in_general(frame, &self.problem).at_field(frame, "email", &self.email_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
