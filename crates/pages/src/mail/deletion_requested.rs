//! Tells the owner of an account that it will be deleted, and how to keep it.
//!
//! The button is for the owner whose account somebody else took over: a sign-in may stop at a second factor of theirs (S-090).

use super::letter::{Action, Letter, Other};
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;

/// "Your account will be deleted".
#[derive(Debug, Clone)]
pub struct DeletionRequested {
    /// Date and time from which it is erased, in the language of the mail, with its time zone.
    pub due: String,
    /// Absolute address of the sign-in page.
    pub sign_in_link: String,
    /// Absolute address where the owner says that it was somebody else.
    pub not_me_link: String,
}

impl DeletionRequested {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        let other = Other {
            text: frame.text("mail-deletion-keep"),
            action: Action { label: frame.text("mail-deletion-action"), href: &self.sign_in_link },
        };
        Letter {
            subject: frame.of_tenant("mail-deletion-subject"),
            paragraphs: vec![
                frame.of_tenant("mail-deletion-text"),
                frame.text_with("mail-deletion-due", "when", &self.due),
                frame.text("mail-deletion-not-you"),
            ],
            action: Action { label: frame.text("mail-not-you-action"), href: &self.not_me_link },
            notes: vec![frame.text_count("mail-not-me-valid", NOT_ME_DAYS)],
        }
        .render_with_other(frame, &other)
    }
}
