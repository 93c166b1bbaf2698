//! Asks whoever reads a new address to make it that of an account.
//!
//! Says nothing of the account: an address can be mistyped.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText};
use crate::RenderError;

/// "Confirm your new e-mail address".
#[derive(Debug, Clone)]
pub struct ConfirmEmailChange {
    /// Absolute address of the confirmation page, with the one-time token.
    pub link: String,
    /// For how many minutes the link works.
    pub valid_minutes: u32,
}

impl ConfirmEmailChange {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-new-email-subject"),
            paragraphs: vec![frame.of_tenant("mail-new-email-text")],
            action: Action { label: frame.text("mail-verify-action"), href: &self.link },
            notes: vec![frame.text_count("mail-valid", self.valid_minutes), frame.text("mail-ignore")],
        }
        .render(frame)
    }
}
