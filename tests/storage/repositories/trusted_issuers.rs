//! Trusted issuers are registered, replaced and removed by their own tenant (RFC 7523 §2.1).

use portreeve_domain::{ClientId, TrustedIssuer};
use portreeve_storage::{Wall, trusted_issuers};
use serde_json::json;

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::scope,
};

const ISSUER: &str = "https://idp.example";

fn trusted(client: &str) -> TrustedIssuer {
    TrustedIssuer {
        issuer: ISSUER.to_owned(),
        jwks: Some(json!({"keys": []})),
        jwks_uri: Some("https://idp.example/jwks".to_owned()),
        clients: vec![ClientId::parse(client).unwrap()],
        scopes: scope("read write"),
        software_statements: true,
        attests: vec![ClientId::parse("wallet").unwrap()],
    }
}

#[tokio::test]
async fn a_trusted_issuer_is_replaced_and_removed_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| trusted_issuers::upsert(tx, ONE, &trusted("first"), NOW).await).await;
        db.write(ONE, async |tx| trusted_issuers::upsert(tx, ONE, &trusted("second"), NOW).await).await;

        let all = db.read(Wall::All, async |conn| trusted_issuers::all(conn).await).await;
        assert_eq!(all, [(ONE, trusted("second"))]);

        assert!(db.write(ONE, async |tx| trusted_issuers::delete(tx, ONE, ISSUER).await).await);
        assert!(!db.write(ONE, async |tx| trusted_issuers::delete(tx, ONE, ISSUER).await).await);
    })
    .await;
}

/// S-118: the trust of another tenant.
#[tokio::test]
async fn another_tenants_trust_is_neither_replaced_nor_removed() {
    on_both(async |db| {
        db.write(TWO, async |tx| trusted_issuers::upsert(tx, TWO, &trusted("theirs"), NOW).await).await;

        assert!(!db.write(Wall::All, async |tx| trusted_issuers::delete(tx, ONE, ISSUER).await).await);
        db.write(Wall::All, async |tx| trusted_issuers::upsert(tx, ONE, &trusted("ours"), NOW).await).await;

        let all = db.read(Wall::All, async |conn| trusted_issuers::all(conn).await).await;
        assert_eq!(all, [(ONE, trusted("ours")), (TWO, trusted("theirs"))]);
    })
    .await;
}
