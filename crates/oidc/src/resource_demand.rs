//! What a resource demands of a token that is good: scopes, a class of authentication, a sign-in not long ago.
//!
//! Owns reading the demand that a gateway is configured with, whether a token meets it, and what a challenge says of it. Leaves
//! whether the token is good to `issuer`. RFC 6750 §3.1; RFC 9470 §3.

use portreeve_domain::{Acr, Lifetime, Scope, Timestamp, TokenFamily};

use crate::quoted_string::quoted_string;
use crate::{Cause, ErrorCode, Parameters, Refusal};

/// The parameters of a demand.
const NAMES: [&str; 3] = ["scope", "acr_values", "max_age"];

/// What a resource demands; by default nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceDemand {
    scope: Scope,
    acr_values: Vec<Acr>,
    max_age: Option<Lifetime>,
}

impl ResourceDemand {
    /// These scopes, all of them.
    pub fn of_scope(scope: Scope) -> Self {
        Self { scope, ..Self::default() }
    }

    /// Reads a raw query, without the question mark. An operator wrote it, so that nothing in it is ignored: a demand that is
    /// not understood would not be made.
    ///
    /// # Errors
    /// `DemandUnusable` for a parameter of another name, for one that is empty, malformed or repeated, and for a class of
    /// authentication that this server does not know.
    pub fn from_query(query: &str) -> Result<Self, Refusal> {
        let unusable = |what: &str| Refusal::new(Cause::DemandUnusable).with_detail(what);
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        if let Some((name, _)) = pairs.iter().find(|(name, value)| !NAMES.contains(&name.as_str()) || value.is_empty())
        {
            return Err(unusable(&format!("{name} is empty or unknown")));
        }
        let parameters = Parameters::from_pairs(pairs).map_err(|refusal| unusable(&refusal.to_string()))?;
        let scope = Scope::parse(parameters.get("scope").unwrap_or_default()).map_err(|_| unusable("scope"))?;
        let classes = parameters.get("acr_values").map(|text| text.split(' ').map(Acr::parse).collect());
        let acr_values = classes.unwrap_or(Some(Vec::new())).ok_or_else(|| unusable("acr_values"))?;
        let max_age = parameters.get("max_age").map(|text| seconds(text).ok_or_else(|| unusable("max_age")));
        Ok(Self { scope, acr_values, max_age: max_age.transpose()? })
    }

    /// Checks a good token with `scope` that stands on `family`, if a person granted it.
    ///
    /// A class stronger than one that is demanded will do. `max_age` seconds after the sign-in it is still recent.
    ///
    /// # Errors
    /// `ScopeMissing`; `AuthenticationInsufficient` also for a token for which nobody signed in.
    pub fn check(&self, scope: &Scope, family: Option<&TokenFamily>, now: Timestamp) -> Result<(), Refusal> {
        if !scope.covers(&self.scope) {
            return Err(Cause::ScopeMissing.into());
        }
        let stated = family.and_then(TokenFamily::stated_acr);
        let is_strong = |stated: Acr| self.acr_values.iter().any(|demanded| stated.strength() >= demanded.strength());
        if !self.acr_values.is_empty() && !stated.is_some_and(is_strong) {
            return Err(Refusal::new(Cause::AuthenticationInsufficient).with_detail("acr"));
        }
        let signed_in = family.and_then(TokenFamily::auth_time);
        let is_recent = |max_age: Lifetime| signed_in.is_some_and(|signed_in| now <= signed_in.plus(max_age));
        if !self.max_age.is_none_or(is_recent) {
            return Err(Refusal::new(Cause::AuthenticationInsufficient).with_detail("auth_time"));
        }
        Ok(())
    }

    /// What a challenge with `code` says of it: each parameter with a comma before it.
    pub(crate) fn challenge(&self, code: ErrorCode) -> String {
        let classes: Vec<&str> = self.acr_values.iter().map(|acr| acr.name()).collect();
        let said = match code {
            ErrorCode::InsufficientScope => vec![("scope", self.scope.to_string())],
            ErrorCode::InsufficientUserAuthentication => {
                let max_age = self.max_age.map(|max_age| max_age.as_seconds().to_string());
                vec![("acr_values", classes.join(" ")), ("max_age", max_age.unwrap_or_default())]
            }
            _ => Vec::new(),
        };
        let said = said.into_iter().filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| format!(", {name}={}", quoted_string(&value))).collect()
    }
}

/// A whole number of seconds of at most eight digits, some three years.
fn seconds(text: &str) -> Option<Lifetime> {
    let is_short = text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit());
    is_short.then(|| text.parse().ok()).flatten().map(Lifetime::from_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SU-01: what is not understood is not passed over; the demand would not be made.
    #[test]
    fn a_demand_is_read_whole_or_not_at_all() {
        let read =
            ResourceDemand::from_query("acr_values=aal2+phr&max_age=300&scope=orders.read%20orders.write").unwrap();
        assert_eq!(read.acr_values, [Acr::Aal2, Acr::Phr]);
        assert_eq!(read.max_age, Some(Lifetime::from_seconds(300)));
        assert_eq!(read.scope.to_string(), "orders.read orders.write");
        assert_eq!(ResourceDemand::from_query(""), Ok(ResourceDemand::default()));
        for bad in [
            "acr_values=",
            "acr_values=AAL2",
            "acr_values=aal2++phr",
            "acr_values=aal2&acr_values=aal1",
            "acr_value=aal2",
            "max_age",
            "max_age=-1",
            "max_age=5m",
            "max_age=999999999",
            "scope=a%22b",
            "access_token=x",
        ] {
            let refused = ResourceDemand::from_query(bad).map_err(|refusal| refusal.cause);
            assert_eq!(refused, Err(Cause::DemandUnusable), "{bad}");
        }
    }

    /// SU-01: the challenge of RFC 9470 §3 says what was missing and nothing else.
    #[test]
    fn a_challenge_says_what_is_demanded() {
        let demand = ResourceDemand::from_query("acr_values=aal2+phr&max_age=300&scope=a").unwrap();

        let stronger = demand.challenge(ErrorCode::InsufficientUserAuthentication);
        assert_eq!(stronger, ", acr_values=\"aal2 phr\", max_age=\"300\"");
        assert_eq!(demand.challenge(ErrorCode::InsufficientScope), ", scope=\"a\"");
        assert_eq!(demand.challenge(ErrorCode::InvalidToken), "");
        let recent = ResourceDemand::from_query("max_age=0").unwrap();
        assert_eq!(recent.challenge(ErrorCode::InsufficientUserAuthentication), ", max_age=\"0\"");
    }

    /// SU-01, MC-08: nobody signed in for a client's own token.
    #[test]
    fn a_clients_own_token_shows_no_authentication() {
        let now = Timestamp::from_millis(0);
        let check = |query: &str| {
            let demand = ResourceDemand::from_query(query).unwrap();
            demand.check(&Scope::parse("a b").unwrap(), None, now).map_err(|refusal| refusal.cause)
        };

        assert_eq!(check("scope=b"), Ok(()));
        assert_eq!(check("scope=b+c"), Err(Cause::ScopeMissing));
        assert_eq!(check("acr_values=aal1"), Err(Cause::AuthenticationInsufficient));
        assert_eq!(check("max_age=99999999"), Err(Cause::AuthenticationInsufficient));
    }
}
