//! A mail as it goes out: to whom, in whose name, and what it tells.
//!
//! Owns the shape in which `jobs` gets it. Leaves who gets one to `mails`, and its words to `pages`.

use portreeve_domain::{Branding, Timestamp, lifetimes};

use crate::session_origin::Origin;

/// A mail as it goes out. Has no `Debug`: it holds an address and a secret.
pub struct OutgoingMail {
    /// The canonical address.
    pub to: String,
    /// The same for every try of the same mail, so that a receiver can tell a repetition: 27 characters that may stand
    /// before the `@` of a `Message-ID`.
    pub id: String,
    /// The display name of the tenant.
    pub tenant_name: String,
    /// Whether there are no passwords that it could speak of.
    pub passwordless: bool,
    /// How the tenant presents itself.
    pub branding: Branding,
    /// The language, as a tag.
    pub locale: String,
    /// What it tells.
    pub content: MailContent,
    /// When that happened.
    pub about: Timestamp,
}

/// A code, and a link that fills it in.
#[derive(Clone)]
pub struct MailedCode {
    /// Six digits; 24 in groups when it is long.
    pub text: String,
    /// Whether it is long, after too many wrong ones.
    pub is_long: bool,
    /// Where it is filled in, in the browser that asked for it.
    pub link: String,
}

/// What a mail tells. Links are absolute.
pub enum MailContent {
    /// A link to choose a new password.
    PasswordReset {
        /// The link.
        link: String,
    },
    /// A link to prove an address.
    VerifyEmail {
        /// The link.
        link: String,
    },
    /// A code to sign in.
    EmailCode(MailedCode),
    /// A code to confirm a sign-in that is unusual, by whoever has the password.
    ConfirmSignIn {
        /// The code.
        code: MailedCode,
        /// From where and with what.
        origin: Origin,
    },
    /// Somebody tried to register with the address of this account.
    AccountExists {
        /// Where to sign in.
        sign_in_link: String,
    },
    /// A link to make this address that of an account.
    ConfirmEmailChange {
        /// The link.
        link: String,
    },
    /// The account that had this address has another one.
    EmailChanged {
        /// Where to say that it was somebody else, and have it back.
        undo_link: String,
    },
    /// Somebody wanted the address of this account for another one.
    AddressTaken {
        /// Where to sign in.
        sign_in_link: String,
    },
    /// The account will be deleted.
    DeletionRequested {
        /// When.
        due_at: Timestamp,
        /// Where to sign in and keep it.
        sign_in_link: String,
        /// Where to say that it was somebody else, and keep it.
        not_me_link: String,
    },
    /// The account that had this address until lately will be deleted.
    FormerDeletionRequested {
        /// When.
        due_at: Timestamp,
        /// Where to say that it was somebody else, and have address and account back.
        undo_link: String,
        /// Until when the link works.
        undo_until: Timestamp,
    },
    /// It will not: somebody signed in, or said that the wish was not theirs.
    DeletionCancelled {
        /// Where to say that it was somebody else.
        not_me_link: String,
    },
    /// Somebody signed in at a browser that was not known.
    NewDevice {
        /// From where and with what.
        origin: Origin,
        /// Where to say that it was somebody else.
        not_me_link: String,
    },
    /// Second factors are said to be lost, and will be removed.
    FactorRecoveryRequested {
        /// When.
        due_at: Timestamp,
        /// Where to say that it was somebody else.
        not_me_link: String,
    },
    /// They can be removed now.
    FactorRecoveryDue {
        /// Where.
        link: String,
    },
    /// How the person signs in has changed.
    Notice {
        /// What changed.
        of: NoticeOf,
        /// Where to say that it was somebody else.
        not_me_link: String,
    },
    /// Somebody is invited to have an account.
    Invitation {
        /// Where to accept.
        link: String,
        /// Until when.
        expires_at: Timestamp,
    },
    /// A client wants the person authenticated.
    ApprovalWanted {
        /// Where to decide.
        link: String,
        /// For how many minutes.
        minutes: i64,
    },
}

/// A change of how a person signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeOf {
    /// Another password.
    PasswordChanged,
    /// An authenticator app, also in the place of another.
    TotpSetUp,
    /// The authenticator app was removed.
    FactorRemoved,
    /// New recovery codes.
    RecoveryCodesRenewed,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A passkey was refused because there may be a copy of it.
    PasskeyCopied,
    /// Second factors that were said to be lost stay.
    FactorRecoveryStopped,
}

impl MailContent {
    /// How long a mailed link works, in minutes.
    pub const LINK_MINUTES: i64 = lifetimes::MAILED_LINK.as_seconds() / 60;
    /// How long a mailed code works, in minutes.
    pub const CODE_MINUTES: i64 = lifetimes::EMAIL_CODE.as_seconds() / 60;
}
