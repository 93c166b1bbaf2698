//! A request to remove second factors was stopped, by somebody who is signed in or has shown one.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;

/// "Your second step stays".
#[derive(Debug, Clone)]
pub struct RecoveryStopped {
    /// Date and time, in the language of the mail, with its time zone.
    pub when: String,
    /// Absolute address where the owner says that it was somebody else.
    pub not_me_link: String,
}

impl RecoveryStopped {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-lost-stopped-subject"),
            paragraphs: vec![
                frame.of_tenant("mail-lost-stopped-text"),
                frame.text_with("mail-when", "when", &self.when),
                frame.text("mail-not-you"),
            ],
            action: Action { label: frame.text("mail-not-you-action"), href: &self.not_me_link },
            notes: vec![frame.text_count("mail-not-me-valid", NOT_ME_DAYS)],
        }
        .render(frame)
    }
}
