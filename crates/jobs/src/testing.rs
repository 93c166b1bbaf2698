//! An issuer with one person, a mail folder, and a mail server to talk to; what the tests of this crate start from.

use std::path::PathBuf;
use std::sync::Arc;

use portreeve_authenticators::HashParameters;
use portreeve_crypto::{KeyEncryptionKey, Random};
use portreeve_domain::{
    EventType, Lifetime, MailPurpose, OutboxId, OutboxMessage, TenantId, TextMessageRules, Timestamp, UserId,
};
use portreeve_issuer::configure::{AccountSwitch, NewAccount};
use portreeve_issuer::{Ambient, Clock, Issuer, RowIds, Settings};
use portreeve_outbound::Rules;
use portreeve_storage::outbox::{self, OutboxRow};
use portreeve_storage::{Store, Wall, migrations};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::Mailer;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub(crate) const SENDER: &str = "Northwind <no-reply@id.example>";

/// The world of one test.
pub(crate) struct World {
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) clock: Clock,
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_outbound(Rules::default()).await
    }

    pub(crate) async fn with_outbound(outbound: Rules) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mail")).unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("test.db").display())).unwrap();
        migrations::up(&store, NOW).await.unwrap();
        let clock = Clock::manual(NOW);
        let ambient = Ambient::new(clock.clone(), Random::seeded([7; 32]), RowIds::new(0, NOW));
        let kek = KeyEncryptionKey::generate(ambient.random()).unwrap();
        let settings = Settings {
            public_url: "https://id.example".to_owned(),
            key_publish_ahead: Lifetime::from_hours(24),
            hash_parameters: HashParameters::default(),
            password_threads: 1,
            outbound,
            networks: Default::default(),
            mutual_tls: None,
            waiting_requests: portreeve_domain::polling::WAITING_FOR_ONE,
            text_messages: Some(TextMessageRules::new(vec!["+49".to_owned()], 20).unwrap()),
        };
        let issuer = Issuer::start(store, ambient, kek, settings).await.unwrap();
        Self { issuer: Arc::new(issuer), clock, folder }
    }

    pub(crate) fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    pub(crate) fn to_folder(&self) -> Mailer {
        Mailer::folder(self.mail_folder(), SENDER).unwrap()
    }

    /// The mails in the folder, in the order they were caused.
    pub(crate) fn mails(&self) -> Vec<String> {
        let mut files: Vec<_> =
            std::fs::read_dir(self.mail_folder()).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(files.iter().all(|file| file.extension().is_some_and(|extension| extension == "eml")), "{files:?}");
        files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
    }

    /// Makes a person with a proven address.
    pub(crate) async fn person(&self, email: &str) -> UserId {
        let at = self.issuer.directory.by_id(TenantId::DEFAULT).unwrap();
        let account = NewAccount { email: email.to_owned(), password: None, email_verified: true, is_admin: false };
        self.issuer.add_account(&at, &account).await.unwrap();
        let people = self.issuer.list_people(&at).await.unwrap();
        people.into_iter().find(|person| person.email.as_deref() == Some(email)).unwrap().id
    }

    pub(crate) async fn switch_off(&self, email: &str) {
        let at = self.issuer.directory.by_id(TenantId::DEFAULT).unwrap();
        self.issuer.switch_account(&at, email, AccountSwitch::Off).await.unwrap();
    }

    pub(crate) async fn mail(&self, purpose: MailPurpose, user: UserId) -> OutboxId {
        self.mails_to(user, purpose, 1).await.remove(0)
    }

    /// Causes as many mails at once.
    pub(crate) async fn mails_to(&self, user: UserId, purpose: MailPurpose, count: usize) -> Vec<OutboxId> {
        let message = OutboxMessage::Mail { purpose, user, locale: "de".to_owned(), journey: None };
        let mut ids = Vec::new();
        let mut tx = self.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
        for _ in 0..count {
            let id = OutboxId::new(self.issuer.ambient().row_id());
            outbox::insert(&mut tx, TenantId::DEFAULT, id, &message, self.issuer.ambient().now()).await.unwrap();
            ids.push(id);
        }
        tx.commit().await.unwrap();
        ids
    }

    /// Makes a stored message one that no version of ours wrote.
    pub(crate) async fn spoil(&self, id: OutboxId) {
        let mut tx = self.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
        let spoil = "UPDATE outbox SET message = '{\"topic\":\"carrier_pigeon\"}' WHERE id = $1";
        assert_eq!(tx.execute(spoil, &[id.as_i64().into()]).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }

    /// How many events of a kind the first tenant has.
    pub(crate) async fn events(&self, kind: EventType) -> i64 {
        let mut conn = self.issuer.store().read(TenantId::DEFAULT).await.unwrap();
        let count = "SELECT COUNT(*) FROM events WHERE kind = $1";
        conn.one(count, &[kind.name().into()], |row| row.integer(0)).await.unwrap()
    }

    pub(crate) async fn pending(&self) -> i64 {
        outbox::pending(&mut self.issuer.store().read(Wall::All).await.unwrap()).await.unwrap()
    }

    /// The messages that are due now.
    pub(crate) async fn due(&self) -> Vec<OutboxRow> {
        let mut conn = self.issuer.store().read(Wall::All).await.unwrap();
        outbox::ready(&mut conn, OutboxMessage::MAIL, self.issuer.ambient().now()).await.unwrap()
    }
}

