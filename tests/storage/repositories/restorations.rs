//! What was restored from a copy ends, of one tenant, and what a person can take back with stays.

use std::collections::BTreeSet;

use portreeve_domain::{BrowserId, CodeId, LinkId, LinkPurpose, SessionEnd, SessionId, Subject, TenantId, UserId};
use portreeve_storage::{
    Wall, authorization_codes,
    mailed_links::{self, LinkRow},
    personal_records,
    phone_codes::{self, NumberOf},
    recovery_codes,
    restorations::{self, Ending},
    sessions, token_families, totp_credentials,
    users::{self, UserRow},
};

use portreeve_tests::catalogue::{self, Dialect};

use crate::{
    database::{Database, Kind, NOW, ONE, TWO, on_both},
    rows::{FAMILY, code, family, in_seconds, link, session, user, user_id},
};

const USER: UserId = user_id(7);
const NUMBER: NumberOf = NumberOf { user: USER, number_index: [1; 32] };
const STEP: i64 = 60_000_001;

async fn plant(db: &Database, tenant: TenantId, id: i64) {
    let session = session(tenant, id, BrowserId::new(50), USER);
    db.write(tenant, async |tx| {
        users::insert(tx, tenant, &user(7)).await?;
        sessions::insert(tx, &session).await?;
        recovery_codes::replace(tx, tenant, USER, &[[1; 32]], NOW).await?;
        assert!(totp_credentials::insert(tx, tenant, USER, b"secret", 5, NOW).await?);
        Ok(())
    })
    .await;
}

async fn alive(db: &Database, tenant: TenantId, id: i64) -> (bool, i64, i64) {
    db.read(Wall::All, async |conn| {
        let session = sessions::find(conn, tenant, SessionId::new(id)).await?;
        let step = totp_credentials::find(conn, tenant, USER).await?.unwrap().last_step;
        let codes = recovery_codes::left(conn, tenant, USER).await?;
        Ok((session.unwrap().ended_at.is_none(), codes, step))
    })
    .await
}

/// Ends everything of a kind for `ONE`, as an operator's command does, and returns how many rows each batch ended; the last ended none.
async fn end_all(db: &Database, kind: Ending) -> Vec<u64> {
    let (mut batches, mut after) = (Vec::new(), None);
    loop {
        let times = (STEP, in_seconds(9));
        let ended =
            db.write(ONE, async |tx| restorations::end_batch(tx, ONE, (kind, after.as_ref()), times).await).await;
        batches.push(ended.rows);
        after = ended.last;
        if after.is_none() {
            return batches;
        }
    }
}

/// What does not fit into one batch ends in the next, and no batch begins with the rows of another.
#[tokio::test]
async fn more_than_a_batch_ends() {
    on_both(async |db| {
        db.write(ONE, async |tx| {
            for number in 0..=500_u16 {
                let [high, low] = number.to_be_bytes();
                let mut id = [7; 16];
                (id[0], id[15]) = (low, high);
                let (id, subject) = (UserId::from_bytes(id), Subject::new(format!("usr_{number}")));
                users::insert(tx, ONE, &UserRow { id, subject, email_index: None, ..user(7) }).await?;
                recovery_codes::replace(tx, ONE, id, &[[1; 32], [2; 32]], NOW).await?;
            }
            Ok(())
        })
        .await;

        let mut ended = Vec::new();
        for kind in Ending::all() {
            ended.extend(end_all(db, kind).await.into_iter().filter(|rows| *rows > 0));
        }

        assert_eq!(ended, [1000, 2]);
    })
    .await;
}

/// One account of a machine may have more grants than a batch.
#[tokio::test]
async fn more_than_a_batch_of_one_person_ends() {
    on_both(async |db| {
        plant(db, ONE, 5).await;
        db.write(ONE, async |tx| {
            for number in 10_000..15_001 {
                token_families::insert(tx, &family(ONE, number, USER)).await?;
            }
            Ok(())
        })
        .await;

        assert_eq!(end_all(db, Ending::Families).await, [5000, 1, 0]);
    })
    .await;
}

