//! The stored form of a password hash.
//!
//! Owns reading and printing `$argon2id$v=19$m=…,t=…,p=…[,keyid=…]$salt$hash` and the limits on what is
//! read. `keyid` is the pepper's id, four bytes big-endian in base64; without it no pepper was used, as
//! in hashes imported from elsewhere. PHC string format.

use std::collections::BTreeSet;

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{KeyId, Params, ParamsBuilder};

use crate::hash_parameters::HashParameters;

const ALGORITHM: &str = "argon2id";
const VERSION: u32 = 19;
const MIN_SALT_BYTES: usize = 8;
const MIN_OUTPUT_BYTES: usize = 16;

/// A stored hash taken apart.
pub(crate) struct StoredHash {
    pub(crate) parameters: HashParameters,
    pub(crate) pepper_id: Option<u32>,
    pub(crate) salt: Salt,
    pub(crate) output: Output,
}

impl StoredHash {
    /// Reads a hash; `None` for another algorithm or version, missing parts, short salt or hash,
    /// associated data, a parameter that is there twice, or a cost that no server should bear.
    pub(crate) fn parse(phc: &str) -> Option<Self> {
        let hash = PasswordHash::new(phc).ok()?;
        let params = Params::try_from(&hash).ok().filter(|_| is_unambiguous(&hash))?;
        let pepper_id = match params.keyid() {
            [] => None,
            id => Some(u32::from_be_bytes(id.try_into().ok()?)),
        };
        let stored = Self {
            parameters: HashParameters {
                memory_kib: params.m_cost(),
                iterations: params.t_cost(),
                parallelism: params.p_cost(),
            },
            pepper_id,
            salt: hash.salt?,
            output: hash.hash?,
        };
        let is_ours = hash.algorithm.as_str() == ALGORITHM
            && hash.version == Some(VERSION)
            && params.data().is_empty()
            && stored.salt.len() >= MIN_SALT_BYTES
            && stored.output.len() >= MIN_OUTPUT_BYTES
            && stored.parameters.is_bearable();
        is_ours.then_some(stored)
    }

    /// Prints the hash.
    pub(crate) fn print(&self) -> Option<String> {
        let params = params(&self.parameters, self.pepper_id, self.output.len())?;
        let hash = PasswordHash {
            algorithm: ALGORITHM.try_into().ok()?,
            version: Some(VERSION),
            params: params.try_into().ok()?,
            salt: Some(self.salt),
            hash: Some(self.output),
        };
        Some(hash.to_string())
    }
}

/// Whether each parameter is there once: of two the library takes the last, and others may take the first.
fn is_unambiguous(hash: &PasswordHash) -> bool {
    let names: BTreeSet<_> = hash.params.iter().map(|(name, _)| name).collect();
    names.len() == hash.params.iter().count()
}

/// The library's form of our parameters; `None` if it refuses them.
pub(crate) fn params(parameters: &HashParameters, pepper_id: Option<u32>, output_len: usize) -> Option<Params> {
    let mut builder = ParamsBuilder::new();
    builder
        .m_cost(parameters.memory_kib)
        .t_cost(parameters.iterations)
        .p_cost(parameters.parallelism)
        .output_len(output_len);
    if let Some(id) = pepper_id {
        builder.keyid(KeyId::new(&id.to_be_bytes()).ok()?);
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    #[test]
    fn a_hash_is_printed_as_it_was_read() {
        let peppered = PLAIN.replace("p=1", "p=1,keyid=AAAABw");

        assert_eq!(StoredHash::parse(PLAIN).unwrap().pepper_id, None);
        assert_eq!(StoredHash::parse(PLAIN).unwrap().print().unwrap(), PLAIN);
        assert_eq!(StoredHash::parse(&peppered).unwrap().pepper_id, Some(7));
        assert_eq!(StoredHash::parse(&peppered).unwrap().print().unwrap(), peppered);
    }

    /// S-077: what is no hash of ours is not verified at all.
    #[test]
    fn other_text_algorithms_and_costs_are_not_read() {
        for phc in [
            String::new(),
            "null".to_owned(),
            "$".to_owned(),
            PLAIN.replace("argon2id", "argon2i"),
            PLAIN.replace("argon2id", "scrypt"),
            PLAIN.replace("v=19", "v=16"),
            PLAIN.replace("$v=19", ""),
            PLAIN.replace("m=19456", "m=4294967295"),
            PLAIN.replace("t=2", "t=65"),
            PLAIN.replace("t=2", "t=0"),
            PLAIN.replace("p=1", "p=17"),
            PLAIN.replace("p=1", "p=1,keyid=AA"),
            PLAIN.replace("p=1", "p=1,data=AAAA"),
            PLAIN.replace("p=1", "p=1,x=1"),
            PLAIN.replace("c29tZXNhbHRzb21lc2FsdA", "c29tZQ"),
            "$argon2id$v=19$m=19456,t=2,p=1".to_owned(),
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA".to_owned(),
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAA".to_owned(),
            "$2b$12$LQv3c1yqBWVHxkd0LHAkCOYz6TtxMQJqhN8/LewdBPj4J/HS.iK8i".to_owned(),
        ] {
            assert!(StoredHash::parse(&phc).is_none(), "{phc}");
        }
    }

    /// S-077: whatever is imported is read as no costlier than any server bears, and printed again it is the same hash.
    #[test]
    fn stored_hashes_under_mutation() {
        let is_read = |text: &str| {
            let Some(stored) = StoredHash::parse(text) else { return false };
            assert!(stored.parameters.is_bearable() && stored.salt.len() >= 8 && stored.output.len() >= 16, "{text}");
            let printed = stored.print().expect("what is read can be printed");
            let again = StoredHash::parse(&printed).expect("what is printed can be read");
            assert_eq!((again.parameters, again.pepper_id), (stored.parameters, stored.pepper_id), "{text}");
            assert_eq!((again.salt, again.output), (stored.salt, stored.output), "{text}");
            true
        };
        portreeve_fuzz::drive("stored_hash", portreeve_fuzz::text(is_read));
    }
}
