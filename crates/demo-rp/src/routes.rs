//! Addresses, headers and handlers: the door of the application.
//!
//! Owns the router, what every response carries, and the running of steps to their end even when the browser goes
//! away. Leaves the steps to `sign_in`, `refresh` and `sign_out`, the pages to `pages`.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::middleware::map_response_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};

use crate::api::{self, ORDERS_PATH, OrdersApi};
use crate::authorization::Intent;
use crate::clock;
use crate::config::{Config, ConfigError};
use crate::discovery::Provider;
use crate::exchange::Step;
use crate::failure::Failure;
use crate::http_client::HttpClient;
use crate::pages;
use crate::parameters::Parameters;
use crate::relying_party::{NavigationEntry, RelyingParty, Visit};
use crate::session::Sessions;
use crate::{refresh, sign_in};

/// The largest form accepted, in bytes: a form here holds one token.
const MAX_FORM_BYTES: usize = 4 * 1024;

type Rp = State<Arc<RelyingParty>>;

/// Builds the application: every client under its mount, the demo API at `/api/orders`, the style sheet.
///
/// Nothing is fetched until somebody signs in, so the issuer may start later. The caller serves the router at
/// `Config::base_url`; the application trusts no header for its own address.
/// Errors: `ConfigError` by setting.
pub fn router(config: Config) -> Result<Router, ConfigError> {
    config.check()?;
    let http = HttpClient::new(config.ca_pem.as_deref())?;
    let provider = Arc::new(Provider::new(config.issuer, http.clone()));
    let navigation: Vec<NavigationEntry> = config
        .clients
        .iter()
        .map(|client| NavigationEntry {
            name: client.name.clone(),
            path: if client.mount.is_empty() { "/".to_owned() } else { client.mount.clone() },
        })
        .collect();
    let navigation = Arc::new(navigation);
    let mut router = Router::new().route("/assets/demo-rp.css", get(style_sheet)).route("/assets/gate.svg", get(icon));
    for client in config.clients {
        let mount = client.mount.clone();
        let pages = client_router(RelyingParty {
            client,
            base_url: config.base_url.clone(),
            resource: config.api.resource.clone(),
            provider: Arc::clone(&provider),
            http: http.clone(),
            sessions: Sessions::default(),
            navigation: Arc::clone(&navigation),
        });
        router = if mount.is_empty() { router.merge(pages) } else { router.nest(&mount, pages) };
    }
    let api = Arc::new(OrdersApi { config: config.api, provider: Arc::clone(&provider), http });
    let api_router = Router::new().route(ORDERS_PATH, get(api::orders)).with_state(api);
    Ok(router
        .merge(api_router)
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(map_response_with_state(provider, with_headers)))
}

fn client_router(rp: RelyingParty) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/login", get(login))
        .route("/callback", get(callback))
        .route("/call-api", post(call_api))
        .route("/refresh", post(refresh_tokens))
        .route("/sign-out", post(sign_out))
        .route("/signed-out", get(signed_out))
        .with_state(Arc::new(rp))
}

async fn home(State(rp): Rp, headers: HeaderMap) -> Response {
    let now = clock::unix_seconds();
    match rp.visit(&headers, now) {
        Some(visit) => pages::home(&rp, Some(&*visit.session.lock().await), now),
        None => pages::home(&rp, None, now),
    }
}

async fn login(State(rp): Rp, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let now = clock::unix_seconds();
    let intent = match Parameters::parse(query.unwrap_or_default().as_bytes()) {
        Ok(parameters) => Intent::parse(parameters.get("intent")),
        Err(failure) => return pages::failure(&rp, &failure, None),
    };
    let mut step = Step::new(intent.title());
    match rp.start_sign_in(rp.visit(&headers, now), intent, now, &mut step).await {
        Ok(redirect) => see_other(redirect),
        Err(failure) => pages::failure(&rp, &failure, Some(&step)),
    }
}

async fn callback(State(rp): Rp, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    to_the_end(async move {
        let now = clock::unix_seconds();
        let callback = match Parameters::parse(query.unwrap_or_default().as_bytes()) {
            Ok(callback) => callback,
            Err(failure) => return pages::failure(&rp, &failure, None),
        };
        let visit = rp.visit(&headers, now);
        let pending = rp.take_pending(visit.as_ref(), &callback, now).await;
        let (visit, mut pending) = match (visit, pending) {
            (Some(visit), Ok(pending)) => (visit, pending),
            (_, Err(failure)) => return pages::failure(&rp, &failure, None),
            (None, Ok(_)) => return pages::failure(&rp, &Failure::UnknownState, None),
        };
        match rp.finish_sign_in(&mut pending, &callback, now).await {
            Ok(signed_in) => match rp.open_session(visit, signed_in, pending.step, now).await {
                Ok(cookie) => see_other(home_redirect(&rp, Some(cookie))),
                Err(failure) => pages::failure(&rp, &failure, None),
            },
            Err(failure) => {
                visit.session.lock().await.record(pending.step.clone());
                pages::failure(&rp, &failure, Some(&pending.step))
            }
        }
    })
    .await
}

