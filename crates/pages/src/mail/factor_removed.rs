//! Tells the owner of an account that a way to sign in was removed.
//!
//! NIST SP 800-63B §6.1.4: notify when an authenticator is removed.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovedFactor {
    /// An authenticator app.
    Totp,
    /// A passkey.
    Passkey,
}

/// "Sign-in method removed".
#[derive(Debug, Clone)]
pub struct FactorRemoved {
    /// What was removed.
    pub factor: RemovedFactor,
    /// Date and time, in the language of the mail, with its time zone.
    pub when: String,
    /// Absolute address where the owner says that it was somebody else.
    pub not_me_link: String,
}

impl FactorRemoved {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        let what = match self.factor {
            RemovedFactor::Totp => "mail-removed-totp",
            RemovedFactor::Passkey => "mail-removed-passkey",
        };
        Letter {
            subject: frame.of_tenant("mail-removed-subject"),
            paragraphs: vec![
                frame.of_tenant(what),
                frame.text_with("mail-when", "when", &self.when),
                frame.text("mail-not-you"),
            ],
            action: Action { label: frame.text("mail-not-you-action"), href: &self.not_me_link },
            notes: vec![frame.text_count("mail-not-me-valid", NOT_ME_DAYS)],
        }
        .render(frame)
    }
}
