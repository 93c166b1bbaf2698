//! What nodes on PostgreSQL remember of tokens between requests, and what makes them forget it.

use std::time::{Duration, Instant};

use portreeve_domain::{
    AccessTokenId, BrowserId, FamilyId, Fault, Proof, ProofKind, SessionEnd, SessionId, TokenFamily, UserId,
};
use portreeve_storage::{
    Conn, Store, Tx, Wall, access_tokens,
    access_tokens::AccessTokenRow,
    consents, sessions, standing,
    standing::{GrantOf, Standing},
    subject_keys, token_families, users,
    users::NewEmail,
};

use crate::{
    database::{Database, NOW, ONE, begin, lasting, on_both, on_postgres, retried},
    rows::{access_token, family, in_seconds, scope, session, user, user_id, web},
};

/// How soon every node has heard of an ending.
const HEARD: Duration = Duration::from_secs(1);
/// How long a node may take to begin, or to begin again, to listen on a busy machine.
const LISTENING: Duration = Duration::from_secs(20);

/// How long after the last word nothing is believed any more, and a little.
const SILENCE: Duration = Duration::from_millis(1700);
const END_LISTENERS: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN %'";

/// Everything that ends a token or what it stands on, or narrows it.
#[derive(Clone, Copy, Debug)]
enum Ending {
    TokenRevoked,
    FamilyRevoked,
    FamiliesOfUserRevoked,
    FamiliesOfOtherSessionsRevoked,
    FamiliesOfUserAndClientRevoked,
    FamiliesOfClientRevoked,
    GrantStripped,
    SessionEnded,
    SessionsEnded,
    OtherSessionsEnded,
    ConsentNarrowed,
    ConsentWithdrawn,
    ConsentsOfClientWithdrawn,
    UserDisabled,
    UserErased,
    UserUpdated,
    EmailChanged,
    KeyDestroyed,
    /// It ends sooner for it.
    SessionStrengthened,
    /// A hand in psql.
    Typed,
    /// The same, with another word.
    Deleted,
}

const ENDINGS: [Ending; 21] = [
    Ending::TokenRevoked,
    Ending::FamilyRevoked,
    Ending::FamiliesOfUserRevoked,
    Ending::FamiliesOfOtherSessionsRevoked,
    Ending::FamiliesOfUserAndClientRevoked,
    Ending::FamiliesOfClientRevoked,
    Ending::GrantStripped,
    Ending::SessionEnded,
    Ending::SessionsEnded,
    Ending::OtherSessionsEnded,
    Ending::ConsentNarrowed,
    Ending::ConsentWithdrawn,
    Ending::ConsentsOfClientWithdrawn,
    Ending::UserDisabled,
    Ending::UserErased,
    Ending::UserUpdated,
    Ending::EmailChanged,
    Ending::KeyDestroyed,
    Ending::SessionStrengthened,
    Ending::Typed,
    Ending::Deleted,
];

/// A person with a session, a consent and a token, all by one number.
#[derive(Clone, Copy)]
struct Person(u8);

impl Person {
    fn id(self) -> UserId {
        user_id(self.0)
    }

    fn token(self) -> AccessTokenId {
        AccessTokenId::new(self.0.into())
    }

    fn session(self) -> SessionId {
        SessionId::new(self.0.into())
    }

    fn family(self) -> FamilyId {
        FamilyId::new(self.0.into())
    }

    async fn plant(self, tx: &mut Tx) -> Result<(), Fault> {
        let mut row = user(self.0);
        row.email_verified_at = Some(NOW);
        users::insert(tx, ONE, &row).await?;
        subject_keys::insert(tx, ONE, self.id(), b"wrapped", NOW).await?;
        sessions::insert(tx, &session(ONE, self.0.into(), BrowserId::new(4), self.id())).await?;
        consents::give(tx, ONE, self.id(), &web(), &scope("openid email"), NOW).await?;
        let grant = TokenFamily { session: Some(self.session()), ..family(ONE, self.0.into(), self.id()) };
        token_families::insert(tx, &grant).await?;
        let row = AccessTokenRow {
            family: Some(self.family()),
            user: Some(self.id()),
            expires_at: in_seconds(3600),
            ..access_token(self.0.into())
        };
        access_tokens::insert(tx, ONE, &row).await
    }

