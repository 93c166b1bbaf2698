//! The proxy that a scanner goes through: it leads to one server alone, and remembers what was asked there.
//!
//! Owns what a scanner cannot do by itself. Every request comes from another address, as from a crowd, so that limits of
//! addresses stop nothing. A scanner shows the forms that it found once, hundreds of times; here they are sent with the token
//! and the version of their page as it is now, as by a person who has just opened it. So that a form is one form to the scanner,
//! it sees the same token in each: the first that the server gave. Any other token that it sends is an attack, and passed on.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{Router, body, extract::State, response::Response};
use http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use portreeve_tests::{browser::Page, deployment::form, reply::Reply};
use reqwest::{Client, redirect::Policy};
use tokio::net::TcpListener;

const MAX_BODY_BYTES: usize = 1 << 20;
/// What belongs to a connection, or to its encoding (RFC 9110 §7.6.1).
const OF_A_CONNECTION: [header::HeaderName; 4] =
    [header::CONNECTION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::ACCEPT_ENCODING];

/// A running proxy.
pub(super) struct Proxy {
    /// Where it is reached.
    pub(super) address: SocketAddr,
    way: Arc<Way>,
}

/// The way to the server.
struct Way {
    server: SocketAddr,
    http: Client,
    visitors: AtomicU32,
    /// The token that the scanner sees.
    token: OnceLock<String>,
    visited: Mutex<BTreeMap<String, BTreeMap<u16, usize>>>,
}

impl Proxy {
    /// Starts a proxy before a server; it ends with the test.
    pub(super) async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("bind");
        let address = listener.local_addr().expect("an address");
        let http = Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client");
        let way = Arc::new(Way {
            server,
            http,
            visitors: AtomicU32::default(),
            token: OnceLock::new(),
            visited: Mutex::default(),
        });
        let router = Router::new().fallback(pass_on).with_state(way.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, way }
    }

    /// What was asked for, by method and path without ids, and how often it was answered with which status.
    pub(super) fn visited(&self) -> BTreeMap<String, BTreeMap<u16, usize>> {
        self.way.visited.lock().expect("nobody panics while they hold this").clone()
    }
}

async fn pass_on(State(way): State<Arc<Way>>, request: Request<body::Body>) -> Response {
    let (parts, body) = request.into_parts();
    if parts.uri.authority().is_none_or(|asked| asked.as_str() != way.server.to_string()) {
        return answer(StatusCode::FORBIDDEN, HeaderMap::new(), "This way leads elsewhere.".into());
    }
    let Ok(mut body) = body::to_bytes(body, MAX_BODY_BYTES).await.map(Vec::from) else {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, HeaderMap::new(), Vec::new());
    };
    if parts.method == Method::POST {
        body = way.renewed(&parts.headers, body).await;
    }
    match way.send(&parts.method, &parts.uri, &parts.headers, body).await {
        Ok(Reply { status, headers, body }) => {
            way.note(&parts.method, parts.uri.path(), status);
            let body = way.shown(&headers, body);
            answer(status, headers, body)
        }
        Err(error) => answer(StatusCode::BAD_GATEWAY, HeaderMap::new(), error.to_string().into()),
    }
}

fn answer(status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

impl Way {
    /// Sends one request from an address where none came from before.
    async fn send(&self, method: &Method, to: &Uri, headers: &HeaderMap, body: Vec<u8>) -> reqwest::Result<Reply> {
        let from = Ipv4Addr::from(0x0a00_0000 | self.visitors.fetch_add(1, Ordering::Relaxed));
        let request = self.http.request(method.clone(), to.to_string()).headers(own(headers)).body(body);
        let response = request.header("x-forwarded-for", from.to_string()).send().await?;
        let (status, headers) = (response.status(), own(response.headers()));
        Ok(Reply { status, headers, body: response.bytes().await?.to_vec() })
    }

    /// What the scanner is shown: a page whose forms have the first token and no version, or what is no page, as it is.
    fn shown(&self, headers: &HeaderMap, body: Vec<u8>) -> Vec<u8> {
        let page = page(headers, &body);
        match page.value_of("csrf").filter(|token| !token.is_empty()) {
            Some(token) => {
                let version = page.value_of("version").unwrap_or_default();
                let now = [named("csrf", &token), named("version", &version)];
                let shown = [named("csrf", self.token.get_or_init(|| token)), named("version", "")];
                now.iter().zip(&shown).fold(page.html(), |html, (now, shown)| html.replace(now, shown)).into()
            }
            None => body,
        }
    }

    /// A form as it is when the page it stands on is opened now; as it came when its token is not the one that was shown.
    async fn renewed(&self, headers: &HeaderMap, body: Vec<u8>) -> Vec<u8> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
        let is_shown = pairs.iter().any(|(name, value)| name == "csrf" && Some(value) == self.token.get());
        let referer = headers.get(header::REFERER).and_then(|referer| referer.to_str().ok()?.parse::<Uri>().ok());
        let Some(referer) = referer.filter(|_| is_shown) else { return body };
        let mut asking = headers.clone();
        asking.remove(header::CONTENT_TYPE);
        let Ok(opened) = self.send(&Method::GET, &referer, &asking, Vec::new()).await else { return body };
        let opened = page(&opened.headers, &opened.body);
        let now = |name: &str| if ["csrf", "version"].contains(&name) { opened.value_of(name) } else { None };
        let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| (now(&name).unwrap_or(value), name)).collect();
        form(&pairs.iter().map(|(value, name)| (name.as_str(), value.as_str())).collect::<Vec<_>>()).into()
    }

    fn note(&self, method: &Method, path: &str, status: StatusCode) {
        let mut visited = self.visited.lock().expect("nobody panics while they hold this");
        *visited.entry(format!("{method} {}", without_ids(path))).or_default().entry(status.as_u16()).or_default() += 1;
    }
}

/// A path with `{id}` for each id.
pub(super) fn without_ids(path: &str) -> String {
    let is_id = |part: &str| part.split_once('_').is_some_and(|(kind, rest)| kind.len() == 3 && rest.len() > 16);
    path.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect::<Vec<_>>().join("/")
}

/// What is not of a connection.
fn own(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in OF_A_CONNECTION {
        headers.remove(name);
    }
    headers
}

/// A hidden field as our templates write it.
fn named(name: &str, value: &str) -> String {
    format!("name=\"{name}\" value=\"{value}\"")
}

/// A reply as a page; an empty one when it is none.
fn page(headers: &HeaderMap, body: &[u8]) -> Page {
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let body = if is_page { body.to_vec() } else { Vec::new() };
    Page { path: String::new(), reply: Reply { status: StatusCode::OK, headers: HeaderMap::new(), body } }
}
