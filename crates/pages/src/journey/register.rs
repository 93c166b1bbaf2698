//! Creating an account with name, e-mail and, where there are passwords, a password.
//!
//! OpenID Connect "Initiating User Registration" (`prompt=create`). An address that already has an account gives
//! the same next page as a new one; a mail tells its owner (SECURITY rule 28).

use askama::Template;

use crate::problem::Problems;
use crate::{EmailProblem, Form, Frame, NameProblem, PasswordProblem, RenderError, SignInProblem};

/// Asks for what a new account needs.
///
/// Posts `name`, `email` and `password`. Element ids: `name`, `email`, `password`, `submit`, `sign-in`.
#[derive(Debug, Clone)]
pub struct Register {
    /// Where the form posts to.
    pub form: Form,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// Name as typed before.
    pub name: String,
    /// Address as typed before, or that of the invitation.
    pub email: String,
    /// Whether the address is that of an invitation, and cannot be another.
    pub is_invited: bool,
    /// What is wrong with the name.
    pub name_problem: Option<NameProblem>,
    /// What is wrong with the address.
    pub email_problem: Option<EmailProblem>,
    /// What is wrong with the password.
    pub password_problem: Option<PasswordProblem>,
    /// Why the attempt failed as a whole.
    pub problem: Option<SignInProblem>,
    /// Fewest characters of a password; `None` where there are none.
    pub password_minimum: Option<u32>,
    /// Where to sign in instead; `None` shows no link.
    pub sign_in_href: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/register.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Register,
    problems: Problems,
}

impl Register {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default()
            .in_general(frame, &self.problem)
            .at_field(frame, "name", &self.name_problem)
            .at_field(frame, "email", &self.email_problem)
            .at_field(frame, "password", &self.password_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }

    fn asks_password(&self) -> bool {
        self.password_minimum.is_some()
    }

    fn fewest_characters(&self) -> u32 {
        self.password_minimum.unwrap_or_default()
    }
}
