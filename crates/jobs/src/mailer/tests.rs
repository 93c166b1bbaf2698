//! Which servers mail goes to, and what becomes of a mail whose server is slow.

use portreeve_domain::MailPurpose;
use tokio::sync::Notify;

use super::*;
use crate::lane::Lane;
use crate::outbox::{Sending, take_up};
use crate::testing::{Manners, SENDER, WELL_MANNERED, World, mail_server};

/// Sends what is due.
async fn one_round(world: &World, mailer: &Mailer) {
    let mut sending = Sending::default();
    take_up(&world.issuer, &Lane::Mails(mailer.clone()), &mut sending).await.unwrap();
    sending.all_ended().await;
}

/// Lets so much time pass at once.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// A password is sent over TLS or not at all.
#[test]
fn a_password_needs_tls() {
    let made = |url: &str| Mailer::smtp(url, "no-reply@id.example").map(|_| ());

    for query in ["", "?tls=opportunistic", "?note=tls=required"] {
        let url = format!("smtp://ada:secret@mail.example{query}");
        assert!(matches!(made(&url), Err(MailerRefused::PasswordInTheClear)), "{url}");
    }
}

#[tokio::test]
async fn mail_servers_are_named_by_url() {
    for url in [
        "smtps://ada:secret@mail.example",
        "smtps://ada:secret@mail.example:465",
        "smtp://ada:secret@mail.example:587?tls=required",
        "smtp://127.0.0.1:1025",
    ] {
        assert!(Mailer::smtp(url, "Northwind <no-reply@id.example>").is_ok(), "{url}");
    }
    assert!(matches!(Mailer::smtp("http://mail.example", "a@id.example"), Err(MailerRefused::Url)));
    assert!(matches!(Mailer::smtp("smtp://mail.example", "nobody"), Err(MailerRefused::Sender)));
}

/// a reply that comes too late for one mail is not taken for that to the next, which is lost with it.
#[tokio::test]
async fn a_reply_that_comes_too_late_says_nothing_about_the_next_mail() {
    static TOLD: Notify = Notify::const_new();
    let world = World::new().await;
    let (ada, bob) = (world.person("ada@example.com").await, world.person("bob@example.com").await);
    let (url, mut taken) =
        mail_server(Manners { late: Some(("ada", &TOLD)), spurns: Some("bob"), ..WELL_MANNERED }).await;
    let mailer = Mailer::smtp(&url, SENDER).unwrap();
    world.mail(MailPurpose::PasswordChanged, ada).await;

    tokio::join!(one_round(&world, &mailer), async {
        taken.recv().await.unwrap();
        pass(SEND).await;
    });
    assert_eq!(world.pending().await, 1, "nobody has said yet that the mail is taken");
    TOLD.notify_one();
    world.mail(MailPurpose::PasswordChanged, bob).await;
    one_round(&world, &mailer).await;

    assert_eq!(world.pending().await, 2, "a mail that was refused is noted as sent");
}

/// a server that has taken a mail and says no goodbye is not sent it again and again.
#[tokio::test]
async fn a_mail_that_was_taken_is_sent_whatever_is_said_to_quit() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    let (url, mut taken) = mail_server(Manners { is_mute_at_the_end: true, ..WELL_MANNERED }).await;
    let mailer = Mailer::smtp(&url, SENDER).unwrap();
    world.mail(MailPurpose::PasswordChanged, ada).await;

    tokio::join!(one_round(&world, &mailer), async {
        assert!(taken.recv().await.unwrap().contains("To: ada@example.com"));
        assert_eq!(taken.recv().await.unwrap(), "QUIT");
        pass(SEND).await;
    });

    assert_eq!(world.pending().await, 0);
}
