//! The keys a client or a trusted issuer signs with, and those that a client is encrypted to: registered with it, or fetched from where it publishes them.
//!
//! Owns when published keys are read again: after ten minutes, and when a signature names a key that is not among them
//! (OIDC Core §10.1.1) or a client shows a certificate that is not (RFC 8705 §2.2.2), the latter once a minute for one
//! client, whatever is sent in its name (S-055). Each set of keys is parsed once. Leaves fetching to `outbound` and the rules for keys to `jose`.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use portreeve_domain::{Client, TrustedIssuer};
use portreeve_jose::{KeyManagement, KeySet, KeySetError, RecipientKeys};
use portreeve_oidc::certificate;
use portreeve_outbound::{Document, Expected, OutboundError};
use serde_json::Value;

use crate::Issuer;
use crate::directory::TenantDirectory;

/// How old published keys may be.
const MAX_AGE: Duration = Duration::from_secs(600);
/// How often they are read again because a key is missed.
const RENEWED_AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// A key set as it was parsed: to verify with.
type Parsed = Result<Arc<KeySet>, NoKeys>;
/// The same set, to encrypt to.
type ParsedRecipients = Result<Arc<RecipientKeys>, NoKeys>;

/// Where the keys of a signer are.
#[derive(Clone, Copy)]
pub(crate) enum KeySource<'a> {
    /// They are registered.
    Registered(&'a Value),
    /// They are published at this address.
    Published(&'a str),
}

impl<'a> KeySource<'a> {
    /// Where the keys of a client are. Those of one that is switched off are not fetched.
    ///
    /// # Errors
    /// `None` when there are none.
    fn of_client(client: &'a Client) -> Result<Self, NoKeys> {
        match (&client.metadata.jwks, client.metadata.jwks_uri.as_deref()) {
            (Some(jwks), _) => Ok(Self::Registered(jwks)),
            (None, Some(uri)) if client.disabled_at.is_none() => Ok(Self::Published(uri)),
            (None, _) => Err(NoKeys::None),
        }
    }

    /// Where the keys of a trusted issuer are; `None` when it has none, which no resource file allows.
    pub(crate) fn of(trusted: &'a TrustedIssuer) -> Option<Self> {
        match (&trusted.jwks, &trusted.jwks_uri) {
            (Some(jwks), _) => Some(Self::Registered(jwks)),
            (None, Some(uri)) => Some(Self::Published(uri)),
            (None, None) => None,
        }
    }
}

/// What is known of one signer's keys. Lives as long as the snapshot of the directory.
#[derive(Default)]
pub(crate) struct ClientKeys {
    registered: OnceLock<Parsed>,
    recipients: OnceLock<ParsedRecipients>,
    published: ArcSwapOption<Published>,
}

/// A fetched document with what it says.
struct Published {
    document: Arc<Document>,
    keys: Parsed,
    recipients: OnceLock<ParsedRecipients>,
}

/// Why there are no keys to verify with; for logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoKeys {
    /// The client has none.
    None,
    /// The set breaks a rule.
    Unusable(KeySetError),
    /// None of them can be encrypted to in this way.
    NoneFits(KeyManagement),
    /// The document is no JSON.
    NotJson,
    /// The document could not be had.
    NotFetched(OutboundError),
}

impl Issuer {
    /// The keys of a client; `key_id` is the key a signature names, so that a new one is looked for where it is published.
    ///
    /// # Errors
    /// Why there are none; nothing of it is our fault.
    pub(crate) async fn keys_of(&self, at: &TenantDirectory, client: &Client, key_id: Option<&str>) -> Parsed {
        let known = at.client_keys.get(&client.id).ok_or(NoKeys::None)?;
        self.signer_keys(at, known, KeySource::of_client(client)?, key_id).await
    }

    /// Whether a certificate, DER, is one that a client registered or publishes (RFC 8705 §2.2.2). Published ones are looked for
    /// anew when it is not among them.
    ///
    /// # Errors
    /// Why there are none; nothing of it is our fault.
    pub(crate) async fn is_certificate_of(
        &self,
        at: &TenantDirectory,
        client: &Client,
        der: &[u8],
    ) -> Result<bool, NoKeys> {
        let now = self.ambient.now();
        let uri = match KeySource::of_client(client)? {
            KeySource::Registered(jwks) => return Ok(certificate::is_registered(der, jwks, now)),
            KeySource::Published(uri) => uri,
        };
        let known = at.client_keys.get(&client.id).ok_or(NoKeys::None)?;
        let is_in = |document: &Arc<Document>| {
            // A set that breaks a rule authenticates nobody, whatever is asked of it.
            known.published(document)?;
            Ok(certificate::is_registered(der, &read(document)?, now))
        };
        let asked_at = Instant::now();
        let document = self.outbound.fetch(at.id(), uri, Expected::JwkSet, MAX_AGE).await;
        let document = document.map_err(NoKeys::NotFetched)?;
        let is_known = is_in(&document)?;
        if is_known || document.fetched_at > asked_at {
            return Ok(is_known);
        }
        let renewed = self.outbound.renew(at.id(), uri, Expected::JwkSet, RENEWED_AT_MOST_EVERY).await;
        let renewed = renewed.map_err(NoKeys::NotFetched)?;
        is_in(&renewed)
    }

