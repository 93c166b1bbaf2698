//! Form bodies and query strings as pairs, decoded once and strictly.
//!
//! Owns media type, limits and decoding; what a lenient decoder would repair is refused here, so that
//! no two readers of one request can disagree. Leaves the meaning to the protocol crate: pairs keep
//! their order and their duplicates. WHATWG URL §5, RFC 6749 appendix B; SECURITY.md rule 10.

use std::fmt;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use percent_encoding::percent_decode_str;

/// Bytes of a form body.
pub const MAX_FORM_BYTES: usize = 64 * 1024;
/// Bytes of a query string.
pub const MAX_QUERY_BYTES: usize = 8 * 1024;
/// Pairs of a form or of a query.
pub const MAX_PAIRS: usize = 200;

const FORM_MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The pairs of an `application/x-www-form-urlencoded` request body, in order, duplicates kept.
///
/// Its `Debug` shows only the number of pairs: forms carry passwords and secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct FormPairs(pub Vec<(String, String)>);

/// The pairs of the query string, in order, duplicates kept; empty without a query.
///
/// Its `Debug` shows only the number of pairs.
#[derive(Clone, PartialEq, Eq)]
pub struct QueryPairs(pub Vec<(String, String)>);

/// Why a form or a query was refused. Each door turns it into its own error shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairsRejection {
    /// The body is not declared as a form, or declared twice.
    #[error("the content type must be application/x-www-form-urlencoded")]
    WrongContentType,
    /// A `Content-Encoding` is declared, whichever it is (S-126).
    #[error("the body must not be content-encoded")]
    ContentEncoded,
    /// The body is larger than [`MAX_FORM_BYTES`].
    #[error("the form is too large")]
    FormTooLarge,
    /// The query is longer than [`MAX_QUERY_BYTES`].
    #[error("the query is too long")]
    QueryTooLong,
    /// There are more than [`MAX_PAIRS`] pairs.
    #[error("there are too many parameters")]
    TooManyPairs,
    /// A name or a value is not UTF-8 after decoding.
    #[error("parameters must be UTF-8")]
    NotUtf8,
    /// A `%` is not followed by two hexadecimal digits.
    #[error("a parameter is not percent-encoded correctly")]
    BadPercentEncoding,
    /// The body did not arrive whole: the client stopped, or took too long.
    #[error("the body could not be read")]
    Unreadable,
}

impl PairsRejection {
    /// The status of a reply that says nothing more specific. RFC 9110 §15.5.
    pub fn status(self) -> StatusCode {
        match self {
            Self::WrongContentType | Self::ContentEncoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::FormTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::QueryTooLong => StatusCode::URI_TOO_LONG,
            Self::TooManyPairs | Self::NotUtf8 | Self::BadPercentEncoding | Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for PairsRejection {
    fn into_response(self) -> Response {
        let no_store = [(header::CACHE_CONTROL, "no-store")];
        (self.status(), no_store, self.to_string()).into_response()
    }
}

impl<S: Send + Sync> FromRequest<S> for FormPairs {
    type Rejection = PairsRejection;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Self::Rejection> {
        if request.headers().contains_key(header::CONTENT_ENCODING) {
            return Err(PairsRejection::ContentEncoded);
        }
        if !declares_form(request.headers()) {
            return Err(PairsRejection::WrongContentType);
        }
        let body = read_body(request.into_body()).await?;
        let text = std::str::from_utf8(&body).map_err(|_| PairsRejection::NotUtf8)?;
        decode_pairs(text).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for QueryPairs {
    type Rejection = PairsRejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        if query.len() > MAX_QUERY_BYTES {
            return Err(PairsRejection::QueryTooLong);
        }
        decode_pairs(query).map(Self)
    }
}

impl fmt::Debug for FormPairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FormPairs({} pairs)", self.0.len())
    }
}

impl fmt::Debug for QueryPairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueryPairs({} pairs)", self.0.len())
    }
}

