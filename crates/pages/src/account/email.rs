//! The address of an account, and another in its place.

use askama::Template;

use super::Nav;
use crate::problem::Problems;
use crate::{EmailProblem, Form, Frame, RenderError, SignInProblem};

/// Asks for another address.
///
/// Posts `email`, or `action=drop` to end the wish there is. Element ids: `email`, `submit`, `cancel`, `current`, `wished`,
/// `drop`.
#[derive(Debug, Clone)]
pub struct ChangeEmail {
    /// Where in the account.
    pub nav: Nav,
    /// Where the forms post to.
    pub form: Form,
    /// The account's address.
    pub current: String,
    /// The address that waits for being confirmed.
    pub wished: Option<String>,
    /// What was typed.
    pub email: String,
    /// What is wrong with it.
    pub email_problem: Option<EmailProblem>,
    /// Why it was not taken.
    pub problem: Option<SignInProblem>,
    /// The way back.
    pub cancel_href: String,
}

#[derive(Template)]
#[template(path = "account/email.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a ChangeEmail,
    problems: Problems,
}

impl ChangeEmail {
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
