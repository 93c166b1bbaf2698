//! What pages that ask for a passkey have in common.
//!
//! Owns the data of the question and the addresses of its script. The script reads the question from an attribute, never from
//! markup that runs (SECURITY V-14), and says what the browser answers in the page's words.

use crate::PasskeyProblem;
use crate::assets;

/// A question for a passkey on a page.
#[derive(Debug, Clone)]
pub struct PasskeyPrompt {
    /// `PublicKeyCredentialRequestOptionsJSON` or `PublicKeyCredentialCreationOptionsJSON`.
    pub options: String,
    /// Why the last passkey was not accepted.
    pub problem: Option<PasskeyProblem>,
}

impl PasskeyPrompt {
    /// Whether the browser can be told to forget the passkey that was used last.
    pub(crate) fn is_dead(&self) -> bool {
        self.problem == Some(PasskeyProblem::Removed)
    }

    pub(crate) fn script_href(&self) -> &'static str {
        assets::passkey_href()
    }
}

/// How a page that asks for a passkey can be left without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyExit {
    /// By another factor, if there is one.
    None,
    /// By "not now": it goes on without.
    NotNow,
    /// By "I cannot": it ends.
    Cannot,
}

impl PasskeyExit {
    /// The element id and the text of the button.
    pub(crate) fn button(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::None => None,
            Self::NotNow => Some(("skip", "not-now")),
            Self::Cannot => Some(("cannot", "passkey-cannot")),
        }
    }
}
