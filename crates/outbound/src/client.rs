//! Fetching documents and posting forms and notifications.
//!
//! Owns the order of a request: read the URL, find a place at the host, check its addresses, connect, exchange, learn.
//! Clones share connections to nothing: only what was learned and what was fetched.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use portreeve_domain::{Fault, TenantId};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::breaker::Breaker;
use crate::cache::{Cache, Document};
use crate::connection::{self, Connection};
use crate::error::OutboundError;
use crate::exchange::{Answer, Limits, Message, exchange};
use crate::freshness::freshness;
use crate::resolver::{Resolver, checked_addresses};
use crate::rules::Rules;
use crate::target::{Scheme, Target};

/// What kind of document a fetch expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// `application/json`.
    Json,
    /// A JWK set: `application/jwk-set+json` (RFC 7517 §8.5.2) or `application/json`.
    JwkSet,
    /// A request object: `application/oauth-authz-req+jwt` (RFC 9101 §5.2.3) or `application/jwt`.
    RequestObject,
    /// A picture: `image/png` or `image/jpeg`.
    Picture,
}

/// The guarded client. Cheap to clone.
#[derive(Clone)]
pub struct Outbound(Arc<Shared>);

struct Shared {
    rules: Rules,
    resolver: Resolver,
    limits: Limits,
    tls: OnceCell<TlsConnector>,
    cache: Cache,
    breaker: Breaker,
}

impl Outbound {
    /// A client that keeps to the rules. Connects to nothing yet.
    pub fn new(rules: Rules) -> Self {
        Self::with(rules, Resolver::System, Limits::default())
    }

    /// Finds out whether a request to `url` with this `Authorization` could ever be sent, without sending one.
    ///
    /// # Errors
    /// `UnacceptableUrl`, also for plain http to what [`Rules`] does not allow.
    pub fn accepts(rules: &Rules, url: &str, authorization: Option<&str>) -> Result<(), OutboundError> {
        let target = Target::parse(url)?;
        if target.scheme == Scheme::Http && !rules.allows(&target) {
            return Err(OutboundError::UnacceptableUrl("the scheme is not https"));
        }
        authorization.map_or(Ok(()), |value| sensitive(value).map(drop))
    }

    /// A client for tests.
    pub(crate) fn with(rules: Rules, resolver: Resolver, limits: Limits) -> Self {
        let (tls, cache, breaker) = Default::default();
        Self(Arc::new(Shared { rules, resolver, limits, tls, cache, breaker }))
    }

    /// Fetches a document: status 200, of the expected kind, at most 64 KiB, within 5 s.
    ///
    /// A copy that is not older than `max_age` serves; with `Duration::ZERO` it is fetched now, or taken from a fetch that
    /// is under way. A URL is fetched by one at a time. When a fetch fails, a copy of at most an hour serves instead, and
    /// the failure stands for a minute or `max_age`, whichever is shorter.
    ///
    /// # Errors
    /// Every [`OutboundError`].
    pub async fn fetch(
        &self,
        tenant: TenantId,
        url: &str,
        expected: Expected,
        max_age: Duration,
    ) -> Result<Arc<Document>, OutboundError> {
        let target = Target::parse(url)?;
        let slot = self.0.cache.slot((tenant, url.to_owned(), expected));
        slot.get(max_age, self.fetch_now(&target, expected)).await
    }

    /// Fetches a document anew, for what a copy lacks; at most once within `at_most_every`, else the copy serves.
    ///
    /// # Errors
    /// Every [`OutboundError`].
    pub async fn renew(
        &self,
        tenant: TenantId,
        url: &str,
        expected: Expected,
        at_most_every: Duration,
    ) -> Result<Arc<Document>, OutboundError> {
        let target = Target::parse(url)?;
        let slot = self.0.cache.slot((tenant, url.to_owned(), expected));
        slot.renew(at_most_every, self.fetch_now(&target, expected)).await
    }

