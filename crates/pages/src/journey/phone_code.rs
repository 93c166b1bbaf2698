//! The code from the text message that proves a telephone number, on the way to an application that asks for one.

use askama::Template;

use crate::phone_code::NumberState;
use crate::problem::Problems;
use crate::{CodeProblem, Form, Frame, RenderError};

/// Asks whether to send a code, then for the code.
///
/// Posts `code`, or `action=resend` to have one sent, `action=other_number`, `action=deny`, `action=another_account`. Element ids: `email`, `another-account`, `send`, or `code`, `submit` and
/// `resend`, or `not-served`; `other-number` and `deny`.
#[derive(Debug, Clone)]
pub struct PhoneCode {
    /// Where the forms post to.
    pub form: Form,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// Address of the signed-in account.
    pub email: String,
    /// The number as it was told.
    pub number: String,
    /// What there is to do.
    pub state: NumberState,
    /// How long a code works, in minutes.
    pub valid_minutes: u32,
    /// What was wrong with the last code.
    pub code_problem: Option<CodeProblem>,
}

#[derive(Template)]
#[template(path = "journey/phone_code.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a PhoneCode,
    problems: Problems,
}

impl PhoneCode {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().at_field(frame, "code", &self.code_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
