//! A code to sign in, sent on request.
//!
//! Whether there is an account to send it to is known to its owner alone (SECURITY rule 28). The link fills the code in, in
//! the browser that asked for it; anywhere else it is worth nothing (S-091).

use super::letter::{Action, Letter};
use super::{MailFrame, MailText};
use crate::RenderError;

/// "Your code".
#[derive(Debug, Clone)]
pub struct EmailCode {
    /// The code.
    pub code: MailedCode,
}

/// A code to be typed on the page that waits for it.
#[derive(Debug, Clone)]
pub struct MailedCode {
    /// Digits.
    pub text: String,
    /// Whether it is longer than usual, because too many wrong ones were typed.
    pub is_long: bool,
    /// Absolute address that the button leads to; it changes nothing until confirmed there.
    pub link: String,
    /// How long the code works, in minutes.
    pub valid_minutes: u32,
}

impl MailedCode {
    /// What the mail says below it.
    pub(super) fn notes(&self, frame: &MailFrame) -> Vec<String> {
        let long = self.is_long.then(|| frame.text("mail-code-long"));
        let always = [frame.text_count("mail-code-valid", self.valid_minutes), frame.text("mail-code-secret")];
        long.into_iter().chain(always).collect()
    }
}

impl EmailCode {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        let mut notes = self.code.notes(frame);
        notes.push(frame.text("mail-ignore"));
        let letter = Letter {
            subject: frame.of_tenant("mail-code-subject"),
            paragraphs: vec![frame.of_tenant("mail-code-text")],
            action: Action { label: frame.text("mail-code-action"), href: &self.code.link },
            notes,
        };
        letter.render_with_code(frame, &self.code.text)
    }
}
