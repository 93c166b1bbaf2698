//! "Are you sure?": what follows, one button that does it, one way back.

use askama::Template;

use super::Nav;
use crate::{Form, Frame, RenderError};

/// What is about to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionKind {
    /// Remove the authenticator app, the last second step.
    RemoveTotp,
    /// Remove the authenticator app beside a passkey.
    RemoveTotpBesidePasskey,
    /// Remove a passkey.
    RemovePasskey {
        /// Value of the field `passkey`.
        value: String,
        /// What it is called; empty without a name.
        name: String,
    },
    /// Make new recovery codes.
    RenewCodes,
    /// Delete the account.
    DeleteAccount {
        /// For how many days it can be had back.
        days: u16,
    },
}

/// Asks whether to do it.
///
/// Posts `passkey` with `action=remove` when it is about a passkey. Element ids: `submit`, `cancel`, `subject`.
#[derive(Debug, Clone)]
pub struct Question {
    /// Where in the account.
    pub nav: Nav,
    /// Where the form posts to.
    pub form: Form,
    /// What is about to be done.
    pub kind: QuestionKind,
    /// The way back.
    pub cancel_href: String,
}

#[derive(Template)]
#[template(path = "account/question.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Question,
}

impl Question {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}

impl QuestionKind {
    /// Title, what follows, and what the button says.
    fn keys(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::RemoveTotpBesidePasskey => ("remove-totp-title", "remove-other-totp-text", "remove-totp-submit"),
            Self::RemovePasskey { .. } => ("remove-passkey-title", "remove-passkey-text", "remove-totp-submit"),
            Self::RemoveTotp => ("remove-totp-title", "remove-totp-text", "remove-totp-submit"),
            Self::RenewCodes => ("renew-codes-title", "renew-codes-text", "renew-codes-submit"),
            Self::DeleteAccount { .. } => ("deletion-title", "deletion-text", "deletion-submit"),
        }
    }

    /// Further consequences.
    fn afterwards(&self, frame: &Frame) -> Option<String> {
        match self {
            Self::DeleteAccount { days } => Some(frame.text_count("deletion-days", u64::from(*days))),
            _ => None,
        }
    }

    /// The passkey that it is about: value and name.
    fn passkey(&self) -> Option<(&str, &str)> {
        match self {
            Self::RemovePasskey { value, name } => Some((value, name)),
            _ => None,
        }
    }
}
