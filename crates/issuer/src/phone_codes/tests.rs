//! What cannot be timed through a browser: a number that is changed, and a message that is sent again, between the halves of a proof.

use std::net::{IpAddr, Ipv4Addr};

use portreeve_domain::{Attribute, TenantId};
use portreeve_storage::attributes;

use super::*;
use crate::testing::World;

const MINE: &str = "+49 30 901820";
const YOURS: &str = "+49 40 428280";

fn from() -> PostedFrom {
    PostedFrom { network: IpAddr::V4(Ipv4Addr::LOCALHOST), device: None, locale: "en".to_owned() }
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

/// A tenant in which numbers are proven; Ada has told this one.
async fn world(number: &str) -> World {
    let world = World::new().await;
    let attribute = r#"{"name":"phone_number","type":"text","confirmed":true}"#;
    let attribute: Attribute = serde_json::from_str(attribute).unwrap();
    let now = world.issuer.ambient().now();
    world.change(async |tx| attributes::upsert(tx, TenantId::DEFAULT, &attribute, now).await.unwrap()).await;
    tell(&world, number).await;
    world
}

async fn tell(world: &World, number: &str) {
    let (at, now) = (world.at(), world.issuer.ambient().now());
    world
        .change(async |tx| {
            let (person, former) = people::find_with_sealed_claims(tx, &at, world.ada).await.unwrap().unwrap();
            let mut claims = person.claims.clone();
            claims.tell("phone_number", Some(number.into()));
            let sealed = people::seal_claims(world.issuer.ambient(), &at, &person, &claims).unwrap();
            assert!(users::set_claims(tx, at.id(), world.ada, &former, &sealed, now).await.unwrap());
        })
        .await;
}

/// The request that waits, and the code that is sent for it, if any is.
async fn sent(world: &World, request: i64) -> Option<String> {
    let at = world.at();
    let mut conn = world.issuer.store().read(at.id()).await.unwrap();
    let person = people::find(&mut conn, &at, world.ada).await.unwrap().unwrap();
    drop(conn);
    world.issuer.phone_code(&at, &person, request).await.unwrap().map(|(_, code)| code)
}

async fn ask(world: &World, text: &str) -> i64 {
    let tx = world.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
    let asked = world.issuer.ask_for_phone_code(&world.at(), tx, (world.ada, &number(text)), &from()).await.unwrap();
    assert_eq!(asked, Ok(()));
    let find = "SELECT request_id FROM phone_codes WHERE user_id = $1";
    let mut conn = world.issuer.store().read(TenantId::DEFAULT).await.unwrap();
    conn.one(find, &[(&world.ada).into()], |row| row.integer(0)).await.unwrap()
}

/// Types a code, and says whether the number is proven by it.
async fn proves(world: &World, code: &str) -> bool {
    let tx = world.issuer.begin_holding(&world.at(), world.ada).await.unwrap().expect("an account");
    let proven = world.issuer.prove_phone_number(&world.at(), tx, world.ada, code).await.unwrap();
    let is_proven = proven.is_some();
    if let Some(tx) = proven {
        tx.commit().await.unwrap();
    }
    is_proven
}

/// S-083, S-152: a code for one number proves no other that was told since, and is not used up by that; then it works once.
#[tokio::test]
async fn a_number_that_is_told_in_between_is_not_proven() {
    let world = world(MINE).await;
    let request = ask(&world, MINE).await;
    let code = sent(&world, request).await.unwrap();

    tell(&world, YOURS).await;
    assert!(!proves(&world, &code).await);

    tell(&world, MINE).await;
    assert!(proves(&world, &code).await);
    assert!(!proves(&world, &code).await);
}

/// A provider that has taken a message and was not heard gets it again, the same: whoever has the first one can use it.
#[tokio::test]
async fn a_message_that_is_sent_again_says_the_same() {
    let world = world(MINE).await;
    let request = ask(&world, MINE).await;

    let first = sent(&world, request).await.unwrap();

    assert_eq!(sent(&world, request).await.as_ref(), Some(&first));
    world.clock.advance(Lifetime::from_millis(WAIT.as_millis() - 1));
    assert_eq!(sent(&world, request).await.as_ref(), Some(&first));
    world.clock.advance(Lifetime::from_millis(1));
    assert_eq!(sent(&world, request).await, None, "nobody waits any more");
}

/// What was asked for another number, or before the person asked again, is not sent.
#[tokio::test]
async fn a_request_that_is_over_is_not_sent() {
    let world = world(MINE).await;
    let older = ask(&world, MINE).await;
    let newer = ask(&world, MINE).await;

    assert_eq!(sent(&world, older).await, None);
    tell(&world, YOURS).await;
    assert_eq!(sent(&world, newer).await, None);
}
