//! Audit: every state change writes its event in its own transaction.
//!
//! Owns the canonical form, the commitment and the pseudonyms. Leaves numbering, linking and signing to `seal`, and telling
//! whether anything was tampered with to `verify`; `docs/audit.md` says the same to outsiders. DESIGN §6, SECURITY rules 16
//! and 17.

mod chain;
mod erased;
mod export;
mod seal;
mod verify;

use portreeve_crypto::{hex, sha256};
use portreeve_domain::{Actor, Event, EventId, Fault, TenantId};
use portreeve_storage::Tx;
use portreeve_storage::events::{self, EventRow};
use serde::Serialize;

pub use erased::{ErasedPeople, ExportDefect, NamedPeople};
pub use export::{AuditExport, ExportRefusal};
pub use verify::{AuditFinding, AuditReport, KeptCheckpoint};

use crate::Ambient;
use crate::directory::TenantDirectory;

/// Writes an event into the transaction of the change it tells of.
///
/// # Errors
/// A fault when it cannot be written: the change fails with it.
pub(crate) async fn record(
    tx: &mut Tx,
    ambient: &Ambient,
    tenant: &TenantDirectory,
    event: Event,
) -> Result<(), Fault> {
    let row = event_row(ambient.row_id(), tenant, event)?;
    events::insert(tx, tenant.id(), &row).await
}

fn event_row(id: i64, tenant: &TenantDirectory, event: Event) -> Result<EventRow, Fault> {
    let actor = name_of(tenant, &event.actor);
    let facts = serde_json::Value::Object(event.facts).to_string();
    let mut row = EventRow {
        id: EventId::new(id),
        kind: event.kind.name().to_owned(),
        at: event.at,
        actor,
        subject_pseudonym: event.subject.map(|user| tenant.keys.pseudonym_of(user)),
        client: event.client.map(String::from),
        facts,
        commitment: [0; 32],
    };
    row.commitment = commitment(tenant.id(), &row)?;
    Ok(row)
}

/// Who did something, as an event says it: a kind, and a pseudonym or client identifier after a colon.
pub(crate) fn name_of(tenant: &TenantDirectory, actor: &Actor) -> String {
    match actor {
        Actor::User(user) => format!("user:{}", hex(&tenant.keys.pseudonym_of(*user))),
        Actor::Client(client) => format!("client:{}", client.as_str()),
        Actor::Operator => "operator".to_owned(),
        Actor::System => "system".to_owned(),
        Actor::Anonymous => "anonymous".to_owned(),
    }
}

/// What of an event is committed to: everything but the commitment itself, in the order of RFC 8785 §3.2.3.
#[derive(Serialize)]
struct Canonical<'e> {
    actor: &'e str,
    at: i64,
    client: Option<&'e str>,
    facts: &'e str,
    /// It has more than 53 bits, so it is text.
    id: String,
    kind: &'e str,
    subject: Option<String>,
    tenant: i64,
}

impl<'e> Canonical<'e> {
    fn of(tenant: TenantId, row: &'e EventRow) -> Self {
        Self {
            actor: &row.actor,
            at: row.at.as_millis(),
            client: row.client.as_deref(),
            facts: &row.facts,
            id: row.id.as_i64().to_string(),
            kind: &row.kind,
            subject: row.subject_pseudonym.as_ref().map(hex),
            tenant: tenant.as_i64(),
        }
    }
}

/// SHA-256 over the canonical JSON of an event (RFC 8785).
fn commitment(tenant: TenantId, row: &EventRow) -> Result<[u8; 32], Fault> {
    let canonical = serde_json::to_vec(&Canonical::of(tenant, row)).map_err(Fault::new)?;
    Ok(*sha256(&canonical).as_bytes())
}

#[cfg(test)]
mod tests {
    use portreeve_domain::{ClientId, EventType, Failure};

    use crate::configure::AccountSwitch;
    use crate::testing::World;

    /// S-120: a state change and its event are one transaction; a change whose event cannot be written does not hold.
    #[tokio::test]
    async fn a_change_without_its_event_does_not_hold() {
        let world = World::new().await;
        let web = ClientId::parse("web").unwrap();
        let switch = async |to| world.issuer.switch_client(&world.at(), &web, to).await;
        assert!(switch(AccountSwitch::Off).await.is_ok() && switch(AccountSwitch::On).await.is_ok());
        assert_eq!(world.count(EventType::ClientDisabled).await, 1);

        world.change(async |tx| tx.execute("ALTER TABLE events RENAME TO lost", &[]).await.map(drop).unwrap()).await;
        let outcome = switch(AccountSwitch::Off).await;

        assert!(matches!(outcome, Err(Failure::Fault(_))));
        world.issuer.directory.reload().await.unwrap();
        assert_eq!(world.client("web").disabled_at, None);
    }
}
