//! Token exchange policy: which tokens a client may exchange, and for what (RFC 8693).
//!
//! Owns the rule's shape and its match. Off unless an operator writes one down; leaves the exchange to `issuer`.

use serde::{Deserialize, Serialize};

/// One permission of a client to exchange tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangePolicy {
    /// Audiences of the tokens it may bring: resource servers, or the issuer.
    pub from: Vec<String>,
    /// Resource servers it may get tokens for.
    pub to: Vec<String>,
    /// Whether the new token may be silent about who acts; otherwise its `act` names the client.
    #[serde(default)]
    pub impersonation: bool,
}

impl ExchangePolicy {
    /// Whether it is about tokens for `from` and for `to`.
    pub fn covers(&self, from: &str, to: &str) -> bool {
        self.from.iter().any(|known| known == from) && self.to.iter().any(|known| known == to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S-067: a permission is for its own audiences, in its own direction.
    #[test]
    fn a_policy_covers_one_direction() {
        let policy = ExchangePolicy { from: vec!["a".into()], to: vec!["b".into()], impersonation: false };

        assert!(policy.covers("a", "b"));
        assert!(!policy.covers("b", "a") && !policy.covers("a", "a") && !policy.covers("a", "c"));
    }
}
