//! The readable log: what was sent, what came back, in the order it happened.
//!
//! Owns the record of one request and its answer, and the step a person took that caused them. Values are
//! shortened when they are recorded, so a log never holds a token that works.

use crate::abbreviation;

/// Who carried the request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// A redirect: the person's browser carries it, and anybody at that browser can read it.
    Browser,
    /// A request from this application's server straight to the other server.
    Server,
}

/// What a request is for, in words for a newcomer.
#[derive(Clone, Copy)]
pub(crate) struct Purpose {
    /// The specification's name for the request.
    pub(crate) title: &'static str,
    /// One sentence: why a client makes it.
    pub(crate) reason: &'static str,
}

/// The answer to a request.
#[derive(Clone)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The `WWW-Authenticate` header when the server sent one (RFC 6750 §3).
    pub(crate) challenge: Option<String>,
    /// The body as it may be shown; empty when there was none.
    pub(crate) body: String,
}

/// One request and, when the server saw one, its answer.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) purpose: Purpose,
    pub(crate) channel: Channel,
    /// `GET` or `POST`.
    pub(crate) method: &'static str,
    /// The URL without its query.
    pub(crate) address: String,
    /// The `Authorization` header as it may be shown.
    pub(crate) authorization: Option<String>,
    /// Query or form parameters in the order sent, as they may be shown.
    pub(crate) parameters: Vec<(String, String)>,
    /// `None` for redirects: the answer goes to the browser.
    pub(crate) answer: Option<Answer>,
    /// Whether the answer was kept from an earlier request.
    pub(crate) from_cache: bool,
}

impl Exchange {
    /// Records a redirect with the parameters it carries.
    pub(crate) fn redirect<'a>(
        purpose: Purpose,
        address: &str,
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        Self {
            purpose,
            channel: Channel::Browser,
            method: "GET",
            address: address.to_owned(),
            authorization: None,
            parameters: shown(parameters),
            answer: None,
            from_cache: false,
        }
    }

    /// Returns the same record, marked as an answer that was kept.
    pub(crate) fn kept(&self) -> Self {
        Self { from_cache: true, ..self.clone() }
    }
}

/// Shortens the secrets among parameters.
pub(crate) fn shown<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    parameters.into_iter().map(|(name, value)| (name.to_owned(), abbreviation::parameter(name, value))).collect()
}

/// What one click caused.
#[derive(Clone)]
pub(crate) struct Step {
    /// What the person did, such as `Sign in`.
    pub(crate) title: &'static str,
    pub(crate) exchanges: Vec<Exchange>,
}

impl Step {
    /// Opens a step in which nothing was sent yet.
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, exchanges: Vec::new() }
    }

    /// Adds a request at the end.
    pub(crate) fn record(&mut self, exchange: Exchange) {
        self.exchanges.push(exchange);
    }
}
