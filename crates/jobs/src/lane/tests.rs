//! Logout tokens and notifications on their way: to every relying party, past those that hang, refuse or send elsewhere.

use std::sync::Arc;

use portreeve_crypto::sha256;
use portreeve_domain::{
    ClientAuthMethod, ClientId, ClientMetadata, EventType, GrantType, Lifetime, MailPurpose, OutboxId, TenantId,
    TokenDelivery, UserId,
};
use portreeve_issuer::SenderEvidence;
use portreeve_oidc::Parameters;
use portreeve_outbound::Rules;
use portreeve_storage::{clients, directory_versions, outbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::outbox::{Sending, run_outbox, take_up};
use crate::testing::{Manners, SENDER, World, mail_server};

/// What a relying party answers; `None` never answers.
type Answer = Option<&'static str>;

const TAKEN: Answer = Some("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");

/// A relying party on this computer: its port, and the requests it got.
async fn relying_party(answer: Answer) -> (u16, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (got, requests) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(converse(connection, answer, got.clone()));
        }
    });
    (port, requests)
}

async fn converse(mut connection: tokio::net::TcpStream, answer: Answer, got: UnboundedSender<String>) -> Option<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"END") {
        request.push(connection.read_u8().await.ok()?);
        let text = String::from_utf8_lossy(&request);
        let length = text
            .to_ascii_lowercase()
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next().and_then(|digits| digits.parse::<usize>().ok()));
        if let (Some((_, body)), Some(length)) = (text.split_once("\r\n\r\n"), length)
            && body.len() == length
        {
            break;
        }
    }
    got.send(String::from_utf8_lossy(&request).into_owned()).ok()?;
    match answer {
        Some(answer) => connection.write_all(answer.as_bytes()).await.ok(),
        None => std::future::pending().await,
    }
}

/// A world that may post to these ports of this computer, each with a client of the port's name that wants to be told.
async fn world(ports: &[u16]) -> World {
    let allowed: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    let world = World::with_outbound(Rules::allowing(allowed.iter().map(String::as_str)).unwrap()).await;
    let mut tx = world.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
    for port in ports {
        let metadata = ClientMetadata {
            backchannel_logout_uri: Some(format!("http://127.0.0.1:{port}/bc?x=1")),
            token_endpoint_auth_method: ClientAuthMethod::ClientSecretPost,
            grant_types: vec![GrantType::Ciba],
            backchannel_token_delivery_mode: Some(TokenDelivery::Ping),
            backchannel_client_notification_endpoint: Some(format!("http://127.0.0.1:{port}/notify")),
            ..ClientMetadata::default()
        };
        let (id, now, secret) = (client(*port), world.clock.now(), *sha256(b"secret").as_bytes());
        clients::upsert(&mut tx, TenantId::DEFAULT, &id, &metadata, now).await.unwrap();
        clients::replace_secrets(&mut tx, TenantId::DEFAULT, &id, &[secret], now).await.unwrap();
    }
    directory_versions::bump(&mut tx, TenantId::DEFAULT).await.unwrap();
    tx.commit().await.unwrap();
    world.issuer.directory.refresh().await.unwrap();
    world
}

fn client(port: u16) -> ClientId {
    ClientId::parse(&format!("rp-{port}")).unwrap()
}

