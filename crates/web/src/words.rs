//! Which words of `pages` stand for which refusal of `issuer`.

use portreeve_domain::EmailError;
use portreeve_issuer::{self as issuer, MailContent, NameRefusal, PasswordRefusal};
use portreeve_pages::{EmailProblem, NameProblem, PasskeyProblem, PasswordProblem};

/// What is said about an address.
pub(crate) fn email_problem(error: EmailError) -> EmailProblem {
    match error {
        EmailError::Missing => EmailProblem::Missing,
        EmailError::TooLong | EmailError::Malformed | EmailError::Confusable => EmailProblem::Malformed,
    }
}

/// What is said about a name.
pub(crate) fn name_problem(refusal: NameRefusal) -> NameProblem {
    match refusal {
        NameRefusal::Missing => NameProblem::Missing,
        NameRefusal::TooLong { maximum } => NameProblem::TooLong { maximum: count(maximum) },
    }
}

/// What is said about a new password.
pub(crate) fn password_problem(refusal: PasswordRefusal) -> PasswordProblem {
    match refusal {
        PasswordRefusal::Missing => PasswordProblem::Missing,
        PasswordRefusal::TooShort { minimum } => PasswordProblem::TooShort { minimum: count(minimum) },
        PasswordRefusal::TooLong { maximum } => PasswordProblem::TooLong { maximum: count(maximum) },
        PasswordRefusal::TooCommon => PasswordProblem::TooCommon,
        PasswordRefusal::Personal => PasswordProblem::Personal,
    }
}

/// What is said about a passkey.
pub(crate) fn passkey_problem(problem: issuer::PasskeyProblem) -> PasskeyProblem {
    match problem {
        issuer::PasskeyProblem::Expired => PasskeyProblem::Expired,
        issuer::PasskeyProblem::Unknown => PasskeyProblem::Unknown,
        issuer::PasskeyProblem::Removed => PasskeyProblem::Removed,
        issuer::PasskeyProblem::OtherAccount => PasskeyProblem::OtherAccount,
        issuer::PasskeyProblem::NotVerified => PasskeyProblem::NotVerified,
        issuer::PasskeyProblem::Copied => PasskeyProblem::Copied,
        issuer::PasskeyProblem::NotAdded => PasskeyProblem::NotAdded,
        issuer::PasskeyProblem::ModelNotAllowed => PasskeyProblem::ModelNotAllowed,
        issuer::PasskeyProblem::Invalid => PasskeyProblem::Invalid,
    }
}

/// How long a mailed link works.
pub(crate) fn link_minutes() -> u32 {
    u32::try_from(MailContent::LINK_MINUTES).unwrap_or(u32::MAX)
}

/// A limit as pages count.
pub(crate) fn count(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}
