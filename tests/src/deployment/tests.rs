//! Tests of what a deployment says of faults: an unexpected one fails a test.

use portreeve_domain::{MailPurpose, OutboxId, OutboxMessage, UserId};

use super::*;

#[test]
#[should_panic(expected = "messages wait in the outbox")]
fn an_undelivered_message_fails_the_test() {
    on_sqlite(async |at| {
        let message = OutboxMessage::Mail {
            purpose: MailPurpose::PasswordChanged,
            user: UserId::from_bytes([1; 16]),
            locale: "en".to_owned(),
            journey: None,
        };
        let mut tx = at.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
        outbox::insert(&mut tx, TenantId::DEFAULT, OutboxId::new(1), &message, at.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    });
}

#[test]
#[should_panic(expected = "unexpected faults")]
fn an_error_logged_on_any_thread_fails_the_test() {
    on_sqlite(async |_| {
        tokio::spawn(async { tracing::error!("broken") }).await.unwrap();
    });
}

#[test]
fn an_expected_fault_does_not_fail_the_test() {
    on_sqlite(async |at| {
        at.expect_faults();
        tracing::error!("broken on purpose");
    });
}
