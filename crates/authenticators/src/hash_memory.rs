//! The memory Argon2 fills, kept from one hash to the next.
//!
//! Owns the blocks: each hash borrows one memory, so 19 MiB are not mapped and unmapped for every login
//! (DESIGN.md 7). Leaves to the caller how many there are, and how long they are kept. The blocks hold nothing from which a password
//! could be read back faster than by trying, and are overwritten by the next hash.

use argon2::Block;

/// Reusable blocks of one hash at a time.
#[derive(Default)]
pub struct HashMemory {
    blocks: Vec<Block>,
}

/// Blocks kept between hashes; a stored hash from elsewhere may need more for once.
const KEPT_BLOCKS: usize = 64 * 1024;

impl HashMemory {
    /// Empty; grows at the first hash.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it holds no blocks, so that nothing is gained by dropping it.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Lends exactly `count` blocks of 1 KiB to `use_blocks`, and gives back what exceeds 64 MiB.
    pub(crate) fn with_blocks<T>(&mut self, count: usize, use_blocks: impl FnOnce(&mut [Block]) -> T) -> Option<T> {
        if self.blocks.len() < count {
            self.blocks.try_reserve_exact(count - self.blocks.len()).ok()?;
            self.blocks.resize(count, Block::default());
        }
        let outcome = self.blocks.get_mut(..count).map(use_blocks);
        if self.blocks.len() > KEPT_BLOCKS {
            self.blocks.truncate(KEPT_BLOCKS);
            self.blocks.shrink_to_fit();
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_lent_in_the_number_asked_and_kept() {
        let mut memory = HashMemory::new();

        assert_eq!(memory.with_blocks(16, |blocks| blocks.len()), Some(16));
        let address = memory.blocks.as_ptr();
        assert_eq!(memory.with_blocks(8, |blocks| blocks.len()), Some(8));

        assert_eq!(memory.blocks.as_ptr(), address);
    }

    #[test]
    fn what_exceeds_64_mib_is_given_back() {
        let mut memory = HashMemory::new();

        memory.with_blocks(KEPT_BLOCKS + 1, |_| ());

        assert_eq!(memory.blocks.capacity(), KEPT_BLOCKS);
    }
}