/// What a mail server does with a recipient whose address holds this word.
#[derive(Clone, Copy)]
pub(crate) struct Manners {
    /// Is refused with this reply.
    pub(crate) refuses: Option<(&'static str, &'static str)>,
    /// Never gets an answer.
    pub(crate) stalls: Option<&'static str>,
    /// Its mail is taken, which is answered when this is notified.
    pub(crate) late: Option<(&'static str, &'static Notify)>,
    /// Its mail is refused, with 554, once all of it was sent.
    pub(crate) spurns: Option<&'static str>,
    /// Whoever the recipient is: `QUIT` gets no answer, and stands among what was taken.
    pub(crate) is_mute_at_the_end: bool,
}

/// Takes every mail, at once.
pub(crate) const WELL_MANNERED: Manners =
    Manners { refuses: None, stalls: None, late: None, spurns: None, is_mute_at_the_end: false };

/// A mail server on this computer; returns its URL and what it took.
pub(crate) async fn mail_server(manners: Manners) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let (taken, mails) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(converse(connection, manners, taken.clone()));
        }
    });
    (url, mails)
}

/// The receiver's side of RFC 5321, as much of it as a sender needs.
async fn converse(
    mut connection: TcpStream,
    manners: Manners,
    taken: tokio::sync::mpsc::UnboundedSender<String>,
) -> Option<()> {
    let (read, mut write) = connection.split();
    let mut lines = BufReader::new(read).lines();
    let (mut recipient, mut body, mut in_data) = (String::new(), String::new(), false);
    write.write_all(b"220 mail.example\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let is_for = |word: Option<&str>| line.starts_with("RCPT") && word.is_some_and(|word| line.contains(word));
        let reply = if in_data && line == "." {
            in_data = false;
            let body = std::mem::take(&mut body);
            if manners.spurns.is_some_and(|word| recipient.contains(word)) {
                "554 not taken"
            } else {
                taken.send(body).ok()?;
                if let Some((word, told)) = manners.late
                    && recipient.contains(word)
                {
                    told.notified().await;
                }
                "250 taken"
            }
        } else if in_data {
            body.push_str(&line);
            body.push('\n');
            continue;
        } else if is_for(manners.stalls) {
            std::future::pending::<()>().await;
            continue;
        } else if is_for(manners.refuses.map(|(word, _)| word)) {
            manners.refuses.map_or("", |(_, reply)| reply)
        } else if line.starts_with("DATA") {
            in_data = true;
            "354 go on"
        } else if line == "QUIT" && manners.is_mute_at_the_end {
            taken.send(line).ok()?;
            continue;
        } else {
            if line.starts_with("RCPT") {
                recipient = line;
            }
            "250 ok"
        };
        write.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
    }
    Some(())
}