/// Whether exactly one `Content-Type` names the form media type; its parameters do not matter,
/// because the content must be UTF-8 in any case.
pub fn declares_form(headers: &HeaderMap) -> bool {
    let mut declared = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (declared.next(), declared.next()) else {
        return false;
    };
    only.to_str().is_ok_and(|value| {
        let media_type = value.split_once(';').map_or(value, |(before, _)| before);
        media_type.trim_matches([' ', '\t']).eq_ignore_ascii_case(FORM_MEDIA_TYPE)
    })
}

async fn read_body(body: Body) -> Result<axum::body::Bytes, PairsRejection> {
    match Limited::new(body, MAX_FORM_BYTES).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if is_length_limit(error.as_ref()) => Err(PairsRejection::FormTooLarge),
        Err(_) => Err(PairsRejection::Unreadable),
    }
}

/// Looks through the causes, because a listener with a smaller limit wraps its own.
fn is_length_limit(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |cause| cause.source()).any(|cause| cause.is::<LengthLimitError>())
}

fn decode_pairs(encoded: &str) -> Result<Vec<(String, String)>, PairsRejection> {
    let mut pairs = Vec::new();
    for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
        if pairs.len() == MAX_PAIRS {
            return Err(PairsRejection::TooManyPairs);
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((decode(name)?, decode(value)?));
    }
    Ok(pairs)
}

fn decode(encoded: &str) -> Result<String, PairsRejection> {
    // As in nearly every name, identifier and token.
    if !encoded.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(encoded.to_owned());
    }
    if !escapes_are_complete(encoded) {
        return Err(PairsRejection::BadPercentEncoding);
    }
    let spaced = encoded.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map(|decoded| decoded.into_owned()).map_err(|_| PairsRejection::NotUtf8)
}