async fn notice(world: &World, port: u16, user: UserId) {
    let message = OutboxMessage::LogoutNotice { client: client(port), user, sid: "sid-1".to_owned() };
    let id = OutboxId::new(world.issuer.ambient().row_id());
    let mut tx = world.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
    outbox::insert(&mut tx, TenantId::DEFAULT, id, &message, world.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Lets the client of a port ask by the back channel for somebody who does not answer, until the time is over.
async fn asked_in_vain(world: &World, port: u16) {
    let at = world.issuer.directory.by_id(TenantId::DEFAULT).unwrap();
    let pairs = [
        ("client_id", format!("rp-{port}")),
        ("client_secret", "secret".to_owned()),
        ("scope", "openid".to_owned()),
        ("login_hint", "ada@example.com".to_owned()),
        ("client_notification_token", "8d67dc78".to_owned()),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let parameters = Parameters::from_pairs(pairs).unwrap();
    assert!(world.issuer.ask_by_backchannel(&at, &[], &SenderEvidence::default(), &parameters).await.is_ok());
    world.clock.advance(Lifetime::from_minutes(10));
}

/// One look at the notices that are due, and what follows from it.
async fn one_round(world: &World) {
    one_round_of(world, Lane::LogoutNotices).await;
}

async fn one_round_of(world: &World, lane: Lane) {
    let mut sending = Sending::default();
    take_up(&world.issuer, &lane, &mut sending).await.unwrap();
    sending.all_ended().await;
}

/// BL-04: a logout token is posted as a form to the registered address.
#[tokio::test]
async fn a_logout_token_is_posted_as_a_form() {
    let (port, mut requests) = relying_party(TAKEN).await;
    let world = world(&[port]).await;
    let ada = world.person("ada@example.com").await;
    notice(&world, port, ada).await;

    one_round(&world).await;

    assert_eq!(world.pending().await, 0);
    let request = requests.recv().await.unwrap();
    assert!(request.starts_with("POST /bc?x=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.to_ascii_lowercase().contains("content-type: application/x-www-form-urlencoded\r\n"), "{request}");
    let body = request.split("\r\n\r\n").nth(1).unwrap();
    let token = body.strip_prefix("logout_token=").unwrap();
    assert_eq!(token.split('.').count(), 3, "{body}");
}

/// BL-04: one relying party that hangs holds up neither the others nor mails.
#[tokio::test]
async fn one_that_hangs_holds_up_nobody() {
    let (hanging, mut begun) = relying_party(None).await;
    let (quick, mut told) = relying_party(TAKEN).await;
    let world = world(&[hanging, quick]).await;
    let ada = world.person("ada@example.com").await;
    for _ in 0..2 * NOTICES_AT_ONCE {
        notice(&world, hanging, ada).await;
    }
    notice(&world, quick, ada).await;
    world.mail(MailPurpose::PasswordChanged, ada).await;
    let (url, mut mailed) = mail_server(Manners { refuses: None, stalls: None }).await;
    let mailer = Mailer::smtp(&url, SENDER).unwrap();

    let running = tokio::spawn(run_outbox(Arc::clone(&world.issuer), mailer, CancellationToken::new()));
    begun.recv().await.unwrap();
    told.recv().await.unwrap();
    mailed.recv().await.unwrap();

    assert!(world.pending().await > 0, "nobody has answered for those that hang");
    assert!(begun.try_recv().is_err(), "who hangs takes one place and no more");
    running.abort();
}

/// BL-04: who answers with an error, or sends elsewhere, is told again later; a redirect is not followed.
#[tokio::test]
async fn a_refused_notice_is_tried_again_and_no_redirect_is_followed() {
    let (elsewhere, mut followed) = relying_party(TAKEN).await;
    let to_elsewhere =
        format!("HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
    let answers = ["HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", Box::leak(to_elsewhere.into_boxed_str())];
    for answer in answers {
        let (port, mut requests) = relying_party(Some(answer)).await;
        let world = world(&[port, elsewhere]).await;
        let ada = world.person("ada@example.com").await;
        notice(&world, port, ada).await;

        one_round(&world).await;
        one_round(&world).await;
        requests.recv().await.unwrap();
        assert!(requests.try_recv().is_err(), "it is not tried again at once");
        world.clock.advance(Lifetime::from_seconds(7));
        one_round(&world).await;

        requests.recv().await.unwrap();
        assert_eq!(world.pending().await, 1);
    }
    assert!(followed.try_recv().is_err());
}

/// BL-04: a client that is not to be told any more is not, and nothing waits for it.
#[tokio::test]
async fn a_notice_to_nobody_is_dropped() {
    let world = world(&[]).await;
    let ada = world.person("ada@example.com").await;
    notice(&world, 9, ada).await;

    one_round(&world).await;

    assert_eq!(world.pending().await, 0);
}

/// CB-08: a notification is JSON with the client's own token; 200 and 204 end it.
#[tokio::test]
async fn a_notification_is_posted_with_the_clients_token() {
    for answer in [TAKEN, Some("HTTP/1.1 204 No Content\r\n\r\n")] {
        let (port, mut requests) = relying_party(answer).await;
        let world = world(&[port]).await;
        asked_in_vain(&world, port).await;

        one_round_of(&world, Lane::BackchannelNotices).await;

        assert_eq!(world.pending().await, 0);
        let request = requests.recv().await.unwrap();
        assert!(request.starts_with("POST /notify HTTP/1.1\r\n"), "{request}");
        assert!(request.to_ascii_lowercase().contains("\r\nauthorization: bearer 8d67dc78\r\n"), "{request}");
        let body = request.split("\r\n\r\n").nth(1).unwrap();
        let id = body.strip_prefix("{\"auth_req_id\":\"ptar_").and_then(|rest| rest.strip_suffix("\"}"));
        assert!(id.is_some_and(|id| !id.contains('"')), "{body}");
    }
}

/// CB-08: a client that does not know us by its token any more is not called again; one that is away is.
#[tokio::test]
async fn a_notification_that_is_not_welcome_is_given_up() {
    for (status, waits) in [("401 Unauthorized", 0), ("403 Forbidden", 0), ("503 Away", 1), ("307 Elsewhere", 1)] {
        let answer = format!("HTTP/1.1 {status}\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
        let (port, mut requests) = relying_party(Some(Box::leak(answer.into_boxed_str()))).await;
        let world = world(&[port]).await;
        asked_in_vain(&world, port).await;

        one_round_of(&world, Lane::BackchannelNotices).await;

        requests.recv().await.unwrap();
        assert_eq!(world.pending().await, waits, "{status}");
        assert_eq!(world.events(EventType::MessageBuried).await, 1 - waits, "{status}");
    }
}
