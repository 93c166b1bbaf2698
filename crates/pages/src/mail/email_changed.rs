//! Tells the former address of an account that the account has another one.
//!
//! Does not name the new one: this mailbox may be somebody else's by now.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;

/// "Your e-mail address was changed".
#[derive(Debug, Clone)]
pub struct EmailChanged {
    /// Date and time of the change, in the language of the mail, with its time zone.
    pub when: String,
    /// Absolute address where the owner gets the address back.
    pub undo_link: String,
}

impl EmailChanged {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-email-changed-subject"),
            paragraphs: vec![
                frame.of_tenant("mail-email-changed-text"),
                frame.text_with("mail-when", "when", &self.when),
                frame.text("mail-email-changed-not-you"),
            ],
            action: Action { label: frame.text("mail-not-you-action"), href: &self.undo_link },
            notes: vec![frame.text_count("mail-not-me-valid", NOT_ME_DAYS)],
        }
        .render(frame)
    }
}
