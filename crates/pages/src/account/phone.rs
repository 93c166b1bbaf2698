//! The code from the text message that proves the telephone number of the profile.

use askama::Template;

use super::Nav;
use crate::phone_code::NumberState;
use crate::problem::Problems;
use crate::{CodeProblem, Form, Frame, RenderError, SignInProblem};

/// Asks whether to send a code, then for the code.
///
/// Posts `code`, or `action=resend` to have one sent. Element ids: `send`, or `code`, `submit` and `resend`, or `not-served`; `back`.
#[derive(Debug, Clone)]
pub struct ConfirmPhone {
    /// Where in the account.
    pub nav: Nav,
    /// Where the forms post to.
    pub form: Form,
    /// The number as it was told.
    pub number: String,
    /// What there is to do.
    pub state: NumberState,
    /// How long a code works, in minutes.
    pub valid_minutes: u32,
    /// What was wrong with the last code.
    pub code_problem: Option<CodeProblem>,
    /// Why none was sent.
    pub problem: Option<SignInProblem>,
    /// The way back, where the number is changed.
    pub back_href: String,
}

#[derive(Template)]
#[template(path = "account/phone.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a ConfirmPhone,
    problems: Problems,
}

impl ConfirmPhone {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().in_general(frame, &self.problem).at_field(frame, "code", &self.code_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
