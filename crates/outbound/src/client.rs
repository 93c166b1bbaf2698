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
use tokio::time::{timeout, timeout_at};
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
        let answer = Box::pin(self.answer(&authority, target, message)).await;
        match &answer {
            Ok(answer) if answer.status.is_server_error() => {
                self.0.breaker.learn(&authority, Some(&OutboundError::Status(answer.status.as_u16())));
            }
            Ok(_) => self.0.breaker.learn(&authority, None),
            // Nobody was asked, or hardly had the time to answer.
            Err(
                OutboundError::HostRests
                | OutboundError::Crowded
                | OutboundError::SpecialUseAddress(_)
                | OutboundError::UnacceptableUrl(_),
            ) => {}
            Err(error) => self.0.breaker.learn(&authority, Some(error)),
        }
        answer
    }

    /// Waits for a place at the host, connects and exchanges, all within one limit of time.
    async fn answer(&self, authority: &str, target: &Target, message: Message) -> Result<Answer, OutboundError> {
        let (limits, began) = (self.0.limits, tokio::time::Instant::now());
        let until = began + limits.total;
        let place = timeout_at(until, self.0.breaker.enter(authority)).await;
        let _place = place.unwrap_or(Err(OutboundError::Crowded))?;
        // A host that was left less than half of the time is not too slow: our queue was too long.
        let over = if began.elapsed() > limits.total / 2 { OutboundError::Crowded } else { OutboundError::TimedOut };
        let exchanged = timeout_at(until, async {
            let connection = timeout(limits.connect, self.connect(target)).await;
            let mut connection = connection.unwrap_or(Err(OutboundError::TimedOut))?;
            exchange(&mut connection, target, message, limits).await
        });
        exchanged.await.unwrap_or(Err(over))
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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use tokio::sync::OwnedSemaphorePermit;

    use super::*;
    use crate::breaker::{MAX_AT_ONCE, MAX_FAILURES};

    /// A host that lets everybody in and never answers.
    struct Mute {
        listener: TcpListener,
        client: Outbound,
    }

    impl Mute {
        fn new() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let authority = listener.local_addr().unwrap().to_string();
            let client = Outbound::new(Rules::allowing([authority.as_str()]).unwrap());
            Self { listener, client }
        }

        fn authority(&self) -> String {
            self.listener.local_addr().unwrap().to_string()
        }

        async fn place(&self) -> Result<OwnedSemaphorePermit, OutboundError> {
            self.client.0.breaker.enter(&self.authority()).await
        }

        async fn every_place(&self) -> Vec<OwnedSemaphorePermit> {
            let mut places = Vec::new();
            for _ in 0..MAX_AT_ONCE {
                places.push(self.place().await.unwrap());
            }
            places
        }

        /// Asks as often at once as failures make a host rest; how each request ends.
        async fn ask(&self) -> Vec<Result<u16, OutboundError>> {
            let url = format!("http://{}/", self.authority());
            let asked: Vec<_> = (0..MAX_FAILURES)
                .map(|_| {
                    let (client, url) = (self.client.clone(), url.clone());
                    tokio::spawn(async move { client.post_form(&url, &[]).await })
                })
                .collect();
            let mut answers = Vec::new();
            for asked in asked {
                answers.push(asked.await.unwrap());
            }
            answers
        }
    }

    /// A wait in our own queue that takes the whole time says nothing about the host.
    #[tokio::test(start_paused = true)]
    async fn a_host_at_which_no_place_came_free_does_not_rest() {
        let host = Mute::new();
        let places = host.every_place().await;

        let answers = host.ask().await;

        assert!(answers.iter().all(|answer| *answer == Err(OutboundError::Crowded)), "{answers:?}");
        drop(places);
        assert!(host.place().await.is_ok());
    }

    /// Nor does a wait that leaves the host too little of it.
    #[tokio::test(start_paused = true)]
    async fn a_host_that_was_left_little_time_does_not_rest() {
        let host = Mute::new();
        let places = host.every_place().await;
        let most = host.client.0.limits.total * 3 / 5;

        let (answers, ()) = tokio::join!(host.ask(), async {
            tokio::time::sleep(most).await;
            drop(places);
        });

        assert!(answers.iter().all(|answer| *answer == Err(OutboundError::Crowded)), "{answers:?}");
        assert!(host.place().await.is_ok());
    }

    /// A host that does not answer although it had the time rests.
    #[tokio::test(start_paused = true)]
    async fn a_host_that_never_answers_rests() {
        let host = Mute::new();

        let answers = host.ask().await;

        assert!(answers.iter().all(|answer| *answer == Err(OutboundError::TimedOut)), "{answers:?}");
        assert_eq!(host.place().await.unwrap_err(), OutboundError::HostRests);
    }
}
