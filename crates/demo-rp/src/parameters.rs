//! `application/x-www-form-urlencoded`, in both directions.
//!
//! Owns the limits on what a browser may send and the refusal of repeated parameters. RFC 6749 §3.1, appendix B.

use form_urlencoded::Serializer;

use crate::failure::Failure;

/// The longest query or form accepted, in bytes. ID tokens never arrive this way, so it may be small.
const MAX_BYTES: usize = 8 * 1024;
/// The largest number of parameters accepted.
const MAX_PARAMETERS: usize = 32;

/// Parameters of one request, each name once.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes a query or a form body.
    ///
    /// Errors: `Failure::BadRequest` when a name is repeated or a limit is passed.
    pub(crate) fn parse(encoded: &[u8]) -> Result<Self, Failure> {
        if encoded.len() > MAX_BYTES {
            return Err(Failure::BadRequest);
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            if pairs.len() == MAX_PARAMETERS || pairs.iter().any(|(seen, _)| *seen == name) {
                return Err(Failure::BadRequest);
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// Returns the value of a parameter; `None` when it is absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(seen, _)| *seen == name).map(|(_, value)| value)
    }

    /// All parameters in the order sent.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Encodes parameters for a query or a form body.
pub(crate) fn encode<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    Serializer::new(String::new()).extend_pairs(parameters).finish()
}

/// Adds a query to an endpoint URL, which may have one already. RFC 6749 §3.1.
pub(crate) fn with_query<'a>(url: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{}", encode(parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OA-01: RFC 6749 §3.1: parameters must not be included more than once.
    #[test]
    fn a_repeated_parameter_is_refused() {
        assert!(Parameters::parse(b"state=a&state=b").is_err());
    }

    #[test]
    fn a_percent_encoded_value_is_decoded_once() {
        let parameters = Parameters::parse(b"error_description=a%2520b+c").unwrap();

        assert_eq!(parameters.get("error_description"), Some("a%20b c"));
    }

    /// RFC 6749 §3.1: the endpoint's own query is retained.
    #[test]
    fn a_query_that_an_endpoint_has_already_is_kept() {
        assert_eq!(with_query("https://op.example/a?t=1", [("x", "é&")]), "https://op.example/a?t=1&x=%C3%A9%26");
    }
}