fn escapes_are_complete(encoded: &str) -> bool {
    encoded.split('%').skip(1).all(|after| {
        let mut digits = after.bytes().take(2);
        let mut hex = || digits.next().is_some_and(|digit| digit.is_ascii_hexdigit());
        hex() && hex()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn form(content_type: &str, body: impl Into<Body>) -> Result<FormPairs, PairsRejection> {
        let request = Request::post("/").header(header::CONTENT_TYPE, content_type).body(body.into()).unwrap();
        FormPairs::from_request(request, &()).await
    }

    async fn query(uri: &str) -> Result<QueryPairs, PairsRejection> {
        let (mut parts, ()) = Request::get(uri).body(()).unwrap().into_parts();
        QueryPairs::from_request_parts(&mut parts, &()).await
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[tokio::test]
    async fn order_and_duplicates_are_kept() {
        let read = form(FORM_MEDIA_TYPE, "b=1&a=2&b=3&&c&d=x=y").await.unwrap();

        assert_eq!(read.0, pairs(&[("b", "1"), ("a", "2"), ("b", "3"), ("c", ""), ("d", "x=y")]));
    }

    /// RFC 6749 appendix B: the worked example.
    #[tokio::test]
    async fn values_decode_as_in_rfc_6749_appendix_b() {
        let read = form(FORM_MEDIA_TYPE, "v=+%25%26%2B%C2%A3%E2%82%AC").await.unwrap();

        assert_eq!(read.0, pairs(&[("v", " %&+£€")]));
    }

    #[tokio::test]
    async fn only_the_form_media_type_is_accepted() {
        for accepted in ["application/x-www-form-urlencoded; charset=utf-8", "Application/X-WWW-Form-Urlencoded"] {
            assert!(form(accepted, "a=1").await.is_ok(), "{accepted}");
        }
        for refused in [
            "",
            "text/plain",
            "application/json",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded2",
            "application/x-www-form-urlencoded, application/json",
        ] {
            assert_eq!(form(refused, "a=1").await, Err(PairsRejection::WrongContentType), "{refused}");
        }
    }

    #[tokio::test]
    async fn two_content_types_are_refused() {
        let request = Request::post("/")
            .header(header::CONTENT_TYPE, FORM_MEDIA_TYPE)
            .header(header::CONTENT_TYPE, FORM_MEDIA_TYPE)
            .body(Body::from("a=1"))
            .unwrap();

        let read = FormPairs::from_request(request, &()).await;

        assert_eq!(read, Err(PairsRejection::WrongContentType));
    }

    /// S-126: encoded request bodies are refused.
    #[tokio::test]
    async fn a_content_encoding_is_refused_with_415() {
        for encoding in ["gzip", "br", "zstd", "identity"] {
            let request = Request::post("/")
                .header(header::CONTENT_TYPE, FORM_MEDIA_TYPE)
                .header(header::CONTENT_ENCODING, encoding)
                .body(Body::from("a=1"))
                .unwrap();

            let rejection = FormPairs::from_request(request, &()).await.unwrap_err();

            assert_eq!(rejection, PairsRejection::ContentEncoded, "{encoding}");
            assert_eq!(rejection.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
    }

    /// S-121: a body over the limit.
    #[tokio::test]
    async fn a_form_of_64_kib_is_read_and_one_byte_more_is_not() {
        let largest = format!("a={}", "x".repeat(MAX_FORM_BYTES - 2));

        assert!(form(FORM_MEDIA_TYPE, largest.clone()).await.is_ok());
        assert_eq!(form(FORM_MEDIA_TYPE, largest + "x").await, Err(PairsRejection::FormTooLarge));
    }

    /// S-121: too many fields.
    #[tokio::test]
    async fn two_hundred_pairs_are_read_and_one_more_is_not() {
        assert_eq!(form(FORM_MEDIA_TYPE, "a=1&".repeat(200)).await.unwrap().0.len(), 200);
        assert_eq!(form(FORM_MEDIA_TYPE, "a=1&".repeat(201)).await, Err(PairsRejection::TooManyPairs));
    }

    /// S-123: what a lossy decoder would repair.
    #[tokio::test]
    async fn broken_encodings_are_refused() {
        for (body, rejection) in [
            (&b"a=%"[..], PairsRejection::BadPercentEncoding),
            (b"a=%4", PairsRejection::BadPercentEncoding),
            (b"a=%zz", PairsRejection::BadPercentEncoding),
            (b"a=%%41", PairsRejection::BadPercentEncoding),
            (b"%+4=1", PairsRejection::BadPercentEncoding),
            (b"a=%C3%28", PairsRejection::NotUtf8),
            (b"a=%ED%A0%80", PairsRejection::NotUtf8),
            (b"a=\xff", PairsRejection::NotUtf8),
        ] {
            assert_eq!(form(FORM_MEDIA_TYPE, body).await, Err(rejection), "{body:?}");
        }
    }

    #[tokio::test]
    async fn an_empty_form_has_no_pairs() {
        assert_eq!(form(FORM_MEDIA_TYPE, "").await.unwrap().0, pairs(&[]));
    }

    #[tokio::test]
    async fn a_query_is_read_by_the_same_rules() {
        let read = query("/cb?a=1&a=%C3%A9+x").await.unwrap();

        assert_eq!(read.0, pairs(&[("a", "1"), ("a", "é x")]));
        assert_eq!(query("/cb").await.unwrap().0, pairs(&[]));
        assert_eq!(query("/cb?a=%ff").await, Err(PairsRejection::NotUtf8));
    }

    #[tokio::test]
    async fn a_query_over_8_kib_is_refused_with_414() {
        let rejection = query(&format!("/?a={}", "x".repeat(MAX_QUERY_BYTES))).await.unwrap_err();

        assert_eq!(rejection, PairsRejection::QueryTooLong);
        assert_eq!(rejection.status(), StatusCode::URI_TOO_LONG);
    }

    /// S-134: debug output shows no form content.
    #[test]
    fn debug_output_shows_no_content() {
        let form = FormPairs(pairs(&[("password", "hunter2")]));

        assert_eq!(format!("{form:?}"), "FormPairs(1 pairs)");
    }
}
