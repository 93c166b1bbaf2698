//! Attributes are set, replaced and removed by their own tenant.

use portreeve_domain::{Asked, Attribute, AttributeType, Editor};
use portreeve_storage::{Wall, attributes};

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::web,
};

const NAME: &str = "shoe_size";

fn attribute(max_length: u16) -> Attribute {
    Attribute {
        name: NAME.to_owned(),
        kind: AttributeType::Text,
        max_length: Some(max_length),
        choices: Vec::new(),
        texts: [].into(),
        editable_by: Editor::Operator,
        asked: Asked::Clients(vec![web()]),
        optional: true,
        confirmed: false,
        scope: Some("shoes".to_owned()),
    }
}

#[tokio::test]
async fn an_attribute_is_replaced_and_removed_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| attributes::upsert(tx, ONE, &attribute(1), NOW).await).await;
        db.write(ONE, async |tx| attributes::upsert(tx, ONE, &attribute(2), NOW).await).await;

        let all = db.read(Wall::All, async |conn| attributes::all(conn).await).await;
        assert_eq!(all, [(ONE, attribute(2))]);

        assert!(db.write(ONE, async |tx| attributes::delete(tx, ONE, NAME).await).await);
        assert!(!db.write(ONE, async |tx| attributes::delete(tx, ONE, NAME).await).await);
    })
    .await;
}

/// S-118: the attribute of another tenant under the same name.
#[tokio::test]
async fn another_tenants_attribute_is_neither_replaced_nor_removed() {
    on_both(async |db| {
        db.write(TWO, async |tx| attributes::upsert(tx, TWO, &attribute(7), NOW).await).await;

        assert!(!db.write(Wall::All, async |tx| attributes::delete(tx, ONE, NAME).await).await);
        db.write(Wall::All, async |tx| attributes::upsert(tx, ONE, &attribute(8), NOW).await).await;

        let all = db.read(Wall::All, async |conn| attributes::all(conn).await).await;
        assert_eq!(all, [(ONE, attribute(8)), (TWO, attribute(7))]);
    })
    .await;
}
