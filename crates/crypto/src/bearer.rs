//! The text of things we only compare: codes, tokens, session ids, links, client secrets, API keys.
//!
//! `prefix | hidden id (22) | secret (43) | checksum (6)`, all base64url, so at most 100 characters.
//! The id finds the row, the SHA-256 of the secret proves it, the checksum refuses garbage before any
//! key or query is touched, and the prefix lets scanners find leaks. Owns the text and the proof;
//! rows, lifetimes and single use are `storage`'s. SECURITY rules 1 and 2, DESIGN.md 3.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::digest::{Sha256Digest, sha256};
use crate::fault::CryptoFault;
use crate::id_permutation::IdPermutation;
use crate::public_id::{HIDDEN_ID_CHARS, reveal_text};
use crate::secret::{SecretBytes, SecretText};

const SECRET_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 6;
const BODY_CHARS: usize = HIDDEN_ID_CHARS + SECRET_CHARS + CHECKSUM_CHARS;

/// A bearer text taken apart: which row it names, and the secret it offers as proof.
pub struct Bearer {
    /// The row's id. Not yet proven: look the row up, then ask [`Bearer::proves`].
    pub id: i64,
    /// The presented secret.
    pub secret: SecretBytes<32>,
}

impl Bearer {
    /// Prints the text that carries `id` and `secret`; the only form in which the secret leaves.
    ///
    /// `prefix` is fixed ASCII per kind, such as `ptat_`, at most 29 characters.
    ///
    /// # Errors
    /// As [`IdPermutation::hide`].
    pub fn mint(
        prefix: &str,
        id: i64,
        secret: &SecretBytes<32>,
        permutation: &IdPermutation,
    ) -> Result<SecretText, CryptoFault> {
        // Full capacity at once: growing would leave copies of the secret behind.
        let mut text = String::with_capacity(prefix.len() + BODY_CHARS);
        text.push_str(prefix);
        URL_SAFE_NO_PAD.encode_string(permutation.hide(id)?, &mut text);
        URL_SAFE_NO_PAD.encode_string(secret.expose(), &mut text);
        let checksum = crc32(text.as_bytes());
        URL_SAFE_NO_PAD.encode_string(checksum.to_be_bytes(), &mut text);
        Ok(SecretText::new(text))
    }

    /// Reads what [`Bearer::mint`] printed for the same prefix and permutation.
    ///
    /// `None` for another prefix, length, alphabet, checksum or key. Each pair of id and secret has
    /// exactly one text. Nothing is decrypted unless the checksum fits.
    pub fn parse(text: &str, prefix: &str, permutation: &IdPermutation) -> Option<Self> {
        if text.len() != prefix.len() + BODY_CHARS || !text.is_ascii() {
            return None;
        }
        let body = text.strip_prefix(prefix)?;
        let (protected, checksum) = text.split_at_checked(text.len() - CHECKSUM_CHARS)?;
        let mut expected = [0; CHECKSUM_CHARS];
        URL_SAFE_NO_PAD.encode_slice(crc32(protected.as_bytes()).to_be_bytes(), &mut expected).ok()?;
        if checksum.as_bytes() != expected {
            return None;
        }
        let (hidden_id, rest) = body.split_at_checked(HIDDEN_ID_CHARS)?;
        let mut secret = SecretBytes::new([0; 32]);
        let length = URL_SAFE_NO_PAD.decode_slice(rest.get(..SECRET_CHARS)?, secret.expose_mut()).ok()?;
        (length == 32).then_some(())?;
        let id = reveal_text(hidden_id, permutation)?;
        Some(Self { id, secret })
    }

    /// The value to store for `secret`: its SHA-256.
    pub fn stored_hash(secret: &SecretBytes<32>) -> Sha256Digest {
        sha256(secret.expose())
    }

    /// Whether the presented secret is the one whose SHA-256 is stored; constant time.
    pub fn proves(&self, stored_hash: &[u8; 32]) -> bool {
        let presented = Self::stored_hash(&self.secret);
        presented.as_bytes().ct_eq(stored_hash).into()
    }
}

/// CRC-32 as in IEEE 802.3 and zip: reflected polynomial 0xEDB88320.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        let index = (crc ^ u32::from(*byte)) & 0xff;
        // The mask keeps the index below 256, so the default is never taken.
        let entry = CRC_TABLE.get(index as usize).copied().unwrap_or_default();
        (crc >> 8) ^ entry
    })
}

static CRC_TABLE: [u32; 256] = crc_table();

