//! A code to confirm a sign-in that is unusual.
//!
//! Whoever signs in has the first factor already: the mail says so before it gives the code, and where to change the password
//! (OWASP ASVS 5.0 §6.3.5). The link fills the code in, in the browser that signs in; anywhere else it is worth nothing (S-091).

use super::email_code::MailedCode;
use super::letter::{Action, Letter};
use super::sign_in_origin::SignInOrigin;
use super::{MailFrame, MailText};
use crate::RenderError;

/// "Is this you?"
#[derive(Debug, Clone)]
pub struct ConfirmSignIn {
    /// The code.
    pub code: MailedCode,
    /// From where and with what.
    pub from: SignInOrigin,
}

impl ConfirmSignIn {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        let mut paragraphs = vec![frame.of_tenant("mail-confirm-text")];
        paragraphs.extend(self.from.in_words(frame));
        paragraphs.extend([frame.text("mail-confirm-not-you"), frame.text("mail-confirm-code")]);
        let letter = Letter {
            subject: frame.of_tenant("mail-confirm-subject"),
            paragraphs,
            action: Action { label: frame.text("mail-code-action"), href: &self.code.link },
            notes: self.code.notes(frame),
        };
        letter.render_with_code(frame, &self.code.text)
    }
}
