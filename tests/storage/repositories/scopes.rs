//! The texts of a scope are set, replaced and removed by their own tenant.

use portreeve_domain::{ScopeMeaning, ScopeText};
use portreeve_storage::{Wall, scopes};

use crate::database::{NOW, ONE, TWO, on_both};

const NAME: &str = "orders.read";

fn meaning(title: &str) -> ScopeMeaning {
    let text = ScopeText { title: title.to_owned(), description: Some("All of them.".to_owned()) };
    ScopeMeaning { name: NAME.to_owned(), texts: [("en".to_owned(), text)].into() }
}

#[tokio::test]
async fn texts_are_replaced_and_removed_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| scopes::upsert(tx, ONE, &meaning("first"), NOW).await).await;
        db.write(ONE, async |tx| scopes::upsert(tx, ONE, &meaning("second"), NOW).await).await;

        let all = db.read(Wall::All, async |conn| scopes::all(conn).await).await;
        assert_eq!(all, [(ONE, meaning("second"))]);

        assert!(db.write(ONE, async |tx| scopes::delete(tx, ONE, NAME).await).await);
        assert!(!db.write(ONE, async |tx| scopes::delete(tx, ONE, NAME).await).await);
    })
    .await;
}

/// S-118: the scope of another tenant under the same name.
#[tokio::test]
async fn another_tenants_texts_are_neither_replaced_nor_removed() {
    on_both(async |db| {
        db.write(TWO, async |tx| scopes::upsert(tx, TWO, &meaning("theirs"), NOW).await).await;

        assert!(!db.write(Wall::All, async |tx| scopes::delete(tx, ONE, NAME).await).await);
        db.write(Wall::All, async |tx| scopes::upsert(tx, ONE, &meaning("ours"), NOW).await).await;

        let all = db.read(Wall::All, async |conn| scopes::all(conn).await).await;
        assert_eq!(all, [(ONE, meaning("ours")), (TWO, meaning("theirs"))]);
    })
    .await;
}
