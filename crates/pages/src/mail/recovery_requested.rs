//! Somebody who has proven the first factor says that the second ones are lost.
//!
//! The owner has until then to stop it (SECURITY S-088).

use super::letter::{Action, Letter};
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;

/// "Your second step will be removed".
#[derive(Debug, Clone)]
pub struct RecoveryRequested {
    /// Date and time when it can be, in the language of the mail, with its time zone.
    pub due: String,
    /// Absolute address where the owner says that it was somebody else.
    pub not_me_link: String,
}

impl RecoveryRequested {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-lost-subject"),
            paragraphs: vec![
                frame.of_tenant("mail-lost-text"),
                frame.text_with("mail-lost-due", "when", &self.due),
                frame.text("mail-lost-not-you"),
            ],
            action: Action { label: frame.text("mail-not-you-action"), href: &self.not_me_link },
            notes: vec![frame.text_count("mail-not-me-valid", NOT_ME_DAYS)],
        }
        .render(frame)
    }
}