async fn call_api(State(rp): Rp, headers: HeaderMap, body: Bytes) -> Response {
    act(rp, headers, body, refresh::Action::CallApi).await
}

async fn refresh_tokens(State(rp): Rp, headers: HeaderMap, body: Bytes) -> Response {
    act(rp, headers, body, refresh::Action::Refresh).await
}

/// Runs what a form of somebody signed in asks for, and sends the browser back to the first page.
async fn act(rp: Arc<RelyingParty>, headers: HeaderMap, body: Bytes, action: refresh::Action) -> Response {
    to_the_end(async move {
        let now = clock::unix_seconds();
        let visit = match rp.visit_by_form(&headers, &body, now).await {
            Ok(visit) => visit,
            Err(failure) => return pages::failure(&rp, &failure, None),
        };
        let mut session = visit.session.lock().await;
        let mut step = Step::new(action.title());
        let outcome = rp.act(&mut session, action, now, &mut step).await;
        session.record(step.clone());
        match outcome {
            Ok(()) => see_other(home_redirect(&rp, None)),
            Err(failure) => pages::failure(&rp, &failure, Some(&step)),
        }
    })
    .await
}

async fn sign_out(State(rp): Rp, headers: HeaderMap, body: Bytes) -> Response {
    to_the_end(async move {
        let now = clock::unix_seconds();
        let visit = match rp.visit_by_form(&headers, &body, now).await {
            Ok(visit) => visit,
            Err(failure) => return pages::failure(&rp, &failure, None),
        };
        let mut step = Step::new("Sign out");
        match rp.sign_out(visit, now, &mut step).await {
            Ok(redirect) => see_other(redirect),
            Err(failure) => pages::failure(&rp, &failure, Some(&step)),
        }
    })
    .await
}

async fn signed_out(State(rp): Rp, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let returned = match Parameters::parse(query.unwrap_or_default().as_bytes()) {
        Ok(returned) => returned,
        Err(failure) => return pages::failure(&rp, &failure, None),
    };
    let visit: Option<Visit> = rp.visit(&headers, clock::unix_seconds());
    let outcome = rp.confirm_sign_out(visit.as_ref(), &returned).await;
    match visit {
        Some(visit) => pages::after_sign_out(&rp, outcome, Some(&*visit.session.lock().await)),
        None => pages::after_sign_out(&rp, outcome, None),
    }
}

async fn style_sheet() -> Response {
    asset("text/css; charset=utf-8", include_str!("../static/demo-rp.css"))
}

async fn icon() -> Response {
    asset("image/svg+xml", include_str!("../static/gate.svg"))
}

fn asset(content_type: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")], text).into_response()
}

/// Runs a step as a task of its own: a browser that goes away must not lose a rotated refresh token or leave a code
/// half used.
async fn to_the_end(step: impl Future<Output = Response> + Send + 'static) -> Response {
    tokio::spawn(step).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a step was cut short");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

fn home_redirect(rp: &RelyingParty, set_cookie: Option<String>) -> sign_in::Redirect {
    sign_in::Redirect { location: rp.home_path().to_owned(), set_cookie }
}

/// Answers 303, so that the browser never repeats a form at the next address.
fn see_other(redirect: sign_in::Redirect) -> Response {
    let mut response = Redirect::to(&redirect.location).into_response();
    if let Some(cookie) = redirect.set_cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// Adds the headers that every response carries.
///
/// `form-action` names the issuer because browsers apply it to the redirect that follows the sign-out form.
async fn with_headers(State(provider): State<Arc<Provider>>, mut response: Response) -> Response {
    let end_session = provider.known_end_session_endpoint().await;
    let logout_origin = end_session.as_deref().and_then(origin).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {logout_origin}; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    let fixed: [(HeaderName, &'static str); 4] = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ];
    let headers = response.headers_mut();
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, value);
    }
    response
}

/// Returns scheme and authority of a URL; `None` when the authority could end a directive of the policy.
fn origin(url: &str) -> Option<String> {
    let uri = url.parse::<Uri>().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    authority.bytes().all(plain).then(|| format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests;
