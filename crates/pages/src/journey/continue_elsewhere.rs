//! A journey opened in a browser that did not start it, or whose cookie is gone.
//!
//! Never a dead end (WANTED W13): go back to where it began, or begin again here with the original request.

use askama::Template;

use crate::{Form, Frame, RenderError};

/// Explains why the journey cannot go on here and offers to begin again.
///
/// Posts `action=start_again`. Element ids: `start-again`, `reference`.
#[derive(Debug, Clone)]
pub struct ContinueElsewhere {
    /// Where starting again posts to; `None` when the original request is no longer known.
    pub form: Option<Form>,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// What support finds this event by in the logs.
    pub reference: String,
}

#[derive(Template)]
#[template(path = "journey/continue_elsewhere.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a ContinueElsewhere,
}

impl ContinueElsewhere {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
