//! What can be wrong with a form, and how a page says it.
//!
//! Owns the causes a person can do something about and their texts. Deciding that one applies is the use case's
//! part; causes that would tell whether an account exists are not here (SECURITY rule 28).

use std::borrow::Cow;

use crate::frame::Frame;

/// Why a sign-in or a similar attempt failed as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInProblem {
    /// E-mail and password do not belong together; does not say which is wrong.
    WrongCredentials,
    /// Too many attempts; the next one counts after this time, in seconds.
    TooManyAttempts {
        /// Seconds until the next attempt.
        wait_seconds: u64,
    },
}

/// What is wrong with an e-mail address as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailProblem {
    /// Nothing was entered.
    Missing,
    /// It is not an e-mail address.
    Malformed,
    /// It is the account's address already.
    Same,
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameProblem {
    /// Nothing was entered.
    Missing,
    /// It has more characters than are stored.
    TooLong {
        /// Longest name, in characters.
        maximum: u32,
    },
}

/// What is wrong with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Nothing was entered.
    Missing,
    /// A known account's password is wrong (re-authentication).
    Wrong,
    /// A new password is too short.
    TooShort {
        /// Fewest characters.
        minimum: u32,
    },
    /// A new password is too long.
    TooLong {
        /// Most characters.
        maximum: u32,
    },
    /// A new password is among those that attackers try first.
    TooCommon,
    /// A new password is made of the person's own name or address.
    Personal,
}

/// What is wrong with the one-time code of an authenticator app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeProblem {
    /// Nothing was entered.
    Missing,
    /// It does not have the form of a code.
    Malformed,
    /// It is not the current code.
    Wrong,
    /// It was right and has been used before.
    AlreadyUsed,
    /// It was right, but of the usual length, where the account's codes are long by now.
    TooShort,
    /// Too many attempts; the next one counts after this time, in seconds.
    TooManyAttempts {
        /// Seconds until the next attempt.
        wait_seconds: u64,
    },
}

/// What is wrong with a recovery code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryCodeProblem {
    /// Nothing was entered.
    Missing,
    /// It is none of the account's codes.
    Wrong,
    /// It was right and has been used before.
    AlreadyUsed,
    /// Too many attempts; the next one counts after this time, in seconds.
    TooManyAttempts {
        /// Seconds until the next attempt.
        wait_seconds: u64,
    },
}

/// Why a passkey was not accepted, or not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyProblem {
    /// It came too late.
    Expired,
    /// No account here has it.
    Unknown,
    /// It was removed from its account.
    Removed,
    /// It belongs to another account.
    OtherAccount,
    /// The device has not verified the person.
    NotVerified,
    /// There may be a copy of it.
    Copied,
    /// The account has it, or has no room for more.
    NotAdded,
    /// Only certain models are accepted.
    ModelNotAllowed,
    /// Anything else is wrong with it.
    Invalid,
    /// Too many attempts; the next one counts after this time, in seconds.
    TooManyAttempts {
        /// Seconds until the next attempt.
        wait_seconds: u64,
    },
}

/// What is wrong with the code of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserCodeProblem {
    /// Nothing was entered.
    Missing,
    /// No device waits with this code.
    Unknown,
    /// Too many codes were tried; the next one counts after this time, in seconds.
    TooManyAttempts {
        /// Seconds until the next attempt.
        wait_seconds: u64,
    },
}

/// What is wrong with an answer about the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeProblem {
    /// Nothing was entered.
    Missing,
    /// It has more characters than are stored.
    TooLong {
        /// Most characters.
        maximum: u32,
    },
    /// It is no single line of text.
    NotALine,
    /// It is no telephone number with its country code.
    NotAPhoneNumber,
    /// It is no whole number, or a very large one.
    NotAnInteger,
    /// It is no day of the calendar.
    NotADate,
    /// It is none of those that can be chosen.
    NotAChoice,
}

/// What is missing before a device is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnDeviceProblem {
    /// The person has not said that the device is their own.
    NotConfirmed,
}

/// Something with a text for the person who filled in a form.
pub(crate) trait Explain {
    fn explain(&self, frame: &Frame) -> String;
}

/// The problems of one form, in the order of its fields; `None` as field means the form as a whole.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    lines: Vec<(Option<Cow<'static, str>>, String)>,
}

impl Problems {
    /// Adds a problem, if there is one, at the field with this element id.
    pub(crate) fn at_field(mut self, frame: &Frame, field: &'static str, problem: &Option<impl Explain>) -> Self {
        self.lines.extend(problem.iter().map(|problem| (Some(field.into()), problem.explain(frame))));
        self
    }

    /// Adds a text at the field with this element id.
    pub(crate) fn with(mut self, field: String, text: String) -> Self {
        self.lines.push((Some(field.into()), text));
        self
    }

