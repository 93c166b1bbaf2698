//! A link to confirm an address, sent after registering or changing it.
//!
//! OpenID Connect Core §5.1 (`email_verified`).

use super::letter::{Action, Letter};
use super::{MailFrame, MailText};
use crate::RenderError;

/// "Confirm your address".
#[derive(Debug, Clone)]
pub struct VerifyEmail {
    /// Absolute address that the button leads to; it changes nothing until confirmed there.
    pub link: String,
    /// How long the link works, in minutes.
    pub valid_minutes: u32,
}

impl VerifyEmail {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-verify-subject"),
            paragraphs: vec![frame.of_tenant("mail-verify-text")],
            action: Action { label: frame.text("mail-verify-action"), href: &self.link },
            notes: vec![frame.text_count("mail-valid", self.valid_minutes), frame.text("mail-ignore")],
        }
        .render(frame)
    }
}
