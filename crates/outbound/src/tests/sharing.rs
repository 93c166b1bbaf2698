//! How often a host is asked.

use super::*;

/// Rule 23: one fetch in flight per target; whoever comes meanwhile takes its result.
#[tokio::test]
async fn many_who_want_one_document_make_one_request() {
    let server = Server::start(json("{}")).await;
    let client = client(&[&server]);
    let url = server.url("/");

    let fetches: Vec<_> = (0..20)
        .map(|_| {
            let (client, url) = (client.clone(), url.clone());
            tokio::spawn(async move { fetch(&client, &url).await })
        })
        .collect();
    for fetched in fetches {
        fetched.await.unwrap().unwrap();
    }

    assert_eq!(server.seen().len(), 1);
}

/// S-055, rule 34: a copy serves its own tenant, until it is too old for who asks.
#[tokio::test]
async fn a_copy_serves_the_tenant_that_fetched_it() {
    let server = Server::start(json("{}")).await;
    let (client, url) = (client(&[&server]), server.url("/"));
    let minute = Duration::from_secs(60);
    for tenant in [TENANT, TENANT, TenantId::new(2)] {
        client.fetch(tenant, &url, Expected::JwkSet, minute).await.unwrap();
    }

    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_host_that_fails_again_and_again_is_left_alone() {
    let server = Server::start(answer("503 Service Unavailable", "X: y", "")).await;
    let client = client(&[&server]);
    for number in 0..5 {
        let url = server.url(&format!("/{number}"));
        assert_eq!(fetch(&client, &url).await, Err(OutboundError::Status(503)));
    }

    assert_eq!(fetch(&client, &server.url("/")).await, Err(OutboundError::HostRests));
    assert_eq!(client.post_form(&server.url("/"), &[]).await, Err(OutboundError::HostRests));
    assert_eq!(server.seen().len(), 5);
}
