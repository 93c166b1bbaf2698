//! Ready-made documents and origins of each tenant, made once for each snapshot of the directory.
//!
//! Owns the cache: an entry counts as long as the directory still hands out the very snapshot it was made of. Nothing
//! here touches the database, so discovery and JWKS answer while it is away. DESIGN §7, §8.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use portreeve_domain::{Fault, TenantId};
use portreeve_http_kit::security_headers::public_metadata_headers;
use portreeve_issuer::{PublicDocument, TenantDirectory};

use crate::cors::origin_of;

/// How long anybody may keep discovery and JWKS.
const MAX_AGE: Duration = Duration::from_secs(300);

/// The documents of all tenants. As large as the directory itself, so it needs no other bound.
#[derive(Default)]
pub(crate) struct Documents(RwLock<HashMap<TenantId, Arc<TenantDocuments>>>);

/// What is prepared for one tenant.
pub(crate) struct TenantDocuments {
    made_of: Arc<TenantDirectory>,
    pub(crate) discovery: Document,
    pub(crate) jwks: Document,
    /// The origins of the pages that the tenant's clients are redirected to.
    pub(crate) origins: HashSet<String>,
}

/// A document, ready to send.
#[derive(Clone)]
pub(crate) struct Document {
    pub(crate) bytes: Bytes,
    pub(crate) etag: String,
    /// What every answer with it carries.
    pub(crate) headers: HeaderMap,
}

impl Documents {
    /// What is prepared for this snapshot of a tenant.
    ///
    /// # Errors
    /// A fault if a document cannot be written.
    pub(crate) fn of(&self, at: &Arc<TenantDirectory>) -> Result<Arc<TenantDocuments>, Fault> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&at.id()).cloned();
        if let Some(known) = known.filter(|known| Arc::ptr_eq(&known.made_of, at)) {
            return Ok(known);
        }
        let made = Arc::new(TenantDocuments::make(at)?);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(at.id(), Arc::clone(&made));
        Ok(made)
    }
}

impl TenantDocuments {
    fn make(at: &Arc<TenantDirectory>) -> Result<Self, Fault> {
        let live = at.clients.values().filter(|client| client.disabled_at.is_none());
        let origins = live.flat_map(|client| &client.metadata.redirect_uris).filter_map(|uri| origin_of(uri)).collect();
        Ok(Self {
            made_of: Arc::clone(at),
            discovery: at.discovery_document()?.try_into()?,
            jwks: at.jwks_document().try_into()?,
            origins,
        })
    }
}

impl TryFrom<PublicDocument> for Document {
    type Error = Fault;

    fn try_from(document: PublicDocument) -> Result<Self, Fault> {
        let mut headers = public_metadata_headers(MAX_AGE);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ETAG, HeaderValue::try_from(&document.etag).map_err(Fault::new)?);
        Ok(Self { bytes: document.bytes.into(), etag: document.etag, headers })
    }
}
