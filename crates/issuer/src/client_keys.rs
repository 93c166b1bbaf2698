//! The keys a client or a trusted issuer signs with: registered with it, or fetched from where it publishes them.
//!
//! Owns when published keys are read again: after ten minutes, and when a signature names a key that is not among them
//! (OIDC Core §10.1.1), the latter once a minute for one client, whatever is sent in its name (S-055). Each set is parsed
//! once. Leaves fetching to `outbound` and the rules for keys to `jose`.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use portreeve_domain::Client;
use portreeve_jose::{KeySet, KeySetError};
use portreeve_outbound::{Document, Expected, OutboundError};
use serde_json::Value;

use crate::Issuer;
use crate::directory::TenantDirectory;

/// How old published keys may be.
const MAX_AGE: Duration = Duration::from_secs(600);
/// How often they are read again because a key is missed.
const RENEWED_AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// A key set as it was parsed.
type Parsed = Result<Arc<KeySet>, NoKeys>;

/// Where the keys of a signer are.
#[derive(Clone, Copy)]
pub(crate) enum KeySource<'a> {
    /// They are registered.
    Registered(&'a Value),
    /// They are published at this address.
    Published(&'a str),
}

/// What is known of one signer's keys. Lives as long as the snapshot of the directory.
#[derive(Default)]
pub(crate) struct ClientKeys {
    registered: OnceLock<Parsed>,
    published: ArcSwapOption<Published>,
}

/// A fetched document with what it says.
struct Published {
    document: Arc<Document>,
    keys: Parsed,
}

/// Why there are no keys to verify with; for logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoKeys {
    /// The client has none.
    None,
    /// The set breaks a rule.
    Unusable(KeySetError),
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
        let source = match (&client.metadata.jwks, client.metadata.jwks_uri.as_deref()) {
            (Some(jwks), _) => KeySource::Registered(jwks),
            (None, Some(uri)) if client.disabled_at.is_none() => KeySource::Published(uri),
            (None, _) => return Err(NoKeys::None),
        };
        self.signer_keys(at, known, source, key_id).await
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

impl ClientKeys {
    /// The keys of a document, parsed when it is another one than before.
    fn published(&self, document: &Arc<Document>) -> Parsed {
        if let Some(published) = self.published.load().as_ref()
            && Arc::ptr_eq(&published.document, document)
        {
            return published.keys.clone();
        }
        let keys = serde_json::from_slice(&document.body).map_err(|_| NoKeys::NotJson).and_then(|jwks| parse(&jwks));
        self.published.store(Some(Arc::new(Published { document: Arc::clone(document), keys: keys.clone() })));
        keys
    }
}

fn parse(jwks: &Value) -> Parsed {
    KeySet::from_jwks(jwks).map(Arc::new).map_err(NoKeys::Unusable)
}

impl fmt::Display for NoKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("the client has no keys"),
            Self::Unusable(error) => write!(f, "the client's keys cannot be used: {error}"),
            Self::NotJson => f.write_str("the client's keys cannot be used: jwks_uri holds no JSON"),
            Self::NotFetched(error) => write!(f, "the client's keys cannot be fetched: {error}"),
        }
    }
}
