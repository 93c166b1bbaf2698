//! The lanes of the outbox: what travels in each, and how it leaves.
//!
//! Owns sending one message and what its failure means. A lane never waits for another: relying parties that hang hold up
//! no mail (BL-04). Leaves the pace to `outbox`, the words of a mail to `issuer` and `pages`, and where the server may
//! connect to `outbound`. Back-Channel Logout 1.0 §2.5, §2.8; CIBA Core §10.2, §10.3.

use portreeve_domain::{ClientId, Fault, OutboxMessage, TenantId, UserId};
use portreeve_issuer::{BackchannelNotice, Issuer};
use portreeve_storage::outbox::OutboxRow;
use tracing::{error, warn};

use crate::mailer::{Mailer, NotSent};
use crate::texter::{NotTexted, Texter};

/// How many mails, and how many text messages, are sent at once, each to another account: one that hangs holds up its own mails only, and gets them in
/// the order they were caused.
pub(crate) const MAILS_AT_ONCE: usize = 32;
/// How many relying parties are told at once: each may take the whole time of a request, and holds up its own notices only.
const NOTICES_AT_ONCE: usize = 32;

/// What is delivered side by side.
#[derive(Clone)]
pub(crate) enum Lane {
    /// Mails.
    Mails(Mailer),
    /// Text messages.
    TextMessages(Texter),
    /// Logout tokens to relying parties.
    LogoutNotices,
    /// Notifications of back-channel authentication to relying parties.
    BackchannelNotices,
}

/// Who gets a message: one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// An account, or a registration that has none yet.
    Account(UserId),
    /// A relying party of a tenant.
    RelyingParty(TenantId, ClientId),
}

/// Why a message has not arrived. Holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Undelivered {
    /// The way out is closed, which is no fault of the message.
    #[error("{0}")]
    WayClosed(String),
    /// This message was not taken.
    #[error("{0}")]
    NotTaken(String),
    /// The receiver says that it will not take it.
    #[error("{0}")]
    Unwelcome(String),
    /// The message is none this version knows.
    #[error("the message cannot be read")]
    Unreadable,
}

impl Receiver {
    /// Who gets this message.
    pub(crate) fn of(tenant: TenantId, message: &OutboxMessage) -> Self {
        match message {
            OutboxMessage::Mail { user, .. }
            | OutboxMessage::EmailChangeMail { user, .. }
            | OutboxMessage::EmailCodeMail { user, .. }
            | OutboxMessage::InvitationMail { invitation: user, .. }
            | OutboxMessage::NewDeviceMail { user, .. }
            | OutboxMessage::ApprovalMail { user, .. }
            | OutboxMessage::PhoneCodeText { user, .. }
            | OutboxMessage::FactorRecoveryText { user, .. } => Self::Account(*user),
            OutboxMessage::LogoutNotice { client, .. } | OutboxMessage::BackchannelNotice { client, .. } => {
                Self::RelyingParty(tenant, client.clone())
            }
        }
    }
}

