//! Grants that a tenant does without.

use serde::{Deserialize, Serialize};

use crate::GrantType;

/// Grants that do not exist at a tenant: their endpoints and pages are not there, nothing tells of them, no client has them, and
/// what they once gave counts no more. Never the authorization code: people sign in by it, also at the account pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<GrantType>", into = "Vec<GrantType>")]
pub struct DisabledGrants(Vec<GrantType>);

impl DisabledGrants {
    /// Which.
    pub fn list(&self) -> &[GrantType] {
        &self.0
    }
}

impl TryFrom<Vec<GrantType>> for DisabledGrants {
    type Error = &'static str;

    fn try_from(grants: Vec<GrantType>) -> Result<Self, Self::Error> {
        if grants.contains(&GrantType::AuthorizationCode) {
            return Err("disabled_grant_types must not have authorization_code: people sign in by it");
        }
        Ok(Self(grants))
    }
}

impl From<DisabledGrants> for Vec<GrantType> {
    fn from(grants: DisabledGrants) -> Self {
        grants.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_can_do_without_every_grant_but_that_of_people() {
        for grant in GrantType::ALL {
            let is_allowed = grant != GrantType::AuthorizationCode;
            assert_eq!(DisabledGrants::try_from(vec![grant]).is_ok(), is_allowed, "{}", grant.name());
        }
    }
}
