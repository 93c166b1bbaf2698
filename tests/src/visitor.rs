//! A browser without script at a real server: cookies, redirects below its host, and forms.

use std::{cell::RefCell, collections::BTreeMap, net::SocketAddr};

use http::Method;
use portreeve_tests::{
    browser::Page,
    deployment::{FORM, form},
    reply::Reply,
};
use reqwest::{Client, redirect::Policy};

/// How many redirects in a row are followed.
const MAX_REDIRECTS: usize = 10;

/// Somebody at a browser, or a machine: whoever sends no cookies gets none.
pub(crate) struct Visitor {
    http: Client,
    pub(crate) base: String,
    pub(crate) cookies: RefCell<BTreeMap<String, String>>,
    agent: String,
}

impl Visitor {
    pub(crate) fn new(server: SocketAddr) -> Self {
        let http = Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client");
        Self { http, base: format!("http://{server}"), cookies: RefCell::default(), agent: "visitor".to_owned() }
    }

    /// As a browser that says what it is on every request.
    pub(crate) fn saying(self, agent: String) -> Self {
        Self { agent, ..self }
    }

    /// Sends one request and follows nothing.
    pub(crate) async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Reply {
        let request = self.http.request(method, format!("{}{path}", self.base)).body(body);
        let mut request = request.header("user-agent", &self.agent);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let cookies: Vec<_> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all("set-cookie") {
            let pair = cookie.to_str().expect("text").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        Reply { status, headers, body: response.bytes().await.expect("the body").to_vec() }
    }

    /// Goes to a path and follows redirects below the server's host.
    pub(crate) async fn visit(&self, path: &str) -> Page {
        let path = path.strip_prefix(&self.base).unwrap_or(path);
        let reply = self.send(Method::GET, path, &[("sec-fetch-site", "cross-site")], String::new()).await;
        self.follow(path.to_owned(), reply).await
    }

    /// Presses a button after filling in fields of its form.
    pub(crate) async fn press(&self, page: &Page, button: &str, filled: &[(&str, &str)]) -> Page {
        let (action, fields) = page.filled_form(button, filled);
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let headers = [("origin", self.base.as_str()), ("sec-fetch-site", "same-origin"), ("content-type", FORM)];
        let reply = self.send(Method::POST, &action, &headers, form(&pairs)).await;
        self.follow(action, reply).await
    }

    /// Posts a form as a machine does.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], pairs: &[(&str, &str)]) -> Reply {
        let headers = [headers, &[("content-type", FORM)]].concat();
        self.send(Method::POST, path, &headers, form(pairs)).await
    }

    async fn follow(&self, mut path: String, mut reply: Reply) -> Page {
        for _ in 0..MAX_REDIRECTS {
            let Some(location) = reply.location() else { break };
            let Some(next) = location.strip_prefix(&self.base).or(Some(location)).filter(|next| next.starts_with('/'))
            else {
                break;
            };
            path = next.to_owned();
            reply = self.send(Method::GET, &path, &[("sec-fetch-site", "same-origin")], String::new()).await;
        }
        Page { path, reply }
    }
}
