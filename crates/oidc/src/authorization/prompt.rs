//! The `prompt` parameter.
//!
//! Owns its values and which may stand together. Leaves what they do to `requirements` (a page) and `silent` (`none`).
//! OIDC Core §3.1.2.1, Initiating User Registration via OpenID Connect 1.0 §4.

use serde::{Deserialize, Serialize};

use crate::{Cause, Refusal};

/// One value of `prompt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Show no page.
    None,
    /// Sign in again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Choose an account.
    SelectAccount,
    /// Begin at registration.
    Create,
}

impl Prompt {
    /// Every value there is; `Create` only where registration is open: `prompt_values_supported`.
    pub const ALL: [Self; 5] = [Self::None, Self::Login, Self::Consent, Self::SelectAccount, Self::Create];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
            Self::Create => "create",
        }
    }
}

/// The values of one request; `none` stands alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prompts(Vec<Prompt>);

impl Prompts {
    /// The values that a request of our own has.
    pub(super) fn of(prompts: &[Prompt]) -> Self {
        Self(prompts.to_vec())
    }

    /// Reads a space-separated list; the empty text is the empty set.
    ///
    /// A value that is unknown is an error, as the registration specification recommends (§4.1: `invalid_request` for what
    /// is not in `prompt_values_supported`): to ignore it could skip the very page the client wants.
    ///
    /// # Errors
    /// `PromptUnsupported`; `PromptConflict` for `none` beside another value.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut prompts = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let known = Prompt::ALL.into_iter().find(|prompt| prompt.name() == word);
            let prompt = known.ok_or_else(|| Refusal::new(Cause::PromptUnsupported).with_detail(word))?;
            if !prompts.contains(&prompt) {
                prompts.push(prompt);
            }
        }
        if prompts.len() > 1 && prompts.contains(&Prompt::None) {
            return Err(Cause::PromptConflict.into());
        }
        Ok(Self(prompts))
    }

    /// Whether `prompt` was asked for.
    pub fn contains(&self, prompt: Prompt) -> bool {
        self.0.contains(&prompt)
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_a_set_of_known_values() {
        let prompts = Prompts::parse("login consent login").unwrap();

        assert!(prompts.contains(Prompt::Login) && prompts.contains(Prompt::Consent));
        assert!(!prompts.contains(Prompt::None) && !prompts.contains(Prompt::Create));
        assert!(Prompts::parse("none").unwrap().contains(Prompt::None));
        assert!(Prompts::parse("").unwrap().is_empty());
    }

    /// OC-06: `none` stands alone.
    #[test]
    fn none_beside_another_value_is_refused() {
        for bad in ["none login", "consent none", "none create"] {
            assert_eq!(Prompts::parse(bad).unwrap_err().cause, Cause::PromptConflict, "{bad}");
        }
    }

    #[test]
    fn an_unknown_value_is_refused() {
        for bad in ["register", "Login", "login,consent", "login none2"] {
            assert_eq!(Prompts::parse(bad).unwrap_err().cause, Cause::PromptUnsupported, "{bad}");
        }
    }
}
