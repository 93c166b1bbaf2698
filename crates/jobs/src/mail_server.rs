//! A mail server: where it is, how it lets us in, and how a mail is handed over to it.
//!
//! Owns connections. Each mail has one of its own: on one that is used again, a reply that comes too late for one mail
//! would be read as that to the next. Leaves how long it may take and what a failure means to `mailer`. RFC 5321, RFC 3207
//! (STARTTLS), RFC 8314 (implicit TLS), RFC 4954 (authentication).

use std::borrow::Cow;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use tokio::time::timeout;
use url::Url;

/// How long a server may take to answer `QUIT`.
const GOODBYE: Duration = Duration::from_secs(2);

/// A mail server, as settings name it. Has no `Debug`: it holds a password.
pub(crate) struct MailServer {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    /// What we greet it with: the name of this machine, unless another is set.
    greeting: ClientId,
}

impl MailServer {
    /// Reads `smtps://`, `smtp://…?tls=required`, `smtp://…?tls=opportunistic` or `smtp://`, with a host, and if they are
    /// there with a user and a password (both percent-encoded), a port, and as the path the name to greet with. `None` for
    /// everything else.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        let host = url.host_str()?.to_owned();
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value);
        let parameters = || TlsParameters::new(host.clone()).ok();
        let (port, tls) = match (url.scheme(), tls.as_deref()) {
            ("smtp", None) => (SMTP_PORT, Tls::None),
            ("smtp", Some("required")) => (SUBMISSION_PORT, Tls::Required(parameters()?)),
            ("smtp", Some("opportunistic")) => (SUBMISSION_PORT, Tls::Opportunistic(parameters()?)),
            ("smtps", _) => (SUBMISSIONS_PORT, Tls::Wrapper(parameters()?)),
            _ => return None,
        };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned);
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(decoded(url.username())?, decoded(password)?)),
            None => None,
        };
        let greeting = match url.path().trim_matches('/') {
            "" => ClientId::default(),
            name => ClientId::Domain(name.to_owned()),
        };
        Some(Self { port: url.port().unwrap_or(port), host, tls, credentials, greeting })
    }

    /// Whether nothing but a greeting is said before there is TLS.
    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self.tls, Tls::Required(_) | Tls::Wrapper(_))
    }

    /// Connects and signs in, however long the server takes.
    ///
    /// # Errors
    /// What the server answered, or why there is no connection.
    pub(crate) async fn open(&self) -> Result<AsyncSmtpConnection, Error> {
        let wrapped = match &self.tls {
            Tls::Wrapper(parameters) => Some(parameters.clone()),
            Tls::None | Tls::Opportunistic(_) | Tls::Required(_) => None,
        };
        let address = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, None, &self.greeting, wrapped, None).await?;
        match &self.tls {
            Tls::Required(parameters) => connection.starttls(parameters.clone(), &self.greeting).await?,
            Tls::Opportunistic(parameters) if connection.can_starttls() => {
                connection.starttls(parameters.clone(), &self.greeting).await?;
            }
            Tls::None | Tls::Opportunistic(_) | Tls::Wrapper(_) => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// Hands a mail over on a connection of its own, which is left to take leave of: the server has the mail then.
    ///
    /// # Errors
    /// As `open`.
    pub(crate) async fn hand_over(&self, message: &Message) -> Result<AsyncSmtpConnection, Error> {
        let mut connection = self.open().await?;
        connection.send(message.envelope(), &message.formatted()).await?;
        Ok(connection)
    }
}

/// Takes leave of a server (RFC 5321 §4.1.1.10). What it says to that, if anything, changes nothing any more.
pub(crate) async fn leave(mut connection: AsyncSmtpConnection) {
    drop(timeout(GOODBYE, connection.quit()).await);
}
