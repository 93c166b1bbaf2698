//! Clients and their secrets belong together and to one tenant.

use std::time::Duration;

use portreeve_domain::{Client, ClientId, ClientMetadata, ClientOrigin, FamilyId, TokenFamily};
use portreeve_storage::{Wall, clients, consents, token_families};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    rows::{family, in_seconds, scope, user_id, web},
};

fn named(name: &str) -> ClientMetadata {
    ClientMetadata { client_name: Some(name.to_owned()), ..ClientMetadata::default() }
}

async fn all(db: &Database) -> Vec<Client> {
    db.read(Wall::All, async |conn| clients::all(conn).await).await
}

/// The hashes of the secrets of each client, in order.
fn secrets(all: &[Client]) -> Vec<Vec<u8>> {
    all.iter().map(|client| client.secrets.iter().map(|secret| secret.hash[0]).collect()).collect()
}

#[tokio::test]
async fn a_registered_client_is_replaced_by_the_next_registration() {
    on_both(async |db| {
        db.write(ONE, async |tx| clients::upsert(tx, ONE, &web(), &named("first"), NOW).await).await;
        db.write(ONE, async |tx| clients::upsert(tx, ONE, &web(), &named("second"), in_seconds(1)).await).await;

        let all = all(db).await;

        let expected = Client {
            tenant: ONE,
            id: web(),
            metadata: named("second"),
            secrets: Vec::new(),
            disabled_at: None,
            disabled_grants: Default::default(),
            origin: ClientOrigin::Operator,
        };
        assert_eq!(all, [expected]);
    })
    .await;
}

#[tokio::test]
async fn each_client_has_its_own_secrets_and_only_the_last_set_of_them() {
    on_both(async |db| {
        let (other, bare) = (ClientId::parse("other").unwrap(), ClientId::parse("bare").unwrap());
        db.write(Wall::All, async |tx| {
            for (tenant, id) in [(ONE, &bare), (ONE, &other), (ONE, &web()), (TWO, &web())] {
                clients::upsert(tx, tenant, id, &named("any"), NOW).await?;
            }
            clients::replace_secrets(tx, ONE, &web(), &[[1; 32]], NOW).await?;
            clients::replace_secrets(tx, ONE, &web(), &[[2; 32]], NOW).await?;
            clients::replace_secrets(tx, ONE, &other, &[[3; 32], [4; 32]], NOW).await?;
            clients::replace_secrets(tx, TWO, &web(), &[[5; 32]], NOW).await
        })
        .await;

        let all = all(db).await;

        let order: Vec<_> = all.iter().map(|client| (client.tenant, client.id.as_str())).collect();
        assert_eq!(order, [(ONE, "bare"), (ONE, "other"), (ONE, "web"), (TWO, "web")]);
        let mut secrets = secrets(&all);
        secrets[1].sort_unstable();
        assert_eq!(secrets, [vec![], vec![3, 4], vec![2], vec![5]]);
    })
    .await;
}

/// The text of a secret is kept with its hash, goes with it, and is of one client and tenant.
#[tokio::test]
async fn the_sealed_text_of_a_secret_stands_beside_its_hash() {
    on_both(async |db| {
        let texts = async || -> Vec<_> {
            let all = all(db).await;
            all.into_iter().flat_map(|client| client.secrets).map(|secret| (secret.hash[0], secret.sealed)).collect()
        };
        db.write(ONE, async |tx| {
            clients::upsert(tx, ONE, &web(), &named("any"), NOW).await?;
            clients::replace_secrets(tx, ONE, &web(), &[[1; 32]], NOW).await
        })
        .await;
        assert_eq!(texts().await, [(1, None)]);

        assert!(db.write(ONE, async |tx| clients::keep_secret_text(tx, ONE, &web(), &[1; 32], b"sealed").await).await);
        assert!(!db.write(ONE, async |tx| clients::keep_secret_text(tx, ONE, &web(), &[2; 32], b"x").await).await);
        assert!(!db.write(TWO, async |tx| clients::keep_secret_text(tx, TWO, &web(), &[1; 32], b"x").await).await);
        assert_eq!(texts().await, [(1, Some(b"sealed".to_vec()))]);

        db.write(ONE, async |tx| clients::replace_secrets(tx, ONE, &web(), &[[1; 32]], NOW).await).await;
        assert_eq!(texts().await, [(1, None)]);
    })
    .await;
}

/// A rotation must be able to tell the former secret from the one before it.
#[tokio::test]
async fn a_secret_that_stays_keeps_its_age() {
    on_both(async |db| {
        db.write(ONE, async |tx| {
            clients::upsert(tx, ONE, &web(), &named("any"), NOW).await?;
            clients::replace_secrets(tx, ONE, &web(), &[[1; 32], [2; 32]], NOW).await?;
            clients::replace_secrets(tx, ONE, &web(), &[[2; 32], [3; 32]], in_seconds(9)).await
        })
        .await;

        let ages: Vec<_> = all(db).await[0].secrets.iter().map(|secret| (secret.hash[0], secret.created_at)).collect();

        assert_eq!(ages, [(2, NOW), (3, in_seconds(9))]);
    })
    .await;
}

