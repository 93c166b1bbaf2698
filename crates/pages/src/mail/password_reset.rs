//! A link to choose a new password, sent on request.
//!
//! Whether there is an account to send it to is known to its owner alone (SECURITY rule 28).

use super::letter::{Action, Letter};
use super::{MailFrame, MailText};
use crate::RenderError;

/// "Choose a new password".
#[derive(Debug, Clone)]
pub struct PasswordReset {
    /// Absolute address that the button leads to; it changes nothing until confirmed there.
    pub link: String,
    /// How long the link works, in minutes.
    pub valid_minutes: u32,
}

impl PasswordReset {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-reset-subject"),
            paragraphs: vec![frame.of_tenant("mail-reset-text")],
            action: Action { label: frame.text("mail-reset-action"), href: &self.link },
            notes: vec![frame.text_count("mail-valid", self.valid_minutes), frame.text("mail-ignore")],
        }
        .render(frame)
    }
}
