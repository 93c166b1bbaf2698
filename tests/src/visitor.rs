//! A browser without script, or a machine, at a server that is a process: cookies, redirects below its host, and forms.
//!
//! Every request has a form that fails as a value (`try_…`), for servers that are killed while they answer. A browser inside
//! the test's own process is `browser`.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::Method;
use reqwest::{Client, redirect::Policy};

use crate::{
    browser::Page,
    deployment::{FORM, form},
    reply::Reply,
};

/// How many redirects in a row are followed.
const MAX_REDIRECTS: usize = 10;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The nodes that requests go to, by turns: what a load balancer believes to be ready. Cheap to clone.
#[derive(Clone)]
pub struct Nodes(Arc<Mutex<Vec<SocketAddr>>>);

impl Nodes {
    /// These nodes.
    pub fn new(nodes: Vec<SocketAddr>) -> Self {
        Self(Arc::new(Mutex::new(nodes)))
    }

    /// From now on these nodes, for all who have a clone.
    pub fn set(&self, nodes: Vec<SocketAddr>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = nodes;
    }

    /// The one whose turn it is. Without any it is nobody's address, which refuses connections.
    fn at(&self, turn: usize) -> SocketAddr {
        let nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.get(turn % nodes.len().max(1)).copied().unwrap_or(SocketAddr::from(([127, 0, 0, 1], 1)))
    }
}

/// Somebody at a browser, or a machine: whoever sends no cookies gets none.
pub struct Visitor {
    http: Client,
    nodes: Nodes,
    turn: Cell<usize>,
    /// What the browser shows: a proxy stands before the node.
    origin: String,
    /// The cookies, by name.
    pub cookies: RefCell<BTreeMap<String, String>>,
    agent: String,
    address: Option<IpAddr>,
}

impl Visitor {
    /// Somebody without cookies at a server.
    ///
    /// # Panics
    ///
    /// When there can be no client.
    pub fn new(server: SocketAddr) -> Self {
        Self {
            http: Client::builder().redirect(Policy::none()).no_proxy().timeout(PATIENCE).build().expect("a client"),
            nodes: Nodes::new(vec![server]),
            turn: Cell::new(0),
            origin: format!("http://{server}"),
            cookies: RefCell::default(),
            agent: "visitor".to_owned(),
            address: None,
        }
    }

    /// As a browser that says what it is on every request.
    #[must_use]
    pub fn saying(self, agent: String) -> Self {
        Self { agent, ..self }
    }

    /// At a node that is reached through a proxy, which says where the request came from.
    #[must_use]
    pub fn through_proxy(self, public: SocketAddr, address: IpAddr) -> Self {
        Self { origin: format!("http://{public}"), address: Some(address), ..self }
    }

    /// At a server that people know by another name than the proxy's address, such as `http://localhost:8080`.
    #[must_use]
    pub fn of_origin(self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self }
    }

    /// Each request goes to the next of these nodes.
    #[must_use]
    pub fn balanced(self, nodes: &Nodes) -> Self {
        Self { nodes: nodes.clone(), ..self }
    }

    /// From another address, as a proxy says.
    #[must_use]
    pub fn from_address(self, address: IpAddr) -> Self {
        Self { address: Some(address), ..self }
    }

    /// The address that a proxy says.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Somebody else: the same connections, but no cookies.
    #[must_use]
    pub fn stranger(&self) -> Self {
        Self {
            http: self.http.clone(),
            nodes: self.nodes.clone(),
            turn: self.turn.clone(),
            origin: self.origin.clone(),
            cookies: RefCell::default(),
            agent: self.agent.clone(),
            address: self.address,
        }
    }

    /// Sends one request and follows nothing.
    ///
    /// # Panics
    ///
    /// When there is no answer.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Reply {
        self.try_send(method, path, headers, body).await.expect("an answer")
    }

    /// As `send`.
    ///
    /// # Errors
    ///
    /// When the answer did not come whole.
    ///
    /// # Panics
    ///
    /// When a cookie is not of the form that all have.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Reply, reqwest::Error> {
        let node = self.nodes.at(self.turn.replace(self.turn.get() + 1));
        let request = self.http.request(method, format!("http://{node}{path}")).body(body);
        let mut request = request.header("user-agent", &self.agent);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(address) = self.address {
            request = request.header("x-forwarded-for", address.to_string());
        }
        let cookies: Vec<_> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        for cookie in headers.get_all("set-cookie") {
            let pair = cookie.to_str().expect("text").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        Ok(Reply { status, headers, body })
    }

    /// Goes to a path and follows redirects below the server's host.
    ///
    /// # Panics
    ///
    /// When there is no answer.
    pub async fn visit(&self, path: &str) -> Page {
        self.try_visit(path).await.expect("an answer")
    }

    /// As `visit`.
    ///
    /// # Errors
    ///
    /// When an answer did not come whole.
    pub async fn try_visit(&self, path: &str) -> Result<Page, reqwest::Error> {
        let path = path.strip_prefix(&self.origin).unwrap_or(path);
        let reply = self.try_send(Method::GET, path, &[("sec-fetch-site", "cross-site")], String::new()).await?;
        self.follow(path.to_owned(), reply).await
    }

    /// Presses a button after filling in fields of its form.
    ///
    /// # Panics
    ///
    /// When there is no answer, or no such button.
    pub async fn press(&self, page: &Page, button: &str, filled: &[(&str, &str)]) -> Page {
        self.try_press(page, button, filled).await.expect("an answer")
    }

    /// As `press`.
    ///
    /// # Errors
    ///
    /// When an answer did not come whole.
    ///
    /// # Panics
    ///
    /// When there is no such button.
    pub async fn try_press(&self, page: &Page, button: &str, filled: &[(&str, &str)]) -> Result<Page, reqwest::Error> {
        let (action, fields) = page.filled_form(button, filled);
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let headers = [("origin", self.origin.as_str()), ("sec-fetch-site", "same-origin"), ("content-type", FORM)];
        let reply = self.try_send(Method::POST, &action, &headers, form(&pairs)).await?;
        self.follow(action, reply).await
    }

    /// Posts a form as a machine does.
    ///
    /// # Panics
    ///
    /// When there is no answer.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], pairs: &[(&str, &str)]) -> Reply {
        self.try_post(path, headers, pairs).await.expect("an answer")
    }

    /// As `post`.
    ///
    /// # Errors
    ///
    /// When the answer did not come whole.
    pub async fn try_post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        pairs: &[(&str, &str)],
    ) -> Result<Reply, reqwest::Error> {
        let headers = [headers, &[("content-type", FORM)]].concat();
        self.try_send(Method::POST, path, &headers, form(pairs)).await
    }

    async fn follow(&self, mut path: String, mut reply: Reply) -> Result<Page, reqwest::Error> {
        for _ in 0..MAX_REDIRECTS {
            let Some(location) = reply.location() else { break };
            let Some(next) =
                location.strip_prefix(&self.origin).or(Some(location)).filter(|next| next.starts_with('/'))
            else {
                break;
            };
            path = next.to_owned();
            reply = self.try_send(Method::GET, &path, &[("sec-fetch-site", "same-origin")], String::new()).await?;
        }
        Ok(Page { path, reply })
    }
}
