//! Logout tokens and notifications on their way: to every relying party, past those that hang, refuse or send elsewhere.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use portreeve_crypto::sha256;
use portreeve_domain::{
    ClientAuthMethod, ClientId, ClientMetadata, EventType, GrantType, Lifetime, MailPurpose, OutboxId, PhoneNumber,
    TenantId, TokenDelivery, UserId,
};
use portreeve_issuer::{OutgoingText, SecretText, SenderEvidence, TextContent};
use portreeve_oidc::Parameters;
use portreeve_outbound::Rules;
use portreeve_storage::{clients, directory_versions, outbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::outbox::{Sending, run_outbox, take_up};
use crate::testing::{SENDER, WELL_MANNERED, World, mail_server};
use crate::texter::{Provider, TextTemplate, Texter};

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
    for _ in 0..outbox::PAGE + NOTICES_AT_ONCE {
        notice(&world, hanging, ada).await;
    }
    notice(&world, quick, ada).await;
    world.mail(MailPurpose::PasswordChanged, ada).await;
    let (url, mut mailed) = mail_server(WELL_MANNERED).await;
    let mailer = Mailer::smtp(&url, SENDER).unwrap();

    let running =
        tokio::spawn(run_outbox(Arc::clone(&world.issuer), (mailer, Texter::off()), CancellationToken::new()));
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

/// A text message as it leaves for `texter`, and what the lane makes of the answer.
async fn text(world: &World, texter: Texter) -> Result<(), Undelivered> {
    let message = OutgoingText {
        to: PhoneNumber::parse("+49 30 901820").unwrap(),
        id: "text_0123456789abcdefABCDEF".to_owned(),
        tenant_name: "Say \"{to}\"".to_owned(),
        locale: "en".to_owned(),
        content: TextContent::PhoneCode { code: "042917".to_owned(), host: "id.example".to_owned() },
    };
    texter.send(&world.issuer, &message).await.map_err(Undelivered::from)
}

fn provider(port: u16) -> Texter {
    let body = TextTemplate::parse("application/json", r#"{"to": "{to}", "text": "{text}", "id": "{id}"}"#).unwrap();
    let url = SecretText::new(format!("http://127.0.0.1:{port}/send?account=7"));
    Texter::provider(Provider { url, authorization: Some(SecretText::new("Bearer s3cret".to_owned())), body })
}

/// A provider gets number, words and identifier as its template says, with our credentials; whatever a tenant is called, it
/// stays inside its text (S-143).
#[tokio::test]
async fn a_text_message_is_posted_to_the_provider() {
    let (port, mut got) = relying_party(TAKEN).await;
    let world = world(&[port]).await;

    assert_eq!(text(&world, provider(port)).await, Ok(()));

    let request = got.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /send?account=7 HTTP/1.1"), "{head}");
    assert!(head.contains("authorization: Bearer s3cret") && head.contains("content-type: application/json"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["to"], &body["id"]), (&"+4930901820".into(), &"text_0123456789abcdefABCDEF".into()));
    let words =
        "042917 is your code for Say \"{to}\". Give it to nobody. It works for 10 minutes.\n\n@id.example #042917";
    assert_eq!(body["text"], words);
}

/// What is wrong with us or the provider is tried again; a message that is refused is not paid for twice.
#[tokio::test]
async fn a_text_message_that_is_refused_is_not_tried_again() {
    let refusing = |status: &'static str| async move {
        let (port, _got) = relying_party(Some(status)).await;
        text(&world(&[port]).await, provider(port)).await.unwrap_err()
    };

    let refused = refusing("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(refused, Undelivered::Unwelcome("the provider answered 400".to_owned()));
    for ours in [
        "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
    ] {
        assert!(matches!(refusing(ours).await, Undelivered::WayClosed(_)), "{ours}");
    }
}

/// S-029: a provider is asked like any other host: one on the inside has to be allowed.
#[tokio::test]
async fn a_provider_on_the_inside_has_to_be_allowed() {
    let (port, mut got) = relying_party(TAKEN).await;

    assert!(matches!(text(&World::new().await, provider(port)).await, Err(Undelivered::WayClosed(_))));
    assert!(got.try_recv().is_err());
}

/// The mailbox of demos and tests: one whole file a message, its owner's alone.
#[tokio::test]
async fn a_text_message_can_go_to_a_folder() {
    let world = World::new().await;
    let folder = world.mail_folder().join("sms");

    assert_eq!(text(&world, Texter::folder(&folder)).await, Ok(()));

    let file = folder.join("text_0123456789abcdefABCDEF.txt");
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("+4930901820\n042917 is your code"), "{written}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}
