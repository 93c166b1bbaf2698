//! AES-256-GCM envelopes for values that must be read back.
//!
//! Owns the ciphertext format and the encoding of the associated data. Leaves the hierarchy of keys,
//! and when they rotate, to `storage` and `jobs`. SECURITY rule 13.
//!
//! Format: version (1 byte) | key id (4, big-endian) | nonce (12) | ciphertext and tag (16).
//! Nonces are random: one key seals at most 2^32 values (NIST SP 800-38D §8.3).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::fault::CryptoFault;
use crate::random::Random;
use crate::secret::SecretBytes;

const VERSION: u8 = 1;
const KEY_ID_LEN: usize = 4;

/// The place a ciphertext belongs to; opening it anywhere else fails.
#[derive(Clone, Copy)]
pub struct AssociatedData<'a> {
    /// The table's name.
    pub table: &'static str,
    /// The column's name.
    pub column: &'static str,
    /// The row's key, in the bytes its table defines.
    pub row: &'a [u8],
    /// The tenant's id.
    pub tenant: i64,
}

/// Why a ciphertext was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too short, or of a format version this build does not know.
    #[error("not an envelope of a known version")]
    Malformed,
    /// Sealed with the key of this id, which is not the one asked.
    #[error("sealed with key {0}")]
    OtherKey(u32),
    /// The tag does not fit: changed, moved from another row, or another key under the same id.
    #[error("the envelope does not belong here or was changed")]
    NotAuthentic,
}

/// One AES-256-GCM key with the id written into what it seals.
pub struct SealingKey {
    id: u32,
    key: LessSafeKey,
}

impl SealingKey {
    /// Parses the key schedule once.
    ///
    /// # Errors
    /// [`CryptoFault::LibraryRefused`], which 32 bytes never cause.
    pub fn new(id: u32, key: &SecretBytes<32>) -> Result<Self, CryptoFault> {
        let key = UnboundKey::new(&AES_256_GCM, key.expose()).map_err(|_| CryptoFault::LibraryRefused)?;
        Ok(Self { id, key: LessSafeKey::new(key) })
    }

    /// The id this key writes into its envelopes.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Encrypts `plaintext` for the place `place`, under a fresh random nonce.
    ///
    /// # Errors
    /// The random source failed, or the library refused the plaintext (beyond 64 GiB).
    pub fn seal(&self, random: &Random, place: &AssociatedData<'_>, plaintext: &[u8]) -> Result<Vec<u8>, CryptoFault> {
        let header = header(self.id);
        let nonce: [u8; NONCE_LEN] = random.bytes()?;
        let mut sealed = Vec::with_capacity(header.len() + NONCE_LEN + plaintext.len() + MAX_TAG_LEN);
        sealed.extend_from_slice(&header);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);

        let (_, text) = sealed.split_at_mut(header.len() + NONCE_LEN);
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(encode(&header, place)), text)
            .map_err(|_| CryptoFault::LibraryRefused)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Decrypts what [`SealingKey::seal`] made for the same place.
    ///
    /// # Errors
    /// See [`OpenError`]; no plaintext is released before the tag was checked.
    pub fn open(&self, place: &AssociatedData<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let sealed_with = key_id_of(sealed).ok_or(OpenError::Malformed)?;
        if sealed_with != self.id {
            return Err(OpenError::OtherKey(sealed_with));
        }
        let header = header(self.id);
        let (nonce, text) = sealed
            .get(header.len()..)
            .and_then(|rest| rest.split_first_chunk::<NONCE_LEN>())
            .ok_or(OpenError::Malformed)?;

        let mut buffer = Zeroizing::new(text.to_vec());
        let plaintext_len = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(encode(&header, place)), &mut buffer)
            .map_err(|_| OpenError::NotAuthentic)?
            .len();
        buffer.truncate(plaintext_len);
        Ok(buffer)
    }
}

/// The id of the key that sealed `sealed`; `None` if it is not an envelope of a known version.
///
/// The id is authenticated only by opening the envelope with that key.
pub fn key_id_of(sealed: &[u8]) -> Option<u32> {
    match sealed.split_first_chunk::<{ 1 + KEY_ID_LEN }>()? {
        ([VERSION, a, b, c, d], _) => Some(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => None,
    }
}

fn header(id: u32) -> [u8; 1 + KEY_ID_LEN] {
    let [a, b, c, d] = id.to_be_bytes();
    [VERSION, a, b, c, d]
}

/// Length-prefixed, so that no two places share an encoding; begins with version and key id.
fn encode(header: &[u8], place: &AssociatedData<'_>) -> Vec<u8> {
    let tenant = place.tenant.to_be_bytes();
    let parts: [&[u8]; 5] = [header, place.table.as_bytes(), place.column.as_bytes(), place.row, &tenant];
    let mut encoded = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        encoded.extend_from_slice(&(part.len() as u64).to_be_bytes());
        encoded.extend_from_slice(part);
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: AssociatedData<'static> =
        AssociatedData { table: "users", column: "email", row: &[1, 2, 3], tenant: 7 };

    fn key(id: u32) -> SealingKey {
        SealingKey::new(id, &SecretBytes::new([0x42; 32])).unwrap()
    }

    fn sealed() -> Vec<u8> {
        key(5).seal(&Random::seeded([1; 32]), &PLACE, b"ada@example.org").unwrap()
    }

    #[test]
    fn what_was_sealed_opens_in_its_own_place() {
        let opened = key(5).open(&PLACE, &sealed()).unwrap();

        assert_eq!(opened.as_slice(), b"ada@example.org");
    }

    #[test]
    fn the_format_is_version_key_id_nonce_text_and_tag() {
        let sealed = sealed();

        assert_eq!(sealed[..5], [1, 0, 0, 0, 5]);
        assert_eq!(sealed.len(), 5 + 12 + b"ada@example.org".len() + 16);
        assert_eq!(key_id_of(&sealed), Some(5));
    }

    #[test]
    fn sealing_twice_gives_different_envelopes() {
        let random = Random::system();

        let one = key(5).seal(&random, &PLACE, b"same").unwrap();
        let other = key(5).seal(&random, &PLACE, b"same").unwrap();

        assert_ne!(one, other);
    }

    #[test]
    fn another_table_column_row_or_tenant_does_not_open() {
        let elsewhere = [
            AssociatedData { table: "clients", ..PLACE },
            AssociatedData { column: "name", ..PLACE },
            AssociatedData { row: &[1, 2, 4], ..PLACE },
            AssociatedData { tenant: 8, ..PLACE },
            AssociatedData { table: "user", column: "semail", ..PLACE },
        ];

        for place in elsewhere {
            assert_eq!(key(5).open(&place, &sealed()).err(), Some(OpenError::NotAuthentic));
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let sealed = sealed();

        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key(5).open(&PLACE, &changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn an_envelope_of_another_key_is_named() {
        assert_eq!(key(6).open(&PLACE, &sealed()).err(), Some(OpenError::OtherKey(5)));
    }

    #[test]
    fn the_key_id_is_authenticated() {
        let mut relabelled = sealed();
        relabelled[4] = 6;

        assert_eq!(key(6).open(&PLACE, &relabelled).err(), Some(OpenError::NotAuthentic));
    }

    #[test]
    fn truncated_and_unknown_envelopes_are_refused_without_panic() {
        let sealed = sealed();

        for length in 0..sealed.len() {
            assert!(key(5).open(&PLACE, &sealed[..length]).is_err(), "length {length}");
        }
        assert_eq!(key_id_of(&[2, 0, 0, 0, 5]), None);
        assert_eq!(key_id_of(&[]), None);
    }
}
