//! A registration belongs to one client and goes with it.

use portreeve_domain::{ClientMetadata, ClientOrigin, RegistrationId};
use portreeve_storage::{Wall, client_registrations, client_registrations::RegistrationRow, clients};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::web,
};

const FIRST: RegistrationId = RegistrationId::new(1);

fn registration() -> RegistrationRow {
    RegistrationRow { id: FIRST, client: web(), secret_hash: [7; 32], created_at: NOW }
}

async fn plant(db: &Database, origin: ClientOrigin) {
    db.write(ONE, async |tx| {
        clients::upsert(tx, ONE, &web(), &ClientMetadata::default(), NOW).await?;
        client_registrations::insert(tx, ONE, &registration(), origin).await
    })
    .await;
}

async fn found(db: &Database) -> Option<RegistrationRow> {
    db.read(ONE, async |conn| client_registrations::find(conn, ONE, FIRST).await).await
}

async fn count(db: &Database) -> i64 {
    db.read(ONE, async |conn| client_registrations::count(conn, ONE).await).await
}

#[tokio::test]
async fn a_client_is_known_by_who_brought_it_in() {
    for origin in [ClientOrigin::Vouched, ClientOrigin::Anybody] {
        on_both(async |db| {
            plant(db, origin).await;

            let all = db.read(Wall::All, async |conn| clients::all(conn).await).await;

            assert_eq!(all.iter().map(|client| client.origin).collect::<Vec<_>>(), [origin]);
            assert_eq!((found(db).await, count(db).await), (Some(registration()), 1));
        })
        .await;
    }
}

/// DR-19: a deleted client leaves no registration behind.
#[tokio::test]
async fn a_registration_goes_with_its_client() {
    on_both(async |db| {
        plant(db, ClientOrigin::Anybody).await;

        db.write(ONE, async |tx| clients::delete(tx, ONE, &web(), NOW).await).await;

        assert_eq!((found(db).await, count(db).await), (None, 0));
    })
    .await;
}

/// S-057: of two replacements with the same token one wins.
#[tokio::test]
async fn a_secret_is_changed_by_who_holds_the_current_one() {
    on_both(async |db| {
        plant(db, ClientOrigin::Anybody).await;
        let change = async |old: u8, new: u8| {
            let (old, new) = ([old; 32], [new; 32]);
            db.write(ONE, async |tx| client_registrations::change_secret(tx, ONE, FIRST, &old, &new).await).await
        };

        assert_eq!((change(7, 8).await, change(7, 9).await), (true, false));
        assert_eq!(found(db).await.map(|row| row.secret_hash), Some([8; 32]));
    })
    .await;
}

/// S-118: another tenant's registration is neither seen nor touched.
#[tokio::test]
async fn another_tenants_registration_is_not_touched() {
    on_both(async |db| {
        plant(db, ClientOrigin::Anybody).await;

        let changed = db
            .write(Wall::All, async |tx| {
                clients::delete(tx, TWO, &web(), NOW).await?;
                client_registrations::change_secret(tx, TWO, FIRST, &[7; 32], &[8; 32]).await
            })
            .await;
        let seen = db
            .read(Wall::All, async |conn| {
                let count = client_registrations::count(conn, TWO).await?;
                Ok((client_registrations::find(conn, TWO, FIRST).await?, count))
            })
            .await;

        assert_eq!((changed, seen), (false, (None, 0)));
        assert_eq!(found(db).await, Some(registration()));
    })
    .await;
}
