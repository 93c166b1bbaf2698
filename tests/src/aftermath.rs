//! What a request left behind in a deployment: events, and messages that wait to be delivered.

use portreeve_domain::{EventId, MailPurpose, OutboxMessage, TenantId};
use portreeve_issuer::{BackchannelNotice, MailContent, OutgoingMail, OutgoingText};
use portreeve_storage::{
    Wall, events,
    outbox::{self, OutboxRow},
};

use crate::{backchannel::Called, cast, deployment::Deployment};

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

    /// Returns the public facts of the events of a kind that the tenant `default` has, oldest first.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn facts_of_events(&self, kind: &str) -> Vec<serde_json::Value> {
        let mut conn = self.issuer.store().read(TenantId::DEFAULT).await.expect("a connection");
        let (mut last, mut found) = (EventId::new(0), vec![]);
        loop {
            let page = events::after(&mut conn, TenantId::DEFAULT, last).await.expect("events");
            let Some(newest) = page.last() else { return found };
            last = newest.id;
            let facts = page.iter().filter(|event| event.kind == kind).map(|event| event.facts.as_str());
            found.extend(facts.map(|facts| serde_json::from_str(facts).expect("facts are JSON")));
        }
    }

    /// Delivers what waits in the outbox and returns it: why each mail is sent, and in which language.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn deliver_mails(&self) -> Vec<(MailPurpose, String)> {
        let mut mails = vec![];
        for row in self.waiting(OutboxMessage::MAIL).await {
            if let OutboxMessage::Mail { purpose, locale, .. }
            | OutboxMessage::EmailChangeMail { purpose, locale, .. } = self.take_out(&row).await
            {
                mails.push((purpose, locale));
            }
        }
        mails
    }

    /// Writes the mails that wait in the outbox, with the links that are made then, and takes them out.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn read_mails(&self) -> Vec<OutgoingMail> {
        let mut mails = vec![];
        for row in self.waiting(OutboxMessage::MAIL).await {
            let message = self.take_out(&row).await;
            mails.extend(self.issuer.outgoing_mail(&row, &message).await.expect("a mail"));
        }
        mails
    }

    /// Delivers the text messages that wait in the outbox and returns them.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn read_text_messages(&self) -> Vec<OutgoingText> {
        let mut texts = vec![];
        for row in self.waiting(OutboxMessage::TEXT_MESSAGE).await {
            let message = self.take_out(&row).await;
            texts.extend(self.issuer.outgoing_text(&row, &message).await.expect("a text message"));
        }
        texts
    }

    /// As `read_mails`, of the notices of sign-ins at new browsers, which other functions here deliver unread: to most
    /// tests every browser is new.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn read_new_device_mails(&self) -> Vec<OutgoingMail> {
        let mut mails = vec![];
        for row in self.due(OutboxMessage::MAIL).await.into_iter().filter(is_of_new_device) {
            let message = self.take_out(&row).await;
            mails.extend(self.issuer.outgoing_mail(&row, &message).await.expect("a mail"));
        }
        mails
    }

    /// Delivers the logout tokens that wait in the outbox and returns them: where each is posted, and its text.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn deliver_logout_tokens(&self) -> Vec<(String, String)> {
        let mut tokens = vec![];
        for row in self.waiting(OutboxMessage::LOGOUT_NOTICE).await {
            if let OutboxMessage::LogoutNotice { client, user, sid } = self.take_out(&row).await {
                let notice = self.issuer.logout_notice(row.tenant, &client, user, &sid).await.expect("a notice");
                tokens.extend(notice.map(|notice| (notice.uri, notice.logout_token)));
            }
        }
        tokens
    }

    /// Delivers the mails that ask for approval and returns where their links lead, below the host; other mails are
    /// delivered, too.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn deliver_approval_links(&self) -> Vec<String> {
        let mut links = vec![];
        for row in self.waiting(OutboxMessage::MAIL).await {
            let message = self.take_out(&row).await;
            if let OutboxMessage::ApprovalMail { .. } = message
                && let Some(mail) = self.issuer.outgoing_mail(&row, &message).await.expect("a mail")
            {
                let MailContent::ApprovalWanted { link, .. } = mail.content else { panic!("another mail") };
                links.push(link.strip_prefix(cast::ISSUER).expect("a link to us").to_owned());
            }
        }
        links
    }

    /// Delivers the notifications of back-channel authentication that are due and returns them.
    ///
    /// # Panics
    ///
    /// When the database is away.
    pub async fn deliver_backchannel_notices(&self) -> Vec<Called> {
        let mut calls = vec![];
        for row in self.waiting(OutboxMessage::BACKCHANNEL_NOTICE).await {
            if let OutboxMessage::BackchannelNotice { client, authentication } = self.take_out(&row).await {
                let notice =
                    self.issuer.backchannel_notice(row.tenant, &client, authentication).await.expect("a notice");
                let Some(notice) = notice else { continue };
                self.issuer.backchannel_told(row.tenant, authentication).await.expect("told");
                calls.push(called(notice));
            }
        }
        calls
    }

    /// Makes the one notification that is due twice, as when the first call got no answer.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn make_backchannel_notice_twice(&self) -> (Called, Called) {
        let rows = self.waiting(OutboxMessage::BACKCHANNEL_NOTICE).await;
        let message = rows.first().expect("a notification").message().expect("a readable message");
        let OutboxMessage::BackchannelNotice { client, authentication } = message else { panic!("another message") };
        let make = async || {
            let notice = self.issuer.backchannel_notice(TenantId::DEFAULT, &client, authentication).await;
            called(notice.expect("a notice").expect("something to tell"))
        };
        (make().await, make().await)
    }

    /// The messages of a topic that are due, of every tenant. Notices of sign-ins at new browsers are delivered by
    /// that and not among them.
    pub(crate) async fn waiting(&self, topic: &str) -> Vec<OutboxRow> {
        loop {
            let (new_devices, rest): (Vec<_>, Vec<_>) = self.due(topic).await.into_iter().partition(is_of_new_device);
            if new_devices.is_empty() {
                return rest;
            }
            for row in new_devices {
                self.take_out(&row).await;
            }
        }
    }

    async fn due(&self, topic: &str) -> Vec<OutboxRow> {
        let mut conn = self.issuer.store().read(Wall::All).await.expect("a connection");
        outbox::ready(&mut conn, topic, self.clock.now()).await.expect("the outbox")
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

/// Whether a message is the notice of a sign-in at a new browser.
fn is_of_new_device(row: &OutboxRow) -> bool {
    matches!(row.message(), Ok(OutboxMessage::NewDeviceMail { .. }))
}

fn called(notice: BackchannelNotice) -> Called {
    let body = serde_json::from_slice(&notice.body).expect("JSON");
    Called { uri: notice.uri, token: notice.token.expose().to_owned(), body }
}
