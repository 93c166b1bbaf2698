//! Requests that are stored although nobody had to prove who sent them. RFC 9126 §2.3, RFC 8628 §5.

use std::net::{IpAddr, Ipv4Addr};

use portreeve_domain::Lifetime;
use portreeve_tests::{
    deployment::{Deployment, on_both, on_sqlite, post_request},
    relying_party::RelyingParty,
    reply::Reply,
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
/// How many a minute are allowed.
const LIMIT: usize = 60;

async fn asked_for_a_device(at: &Deployment, from: IpAddr, client: &str) -> Reply {
    at.send_from(from, post_request("/oauth2/device_authorization", &[], &[("client_id", client)])).await
}

async fn pushed(at: &Deployment, from: IpAddr, client: &str) -> Reply {
    let client = RelyingParty::new(at, client);
    at.send_from(from, client.prepared_push(&client.request("openid"))).await
}

fn wait_of(reply: &Reply) -> Lifetime {
    assert_eq!(reply.error(), (429, "temporarily_unavailable".to_owned()));
    Lifetime::from_seconds(reply.header("retry-after").expect("how long to wait").parse().unwrap())
}

/// RFC 9126 §2.3: what a public client pushes is limited by client and network, and waiting as told is enough.
#[test]
fn pushes_of_a_public_client_are_limited() {
    on_both(async |at| {
        for _ in 0..LIMIT {
            assert_eq!(pushed(at, HERE, "spa").await.status, 201);
        }
        let before = at.events("authorization.request.pushed").await;

        let wait = wait_of(&pushed(at, HERE, "spa").await);

        assert_eq!(at.events("authorization.request.pushed").await, before, "nothing was stored");
        assert_eq!(pushed(at, at.fresh_address(), "spa").await.status, 201, "from elsewhere");
        assert_eq!(pushed(at, HERE, "native").await.status, 201, "by another client");
        assert_eq!(pushed(&at.another_node().await, HERE, "spa").await.status, 429, "on another node");
        at.wait(wait);
        assert_eq!(pushed(at, HERE, "spa").await.status, 201);
    });
}

/// RFC 8628 §5: so are device authorizations, which count with what the same client pushes, also when they are refused.
#[test]
fn device_authorizations_of_a_public_client_are_limited() {
    on_sqlite(async |at| {
        for _ in 0..LIMIT {
            assert_eq!(asked_for_a_device(at, HERE, "tv").await.status, 200);
        }

        let wait = wait_of(&asked_for_a_device(at, HERE, "tv").await);

        let push = post_request("/oauth2/par", &[], &[("client_id", "tv")]);
        assert_eq!(at.send_from(HERE, push).await.status, 429);
        assert_eq!(asked_for_a_device(at, at.fresh_address(), "tv").await.status, 200, "from elsewhere");
        at.wait(wait);
        assert_eq!(asked_for_a_device(at, HERE, "tv").await.status, 200);
    });
}

/// Who proves itself is known and not limited; a tenant that is `strict` takes as few as sign-ins.
#[test]
fn the_limit_is_for_those_whom_nobody_knows() {
    on_sqlite(async |at| {
        for _ in 0..=LIMIT {
            assert_eq!(pushed(at, HERE, "web").await.status, 201);
        }
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nrate_limits = \"strict\"\n").await;
        for _ in 0..5 {
            assert_eq!(pushed(at, HERE, "spa").await.status, 201);
        }
        assert_eq!(pushed(at, HERE, "spa").await.status, 429);
    });
}
