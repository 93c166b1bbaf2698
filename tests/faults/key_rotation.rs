//! Signing keys that change all the time under load, as verifiers see them who fetch the published keys no more often than the
//! answer allows.
//!
//! The schedule runs over days, so the clock of these nodes is the test's; a key that is revoked is looked at on real ones.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use http::StatusCode;
use portreeve_domain::{Lifetime, Timestamp};
use portreeve_jose::{Algorithm, AudienceRule, Expected, Expiry, KeySet, TypRule};
use portreeve_tests::{
    cast,
    deployment::{self, on_both},
    jwt, postgres,
    relying_party::{RelyingParty, basic},
    server::Deployment,
    visitor::Visitor,
};

use crate::{
    fleet::{enrol, runtime},
    member::SECRET,
    report::{rounds, say},
};

/// How far the clock goes from one look to the next.
const STEP: Lifetime = Lifetime::from_seconds(60);
/// How many looks there are from one rotation to the next: as an operator may rotate who waits until everybody has seen the
/// next key.
const STEPS: usize = 12;
/// How long nothing happens after that, so that the keys that are published stay as few as verifiers take.
const PAUSE: Lifetime = Lifetime::from_hours(12);
/// How many tokens each node issues at each look, while the keys change.
const TOKENS: usize = 2;
/// How many verifiers there are; each fetches the keys at another time.
const VERIFIERS: usize = 3;
/// How soon what a revoked key signed must be refused on every node.
const REFUSED: Duration = Duration::from_secs(1);

/// An API that verifies tokens by itself.
struct Verifier {
    keys: KeySet,
    max_age: Lifetime,
    fetch_at: Timestamp,
}

impl Verifier {
    async fn fetch(at: &deployment::Deployment) -> Self {
        let reply = at.get("/oauth2/jwks", &[]).await;
        let max_age = max_age(reply.header("cache-control").expect("how long the keys may be kept"));
        let keys = KeySet::from_jwks(&reply.success()).expect("a key set");
        Self { keys, max_age, fetch_at: at.clock.now().plus(max_age) }
    }

    fn verify(&self, token: &str, now_seconds: i64) {
        let expected = Expected {
            typ: TypRule::AbsentOr(&["at+jwt"]),
            algorithms: &[Algorithm::Es256],
            issuer: Some(cast::ISSUER),
            audience: AudienceRule::Unchecked,
            required: &[],
            now_seconds,
            skew_seconds: 0,
            expiry: Expiry::Required,
            max_bytes: 16 * 1024,
        };
        let verified = portreeve_jose::verify(token, &expected, &self.keys);
        verified.unwrap_or_else(|error| panic!("{error:?}: {}", jwt::header(token)));
    }
}

fn max_age(cache_control: &str) -> Lifetime {
    let seconds = cache_control.split(", ").find_map(|part| part.strip_prefix("max-age=")).expect("an age");
    Lifetime::from_seconds(seconds.parse().expect("seconds"))
}

/// When the keys of one node were published and first signed.
#[derive(Default)]
struct Seen {
    published: BTreeMap<String, Timestamp>,
    signed: BTreeMap<String, Timestamp>,
}

impl Seen {
    async fn look(&mut self, at: &deployment::Deployment) {
        let jwks = at.get("/oauth2/jwks", &[]).await.success();
        for key in jwks["keys"].as_array().expect("keys") {
            let kid = key["kid"].as_str().expect("a key id").to_owned();
            self.published.entry(kid).or_insert(at.clock.now());
        }
    }
}

/// Each node issues some tokens.
async fn issue(nodes: [&deployment::Deployment; 2]) -> Vec<String> {
    let mut tokens = vec![];
    for at in nodes.repeat(TOKENS) {
        let service = RelyingParty::new(at, "service");
        let reply = service.client_credentials(&[("resource", cast::ORDERS), ("scope", "orders.read")]).await;
        tokens.push(reply.success()["access_token"].as_str().expect("a token").to_owned());
    }
    tokens
}

