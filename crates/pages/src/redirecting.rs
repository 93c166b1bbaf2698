//! The page that ends a form post by going on to the application.
//!
//! Chromium applies CSP `form-action` to every redirect after a post, so this 200 page with a refresh ends the post
//! (decision 0039). The link is for browsers that refuse refreshes; it shows when going on takes long.

use askama::Template;

use crate::links::is_redirect_target;
use crate::{Frame, RenderError};

/// Sends the browser on.
///
/// Element id: `continue`.
#[derive(Debug, Clone)]
pub struct Redirecting {
    /// The redirect URI with its parameters; any scheme that a browser does not run.
    pub target: String,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
}

#[derive(Template)]
#[template(path = "redirecting.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Redirecting,
}

impl Redirecting {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError::UnsafeRedirect`] when the target's scheme must not be followed.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        if !is_redirect_target(&self.target) {
            return Err(RenderError::UnsafeRedirect);
        }
        Ok(View { frame, page: self }.render()?)
    }
}
