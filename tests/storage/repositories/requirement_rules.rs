//! Requirements are set, replaced and removed by their own tenant.

use portreeve_domain::{RequirementRule, RuleScope};
use portreeve_storage::{Wall, requirement_rules};

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::web,
};

const ID: &str = "payments";

fn rule(max_age: u32) -> RequirementRule {
    RequirementRule {
        id: ID.to_owned(),
        when: RuleScope { clients: vec![web()] },
        level: None,
        max_age: Some(max_age),
        verified_email: true,
        terms: vec!["tos".to_owned()],
    }
}

#[tokio::test]
async fn a_rule_is_replaced_and_removed_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| requirement_rules::upsert(tx, ONE, &rule(1), NOW).await).await;
        db.write(ONE, async |tx| requirement_rules::upsert(tx, ONE, &rule(2), NOW).await).await;

        let all = db.read(Wall::All, async |conn| requirement_rules::all(conn).await).await;
        assert_eq!(all, [(ONE, rule(2))]);

        assert!(db.write(ONE, async |tx| requirement_rules::delete(tx, ONE, ID).await).await);
        assert!(!db.write(ONE, async |tx| requirement_rules::delete(tx, ONE, ID).await).await);
    })
    .await;
}

/// S-118: the rule of another tenant under the same id.
#[tokio::test]
async fn another_tenants_rule_is_neither_replaced_nor_removed() {
    on_both(async |db| {
        db.write(TWO, async |tx| requirement_rules::upsert(tx, TWO, &rule(7), NOW).await).await;

        assert!(!db.write(Wall::All, async |tx| requirement_rules::delete(tx, ONE, ID).await).await);
        db.write(Wall::All, async |tx| requirement_rules::upsert(tx, ONE, &rule(8), NOW).await).await;

        let all = db.read(Wall::All, async |conn| requirement_rules::all(conn).await).await;
        assert_eq!(all, [(ONE, rule(8)), (TWO, rule(7))]);
    })
    .await;
}
