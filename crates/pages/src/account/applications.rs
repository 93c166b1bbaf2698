//! Applications that may use the account.

use askama::Template;

use super::Nav;
use crate::frame::monogram;
use crate::journey::{Resource, Scope};
use crate::{Form, Frame, RenderError};

/// An application and what it may see.
#[derive(Debug, Clone)]
pub struct Application {
    /// Value of the field `client`.
    pub value: String,
    /// What it is called; untrusted text.
    pub name: String,
    /// Where it lives: scheme, host and port, or a scheme of its own; `None` when it has no address.
    pub location: Option<String>,
    /// What it may see.
    pub scopes: Vec<Scope>,
    /// Resource servers at which it may use that.
    pub resources: Vec<Resource>,
    /// How long ago it was last let in, in seconds.
    pub seconds_ago: u64,
}

/// Lists them; from each, access can be taken back.
///
/// Posts `client`. Element ids: `application-{n}`, `name-{n}` and `withdraw-{n}` counted from 1.
#[derive(Debug, Clone)]
pub struct Applications {
    /// Where in the account.
    pub nav: Nav,
    /// Where the forms post to.
    pub form: Form,
    /// Newest first.
    pub applications: Vec<Application>,
}

#[derive(Template)]
#[template(path = "account/applications.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Applications,
}

impl Applications {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}

impl Application {
    fn monogram(&self) -> String {
        monogram(&self.name)
    }
}
