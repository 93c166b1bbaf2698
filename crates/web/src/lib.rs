//! Browser doors: authorize, journeys, consent, logout, and the pages around them.
//!
//! Owns addresses, cookies, forms and which page shows a step. Leaves what happens to `issuer`, the markup to `pages`, and
//! the header rules to `http-kit`. Every tenant has the same doors: the first at the root, another under `/t/{slug}`.

mod account;
mod approvals;
mod attributes;
mod authorize;
mod brand;
mod check_session;
mod device;
mod door;
mod error_page;
mod form;
mod home;
mod journey;
mod logo;
mod logout;
mod mailed_link;
mod recover;
mod reply;
mod start;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use portreeve_http_kit::static_assets::{self, Asset};
use portreeve_http_kit::transport::Transport;
use portreeve_issuer::Issuer;

/// What every handler needs.
pub(crate) struct Web {
    issuer: Arc<Issuer>,
    transport: Transport,
    /// Scheme, host and port of `public_url`: what `Origin` must say.
    origin: String,
}

/// Below which a tenant with a name has its pages.
const TENANT_PREFIX: &str = "/t/{slug}";

/// The routes of every tenant's pages, and the style sheet.
pub fn router(issuer: Arc<Issuer>) -> Router {
    let transport = Transport::of(&issuer.settings().public_url);
    let origin = origin_of(&issuer.settings().public_url);
    let web = Arc::new(Web { issuer, transport, origin });
    let doors = Router::new()
        .route("/", get(home::show))
        .route("/brand/{picture}", get(brand::picture))
        .route("/oauth2/authorize", get(authorize::get).post(authorize::post))
        .route("/oauth2/check-session", get(check_session::show))
        .route("/oauth2/logout", get(logout::get).post(logout::post))
        .route("/oauth2/logout/confirm", axum::routing::post(logout::confirm))
        .merge(account::routes())
        .route("/device", get(device::show).post(device::take))
        .route("/device/{outcome}", get(device::ended))
        .route("/approve", get(approvals::list))
        .route("/approve/{request}", get(approvals::begin))
        .route("/approve/ended/{outcome}", get(approvals::ended))
        .route(portreeve_oidc::paths::START, get(start::start))
        .route("/recover", get(recover::show).post(recover::take))
        .route("/link/{token}", get(mailed_link::show).post(mailed_link::take))
        .route("/j/{journey}", get(journey::enter).post(journey::start_again))
        .route("/j/{journey}/logo", get(logo::show))
        .route("/j/{journey}/{page}", get(journey::show).post(journey::act))
        .method_not_allowed_fallback(door::method_not_allowed);
    let tenants = Router::new().nest(TENANT_PREFIX, doors.clone());
    let files = static_assets::routes(assets()).route("/static/color/{sheet}", get(brand::color));
    doors.merge(tenants).with_state(web).merge(files)
}

/// The embedded files of the pages, as `http-kit` serves them.
fn assets() -> &'static [Asset] {
    static ASSETS: std::sync::OnceLock<Vec<Asset>> = std::sync::OnceLock::new();
    ASSETS.get_or_init(|| {
        let served = |asset: &'static portreeve_pages::Asset| Asset {
            path_with_hash: &asset.path,
            content_type: asset.content_type,
            bytes: asset.bytes,
            etag: &asset.etag,
        };
        portreeve_pages::assets().iter().map(served).collect()
    })
}

/// Scheme, host and port of a URL without user information: everything before the path.
fn origin_of(public_url: &str) -> String {
    let after_scheme = public_url.find("://").map_or(0, |at| at + 3);
    let path = public_url.get(after_scheme..).and_then(|rest| rest.find('/')).map(|at| after_scheme + at);
    public_url.get(..path.unwrap_or(public_url.len())).unwrap_or(public_url).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_everything_before_the_path() {
        assert_eq!(origin_of("https://id.example"), "https://id.example");
        assert_eq!(origin_of("https://id.example:8443/auth/x"), "https://id.example:8443");
    }
}
