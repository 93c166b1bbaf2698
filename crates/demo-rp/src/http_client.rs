//! Requests from this application's server to the issuer and to the demo API.
//!
//! Owns the limits (time, size, no redirects, no proxy) and the recording of each request. Leaves the meaning of
//! an answer to the file that asked. Loopback addresses are allowed: the demo lives there.

use std::time::Duration;

use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, RequestBuilder, Response};
use serde_json::Value;

use crate::abbreviation;
use crate::config::ConfigError;
use crate::exchange::{Answer, Channel, Exchange, Purpose, Step, shown};
use crate::failure::Failure;
use crate::parameters;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest answer read, in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// A request about to be sent.
pub(crate) struct Outgoing<'a> {
    pub(crate) purpose: Purpose,
    /// The absolute URL, without a query.
    pub(crate) url: &'a str,
    /// The whole `Authorization` header value; `None` sends none.
    pub(crate) authorization: Option<String>,
    /// `None` makes it a GET; otherwise a POST with this form.
    pub(crate) form: Option<Vec<(&'a str, &'a str)>>,
}

/// An answer whose body was read completely.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) challenge: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// Reads the body as JSON; `None` when it is something else.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// The one HTTP client of this application.
#[derive(Clone)]
pub(crate) struct HttpClient(Client);

impl HttpClient {
    /// Builds the client; `ca_pem` adds trust anchors to the platform's.
    ///
    /// Errors: `ConfigError::Certificate`, `ConfigError::HttpClient`.
    pub(crate) fn new(ca_pem: Option<&str>) -> Result<Self, ConfigError> {
        let mut builder = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .redirect(Policy::none())
            .no_proxy();
        if let Some(pem) = ca_pem {
            let anchors = Certificate::from_pem_bundle(pem.as_bytes()).map_err(ConfigError::Certificate)?;
            builder = builder.tls_certs_merge(anchors);
        }
        builder.build().map(Self).map_err(ConfigError::HttpClient)
    }

    /// Sends a request, reads its answer whatever the status, and records both in `step`.
    ///
    /// Errors: `Failure::Unreachable` when no complete answer came within ten seconds and 64 KiB.
    pub(crate) async fn send(&self, outgoing: Outgoing<'_>, step: &mut Step) -> Result<Received, Failure> {
        let title = outgoing.purpose.title;
        let unreachable = |error: reqwest::Error| {
            tracing::warn!(request = title, error = %error.without_url(), "no answer");
            Failure::Unreachable { request: title, url: outgoing.url.to_owned() }
        };
        let mut exchange = record(&outgoing);
        let outcome = match self.build(&outgoing).send().await {
            Ok(response) => read(response).await,
            Err(error) => Err(error),
        };
        if let Ok(received) = &outcome {
            exchange.answer = Some(Answer {
                status: received.status.as_u16(),
                challenge: received.challenge.clone(),
                body: abbreviation::body(&received.body),
            });
        }
        step.record(exchange);
        outcome.map_err(unreachable)
    }

    fn build(&self, outgoing: &Outgoing<'_>) -> RequestBuilder {
        let request = match &outgoing.form {
            None => self.0.get(outgoing.url),
            Some(form) => self
                .0
                .post(outgoing.url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(parameters::encode(form.iter().copied())),
        };
        let request = request.header(ACCEPT, "application/json");
        match &outgoing.authorization {
            Some(value) => request.header(AUTHORIZATION, value),
            None => request,
        }
    }
}

fn record(outgoing: &Outgoing<'_>) -> Exchange {
    Exchange {
        purpose: outgoing.purpose,
        channel: Channel::Server,
        method: if outgoing.form.is_some() { "POST" } else { "GET" },
        address: outgoing.url.to_owned(),
        authorization: outgoing.authorization.as_deref().map(abbreviation::authorization),
        parameters: shown(outgoing.form.iter().flatten().copied()),
        answer: None,
        from_cache: false,
    }
}

/// Reads at most `MAX_BODY_BYTES`; a longer body is cut, and then fails where it is parsed.
async fn read(mut response: Response) -> Result<Received, reqwest::Error> {
    let status = response.status();
    let challenge =
        response.headers().get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = MAX_BODY_BYTES.saturating_sub(body.len());
        body.extend(chunk.iter().take(room));
        if chunk.len() > room {
            break;
        }
    }
    Ok(Received { status, challenge, body })
}
