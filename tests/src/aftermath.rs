//! What a request left behind in a deployment: events, and messages that wait to be delivered.

use portreeve_domain::{EventId, MailPurpose, OutboxMessage, TenantId};
use portreeve_storage::{
    Wall, events,
    outbox::{self, OutboxRow},
};

use crate::deployment::Deployment;

impl Deployment {
    /// Returns how many events of a kind, such as `token.refresh.replayed`, the tenant `default` has.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn events(&self, kind: &str) -> usize {
        let mut conn = self.issuer.store().read(TenantId::DEFAULT).await.expect("a connection");
        let (mut last, mut found) = (EventId::new(0), 0);
        loop {
            let page = events::after(&mut conn, TenantId::DEFAULT, last).await.expect("events");
            found += page.iter().filter(|event| event.kind == kind).count();
            match page.last() {
                Some(event) => last = event.id,
                None => return found,
            }
        }
    }

    /// Delivers what waits in the outbox and returns it: why each mail is sent, and in which language.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn deliver_mails(&self) -> Vec<(MailPurpose, String)> {
        let now = self.clock.now();
        let mut conn = self.issuer.store().read(Wall::All).await.expect("a connection");
        let rows = outbox::ready(&mut conn, OutboxMessage::MAIL, now).await.expect("the outbox");
        drop(conn);
        let mut mails = vec![];
        for row in rows {
            if let OutboxMessage::Mail { purpose, locale, .. } = self.take_out(&row).await {
                mails.push((purpose, locale));
            }
        }
        mails
    }

    /// Delivers the logout tokens that wait in the outbox and returns them: where each is posted, and its text.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn deliver_logout_tokens(&self) -> Vec<(String, String)> {
        let now = self.clock.now();
        let mut conn = self.issuer.store().read(Wall::All).await.expect("a connection");
        let rows = outbox::ready(&mut conn, OutboxMessage::LOGOUT_NOTICE, now).await.expect("the outbox");
        drop(conn);
        let mut tokens = vec![];
        for row in rows {
            if let OutboxMessage::LogoutNotice { client, user, sid } = self.take_out(&row).await {
                let notice = self.issuer.logout_notice(row.tenant, &client, user, &sid).await.expect("a notice");
                tokens.extend(notice.map(|notice| (notice.uri, notice.logout_token)));
            }
        }
        tokens
    }

    /// Marks a message as delivered and returns it.
    async fn take_out(&self, row: &OutboxRow) -> OutboxMessage {
        let now = self.clock.now();
        let mut tx = self.issuer.store().begin(row.tenant).await.expect("a transaction");
        let lease = outbox::lease(&mut tx, row.tenant, row.id, now, now).await.expect("take a message");
        let lease = lease.expect("nobody else delivers here");
        assert!(outbox::done(&mut tx, row.tenant, lease, now).await.expect("mark as delivered"));
        tx.commit().await.expect("commit");
        row.message().expect("a readable message")
    }
}
