//! Text messages: few words, since each piece of 160 letters, or 70 of most scripts, costs its sender.
//!
//! Owns the words. Numbers and sending are the jobs crate's part.

use crate::Catalogue;
use crate::mail::{MailFrame, one_line};

/// The code that proves a telephone number.
#[derive(Debug, Clone)]
pub struct PhoneCode {
    /// Six digits.
    pub code: String,
    /// The host whose pages take it: browsers fill it in there and nowhere else (WICG, Origin-bound one-time codes delivered via SMS).
    pub host: String,
    /// How long the code works, in minutes.
    pub valid_minutes: u32,
}

/// Second factors of the account are said to be lost.
#[derive(Debug, Clone)]
pub struct RecoveryAnnounced {
    /// Where to sign in and stop their removal.
    pub account_link: String,
}

impl PhoneCode {
    /// Returns the message; its last line is for browsers.
    pub fn render(&self, frame: &MailFrame) -> String {
        let data = [("code", self.code.as_str()), ("tenant", frame.tenant_name.as_str())];
        let said = Catalogue::text_with(frame.locale, "text-phone-code", &data);
        let valid = frame.text_count("text-phone-code-valid", self.valid_minutes);
        format!("{}\n\n@{} #{}", one_line(&format!("{said} {valid}")), self.host, self.code)
    }
}

impl RecoveryAnnounced {
    /// Returns the message.
    pub fn render(&self, frame: &MailFrame) -> String {
        format!("{}\n{}", one_line(&frame.of_tenant("text-recovery-announced")), self.account_link)
    }
}
