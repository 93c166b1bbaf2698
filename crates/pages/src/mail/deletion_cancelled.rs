//! Tells the owner of an account that it will not be deleted, because somebody signed in, or said that the wish was not theirs.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;

/// "Your account is kept".
#[derive(Debug, Clone)]
pub struct DeletionCancelled {
    /// Date and time of that, in the language of the mail, with its time zone.
    pub when: String,
    /// Absolute address where the owner says that it was somebody else.
    pub not_me_link: String,
}

impl DeletionCancelled {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-kept-subject"),
            paragraphs: vec![
                frame.of_tenant("mail-kept-text"),
                frame.text_with("mail-when", "when", &self.when),
                frame.text("mail-not-you"),
            ],
            action: Action { label: frame.text("mail-not-you-action"), href: &self.not_me_link },
            notes: vec![frame.text_count("mail-not-me-valid", NOT_ME_DAYS)],
        }
        .render(frame)
    }
}
