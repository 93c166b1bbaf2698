//! A journey opened in a browser that did not start it, or whose cookie is gone, or after its end.
//!
//! Never a dead end (WANTED W13): go back to where it began, or begin again here with the original request.

use askama::Template;

use crate::{Form, Frame, RenderError};

/// Explains why the journey cannot go on here and offers to begin again.
///
/// Posts `action=start_again`. Element ids: `start-again`, `reference`.
#[derive(Debug, Clone)]
pub struct CannotContinue {
    /// Where starting again posts to.
    pub form: Form,
    /// Why it cannot go on.
    pub standstill: Standstill,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// What support finds this event by in the logs.
    pub reference: String,
}

/// Why a journey cannot go on in a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standstill {
    /// It began in another one, as far as cookies tell.
    Elsewhere,
    /// It is finished, or took too long.
    Over,
}

impl Standstill {
    fn title(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere-title",
            Self::Over => "over-title",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere-text",
            Self::Over => "over-text",
        }
    }
}

#[derive(Template)]
#[template(path = "journey/cannot_continue.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a CannotContinue,
}

impl CannotContinue {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
