//! Delivery: once, in time, and past mail servers that are away, refuse or stall.

use portreeve_domain::{EventType, MailPurpose, OutboxId, TenantId};

use super::*;
use crate::lane::MAILS_AT_ONCE;
use crate::mailer::NotSent;
use crate::testing::{Manners, SENDER, WELL_MANNERED, World, mail_server};
use crate::texter::Texter;

/// Sends what is due, until there is nothing to begin with.
async fn one_round(world: &World, mailer: &Mailer) {
    let mut sending = Sending::default();
    loop {
        take_up(&world.issuer, &Lane::Mails(mailer.clone()), &mut sending).await.unwrap();
        if sending.is_idle() {
            return;
        }
        sending.all_ended().await;
    }
}

fn taken(tries: i64, made: Timestamp) -> OutboxLease {
    OutboxLease { id: OutboxId::new(portreeve_issuer::RowIds::new(0, made).next(made)), tries }
}

async fn lease(world: &World, id: OutboxId) -> Option<OutboxLease> {
    let now = world.issuer.ambient().now();
    let mut tx = world.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
    let lease = outbox::lease(&mut tx, TenantId::DEFAULT, id, now, now.plus(LEASE)).await.unwrap();
    tx.commit().await.unwrap();
    lease
}

/// Each message becomes one file, in its language, from the sender to the person's address.
#[tokio::test]
async fn each_message_is_one_file_in_the_folder() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    world.mail(MailPurpose::PasswordReset, ada).await;
    world.mail(MailPurpose::PasswordChanged, ada).await;

    one_round(&world, &world.to_folder()).await;

    let mails = world.mails();
    assert_eq!(mails.len(), 2);
    assert!(
        mails[0].contains("To: ada@example.com\r\n") && mails[0].contains("From: Northwind <no-reply@id.example>\r\n")
    );
    assert!(mails[0].contains("https://id.example/link/ptml_"));
    assert!(mails[1].contains("https://id.example/link/ptml_"));
    assert_eq!(world.pending().await, 0);
}

/// A mail tells when it happened, not when it was sent.
#[tokio::test]
async fn a_mail_that_was_held_up_tells_when_it_happened() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    world.mail(MailPurpose::PasswordChanged, ada).await;
    world.clock.advance(Lifetime::from_hours(3));

    one_round(&world, &world.to_folder()).await;

    // 1 800 000 000 s after 1970 is 2027-01-15T08:00:00Z.
    let mail = &world.mails()[0];
    assert!(mail.contains("2027-01-15 08:00 UTC"), "{mail}");
    assert!(mail.contains("Date: Fri, 15 Jan 2027 11:00:00"), "{mail}");
}

/// A mail to an account that has gone is done, not tried for ever.
#[tokio::test]
async fn a_mail_to_nobody_is_dropped() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    world.mail(MailPurpose::PasswordReset, ada).await;
    world.mail(MailPurpose::PasswordChanged, portreeve_domain::UserId::from_bytes([9; 16])).await;
    world.switch_off("ada@example.com").await;

    one_round(&world, &world.to_folder()).await;

    assert!(world.mails().is_empty());
    assert_eq!(world.pending().await, 0);
}

/// any number of runners send a message once.
#[tokio::test]
async fn two_runners_send_a_message_once() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    for _ in 0..4 {
        world.mail(MailPurpose::PasswordChanged, ada).await;
    }
    let (url, mut taken) = mail_server(WELL_MANNERED).await;
    let mailer = Mailer::smtp(&url, SENDER).unwrap();

    tokio::join!(one_round(&world, &mailer), one_round(&world, &mailer), one_round(&world, &mailer));

    let mut ids = Vec::new();
    while let Ok(mail) = taken.try_recv() {
        ids.extend(mail.lines().find(|line| line.starts_with("Message-ID: ")).map(str::to_owned));
    }
    assert_eq!(ids.len(), 4, "a mail was sent twice or not at all");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    assert_eq!(world.pending().await, 0);
}

/// a runner that dies while sending loses nothing: the message comes up again when its lease is over.
#[tokio::test]
async fn a_message_of_a_dead_runner_comes_up_again() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    let id = world.mail(MailPurpose::PasswordChanged, ada).await;
    assert!(lease(&world, id).await.is_some());

    one_round(&world, &world.to_folder()).await;
    assert!(world.mails().is_empty());

    world.clock.advance(LEASE);
    one_round(&world, &world.to_folder()).await;
    assert_eq!(world.mails().len(), 1);
}

/// with the mail server away messages wait, however long; once it is back they leave within a minute.
#[tokio::test]
async fn messages_outlive_a_mail_server_that_is_away() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    world.mail(MailPurpose::PasswordReset, ada).await;
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("smtp://{}", listener.local_addr().unwrap())
    };
    let away = Mailer::smtp(&closed, SENDER).unwrap();

    for _ in 0..130 {
        one_round(&world, &away).await;
        // The longest pause, jitter included.
        world.clock.advance(Lifetime::from_seconds(38));
    }
    assert_eq!(world.pending().await, 1);

    one_round(&world, &world.to_folder()).await;
    assert_eq!(world.mails().len(), 1);
}

