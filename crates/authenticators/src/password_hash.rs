//! Hashing and verifying passwords.
//!
//! Owns the pepper, Argon2id and the comparison. A hash takes tens of milliseconds of one core: callers
//! run it on their hashing threads, each hash with a [`HashMemory`] to itself, never on the async ones
//! (SECURITY rule 24). RFC 9106, NIST SP 800-63B-4 §3.1.1.2.

use argon2::password_hash::phc::{Output, Salt};
use argon2::{Algorithm, Argon2, Version};
use portreeve_crypto::{SecretBytes, hmac_sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::hash_memory::HashMemory;
use crate::hash_parameters::{HashParameters, ParametersTooWeak};
use crate::password::Password;
use crate::phc::{StoredHash, params};

const SALT_BYTES: usize = 16;
const OUTPUT_BYTES: usize = 32;
const MAX_OUTPUT_BYTES: usize = 64;

/// Fixed, because the result of a decoy is thrown away.
const DECOY_SALT: [u8; SALT_BYTES] = *b"no-such-password";

/// A server key that goes into every password hash and is not in the database.
pub struct Pepper {
    /// Names the key in the stored hash.
    pub id: u32,
    /// The key itself.
    pub key: SecretBytes<32>,
}

/// Why no answer was reached; never the fault of the one who logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashFault {
    /// The stored text is no Argon2id hash we can verify.
    #[error("the stored password hash cannot be read")]
    StoredHashUnusable,
    /// The stored hash was made with a pepper that is not configured.
    #[error("pepper {0} of a stored password hash is not configured")]
    PepperMissing(u32),
    /// Not enough memory for the blocks.
    #[error("not enough memory to hash a password")]
    OutOfMemory,
    /// The library refused valid input.
    #[error("the password hash could not be computed")]
    LibraryRefused,
}

/// The outcome of comparing a password with a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// It is the password.
    Matches {
        /// Made with other parameters or another pepper than today's: hash it again and store that.
        needs_rehash: bool,
    },
    /// It is another password, or there is none.
    Differs,
}

/// Today's parameters and the peppers, shared by all hashing threads.
pub struct PasswordHashing {
    parameters: HashParameters,
    current: Pepper,
    former: Vec<Pepper>,
}

impl PasswordHashing {
    /// Hashes with `parameters` and the pepper `current`; verifies with it and the `former` ones.
    ///
    /// # Errors
    /// [`ParametersTooWeak`].
    pub fn new(parameters: HashParameters, current: Pepper, former: Vec<Pepper>) -> Result<Self, ParametersTooWeak> {
        parameters.validate()?;
        Ok(Self { parameters, current, former })
    }

    /// Hashes a password to be stored: Argon2id over HMAC-SHA-256(pepper, password).
    ///
    /// `salt` is random and used once. Returns a PHC string of about 115 characters.
    ///
    /// # Errors
    /// [`HashFault::OutOfMemory`], [`HashFault::LibraryRefused`].
    pub fn hash(
        &self,
        password: &Password,
        salt: [u8; SALT_BYTES],
        memory: &mut HashMemory,
    ) -> Result<String, HashFault> {
        let input = peppered(&self.current, password);
        let mut output = Zeroizing::new([0; OUTPUT_BYTES]);
        fill(&self.parameters, &input, &salt, &mut *output, memory)?;
        let stored = StoredHash {
            parameters: self.parameters,
            pepper_id: Some(self.current.id),
            salt: Salt::new(&salt).map_err(|_| HashFault::LibraryRefused)?,
            output: Output::new(&*output).map_err(|_| HashFault::LibraryRefused)?,
        };
        stored.print().ok_or(HashFault::LibraryRefused)
    }

    /// Compares a password with the stored hash, in constant time once the hash is computed.
    ///
    /// `None` stands for an unknown user or one without a password: the same work is done and the
    /// answer is [`Verification::Differs`], so that time does not tell (SECURITY S-071). The work is
    /// that of today's parameters; a user whose hash is older costs what it cost then, until login.
    ///
    /// # Errors
    /// See [`HashFault`].
    pub fn verify(
        &self,
        password: &Password,
        stored: Option<&str>,
        memory: &mut HashMemory,
    ) -> Result<Verification, HashFault> {
        let Some(stored) = stored else {
            let input = peppered(&self.current, password);
            let mut output = Zeroizing::new([0; OUTPUT_BYTES]);
            fill(&self.parameters, &input, &DECOY_SALT, &mut *output, memory)?;
            return Ok(Verification::Differs);
        };
        let stored = StoredHash::parse(stored).ok_or(HashFault::StoredHashUnusable)?;
        let input = match stored.pepper_id {
            Some(id) => peppered(self.pepper(id)?, password),
            None => Zeroizing::new(password.expose().as_bytes().to_vec()),
        };
        let mut buffer = Zeroizing::new([0; MAX_OUTPUT_BYTES]);
        let output = buffer.get_mut(..stored.output.len()).ok_or(HashFault::StoredHashUnusable)?;
        fill(&stored.parameters, &input, &stored.salt, output, memory)?;
        if bool::from(output.ct_eq(stored.output.as_bytes())) {
            Ok(Verification::Matches { needs_rehash: self.is_outdated(&stored) })
        } else {
            Ok(Verification::Differs)
        }
    }

    fn pepper(&self, id: u32) -> Result<&Pepper, HashFault> {
        std::iter::once(&self.current)
            .chain(&self.former)
            .find(|pepper| pepper.id == id)
            .ok_or(HashFault::PepperMissing(id))
    }

    fn is_outdated(&self, stored: &StoredHash) -> bool {
        stored.parameters != self.parameters
            || stored.pepper_id != Some(self.current.id)
            || stored.salt.len() < SALT_BYTES
            || stored.output.len() != OUTPUT_BYTES
    }
}

fn peppered(pepper: &Pepper, password: &Password) -> Zeroizing<Vec<u8>> {
    let mac = hmac_sha256(pepper.key.expose(), &[password.expose().as_bytes()]);
    Zeroizing::new(mac.to_vec())
}

/// Argon2id version 0x13 of `input` into all of `output`.
fn fill(
    parameters: &HashParameters,
    input: &[u8],
    salt: &[u8],
    output: &mut [u8],
    memory: &mut HashMemory,
) -> Result<(), HashFault> {
    let params = params(parameters, None, output.len()).ok_or(HashFault::LibraryRefused)?;
    let block_count = params.block_count();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    memory
        .with_blocks(block_count, |blocks| argon2.hash_password_into_with_memory(input, salt, output, blocks))
        .ok_or(HashFault::OutOfMemory)?
        .map_err(|_| HashFault::LibraryRefused)
}

#[cfg(test)]
mod tests;
