//! What an application wants to know about the person, before they go on: each with its reason, and a way back without telling.

use askama::Template;

use crate::attribute::AttributeField;
use crate::problem::Problems;
use crate::{Form, Frame, RenderError};

/// Asks for attributes.
///
/// Posts a value under the id of each field, or `decision=deny`, or `action=another_account`. Element ids: those of the fields, `email`,
/// `submit`, `deny` and `another-account`.
#[derive(Debug, Clone)]
pub struct AskedProfile {
    /// Where the form posts to.
    pub form: Form,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// Address of the signed-in account.
    pub email: String,
    /// What is asked for.
    pub fields: Vec<AttributeField>,
}

#[derive(Template)]
#[template(path = "journey/profile.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a AskedProfile,
    problems: Problems,
}

impl AskedProfile {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().at_attributes(frame, &self.fields);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
