//! The cost of hashing a password.
//!
//! Owns the parameters and the floor below which they are refused. The lanes are always one: more
//! would only help where idle cores wait, and the hashing threads are one a core (DESIGN.md 7).
//! RFC 9106 §4, OWASP Password Storage Cheat Sheet.

/// Argon2id settings that OWASP counts as equally strong, with one lane: (KiB, passes) at least.
const FLOOR: [(u32, u32); 5] = [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)];
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_ITERATIONS: u32 = 64;

/// Cost of Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashParameters {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes; must be 1.
    pub parallelism: u32,
}

/// Parameters below OWASP's floor, with more than one lane, or beyond 256 MiB or 64 passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("argon2id needs one lane and 47104 KiB x 1, 19456 x 2, 12288 x 3, 9216 x 4 or 7168 x 5 passes at least")]
pub struct ParametersTooWeak;

impl HashParameters {
    /// Checks parameters for new hashes.
    ///
    /// # Errors
    /// [`ParametersTooWeak`] unless there is one lane, at most 256 MiB and 64 passes, and at least one of
    /// OWASP's pairs: 47104 KiB and 1 pass, 19456 and 2, 12288 and 3, 9216 and 4, 7168 and 5.
    pub fn validate(&self) -> Result<(), ParametersTooWeak> {
        let reaches =
            |&(memory_kib, iterations): &(u32, u32)| self.memory_kib >= memory_kib && self.iterations >= iterations;
        if self.parallelism == 1 && self.is_bearable() && FLOOR.iter().any(reaches) {
            Ok(())
        } else {
            Err(ParametersTooWeak)
        }
    }

    /// Whether a hash with these parameters may be computed at all; stored ones may come from elsewhere.
    pub(crate) fn is_bearable(&self) -> bool {
        self.memory_kib <= MAX_MEMORY_KIB && self.iterations <= MAX_ITERATIONS && self.parallelism <= 16
    }
}

impl Default for HashParameters {
    /// 19 MiB, 2 passes, 1 lane: OWASP's first choice.
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, parallelism: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validate(memory_kib: u32, iterations: u32, parallelism: u32) -> bool {
        let parameters = HashParameters { memory_kib, iterations, parallelism };
        parameters.validate().is_ok()
    }

    #[test]
    fn the_default_is_allowed() {
        assert_eq!(HashParameters::default().validate(), Ok(()));
    }

    #[test]
    fn each_pair_of_owasp_is_the_floor() {
        for (memory_kib, iterations) in [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)] {
            assert!(validate(memory_kib, iterations, 1));
            assert!(!validate(memory_kib - 1, iterations, 1));
            assert!(validate(memory_kib, iterations + 1, 1));
        }
    }

    #[test]
    fn weak_absent_and_unbearable_costs_are_refused() {
        for (memory_kib, iterations, parallelism) in [
            (0, 0, 0),
            (19_456, 1, 1),
            (19_456, 0, 1),
            (4_096, 60, 1),
            (19_456, 2, 0),
            (19_456, 2, 2),
            (262_145, 2, 1),
            (19_456, 65, 1),
            (u32::MAX, u32::MAX, 1),
        ] {
            assert!(!validate(memory_kib, iterations, parallelism), "{memory_kib} {iterations} {parallelism}");
        }
    }
}
