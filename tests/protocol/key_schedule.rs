//! Signing keys over most of a year in which no operator does anything. DESIGN §1.6, §11; OC-52, S-138.

use std::collections::BTreeMap;

use portreeve_domain::{Lifetime, Timestamp};
use portreeve_issuer::ALGORITHMS;
use portreeve_tests::deployment::{Deployment, on_both};

/// How often the schedule is looked at here; a server does each minute.
const STEP: Lifetime = Lifetime::from_hours(6);
/// DESIGN §1.6: a key is published at least this long before its first use.
const PUBLISH_AHEAD: Lifetime = Lifetime::from_hours(24);
/// What a key signed is verified for at least this long after another took over.
const STAYS: Lifetime = Lifetime::from_hours(48);

/// When a key was seen in which state.
#[derive(Clone, Copy)]
struct Seen {
    published: Timestamp,
    signs: Option<Timestamp>,
    last_signed: Option<Timestamp>,
    last_published: Timestamp,
}

async fn published(at: &Deployment) -> Vec<(String, String)> {
    let jwks = at.get("/oauth2/jwks", &[]).await.success();
    let keys = jwks["keys"].as_array().expect("keys").iter().filter(|key| key["use"] == "sig");
    keys.map(|key| (key["kid"].as_str().unwrap().to_owned(), key["alg"].as_str().unwrap().to_owned())).collect()
}

/// What the server's own upkeep does at its pace, and nobody else.
pub(crate) async fn upkeep(at: &Deployment) {
    if !at.issuer.keep_keys_on_schedule().await.expect("keep") {
        at.issuer.directory.reload().await.expect("reload");
    }
}

/// S-138, OC-52: each key is published a day before it signs, signs for 90 days, stays for two more and goes; one key signs
/// at any time, and the next one is always there.
#[test]
fn keys_follow_their_schedule_without_an_operator() {
    on_both(async |at| {
        let start = at.clock.now();
        let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
        let mut first_look = published(at).await;
        first_look.sort();

        while at.clock.now() < start.plus(Lifetime::from_days(200)) {
            upkeep(at).await;
            let now = at.clock.now();
            let in_jwks = published(at).await;
            for (kid, _) in &in_jwks {
                let new = Seen { published: now, signs: None, last_signed: None, last_published: now };
                seen.entry(kid.clone()).or_insert(new).last_published = now;
            }
            for algorithm in ALGORITHMS {
                let of_algorithm = in_jwks.iter().filter(|(_, alg)| alg == algorithm.name()).count();
                assert!((2..=3).contains(&of_algorithm), "{of_algorithm} keys for {}", algorithm.name());
                let tenant = at.tenant();
                let active = tenant.signing.active(algorithm).expect("a key that signs");
                let key = seen.get_mut(active.kid()).expect("it is published");
                key.signs.get_or_insert(now);
                key.last_signed = Some(now);
            }
            at.wait(STEP);
        }

        let initial = |kid: &String| first_look.iter().any(|(known, _)| known == kid);
        let successors: Vec<_> = seen.iter().filter(|(kid, key)| !initial(kid) && key.signs.is_some()).collect();
        assert!(!successors.is_empty(), "no key that was made on the way has signed");
        for (kid, key) in &seen {
            let Some(signs) = key.signs else { continue };
            assert!(initial(kid) || signs >= key.published.plus(PUBLISH_AHEAD), "{kid} signed too early");
            let last = key.last_signed.expect("it signed");
            if last.plus(STAYS).plus(STEP) < at.clock.now() {
                let life = last.since(signs);
                assert!(life <= Lifetime::from_days(90) && life >= Lifetime::from_days(89), "{kid}: {life:?}");
                let stayed = key.last_published.since(last);
                assert!(stayed >= Lifetime::from_hours(42) && stayed <= Lifetime::from_hours(60), "{kid}: {stayed:?}");
            }
        }
        let retired = seen.values().filter(|key| key.last_published.plus(STEP) < at.clock.now()).count();
        assert_eq!(retired, 2 * ALGORITHMS.len(), "two generations have come and gone");
        assert_eq!(at.events("key.activated").await, 2 * ALGORITHMS.len());
    });
}

/// OC-52: a key to encrypt to is replaced after 90 days; who has only seen the former one is read for two days more, and one
/// that was revoked is not read at all.
#[test]
fn encryption_keys_follow_their_schedule_without_an_operator() {
    on_both(async |at| {
        let published = async || {
            let jwks = at.get("/oauth2/jwks", &[]).await.success();
            let keys = jwks["keys"].as_array().expect("keys").iter().filter(|key| key["use"] == "enc");
            keys.map(|key| (key["kty"].to_string(), key["kid"].as_str().unwrap().to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let is_read = |kid: &str| at.tenant().encryption.all().any(|(key, _)| key.kid() == kid);
        let first = published().await;
        assert_eq!(first.keys().collect::<Vec<_>>(), ["\"EC\"", "\"RSA\""]);
        at.wait(Lifetime::from_days(89));
        upkeep(at).await;
        assert_eq!(published().await, first);

        at.wait(Lifetime::from_days(1));
        upkeep(at).await;

        let second = published().await;
        assert_eq!(second.len(), 2);
        for (key_type, kid) in &first {
            assert_ne!(second[key_type], *kid);
            assert!(is_read(kid));
        }
        at.wait(STAYS);
        upkeep(at).await;
        assert!(first.values().all(|kid| !is_read(kid)));
        let revoked = second.values().next().unwrap();
        at.issuer.revoke_key(&at.tenant(), revoked).await.expect("revoke");
        assert!(!is_read(revoked));
        assert_eq!(published().await.len(), 2, "another one is there at once");
    });
}
