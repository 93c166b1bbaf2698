//! Clean-up removes what ran out more than a day ago, in batches, and nothing else.

use std::time::Duration;

use portreeve_domain::{
    BrowserId, Fault, Lifetime, OutboxId, RefusalId, Session, Timestamp, TokenFamily, UserId, lifetimes,
    polling::Awaited,
};
use portreeve_storage::{
    Tx, Wall, access_tokens, access_tokens::AccessTokenRow, authorization_codes, authorization_codes::CodeRow,
    backchannel_authentications, backchannel_authentications::BackchannelAuthenticationRow, browsers,
    client_assertions, client_assertions::UsedAssertion, consents, device_authorizations,
    device_authorizations::DeviceAuthorizationRow, dpop_proofs, email_changes, email_changes::EmailChangeRow, expiry,
    factor_failures, factor_recoveries, factor_recoveries::NewFactorRecovery, initial_access_tokens,
    initial_access_tokens::InitialAccessTokenRow, invitations, invitations::InvitationRow, journeys,
    journeys::JourneyRow, mailed_links, mailed_links::LinkRow, outbox, phone_codes, phone_codes::NumberOf,
    pushed_requests, pushed_requests::PushedRequestRow, rate_limits, refresh_tokens, refresh_tokens::RefreshTokenRow,
    refusals, revoked_jtis, sessions, token_families, trusted_assertions, users,
};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, lasting, on_both},
    rows::{
        access_token, backchannel_authentication, code, device_authorization, email_change, family,
        initial_access_token, journey, link, mail, pushed_request, refresh_token, scope, session, user, user_id, web,
    },
};

/// The tables that are cleaned up.
const TABLES: [&str; 25] = [
    "access_tokens",
    "authorization_codes",
    "backchannel_authentications",
    "browsers",
    "client_assertions",
    "device_authorizations",
    "dpop_proofs",
    "email_changes",
    "factor_failures",
    "factor_recoveries",
    "initial_access_tokens",
    "invitations",
    "phone_codes",
    "journeys",
    "mailed_links",
    "outbox WHERE dead_at IS NULL",
    "outbox WHERE dead_at IS NOT NULL",
    "pushed_requests",
    "rate_limits",
    "refresh_tokens",
    "refusals",
    "revoked_jtis",
    "sessions",
    "token_families",
    "trusted_assertions",
];

const DAY: Lifetime = Lifetime::from_hours(24);

/// Plants a row that expires at `at` in every table but that of refusals. What has no expiry of its own is as much older
/// as it is kept longer than a day.
async fn plant(tx: &mut Tx, number: i64, at: Timestamp) -> Result<(), Fault> {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_be_bytes());
    access_tokens::insert(tx, ONE, &AccessTokenRow { expires_at: at, ..access_token(number) }).await?;
    authorization_codes::insert(tx, ONE, &CodeRow { expires_at: at, ..code(number) }).await?;
    browsers::insert(tx, ONE, BrowserId::new(number), &hash, NOW, at).await?;
    let used = UsedAssertion { client: &web(), jti_hash: &hash, expires_at: at };
    client_assertions::take(tx, ONE, used, NOW).await?;
    dpop_proofs::take(tx, ONE, &hash, at).await?;
    let old = device_authorization(number);
    let awaited = Awaited { expires_at: at, ..old.awaited };
    device_authorizations::insert(tx, ONE, &DeviceAuthorizationRow { awaited, ..old }).await?;
    let old = backchannel_authentication(number);
    let awaited = Awaited { expires_at: at, ..old.awaited };
    backchannel_authentications::insert(tx, ONE, number, &BackchannelAuthenticationRow { awaited, ..old }).await?;
    initial_access_tokens::insert(tx, ONE, &InitialAccessTokenRow { expires_at: at, ..initial_access_token(number) })
        .await?;
    let mut account = [0; 16];
    account[..8].copy_from_slice(&number.to_be_bytes());
    let failed_at = at.minus(Lifetime::from_days(89));
    factor_failures::charge(tx, ONE, UserId::from_bytes(account), "password", failed_at).await?;
    let due_at = at.minus(lifetimes::NOTICE_LINK);
    let lost = NewFactorRecovery { user: UserId::from_bytes(account), due_at, locale: "en" };
    factor_recoveries::insert(tx, ONE, &lost, NOW).await?;
    let invitation = InvitationRow {
        id: UserId::from_bytes(account),
        email_sealed: vec![1],
        email_index: hash,
        client: None,
        invited_at: NOW,
        expires_at: at,
    };
    invitations::put(tx, ONE, &invitation).await?;
    phone_codes::wait(tx, ONE, (NumberOf { user: UserId::from_bytes(account), number_index: hash }, number), NOW, at)
        .await?;
    journeys::insert(tx, ONE, &JourneyRow { expires_at: at, ..journey(number) }).await?;
    email_changes::insert(tx, ONE, &EmailChangeRow { expires_at: at, ..email_change(number) }).await?;
    mailed_links::insert_newest(tx, ONE, &LinkRow { expires_at: at, ..link(number) }, NOW).await?;
    pushed_requests::insert(tx, ONE, &PushedRequestRow { expires_at: at, ..pushed_request(number) }).await?;
    refresh_tokens::insert(tx, ONE, &RefreshTokenRow { expires_at: at, ..refresh_token(number) }).await?;
    revoked_jtis::insert(tx, ONE, &number.to_string(), at).await?;
    trusted_assertions::take(tx, ONE, "https://idp.example", &hash, at).await?;
    for (id, topic) in [(2 * number, "sent"), (2 * number + 1, "buried")] {
        outbox::insert(tx, ONE, OutboxId::new(id), &mail(), NOW).await?;
        let lease = outbox::lease(tx, ONE, OutboxId::new(id), NOW, NOW).await?.unwrap();
        match topic {
            "sent" => outbox::done(tx, ONE, lease, at).await?,
            _ => outbox::bury(tx, ONE, lease, at.minus(Lifetime::from_days(29)), "refused").await?,
        };
    }
    let taken = rate_limits::take(tx, ONE, &hash, NOW).await?;
    rate_limits::store(tx, ONE, &hash, &taken, at.plus(DAY)).await?;
    let seen_at = at.minus(lifetimes::SESSION_ONE_FACTOR);
    sessions::insert(tx, &Session { seen_at, ..session(ONE, number, BrowserId::new(number), user_id(7)) }).await?;
    let created_at = at.minus(lifetimes::REFRESH_ABSOLUTE);
    token_families::insert(tx, &TokenFamily { created_at, ..family(ONE, number, user_id(7)) }).await
}

