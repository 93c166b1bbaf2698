//! Where a person types the code that a device shows.
//!
//! The code may be filled in by the address; the person still presses the button, and compares (RFC 8628 §3.3.1).

use askama::Template;

use crate::problem::Problems;
use crate::{Form, Frame, RenderError};

pub use crate::problem::UserCodeProblem;

/// Asks for a user code.
///
/// Posts `user_code`. Element ids: `user_code`, `submit`.
#[derive(Debug, Clone)]
pub struct EnterCode {
    /// Where the form posts to.
    pub form: Form,
    /// Code to fill in; may be empty or any text.
    pub user_code: String,
    /// What is wrong with the code.
    pub problem: Option<UserCodeProblem>,
}

#[derive(Template)]
#[template(path = "device.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a EnterCode,
    problems: Problems,
}

impl EnterCode {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().at_field(frame, "user_code", &self.problem);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
