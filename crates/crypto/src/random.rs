//! Where random bytes come from.
//!
//! Owns the choice between the operating system's source and a seeded stream for tests. Everything
//! that needs randomness takes a [`Random`], so a test can replay it; nothing else in the project
//! draws random bytes for secrets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::{hmac, rand};

use crate::fault::CryptoFault;

/// A source of random bytes; cloning shares the source.
#[derive(Clone)]
pub struct Random {
    source: Source,
}

#[derive(Clone)]
enum Source {
    System,
    Seeded(Arc<SeededStream>),
}

struct SeededStream {
    key: hmac::Key,
    next_block: AtomicU64,
}

impl Random {
    /// The operating system's source; the only one a server may use.
    pub fn system() -> Self {
        Self { source: Source::System }
    }

    /// A deterministic stream for tests: HMAC-SHA-256 of a block counter under `seed`.
    ///
    /// Equal seeds give equal bytes for equal sequences of calls. Anyone who knows the seed knows
    /// every secret drawn from it, so it has no place outside tests.
    pub fn seeded(seed: [u8; 32]) -> Self {
        let stream = SeededStream { key: hmac::Key::new(hmac::HMAC_SHA256, &seed), next_block: AtomicU64::new(0) };
        Self { source: Source::Seeded(Arc::new(stream)) }
    }

    /// Overwrites all of `destination` with random bytes.
    ///
    /// # Errors
    /// [`CryptoFault::RandomUnavailable`] if the operating system's source fails; the content of
    /// `destination` is then unspecified and must not be used.
    pub fn fill(&self, destination: &mut [u8]) -> Result<(), CryptoFault> {
        match &self.source {
            Source::System => rand::fill(destination).map_err(|_| CryptoFault::RandomUnavailable),
            Source::Seeded(stream) => {
                stream.fill(destination);
                Ok(())
            }
        }
    }

    /// Draws `N` random bytes.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], CryptoFault> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }
}

impl SeededStream {
    fn fill(&self, destination: &mut [u8]) {
        for chunk in destination.chunks_mut(32) {
            let block = self.next_block.fetch_add(1, Ordering::Relaxed);
            let tag = hmac::sign(&self.key, &block.to_be_bytes());
            for (to, from) in chunk.iter_mut().zip(tag.as_ref()) {
                *to = *from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_source_never_repeats() {
        let random = Random::system();

        let first = random.bytes::<32>().unwrap();
        let second = random.bytes::<32>().unwrap();

        assert_ne!(first, second);
        assert_ne!(first, [0; 32]);
    }

    #[test]
    fn equal_seeds_give_equal_streams_and_no_block_repeats() {
        let one = Random::seeded([7; 32]);
        let other = Random::seeded([7; 32]);

        let drawn = one.bytes::<64>().unwrap();

        assert_eq!(drawn, other.bytes::<64>().unwrap());
        assert_ne!(drawn[..32], drawn[32..]);
        assert_ne!(drawn, one.bytes::<64>().unwrap());
        assert_ne!(drawn, Random::seeded([8; 32]).bytes::<64>().unwrap());
    }

    #[test]
    fn a_clone_continues_the_same_stream() {
        let random = Random::seeded([1; 32]);
        let clone = random.clone();

        assert_ne!(random.bytes::<16>().unwrap(), clone.bytes::<16>().unwrap());
    }
}
