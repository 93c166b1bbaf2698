//! What a one-time link is for.

use crate::{Lifetime, lifetimes};

/// The purpose of a link; it works for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkPurpose {
    /// Mailed: set a new password.
    PasswordReset,
    /// Mailed: prove an address.
    VerifyEmail,
    /// Handed over by an operator: set the password of an account, which may be the first one.
    AccountSetup,
    /// Mailed with the notice of a change: say that it was somebody else's.
    NotMe,
    /// Mailed to a new address: make it the address of an account.
    ConfirmEmailChange,
    /// Mailed to the former address: make it the address of the account again.
    UndoEmailChange,
    /// Mailed when the wait is over: remove second factors that are lost.
    FactorRecovery,
    /// Mailed: accept an invitation.
    Invitation,
}

impl LinkPurpose {
    /// Every purpose.
    pub const ALL: [Self; 8] = [
        Self::PasswordReset,
        Self::VerifyEmail,
        Self::AccountSetup,
        Self::NotMe,
        Self::ConfirmEmailChange,
        Self::UndoEmailChange,
        Self::FactorRecovery,
        Self::Invitation,
    ];

    /// Those that a new password or a new address ends. Whoever took an account over sets both: the way back of the former
    /// address must outlive them. What a lost factor is removed by lives and dies with its request.
    pub const OF_NOW: [Self; 5] =
        [Self::PasswordReset, Self::VerifyEmail, Self::AccountSetup, Self::NotMe, Self::ConfirmEmailChange];

    /// Those that a wish to delete the account ends. Whoever took it over may wish that: what says that it was somebody else, and
    /// keeps the account, must outlive the wish.
    pub const OF_DELETION: [Self; 4] =
        [Self::PasswordReset, Self::VerifyEmail, Self::AccountSetup, Self::ConfirmEmailChange];

    /// The word stored with a link.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
            Self::VerifyEmail => "verify_email",
            Self::AccountSetup => "account_setup",
            Self::NotMe => "not_me",
            Self::ConfirmEmailChange => "confirm_email_change",
            Self::UndoEmailChange => "undo_email_change",
            Self::FactorRecovery => "factor_recovery",
            Self::Invitation => "invitation",
        }
    }

    /// How long a link works at most, from its making; that of an invitation ends with it. A notice is read when its owner is back from a journey.
    pub const fn lifetime(self) -> Lifetime {
        match self {
            Self::PasswordReset | Self::VerifyEmail | Self::AccountSetup | Self::ConfirmEmailChange => {
                lifetimes::MAILED_LINK
            }
            Self::NotMe | Self::UndoEmailChange | Self::FactorRecovery => lifetimes::NOTICE_LINK,
            Self::Invitation => lifetimes::LONGEST_INVITATION,
        }
    }

    /// The purpose that `name` stands for; `None` for any other word.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}