async fn refuse(tx: &mut Tx, number: i64, at: Timestamp) -> Result<(), Fault> {
    refusals::insert(tx, ONE, RefusalId::new(number), at, b"detail").await
}

async fn sweep(db: &Database) -> u64 {
    db.write(Wall::All, async |tx| expiry::sweep(tx, NOW).await).await
}

/// How many rows a table has, or the part of one.
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

/// What is renewed while the clean-up waits for it stays.
#[tokio::test]
async fn what_is_renewed_meanwhile_stays() {
    on_both(async |db| {
        let key = [1; 32];
        let stored = async |tx: &mut Tx, until| {
            let taken = rate_limits::take(tx, ONE, &key, NOW).await?;
            rate_limits::store(tx, ONE, &key, &taken, until).await
        };
        db.write(ONE, async |tx| stored(tx, NOW.minus(DAY)).await).await;
        let other = db.another_store();
        let mut renewing = begin(&db.store, ONE).await;
        stored(&mut renewing, NOW.plus(DAY)).await.unwrap();
        let sweeping = tokio::spawn(async move {
            let mut tx = begin(&other, Wall::All).await;
            let removed = expiry::sweep(&mut tx, NOW).await.unwrap();
            tx.commit().await.unwrap();
            removed
        });
        tokio::time::sleep(Duration::from_millis(200)).await;

        renewing.commit().await.unwrap();

        assert_eq!(sweeping.await.unwrap(), 0);
        assert_eq!(rows(db, "rate_limits").await, 1);
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
async fn people_and_what_they_agreed_to_are_never_swept() {
    on_both(async |db| {
        db.write(ONE, async |tx| {
            users::insert(tx, ONE, &user(7)).await?;
            consents::give(tx, ONE, user_id(7), &web(), &scope("openid"), NOW).await
        })
        .await;

        let removed = db.write(Wall::All, async |tx| expiry::sweep(tx, Timestamp::from_millis(i64::MAX)).await).await;

        assert_eq!(removed, 0);
        for table in ["users", "consents"] {
            assert_eq!(rows(db, table).await, 1, "{table}");
        }
    })
    .await;
}

/// NIST 800-63B-4 §3.2.2: an account that has used up its failures stays closed to strangers however long they wait.
#[tokio::test]
async fn an_account_that_has_used_up_its_failures_is_not_forgotten() {
    on_both(async |db| {
        let plant = "INSERT INTO factor_failures (tenant_id, user_id, factor, consecutive, last_at) VALUES ($1, $2, 'password', $3, 0)";
        db.write(ONE, async |tx| {
            for (user, consecutive) in [(7, 99), (8, 100)] {
                tx.execute(plant, &[ONE.into(), (&user_id(user)).into(), consecutive.into()]).await?;
            }
            Ok(())
        })
        .await;

        assert_eq!(sweep(db).await, 1);
        assert_eq!(rows(db, "factor_failures WHERE consecutive = 100").await, 1);
    })
    .await;
}

/// A message that waits is nobody's to remove, however old it is.
#[tokio::test]
async fn a_message_that_waits_is_never_swept() {
    on_both(async |db| {
        db.write(ONE, async |tx| outbox::insert(tx, ONE, OutboxId::new(5), &mail(), Timestamp::from_millis(0)).await)
            .await;

        assert_eq!(sweep(db).await, 0);
        assert_eq!(rows(db, "outbox").await, 1);
    })
    .await;
}
