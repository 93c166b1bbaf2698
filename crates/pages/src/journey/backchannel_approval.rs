//! Approving what a client asks for by the back channel: who asks, the message that both devices show, and what it wants.

use askama::Template;

use super::{AskedAccess, Publisher};
use crate::{Form, Frame, RenderError};

/// Asks whether a client that named the person may have what it wants (CIBA Core §8; SECURITY S-066).
///
/// Posts `decision=allow` or `decision=deny`. Element ids: those of [`AskedAccess`] without
/// `another-account`, since the client named the person, and `binding-message`.
#[derive(Debug, Clone)]
pub struct BackchannelApproval {
    /// Where the form posts to.
    pub form: Form,
    /// Who asks for what.
    pub access: AskedAccess,
    /// What the other device shows as well; `None` when it shows nothing.
    pub binding_message: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/backchannel_approval.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a BackchannelApproval,
}

impl BackchannelApproval {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
