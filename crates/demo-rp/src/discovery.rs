//! The issuer's metadata and keys, fetched once and kept for ten minutes.
//!
//! Owns the comparison of issuers, the cache and which endpoints exist. Endpoints are never guessed from the issuer.
//! OpenID Connect Discovery 1.0 §3, §4; RFC 8414 §2; RFC 9207 §3.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::exchange::{Exchange, Purpose, Step};
use crate::failure::Failure;
use crate::http_client::{HttpClient, Outgoing};
use crate::jwks::KeySet;

/// How long metadata and keys are kept, in seconds.
const KEPT_SECONDS: i64 = 600;

const DISCOVERY: Purpose = Purpose {
    title: "Discovery",
    reason: "The application knows one URL, the issuer. This document names all the others.",
};
const KEYS: Purpose =
    Purpose { title: "JWK set", reason: "The issuer's public keys, to check the signature of the ID token." };

/// The members of the discovery document that this client uses.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) jwks_uri: String,
    pub(crate) userinfo_endpoint: Option<String>,
    pub(crate) introspection_endpoint: Option<String>,
    pub(crate) revocation_endpoint: Option<String>,
    pub(crate) end_session_endpoint: Option<String>,
    /// Whether every authorization response carries `iss`. RFC 9207 §3.
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

/// A fetched value with the exchange that brought it.
struct Kept<T> {
    value: Arc<T>,
    fetched_at: i64,
    exchange: Option<Exchange>,
}

impl<T> Kept<T> {
    /// Returns the value while it is fresh, and says in the log that it was kept.
    fn fresh(&self, now: i64, step: &mut Step) -> Option<Arc<T>> {
        let age = now.saturating_sub(self.fetched_at);
        if !(0..KEPT_SECONDS).contains(&age) {
            return None;
        }
        if let Some(exchange) = &self.exchange {
            step.record(exchange.kept());
        }
        Some(Arc::clone(&self.value))
    }
}

/// What this application knows about its issuer.
pub(crate) struct Provider {
    issuer: String,
    http: HttpClient,
    metadata: Mutex<Option<Kept<Metadata>>>,
    keys: Mutex<Option<Kept<KeySet>>>,
}

impl Provider {
    /// Starts with nothing fetched.
    pub(crate) fn new(issuer: String, http: HttpClient) -> Self {
        Self { issuer, http, metadata: Mutex::new(None), keys: Mutex::new(None) }
    }

    /// The configured issuer identifier.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns the end session endpoint when the metadata is known already; sends nothing.
    pub(crate) async fn known_end_session_endpoint(&self) -> Option<String> {
        self.metadata.lock().await.as_ref().and_then(|kept| kept.value.end_session_endpoint.clone())
    }

    /// Returns the metadata, fetched at most every ten minutes.
    ///
    /// Errors: `Unreachable`, `Unintelligible`, `OtherIssuer`. Discovery §4.3.
    pub(crate) async fn metadata(&self, now: i64, step: &mut Step) -> Result<Arc<Metadata>, Failure> {
        let mut slot = self.metadata.lock().await;
        if let Some(value) = slot.as_ref().and_then(|kept| kept.fresh(now, step)) {
            return Ok(value);
        }
        let url = format!("{}/.well-known/openid-configuration", self.issuer);
        let document = self.fetch(DISCOVERY, &url, step).await?;
        let metadata: Metadata = serde_json::from_value(document.json)
            .map_err(|_| Failure::Unintelligible { request: DISCOVERY.title, status: document.status })?;
        if metadata.issuer != self.issuer {
            return Err(Failure::OtherIssuer { expected: self.issuer.clone(), found: metadata.issuer });
        }
        let value = Arc::new(metadata);
        let exchange = step.exchanges.last().cloned();
        *slot = Some(Kept { value: Arc::clone(&value), fetched_at: now, exchange });
        Ok(value)
    }

    /// Returns the keys, fetched at most every ten minutes, or at once with `Freshness::Refetch`.
    ///
    /// Errors: `Unreachable`, `Unintelligible`.
    pub(crate) async fn keys(
        &self,
        jwks_uri: &str,
        freshness: Freshness,
        now: i64,
        step: &mut Step,
    ) -> Result<Arc<KeySet>, Failure> {
        let mut slot = self.keys.lock().await;
        if freshness == Freshness::Kept
            && let Some(value) = slot.as_ref().and_then(|kept| kept.fresh(now, step))
        {
            return Ok(value);
        }
        let document = self.fetch(KEYS, jwks_uri, step).await?;
        let keys = KeySet::parse(&document.json)
            .ok_or(Failure::Unintelligible { request: KEYS.title, status: document.status })?;
        let value = Arc::new(keys);
        let exchange = step.exchanges.last().cloned();
        *slot = Some(Kept { value: Arc::clone(&value), fetched_at: now, exchange });
        Ok(value)
    }

    async fn fetch(&self, purpose: Purpose, url: &str, step: &mut Step) -> Result<Document, Failure> {
        let outgoing = Outgoing { purpose, url, authorization: None, form: None };
        let received = self.http.send(outgoing, step).await?;
        let status = received.status;
        match received.json() {
            Some(json) if status.is_success() => Ok(Document { json, status }),
            _ => Err(Failure::Unintelligible { request: purpose.title, status }),
        }
    }
}

/// Whether a kept answer will do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// One of the last ten minutes will do.
    Kept,
    /// A new one is needed: a token names a key that the kept set lacks.
    Refetch,
}

struct Document {
    json: Value,
    status: http::StatusCode,
}
