//! Protected resource metadata: of userinfo at its well-known address, and of registered resource servers, from where
//! their gateways fetch it. RFC 9728 §3.

use axum::extract::Path;
use axum::response::Response;
use http::HeaderMap;
use portreeve_domain::Fault;
use portreeve_issuer::PublicDocument;
use portreeve_oidc::paths;
use serde::Deserialize;

use crate::TENANT_PREFIX;
use crate::answer::not_found;
use crate::documents::Document;
use crate::metadata::published;
use crate::tenant_request::{TenantRequest, Uncounted};

/// The address of a resource server's document, below the issuer; `app` names the server as at the gateway doors.
pub(crate) const OF_APP: &str = "/gateway/resource-metadata/{app}";

/// The path's parameters; a tenant's slug is read elsewhere.
#[derive(Deserialize)]
pub(crate) struct Target {
    app: String,
}

/// The document of userinfo.
pub(crate) async fn of_userinfo(Uncounted(asked): Uncounted, headers: HeaderMap) -> Response {
    answer(&asked, asked.at.userinfo_document(), &headers)
}

/// The document of a registered resource server.
pub(crate) async fn of_app(Uncounted(asked): Uncounted, Path(target): Path<Target>, headers: HeaderMap) -> Response {
    match asked.at.gateway_app(&target.app) {
        Some(server) => answer(&asked, asked.at.server_document(server), &headers),
        None => not_found(),
    }
}

/// The well-known addresses of userinfo: for the default tenant, and for the one whose slug is in its path.
pub(crate) fn addresses_of_userinfo() -> [String; 2] {
    let path = |tenant: &str| format!("{}{tenant}{}", paths::OAUTH_PROTECTED_RESOURCE, paths::USERINFO);
    [path(""), path(TENANT_PREFIX)]
}

fn answer(asked: &TenantRequest, document: Result<PublicDocument, Fault>, headers: &HeaderMap) -> Response {
    match document.and_then(Document::try_from) {
        Ok(document) => published(&document, headers),
        Err(fault) => asked.broken(&fault),
    }
}
