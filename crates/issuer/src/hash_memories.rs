//! The memory that passwords were hashed in lately, for the next ones.
//!
//! Owns how much is kept and for how long: as much as was in use at once within the last seconds. What was used last is used next, so that
//! one hash after the other finds the same, however many threads there are. Leaves the blocks to `authenticators::HashMemory`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portreeve_authenticators::HashMemory;

/// What is kept, with when it was used; the last on top, so that times rise.
pub(crate) struct HashMemories {
    keeps: Duration,
    stack: Mutex<Vec<(HashMemory, Instant)>>,
}

impl HashMemories {
    /// Nothing yet; what comes is kept for so long after its last use.
    pub(crate) fn new(keeps: Duration) -> Self {
        Self { keeps, stack: Mutex::default() }
    }

    fn stack(&self) -> MutexGuard<'_, Vec<(HashMemory, Instant)>> {
        self.stack.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing is kept.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.stack().is_empty()
    }

    /// What was used last, or new.
    pub(crate) fn take(&self) -> HashMemory {
        self.stack().pop().map_or_else(HashMemory::new, |(memory, _)| memory)
    }

    /// Keeps what was just used.
    pub(crate) fn keep(&self, memory: HashMemory) {
        if !memory.is_empty() {
            self.stack().push((memory, Instant::now()));
        }
    }

    /// Gives back what was not used for long enough, and says when to come again; `None` when nothing is kept.
    pub(crate) fn give_back(&self) -> Option<Duration> {
        let now = Instant::now();
        let mut stack = self.stack();
        let unused = stack.partition_point(|(_, used)| now.duration_since(*used) >= self.keeps);
        let unused: Vec<_> = stack.drain(..unused).collect();
        let next = stack.first().map(|(_, used)| self.keeps.saturating_sub(now.duration_since(*used)));
        // To unmap takes longer than anybody should wait for the lock.
        drop(stack);
        drop(unused);
        next
    }
}

/// Memory that something was hashed in.
#[cfg(test)]
pub(crate) fn used() -> HashMemory {
    use portreeve_authenticators::{HashParameters, Password, PasswordHashing, Pepper};
    use portreeve_crypto::SecretBytes;

    let mut memory = HashMemory::new();
    let pepper = Pepper { id: 1, key: SecretBytes::new([1; 32]) };
    let hashing = PasswordHashing::new(HashParameters::default(), pepper, Vec::new()).unwrap();
    let password = Password::prepare("plum-orbit-candle-7431").unwrap();
    hashing.hash(&password, [2; 16], &mut memory).unwrap();
    memory
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(memories: &HashMemories) -> usize {
        memories.stack().len()
    }

    /// However many threads take turns, there is as much memory as hashes at once.
    #[test]
    fn what_was_used_last_is_used_next() {
        let memories = HashMemories::new(Duration::from_secs(60));
        memories.keep(used());

        let (first, second) = (memories.take(), memories.take());

        assert!(!first.is_empty() && second.is_empty());
        memories.keep(first);
        memories.keep(second);
        assert_eq!(kept(&memories), 1);
    }

    #[test]
    fn what_was_not_used_for_long_is_given_back() {
        let memories = HashMemories::new(Duration::from_secs(60));
        assert_eq!(memories.give_back(), None);
        let long_ago = Instant::now() - Duration::from_secs(61);
        memories.stack().push((used(), long_ago));
        memories.keep(used());

        let next = memories.give_back().unwrap();

        assert_eq!(kept(&memories), 1);
        assert!(next <= Duration::from_secs(60) && next > Duration::from_secs(30), "{next:?}");
    }
}
