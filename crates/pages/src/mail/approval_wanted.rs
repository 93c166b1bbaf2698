//! A client wants the person authenticated: where to decide.
//!
//! Names no client: whoever registers one chooses its name, and the page says more.

use super::letter::{Action, Letter};
use super::{MailFrame, MailText};
use crate::RenderError;

/// "Is this you?"
#[derive(Debug, Clone)]
pub struct ApprovalWanted {
    /// Absolute address of the page where the person decides; it changes nothing until then.
    pub link: String,
    /// How long the request waits, in minutes.
    pub valid_minutes: u32,
}

impl ApprovalWanted {
    /// Returns the mail.
    ///
    /// # Errors
    /// [`RenderError`] when a template fails.
    pub fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        Letter {
            subject: frame.of_tenant("mail-approval-subject"),
            paragraphs: vec![frame.of_tenant("mail-approval-text")],
            action: Action { label: frame.text("mail-approval-action"), href: &self.link },
            notes: vec![frame.text_count("mail-valid", self.valid_minutes), frame.text("mail-ignore")],
        }
        .render(frame)
    }
}