    /// Posts a form and gives the status of the answer, whatever it is; the body is read within limits and dropped.
    ///
    /// # Errors
    /// Every [`OutboundError`] but `Status` and `MediaType`.
    pub async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<u16, OutboundError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.post(url, None, ("application/x-www-form-urlencoded", body.into_bytes())).await
    }

    /// Posts JSON with a bearer token (RFC 6750 §2.1) and gives the status of the answer, as `post_form`.
    ///
    /// # Errors
    /// As `post`.
    pub async fn post_json(&self, url: &str, bearer: &str, body: Vec<u8>) -> Result<u16, OutboundError> {
        self.post(url, Some(&format!("Bearer {bearer}")), ("application/json", body)).await
    }

    /// Posts a body of a media type, with `authorization` as the header of that name, and gives the status of the answer, as `post_form`.
    ///
    /// # Errors
    /// As `post_form`; `UnacceptableUrl` for an authorization that no header can hold.
    pub async fn post(
        &self,
        url: &str,
        authorization: Option<&str>,
        (media_type, body): (&'static str, Vec<u8>),
    ) -> Result<u16, OutboundError> {
        let target = Target::parse(url)?;
        let authorization = authorization.map(sensitive).transpose()?;
        let body = Some((HeaderValue::from_static(media_type), Bytes::from(body)));
        let accept = HeaderValue::from_static("*/*");
        let message = Message { method: Method::POST, accept, authorization, body };
        self.ask(&target, message).await.map(|answer| answer.status.as_u16())
    }

    async fn fetch_now(&self, target: &Target, expected: Expected) -> Result<Document, OutboundError> {
        let message = Message { method: Method::GET, accept: expected.accept(), authorization: None, body: None };
        let answer = self.ask(target, message).await?;
        if answer.status != http::StatusCode::OK {
            return Err(OutboundError::Status(answer.status.as_u16()));
        }
        expected.check(&answer.headers)?;
        Ok(Document { body: answer.body, fetched_at: Instant::now(), fresh_for: freshness(&answer.headers) })
    }

    /// Makes one request and tells the breaker how it went.
    async fn ask(&self, target: &Target, message: Message) -> Result<Answer, OutboundError> {
        let authority = target.authority();
        // On the heap: what connecting and speaking TLS remember would be part of the future of every use case that might ask.
        let answer = Box::pin(timeout(self.0.limits.total, async {
            let _place = self.0.breaker.enter(&authority).await?;
            let mut connection =
                timeout(self.0.limits.connect, self.connect(target)).await.unwrap_or(Err(OutboundError::TimedOut))?;
            exchange(&mut connection, target, message, self.0.limits).await
        }));
        let answer = answer.await.unwrap_or(Err(OutboundError::TimedOut));
        match &answer {
            Ok(answer) if answer.status.is_server_error() => {
                self.0.breaker.learn(&authority, Some(&OutboundError::Status(answer.status.as_u16())));
            }
            Ok(_) => self.0.breaker.learn(&authority, None),
            // Nobody was asked.
            Err(OutboundError::HostRests | OutboundError::SpecialUseAddress(_) | OutboundError::UnacceptableUrl(_)) => {
            }
            Err(error) => self.0.breaker.learn(&authority, Some(error)),
        }
        answer
    }

    async fn connect(&self, target: &Target) -> Result<Connection, OutboundError> {
        let addresses = checked_addresses(&self.0.resolver, &self.0.rules, target).await?;
        let tls = self.0.tls.get_or_try_init(|| self.connector()).await;
        let tls = tls.map_err(|fault| OutboundError::Tls(fault.to_string()))?;
        connection::open(tls, target, &addresses).await
    }

    /// Reads the machine's certificate authorities, once and not on a thread that serves requests.
    async fn connector(&self) -> Result<TlsConnector, Fault> {
        let shared = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || connection::connector(&shared.rules)).await.map_err(Fault::new)?
    }
}

/// A value of `Authorization`.
fn sensitive(value: &str) -> Result<HeaderValue, OutboundError> {
    let mut header =
        HeaderValue::try_from(value).map_err(|_| OutboundError::UnacceptableUrl("the authorization cannot be sent"))?;
    header.set_sensitive(true);
    Ok(header)
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("rules", &self.0.rules).finish_non_exhaustive()
    }
}

impl Expected {
    fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Json => &["application/json"],
            Self::JwkSet => &["application/jwk-set+json", "application/json"],
            Self::RequestObject => &["application/oauth-authz-req+jwt", "application/jwt"],
            Self::Picture => &["image/png", "image/jpeg"],
        }
    }

    fn accept(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json",
            Self::JwkSet => "application/jwk-set+json, application/json",
            Self::RequestObject => "application/oauth-authz-req+jwt, application/jwt",
            Self::Picture => "image/png, image/jpeg",
        })
    }

    /// Compares the media type, without its parameters (RFC 9110 §8.3.1).
    fn check(self, headers: &HeaderMap) -> Result<(), OutboundError> {
        let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = text.split(';').next().unwrap_or_default().trim();
        if self.media_types().iter().any(|known| known.eq_ignore_ascii_case(essence)) {
            return Ok(());
        }
        Err(OutboundError::MediaType(essence.chars().take(80).collect()))
    }
}
