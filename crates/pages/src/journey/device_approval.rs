//! Approving a device: the code it shows, where it asked from, what it wants, and whether it is the person's own.

use askama::Template;

use super::{AccessDuration, Resource, Scope};
use crate::problem::{OwnDeviceProblem, Problems};
use crate::{Client, Form, Frame, RenderError};

/// Asks whether a device may use the account (RFC 8628 §3.3, §5.4; SECURITY S-065).
///
/// Posts `decision=allow` with `own_device=yes`, or `decision=deny`, or `action=another_account`. Element ids: `user-code`,
/// `origin`, `own_device`, `allow`, `deny`, `another-account`, `scope-{n}` and `resource-{n}` counted from 1.
#[derive(Debug, Clone)]
pub struct DeviceApproval {
    /// Where the form posts to.
    pub form: Form,
    /// The application on the device.
    pub client: Client,
    /// The code that the device shows.
    pub user_code: String,
    /// The address the device asked from.
    pub origin: String,
    /// Address of the signed-in account.
    pub email: String,
    /// What is asked for.
    pub scopes: Vec<Scope>,
    /// Resource servers at which the access is used.
    pub resources: Vec<Resource>,
    /// How long the access lasts.
    pub duration: AccessDuration,
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
