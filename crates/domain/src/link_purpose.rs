//! What a one-time link is for.

/// The purpose of a link; it works for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkPurpose {
    /// Mailed: set a new password.
    PasswordReset,
    /// Mailed: prove an address.
    VerifyEmail,
    /// Handed over by an operator: set the password of an account, which may be the first one.
    AccountSetup,
}

impl LinkPurpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::PasswordReset, Self::VerifyEmail, Self::AccountSetup];

    /// The word stored with a link.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
            Self::VerifyEmail => "verify_email",
            Self::AccountSetup => "account_setup",
        }
    }

    /// The purpose that `name` stands for; `None` for any other word.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}
