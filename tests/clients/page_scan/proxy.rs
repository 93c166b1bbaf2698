//! The proxy that a scanner goes through: it leads to one server alone, and remembers what was asked there.
//!
//! Owns what a scanner cannot do by itself. Every request comes from another address, as from a crowd, so that limits of
//! addresses stop nothing. A scanner sends the forms that it found once, hundreds of times; here they are sent with the token
//! and the version of their page as it is now, as by a person who has just opened it, and redirects are followed to the page that
//! shows what became of it. So that a form is one form to the scanner, it sees the same token in each: the first that the server
//! gave. Any other token that it sends is an attack, and passed on.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{Router, body, extract::State, response::Response};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header, request::Parts};
use portreeve_tests::{deployment::form, reply::Reply};
use reqwest::{Client, redirect::Policy};
use tokio::net::TcpListener;

const MAX_BODY_BYTES: usize = 1 << 20;
const MAX_REDIRECTS: usize = 5;
/// What belongs to a connection, to a body that may be another one, or to its encoding (RFC 9110 §7.6.1).
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
    if !way.is_there(&parts.uri) {
        return answer(StatusCode::FORBIDDEN, HeaderMap::new(), "This way leads elsewhere.".into());
    }
    let Ok(body) = body::to_bytes(body, MAX_BODY_BYTES).await.map(Vec::from) else {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, HeaderMap::new(), Vec::new());
    };
    match way.answer(&parts, body).await {
        Ok(Reply { status, headers, body }) => answer(status, headers, body),
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
    /// Sends a request as a browser would, notes how it was answered, and gives what the scanner is shown. A form that its page does
    /// not have any more is not sent: nobody could, who sees that page instead.
    async fn answer(&self, parts: &Parts, mut body: Vec<u8>) -> reqwest::Result<Reply> {
        let is_form = parts.method == Method::POST;
        if let Some(referer) = is_form.then(|| self.referer(&parts.headers)).flatten() {
            let opened = self.send(&Method::GET, &referer, &parts.headers, Vec::new()).await?;
            let opened = self.followed(&parts.headers, opened).await?;
            match self.renewed(parts.uri.path(), &opened.text(), &body) {
                Some(renewed) => body = renewed,
                None => return Ok(Reply { body: self.shown(opened.body), ..opened }),
            }
        }
        let mut answer = self.send(&parts.method, &parts.uri, &parts.headers, body).await?;
        self.note(&parts.method, parts.uri.path(), answer.status);
        if is_form {
            answer = self.followed(&parts.headers, answer).await?;
        }
        Ok(Reply { body: self.shown(answer.body), ..answer })
    }

    /// Sends one request from an address where none came from before.
    async fn send(&self, method: &Method, to: &Uri, headers: &HeaderMap, body: Vec<u8>) -> reqwest::Result<Reply> {
        let from = Ipv4Addr::from(0x0a00_0000 | self.visitors.fetch_add(1, Ordering::Relaxed));
        let request = self.http.request(method.clone(), to.to_string()).headers(own(headers)).body(body);
        let response = request.header("x-forwarded-for", from.to_string()).send().await?;
        let (status, headers) = (response.status(), own(response.headers()));
        Ok(Reply { status, headers, body: response.bytes().await?.to_vec() })
    }

    /// What the scanner is shown: a page whose forms have the first token and no version, or what has no form, as it is.
    fn shown(&self, body: Vec<u8>) -> Vec<u8> {
        let html = String::from_utf8_lossy(&body);
        match (field(&html, "csrf"), field(&html, "version")) {
            (Some(token), Some(version)) if !token.is_empty() => {
                let first = self.token.get_or_init(|| token.to_owned());
                let html = html.replace(&named("csrf", token), &named("csrf", first));
                html.replace(&named("version", version), &named("version", "")).into()
            }
            _ => body,
        }
    }

    /// A form as its page has it now: with the version, and with the token, unless it has another one than was shown. `None` when the
    /// page has no such form, and the token is the one that was shown.
    fn renewed(&self, action: &str, html: &str, body: &[u8]) -> Option<Vec<u8>> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        let is_shown = |name: &str, value: &String| name == "csrf" && Some(value) == self.token.get();
        let Some((_, form_now)) = html.split_once(&format!("action=\"{action}\"")) else {
            return (!pairs.iter().any(|(name, value)| is_shown(name, value))).then(|| body.to_vec());
        };
        let now = |(name, value): &(String, String)| {
            let is_renewed = name == "version" || is_shown(name, value);
            let now = field(form_now, name).filter(|_| is_renewed).unwrap_or(value);
            (name.clone(), now.to_owned())
        };
        let pairs: Vec<_> = pairs.iter().map(now).collect();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Some(form(&pairs).into())
    }

    /// What a browser shows that was answered so: the page that it is sent to below this server, with the cookies of all answers.
    async fn followed(&self, headers: &HeaderMap, mut answer: Reply) -> reqwest::Result<Reply> {
        let mut asking = headers.clone();
        for _ in 0..MAX_REDIRECTS {
            let to = answer.location().filter(|to| to.starts_with('/'));
            let to = to.and_then(|to| format!("http://{}{to}", self.server).parse().ok());
            let Some(to) = to else { break };
            let given: Vec<_> = answer.headers.get_all(header::SET_COOKIE).iter().cloned().collect();
            asking.insert(header::COOKIE, with_cookies(&asking, &given));
            answer = self.send(&Method::GET, &to, &asking, Vec::new()).await?;
            for cookie in given {
                answer.headers.append(header::SET_COOKIE, cookie);
            }
        }
        Ok(answer)
    }

    /// The page on which a form stands, if it is one of this server.
    fn referer(&self, headers: &HeaderMap) -> Option<Uri> {
        let page: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
        self.is_there(&page).then_some(page)
    }

    /// Whether an address is one of this server.
    fn is_there(&self, address: &Uri) -> bool {
        address.authority().is_some_and(|asked| asked.as_str() == self.server.to_string())
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

/// The cookies of a request with those that an answer gave.
fn with_cookies(asking: &HeaderMap, given: &[HeaderValue]) -> HeaderValue {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let had = asking.get(header::COOKIE).map(text).unwrap_or_default();
    let given = given.iter().map(|cookie| text(cookie).split(';').next().unwrap_or_default().to_owned());
    let pairs = had.split("; ").map(str::to_owned).chain(given);
    let pairs: BTreeMap<_, _> =
        pairs.filter_map(|pair| pair.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned()))).collect();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    HeaderValue::try_from(pairs.join("; ")).expect("cookies are text")
}

/// What is not of a connection.
fn own(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in OF_A_CONNECTION {
        headers.remove(name);
    }
    // The scanner says it twice when it looks at tokens; who says two things is refused.
    if let Some(first) = headers.get(header::CONTENT_TYPE).cloned() {
        headers.insert(header::CONTENT_TYPE, first);
    }
    headers
}

/// A hidden field as our templates write it.
fn named(name: &str, value: &str) -> String {
    format!("name=\"{name}\" value=\"{value}\"")
}

/// The value of the first hidden field with a name. Whatever was injected into the page, nothing here ends with it.
fn field<'h>(html: &'h str, name: &str) -> Option<&'h str> {
    let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}