#[allow(clippy::indexing_slicing)] // evaluated by the compiler, where a bad index stops the build
const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut entry = index as u32;
        let mut bit = 0;
        while bit < 8 {
            entry = (entry >> 1) ^ (0xEDB8_8320 * (entry & 1));
            bit += 1;
        }
        table[index] = entry;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = "ptat_";

    fn permutation() -> IdPermutation {
        IdPermutation::new(&SecretBytes::new([4; 32])).unwrap()
    }

    fn minted() -> String {
        let text = Bearer::mint(PREFIX, 12_345, &SecretBytes::new([0xa5; 32]), &permutation());
        text.unwrap().expose().to_owned()
    }

    fn accepted(text: &str) -> bool {
        Bearer::parse(text, PREFIX, &permutation()).is_some()
    }

    /// Puts the right checksum on a text whose body was changed.
    fn with_checksum(protected: &str) -> String {
        let checksum = URL_SAFE_NO_PAD.encode(crc32(protected.as_bytes()).to_be_bytes());
        format!("{protected}{checksum}")
    }

    #[test]
    fn crc32_gives_the_check_value_of_its_definition() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_minted_text_gives_its_id_and_proves_its_secret() {
        let secret = SecretBytes::new([0xa5; 32]);

        let bearer = Bearer::parse(&minted(), PREFIX, &permutation()).unwrap();

        assert_eq!(bearer.id, 12_345);
        assert!(bearer.secret.ct_eq(&secret));
        assert!(bearer.proves(Bearer::stored_hash(&secret).as_bytes()));
    }

    #[test]
    fn only_the_secrets_own_hash_is_proven() {
        let bearer = Bearer::parse(&minted(), PREFIX, &permutation()).unwrap();
        let mut almost = *Bearer::stored_hash(&bearer.secret).as_bytes();
        almost[31] ^= 1;

        assert!(!bearer.proves(&almost));
        assert!(!bearer.proves(&[0; 32]));
    }

    /// S-026: 256 random bits, in at most 100 characters that need no escaping.
    #[test]
    fn the_text_is_short_and_url_safe() {
        let text = minted();

        assert_eq!(text.len(), PREFIX.len() + 71);
        assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    }

    /// S-023: any changed byte makes it an unknown text, without a panic.
    #[test]
    fn every_changed_character_is_refused() {
        let text = minted();

        for at in 0..text.len() {
            for replacement in ['A', 'z', '=', ' ', '+'] {
                let mut changed: Vec<char> = text.chars().collect();
                if changed[at] == replacement {
                    continue;
                }
                changed[at] = replacement;
                let changed: String = changed.into_iter().collect();
                assert!(!accepted(&changed), "{changed}");
            }
        }
    }

    /// S-023: parts of two texts swapped.
    #[test]
    fn the_id_of_one_text_does_not_go_with_the_checksum_of_another() {
        let other = Bearer::mint(PREFIX, 9, &SecretBytes::new([1; 32]), &permutation()).unwrap();
        let spliced = format!("{}{}", &other.expose()[..27], &minted()[27..]);

        assert!(!accepted(&spliced));
    }

    #[test]
    fn a_right_checksum_does_not_save_a_text_that_is_not_canonical() {
        let text = minted();
        let protected = &text[..text.len() - CHECKSUM_CHARS];
        let stray_bits: Vec<String> = ('A'..='Z')
            .chain('a'..='z')
            .map(|last| format!("{}{last}", &protected[..protected.len() - 1]))
            .filter(|changed| changed != protected)
            .map(|changed| with_checksum(&changed))
            .filter(|changed| {
                Bearer::parse(changed, PREFIX, &permutation())
                    .is_some_and(|bearer| bearer.secret.ct_eq(&SecretBytes::new([0xa5; 32])))
            })
            .collect();

        assert!(accepted(&with_checksum(protected)));
        assert_eq!(stray_bits, Vec::<String>::new());
        assert!(!accepted(&with_checksum(&protected.replacen('_', "=", 2))));
    }

    #[test]
    fn a_right_checksum_does_not_save_an_id_of_another_key() {
        let foreign = IdPermutation::new(&SecretBytes::new([5; 32])).unwrap();
        let text = Bearer::mint(PREFIX, 1, &SecretBytes::new([1; 32]), &foreign).unwrap();

        assert!(!accepted(text.expose()));
    }

    #[test]
    fn other_lengths_prefixes_and_encodings_are_refused() {
        let text = minted();
        let refused = [
            String::new(),
            PREFIX.to_owned(),
            format!("{text}A"),
            text[1..].to_owned(),
            format!(" {text}"),
            text.replace("ptat_", "ptrt_"),
            "ä".repeat(38),
        ];

        for text in refused {
            assert!(!accepted(&text), "{text}");
        }
    }
}
