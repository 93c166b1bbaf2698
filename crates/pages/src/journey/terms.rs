//! Terms to be agreed to: each by name and version, read in a tab of its own; agreeing and giving up with equal ease.

use askama::Template;

use crate::{Form, Frame, RenderError, links};

/// Terms in the version that is to be agreed to.
#[derive(Debug, Clone)]
pub struct DueTerms {
    /// What they are called; the operator's text.
    pub name: String,
    /// Their version.
    pub version: String,
    /// Where they are read.
    pub uri: String,
    /// Whether the person agreed to another version before.
    pub is_changed: bool,
}

/// Asks the person to agree to terms.
///
/// Posts `terms` as it was given and `decision=allow` or `decision=deny`, or `action=another_account`. Element ids: `email`, `allow`,
/// `deny`, `another-account`, and `terms-{n}` and `read-{n}` counted from 1.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Where the form posts to.
    pub form: Form,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// Address of the signed-in account.
    pub email: String,
    /// What is to be agreed to.
    pub terms: Vec<DueTerms>,
    /// The same as the form says it.
    pub shown: String,
}

#[derive(Template)]
#[template(path = "journey/terms.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Terms,
}

impl Terms {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}

impl DueTerms {
    fn href(&self) -> Option<String> {
        links::onward(&Some(self.uri.clone())).map(str::to_owned)
    }
}