    /// The keys that something is encrypted to a client with, one for `algorithm` among them; they are looked for anew where
    /// they are published when there is none. Afterwards they are at hand in [`TenantDirectory::recipient_keys`].
    ///
    /// # Errors
    /// Why there are none; nothing of it is our fault.
    pub(crate) async fn fetch_recipient(
        &self,
        at: &TenantDirectory,
        client: &Client,
        algorithm: KeyManagement,
    ) -> Result<(), NoKeys> {
        // Whether they can be verified with is another matter.
        if let Err(NoKeys::NotFetched(error)) = self.keys_of(at, client, None).await {
            return Err(NoKeys::NotFetched(error));
        }
        if at.recipient_keys(client).is_ok_and(|keys| keys.fit(algorithm)) {
            return Ok(());
        }
        if let (None, Some(uri), Some(known)) =
            (&client.metadata.jwks, &client.metadata.jwks_uri, at.client_keys.get(&client.id))
        {
            let renewed = self.outbound.renew(at.id(), uri, Expected::JwkSet, RENEWED_AT_MOST_EVERY).await;
            // What they say for signatures is not asked here.
            drop(known.published(&renewed.map_err(NoKeys::NotFetched)?));
        }
        match at.recipient_keys(client)?.fit(algorithm) {
            true => Ok(()),
            false => Err(NoKeys::NoneFits(algorithm)),
        }
    }

    /// The keys of a signer, of whom `known` is known; `key_id` as for `keys_of`.
    ///
    /// # Errors
    /// Why there are none; nothing of it is our fault.
    pub(crate) async fn signer_keys(
        &self,
        at: &TenantDirectory,
        known: &ClientKeys,
        source: KeySource<'_>,
        key_id: Option<&str>,
    ) -> Parsed {
        let uri = match source {
            KeySource::Registered(jwks) => return known.registered.get_or_init(|| parse(jwks)).clone(),
            KeySource::Published(uri) => uri,
        };
        let asked_at = Instant::now();
        let document = self.outbound.fetch(at.id(), uri, Expected::JwkSet, MAX_AGE).await;
        let document = document.map_err(NoKeys::NotFetched)?;
        let keys = known.published(&document);
        let is_missed = |key_id: &str| keys.as_ref().is_ok_and(|keys| !keys.contains(key_id));
        if document.fetched_at > asked_at || !key_id.is_some_and(is_missed) {
            return keys;
        }
        let renewed = self.outbound.renew(at.id(), uri, Expected::JwkSet, RENEWED_AT_MOST_EVERY).await;
        known.published(&renewed.map_err(NoKeys::NotFetched)?)
    }
}

impl TenantDirectory {
    /// The keys that something is encrypted to `client` with, as far as they are known.
    ///
    /// # Errors
    /// Why there are none.
    pub(crate) fn recipient_keys(&self, client: &Client) -> ParsedRecipients {
        let known = self.client_keys.get(&client.id).ok_or(NoKeys::None)?;
        if let Some(jwks) = &client.metadata.jwks {
            return known.recipients.get_or_init(|| parse_recipients(jwks)).clone();
        }
        let published = known.published.load();
        let published = published.as_ref().ok_or(NoKeys::None)?;
        let recipients = || read(&published.document).and_then(|jwks| parse_recipients(&jwks));
        published.recipients.get_or_init(recipients).clone()
    }
}

impl ClientKeys {
    /// The keys of a document, parsed when it is another one than before.
    fn published(&self, document: &Arc<Document>) -> Parsed {
        if let Some(published) = self.published.load().as_ref()
            && Arc::ptr_eq(&published.document, document)
        {
            return published.keys.clone();
        }
        let keys = read(document).and_then(|jwks| parse(&jwks));
        self.published.store(Some(Arc::new(Published {
            document: Arc::clone(document),
            keys: keys.clone(),
            recipients: OnceLock::new(),
        })));
        keys
    }
}

fn read(document: &Document) -> Result<Value, NoKeys> {
    serde_json::from_slice(&document.body).map_err(|_| NoKeys::NotJson)
}

fn parse(jwks: &Value) -> Parsed {
    KeySet::from_jwks(jwks).map(Arc::new).map_err(NoKeys::Unusable)
}

fn parse_recipients(jwks: &Value) -> ParsedRecipients {
    RecipientKeys::from_jwks(jwks).map(Arc::new).map_err(NoKeys::Unusable)
}

impl fmt::Display for NoKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("the client has no keys"),
            Self::Unusable(error) => write!(f, "the client's keys cannot be used: {error}"),
            Self::NoneFits(algorithm) => write!(f, "the client has no key for {}", algorithm.name()),
            Self::NotJson => f.write_str("the client's keys cannot be used: jwks_uri holds no JSON"),
            Self::NotFetched(error) => write!(f, "the client's keys cannot be fetched: {error}"),
        }
    }
}
