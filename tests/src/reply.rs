//! A reply as a client sees it: status, headers, bytes.

use http::{HeaderMap, StatusCode, header::LOCATION};
use serde_json::Value;

use crate::markup;

/// A reply that was received whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// Returns the body of a success as JSON.
    ///
    /// # Panics
    ///
    /// When the status is not 200.
    pub fn success(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }

    /// Returns the status and the `error` member of a JSON error.
    pub fn error(&self) -> (u16, String) {
        let body = self.json();
        (self.status.as_u16(), body["error"].as_str().unwrap_or_default().to_owned())
    }

    /// Returns a header; None when it is absent or is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns where a redirect leads.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION).and_then(|value| value.to_str().ok())
    }

    /// Returns where the browser goes on to by itself: by a redirect, or by a page that sends it on.
    pub fn onward(&self) -> Option<String> {
        let is_page = self.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        let by_page = || is_page.then(|| markup::refresh_of(&self.text())).flatten();
        self.location().map(str::to_owned).or_else(by_page)
    }
}

/// What a browser takes to a client: the address and the response parameters in its query, its fragment, or a form.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The whole address.
    pub url: String,
    /// The parameters, in order: those of the query, then those of the fragment or the form.
    pub parameters: Vec<(String, String)>,
}

impl Callback {
    /// Reads the address of a redirect.
    pub fn parse(url: &str) -> Self {
        let (before, fragment) = url.split_once('#').unwrap_or((url, ""));
        let query = before.split_once('?').map_or("", |(_, query)| query);
        let pairs = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
        Self { url: url.to_owned(), parameters: [pairs(query), pairs(fragment)].concat() }
    }

    /// Reads a form that is posted to `action`.
    pub fn posted(action: &str, fields: Vec<(String, String)>) -> Self {
        let Self { url, parameters } = Self::parse(action);
        Self { url, parameters: [parameters, fields].concat() }
    }

    /// Returns a parameter, or None when it is absent.
    ///
    /// # Panics
    ///
    /// When it is there twice, which no response may have (RFC 6749 §3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(known, _)| known == name);
        let first = found.next();
        assert!(found.next().is_none(), "{name} is repeated in {}", self.url);
        first.map(|(_, value)| value.as_str())
    }

    /// Returns the code of a success.
    ///
    /// # Panics
    ///
    /// When the response is an error.
    pub fn code(&self) -> String {
        self.get("code").unwrap_or_else(|| panic!("no code in {}", self.url)).to_owned()
    }

    /// Returns the error code of an error response.
    ///
    /// # Panics
    ///
    /// When the response is a success.
    pub fn error(&self) -> &str {
        assert_eq!(self.get("code"), None, "a code in {}", self.url);
        self.get("error").unwrap_or_else(|| panic!("no error in {}", self.url))
    }
}
