//! What is taken from an answer and what is not.

use super::*;

#[tokio::test]
async fn a_document_of_the_right_kind_is_taken() {
    let server = Server::start(json("{\"keys\":[]}")).await;

    let document = fetch(&client(&[&server]), &server.url("/keys?v=1")).await.unwrap();

    assert_eq!(document.body, "{\"keys\":[]}");
    let request = server.seen().remove(0).to_ascii_lowercase();
    assert!(request.starts_with("get /keys?v=1 http/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("\r\nhost: {}\r\n", server.address)));
    assert!(request.contains("\r\naccept-encoding: identity\r\n"));
}

/// S-029, rule 23: a redirect is an answer like any other, and its target sees nothing.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::start(json("{}")).await;
    for status in
        ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let server = Server::start(answer(status, &format!("Location: {}", target.url("/")), "")).await;
        let client = client(&[&server, &target]);

        let code = status[..3].parse().unwrap();
        assert_eq!(fetch(&client, &server.url("/")).await, Err(OutboundError::Status(code)));
        assert_eq!(client.post_form(&server.url("/"), &[("a", "b")]).await, Ok(code));
    }

    assert!(target.seen().is_empty());
}

#[tokio::test]
async fn an_error_status_is_no_document() {
    let server = Server::start(answer("404 Not Found", "Content-Type: application/json", "{}")).await;

    assert_eq!(fetch(&client(&[&server]), &server.url("/")).await, Err(OutboundError::Status(404)));
}

/// JA-06, rule 23: 64 KiB, whether the length is announced, not announced, or chunked.
#[tokio::test]
async fn a_document_of_more_than_64_kib_is_not_taken() {
    let long = "x".repeat(64 * 1024 + 1);
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    for answer in [
        json(&long),
        format!("{head}\r\n{long}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n", long.len()),
    ] {
        let server = Server::start(answer).await;

        assert_eq!(fetch(&client(&[&server]), &server.url("/")).await, Err(OutboundError::TooLong));
    }
    let server = Server::start(json(&long[1..])).await;
    assert_eq!(fetch(&client(&[&server]), &server.url("/")).await.unwrap().body.len(), 64 * 1024);
}

#[tokio::test]
async fn an_endless_head_is_not_read() {
    let server = Server::start(format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n{{}}", "x".repeat(32 * 1024))).await;

    assert_eq!(fetch(&client(&[&server]), &server.url("/")).await, Err(OutboundError::BrokenAnswer));
}

/// JA-06, rule 23: whoever does not answer, or never ends, holds nobody up.
#[tokio::test]
async fn a_slow_answer_is_given_up() {
    let server = Server::start("").await;
    let rules = Rules::allowing([server.address.to_string().as_str()]).unwrap();
    let limits = Limits { total: Duration::from_millis(50), ..Limits::default() };

    let client = Outbound::with(rules, Resolver::System, limits);

    assert_eq!(fetch(&client, &server.url("/")).await, Err(OutboundError::TimedOut));
}

/// Rule 23: 3 s to connect, 5 s in all, 64 KiB.
#[test]
fn the_limits_are_those_of_the_security_rules() {
    let limits = Limits::default();

    assert_eq!((limits.connect, limits.total), (Duration::from_secs(3), Duration::from_secs(5)));
    assert_eq!(limits.body_bytes, 65_536);
}

#[tokio::test]
async fn another_media_type_is_not_taken() {
    for (expected, header, is_taken) in [
        (Expected::JwkSet, "Content-Type: application/jwk-set+json", true),
        (Expected::JwkSet, "Content-Type: Application/JSON; charset=utf-8", true),
        (Expected::JwkSet, "Content-Type: text/html", false),
        (Expected::JwkSet, "Content-Type: application/jsonp", false),
        (Expected::JwkSet, "X-Nothing: here", false),
        (Expected::Json, "Content-Type: application/jwk-set+json", false),
        (Expected::RequestObject, "Content-Type: application/oauth-authz-req+jwt", true),
        (Expected::RequestObject, "Content-Type: application/jwt", true),
        (Expected::RequestObject, "Content-Type: application/json", false),
    ] {
        let server = Server::start(answer("200 OK", header, "{}")).await;

        let fetched = client(&[&server]).fetch(TENANT, &server.url("/"), expected, Duration::ZERO).await;

        assert_eq!(fetched.is_ok(), is_taken, "{expected:?} {header}");
    }
}

/// Rule 23: nothing is inflated, so nothing can be a bomb.
#[tokio::test]
async fn a_compressed_answer_is_not_taken() {
    let headers = "Content-Type: application/json\r\nContent-Encoding: gzip";
    let server = Server::start(answer("200 OK", headers, "bomb")).await;

    assert_eq!(fetch(&client(&[&server]), &server.url("/")).await, Err(OutboundError::Compressed));
}

#[tokio::test]
async fn what_is_not_http_is_a_broken_answer() {
    for answer in
        ["SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{}"]
    {
        let server = Server::start(answer).await;

        assert_eq!(fetch(&client(&[&server]), &server.url("/")).await, Err(OutboundError::BrokenAnswer));
    }
}

#[tokio::test]
async fn a_form_is_posted_encoded_and_any_status_is_told() {
    let server = Server::start(answer("400 Bad Request", "Content-Type: application/json", "{}")).await;

    let status = client(&[&server]).post_form(&server.url("/logout"), &[("logout_token", "a b&c")]).await;

    assert_eq!(status, Ok(400));
    let request = server.seen().remove(0);
    assert!(request.starts_with("POST /logout HTTP/1.1\r\n"), "{request}");
    assert!(request.to_ascii_lowercase().contains("content-type: application/x-www-form-urlencoded"));
    assert!(request.ends_with("\r\n\r\nlogout_token=a+b%26c"), "{request}");
}

/// CM-05, RFC 9111 §5.2.2: how long a document is good is what its server says, the shortest of what it says.
#[tokio::test]
async fn a_document_says_how_long_it_is_good() {
    for (headers, fresh_for) in [
        ("", None),
        ("Cache-Control: public, max-age=600\r\n", Some(600)),
        ("Cache-Control: MAX-AGE=\"60\"\r\nCache-Control: max-age=30\r\n", Some(30)),
        ("Cache-Control: max-age=600, no-store\r\n", Some(0)),
        ("Cache-Control: no-cache\r\n", Some(0)),
        ("Cache-Control: max-age=soon\r\n", None),
        ("Cache-Control: s-maxage=600\r\n", None),
    ] {
        let server = Server::start(answer("200 OK", &format!("{headers}Content-Type: application/json"), "{}")).await;

        let document = fetch(&client(&[&server]), &server.url("/")).await.unwrap();

        assert_eq!(document.fresh_for, fresh_for.map(Duration::from_secs), "{headers}");
    }
}

/// CB-08: a notification carries its token and its body, and a redirect is an answer like any other.
#[tokio::test]
async fn a_notification_is_posted_with_its_token() {
    let server = Server::start(answer("307 Temporary Redirect", "Location: http://127.0.0.1:1/", "")).await;

    let status = client(&[&server]).post_json(&server.url("/notify"), "8d67dc78", b"{\"a\":1}".to_vec()).await;

    assert_eq!(status, Ok(307));
    let request = server.seen().remove(0);
    assert!(request.starts_with("POST /notify HTTP/1.1\r\n") && request.ends_with("{\"a\":1}"), "{request}");
    assert!(request.to_ascii_lowercase().contains("\r\nauthorization: bearer 8d67dc78\r\n"), "{request}");
    assert!(request.to_ascii_lowercase().contains("\r\ncontent-type: application/json\r\n"), "{request}");
}
