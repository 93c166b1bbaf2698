//! The root of an issuer, for people who come by: whose sign-in service this is.
//!
//! Machines read discovery (OpenID Connect Discovery §4) instead.

use askama::Template;

use crate::{Frame, RenderError};

/// Introduces the service.
///
/// Element id: `account`.
#[derive(Debug, Clone)]
pub struct Home {
    /// Where people manage their account; `None` shows no link.
    pub account_href: Option<String>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Home,
}

impl Home {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
