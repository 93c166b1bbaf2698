//! The names of a person, and where the address is changed.

use askama::Template;

use super::Nav;
use crate::problem::Problems;
use crate::{Form, Frame, NameProblem, RenderError};

/// Asks for names.
///
/// Posts `name`, `given_name`, `family_name` and `nickname`. Element ids: those, `submit`, `address`, `change-email`, `show-data`, `show-terms` and
/// `delete-account`.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Where in the account.
    pub nav: Nav,
    /// Where the form posts to.
    pub form: Form,
    /// The account's address.
    pub email: String,
    /// Where to change it.
    pub email_href: String,
    /// Where to see what is known.
    pub data_href: String,
    /// Where to see which terms were agreed to; `None` where there are none.
    pub terms_href: Option<String>,
    /// Where to delete the account.
    pub deletion_href: String,
    /// Full name.
    pub name: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Casual name.
    pub nickname: String,
    /// What is wrong with the full name.
    pub name_problem: Option<NameProblem>,
    /// What is wrong with the given name.
    pub given_name_problem: Option<NameProblem>,
    /// What is wrong with the family name.
    pub family_name_problem: Option<NameProblem>,
    /// What is wrong with the casual name.
    pub nickname_problem: Option<NameProblem>,
}

#[derive(Template)]
#[template(path = "account/profile.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Profile,
    problems: Problems,
}

impl Profile {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default()
            .at_field(frame, "name", &self.name_problem)
            .at_field(frame, "given_name", &self.given_name_problem)
            .at_field(frame, "family_name", &self.family_name_problem)
            .at_field(frame, "nickname", &self.nickname_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