    async fn meet(self, ending: Ending, tx: &mut Tx) -> Result<(), Fault> {
        let (at, client, reason) = (in_seconds(9), web(), SessionEnd::Revoked);
        let kept = session(ONE, 999, BrowserId::new(4), self.id());
        let happened = match ending {
            Ending::TokenRevoked => access_tokens::revoke(tx, ONE, self.token(), at).await?,
            Ending::FamilyRevoked => token_families::revoke(tx, ONE, self.family(), "test", at).await?,
            Ending::FamiliesOfUserRevoked => token_families::revoke_of_user(tx, ONE, self.id(), "test", at).await? > 0,
            Ending::FamiliesOfOtherSessionsRevoked => {
                token_families::revoke_of_user_but(tx, ONE, &kept, "test", at).await? > 0
            }
            Ending::FamiliesOfUserAndClientRevoked => {
                let of = (self.id(), &client);
                !token_families::revoke_of_user_and_client(tx, ONE, of, "test", at).await?.is_empty()
            }
            Ending::FamiliesOfClientRevoked => {
                token_families::revoke_of_client(tx, ONE, &client, "test", at).await? > 0
            }
            Ending::GrantStripped => token_families::strip_of_user(tx, ONE, self.id()).await.is_ok(),
            Ending::SessionEnded => sessions::end(tx, ONE, self.session(), reason, at).await?,
            Ending::SessionsEnded => !sessions::end_all(tx, ONE, self.id(), reason, at).await?.is_empty(),
            Ending::OtherSessionsEnded => !sessions::end_all_but(tx, ONE, &kept, reason, at).await?.is_empty(),
            Ending::ConsentNarrowed => consents::give(tx, ONE, self.id(), &client, &scope("openid"), at).await.is_ok(),
            Ending::ConsentWithdrawn => consents::withdraw(tx, ONE, self.id(), &client, at).await?,
            Ending::ConsentsOfClientWithdrawn => consents::withdraw_of_client(tx, ONE, &client, at).await? > 0,
            Ending::UserDisabled => users::disable(tx, ONE, self.id(), Some(at)).await?,
            Ending::UserErased => users::erase(tx, ONE, self.id(), at).await?,
            Ending::UserUpdated => users::update(tx, ONE, &user(self.0)).await?,
            Ending::EmailChanged => {
                let new = NewEmail { sealed: b"new", index: &[200 + self.0 % 50; 32], verified_at: at };
                users::set_email(tx, ONE, self.id(), &[self.0; 32], &new).await?
            }
            Ending::KeyDestroyed => subject_keys::destroy(tx, ONE, self.id(), at).await?,
            Ending::SessionStrengthened => {
                let second = Proof { kind: ProofKind::Totp, user: self.id(), at };
                sessions::strengthen(tx, ONE, self.session(), &[second], at).await?
            }
            Ending::Typed => {
                let typed = format!("UPDATE sessions SET ended_at = 5 WHERE id = {}", self.0);
                tx.execute(lasting(typed), &[]).await? == 1
            }
            Ending::Deleted => {
                let typed = "DELETE FROM consents WHERE user_id = $1";
                tx.execute(typed, &[(&self.id()).into()]).await? == 1
            }
        };
        assert!(happened, "{ending:?}");
        Ok(())
    }
}

/// What a node knows of a person's token, and whether any of it was remembered.
struct Knowledge {
    token: Option<(AccessTokenRow, Option<TokenFamily>)>,
    standing: Option<Standing>,
    remembered: bool,
}

impl Knowledge {
    async fn of(node: &Store, person: Person) -> Self {
        retried(async || {
            let mut conn: Conn = node.read_together(ONE).await?;
            let token = access_tokens::find(&mut conn, ONE, person.token()).await?;
            let client = web();
            let grant = GrantOf { user: person.id(), client: &client, session: Some(person.session()) };
            let standing = standing::find(&mut conn, ONE, grant).await?;
            Ok(Self { token, standing, remembered: conn.stop_recalling() })
        })
        .await
    }

    /// Everything of it as text, to be compared.
    fn told(&self) -> String {
        let token = self.token.as_ref().map(|(row, family)| (row.revoked_at, row.scope.to_string(), family.clone()));
        format!("{token:?} {:?}", self.standing)
    }

