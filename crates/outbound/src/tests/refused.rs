//! Where the client does not go.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

fn special<T>(fetched: Result<T, OutboundError>) -> bool {
    matches!(fetched, Err(OutboundError::SpecialUseAddress(_)))
}

/// S-029, rule 23: a server on loopback is not reached unless the operator names it.
#[tokio::test]
async fn an_address_of_special_use_is_refused_before_connecting() {
    let server = Server::start(json("{}")).await;
    let port = server.address.port();
    let client = with(Rules::default(), |_| vec!["127.0.0.1".parse().unwrap()]);

    for host in ["127.0.0.1", "rp.example", "[::ffff:127.0.0.1]", "2130706433"] {
        let url = format!("https://{host}:{port}/");
        assert!(special(fetch(&client, &url).await), "{host}");
        assert!(special(client.post_form(&url, &[]).await), "{host}");
    }
    assert!(server.seen().is_empty());
}

/// Rule 23: one private address among public ones is enough.
#[tokio::test]
async fn a_name_with_any_address_of_special_use_is_refused() {
    let names = |_: &str| vec!["1.1.1.1".parse().unwrap(), "10.0.0.1".parse().unwrap()];
    let client = with(Rules::default(), names);

    assert!(special(fetch(&client, "https://rp.example/").await));
}

/// Rule 23: the address that was checked is the one connected to; a name that changes in between gains nothing.
#[tokio::test]
async fn a_name_is_looked_up_once_for_each_request() {
    let (checked, other) = (Server::start(json("{}")).await, Server::start(json("{}")).await);
    // Both listen on one port: the second answer of the name leads to the other machine.
    drop(other);
    let port = checked.address.port();
    let other = TcpListener::bind(("127.0.0.2", port)).await.unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let names = move |_: &str| {
        let times = counted.fetch_add(1, Ordering::SeqCst);
        vec![if times == 0 { "127.0.0.1" } else { "127.0.0.2" }.parse().unwrap()]
    };
    let client = with(Rules::allowing([format!("rebound.example:{port}").as_str()]).unwrap(), names);

    fetch(&client, &format!("http://rebound.example:{port}/")).await.unwrap();

    assert_eq!((asked.load(Ordering::SeqCst), checked.seen().len()), (1, 1));
    let nobody_came = tokio::time::timeout(Duration::from_millis(1), other.accept()).await;
    assert!(nobody_came.is_err());
}

/// The allow-list names one port of one host, not the machine.
#[tokio::test]
async fn a_neighbour_of_an_allowed_target_is_refused() {
    let (allowed, neighbour) = (Server::start(json("{}")).await, Server::start(json("{}")).await);
    let client = client(&[&allowed]);

    assert!(fetch(&client, &allowed.url("/")).await.is_ok());
    assert!(special(fetch(&client, &neighbour.url("/").replace("http:", "https:")).await));
    assert!(neighbour.seen().is_empty());
}

/// Rule 23: https only; plain http stays on the machine and needs the operator's word.
#[tokio::test]
async fn plain_http_is_for_allowed_loopback_targets_only() {
    let not_https = Err(OutboundError::UnacceptableUrl("the scheme is not https"));
    let names = |_: &str| vec!["10.0.0.1".parse().unwrap()];
    let client = with(Rules::allowing(["keys.internal:80"]).unwrap(), names);

    assert_eq!(fetch(&client, "http://rp.example/").await, not_https);
    assert_eq!(fetch(&client, "http://keys.internal/").await, not_https);
}

#[tokio::test]
async fn a_name_without_an_address_is_unknown() {
    let client = with(Rules::default(), |_| Vec::new());

    assert_eq!(fetch(&client, "https://rp.example/").await, Err(OutboundError::NameUnknown));
}
