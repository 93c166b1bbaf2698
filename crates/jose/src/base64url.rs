//! Strict base64url.
//!
//! Owns the one alphabet JOSE uses: no padding, no white space, no stray low bits, so that a byte
//! string has one text. RFC 7515 §2, RFC 4648 §3.5 and §5.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Encodes without padding.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Appends the encoding of `bytes` to `text`.
pub(crate) fn encode_to(bytes: impl AsRef<[u8]>, text: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

/// Decodes canonical text; `None` for padding, other characters or stray low bits.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Length of the encoding of `length` bytes.
pub(crate) fn encoded_len(length: usize) -> usize {
    (length * 4).div_ceil(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_text_is_read() {
        assert_eq!(decode("AAE"), Some(vec![0, 1]));
        for text in ["AAE=", "AAF", "AA E", "A", "AA+/", "AAE\n", "ÄAE"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn the_predicted_length_is_the_real_one() {
        for length in 0..10 {
            assert_eq!(encode(vec![0; length]).len(), encoded_len(length));
        }
    }
}
