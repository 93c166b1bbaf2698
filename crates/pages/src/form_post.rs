//! The page that takes an answer to the application by a form.
//!
//! A script file of ours sends the form as soon as the page is there; without script there is a button. Leaves which
//! parameters are in it to the protocol, and that the form may go to no other place to the page's headers.
//! OAuth 2.0 Form Post Response Mode §2; S-011.

use askama::Template;

use crate::links::is_redirect_target;
use crate::{Frame, RenderError, assets};

/// Posts a form to the application.
///
/// Element ids: `answer` (the form), `continue`.
#[derive(Clone)]
pub struct FormPost {
    /// The redirect URI; any scheme that a browser does not run.
    pub action: String,
    /// The response parameters: names of ours, values that may be any text.
    pub fields: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a FormPost,
}

impl FormPost {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError::UnsafeRedirect`] when the redirect URI's scheme must not be followed.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        if !is_redirect_target(&self.action) {
            return Err(RenderError::UnsafeRedirect);
        }
        Ok(View { frame, page: self }.render()?)
    }

    fn script_href(&self) -> &'static str {
        assets::form_post_href()
    }
}
