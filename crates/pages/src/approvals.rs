//! What waits for the decision of the people who are signed in at a browser.

use askama::Template;

use crate::{Frame, RenderError};

/// A request that waits.
#[derive(Debug, Clone)]
pub struct WaitingApproval {
    /// Path of the page that asks.
    pub href: String,
    /// Name of the application.
    pub client_name: String,
    /// What the other device shows; `None` when it shows nothing.
    pub binding_message: Option<String>,
}

/// Lists what waits.
///
/// Element ids: `request-{n}` counted from 1, `nothing` when nothing waits.
#[derive(Debug, Clone)]
pub struct Approvals {
    /// What waits, the oldest first.
    pub waiting: Vec<WaitingApproval>,
}

#[derive(Template)]
#[template(path = "approvals.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Approvals,
}

impl Approvals {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
