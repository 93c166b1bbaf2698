//! A browser without script, as far as signing in needs one: cookies, redirects and one form.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use crate::http::{self, Connection};
use crate::target::CALLBACK;

/// How many redirects in a row are followed.
const MAX_REDIRECTS: usize = 12;

/// One visit: its cookies, and the header lines of each of its requests.
pub(crate) struct Visit {
    cookies: BTreeMap<String, String>,
    headers: String,
}

/// Where a request has led.
enum Arrival {
    /// A page of the issuer: its path and markup.
    Page { path: String, html: String },
    /// The client's address.
    Client(String),
}

impl Arrival {
    /// At the page at `path`, or at the client that the page sends the browser on to.
    fn at(path: String, html: &str) -> Self {
        match between(html, "http-equiv=\"refresh\" content=\"0; url=", "\"").filter(|to| to.starts_with(CALLBACK)) {
            Some(address) => Self::Client(address.replace("&#38;", "&")),
            None => Self::Page { path, html: html.to_owned() },
        }
    }
}

impl Visit {
    /// Begins a visit without cookies.
    pub(crate) fn new(headers: String) -> Self {
        Self { cookies: BTreeMap::new(), headers }
    }

    /// Goes to the authorization endpoint, fills in the page that asks who it is, and returns the address of the client
    /// with the response. An issuer that asks nothing needs no password.
    pub(crate) async fn sign_in(
        &mut self,
        connection: &mut Connection,
        authorize: &str,
        email: &str,
        password: &str,
    ) -> Result<String> {
        let (path, html) = match self.follow(connection, http::get(authorize, &self.lines())).await? {
            Arrival::Client(address) => return Ok(address),
            Arrival::Page { path, html } => (path, html),
        };
        let action = between(&html, "<form method=\"post\" action=\"", "\"").unwrap_or(&path);
        let form = filled(&html, email, password).with_context(|| format!("no form at {path}"))?;
        match self.follow(connection, http::post(action, &self.lines(), &form)).await? {
            Arrival::Client(address) => Ok(address),
            Arrival::Page { path, html } => bail!("signing in ended at {path}:\n{html}"),
        }
    }

    /// The header lines of its next request.
    pub(crate) fn lines(&self) -> String {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        match cookies.is_empty() {
            true => self.headers.clone(),
            false => format!("{}Cookie: {}\r\n", self.headers, cookies.join("; ")),
        }
    }

    async fn follow(&mut self, connection: &mut Connection, mut request: Vec<u8>) -> Result<Arrival> {
        let mut path = String::new();
        for _ in 0..MAX_REDIRECTS {
            let reply = connection.send(&request).await?;
            for cookie in reply.header("set-cookie") {
                let pair = cookie.split(';').next().unwrap_or_default();
                let (name, value) = pair.split_once('=').context("a cookie without a value")?;
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            match reply.status {
                302 | 303 => {
                    let location = reply.location()?;
                    if location.starts_with(CALLBACK) {
                        return Ok(Arrival::Client(location.to_owned()));
                    }
                    path = path_of(location).to_owned();
                }
                200 => return Ok(Arrival::at(path, &String::from_utf8_lossy(reply.body))),
                status => bail!("{status} on the way: {}", String::from_utf8_lossy(reply.body)),
            }
            request = http::get(&path, &self.lines());
        }
        bail!("more than {MAX_REDIRECTS} redirects")
    }
}

/// The form of a page with its hidden fields, an address and a password.
fn filled(html: &str, email: &str, password: &str) -> Option<String> {
    let hidden = |name| between(html, &format!("name=\"{name}\" value=\""), "\"");
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("csrf", hidden("csrf")?).append_pair("version", hidden("version")?);
    Some(form.append_pair("email", email).append_pair("password", password).finish())
}

/// The path and query of an address, whether it has a scheme and host or not.
fn path_of(location: &str) -> &str {
    let Some((_, rest)) = location.split_once("://") else { return location };
    rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/")
}

/// What stands in `text` between the first `start` and the `end` after it.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    text.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map(|(found, _)| found)
}
