//! What leaves the server: messages written with the change that causes them, delivered afterwards.
//!
//! Owns what can be sent and how long to wait after a failure. Leaves rows to `storage` and sending to `jobs`.

use serde::{Deserialize, Serialize};

use crate::{BackchannelAuthenticationId, ClientId, EmailChangeId, JourneyId, Lifetime, SessionId, UserId};

/// Why a mail is sent. The secret link is minted when it is sent, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailPurpose {
    /// A link to set a new password.
    PasswordReset,
    /// A link to prove a new account's address.
    VerifyEmail,
    /// Somebody tried to register with an address that has an account.
    AccountExists,
    /// The password was changed.
    PasswordChanged,
    /// A second factor was added.
    FactorAdded,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was refused because there may be a copy of it.
    PasskeyCopied,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A second factor was removed.
    FactorRemoved,
    /// Recovery codes were made anew.
    RecoveryCodesRenewed,
    /// A link to make a new address that of an account; goes to the new one.
    ConfirmEmailChange,
    /// The address was changed; goes to the former one.
    EmailChanged,
    /// The account will be deleted.
    DeletionRequested,
    /// It will not.
    DeletionCancelled,
    /// Somebody wanted an address that has an account for another one.
    AddressTaken,
    /// Second factors are said to be lost, and will be removed.
    FactorRecoveryRequested,
    /// They can be: the link.
    FactorRecoveryDue,
    /// They will not be.
    FactorRecoveryStopped,
}

/// A message for the outbox: purpose and account, never an address or a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "topic", rename_all = "snake_case")]
pub enum OutboxMessage {
    /// A mail to the verified address of an account (for `VerifyEmail`: to the one to be verified).
    Mail {
        /// Why.
        purpose: MailPurpose,
        /// To whom: an account, or the registration of `journey` that has none yet.
        user: UserId,
        /// The language it is written in, as a tag.
        locale: String,
        /// The journey it was caused on: a registration's address stands there, and its link leads back to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        journey: Option<JourneyId>,
    },
    /// A mail about a change of an account's address: to the new one, which is to confirm it, or to the former one.
    EmailChangeMail {
        /// `ConfirmEmailChange`, `EmailChanged`, or `DeletionRequested` for the former address.
        purpose: MailPurpose,
        /// Which change.
        change: EmailChangeId,
        /// Whose account.
        user: UserId,
        /// The language it is written in, as a tag.
        locale: String,
    },
    /// A mail with a code to sign in on a journey; the code is made when it is sent.
    EmailCodeMail {
        /// The journey that waits for it.
        journey: JourneyId,
        /// Whose account.
        user: UserId,
        /// The language it is written in, as a tag.
        locale: String,
    },
    /// A mail with the link of an invitation.
    InvitationMail {
        /// Which: what its links have in the place of a person.
        invitation: UserId,
        /// The language it is written in, as a tag.
        locale: String,
    },
    /// A mail to the person who has signed in at a browser that was not known for the account.
    NewDeviceMail {
        /// The session that began.
        session: SessionId,
        /// Whose account.
        user: UserId,
        /// The language it is written in, as a tag.
        locale: String,
    },
    /// A mail to the person whom a client wants to have authenticated: where to decide.
    ApprovalMail {
        /// Which request.
        authentication: BackchannelAuthenticationId,
        /// To whom.
        user: UserId,
    },
    /// A text message with the code that proves the number of an account, made when it is sent, of the number of the request: the same however
    /// often that is.
    PhoneCodeText {
        /// Which request; only the newest of a person is sent.
        request: i64,
        /// Whose account.
        user: UserId,
        /// The language it is written in, as a tag.
        locale: String,
    },
    /// A text message to the proven number of an account: second factors are said to be lost, and will be removed.
    FactorRecoveryText {
        /// Whose account.
        user: UserId,
        /// The language it is written in, as a tag.
        locale: String,
    },
    /// A notification to the client that a person has decided, or that the time is over (CIBA Core §10.2, §10.3).
    BackchannelNotice {
        /// Whom to tell.
        client: ClientId,
        /// Of which request.
        authentication: BackchannelAuthenticationId,
    },
    /// A logout token to a relying party (Back-Channel Logout §2.5).
    LogoutNotice {
        /// Whom to tell.
        client: ClientId,
        /// Whose session it was.
        user: UserId,
        /// The session's `sid`.
        sid: String,
    },
}

impl OutboxMessage {
    /// The topic of mails.
    pub const MAIL: &'static str = "mail";
    /// The topic of text messages.
    pub const TEXT_MESSAGE: &'static str = "text_message";
    /// The topic of logout tokens.
    pub const LOGOUT_NOTICE: &'static str = "logout_notice";
    /// The topic of notifications of back-channel authentication.
    pub const BACKCHANNEL_NOTICE: &'static str = "backchannel_notice";

    /// The topic stored beside the payload.
    pub const fn topic(&self) -> &'static str {
        match self {
            Self::Mail { .. }
            | Self::EmailChangeMail { .. }
            | Self::EmailCodeMail { .. }
            | Self::InvitationMail { .. }
            | Self::NewDeviceMail { .. }
            | Self::ApprovalMail { .. } => Self::MAIL,
            Self::PhoneCodeText { .. } | Self::FactorRecoveryText { .. } => Self::TEXT_MESSAGE,
            Self::BackchannelNotice { .. } => Self::BACKCHANNEL_NOTICE,
            Self::LogoutNotice { .. } => Self::LOGOUT_NOTICE,
        }
    }
}

/// How long to wait before try `attempts + 1`: 5 s doubled each time, at most `cap`, plus up to a quarter of jitter.
///
/// `jitter` is a random byte: what failed together must not come back together.
pub fn backoff(attempts: u32, cap: Lifetime, jitter: u8) -> Lifetime {
    let base = Lifetime::from_seconds(5).as_millis() << attempts.min(12);
    let capped = base.min(cap.as_millis());
    Lifetime::from_millis(capped + capped / 4 * i64::from(jitter) / 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// retries thin out to the cap and never overflow; jitter also counts at the cap.
    #[test]
    fn waiting_doubles_up_to_the_cap() {
        let hour = Lifetime::from_hours(1);

        assert_eq!(backoff(0, hour, 0), Lifetime::from_seconds(5));
        assert_eq!(backoff(3, hour, 0), Lifetime::from_seconds(40));
        assert_eq!(backoff(u32::MAX, hour, 0), hour);
        assert_eq!(backoff(u32::MAX, hour, 255), Lifetime::from_minutes(75));
    }
}
