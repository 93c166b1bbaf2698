//! Which algorithms sign what clients and this server send each other.
//!
//! Owns the lists that a profile's rule leaves, for registration, metadata and verification alike. Leaves DPoP proofs, which
//! have one list for every profile, to `dpop`. FAPI 2.0 §5.4; SECURITY S-052.

use portreeve_domain::Signatures;
use portreeve_jose::Algorithm;

use crate::metadata::SIGNING_ALGORITHMS;

/// PS256, ES256 and EdDSA (FAPI 2.0 §5.4).
const RESTRICTED: [Algorithm; 3] = [Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa];

/// What clients may sign their assertions and request objects with: every asymmetric algorithm that can be verified, unless
/// the rule restricts them.
pub(crate) fn of_clients(rule: Signatures) -> &'static [Algorithm] {
    match rule {
        Signatures::RsaPreferred | Signatures::EcPreferred => &Algorithm::ALL,
        Signatures::Restricted => &RESTRICTED,
    }
}

/// What may be issued to clients: ID tokens, logout tokens and signed answers.
pub(crate) fn for_clients(rule: Signatures) -> &'static [Algorithm] {
    match rule {
        Signatures::RsaPreferred | Signatures::EcPreferred => &SIGNING_ALGORITHMS,
        Signatures::Restricted => &RESTRICTED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F2-15: three algorithms, in both directions.
    #[test]
    fn the_restricted_algorithms_are_three() {
        let three = [Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa];

        assert_eq!(of_clients(Signatures::Restricted), three);
        assert_eq!(for_clients(Signatures::Restricted), three);
    }
}
