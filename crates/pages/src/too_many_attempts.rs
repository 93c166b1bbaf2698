//! The page instead of another attempt, when there were too many (429).
//!
//! Says how long to wait (RFC 9110 §10.2.3 is the header's part) and never for which account.

use askama::Template;

use crate::{Frame, RenderError};

/// Asks to wait.
///
/// Element ids: `back`, `reference`.
#[derive(Debug, Clone)]
pub struct TooManyAttempts {
    /// Seconds until the next attempt counts.
    pub wait_seconds: u64,
    /// Where to try again; `None` shows no link.
    pub back_href: Option<String>,
    /// What support finds this event by in the logs.
    pub reference: String,
}

#[derive(Template)]
#[template(path = "too_many_attempts.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a TooManyAttempts,
}

impl TooManyAttempts {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
