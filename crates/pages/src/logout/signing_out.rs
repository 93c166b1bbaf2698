//! Signed out here, while applications sign the person out in frames.
//!
//! A script file of ours goes on when every frame has answered or after a moment; without script a refresh does, once the
//! frames have, and there is always a link. Front-Channel Logout 1.0 §3.

use askama::Template;

use crate::links::is_redirect_target;
use crate::{Frame, RenderError, assets};

/// Says that the person is signed out and loads the logout addresses of applications.
///
/// Element id: `continue`.
#[derive(Debug, Clone)]
pub struct SigningOut {
    /// What the browser loads: registered addresses of applications.
    pub frames: Vec<String>,
    /// Name of the application to go on to; `None` when nobody is named.
    pub client_name: Option<String>,
    /// Where to go on to: an address registered for the application; `None` stays here.
    pub continue_href: Option<String>,
}

#[derive(Template)]
#[template(path = "logout/signing_out.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a SigningOut,
}

impl SigningOut {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError::UnsafeRedirect`] when an address has a scheme that must not be followed.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        if !self.frames.iter().chain(&self.continue_href).all(|address| is_redirect_target(address)) {
            return Err(RenderError::UnsafeRedirect);
        }
        Ok(View { frame, page: self }.render()?)
    }

    fn onward(&self) -> Option<&str> {
        self.continue_href.as_deref()
    }

    fn script_href(&self) -> &'static str {
        assets::logout_href()
    }
}
