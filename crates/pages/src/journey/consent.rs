//! Consent: who asks, for what, for how long; allow and deny with equal ease. OpenID Connect Core §3.1.2.4.

use askama::Template;

use super::{AskedAccess, Publisher};
use crate::{Form, Frame, RenderError};

/// Asks for consent.
///
/// Posts `decision=allow` or `decision=deny`, or `action=another_account`. Element ids: those of [`AskedAccess`], and
/// `on-device`, `policy`, `terms`.
#[derive(Debug, Clone)]
pub struct Consent {
    /// Where the form posts to.
    pub form: Form,
    /// Who asks for what.
    pub access: AskedAccess,
    /// Whether nobody has checked the application and it runs on the person's own device: any program there could pass
    /// for it.
    pub is_on_device: bool,
    /// Host of the redirect URI, as the browser will show it afterwards; `None` for native applications.
    pub redirect_host: Option<String>,
    /// Where consent can be withdrawn; `None` shows no link.
    pub account_href: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/consent.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Consent,
}

impl Consent {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
