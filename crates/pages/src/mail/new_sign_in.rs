//! Tells the owner of an account that somebody signed in at a browser, or from a place, that was not known.
//!
//! OWASP ASVS 5.0 §6.3.5: notify of suspicious sign-ins.

use super::letter::{Action, Letter};
use super::sign_in_origin::SignInOrigin;
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;

/// "New sign-in".
#[derive(Debug, Clone)]
pub struct NewSignIn {
    /// From where and with what.
    pub from: SignInOrigin,
    /// Date and time, in the language of the mail, with its time zone.
    pub when: String,
    /// Absolute address where the owner says that it was somebody else.
    pub not_me_link: String,
}

impl NewSignIn {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        let mut paragraphs = vec![frame.of_tenant("mail-sign-in-text")];
        paragraphs.extend(self.from.in_words(frame));
        paragraphs.extend([frame.text_with("mail-when", "when", &self.when), frame.text("mail-not-you")]);
        Letter {
            subject: frame.of_tenant("mail-sign-in-subject"),
            paragraphs,
            action: Action { label: frame.text("mail-not-you-action"), href: &self.not_me_link },
            notes: vec![frame.text_count("mail-not-me-valid", NOT_ME_DAYS)],
        }
        .render(frame)
    }
}
