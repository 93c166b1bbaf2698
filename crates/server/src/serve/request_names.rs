//! Names of requests in logs, answers and error pages.
//!
//! Owns how they are made: a counter behind a key of this process. Nobody can guess or count them, no two are the same,
//! and one costs a block of AES where fresh randomness would cost a twentieth of a plain reply. S-136.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use portreeve_crypto::{CryptoFault, IdPermutation, Random, SecretBytes, hex};
use portreeve_domain::Fault;
use portreeve_http_kit::request_trace::RequestIdSource;

/// Makes the source of a process: 16 hexadecimal digits a name.
///
/// # Errors
/// A fault when the operating system gives no randomness.
pub(super) fn source(random: &Random) -> Result<RequestIdSource, Fault> {
    let key = SecretBytes::new(random.bytes().map_err(Fault::new)?);
    let permutation = IdPermutation::new(&key).map_err(Fault::new)?;
    let next = AtomicI64::new(0);
    Ok(Arc::new(move || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        // A request is served, and has a name, whatever the library says.
        name(&permutation, number).unwrap_or_else(|_| format!("{number:016x}"))
    }))
}

fn name(permutation: &IdPermutation, number: i64) -> Result<String, CryptoFault> {
    Ok(hex(permutation.hide(number)?.iter().take(8)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_distinct_and_of_one_length() {
        let source = source(&Random::seeded([7; 32])).unwrap();

        let names: BTreeSet<_> = (0..1000).map(|_| source()).collect();

        assert_eq!(names.len(), 1000);
        assert!(names.iter().all(|name| name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }

    #[test]
    fn another_process_makes_other_names() {
        let [one, other] = [[7; 32], [8; 32]].map(|seed| source(&Random::seeded(seed)).unwrap());

        assert_ne!(one(), other());
    }
}