/// two nodes whose keys are rotated again and again while they issue; three verifiers that fetch the keys when what they
/// have is too old for its own cache header, and never for a key they do not know. No token that has not run out fails, and each
/// key was published on every node for twice that age before it signed. Four rotations here, 200 in the long form.
#[test]
fn no_verifier_meets_a_key_it_does_not_know() {
    let rotations = rounds(5, 201);
    on_both(async |one| {
        let other = &one.another_node().await;
        let (nodes, mut seen) = ([one, other], [Seen::default(), Seen::default()]);
        let mut verifiers: Vec<Verifier> = vec![];
        let (mut tokens, mut verified): (Vec<(String, i64)>, usize) = (vec![], 0);

        for look in 0..rotations * STEPS {
            let rotate = async {
                if look > 0 && look % STEPS == 0 {
                    one.issuer.rotate_keys(&one.tenant()).await.expect("rotate");
                }
            };
            let (issued, ()) = tokio::join!(issue(nodes), rotate);
            // What each node does twice a second.
            for (at, seen) in nodes.iter().zip(&mut seen) {
                at.issuer.directory.refresh().await.expect("follow");
                seen.look(at).await;
            }
            let now = one.clock.now();
            for token in issued {
                let kid = jwt::header(&token)["kid"].as_str().expect("a key id").to_owned();
                for seen in &mut seen {
                    seen.signed.entry(kid.clone()).or_insert(now);
                }
                let expires = jwt::claims(&token)["exp"].as_i64().expect("an end");
                tokens.push((token, expires));
            }
            tokens.retain(|(_, expires)| *expires > now.as_seconds());
            if verifiers.len() < VERIFIERS {
                verifiers.push(Verifier::fetch(nodes[look % 2]).await);
            }
            for verifier in &mut verifiers {
                if now >= verifier.fetch_at {
                    *verifier = Verifier::fetch(nodes[look % 2]).await;
                }
                tokens.iter().for_each(|(token, _)| verifier.verify(token, now.as_seconds()));
                verified += tokens.len();
            }
            one.wait(if look % STEPS == STEPS - 1 { PAUSE } else { STEP });
        }

        let first = seen[0].signed.values().min().copied();
        let twice = Lifetime::from_millis(2 * verifiers[0].max_age.as_millis());
        for seen in &seen {
            assert_eq!(seen.signed.len(), rotations, "each rotation lets another key sign");
            for (kid, signs) in seen.signed.iter().filter(|(_, signs)| Some(**signs) != first) {
                let ahead = signs.since(seen.published[kid]);
                assert!(ahead >= twice, "{kid} signed {ahead:?} after it was published");
            }
        }
        say(&format!(
            "R-13 {:?}: {} rotations under load on two nodes, {VERIFIERS} verifiers that obey the cache header: {verified} \
             verifications, 0 failed; each key published for 10 minutes or more before it signed",
            one.database,
            rotations - 1
        ));
    });
}

/// a key is revoked by command while two nodes serve: what it signed is refused on both within a second, and what is issued
/// then is signed with another.
#[test]
fn what_a_revoked_key_signed_is_refused_on_every_node_within_a_second() {
    let deployment = Deployment::quiet(Some(postgres::fresh_database()));
    enrol(&deployment);
    deployment.apply(
        "[[resource_servers]]\nresource = \"https://api.example.com\"\nscopes = [\"read\"]\n\
         [[clients]]\nclient_id = \"service\"\nclient_secret = { file = \"secret\" }\n\
         grant_types = [\"client_credentials\"]\nresponse_types = []\n",
    );
    let nodes = [deployment.serve(), deployment.serve()];
    let visitors = nodes.each_ref().map(|node| Visitor::new(node.public));
    let own = basic("service", SECRET);
    let headers = [("authorization", own.as_str())];
    let pairs = [("grant_type", "client_credentials"), ("resource", "https://api.example.com"), ("scope", "read")];
    let issue = async |at: &Visitor| {
        let reply = at.post("/oauth2/token", &headers, &pairs).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()["access_token"].as_str().expect("a token").to_owned()
    };
    let is_active = async |at: &Visitor, token: &str| {
        at.post("/oauth2/introspect", &headers, &[("token", token)]).await.success()["active"] == true
    };
    let kid = |token: &str| jwt::header(token)["kid"].as_str().expect("a key id").to_owned();

    runtime().block_on(async {
        let token = issue(&visitors[0]).await;
        for at in &visitors {
            assert!(is_active(at, &token).await, "before");
        }
        deployment.succeed(&["keys", "revoke", &kid(&token)], "");
        let (revoked, mut slowest) = (Instant::now(), Duration::ZERO);
        for at in &visitors {
            while is_active(at, &token).await {
                assert!(revoked.elapsed() < REFUSED, "still active {:?} after the key was revoked", revoked.elapsed());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            slowest = slowest.max(revoked.elapsed());
            let next = issue(at).await;
            assert!(kid(&next) != kid(&token) && is_active(at, &next).await, "the next one");
        }
        say(&format!("R-13: what a revoked key signed was refused on both nodes {} ms later", slowest.as_millis()));
    });
}
