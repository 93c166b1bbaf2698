//! The recovery codes, shown once, in a list that prints and copies well.
//!
//! Only hashes of them are stored; this page is the last place where they can be read, so the reply must not be
//! cached. Making them is the authenticators crate's part.

use askama::Template;

use crate::{Form, Frame, RenderError};

/// Shows new recovery codes.
///
/// Posts no field of its own. Element ids: `recovery-codes`, `submit`.
#[derive(Debug, Clone)]
pub struct RecoveryCodes {
    /// Where the form posts to.
    pub form: Form,
    /// The codes as the person will type them.
    pub codes: Vec<String>,
    /// Address of the account, printed with the codes.
    pub email: String,
}

#[derive(Template)]
#[template(path = "journey/recovery_codes.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a RecoveryCodes,
}

impl RecoveryCodes {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
