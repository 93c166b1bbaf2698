//! Row ids as they appear in URLs: prefix and hidden id, no secret.
//!
//! Owns the text form. It names a row and proves nothing; what may be done with the row is decided by
//! the cookie, session or client that asks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::fault::CryptoFault;
use crate::id_permutation::IdPermutation;

/// Length of 16 bytes in base64url without padding.
pub(crate) const HIDDEN_ID_CHARS: usize = 22;

/// Prints `id` as `prefix` and 22 characters of base64url.
///
/// `prefix` ends with an underscore by custom, such as `jrn_`.
///
/// # Errors
/// As [`IdPermutation::hide`].
pub fn public_id(prefix: &str, id: i64, permutation: &IdPermutation) -> Result<String, CryptoFault> {
    let mut text = String::with_capacity(prefix.len() + HIDDEN_ID_CHARS);
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(permutation.hide(id)?, &mut text);
    Ok(text)
}

/// Reads what [`public_id`] printed; `None` for another prefix, length, alphabet or key.
///
/// Each id has exactly one text: base64 with stray low bits is refused.
pub fn parse_public_id(text: &str, prefix: &str, permutation: &IdPermutation) -> Option<i64> {
    reveal_text(text.strip_prefix(prefix)?, permutation)
}

/// Reads the 22 characters of a hidden id.
pub(crate) fn reveal_text(text: &str, permutation: &IdPermutation) -> Option<i64> {
    if text.len() != HIDDEN_ID_CHARS {
        return None;
    }
    let mut hidden = [0; 16];
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut hidden).ok()?;
    (length == hidden.len()).then_some(())?;
    permutation.reveal(&hidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretBytes;

    fn permutation() -> IdPermutation {
        IdPermutation::new(&SecretBytes::new([4; 32])).unwrap()
    }

    #[test]
    fn a_printed_id_is_read_back() {
        let text = public_id("jrn_", 77, &permutation()).unwrap();

        assert_eq!(text.len(), 26);
        assert_eq!(parse_public_id(&text, "jrn_", &permutation()), Some(77));
    }

    #[test]
    fn another_prefix_length_or_alphabet_is_refused() {
        let text = public_id("jrn_", 77, &permutation()).unwrap();

        let refused = [
            text.replace("jrn_", "ses_"),
            format!("{text}A"),
            text[..25].to_owned(),
            format!("{text}=="),
            format!("{}+", &text[..25]),
            format!("{} ", &text[..25]),
            "jrn_".to_owned(),
            String::new(),
            "jrn_äääääääääää".to_owned(),
        ];

        for text in refused {
            assert_eq!(parse_public_id(&text, "jrn_", &permutation()), None, "{text}");
        }
    }

    #[test]
    fn an_id_has_only_one_text() {
        let text = public_id("jrn_", 77, &permutation()).unwrap();
        let accepted = ('A'..='Z')
            .chain('a'..='z')
            .chain('0'..='9')
            .chain(['-', '_'])
            .map(|last| format!("{}{last}", &text[..25]))
            .filter(|text| parse_public_id(text, "jrn_", &permutation()).is_some())
            .count();

        assert_eq!(accepted, 1);
    }
}
