//! Asking before signing out.
//!
//! OpenID Connect RP-Initiated Logout §2: ask when no valid `id_token_hint` shows that it is wanted.

use askama::Template;

use crate::{Form, Frame, RenderError};

/// Asks whether to sign out.
///
/// Posts `decision=sign_out` or `decision=stay`. Element ids: `submit`, `stay`.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Where the form posts to.
    pub form: Form,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// Address of the account; `None` when nobody is named.
    pub email: Option<String>,
}

#[derive(Template)]
#[template(path = "logout/confirm.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Confirm,
}

impl Confirm {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
