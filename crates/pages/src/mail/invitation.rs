//! An invitation to have an account.
//!
//! The link leads to a page that changes nothing until its button is pressed (SECURITY rule 27). The same words whether or not the
//! address has an account (rule 28).

use super::letter::{Action, Letter};
use super::{MailFrame, MailText};
use crate::RenderError;

/// "You are invited".
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Absolute address of the page.
    pub link: String,
    /// Date and time until which it works, in the language of the mail, with its time zone.
    pub until: String,
}

impl Invitation {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-invitation-subject"),
            paragraphs: vec![frame.of_tenant("mail-invitation-text")],
            action: Action { label: frame.text("mail-invitation-action"), href: &self.link },
            notes: vec![frame.text_with("mail-invitation-until", "when", &self.until), frame.text("mail-ignore")],
        }
        .render(frame)
    }
}
