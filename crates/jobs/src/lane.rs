//! The lanes of the outbox: what travels in each, and how it leaves.
//!
//! Owns sending one message and what its failure means. A lane never waits for another: relying parties that hang hold up
//! no mail (BL-04). Leaves the pace to `outbox`, the words of a mail to `issuer` and `pages`, and where the server may
//! connect to `outbound`. Back-Channel Logout 1.0 §2.5, §2.8.

use portreeve_domain::{Fault, OutboxMessage};
use portreeve_issuer::Issuer;
use portreeve_storage::outbox::OutboxRow;

use crate::mailer::{Mailer, NotSent};

/// How many mails are sent at once.
const MAILS_AT_ONCE: usize = 4;
/// How many relying parties are told at once: each may take the whole time of a request.
const NOTICES_AT_ONCE: usize = 16;

/// What is delivered side by side.
#[derive(Clone)]
pub(crate) enum Lane {
    /// Mails.
    Mails(Mailer),
    /// Logout tokens to relying parties.
    LogoutNotices,
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
}

impl Lane {
    /// The topic of its messages.
    pub(crate) const fn topic(&self) -> &'static str {
        match self {
            Self::Mails(_) => OutboxMessage::MAIL,
            Self::LogoutNotices => OutboxMessage::LOGOUT_NOTICE,
        }
    }

    /// How many of its messages are on their way at once: one that is stuck holds up nobody.
    pub(crate) const fn at_once(&self) -> usize {
        match self {
            Self::Mails(_) => MAILS_AT_ONCE,
            Self::LogoutNotices => NOTICES_AT_ONCE,
        }
    }

    /// Delivers a message, or finds that nobody is there to get it any more.
    pub(crate) async fn deliver(&self, issuer: &Issuer, row: &OutboxRow) -> Result<(), Undelivered> {
        match (self, &row.message) {
            (Self::Mails(mailer), OutboxMessage::Mail { .. }) => match issuer.outgoing_mail(row).await {
                Ok(Some(mail)) => mailer.send(&mail, issuer.ambient().now()).await.map_err(Undelivered::from),
                Ok(None) => Ok(()),
                Err(fault) => Err(unmade(&fault)),
            },
            (Self::LogoutNotices, OutboxMessage::LogoutNotice { client, user, sid }) => {
                match issuer.logout_notice(row.tenant, client, *user, sid).await {
                    Ok(Some(notice)) => post(issuer, &notice.uri, &notice.logout_token).await,
                    Ok(None) => Ok(()),
                    Err(fault) => Err(unmade(&fault)),
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

fn unmade(fault: &Fault) -> Undelivered {
    tracing::warn!(%fault, "a message could not be made; is tried again");
    Undelivered::WayClosed("the message could not be made".to_owned())
}

/// A relying party says 200 when it has signed the person out (§2.8); some say 204.
async fn post(issuer: &Issuer, uri: &str, logout_token: &str) -> Result<(), Undelivered> {
    match issuer.outbound().post_form(uri, &[("logout_token", logout_token)]).await {
        Ok(200 | 204) => Ok(()),
        Ok(status) => Err(Undelivered::NotTaken(format!("the relying party answered {status}"))),
        Err(error) => Err(Undelivered::NotTaken(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
