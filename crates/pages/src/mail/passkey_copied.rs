//! Tells the owner of an account that a passkey was refused because there may be a copy of its key.
//!
//! Web Authentication Level 3 §6.1.1: a signature counter that does not grow.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;

/// "One of your passkeys was refused".
#[derive(Debug, Clone)]
pub struct PasskeyCopied {
    /// Date and time, in the language of the mail, with its time zone.
    pub when: String,
    /// Absolute address where the owner says that it was somebody else.
    pub not_me_link: String,
}

impl PasskeyCopied {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-passkey-copied-subject"),
            paragraphs: vec![
                frame.of_tenant("mail-passkey-copied-text"),
                frame.text_with("mail-when", "when", &self.when),
                frame.text("mail-passkey-copied-advice"),
            ],
            action: Action { label: frame.text("mail-not-you-action"), href: &self.not_me_link },
            notes: vec![frame.text_count("mail-not-me-valid", NOT_ME_DAYS)],
        }
        .render(frame)
    }
}
