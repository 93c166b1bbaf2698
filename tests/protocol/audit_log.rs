//! The audit log: what a look at it finds when somebody with the database in hand has changed it. SECURITY rule 16.
//!
//! Owns what an operator's `verify` reports. Leaves the outsider's view to `audit_export`.

use portreeve_domain::{EventId, Lifetime, TenantId};
use portreeve_issuer::{AuditFinding, AuditReport, KeptCheckpoint};
use portreeve_storage::{
    Value, Wall, audit_chains, audit_checkpoints, events,
    events::{EventRow, SealedEvent},
    subject_keys, users,
};
use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both},
    relying_party::RelyingParty,
};

use crate::audit_export::exported;

const TENANT: TenantId = TenantId::DEFAULT;

/// Runs a statement as somebody who has the database would; returns how many rows it changed.
async fn tamper(at: &Deployment, sql: &'static str, values: &[Value<'_>]) -> u64 {
    let mut tx = at.issuer.store().begin(Wall::All).await.expect("a transaction");
    let changed = tx.execute(sql, values).await.expect("the statement");
    tx.commit().await.expect("commit");
    changed
}

async fn seal(at: &Deployment) -> u64 {
    at.issuer.seal_events("a").await.expect("seal")
}

/// Some changes of state, sealed and signed twice; returns how many events there are.
pub(crate) async fn sealed_log(at: &Deployment) -> i64 {
    for _ in 0..2 {
        RelyingParty::new(at, "web").tokens("openid offline_access").await;
        seal(at).await;
        at.wait(Lifetime::from_seconds(60));
        seal(at).await;
    }
    let report = report(at).await;
    assert_eq!((report.findings.len(), report.checkpoints), (0, 2), "{:?}", report.findings);
    assert!(report.events > 12 && report.signed_up_to == report.events.cast_signed(), "{report:?}");
    report.signed_up_to
}

async fn report(at: &Deployment) -> AuditReport {
    at.issuer.verify_audit(&at.tenant(), None).await.expect("verify")
}

async fn findings(at: &Deployment) -> Vec<AuditFinding> {
    report(at).await.findings
}

async fn all_sealed(at: &Deployment) -> Vec<SealedEvent> {
    let mut conn = at.issuer.store().read(TENANT).await.expect("a connection");
    events::sealed_after(&mut conn, TENANT, 0).await.expect("events")
}

/// The number up to which the first checkpoint signs.
pub(crate) async fn first_checkpoint(at: &Deployment) -> i64 {
    let mut conn = at.issuer.store().read(TENANT).await.expect("a connection");
    audit_checkpoints::from(&mut conn, TENANT, 0).await.expect("checkpoints")[0].sequence
}

/// An event's commitment as `docs/audit.md` says, made here once more.
fn commitment(event: &EventRow) -> [u8; 32] {
    let text = |text: &str| serde_json::to_string(text).unwrap();
    let optional = |value: Option<String>| value.map_or("null".to_owned(), |value| text(&value));
    let hex = |bytes: [u8; 32]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let canonical = format!(
        r#"{{"actor":{},"at":{},"client":{},"facts":{},"id":"{}","kind":{},"subject":{},"tenant":1}}"#,
        text(&event.actor),
        event.at.as_millis(),
        optional(event.client.clone()),
        text(&event.facts),
        event.id.as_i64(),
        text(&event.kind),
        optional(event.subject_pseudonym.map(hex)),
    );
    *portreeve_crypto::sha256(canonical.as_bytes()).as_bytes()
}

