//! Approving what a client asks for by the back channel: who asks, the message that both devices show, and what it wants.

use askama::Template;

use super::{AccessDuration, Publisher, Resource, Scope};
use crate::{Client, Form, Frame, RenderError};

/// Asks whether a client that named the person may have what it wants (CIBA Core §8; SECURITY S-066).
///
/// Posts `decision=allow` or `decision=deny`. Element ids: `binding-message`, `unverified`, `email`, `allow`, `deny`,
/// `scope-{n}` and `resource-{n}` counted from 1.
#[derive(Debug, Clone)]
pub struct BackchannelApproval {
    /// Where the form posts to.
    pub form: Form,
    /// The application that asks.
    pub client: Client,
    /// Whether somebody answers for it.
    pub publisher: Publisher,
    /// What the other device shows as well; `None` when it shows nothing.
    pub binding_message: Option<String>,
    /// Address of the signed-in account.
    pub email: String,
    /// What is asked for.
    pub scopes: Vec<Scope>,
    /// Resource servers at which the access is used.
    pub resources: Vec<Resource>,
    /// How long the access lasts.
    pub duration: AccessDuration,
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

    fn is_unverified(&self) -> bool {
        self.publisher == Publisher::Unverified
    }
}
