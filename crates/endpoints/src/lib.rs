//! Machine doors: pushed requests, token, introspection, revocation, userinfo, client registration, JWKS, discovery, gateways.
//!
//! Owns routes, methods, headers and the one place where a failure becomes a reply. Leaves parameters and bodies to
//! `oidc`, everything that happens to `issuer`, and the answer for unknown paths to the door that shows pages: the two
//! routers are merged, and only one of them may have it. DESIGN §1.4; RFC 6749 §3.2, §5; RFC 8414 §3.1.

mod answer;
mod authorization;
mod backchannel_authentication;
mod challenge;
mod cors;
mod detached_work;
mod device_authorization;
mod documents;
mod form;
mod gateway;
mod introspection;
mod metadata;
mod pushed_requests;
mod registration;
mod related_origins;
mod resource_metadata;
mod revocation;
mod tenant_request;
mod token;
mod userinfo;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use portreeve_issuer::Issuer;
use portreeve_oidc::paths;

use crate::documents::Documents;

/// What a tenant's addresses begin with, unless it is the default one; no header ever says which tenant is meant.
const TENANT_PREFIX: &str = "/t/{slug}";

/// What every door needs. Cheap to clone.
#[derive(Clone)]
struct Doors {
    issuer: Arc<Issuer>,
    documents: Arc<Documents>,
}

/// The machine doors of every tenant: the default one's at the root, those of `slug` under `/t/{slug}`.
///
/// Has no fallback for unknown paths; known paths answer other methods with 405, `Allow` and a JSON body. Wrap it in a
/// [`Door`](portreeve_http_kit::door::Door) whose defaults are those of an API reply.
pub fn router(issuer: Arc<Issuer>) -> Router {
    let doors = Doors { issuer, documents: Arc::new(Documents::default()) };
    let replies = Router::new().merge(replies("", &doors)).merge(replies(TENANT_PREFIX, &doors));
    replies.merge(published().method_not_allowed_fallback(answer::method_not_allowed)).with_state(doors)
}

/// The doors whose answers are for the asking client alone.
fn replies(prefix: &str, doors: &Doors) -> Router<Doors> {
    let at = |path: &str| format!("{prefix}{path}");
    // Scripts of a client's own pages use these.
    let for_scripts = Router::new()
        .route(&at(paths::PAR), post(pushed_requests::push))
        .route(&at(paths::TOKEN), post(token::token))
        .route(&at(paths::REVOKE), post(revocation::revoke))
        .route(&at(paths::DEVICE_AUTHORIZATION), post(device_authorization::authorize))
        .route(&at(paths::BC_AUTHORIZE), post(backchannel_authentication::ask))
        .route(&at(paths::CHALLENGE), post(challenge::give))
        .route(&at(paths::USERINFO), get(userinfo::by_get).post(userinfo::by_post))
        .method_not_allowed_fallback(answer::method_not_allowed)
        .route_layer(middleware::from_fn_with_state(doors.clone(), cors::allow_registered_origins));
    Router::new()
        .route(&at(paths::INTROSPECT), post(introspection::introspect))
        .route(&at(gateway::AUTH_REQUEST), get(gateway::auth_request))
        .route(&at(paths::REGISTER), post(registration::register))
        .route(
            &at(&format!("{}/{{client_id}}", paths::REGISTER)),
            get(registration::read).put(registration::replace).delete(registration::delete),
        )
        .method_not_allowed_fallback(answer::method_not_allowed)
        .merge(for_scripts)
}

/// The documents that anybody may read, under every form of address in use: clients append the well-known path to the
/// issuer (OIDC Discovery §4.1) or insert it before the issuer's path (RFC 8414 §3.1), for either name.
fn published() -> Router<Doors> {
    let mut router = Router::new();
    for name in [paths::OPENID_CONFIGURATION, paths::OAUTH_AUTHORIZATION_SERVER] {
        for path in [name.to_owned(), format!("{TENANT_PREFIX}{name}"), format!("{name}{TENANT_PREFIX}")] {
            router = router.route(&path, get(metadata::discovery));
        }
    }
    for path in resource_metadata::addresses_of_userinfo() {
        router = router.route(&path, get(resource_metadata::of_userinfo));
    }
    for prefix in ["", TENANT_PREFIX] {
        let path = format!("{prefix}{}", resource_metadata::OF_APP);
        router = router.route(&path, get(resource_metadata::of_app));
    }
    router
        .route(paths::WEBAUTHN, get(related_origins::show))
        .route(paths::JWKS, get(metadata::jwks))
        .route(&format!("{TENANT_PREFIX}{}", paths::JWKS), get(metadata::jwks))
}

#[cfg(test)]
mod tests;
