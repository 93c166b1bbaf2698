//! Choosing a new password after following a mailed link.
//!
//! The address stands in a read-only field, so that password managers store the new password where it belongs.

use askama::Template;

use crate::problem::Problems;
use crate::{Form, Frame, PasswordProblem, RenderError};

/// Asks for a new password.
///
/// Posts `email` and `password`. Element ids: `email`, `password`, `submit`, `cancel`.
#[derive(Debug, Clone)]
pub struct ResetPassword {
    /// Where the form posts to.
    pub form: Form,
    /// The account's address.
    pub email: String,
    /// What is wrong with the password.
    pub password_problem: Option<PasswordProblem>,
    /// Fewest characters of a password.
    pub password_minimum: u32,
    /// The way back; `None` after a mailed link, which leads nowhere else.
    pub cancel_href: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/reset_password.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a ResetPassword,
    problems: Problems,
}

impl ResetPassword {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().at_field(frame, "password", &self.password_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