impl Lane {
    /// The topic of its messages.
    pub(crate) const fn topic(&self) -> &'static str {
        match self {
            Self::Mails(_) => OutboxMessage::MAIL,
            Self::TextMessages(_) => OutboxMessage::TEXT_MESSAGE,
            Self::LogoutNotices => OutboxMessage::LOGOUT_NOTICE,
            Self::BackchannelNotices => OutboxMessage::BACKCHANNEL_NOTICE,
        }
    }

    /// How many of its messages are on their way at once: one that is stuck holds up nobody.
    pub(crate) const fn at_once(&self) -> usize {
        match self {
            Self::Mails(_) | Self::TextMessages(_) => MAILS_AT_ONCE,
            Self::LogoutNotices | Self::BackchannelNotices => NOTICES_AT_ONCE,
        }
    }

    /// Delivers a message, or finds that nobody is there to get it any more.
    pub(crate) async fn deliver(
        &self,
        issuer: &Issuer,
        row: &OutboxRow,
        message: Result<OutboxMessage, Fault>,
    ) -> Result<(), Undelivered> {
        let message = message.map_err(|fault| {
            error!(message = row.id.as_i64(), %fault, "a message cannot be read; others go on");
            Undelivered::Unreadable
        })?;
        match (self, &message) {
            (
                Self::Mails(mailer),
                OutboxMessage::Mail { .. }
                | OutboxMessage::EmailChangeMail { .. }
                | OutboxMessage::EmailCodeMail { .. }
                | OutboxMessage::InvitationMail { .. }
                | OutboxMessage::NewDeviceMail { .. }
                | OutboxMessage::ApprovalMail { .. },
            ) => match issuer.outgoing_mail(row, &message).await {
                Ok(Some(mail)) => mailer.send(&mail, issuer.ambient().now()).await.map_err(Undelivered::from),
                Ok(None) => Ok(()),
                Err(fault) => Err(unmade(row, &fault)),
            },
            (
                Self::TextMessages(texter),
                OutboxMessage::PhoneCodeText { .. } | OutboxMessage::FactorRecoveryText { .. },
            ) => match issuer.outgoing_text(row, &message).await {
                Ok(Some(text)) => texter.send(issuer, &text).await.map_err(Undelivered::from),
                Ok(None) => Ok(()),
                Err(fault) => Err(unmade(row, &fault)),
            },
            (Self::BackchannelNotices, OutboxMessage::BackchannelNotice { client, authentication }) => {
                match issuer.backchannel_notice(row.tenant, client, *authentication).await {
                    Ok(Some(notice)) => {
                        call(issuer, notice).await?;
                        let told = issuer.backchannel_told(row.tenant, *authentication).await;
                        told.map_err(|fault| unmade(row, &fault))
                    }
                    Ok(None) => Ok(()),
                    Err(fault) => Err(unmade(row, &fault)),
                }
            }
            (Self::LogoutNotices, OutboxMessage::LogoutNotice { client, user, sid }) => {
                match issuer.logout_notice(row.tenant, client, *user, sid).await {
                    Ok(Some(notice)) => post(issuer, &notice.uri, &notice.logout_token).await,
                    Ok(None) => Ok(()),
                    Err(fault) => Err(unmade(row, &fault)),
                }
            }
            // The topic stands beside the message, in the same row.
            _ => Err(Undelivered::NotTaken("a message of another topic".to_owned())),
        }
    }
}

impl From<NotSent> for Undelivered {
    fn from(reason: NotSent) -> Self {
        match reason {
            NotSent::Unreachable => Self::WayClosed(reason.to_string()),
            NotSent::Refused(_) | NotSent::Unwritable => Self::NotTaken(reason.to_string()),
        }
    }
}

impl From<NotTexted> for Undelivered {
    fn from(reason: NotTexted) -> Self {
        match reason {
            NotTexted::Unreachable(_) => Self::WayClosed(reason.to_string()),
            // Each try may be paid for.
            NotTexted::Refused(_) => Self::Unwelcome(reason.to_string()),
        }
    }
}

/// What cannot be made for now is tried again; what cannot be made at all counts against the message.
fn unmade(row: &OutboxRow, fault: &Fault) -> Undelivered {
    if fault.is_transient() {
        warn!(%fault, "a message could not be made; is tried again");
        return Undelivered::WayClosed("the message could not be made".to_owned());
    }
    error!(message = row.id.as_i64(), %fault, "a message cannot be made; others go on");
    Undelivered::NotTaken("the message cannot be made".to_owned())
}

/// A relying party says 200 when it has signed the person out (§2.8); some say 204.
async fn post(issuer: &Issuer, uri: &str, logout_token: &str) -> Result<(), Undelivered> {
    match issuer.outbound().post_form(uri, &[("logout_token", logout_token)]).await {
        Ok(200 | 204) => Ok(()),
        Ok(status) => Err(Undelivered::NotTaken(format!("the relying party answered {status}"))),
        Err(error) => Err(Undelivered::NotTaken(error.to_string())),
    }
}

/// A client says 204, or 200; to 401 and 403 it is not called again, and no redirect is followed (CIBA Core §10.2, §10.3).
async fn call(issuer: &Issuer, notice: BackchannelNotice) -> Result<(), Undelivered> {
    match issuer.outbound().post_json(&notice.uri, notice.token.expose(), notice.body).await {
        Ok(200 | 204) => Ok(()),
        Ok(status @ (401 | 403)) => Err(Undelivered::Unwelcome(format!("the relying party answered {status}"))),
        Ok(status) => Err(Undelivered::NotTaken(format!("the relying party answered {status}"))),
        Err(error) => Err(Undelivered::NotTaken(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
