//! Requirements that an operator adds in words of a file: at which clients, and what is demanded there on top of everything else.
//!
//! Owns what a rule can say and what follows from it. A rule adds and never takes away. Leaves the journey to `journey`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::journey::{Condition, LevelRule, Requirement, Source};
use crate::terms::holds_at;
use crate::{Acr, Client, ClientId, Lifetime, Strength, Terms, Timestamp};

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequirementRule {
    /// Its stable name; what follows from it is called `rule:` and this.
    pub id: String,
    /// Where it holds.
    #[serde(default, skip_serializing_if = "RuleScope::is_everywhere")]
    pub when: RuleScope,
    /// The level that must be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Acr>,
    /// How many seconds ago the proofs may have been made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    /// Whether the address must be proven.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified_email: bool,
    /// Terms, by id, that hold there too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<String>,
}

/// Where a rule holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleScope {
    /// At these clients; when none is named, at every one.
    #[serde(default)]
    pub clients: Vec<ClientId>,
}

impl RuleScope {
    fn is_everywhere(&self) -> bool {
        self.clients.is_empty()
    }
}

impl RequirementRule {
    /// Whether it demands anything that not every sign-in shows.
    pub fn demands_something(&self) -> bool {
        let has_level = self.level.is_some_and(|level| level > Acr::Aal1);
        has_level || self.max_age.is_some() || self.verified_email || !self.terms.is_empty()
    }

    /// How strong a sign-in at `client` must be by it; one factor where it demands nothing.
    pub fn least_at(&self, client: &Client) -> Strength {
        let level = self.level.filter(|_| holds_at(&self.when.clients, client));
        level.map_or(Strength::OneFactor, Acr::strength)
    }

    /// Whether it demands a proven address at `client`.
    pub fn demands_verified_email_at(&self, client: &Client) -> bool {
        self.verified_email && holds_at(&self.when.clients, client)
    }

    /// What it demands at `client` of a journey that began at `started_at`; nothing elsewhere, and nothing at our own pages. `terms` are
    /// those of the tenant.
    pub fn requirements(&self, client: &Client, started_at: Timestamp, terms: &[Arc<Terms>]) -> Vec<Requirement> {
        if !holds_at(&self.when.clients, client) {
            return Vec::new();
        }
        let level = self.level.map(|level| Condition::Level(LevelRule::essential(level.strength())));
        let age = self.max_age.map(|seconds| started_at.minus(Lifetime::from_seconds(seconds.into())));
        let named = terms.iter().filter(|terms| self.terms.contains(&terms.id));
        let conditions = level
            .into_iter()
            .chain(age.map(Condition::FreshSince))
            .chain(self.verified_email.then_some(Condition::VerifiedEmail))
            .chain(named.map(|terms| Condition::Terms(terms.present())));
        conditions.map(|condition| Requirement::new(format!("rule:{}", self.id), Source::Rule, condition)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journey::{ConsentRule, Requirements};
    use crate::{ClientMetadata, ClientOrigin, TenantId, TermsText};

    const NOW: Timestamp = Timestamp::from_millis(100_000);

    fn client(id: ClientId) -> Client {
        let (metadata, origin) = (ClientMetadata::default(), ClientOrigin::Operator);
        Client {
            tenant: TenantId::DEFAULT,
            id,
            metadata,
            secrets: Vec::new(),
            disabled_at: None,
            disabled_grants: Default::default(),
            origin,
        }
    }

    fn rule(clients: &[&str]) -> RequirementRule {
        RequirementRule {
            id: "payments".to_owned(),
            when: RuleScope { clients: clients.iter().map(|id| ClientId::parse(id).unwrap()).collect() },
            level: Some(Acr::Aal2),
            max_age: Some(60),
            verified_email: true,
            terms: vec!["club".to_owned()],
        }
    }

    /// A1.1 of the journeys: a rule demands everything it says where it holds, and nothing elsewhere.
    #[test]
    fn a_rule_demands_what_it_says_where_it_holds() {
        let text = TermsText { name: "Club".to_owned(), uri: "https://example.com/club".to_owned() };
        let terms = |id: &str| {
            let texts = [("en".to_owned(), text.clone())].into();
            Arc::new(Terms { id: id.to_owned(), version: "3".to_owned(), clients: vec![], texts })
        };
        let (shop, other) = (ClientId::parse("shop").unwrap(), ClientId::parse("other").unwrap());

        let all = rule(&["shop"]).requirements(&client(shop), NOW, &[terms("tos"), terms("club")]);

        assert!(all.iter().all(|one| one.id == "rule:payments" && one.source == Source::Rule));
        let sum = Requirements::of(&all);
        assert_eq!(
            (sum.level, sum.fresh_since),
            (LevelRule::essential(Strength::TwoFactors), Timestamp::from_millis(40_000))
        );
        assert_eq!((sum.verified_email, sum.terms, sum.consent), (true, true, ConsentRule::NotNeeded));
        assert_eq!(all.iter().filter(|one| matches!(one.condition, Condition::Terms(_))).count(), 1);
        assert_eq!(rule(&["shop"]).requirements(&client(other.clone()), NOW, &[]), []);
        assert_eq!(rule(&[]).requirements(&client(other), NOW, &[]).len(), 3);
        assert_eq!(rule(&[]).requirements(&client(ClientId::own_pages()), NOW, &[]), []);
    }
}
