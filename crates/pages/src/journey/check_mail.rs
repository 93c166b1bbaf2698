//! "Look in your mailbox": the neutral page after a request that may send a mail.
//!
//! The same words whether or not a mail was sent (SECURITY rule 28).

use askama::Template;

use crate::{Form, Frame, RenderError};

/// Why a mail is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailPurpose {
    /// To choose a new password.
    PasswordReset,
    /// To confirm an address.
    EmailVerification,
}

/// Says that a mail may be on its way.
///
/// With a form it posts `action=resend`, or `action=another_account`. Element ids: `resend`, `another-account`, `back`.
#[derive(Debug, Clone)]
pub struct CheckMail {
    /// What the mail is for.
    pub purpose: MailPurpose,
    /// Address as typed.
    pub email: String,
    /// How long the mailed link works, in minutes.
    pub valid_minutes: u32,
    /// Where the mail can be asked for again; `None` shows no button.
    pub resend: Option<Form>,
    /// Whether somebody is on the way into an account, and may choose another one beside that button.
    pub is_of_account: bool,
    /// Where to go back to; `None` shows no link.
    pub back_href: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/check_mail.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a CheckMail,
}

impl CheckMail {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}

impl MailPurpose {
    fn key(self) -> &'static str {
        match self {
            Self::PasswordReset => "check-mail-reset",
            Self::EmailVerification => "check-mail-verify",
        }
    }
}
