//! Tells the owner of an account that a recovery code was used to sign in.
//!
//! NIST SP 800-63B-4 §4.6: notify when an account is recovered.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;

/// "A recovery code was used".
#[derive(Debug, Clone)]
pub struct RecoveryCodeUsed {
    /// Date and time, in the language of the mail, with its time zone.
    pub when: String,
    /// Absolute address where the owner says that it was somebody else.
    pub not_me_link: String,
}

impl RecoveryCodeUsed {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-recovery-subject"),
            paragraphs: vec![
                frame.of_tenant("mail-recovery-text"),
                frame.text_with("mail-when", "when", &self.when),
                frame.text("mail-not-you"),
            ],
            action: Action { label: frame.text("mail-not-you-action"), href: &self.not_me_link },
            notes: vec![frame.text_count("mail-not-me-valid", NOT_ME_DAYS)],
        }
        .render(frame)
    }
}
