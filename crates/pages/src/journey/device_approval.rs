//! Approving a device: the code it shows, where it asked from, what it wants, and whether it is the person's own.

use askama::Template;

use super::{AskedAccess, Publisher};
use crate::problem::{OwnDeviceProblem, Problems};
use crate::{Form, Frame, RenderError};

/// Asks whether a device may use the account (RFC 8628 §3.3, §5.4; SECURITY S-065).
///
/// Posts `decision=allow` with `own_device=yes`, or `decision=deny`, or `action=another_account`. Element ids: those of
/// [`AskedAccess`], and `user-code`, `origin`, `own_device`.
#[derive(Debug, Clone)]
pub struct DeviceApproval {
    /// Where the form posts to.
    pub form: Form,
    /// Who asks for what.
    pub access: AskedAccess,
    /// The code that the device shows.
    pub user_code: String,
    /// The address the device asked from.
    pub origin: String,
    /// Set when the person has not said that the device is their own.
    pub problem: Option<OwnDeviceProblem>,
}

#[derive(Template)]
#[template(path = "journey/device_approval.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a DeviceApproval,
    problems: Problems,
}

impl DeviceApproval {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default().at_field(frame, "own_device", &self.problem);
        Ok(View { frame, page: self, problems }.render()?)
    }
}
