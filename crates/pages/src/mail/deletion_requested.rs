//! Tells the owner of an account that it will be deleted, and how to keep it.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText};
use crate::RenderError;

/// "Your account will be deleted".
#[derive(Debug, Clone)]
pub struct DeletionRequested {
    /// Date and time from which it is erased, in the language of the mail, with its time zone.
    pub due: String,
    /// Absolute address of the sign-in page.
    pub sign_in_link: String,
}

impl DeletionRequested {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-deletion-subject"),
            paragraphs: vec![
                frame.of_tenant("mail-deletion-text"),
                frame.text_with("mail-deletion-due", "when", &self.due),
                frame.text("mail-deletion-keep"),
            ],
            action: Action { label: frame.text("mail-deletion-action"), href: &self.sign_in_link },
            notes: vec![],
        }
        .render(frame)
    }
}