/// A message that is refused waits longer each time, and what is noted names no address.
#[tokio::test]
async fn a_refused_message_is_tried_again_with_growing_pauses() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    world.mail(MailPurpose::PasswordChanged, ada).await;
    let refuses = Some(("ada", "451 ada@example.com is busy"));
    let (url, _taken) = mail_server(Manners { refuses, ..WELL_MANNERED }).await;
    let mailer = Mailer::smtp(&url, SENDER).unwrap();

    let mut pauses = Vec::new();
    for _ in 0..4 {
        one_round(&world, &mailer).await;
        let mut pause = 0;
        while world.due().await.is_empty() {
            world.clock.advance(Lifetime::from_seconds(1));
            pause += 1;
        }
        pauses.push(pause);
    }

    // 5 s doubled each time, plus up to a quarter.
    for (pause, base) in pauses.iter().zip([5, 10, 20, 40]) {
        assert!((base..=base + base / 4 + 1).contains(pause), "{pauses:?}");
    }
}

/// A message is given up after twenty refusals, and not for the time the server was away.
#[test]
fn a_message_is_given_up_after_twenty_refusals() {
    let made = Timestamp::from_millis(1_800_000_000_000);
    let (young, old) = (made.plus(Lifetime::from_hours(1)), made.plus(Lifetime::from_hours(11)));
    let refused = &Undelivered::from(NotSent::Refused(550));

    assert_eq!(next_try(refused, taken(19, made), 0, old), Some(old.plus(Lifetime::from_hours(1))));
    assert_eq!(next_try(refused, taken(20, made), 0, old), None);
    assert!(next_try(refused, taken(500, made), 0, young).is_some());
    assert_eq!(next_try(&NotSent::Unreachable.into(), taken(500, made), 0, old), Some(old.plus(AWAY)));
}

/// What is given up is out of the way.
#[tokio::test]
async fn a_message_that_was_given_up_waits_no_more() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    world.mail(MailPurpose::PasswordChanged, ada).await;
    let (url, _taken) = mail_server(Manners { refuses: Some(("ada", "550 unknown")), ..WELL_MANNERED }).await;
    let mailer = Mailer::smtp(&url, SENDER).unwrap();

    for _ in 0..TRIES {
        assert_eq!(world.pending().await, 1);
        one_round(&world, &mailer).await;
        world.clock.advance(Lifetime::from_minutes(76));
    }

    assert_eq!(world.pending().await, 0);
}

/// a runner that was so slow that another has taken its message over changes nothing any more, whatever became of
/// its own try.
#[tokio::test]
async fn a_runner_whose_lease_was_taken_over_notes_nothing() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    let id = world.mail(MailPurpose::PasswordChanged, ada).await;
    let row = world.due().await.remove(0);
    let slow = lease(&world, id).await.unwrap();
    world.clock.advance(LEASE);
    let new = lease(&world, id).await.unwrap();

    for outcome in [Ok(()), Err(NotSent::Refused(550).into()), Err(Undelivered::Unreadable)] {
        note(&world.issuer, &row, slow, outcome.clone()).await.unwrap();
        world.clock.advance(Lifetime::from_seconds(10));
        assert!(world.due().await.is_empty(), "{outcome:?} ended the lease of another");
    }
    assert_eq!(world.pending().await, 1);

    note(&world.issuer, &row, new, Ok(())).await.unwrap();
    assert_eq!(world.pending().await, 0);
}

/// A message that this version cannot read holds up no other; it is left to newer nodes for an hour and then given up,
/// with an event.
#[tokio::test]
async fn a_message_that_cannot_be_read_is_buried_alone() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    let poison = world.mail(MailPurpose::PasswordChanged, ada).await;
    world.spoil(poison).await;
    world.mail(MailPurpose::PasswordReset, ada).await;

    one_round(&world, &world.to_folder()).await;
    assert_eq!((world.mails().len(), world.pending().await), (1, 1));
    assert_eq!(world.events(EventType::MessageBuried).await, 0);

    world.clock.advance(UPGRADE);
    one_round(&world, &world.to_folder()).await;
    assert_eq!((world.mails().len(), world.pending().await), (1, 0));
    assert_eq!(world.events(EventType::MessageBuried).await, 1);
}