/// S-120: whatever is edited in an event, the event is named.
#[test]
fn an_edited_event_is_found() {
    on_both(async |at| {
        sealed_log(at).await;
        let SealedEvent { event, .. } =
            all_sealed(at).await.into_iter().find(|one| one.event.client.is_some()).expect("an event of a client");
        let id = event.id.as_i64();
        let subject = event.subject_pseudonym.as_ref().map(<[u8; 32]>::as_slice);
        let edits: [(&'static str, Value<'_>, Value<'_>); 7] = [
            ("UPDATE events SET kind = $2 WHERE id = $1", "token.revoked".into(), (&event.kind).into()),
            ("UPDATE events SET at = $2 WHERE id = $1", 5.into(), event.at.into()),
            ("UPDATE events SET actor = $2 WHERE id = $1", "nobody".into(), (&event.actor).into()),
            ("UPDATE events SET subject_pseudonym = $2 WHERE id = $1", (&[7_u8; 32]).into(), subject.into()),
            ("UPDATE events SET client_id = $2 WHERE id = $1", "other".into(), event.client.as_deref().into()),
            ("UPDATE events SET facts = $2 WHERE id = $1", "{\"a\":1}".into(), (&event.facts).into()),
            ("UPDATE events SET commitment = $2 WHERE id = $1", (&[7_u8; 32]).into(), (&event.commitment).into()),
        ];

        for (sql, edited, former) in edits {
            assert_eq!(tamper(at, sql, &[id.into(), edited]).await, 1);
            let found = findings(at).await;
            assert_eq!(tamper(at, sql, &[id.into(), former]).await, 1);

            assert_eq!(found.len(), 1, "{sql}: {found:?}");
            assert!(matches!(found[0], AuditFinding::Changed { id: named, .. } if named == id), "{sql}: {found:?}");
        }
        assert_eq!(findings(at).await, []);
    });
}

/// S-120: an event edited together with its commitment is found by the chain.
#[test]
fn an_edited_event_with_a_fitting_commitment_is_found() {
    on_both(async |at| {
        let end = sealed_log(at).await;
        let middle = first_checkpoint(at).await;
        let edited = &all_sealed(at).await[2].event;
        let forged = commitment(&EventRow { actor: "nobody".to_owned(), ..edited.clone() });
        assert_eq!(commitment(edited), edited.commitment);

        let sql = "UPDATE events SET actor = 'nobody', commitment = $2 WHERE id = $1";
        tamper(at, sql, &[edited.id.as_i64().into(), (&forged).into()]).await;

        let found = findings(at).await;
        assert_eq!(found, [AuditFinding::LinkDiffers { from: 1, to: middle }]);
        assert!(found[0].to_string().contains(&format!("events 1 to {middle} are not those that were sealed")));
        assert!(middle < end);
    });
}

/// S-120: deleted events are found, wherever they were.
#[test]
fn deleted_events_are_found() {
    on_both(async |at| {
        let end = sealed_log(at).await;

        for (first, last) in [(1, 1), (3, 4), (end, end)] {
            let lost: Vec<_> =
                all_sealed(at).await.into_iter().filter(|one| (first..=last).contains(&one.sequence)).collect();
            tamper(at, "DELETE FROM events WHERE sealed_sequence BETWEEN $1 AND $2", &[first.into(), last.into()])
                .await;
            let found = findings(at).await;
            restore(at, &lost).await;

            assert_eq!(found, [AuditFinding::Missing { from: first, to: last }]);
        }
        assert_eq!(findings(at).await, []);
    });
}

async fn restore(at: &Deployment, lost: &[SealedEvent]) {
    let mut tx = at.issuer.store().begin(TENANT).await.expect("a transaction");
    for SealedEvent { sequence, event } in lost {
        events::insert(&mut tx, TENANT, event).await.expect("insert");
        let number = [event.id.as_i64().into(), (*sequence).into()];
        tx.execute("UPDATE events SET sealed_sequence = $2 WHERE id = $1", &number).await.expect("number");
    }
    tx.commit().await.expect("commit");
}

/// S-120: events that changed places are found.
#[test]
fn reordered_events_are_found() {
    on_both(async |at| {
        sealed_log(at).await;
        let middle = first_checkpoint(at).await;

        // Numbers are unique, so a swap takes three steps.
        for (from, to) in [(2, -1), (3, 2), (-1, 3)] {
            let sql = "UPDATE events SET sealed_sequence = $2 WHERE sealed_sequence = $1 AND tenant_id = 1";
            assert_eq!(tamper(at, sql, &[from.into(), to.into()]).await, 1);
        }

        assert_eq!(findings(at).await, [AuditFinding::LinkDiffers { from: 1, to: middle }]);
    });
}

/// S-120: events that no sealer numbered are found, before the chain, within it and behind it.
#[test]
fn added_events_are_found() {
    on_both(async |at| {
        let end = sealed_log(at).await;
        let added = EventRow { id: EventId::new(77), ..all_sealed(at).await[0].event.clone() };
        let added = EventRow { commitment: commitment(&added), ..added };

        for (sequence, expected) in [
            (0, AuditFinding::Misplaced { sequence: 0, id: 77 }),
            (end + 1, AuditFinding::HeadDiffers { head: end, found: end + 1 }),
        ] {
            restore(at, &[SealedEvent { sequence, event: added.clone() }]).await;
            let found = findings(at).await;
            tamper(at, "DELETE FROM events WHERE id = 77", &[]).await;

            assert_eq!(found, [expected]);
        }
        let mut tx = at.issuer.store().begin(TENANT).await.unwrap();
        events::insert(&mut tx, TENANT, &added).await.unwrap();
        let taken = tx.execute("UPDATE events SET sealed_sequence = 3 WHERE id = 77", &[]).await;
        assert!(taken.is_err(), "the database itself refuses a number that is taken");
    });
}

/// S-120: a log cut off at its end is found by the checkpoints, and by the head when they are cut off too.
#[test]
fn a_log_that_was_cut_off_is_found() {
    on_both(async |at| {
        let end = sealed_log(at).await;
        let middle = first_checkpoint(at).await;

        tamper(at, "DELETE FROM events WHERE sealed_sequence > $1 AND tenant_id = 1", &[middle.into()]).await;
        assert_eq!(findings(at).await, [AuditFinding::Missing { from: middle + 1, to: end }]);

        tamper(at, "DELETE FROM audit_checkpoints WHERE sequence > $1 AND tenant_id = 1", &[middle.into()]).await;
        let found = findings(at).await;
        let lost = AuditFinding::LastCheckpointMissing { sequence: end };
        assert_eq!(found, [AuditFinding::Missing { from: middle + 1, to: end }, lost]);

        tamper(at, "DELETE FROM audit_chains WHERE tenant_id = 1", &[]).await;
        assert_eq!(findings(at).await, [AuditFinding::HeadDiffers { head: 0, found: middle }]);
    });
}

/// S-120: a log put back to an older state of itself, head and all, is found with a checkpoint kept elsewhere.
#[test]
fn a_log_put_back_to_an_older_state_is_found_with_a_kept_checkpoint() {
    on_both(async |at| {
        let end = sealed_log(at).await;
        let middle = first_checkpoint(at).await;
        let export = exported(at).await;
        let kept = || KeptCheckpoint::parse(&export, &at.tenant()).expect("a checkpoint of our own");
        let verify = async || at.issuer.verify_audit(&at.tenant(), Some(kept())).await.unwrap().findings;
        assert_eq!(verify().await, []);

        let mut conn = at.issuer.store().read(TENANT).await.unwrap();
        let old = audit_checkpoints::from(&mut conn, TENANT, 0).await.unwrap()[0].clone();
        drop(conn);
        tamper(at, "DELETE FROM events WHERE sealed_sequence > $1 AND tenant_id = 1", &[middle.into()]).await;
        tamper(at, "DELETE FROM audit_checkpoints WHERE sequence > $1 AND tenant_id = 1", &[middle.into()]).await;
        let head = "UPDATE audit_chains SET sequence = $1, link = $2, signed_sequence = $1 WHERE tenant_id = 1";
        tamper(at, head, &[middle.into(), (&old.link).into()]).await;

        assert_eq!(findings(at).await, []);
        assert_eq!(verify().await, [AuditFinding::Truncated { kept: end, end: middle }]);

        // The sealer goes on, past the number that was kept.
        for _ in 0..2 {
            RelyingParty::new(at, "web").tokens("openid offline_access").await;
        }
        seal(at).await;
        assert_eq!(findings(at).await, []);
        assert_eq!(verify().await, [AuditFinding::KeptDiffers { sequence: end }]);
    });
}

/// S-120: whatever is done to the text of a kept checkpoint, it is not taken, or says what was signed.
#[test]
fn a_kept_checkpoint_under_mutation_says_what_was_signed() {
    on_both(async |at| {
        sealed_log(at).await;
        let export = exported(at).await;
        let line = export.lines().rfind(|line| line.contains("\"checkpoint\"")).expect("a checkpoint");
        assert!(KeptCheckpoint::parse(line, &at.tenant()).is_some());

        for mutated in portreeve_fuzz::mutations(line.as_bytes(), 500) {
            let Ok(text) = String::from_utf8(mutated) else { continue };
            if let Some(kept) = KeptCheckpoint::parse(&text, &at.tenant()) {
                let report = at.issuer.verify_audit(&at.tenant(), Some(kept)).await.unwrap();
                assert_eq!(report.findings, [], "{text}");
            }
        }
    });
}

/// S-120: a checkpoint that was changed, forged or deleted is found.
#[test]
fn tampered_checkpoints_are_found() {
    on_both(async |at| {
        let end = sealed_log(at).await;
        let middle = first_checkpoint(at).await;

        tamper(at, "UPDATE audit_checkpoints SET at = at + 1 WHERE tenant_id = 1 AND sequence = $1", &[end.into()])
            .await;
        let found = findings(at).await;
        let unsigned = AuditFinding::NotSigned { sequence: end };
        assert_eq!(found, [unsigned, AuditFinding::LastCheckpointMissing { sequence: end }]);
        tamper(at, "UPDATE audit_checkpoints SET at = at - 1 WHERE tenant_id = 1 AND sequence = $1", &[end.into()])
            .await;
        assert_eq!(findings(at).await, []);

        tamper(at, "DELETE FROM audit_checkpoints WHERE tenant_id = 1 AND sequence = $1", &[middle.into()]).await;
        assert_eq!(findings(at).await, [AuditFinding::CheckpointMissing { after: 0, before: end }]);
    });
}

/// S-120: a sealer that is switched off is found.
#[test]
fn events_that_wait_for_a_number_or_a_signature_for_too_long_are_found() {
    on_both(async |at| {
        let end = sealed_log(at).await;
        RelyingParty::new(at, "web").tokens("openid").await;
        assert_eq!(findings(at).await, []);

        at.wait(Lifetime::from_minutes(6));
        let unsealed = findings(at).await;
        seal(at).await;
        at.wait(Lifetime::from_minutes(6));
        let unsigned = findings(at).await;

        assert!(matches!(unsealed[..], [AuditFinding::Unsealed { count, .. }] if count > 3), "{unsealed:?}");
        assert!(matches!(unsigned[..], [AuditFinding::Unsigned { from, .. }] if from == end + 1), "{unsigned:?}");
    });
}

/// S-120: a person's key is destroyed and the chain holds, for it never held more than a pseudonym.
#[test]
fn erasing_a_person_leaves_the_log_whole() {
    on_both(async |at| {
        sealed_log(at).await;
        let before = report(at).await.events;
        let people = at.issuer.list_people(&at.tenant()).await.unwrap();
        let ada = people.iter().find(|one| one.email.as_deref() == Some(cast::ADA)).unwrap().id;

        let mut tx = at.issuer.store().begin(TENANT).await.unwrap();
        assert!(subject_keys::destroy(&mut tx, TENANT, ada, at.clock.now()).await.unwrap());
        assert!(users::erase(&mut tx, TENANT, ada, at.clock.now()).await.unwrap());
        tx.commit().await.unwrap();

        let report = report(at).await;
        assert_eq!((report.findings, report.events), (vec![], before));
        // Three letters may stand in a hash by chance.
        assert!(!exported(at).await.contains(cast::ADA));
    });
}

/// S-120: while two nodes seal at once each event gets one number, and none is left out.
#[test]
fn two_nodes_seal_one_chain() {
    on_both(async |at| {
        let other = at.another_node().await;
        for _ in 0..3 {
            RelyingParty::new(at, "web").tokens("openid offline_access").await;
            let (one, two) = tokio::join!(at.issuer.seal_events("a"), other.issuer.seal_events("b"));
            // On PostgreSQL the one that comes second may find the lease taken, never a chain in two states.
            one.unwrap();
            two.unwrap();
        }
        at.wait(Lifetime::from_seconds(60));
        seal(at).await;
        other.issuer.seal_events("b").await.unwrap();

        let report = report(at).await;
        let mut conn = at.issuer.store().read(TENANT).await.unwrap();
        let all = events::after(&mut conn, TENANT, EventId::new(0)).await.unwrap().len() as u64;
        assert_eq!((report.findings, report.events), (vec![], all));
    });
}

/// SECURITY rule 16: a checkpoint covers 1000 events at most, and waits a minute at most.
#[test]
fn a_checkpoint_is_signed_each_thousand_events_or_minute() {
    on_both(async |at| {
        seal(at).await;
        at.wait(Lifetime::from_seconds(60));
        seal(at).await;
        let start = report(at).await.signed_up_to;
        let mut tx = at.issuer.store().begin(TENANT).await.unwrap();
        for id in 1..=2300 {
            let event = EventRow {
                id: EventId::new(id),
                kind: "session.created".to_owned(),
                at: at.clock.now(),
                actor: "anonymous".to_owned(),
                subject_pseudonym: None,
                client: None,
                facts: "{}".to_owned(),
                commitment: [0; 32],
            };
            events::insert(&mut tx, TENANT, &EventRow { commitment: commitment(&event), ..event }).await.unwrap();
        }
        tx.commit().await.unwrap();

        assert_eq!(seal(at).await, 2300);
        at.wait(Lifetime::from_seconds(59));
        seal(at).await;
        let signed = report(at).await.signed_up_to;
        at.wait(Lifetime::from_seconds(1));
        seal(at).await;

        let mut conn = at.issuer.store().read(TENANT).await.unwrap();
        let checkpoints = audit_checkpoints::from(&mut conn, TENANT, start + 1).await.unwrap();
        let head = audit_chains::find(&mut conn, TENANT).await.unwrap().unwrap();
        assert_eq!(signed, start + 2000);
        let numbers: Vec<_> = checkpoints.iter().map(|one| one.sequence - start).collect();
        assert_eq!((numbers, head.unsigned_since), (vec![1000, 2000, 2300], None));
        assert_eq!(findings(at).await, []);
    });
}
