//! Tells the owner of an account that somebody tried to register with its address.
//!
//! The page shown to that somebody is the same as for a new address (SECURITY rule 28).

use super::letter::{Action, Letter};
use super::{MailFrame, MailText};
use crate::RenderError;

/// "You already have an account".
#[derive(Debug, Clone)]
pub struct AccountExists {
    /// Absolute address of the sign-in page or the application.
    pub sign_in_link: String,
}

impl AccountExists {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-exists-subject"),
            paragraphs: vec![frame.of_tenant("mail-exists-text"), frame.text("mail-exists-forgot")],
            action: Action { label: frame.text("mail-exists-action"), href: &self.sign_in_link },
            notes: vec![frame.text("mail-exists-ignore")],
        }
        .render(frame)
    }
}
