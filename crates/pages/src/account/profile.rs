//! What a person says of themselves, what the operator says, and where the address is changed.

use askama::Template;

use super::{Nav, PersonalValue};
use crate::attribute::{AttributeField, label_key};
use crate::problem::Problems;
use crate::{Form, Frame, NameProblem, RenderError};

/// Something about the person that they cannot change.
#[derive(Debug, Clone)]
pub struct KnownAttribute {
    /// What it is called; `None` for a standard claim, which has a name of ours.
    pub label: Option<String>,
    /// Name of the claim.
    pub name: String,
    /// Why it is known.
    pub purpose: Option<String>,
    /// What is known.
    pub value: PersonalValue,
}

/// Asks for names, and for what else the tenant wants to know.
///
/// Posts `name`, and a value under the id of each field. Element ids: those, `known-{n}` counted from 1, `submit`, `confirm-phone`, `address`, `change-email`,
/// `show-data`, `show-terms` and `delete-account`.
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
    /// What is wrong with the full name.
    pub name_problem: Option<NameProblem>,
    /// What else the person may say.
    pub fields: Vec<AttributeField>,
    /// Where the telephone number is proven, when it was told and is not.
    pub confirm_phone_href: Option<String>,
    /// What only the operator may say.
    pub known: Vec<KnownAttribute>,
}

#[derive(Template)]
#[template(path = "account/profile.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Profile,
    problems: Problems,
}

impl KnownAttribute {
    fn words(&self, frame: &Frame) -> String {
        let ours = || label_key(&self.name).map(|key| frame.text(key));
        self.label.clone().or_else(ours).unwrap_or_else(|| self.name.clone())
    }
}

impl Profile {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems =
            Problems::default().at_field(frame, "name", &self.name_problem).at_attributes(frame, &self.fields);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
