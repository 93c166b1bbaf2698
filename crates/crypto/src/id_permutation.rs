//! Hides ascending row ids behind one AES block.
//!
//! Ids of hot rows ascend, so printed plainly they would show volume. Owns the permutation between an
//! id and 16 opaque bytes; it is not a proof of anything: whoever presents an id must still prove a
//! secret or a session. DESIGN.md 3.

use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey};
use subtle::ConstantTimeEq;

use crate::fault::CryptoFault;
use crate::secret::SecretBytes;

const BLOCK_LEN: usize = 16;

/// A keyed permutation of row ids, parsed once.
///
/// ECB is right here: exactly one block, every input distinct, and equal ids must look equal.
pub struct IdPermutation {
    encrypting: EncryptingKey,
    decrypting: DecryptingKey,
}

impl IdPermutation {
    /// Takes 32 random or derived bytes that serve nothing else.
    ///
    /// # Errors
    /// [`CryptoFault::LibraryRefused`], which 32 bytes never cause.
    pub fn new(key: &SecretBytes<32>) -> Result<Self, CryptoFault> {
        let parse = || UnboundCipherKey::new(&AES_256, key.expose());
        let refused = |_| CryptoFault::LibraryRefused;
        Ok(Self {
            encrypting: EncryptingKey::ecb(parse().map_err(refused)?).map_err(refused)?,
            decrypting: DecryptingKey::ecb(parse().map_err(refused)?).map_err(refused)?,
        })
    }

    /// Encrypts the block `id (8 bytes, big-endian) | 8 zero bytes`.
    ///
    /// # Errors
    /// [`CryptoFault::LibraryRefused`], which one whole block never causes.
    pub fn hide(&self, id: i64) -> Result<[u8; BLOCK_LEN], CryptoFault> {
        let mut block = [0; BLOCK_LEN];
        if let Some(half) = block.first_chunk_mut::<8>() {
            *half = id.to_be_bytes();
        }
        self.encrypting.encrypt(&mut block).map_err(|_| CryptoFault::LibraryRefused)?;
        Ok(block)
    }

    /// The id in a hidden block; `None` if this key did not make it (the zero half is not zero).
    pub fn reveal(&self, hidden: &[u8; BLOCK_LEN]) -> Option<i64> {
        let mut block = *hidden;
        self.decrypting.decrypt(&mut block, DecryptionContext::None).ok()?;
        let (id, zeros) = block.split_first_chunk::<8>()?;
        bool::from(zeros.ct_eq(&[0; 8])).then(|| i64::from_be_bytes(*id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permutation(byte: u8) -> IdPermutation {
        IdPermutation::new(&SecretBytes::new([byte; 32])).unwrap()
    }

    #[test]
    fn every_id_comes_back() {
        let permutation = permutation(1);

        for id in [0, 1, -1, 42, i64::MAX, i64::MIN] {
            let hidden = permutation.hide(id).unwrap();
            assert_eq!(permutation.reveal(&hidden), Some(id));
        }
    }

    #[test]
    fn the_block_is_aes_256_as_in_fips_197() {
        // AES-256 of the zero block under the zero key (NIST AESAVS, KAT of zeros).
        let hidden = permutation(0).hide(0).unwrap();

        assert_eq!(
            hidden,
            [0xdc, 0x95, 0xc0, 0x78, 0xa2, 0x40, 0x89, 0x89, 0xad, 0x48, 0xa2, 0x14, 0x92, 0x84, 0x20, 0x87]
        );
    }

    #[test]
    fn neighbours_look_unrelated() {
        let permutation = permutation(1);

        let one = u128::from_be_bytes(permutation.hide(1).unwrap());
        let two = u128::from_be_bytes(permutation.hide(2).unwrap());

        assert!((one ^ two).count_ones() > 32);
    }

    #[test]
    fn blocks_of_another_key_and_changed_blocks_are_refused() {
        let permutation = permutation(1);
        let hidden = permutation.hide(42).unwrap();

        assert_eq!(self::permutation(2).reveal(&hidden), None);
        for bit in 0..128 {
            let mut changed = hidden;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(permutation.reveal(&changed), None, "bit {bit}");
        }
    }
}
