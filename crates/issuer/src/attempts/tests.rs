//! Counting: everywhere, in front of everything, and without the database when it is away.

use std::net::Ipv4Addr;

use portreeve_domain::{RatePreset, TenantId};
use portreeve_storage::Wall;

use super::*;
use crate::testing::World;
use crate::testing_pages::{PASSWORD, posted_from};
use crate::{Acted, SignInForm};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn sign_in(account: u8) -> Attempt {
    Attempt { endeavour: Endeavour::SignIn, network: HERE, account: [account; 16] }
}

async fn charge(world: &World, attempt: &Attempt) -> Result<(), Lifetime> {
    world.issuer.charge_attempt(&world.at(), attempt).await.unwrap()
}

async fn set_strict(world: &World) {
    world
        .change(async |tx| {
            let strict = "UPDATE tenants SET settings = '{\"rate_limits\":\"strict\"}' WHERE id = 1";
            tx.execute(strict, &[]).await.map(drop).unwrap();
        })
        .await;
}

/// Asking for a mail and trying passwords do not use up each other's budget.
#[tokio::test]
async fn mails_can_be_asked_for_when_sign_ins_are_limited() {
    let world = World::new().await;
    for _ in 0..5 {
        assert_eq!(charge(&world, &sign_in(0)).await, Ok(()));
    }

    assert_eq!(charge(&world, &sign_in(0)).await, Err(Lifetime::from_seconds(12)));
    assert_eq!(charge(&world, &Attempt { endeavour: Endeavour::Mail, ..sign_in(0) }).await, Ok(()));
}

/// What a node has seen to be too much is refused without a statement: an attacker cannot keep the database busy.
#[tokio::test]
async fn what_is_too_much_is_refused_without_the_database() {
    let world = World::new().await;
    for _ in 0..6 {
        let _ = charge(&world, &sign_in(0)).await;
    }
    world.change(async |tx| tx.execute("ALTER TABLE rate_limits RENAME TO lost", &[]).await.map(drop).unwrap()).await;

    assert_eq!(charge(&world, &sign_in(0)).await, Err(Lifetime::from_seconds(12)));
    assert!(world.issuer.charge_attempt(&world.at(), &sign_in(1)).await.is_err());
}

/// Registrations have a limit of their own for each network; `strict` takes as few as sign-ins.
#[tokio::test]
async fn registrations_from_one_network_are_limited() {
    let world = World::new().await;
    let there = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
    for (network, count) in [(HERE, 30), (there, 5)] {
        for _ in 0..count {
            assert_eq!(world.issuer.charge_registration(&world.at(), network).await.unwrap(), Ok(()));
        }
        assert!(world.issuer.charge_registration(&world.at(), network).await.unwrap().is_err(), "{count}");
        set_strict(&world).await;
    }

    world.clock.advance(MINUTE);
    assert_eq!(world.issuer.charge_registration(&world.at(), there).await.unwrap(), Ok(()));
}

/// A block is told once, in the audit log, and names no address.
#[tokio::test]
async fn a_block_writes_one_event() {
    let world = World::new().await;
    set_strict(&world).await;
    for account in 0..5 {
        assert_eq!(charge(&world, &sign_in(account)).await, Ok(()));
    }

    for _ in 0..3 {
        assert_eq!(charge(&world, &sign_in(9)).await, Err(RatePreset::STRICT_BLOCK));
    }

    assert_eq!(world.count(EventType::AttemptsLimited).await, 1);
}

/// SECURITY rule 18: with the database away a node goes on counting, and lets less through.
#[tokio::test]
async fn a_node_whose_database_is_away_lets_two_through() {
    let world = World::new().await;
    // Another process writes and does not end.
    let other = world.another_store();
    let mut busy = other.begin(Wall::All).await.unwrap();
    busy.execute("UPDATE tenants SET created_at = created_at", &[]).await.unwrap();

    for _ in 0..2 {
        assert_eq!(charge(&world, &sign_in(0)).await, Ok(()));
    }
    assert!(charge(&world, &sign_in(0)).await.is_err());
    drop(busy);

    assert_eq!(charge(&world, &sign_in(1)).await, Ok(()));
}

/// Neither an address nor an account can be read from what is stored.
#[tokio::test]
async fn what_is_stored_names_nobody() {
    let world = World::new().await;
    charge(&world, &sign_in(0x41)).await.unwrap();

    let mut conn = world.issuer.store().read(TenantId::DEFAULT).await.unwrap();
    let (key, state) = conn
        .one("SELECT key, state FROM rate_limits", &[], |row| Ok((row.array::<32>(0)?, row.text(1)?)))
        .await
        .unwrap();

    assert!(!key.windows(4).any(|bytes| bytes == [192, 0, 2, 1]));
    assert!(!state.contains("192.0.2"));
}

/// SECURITY rule 24, S-073: who is told to come back because there is no time to look at passwords has not tried one.
#[tokio::test]
async fn who_is_turned_away_has_not_tried() {
    let world = World::new().await;
    world.add_person("bob@example.com", true).await;
    let mut pages = world.arrive(&[]).await;
    let places: Vec<_> = std::iter::from_fn(|| world.issuer.passwords.place(world.at().id()).ok()).collect();
    for _ in 0..20 {
        let journey = world.stop(&pages).await.journey;
        let form = SignInForm { email: "bob@example.com".to_owned(), password: PASSWORD.to_owned() };
        let turned_away = world.issuer.sign_in(&world.at(), journey, form, &posted_from(1)).await;
        assert!(turned_away.is_err_and(|fault| fault.is_transient()));
    }

    drop(places);

    assert!(matches!(world.sign_in_with(&mut pages, "bob@example.com", PASSWORD).await, Acted::Moved(_)));
}

/// an address whose attempts count no more is forgotten within a minute, whoever else comes.
#[tokio::test]
async fn an_address_is_forgotten_when_its_attempts_count_no_more() {
    let world = World::new().await;
    let kept = || world.issuer.attempts.0.lock().unwrap().addresses.len();
    let from = |last: u8| Attempt { network: IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)), ..sign_in(last) };
    for last in 0..200 {
        charge(&world, &from(last)).await.unwrap();
    }
    assert_eq!(kept(), 200);

    world.clock.advance(RatePreset::ACCOUNTS_WINDOW);
    charge(&world, &from(200)).await.unwrap();

    assert_eq!(kept(), 1);
    assert!(world.issuer.attempts.0.lock().unwrap().addresses.capacity() < 100);
}
