//! One request and its answer, within limits of time and length.
//!
//! Owns the limits and the head of the request. Leaves the connection to `connection` and what answers are good for to
//! `client`.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;

use crate::connection::Connection;
use crate::error::OutboundError;
use crate::target::Target;

const USER_AGENT: HeaderValue = HeaderValue::from_static("portreeve");

/// How long and how much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// From the name to the end of the TLS handshake.
    pub(crate) connect: Duration,
    /// From the name to the last byte.
    pub(crate) total: Duration,
    pub(crate) body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), total: Duration::from_secs(5), body_bytes: 64 * 1024 }
    }
}

/// What is sent.
pub(crate) struct Message {
    pub(crate) method: Method,
    pub(crate) accept: HeaderValue,
    /// The value of `Authorization`; it goes to nobody else, as there are no redirects.
    pub(crate) authorization: Option<HeaderValue>,
    /// With its media type.
    pub(crate) body: Option<(HeaderValue, Bytes)>,
}

/// What came back: of any status.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Sends a message and reads the answer to its end.
///
/// # Errors
/// `BrokenAnswer`, `TooLong`, `Compressed`.
pub(crate) async fn exchange(
    connection: &mut Connection,
    target: &Target,
    message: Message,
    limits: Limits,
) -> Result<Answer, OutboundError> {
    let request = request(target, message)?;
    let answer = connection.sender.send_request(request).await.map_err(|_| OutboundError::BrokenAnswer)?;
    let (head, body) = answer.into_parts();
    let is_plain = |encoding: &HeaderValue| encoding.as_bytes().eq_ignore_ascii_case(b"identity");
    if !head.headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Err(OutboundError::Compressed);
    }
    let body = Limited::new(body, limits.body_bytes).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { OutboundError::TooLong } else { OutboundError::BrokenAnswer }
    })?;
    Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
}

fn request(target: &Target, message: Message) -> Result<Request<Full<Bytes>>, OutboundError> {
    let mut request = Request::builder()
        .method(message.method)
        .uri(&target.path)
        .header(header::HOST, target.host_header())
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, message.accept)
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::CONNECTION, "close");
    if let Some(authorization) = message.authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let body = match message.body {
        Some((media_type, body)) => {
            request = request.header(header::CONTENT_TYPE, media_type);
            body
        }
        None => Bytes::new(),
    };
    request.body(Full::new(body)).map_err(|_| OutboundError::UnacceptableUrl("the path cannot be sent"))
}
