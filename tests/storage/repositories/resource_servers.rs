//! Resource servers are registered, replaced and removed by their own tenant.

use portreeve_domain::{ResourceServer, TokenProfile};
use portreeve_storage::{Wall, resource_servers};

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::scope,
};

const RESOURCE: &str = "https://api.example";

fn api(name: &str) -> ResourceServer {
    ResourceServer {
        resource: RESOURCE.to_owned(),
        name: Some(name.to_owned()),
        scopes: scope("read write"),
        authorization_details_types: Vec::new(),
        token_profile: TokenProfile::Opaque,
        access_token_lifetime: Some(300),
    }
}

#[tokio::test]
async fn a_registered_resource_server_is_replaced_and_removed_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| resource_servers::upsert(tx, ONE, &api("first"), NOW).await).await;
        db.write(ONE, async |tx| resource_servers::upsert(tx, ONE, &api("second"), NOW).await).await;

        let all = db.read(Wall::All, async |conn| resource_servers::all(conn).await).await;
        assert_eq!(all, [(ONE, api("second"))]);

        assert!(db.write(ONE, async |tx| resource_servers::delete(tx, ONE, RESOURCE).await).await);
        assert!(!db.write(ONE, async |tx| resource_servers::delete(tx, ONE, RESOURCE).await).await);
    })
    .await;
}

/// S-118: the resource server of another tenant under the same identifier.
#[tokio::test]
async fn another_tenants_resource_server_is_neither_replaced_nor_removed() {
    on_both(async |db| {
        db.write(TWO, async |tx| resource_servers::upsert(tx, TWO, &api("theirs"), NOW).await).await;

        assert!(!db.write(Wall::All, async |tx| resource_servers::delete(tx, ONE, RESOURCE).await).await);
        db.write(Wall::All, async |tx| resource_servers::upsert(tx, ONE, &api("ours"), NOW).await).await;

        let all = db.read(Wall::All, async |conn| resource_servers::all(conn).await).await;
        assert_eq!(all, [(ONE, api("ours")), (TWO, api("theirs"))]);
    })
    .await;
}
