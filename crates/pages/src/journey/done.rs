//! Something went well, and this is the way on.
//!
//! Ends a journey that has nobody to go back to, or offers the way back when it has.

use askama::Template;

use crate::links;
use crate::{Frame, RenderError};

/// What a journey has brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The address is confirmed.
    EmailConfirmed,
    /// The password is changed.
    PasswordChanged,
    /// The person is signed in and nobody waits for it.
    SignedIn,
    /// Everybody is shut out of the account; a link to set a new password is on its way.
    ShutOut,
    /// The account has its new address.
    EmailChanged,
    /// It has its former address again, everybody is shut out, and a link to set a new password is on its way.
    EmailRestored,
    /// The account will be deleted unless the person signs in again.
    DeletionRequested,
    /// Second factors that were lost are removed.
    FactorsRemoved,
    /// An authenticator app is set up.
    FactorAdded,
    /// A device is approved.
    DeviceAllowed,
    /// A device is turned away.
    DeviceRefused,
    /// A device cannot be approved any more: it was decided on before, or its code has expired.
    DeviceTooLate,
    /// A client that asked by the back channel has its answer.
    RequestAllowed,
    /// It is turned away.
    RequestRefused,
    /// It cannot be answered any more: it was before, or it has expired.
    RequestTooLate,
    /// It is for another person to answer.
    RequestOfOther,
}

/// Says what was done.
///
/// Element id: `continue`.
#[derive(Debug, Clone)]
pub struct Done {
    /// What was done.
    pub outcome: Outcome,
    /// The way on; shown only when it is a path of this server, https, or http on this computer.
    pub continue_href: Option<String>,
    /// Name of the application that the way leads to; `None` for this service itself.
    pub client_name: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/done.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Done,
}

impl Done {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }

    fn onward(&self) -> Option<&str> {
        links::onward(&self.continue_href)
    }
}

impl Outcome {
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::EmailConfirmed => ("done-email-title", "done-email-text"),
            Self::PasswordChanged => ("done-password-title", "done-password-text"),
            Self::SignedIn => ("done-signed-in-title", "done-signed-in-text"),
            Self::ShutOut => ("done-shut-out-title", "done-shut-out-text"),
            Self::EmailChanged => ("done-new-email-title", "done-new-email-text"),
            Self::EmailRestored => ("done-former-email-title", "done-shut-out-text"),
            Self::DeletionRequested => ("done-deletion-title", "done-deletion-text"),
            Self::FactorsRemoved => ("done-lost-title", "done-lost-text"),
            Self::FactorAdded => ("done-factor-title", "done-factor-text"),
            Self::DeviceAllowed => ("done-device-allowed-title", "done-device-allowed-text"),
            Self::DeviceRefused => ("done-device-refused-title", "done-device-refused-text"),
            Self::DeviceTooLate => ("done-device-late-title", "done-device-late-text"),
            Self::RequestAllowed => ("done-request-allowed-title", "done-request-allowed-text"),
            Self::RequestRefused => ("done-request-refused-title", "done-request-refused-text"),
            Self::RequestTooLate => ("done-request-late-title", "done-request-late-text"),
            Self::RequestOfOther => ("done-request-other-title", "done-request-other-text"),
        }
    }

    /// The sign above the title: its icon and its tone.
    fn sign(self) -> (&'static str, &'static str) {
        match self {
            Self::DeviceRefused | Self::RequestRefused => ("devices", "calm"),
            Self::DeviceTooLate | Self::RequestTooLate => ("hourglass", "calm"),
            Self::RequestOfOther => ("person", "calm"),
            _ => ("check", "good"),
        }
    }
}
