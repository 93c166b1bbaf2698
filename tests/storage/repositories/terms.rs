//! Terms are set, replaced and removed by their own tenant.

use portreeve_domain::{Terms, TermsText};
use portreeve_storage::{Wall, terms};

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::web,
};

const ID: &str = "tos";

fn version(version: &str) -> Terms {
    let text = TermsText { name: "Terms of use".to_owned(), uri: format!("https://example.com/tos/{version}") };
    Terms {
        id: ID.to_owned(),
        version: version.to_owned(),
        clients: vec![web()],
        texts: [("en".to_owned(), text)].into(),
    }
}

#[tokio::test]
async fn a_version_is_replaced_and_removed_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| terms::upsert(tx, ONE, &version("1"), NOW).await).await;
        db.write(ONE, async |tx| terms::upsert(tx, ONE, &version("2"), NOW).await).await;

        let all = db.read(Wall::All, async |conn| terms::all(conn).await).await;
        assert_eq!(all, [(ONE, version("2"))]);

        assert!(db.write(ONE, async |tx| terms::delete(tx, ONE, ID).await).await);
        assert!(!db.write(ONE, async |tx| terms::delete(tx, ONE, ID).await).await);
    })
    .await;
}

/// S-118: the terms of another tenant under the same id.
#[tokio::test]
async fn another_tenants_terms_are_neither_replaced_nor_removed() {
    on_both(async |db| {
        db.write(TWO, async |tx| terms::upsert(tx, TWO, &version("theirs"), NOW).await).await;

        assert!(!db.write(Wall::All, async |tx| terms::delete(tx, ONE, ID).await).await);
        db.write(Wall::All, async |tx| terms::upsert(tx, ONE, &version("ours"), NOW).await).await;

        let all = db.read(Wall::All, async |conn| terms::all(conn).await).await;
        assert_eq!(all, [(ONE, version("ours")), (TWO, version("theirs"))]);
    })
    .await;
}
