//! Tells the owner of an account that somebody wanted its address for another account.
//!
//! The page shown to that somebody is the same as for a free address (SECURITY rule 28).

use super::letter::{Action, Letter};
use super::{MailFrame, MailText};
use crate::RenderError;

/// "This address belongs to your account".
#[derive(Debug, Clone)]
pub struct AddressTaken {
    /// Absolute address of the sign-in page.
    pub sign_in_link: String,
}

impl AddressTaken {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-exists-subject"),
            paragraphs: vec![frame.of_tenant("mail-taken-text")],
            action: Action { label: frame.text("mail-exists-action"), href: &self.sign_in_link },
            notes: vec![frame.text("mail-exists-ignore")],
        }
        .render(frame)
    }
}
