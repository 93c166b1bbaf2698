//! Tells the former address of an account that the account will be deleted.
//!
//! Whoever put another address in its place may have taken the account over. Does not name the new one: this mailbox may be
//! somebody else's by now.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText};
use crate::RenderError;

/// "Your account will be deleted", to its former address.
#[derive(Debug, Clone)]
pub struct FormerDeletionRequested {
    /// Date and time from which it is erased, in the language of the mail, with its time zone.
    pub due: String,
    /// Absolute address where the owner gets address and account back.
    pub undo_link: String,
    /// Date and time until which the link works, in the language of the mail, with its time zone.
    pub until: String,
}

impl FormerDeletionRequested {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-deletion-subject"),
            paragraphs: vec![
                frame.of_tenant("mail-deletion-former-text"),
                frame.text_with("mail-deletion-due", "when", &self.due),
                frame.text("mail-deletion-former-not-you"),
            ],
            action: Action { label: frame.text("mail-not-you-action"), href: &self.undo_link },
            notes: vec![frame.text_with("mail-invitation-until", "when", &self.until)],
        }
        .render(frame)
    }
}