    /// Asks until it was remembered.
    async fn remembered(node: &Store, person: Person) -> Self {
        let began = Instant::now();
        loop {
            let known = Self::of(node, person).await;
            if known.remembered {
                return known;
            }
            assert!(began.elapsed() < LISTENING, "nothing is remembered");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn two_nodes(db: &Database) -> [Store; 2] {
    [(), ()].map(|()| {
        let node = db.another_store();
        node.remember(1000);
        node
    })
}

/// R-19, S-040: whatever ends a token, at whichever node or by hand, is known at that node when it is acknowledged, and at every
/// other within a second.
#[tokio::test]
async fn what_ends_is_forgotten_at_every_node() {
    on_postgres(async |db| {
        let [here, there] = two_nodes(db);
        let mut slowest = Duration::ZERO;
        for (number, ending) in (50..).zip(ENDINGS) {
            let person = Person(number);
            db.write(ONE, async |tx| person.plant(tx).await).await;
            let before = Knowledge::remembered(&here, person).await.told();
            assert_eq!(Knowledge::remembered(&there, person).await.told(), before);

            let mut tx = begin(&here, ONE).await;
            person.meet(ending, &mut tx).await.unwrap();
            tx.commit().await.unwrap();

            let acknowledged = Instant::now();
            if !matches!(ending, Ending::Typed | Ending::Deleted) {
                assert_ne!(Knowledge::of(&here, person).await.told(), before, "{ending:?} here");
            }
            while Knowledge::of(&there, person).await.told() == before {
                assert!(acknowledged.elapsed() < HEARD, "{ending:?} there");
                // What is remembered is told without a wait, and who listens shares the thread.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            slowest = slowest.max(acknowledged.elapsed());
        }
        assert!(slowest < HEARD, "{slowest:?}");
    })
    .await;
}

/// a token of client credentials stands for nobody, and is told of by its own id.
#[tokio::test]
async fn a_token_of_nobody_is_forgotten_at_every_node() {
    on_postgres(async |db| {
        let [here, there] = two_nodes(db);
        let nobody = Person(50);
        let token = AccessTokenRow { family: None, user: None, expires_at: in_seconds(3600), ..access_token(50) };
        db.write(ONE, async |tx| access_tokens::insert(tx, ONE, &token).await).await;
        let before = Knowledge::remembered(&here, nobody).await.told();
        Knowledge::remembered(&there, nobody).await;

        let mut tx = begin(&here, ONE).await;
        nobody.meet(Ending::TokenRevoked, &mut tx).await.unwrap();
        tx.commit().await.unwrap();

        let acknowledged = Instant::now();
        assert_ne!(Knowledge::of(&here, nobody).await.told(), before);
        while Knowledge::of(&there, nobody).await.told() == before {
            assert!(acknowledged.elapsed() < HEARD);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

/// A session that is used, and somebody else's ending, cost nobody what is remembered.
#[tokio::test]
async fn what_ends_nothing_is_remembered_over() {
    on_postgres(async |db| {
        let [here, there] = two_nodes(db);
        let (person, other) = (Person(50), Person(51));
        for person in [person, other] {
            db.write(ONE, async |tx| person.plant(tx).await).await;
        }
        let before = Knowledge::remembered(&there, person).await.told();
        let others = Knowledge::remembered(&there, other).await.told();

        let mut tx = begin(&here, ONE).await;
        sessions::touch(&mut tx, ONE, person.session(), in_seconds(60)).await.unwrap();
        other.meet(Ending::SessionEnded, &mut tx).await.unwrap();
        tx.commit().await.unwrap();
        // Both were told in one commit, if the first was at all.
        while Knowledge::of(&there, other).await.told() == others {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }

        assert_eq!(Knowledge::remembered(&there, person).await.told(), before, "as it was before the session was used");
        let mut conn = there.read_together(ONE).await.unwrap();
        let client = web();
        let grant = GrantOf { user: person.id(), client: &client, session: Some(person.session()) };
        let remembered = standing::find(&mut conn, ONE, grant).await.unwrap().unwrap();
        assert!(conn.stop_recalling(), "the memory answered");
        let read = standing::find(&mut conn, ONE, grant).await.unwrap().unwrap();
        assert_eq!(remembered.session.unwrap().seen_at, in_seconds(1));
        assert_eq!(read.session.unwrap().seen_at, in_seconds(60), "asked again, the database says what is so");
    })
    .await;
}

/// a node that does not hear of endings believes nothing that it remembers, until it hears again.
#[tokio::test]
async fn who_hears_nothing_believes_nothing() {
    on_postgres(async |db| {
        let here = db.another_store();
        here.remember(1000);
        let person = Person(50);
        db.write(ONE, async |tx| person.plant(tx).await).await;
        Knowledge::remembered(&here, person).await;

        let owner = db.as_owner();
        let name: String = db
            .read(Wall::All, async |conn| conn.one("SELECT current_database()::text", &[], |row| row.text(0)).await)
            .await;
        let admits = async |most: i32| {
            let alter = lasting(format!("ALTER DATABASE \"{name}\" CONNECTION LIMIT {most}"));
            let mut tx = begin(&owner, Wall::All).await;
            tx.execute(alter, &[]).await.unwrap();
            tx.commit().await.unwrap();
        };
        admits(0).await;
        let mut tx = begin(&here, Wall::All).await;
        let ended = tx.one(END_LISTENERS, &[], |row| row.integer(0)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ended, 1, "connections that listened");
        tokio::time::sleep(SILENCE).await;

        let mut known = Vec::new();
        for _ in 0..50 {
            known.push(Knowledge::of(&here, person).await.remembered);
        }
        admits(-1).await;
        assert!(!known.contains(&true), "{known:?}");
        Knowledge::remembered(&here, person).await;
    })
    .await;
}

/// Reads for one request alone remember nothing, and neither does a store that was not told to, nor SQLite.
#[tokio::test]
async fn nothing_is_remembered_unasked() {
    on_both(async |db| {
        let person = Person(50);
        db.write(ONE, async |tx| person.plant(tx).await).await;
        let node = db.another_store();
        node.remember(0);
        for _ in 0..3 {
            assert!(!Knowledge::of(&node, person).await.remembered);
        }
    })
    .await;
}
