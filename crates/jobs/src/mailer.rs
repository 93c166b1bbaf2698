//! How mail leaves: to a mail server, into a folder, or not at all.
//!
//! Owns the ways, how long they may take and what their failures mean. A password never crosses the network in the clear.
//! Leaves connections to `mail_server`. RFC 5321.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lettre::Message;
use lettre::message::Mailbox;
use lettre::transport::smtp;
use portreeve_domain::Timestamp;
use portreeve_issuer::OutgoingMail;
use tokio::fs;
use tokio::time::timeout;

use crate::letter;
use crate::mail_server::{MailServer, leave};
use crate::mailbox::put;

/// How long one mail may take, so that a server that never answers holds up few others, and that shortly.
const SEND: Duration = Duration::from_secs(30);
/// How long a mail server may take to let us in, when somebody waits for the answer.
const REACH: Duration = Duration::from_secs(5);
/// Replies of a mail server that speak of us, not of the mail: authentication is needed, wrong or too weak (RFC 4954 §6).
const ABOUT_US: [u16; 4] = [530, 534, 535, 538];

/// Sends mails. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    way: Way,
}

#[derive(Clone)]
enum Way {
    Off,
    Folder { folder: PathBuf, sender: Mailbox },
    Server { server: Arc<MailServer>, sender: Mailbox },
}

/// Why a mailer cannot be made of the settings.
#[derive(Debug, thiserror::Error)]
pub enum MailerRefused {
    /// The sender is not `name@domain` or `Name <name@domain>`.
    #[error("the sender is not an address; write it as name@domain or Name <name@domain>")]
    Sender,
    /// The URL is not one of a mail server. The library's words are kept back: they may quote a password.
    #[error(
        "the address of the mail server is not usable; write smtps://user:password@host or smtp://host?tls=required"
    )]
    Url,
    /// The URL has a password and does not ask for TLS.
    #[error("a password would be sent in the clear; use smtps:// or add ?tls=required")]
    PasswordInTheClear,
}

/// Why a mail was not sent. Holds no personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The way out is closed: nothing is wrong with this mail.
    #[error("the mail server is away or does not let us in")]
    Unreachable,
    /// The server did not take this mail, with this reply code.
    #[error("the mail server answered {0}")]
    Refused(u16),
    /// The mail cannot be written.
    #[error("the mail cannot be written")]
    Unwritable,
}

impl Mailer {
    /// Sends nothing; mails wait in the outbox.
    pub fn off() -> Self {
        Self { way: Way::Off }
    }

    /// Writes each mail to `folder` as `{time}-{id}.eml`: whole files only, readable by their owner alone.
    ///
    /// # Errors
    /// `Sender`.
    pub fn folder(folder: impl Into<PathBuf>, sender: &str) -> Result<Self, MailerRefused> {
        Ok(Self { way: Way::Folder { folder: folder.into(), sender: read_sender(sender)? } })
    }

    /// Sends to the server at `url`: `smtps://user:password@host[:465]` (TLS), `smtp://…@host[:587]?tls=required`
    /// (STARTTLS), or `smtp://host[:25]` without a password.
    ///
    /// # Errors
    /// `Url`, `PasswordInTheClear`, `Sender`.
    pub fn smtp(url: &str, sender: &str) -> Result<Self, MailerRefused> {
        let sender = read_sender(sender)?;
        let server = MailServer::parse(url).ok_or(MailerRefused::Url)?;
        let authority = url.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?']).next().unwrap_or_default();
        if authority.contains('@') && !server.is_encrypted() {
            return Err(MailerRefused::PasswordInTheClear);
        }
        Ok(Self { way: Way::Server { server: Arc::new(server), sender } })
    }

    /// Finds out whether mails could leave now, without sending one: the folder takes files, or the server lets us in.
    ///
    /// # Errors
    /// `Unreachable`, also when nothing is ever sent.
    pub async fn reach(&self) -> Result<(), NotSent> {
        let is_reached = match &self.way {
            Way::Off => false,
            Way::Folder { folder, .. } => {
                let probe = folder.join(".probe");
                fs::write(&probe, []).await.is_ok() && fs::remove_file(&probe).await.is_ok()
            }
            Way::Server { server, .. } => match timeout(REACH, server.open()).await {
                Ok(Ok(connection)) => {
                    leave(connection).await;
                    true
                }
                Ok(Err(_)) | Err(_) => false,
            },
        };
        if is_reached { Ok(()) } else { Err(NotSent::Unreachable) }
    }

    pub(crate) fn is_off(&self) -> bool {
        matches!(self.way, Way::Off)
    }

    /// Writes and sends a mail; `now` is its date.
    pub(crate) async fn send(&self, mail: &OutgoingMail, now: Timestamp) -> Result<(), NotSent> {
        match &self.way {
            Way::Off => Err(NotSent::Unreachable),
            Way::Folder { folder, sender } => {
                let message = write(mail, sender, now)?;
                let name = format!("{}-{}", mail.about.as_millis(), mail.id);
                put(folder, &name, "eml", &message.formatted()).await.map_err(|error| {
                    tracing::warn!(%error, "a mail cannot be put into the folder");
                    NotSent::Unreachable
                })
            }
            Way::Server { server, sender } => {
                let message = write(mail, sender, now)?;
                match timeout(SEND, server.hand_over(&message)).await {
                    Ok(Ok(connection)) => {
                        leave(connection).await;
                        Ok(())
                    }
                    Ok(Err(error)) => Err(why(&error)),
                    // The connection is gone with it, and so is the reply that may still come.
                    Err(_) => Err(NotSent::Unreachable),
                }
            }
        }
    }
}

fn read_sender(text: &str) -> Result<Mailbox, MailerRefused> {
    text.parse().map_err(|_| MailerRefused::Sender)
}

fn write(mail: &OutgoingMail, sender: &Mailbox, now: Timestamp) -> Result<Message, NotSent> {
    letter::write(mail, sender, now).map_err(|error| {
        tracing::error!(%error, source = error_source(&error), "a mail cannot be written");
        NotSent::Unwritable
    })
}

fn error_source(error: &letter::Unwritable) -> Option<String> {
    std::error::Error::source(error).map(ToString::to_string)
}

/// The reply's text is left out: servers like to repeat the address in it.
fn why(error: &smtp::Error) -> NotSent {
    match error.status().map(u16::from) {
        Some(code) if !ABOUT_US.contains(&code) => NotSent::Refused(code),
        _ => NotSent::Unreachable,
    }
}

#[cfg(test)]
mod tests;
