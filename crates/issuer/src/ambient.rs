//! Clock, randomness and ids: everything a use case must not take from thin air.
//!
//! Owns the only place that reads the clock. Tests give a fixed clock and seeded randomness. DESIGN §4.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use portreeve_crypto::{Random, SecretBytes};
use portreeve_domain::{Fault, Lifetime, Timestamp};

use crate::row_ids::RowIds;

/// What time it is.
#[derive(Clone)]
pub enum Clock {
    /// The operating system's clock.
    System,
    /// A clock that moves only when a test moves it; Unix milliseconds.
    Manual(Arc<AtomicI64>),
}

/// Clock, randomness and ids. Cheap to clone.
#[derive(Clone)]
pub struct Ambient {
    clock: Clock,
    random: Random,
    row_ids: Arc<RowIds>,
}

impl Clock {
    /// A clock that stands still at `now` until it is moved.
    pub fn manual(now: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(now.as_millis())))
    }

    /// The time.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since_epoch =
                    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Manual(millis) => Timestamp::from_millis(millis.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock; the system's clock stays as it is.
    pub fn advance(&self, by: Lifetime) {
        if let Self::Manual(millis) = self {
            millis.fetch_add(by.as_millis(), Ordering::SeqCst);
        }
    }
}

impl Ambient {
    /// Takes clock, randomness and the node's row ids.
    pub fn new(clock: Clock, random: Random, row_ids: RowIds) -> Self {
        Self { clock, random, row_ids: Arc::new(row_ids) }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The source of randomness.
    pub fn random(&self) -> &Random {
        &self.random
    }

    /// Random bytes.
    ///
    /// # Errors
    /// A fault when the operating system gives none.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], Fault> {
        self.random.bytes().map_err(Fault::new)
    }

    /// A random secret of 256 bits.
    ///
    /// # Errors
    /// A fault when the operating system gives no randomness.
    pub fn secret(&self) -> Result<SecretBytes<32>, Fault> {
        self.bytes().map(SecretBytes::new)
    }

    /// Where the ids of hot rows come from, with the lease of the node's number.
    pub fn row_ids(&self) -> &RowIds {
        &self.row_ids
    }

    /// The next id of a hot row.
    pub fn row_id(&self) -> i64 {
        self.row_ids.next(self.now())
    }
}
