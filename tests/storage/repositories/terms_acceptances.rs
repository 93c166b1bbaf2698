//! Only the present version of terms can be agreed to, once, and what was agreed to stays.

use portreeve_domain::{TenantId, Terms, TermsText, TermsVersion, Timestamp};
use portreeve_storage::{
    Wall, terms,
    terms_acceptances::{self, TermsAcceptance},
};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{in_seconds, user_id, web},
};

async fn publish(db: &Database, tenant: TenantId, version: &str) {
    let text = TermsText { name: "Terms".to_owned(), uri: "https://example.com/tos".to_owned() };
    let published = Terms {
        id: "tos".to_owned(),
        version: version.to_owned(),
        clients: vec![],
        texts: [("en".to_owned(), text)].into(),
    };
    db.write(tenant, async |tx| terms::upsert(tx, tenant, &published, NOW).await).await;
}

fn acceptance(version: &str, at: Timestamp) -> TermsAcceptance {
    TermsAcceptance {
        version: TermsVersion { terms: "tos".to_owned(), version: version.to_owned() },
        client: web(),
        text: TermsText { name: "Nutzung".to_owned(), uri: "https://example.com/de/tos".to_owned() },
        accepted_at: at,
    }
}

async fn accept(db: &Database, version: &str, at: Timestamp) -> bool {
    let row = acceptance(version, at);
    db.write(ONE, async |tx| terms_acceptances::insert(tx, ONE, user_id(7), &row).await).await
}

async fn accepted(db: &Database, number: u8) -> Vec<TermsAcceptance> {
    db.read(ONE, async |conn| terms_acceptances::of_user(conn, ONE, user_id(number)).await).await
}

#[tokio::test]
async fn only_the_present_version_is_agreed_to() {
    on_both(async |db| {
        assert!(!accept(db, "1", NOW).await, "nothing to agree to");
        publish(db, ONE, "1").await;
        assert!(!accept(db, "2", NOW).await);
        assert!(accept(db, "1", NOW).await);

        publish(db, ONE, "2").await;
        assert!(!accept(db, "1", in_seconds(1)).await, "it was replaced");
        assert!(accept(db, "2", in_seconds(2)).await);

        assert_eq!(accepted(db, 7).await, [acceptance("2", in_seconds(2)), acceptance("1", NOW)]);
        assert_eq!(accepted(db, 8).await, []);
    })
    .await;
}

#[tokio::test]
async fn who_agrees_again_agreed_when_they_first_did() {
    on_both(async |db| {
        publish(db, ONE, "1").await;

        assert!(accept(db, "1", NOW).await);
        assert!(accept(db, "1", in_seconds(1)).await);

        assert_eq!(accepted(db, 7).await, [acceptance("1", NOW)]);
    })
    .await;
}

/// S-118: the same person and version in another tenant.
#[tokio::test]
async fn another_tenants_terms_are_not_agreed_to() {
    on_both(async |db| {
        publish(db, TWO, "1").await;
        let row = acceptance("1", NOW);

        let user = user_id(7);
        assert!(!db.write(Wall::All, async |tx| terms_acceptances::insert(tx, ONE, user, &row).await).await);
        assert!(db.write(TWO, async |tx| terms_acceptances::insert(tx, TWO, user, &row).await).await);

        assert_eq!(db.read(Wall::All, async |conn| terms_acceptances::of_user(conn, ONE, user).await).await, []);
    })
    .await;
}