/// One message that is stuck holds up no other.
#[tokio::test]
async fn a_stuck_message_does_not_hold_up_others() {
    let world = World::new().await;
    let (ada, bob) = (world.person("ada@example.com").await, world.person("bob@example.com").await);
    world.mail(MailPurpose::PasswordChanged, ada).await;
    world.mail(MailPurpose::PasswordChanged, bob).await;
    let (url, mut taken) = mail_server(Manners { stalls: Some("ada"), ..WELL_MANNERED }).await;
    let mailer = Mailer::smtp(&url, SENDER).unwrap();

    let running =
        tokio::spawn(run_outbox(Arc::clone(&world.issuer), (mailer, Texter::off()), CancellationToken::new()));
    let mail = taken.recv().await.unwrap();
    running.abort();

    assert!(mail.contains("To: bob@example.com"));
}

/// BL-04: a receiver that hangs takes one place and no more, however many messages it is due before others.
#[tokio::test]
async fn a_receiver_that_hangs_does_not_hold_up_others() {
    for count in [2 * MAILS_AT_ONCE, outbox::PAGE, 3 * outbox::PAGE + 1] {
        let world = World::new().await;
        let (ada, bob) = (world.person("ada@example.com").await, world.person("bob@example.com").await);
        world.mails_to(ada, MailPurpose::PasswordChanged, count).await;
        world.mail(MailPurpose::PasswordChanged, bob).await;
        let (url, mut taken) = mail_server(Manners { stalls: Some("ada"), ..WELL_MANNERED }).await;
        let mailer = Mailer::smtp(&url, SENDER).unwrap();

        let mut sending = Sending::default();
        take_up(&world.issuer, &Lane::Mails(mailer), &mut sending).await.unwrap();

        assert_eq!(sending.tasks.len(), 2, "one of {count} messages to who hangs, and the one to the other");
        assert!(taken.recv().await.unwrap().contains("To: bob@example.com"));
    }
}

/// BL-04: nor when it is due more than is read at once. What is read then stays bounded.
#[tokio::test]
async fn what_is_due_behind_more_than_is_read_at_once_comes_up_at_the_next_look() {
    let world = World::new().await;
    let (ada, bob) = (world.person("ada@example.com").await, world.person("bob@example.com").await);
    world.mails_to(ada, MailPurpose::PasswordChanged, MOST_WAITING + 2 * outbox::PAGE).await;
    world.mail(MailPurpose::PasswordChanged, bob).await;
    let (url, mut taken) = mail_server(Manners { stalls: Some("ada"), ..WELL_MANNERED }).await;
    let (lane, mut sending) = (Lane::Mails(Mailer::smtp(&url, SENDER).unwrap()), Sending::default());

    look_again(&world.issuer, &lane, &mut sending).await.unwrap();
    assert_eq!(sending.tasks.len(), 1);
    assert!(sending.waiting.len() < MOST_WAITING + outbox::PAGE);

    look_again(&world.issuer, &lane, &mut sending).await.unwrap();
    assert_eq!(sending.tasks.len(), 2);
    assert!(taken.recv().await.unwrap().contains("To: bob@example.com"));
}

/// What was read once is sent one after the other, without another look; what comes meanwhile is seen at the next.
#[tokio::test]
async fn the_messages_of_one_receiver_follow_one_another() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    let count = outbox::PAGE + 2;
    world.mails_to(ada, MailPurpose::PasswordChanged, count).await;
    let (lane, mut sending) = (Lane::Mails(world.to_folder()), Sending::default());

    look_again(&world.issuer, &lane, &mut sending).await.unwrap();
    world.mail(MailPurpose::PasswordReset, ada).await;
    for left in (1..=count).rev() {
        sending.all_ended().await;
        assert_eq!(usize::try_from(world.pending().await).unwrap(), left);
        take_up(&world.issuer, &lane, &mut sending).await.unwrap();
    }
    assert!(sending.is_idle());

    look_again(&world.issuer, &lane, &mut sending).await.unwrap();
    sending.all_ended().await;
    assert_eq!(world.pending().await, 0);
}

/// What failed together does not come back together, also when the pause has reached its cap.
#[test]
fn pauses_are_spread() {
    let made = Timestamp::from_millis(1_800_000_000_000);
    let pause = |jitter| next_try(&NotSent::Unreachable.into(), taken(10, made), jitter, made).map(|at| at.since(made));

    assert_eq!(pause(0), Some(AWAY));
    assert_eq!(pause(255), Some(Lifetime::from_millis(37_500)));
}

/// A runner that is told to end finishes what it has begun; one without a way out ends at once and loses nothing.
#[tokio::test]
async fn a_runner_ends_when_it_is_told_to() {
    let world = World::new().await;
    let ada = world.person("ada@example.com").await;
    world.mail(MailPurpose::PasswordChanged, ada).await;
    let stop = CancellationToken::new();

    stop.cancel();
    run_outbox(Arc::clone(&world.issuer), (Mailer::off(), Texter::off()), stop.clone()).await;
    assert_eq!(world.pending().await, 1);

    run_outbox(Arc::clone(&world.issuer), (world.to_folder(), Texter::off()), stop).await;
    assert_eq!(world.pending().await, 1);
}
