//! Signed out.
//!
//! OpenID Connect RP-Initiated Logout §3: without a valid `post_logout_redirect_uri` the person stays here.

use askama::Template;

use crate::links;
use crate::{Frame, RenderError};

/// Says that the person is signed out.
///
/// Element id: `continue`.
#[derive(Debug, Clone)]
pub struct Done {
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// The way on: a path of this server, or an address registered for an application, also one that opens an app.
    pub continue_href: Option<String>,
}

#[derive(Template)]
#[template(path = "logout/done.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Done,
}

impl Done {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }

    fn onward(&self) -> Option<&str> {
        let is_registered = |target: &&str| links::is_redirect_target(target);
        links::onward(&self.continue_href).or_else(|| self.continue_href.as_deref().filter(is_registered))
    }
}
