//! How a client proves to the issuer who it is.
//!
//! Owns `client_secret_basic`, for the clients and for the demo API. RFC 6749 §2.3.1.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::config::Secret;

/// Returns the `Authorization` header value for `client_secret_basic`.
///
/// Identifier and secret are form-url-encoded before they are joined, so that a colon in either does no harm.
/// RFC 6749 §2.3.1, appendix B.
pub(crate) fn basic(client_id: &str, client_secret: &Secret) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let credentials = format!("{}:{}", encoded(client_id), encoded(client_secret.expose()));
    format!("Basic {}", STANDARD.encode(credentials))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6749 §2.3.1: the example of the specification.
    #[test]
    fn the_header_is_the_one_of_the_specification() {
        let header = basic("s6BhdRkqt3", &Secret::new("7Fjfp0ZBr1KtDRbnfVdmIw"));

        assert_eq!(header, "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
    }

    /// RFC 6749 appendix B: a space becomes a plus sign, other characters their percent-encoding.
    #[test]
    fn a_colon_or_a_space_in_the_credentials_is_encoded() {
        let header = basic("a:b", &Secret::new("c d%é"));

        assert_eq!(header, format!("Basic {}", STANDARD.encode("a%3Ab:c+d%25%C3%A9")));
    }
}
