//! Clean-up removes what ran out more than a day ago, in batches, and nothing else.

use portreeve_domain::{BrowserId, Fault, Lifetime, RefusalId, Timestamp, lifetimes, polling::Awaited};
use portreeve_storage::{
    Tx, Wall, access_tokens, access_tokens::AccessTokenRow, authorization_codes, authorization_codes::CodeRow,
    browsers, client_assertions, device_authorizations, device_authorizations::DeviceAuthorizationRow, dpop_proofs,
    expiry, initial_access_tokens, initial_access_tokens::InitialAccessTokenRow, journeys, journeys::JourneyRow,
    mailed_links, mailed_links::LinkRow, pushed_requests, pushed_requests::PushedRequestRow, refresh_tokens,
    refresh_tokens::RefreshTokenRow, refusals, revoked_jtis, sessions, token_families, trusted_assertions, users,
};

use crate::{
    database::{Database, NOW, ONE, TWO, lasting, on_both},
    rows::{
        access_token, code, device_authorization, family, initial_access_token, journey, link, pushed_request,
        refresh_token, session, user, user_id, web,
    },
};

/// The tables that are cleaned up.
const TABLES: [&str; 14] = [
    "access_tokens",
    "authorization_codes",
    "browsers",
    "client_assertions",
    "device_authorizations",
    "dpop_proofs",
    "initial_access_tokens",
    "journeys",
    "mailed_links",
    "pushed_requests",
    "refresh_tokens",
    "refusals",
    "revoked_jtis",
    "trusted_assertions",
];

const DAY: Lifetime = Lifetime::from_hours(24);

/// Plants a row that expires at `at` in every table but that of refusals.
async fn plant(tx: &mut Tx, number: i64, at: Timestamp) -> Result<(), Fault> {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_be_bytes());
    access_tokens::insert(tx, ONE, &AccessTokenRow { expires_at: at, ..access_token(number) }).await?;
    authorization_codes::insert(tx, ONE, &CodeRow { expires_at: at, ..code(number) }).await?;
    browsers::insert(tx, ONE, BrowserId::new(number), &hash, NOW, at).await?;
    client_assertions::take(tx, ONE, &web(), &hash, at).await?;
    dpop_proofs::take(tx, ONE, &hash, at).await?;
    let old = device_authorization(number);
    let awaited = Awaited { expires_at: at, ..old.awaited };
    device_authorizations::insert(tx, ONE, &DeviceAuthorizationRow { awaited, ..old }).await?;
    initial_access_tokens::insert(tx, ONE, &InitialAccessTokenRow { expires_at: at, ..initial_access_token(number) })
        .await?;
    journeys::insert(tx, ONE, &JourneyRow { expires_at: at, ..journey(number) }).await?;
    mailed_links::insert_newest(tx, ONE, &LinkRow { expires_at: at, ..link(number) }, NOW).await?;
    pushed_requests::insert(tx, ONE, &PushedRequestRow { expires_at: at, ..pushed_request(number) }).await?;
    refresh_tokens::insert(tx, ONE, &RefreshTokenRow { expires_at: at, ..refresh_token(number) }).await?;
    revoked_jtis::insert(tx, ONE, &number.to_string(), at).await?;
    trusted_assertions::take(tx, ONE, "https://idp.example", &hash, at).await?;
    Ok(())
}

async fn refuse(tx: &mut Tx, number: i64, at: Timestamp) -> Result<(), Fault> {
    refusals::insert(tx, ONE, RefusalId::new(number), at, b"detail").await
}

async fn sweep(db: &Database) -> u64 {
    db.write(Wall::All, async |tx| expiry::sweep(tx, NOW).await).await
}

async fn rows(db: &Database, table: &str) -> i64 {
    db.count(lasting(format!("SELECT COUNT(*) FROM {table}"))).await
}

#[tokio::test]
async fn what_ran_out_more_than_a_day_ago_is_removed_and_the_rest_stays() {
    on_both(async |db| {
        let day_ago = NOW.minus(DAY);
        let longer_ago = day_ago.minus(Lifetime::from_millis(1));
        db.write(Wall::All, async |tx| {
            for (number, at) in [(1, longer_ago), (2, day_ago), (3, NOW)] {
                plant(tx, number, at).await?;
            }
            refuse(tx, 1, NOW.minus(lifetimes::REFUSAL).minus(Lifetime::from_millis(1))).await?;
            refuse(tx, 2, NOW.minus(lifetimes::REFUSAL)).await?;
            refuse(tx, 3, NOW).await
        })
        .await;

        let removed = sweep(db).await;

        assert_eq!(removed, TABLES.len() as u64);
        for table in TABLES {
            assert_eq!(rows(db, table).await, 2, "{table}");
        }
        assert_eq!(sweep(db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn rows_of_every_tenant_are_removed() {
    on_both(async |db| {
        let old = CodeRow { expires_at: Timestamp::from_millis(0), ..code(5) };
        db.write(TWO, async |tx| authorization_codes::insert(tx, TWO, &old).await).await;

        assert_eq!(sweep(db).await, 1);
    })
    .await;
}

#[tokio::test]
async fn one_sweep_removes_at_most_five_hundred_rows_a_table() {
    on_both(async |db| {
        let old = Timestamp::from_millis(0);
        db.write(Wall::All, async |tx| {
            for number in 1..=501 {
                plant(tx, number, old).await?;
                refuse(tx, number, old).await?;
            }
            Ok(())
        })
        .await;

        assert_eq!(sweep(db).await, 500 * TABLES.len() as u64);
        for table in TABLES {
            assert_eq!(rows(db, table).await, 1, "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn people_their_sessions_and_their_grants_are_never_swept() {
    on_both(async |db| {
        db.write(ONE, async |tx| {
            users::insert(tx, ONE, &user(7)).await?;
            sessions::insert(tx, &session(ONE, 5, BrowserId::new(6), user_id(7))).await?;
            token_families::insert(tx, &family(ONE, 5, user_id(7))).await
        })
        .await;

        let removed = db.write(Wall::All, async |tx| expiry::sweep(tx, Timestamp::from_millis(i64::MAX)).await).await;

        assert_eq!(removed, 0);
        for table in ["users", "sessions", "token_families"] {
            assert_eq!(rows(db, table).await, 1, "{table}");
        }
    })
    .await;
}
