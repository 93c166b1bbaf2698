//! Which algorithms sign what clients and this server send each other.
//!
//! Owns the lists that a profile's rule leaves, for registration, metadata and verification alike. Leaves DPoP proofs, which
//! have one list for every profile, to `dpop`. FAPI 2.0 §5.4; SECURITY S-052.

use portreeve_domain::{Fault, Signatures};
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

/// What a client signs its assertions with: with what is `registered`, else as [`of_clients`]. Nothing for an algorithm that the
/// rule excludes, which may have been registered before the tenant became so strict.
pub fn of_assertions(registered: Option<&str>, rule: Signatures) -> &'static [Algorithm] {
    let allowed = of_clients(rule);
    let Some(name) = registered else { return allowed };
    allowed.iter().find(|known| known.name() == name).map_or(&[], std::slice::from_ref)
}

/// What may be issued to clients: ID tokens, logout tokens and signed answers.
pub(crate) fn for_clients(rule: Signatures) -> &'static [Algorithm] {
    match rule {
        Signatures::RsaPreferred | Signatures::EcPreferred => &SIGNING_ALGORITHMS,
        Signatures::Restricted => &RESTRICTED,
    }
}

/// What an answer is signed with: by what is `registered` for it, else by `otherwise`; where the rule restricts algorithms, by
/// ES256 in place of those it excludes, which may have been registered before the tenant became so strict.
///
/// # Errors
/// A fault for a registered algorithm that registration should have refused.
pub fn of_answer(registered: Option<&str>, rule: Signatures, otherwise: Algorithm) -> Result<Algorithm, Fault> {
    let wanted = match registered {
        Some(name) => Algorithm::parse(name)
            .ok_or_else(|| Fault::impossible("an unknown algorithm is registered for an answer"))?,
        None => otherwise,
    };
    Ok(if for_clients(rule).contains(&wanted) { wanted } else { Algorithm::Es256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F2-15, RM-08: what is registered counts, then what is usual; no profile signs with what it excludes.
    #[test]
    fn an_answer_is_signed_with_what_the_rule_allows() {
        let rs256 = Algorithm::Rs256;

        assert_eq!(of_answer(Some("PS256"), Signatures::Restricted, rs256).unwrap(), Algorithm::Ps256);
        assert_eq!(of_answer(Some("RS256"), Signatures::Restricted, rs256).unwrap(), Algorithm::Es256);
        assert_eq!(of_answer(None, Signatures::Restricted, rs256).unwrap(), Algorithm::Es256);
        assert_eq!(of_answer(None, Signatures::EcPreferred, rs256).unwrap(), rs256);
        assert_eq!(of_answer(Some("ES256"), Signatures::RsaPreferred, rs256).unwrap(), Algorithm::Es256);
        assert!(of_answer(Some("XX"), Signatures::RsaPreferred, rs256).is_err());
    }

    /// OC-51, F2-15: one algorithm where one is registered, and none where the rule excludes it.
    #[test]
    fn an_assertion_is_signed_with_what_is_registered() {
        assert_eq!(of_assertions(Some("PS256"), Signatures::Restricted), [Algorithm::Ps256]);
        assert_eq!(of_assertions(Some("RS256"), Signatures::EcPreferred), [Algorithm::Rs256]);
        for excluded in ["RS256", "HS256", "none"] {
            assert_eq!(of_assertions(Some(excluded), Signatures::Restricted), [], "{excluded}");
        }
        assert_eq!(of_assertions(None, Signatures::Restricted), RESTRICTED);
    }

    /// F2-15: three algorithms, in both directions.
    #[test]
    fn the_restricted_algorithms_are_three() {
        let three = [Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa];

        assert_eq!(of_clients(Signatures::Restricted), three);
        assert_eq!(for_clients(Signatures::Restricted), three);
    }
}