#[tokio::test]
async fn a_client_is_switched_off_and_on_and_registration_does_not_switch_it_on() {
    on_both(async |db| {
        db.write(ONE, async |tx| clients::upsert(tx, ONE, &web(), &named("any"), NOW).await).await;

        assert!(db.write(ONE, async |tx| clients::disable(tx, ONE, &web(), Some(NOW)).await).await);
        db.write(ONE, async |tx| clients::upsert(tx, ONE, &web(), &named("any"), NOW).await).await;
        assert_eq!(all(db).await[0].disabled_at, Some(NOW));

        assert!(db.write(ONE, async |tx| clients::disable(tx, ONE, &web(), None).await).await);
        assert_eq!(all(db).await[0].disabled_at, None);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_client_takes_its_secrets_along() {
    on_both(async |db| {
        db.write(ONE, async |tx| clients::upsert(tx, ONE, &web(), &named("any"), NOW).await).await;
        db.write(ONE, async |tx| clients::replace_secrets(tx, ONE, &web(), &[[1; 32]], NOW).await).await;

        assert!(db.write(ONE, async |tx| clients::delete(tx, ONE, &web(), NOW).await).await);
        assert!(!db.write(ONE, async |tx| clients::delete(tx, ONE, &web(), NOW).await).await);

        db.write(ONE, async |tx| clients::upsert(tx, ONE, &web(), &named("again"), NOW).await).await;
        assert_eq!(secrets(&all(db).await), [Vec::<u8>::new()]);
    })
    .await;
}

/// DR-19: with a client end what was granted to it and what people agreed to, and nothing of another's.
#[tokio::test]
async fn a_deleted_client_takes_grants_and_consents_along() {
    on_both(async |db| {
        let (user, other) = (user_id(7), ClientId::parse("other").unwrap());
        for (number, client) in [(1, web()), (2, other.clone())] {
            db.write(ONE, async |tx| {
                clients::upsert(tx, ONE, &client, &named("any"), NOW).await?;
                consents::give(tx, ONE, user, &client, &scope("openid"), NOW).await?;
                token_families::insert(tx, &TokenFamily { client: client.clone(), ..family(ONE, number, user) }).await
            })
            .await;
        }

        db.write(ONE, async |tx| clients::delete(tx, ONE, &web(), NOW).await).await;

        let left = async |client: ClientId, number| {
            db.read(ONE, async |conn| {
                let consent = consents::find(conn, ONE, user, &client).await?;
                let family = token_families::find(conn, ONE, FamilyId::new(number)).await?.unwrap();
                Ok((consent.is_some(), family.revoked_at))
            })
            .await
        };
        assert_eq!(left(web(), 1).await, (false, Some(NOW)));
        assert_eq!(left(other, 2).await, (true, None));
    })
    .await;
}

/// S-048: whoever changes a client's secrets and whoever deletes it wait for each other, and nothing is left behind.
#[tokio::test]
async fn a_client_that_is_deleted_meanwhile_leaves_no_secrets() {
    on_both(async |db| {
        db.write(ONE, async |tx| clients::upsert(tx, ONE, &web(), &named("any"), NOW).await).await;
        let other = db.another_store();
        let mut rotating = begin(&db.store, ONE).await;
        clients::hold(&mut rotating, ONE, &web()).await.unwrap();
        let deleting = tokio::spawn(async move {
            let mut tx = begin(&other, ONE).await;
            assert!(clients::delete(&mut tx, ONE, &web(), NOW).await.unwrap());
            tx.commit().await.unwrap();
        });
        tokio::time::sleep(Duration::from_millis(200)).await;

        clients::replace_secrets(&mut rotating, ONE, &web(), &[[1; 32]], NOW).await.unwrap();
        rotating.commit().await.unwrap();
        deleting.await.unwrap();

        assert_eq!(db.count("SELECT COUNT(*) FROM client_secrets").await, 0);
        let mut late = begin(&db.store, ONE).await;
        assert!(clients::replace_secrets(&mut late, ONE, &web(), &[[2; 32]], NOW).await.unwrap_err().is_overtaken());
    })
    .await;
}

/// S-048: a secret that is nobody's takes nobody else's away.
#[tokio::test]
async fn a_secret_without_a_client_hides_no_other() {
    on_both(async |db| {
        const ORPHAN: &str =
            "INSERT INTO client_secrets (tenant_id, client_id, hash, created_at) VALUES ($1, 'any', $2, 1)";
        db.write(ONE, async |tx| {
            clients::upsert(tx, ONE, &web(), &named("any"), NOW).await?;
            clients::replace_secrets(tx, ONE, &web(), &[[1; 32]], NOW).await?;
            tx.execute(ORPHAN, &[ONE.into(), (&[2; 32]).into()]).await
        })
        .await;

        assert_eq!(secrets(&all(db).await), [[1]]);
    })
    .await;
}

/// S-118: the client of another tenant under the same identifier.
#[tokio::test]
async fn another_tenants_client_is_not_touched() {
    on_both(async |db| {
        db.write(TWO, async |tx| clients::upsert(tx, TWO, &web(), &named("theirs"), NOW).await).await;
        db.write(TWO, async |tx| clients::replace_secrets(tx, TWO, &web(), &[[1; 32]], NOW).await).await;

        assert!(!db.write(Wall::All, async |tx| clients::disable(tx, ONE, &web(), Some(NOW)).await).await);
        assert_eq!(db.write(Wall::All, async |tx| clients::hold(tx, ONE, &web()).await).await, None);
        assert!(!db.write(Wall::All, async |tx| clients::delete(tx, ONE, &web(), NOW).await).await);
        db.write(Wall::All, async |tx| clients::upsert(tx, ONE, &web(), &named("ours"), NOW).await).await;
        db.write(Wall::All, async |tx| clients::replace_secrets(tx, ONE, &web(), &[], NOW).await).await;

        let all = all(db).await;
        let names: Vec<_> = all.iter().map(|client| client.metadata.client_name.as_deref()).collect();
        assert_eq!((names, secrets(&all)), (vec![Some("ours"), Some("theirs")], vec![vec![], vec![1]]));
        assert_eq!(all[1].disabled_at, None);
    })
    .await;
}
