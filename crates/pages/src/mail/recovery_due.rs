//! The wait is over: a link to remove second factors that are lost.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;

/// "Set up a new second step".
#[derive(Debug, Clone)]
pub struct RecoveryDue {
    /// Absolute address that the button leads to; it changes nothing until confirmed there.
    pub link: String,
}

impl RecoveryDue {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-lost-due-subject"),
            paragraphs: vec![frame.of_tenant("mail-lost-due-text")],
            action: Action { label: frame.text("remove-lost-submit"), href: &self.link },
            notes: vec![frame.text_count("mail-lost-due-valid", NOT_ME_DAYS), frame.text("mail-ignore")],
        }
        .render(frame)
    }
}
