//! Tells the owner of an account that somebody signed in at a browser that was not known.
//!
//! OWASP ASVS 5.0 §6.3.5: notify of suspicious sign-ins.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText, NOT_ME_DAYS};
use crate::RenderError;
use crate::account::device_in_words;

/// "New sign-in".
#[derive(Debug, Clone)]
pub struct NewSignIn {
    /// The browser, by a name of ours.
    pub program: Option<String>,
    /// The system, by a name of ours.
    pub system: Option<String>,
    /// The network it came from.
    pub network: String,
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
        let device = device_in_words(frame.locale, self.program.as_deref(), self.system.as_deref());
        Letter {
            subject: frame.of_tenant("mail-sign-in-subject"),
            paragraphs: vec![
                frame.of_tenant("mail-sign-in-text"),
                frame.text_with("mail-sign-in-device", "device", &device),
                frame.text_with("mail-sign-in-network", "network", &self.network),
                frame.text_with("mail-when", "when", &self.when),
                frame.text("mail-not-you"),
            ],
            action: Action { label: frame.text("mail-not-you-action"), href: &self.not_me_link },
            notes: vec![frame.text_count("mail-not-me-valid", NOT_ME_DAYS)],
        }
        .render(frame)
    }
}