    /// Adds a problem, if there is one, of the form as a whole.
    pub(crate) fn in_general(mut self, frame: &Frame, problem: &Option<impl Explain>) -> Self {
        self.lines.extend(problem.iter().map(|problem| (None, problem.explain(frame))));
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(crate) fn lines(&self) -> &[(Option<Cow<'static, str>>, String)] {
        &self.lines
    }

    /// Returns the problem of a field.
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.lines.iter().find(|(at, _)| at.as_deref() == Some(field)).map(|(_, text)| text.as_str())
    }

    /// Returns the value of `aria-describedby` for a field: its hint, if it has one, then its error.
    /// `None` when there is neither.
    pub(crate) fn described_by(&self, field: &str, hint: &str) -> Option<String> {
        let error = self.of(field).map(|_| format!("{field}-error"));
        match (hint.is_empty(), error) {
            (true, error) => error,
            (false, None) => Some(format!("{field}-hint")),
            (false, Some(error)) => Some(format!("{field}-hint {error}")),
        }
    }
}

impl Explain for SignInProblem {
    fn explain(&self, frame: &Frame) -> String {
        match self {
            Self::WrongCredentials => frame.text("problem-wrong-credentials"),
            Self::TooManyAttempts { wait_seconds } => too_many_attempts(frame, *wait_seconds),
        }
    }
}

impl Explain for EmailProblem {
    fn explain(&self, frame: &Frame) -> String {
        frame.text(match self {
            Self::Missing => "problem-email-missing",
            Self::Malformed => "problem-email-malformed",
            Self::Same => "problem-email-same",
        })
    }
}

impl Explain for NameProblem {
    fn explain(&self, frame: &Frame) -> String {
        match self {
            Self::Missing => frame.text("problem-name-missing"),
            Self::TooLong { maximum } => frame.text_count("problem-name-long", u64::from(*maximum)),
        }
    }
}

impl Explain for PasswordProblem {
    fn explain(&self, frame: &Frame) -> String {
        match self {
            Self::Missing => frame.text("problem-password-missing"),
            Self::Wrong => frame.text("problem-password-wrong"),
            Self::TooShort { minimum } => frame.text_count("problem-password-short", u64::from(*minimum)),
            Self::TooLong { maximum } => frame.text_count("problem-password-long", u64::from(*maximum)),
            Self::TooCommon => frame.text("problem-password-common"),
            Self::Personal => frame.text("problem-password-personal"),
        }
    }
}

impl Explain for CodeProblem {
    fn explain(&self, frame: &Frame) -> String {
        match self {
            Self::Missing => frame.text("problem-code-missing"),
            Self::Malformed => frame.text("problem-code-malformed"),
            Self::Wrong => frame.text("problem-code-wrong"),
            Self::AlreadyUsed => frame.text("problem-code-used"),
            Self::TooShort => frame.text("problem-code-short"),
            Self::TooManyAttempts { wait_seconds } => too_many_attempts(frame, *wait_seconds),
        }
    }
}

impl Explain for RecoveryCodeProblem {
    fn explain(&self, frame: &Frame) -> String {
        match self {
            Self::Missing => frame.text("problem-code-missing"),
            Self::Wrong => frame.text("problem-recovery-code-wrong"),
            Self::AlreadyUsed => frame.text("problem-recovery-code-used"),
            Self::TooManyAttempts { wait_seconds } => too_many_attempts(frame, *wait_seconds),
        }
    }
}

impl Explain for PasskeyProblem {
    fn explain(&self, frame: &Frame) -> String {
        let key = match self {
            Self::Expired => "problem-passkey-expired",
            Self::Unknown => "problem-passkey-unknown",
            Self::Removed => "problem-passkey-removed",
            Self::OtherAccount => "problem-passkey-other-account",
            Self::NotVerified => "problem-passkey-not-verified",
            Self::Copied => "problem-passkey-copied",
            Self::NotAdded => "problem-passkey-not-added",
            Self::ModelNotAllowed => "problem-passkey-model",
            Self::Invalid => "problem-passkey-invalid",
            Self::TooManyAttempts { wait_seconds } => return too_many_attempts(frame, *wait_seconds),
        };
        frame.text(key)
    }
}

impl Explain for UserCodeProblem {
    fn explain(&self, frame: &Frame) -> String {
        match self {
            Self::Missing => frame.text("problem-user-code-missing"),
            Self::Unknown => frame.text("problem-user-code-unknown"),
            Self::TooManyAttempts { wait_seconds } => too_many_attempts(frame, *wait_seconds),
        }
    }
}

impl Explain for AttributeProblem {
    fn explain(&self, frame: &Frame) -> String {
        let key = match self {
            Self::Missing => "problem-attribute-missing",
            Self::TooLong { maximum } => return frame.text_count("problem-attribute-long", u64::from(*maximum)),
            Self::NotALine => "problem-attribute-line",
            Self::NotAPhoneNumber => "problem-attribute-phone",
            Self::NotAnInteger => "problem-attribute-integer",
            Self::NotADate => "problem-attribute-date",
            Self::NotAChoice => "problem-attribute-choice",
        };
        frame.text(key)
    }
}

impl Explain for OwnDeviceProblem {
    fn explain(&self, frame: &Frame) -> String {
        match self {
            Self::NotConfirmed => frame.text("problem-own-device"),
        }
    }
}

fn too_many_attempts(frame: &Frame, wait_seconds: u64) -> String {
    format!("{} {}", frame.text("problem-too-many-attempts"), frame.wait(wait_seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2 §3.3.1, §1.3.1: hint and error are tied to the field, and nothing else is.
    #[test]
    fn a_field_is_described_by_what_stands_at_it() {
        let frame = Frame::default();
        let none = Problems::default();
        let some = Problems::default().at_field(&frame, "code", &Some(CodeProblem::Wrong));

        assert_eq!(none.described_by("code", ""), None);
        assert_eq!(none.described_by("code", "x").as_deref(), Some("code-hint"));
        assert_eq!(some.described_by("code", "").as_deref(), Some("code-error"));
        assert_eq!(some.described_by("code", "x").as_deref(), Some("code-hint code-error"));
        assert_eq!(some.described_by("email", ""), None);
    }

    #[test]
    fn a_problem_of_the_whole_form_belongs_to_no_field() {
        let frame = Frame::default();
        let problems = Problems::default().in_general(&frame, &Some(SignInProblem::WrongCredentials));

        assert!(!problems.is_empty());
        assert_eq!(problems.of("password"), None);
    }
}
