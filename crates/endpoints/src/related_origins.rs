//! Which other origins may use the passkeys of this host: one document for all its tenants, as they share its site.
//!
//! Whether an answer from such an origin is taken is each tenant's own. Web Authentication Level 3 §5.11.

use axum::response::Response;
use http::HeaderMap;

use crate::answer::not_found;
use crate::documents::Document;
use crate::metadata::published;
use crate::tenant_request::Uncounted;

/// The document; none where no tenant has related origins.
pub(crate) async fn show(Uncounted(asked): Uncounted, headers: HeaderMap) -> Response {
    match asked.issuer.directory.related_origins_document() {
        Ok(Some(document)) => match Document::try_from(document) {
            Ok(document) => published(&document, &headers),
            Err(fault) => asked.broken(&fault),
        },
        Ok(None) => not_found(),
        Err(fault) => asked.broken(&fault),
    }
}