#[tokio::test]
async fn what_may_have_been_used_since_ends_for_one_tenant() {
    on_both(async |db| {
        plant(db, ONE, 5).await;
        plant(db, TWO, 6).await;
        db.write(ONE, async |tx| {
            token_families::insert(tx, &family(ONE, FAMILY.as_i64(), USER)).await?;
            authorization_codes::insert(tx, ONE, &code(31)).await?;
            phone_codes::wait(tx, ONE, (NUMBER, 1), NOW, in_seconds(30)).await?;
            assert!(phone_codes::expect(tx, ONE, (NUMBER, 1), &[5; 32], (in_seconds(-1), in_seconds(30))).await?);
            for (id, purpose) in [(41, LinkPurpose::PasswordReset), (42, LinkPurpose::UndoEmailChange)] {
                let link = LinkRow { purpose: purpose.name().to_owned(), ..link(id) };
                mailed_links::insert_newest(tx, ONE, &link, NOW).await?;
            }
            Ok(())
        })
        .await;

        let ended = async |kind| {
            let ended = end_all(db, kind).await;
            ended.iter().sum::<u64>()
        };
        for kind in Ending::all() {
            let (first, again) = (ended(kind).await, ended(kind).await);
            assert_eq!(again, 0, "{kind:?}");
            assert!(first == 1 || !matches!(kind, Ending::Sessions | Ending::Families), "{kind:?}: {first}");
        }
        assert_eq!((alive(db, ONE, 5).await, alive(db, TWO, 6).await), ((false, 0, STEP), (true, 1, 5)));
        let told = db.read(ONE, async |conn| personal_records::sessions(conn, ONE, USER).await).await;
        let reasons: Vec<_> = told.iter().map(|record| record.end_reason.as_deref()).collect();
        assert_eq!(reasons, [Some(SessionEnd::Revoked.name())], "people are told why");
        db.write(ONE, async |tx| {
            assert!(phone_codes::try_code(tx, ONE, NUMBER, 5, in_seconds(9)).await?.is_none());
            // A message that waited in the copy is not sent.
            let times = (in_seconds(-1), in_seconds(30));
            assert!(!phone_codes::expect(tx, ONE, (NUMBER, 1), &[5; 32], times).await?);
            Ok(())
        })
        .await;
        db.read(Wall::All, async |conn| {
            assert!(token_families::find(conn, ONE, FAMILY).await?.unwrap().revoked_at.is_some());
            let (code, _) = authorization_codes::find(conn, ONE, CodeId::new(31)).await?.unwrap();
            assert!(code.consumed_at.is_some());
            for (id, is_dead) in [(41, true), (42, false)] {
                let link = mailed_links::find(conn, ONE, LinkId::new(id)).await?.unwrap();
                assert_eq!(link.consumed_at.is_some(), is_dead, "{}", link.purpose);
            }
            Ok(())
        })
        .await;
    })
    .await;
}
/// Tables of which something ends.
const ENDED: [&str; 18] = [
    "access_tokens",
    "account_deletions",
    "account_drafts",
    "authorization_codes",
    "backchannel_authentications",
    "device_authorizations",
    "email_changes",
    "factor_recoveries",
    "initial_access_tokens",
    "invitations",
    "journeys",
    "mailed_links",
    "phone_codes",
    "pushed_requests",
    "recovery_codes",
    "sessions",
    "token_families",
    "totp_credentials",
];
/// Tables that stay as the copy has them.
const KEPT: [&str; 33] = [
    // What operators, clients and people have and say; the document tells which of it has to be done again.
    "attributes",
    "client_registrations",
    "client_secrets",
    "clients",
    "consents",
    "passkeys",
    "password_credentials",
    "requirement_rules",
    "resource_servers",
    "scopes",
    "subject_links",
    "tenant_keys",
    "tenants",
    "terms",
    "terms_acceptances",
    "trusted_issuers",
    "users",
    // Keys: of tenants, of people, those that sign and those that others encrypt to.
    "encryption_keys",
    "signing_keys",
    "subject_keys",
    // The log, which goes on from where the copy ends, and what counts and caches.
    "audit_chains",
    "audit_checkpoints",
    "browsers",
    "client_documents",
    "directory_version",
    "events",
    "factor_failures",
    "leases",
    "rate_limits",
    "refusals",
    // Waits in the outbox: mails are sent again; what they lead to has ended.
    "outbox",
    // Dead with their families.
    "refresh_tokens",
    // Remembers what was revoked; what it does not know lives until it ends by itself, as the document says.
    "revoked_jtis",
];
/// What was shown once: the document says how long to wait.
const WAITED_OUT: [&str; 3] = ["client_assertions", "dpop_proofs", "trusted_assertions"];

/// Part of R-17: a table that is added later fails here until it is ended or kept for a reason.
#[tokio::test]
async fn every_table_is_ended_or_kept_for_a_reason() {
    on_both(async |db| {
        let dialect = match db.kind {
            Kind::Sqlite => Dialect::Sqlite,
            Kind::Postgres => Dialect::Postgres,
        };
        let tables = db.read(Wall::All, async |conn| catalogue::tables(conn, dialect).await).await;

        let found: BTreeSet<_> = tables.iter().map(|table| table.name.as_str()).collect();
        let known: BTreeSet<_> = ENDED.into_iter().chain(KEPT).chain(WAITED_OUT).collect();
        assert_eq!(found.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
        assert_eq!(known.difference(&found).collect::<Vec<_>>(), Vec::<&&str>::new());
    })
    .await;
}
