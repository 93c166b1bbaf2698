//! Chance that can be thrown again: a seed gives the same numbers.

use std::time::Duration;

use portreeve_crypto::Random;

/// A source of chance.
pub(crate) struct Dice(Random);

impl Dice {
    pub(crate) fn new(seed: u8) -> Self {
        Self(Random::seeded([seed; 32]))
    }

    /// A number from 0 to `bound` - 1.
    pub(crate) fn below(&self, bound: usize) -> usize {
        let bytes = self.0.bytes().expect("random bytes");
        usize::try_from(u64::from_be_bytes(bytes) % bound as u64).expect("below a usize")
    }

    /// A time between two, in milliseconds.
    pub(crate) fn between(&self, least: usize, most: usize) -> Duration {
        Duration::from_millis((least + self.below(most - least)) as u64)
    }

    /// A time between two, in microseconds.
    pub(crate) fn between_micros(&self, least: usize, most: usize) -> Duration {
        Duration::from_micros((least + self.below(most - least)) as u64)
    }
}
