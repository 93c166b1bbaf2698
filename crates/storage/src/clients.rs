//! Clients and their secrets.
//!
//! Owns the order of locks, in which two at once wait for each other and leave nothing behind: the registration or the document of a
//! client, the client, its secrets, what was granted to it, what people agreed to.

use std::collections::HashMap;

use portreeve_domain::{Client, ClientId, ClientMetadata, ClientOrigin, ClientSecret, Fault, TenantId, Timestamp};

use crate::{Conn, Row, Tx, consents, token_families};

const ALL: &str = "SELECT c.tenant_id, c.client_id, c.metadata, c.disabled_at, r.origin, d.renew_at FROM clients c LEFT JOIN client_registrations r ON r.tenant_id = c.tenant_id AND r.client_id = c.client_id LEFT JOIN client_documents d ON d.tenant_id = c.tenant_id AND d.client_id = c.client_id ORDER BY c.tenant_id, c.client_id";
const ALL_SECRETS: &str = "SELECT tenant_id, client_id, hash, text_sealed, created_at FROM client_secrets ORDER BY tenant_id, client_id, created_at";
const UPSERT: &str = "INSERT INTO clients (tenant_id, client_id, metadata, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) ON CONFLICT (tenant_id, client_id) DO UPDATE SET metadata = excluded.metadata, updated_at = excluded.updated_at";
const HOLD: &str =
    "UPDATE clients SET updated_at = updated_at WHERE tenant_id = $1 AND client_id = $2 RETURNING metadata";
const DISABLE: &str = "UPDATE clients SET disabled_at = $3 WHERE tenant_id = $1 AND client_id = $2";
const DELETE: &str = "DELETE FROM clients WHERE tenant_id = $1 AND client_id = $2";
const DELETE_SECRETS: &str = "DELETE FROM client_secrets WHERE tenant_id = $1 AND client_id = $2";
const DELETE_REGISTRATION: &str = "DELETE FROM client_registrations WHERE tenant_id = $1 AND client_id = $2";
const SECRETS: &str = "SELECT hash FROM client_secrets WHERE tenant_id = $1 AND client_id = $2";
const DELETE_SECRET: &str = "DELETE FROM client_secrets WHERE tenant_id = $1 AND client_id = $2 AND hash = $3";
const DELETE_DOCUMENT: &str = "DELETE FROM client_documents WHERE tenant_id = $1 AND client_id = $2";
// A secret that stays keeps its age, not its text: only whoever stores a text says whether it is still needed.
const INSERT_SECRET: &str =
    "INSERT INTO client_secrets (tenant_id, client_id, hash, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id, client_id, hash) DO UPDATE SET text_sealed = NULL";
const KEEP_TEXT: &str =
    "UPDATE client_secrets SET text_sealed = $4 WHERE tenant_id = $1 AND client_id = $2 AND hash = $3";

/// Every client of every tenant, with its secrets. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away or a row is unreadable.
pub async fn all(conn: &mut Conn) -> Result<Vec<Client>, Fault> {
    // A client may come or go between the two statements: its secrets must be nobody else's matter.
    let mut secrets: HashMap<_, Vec<ClientSecret>> = HashMap::new();
    for (owner, secret) in conn.all(ALL_SECRETS, &[], read_secret).await? {
        secrets.entry(owner).or_default().push(secret);
    }
    let mut clients = conn.all(ALL, &[], read).await?;
    for client in &mut clients {
        client.secrets = secrets.remove(&(client.tenant, client.id.clone())).unwrap_or_default();
    }
    Ok(clients)
}

/// Registers a client or replaces its metadata.
///
/// # Errors
/// A fault when the database is away.
pub async fn upsert(
    tx: &mut Tx,
    tenant: TenantId,
    id: &ClientId,
    metadata: &ClientMetadata,
    now: Timestamp,
) -> Result<(), Fault> {
    let metadata = serde_json::to_string(metadata).map_err(Fault::new)?;
    tx.execute(UPSERT, &[tenant.into(), id.into(), (&metadata).into(), now.into()]).await.map(drop)
}

/// Keeps everybody else from changing the client until the transaction ends, and gives what is registered; `None` when there is no such
/// client.
///
/// # Errors
/// A fault when the database is away or the row is unreadable.
pub async fn hold(tx: &mut Tx, tenant: TenantId, id: &ClientId) -> Result<Option<ClientMetadata>, Fault> {
    tx.optional(HOLD, &[tenant.into(), id.into()], |row| read_metadata(&row.text(0)?)).await
}

/// Replaces a client's secrets by those with these hashes; those it has already keep their age.
///
/// # Errors
/// `Fault::overtaken` when there is no such client; a fault when the database is away.
pub async fn replace_secrets(
    tx: &mut Tx,
    tenant: TenantId,
    id: &ClientId,
    hashes: &[[u8; 32]],
    now: Timestamp,
) -> Result<(), Fault> {
    hold(tx, tenant, id).await?.ok_or_else(Fault::overtaken)?;
    let held: Vec<[u8; 32]> = tx.all(SECRETS, &[tenant.into(), id.into()], |row| row.array(0)).await?;
    for ended in held.iter().filter(|hash| !hashes.contains(hash)) {
        tx.execute(DELETE_SECRET, &[tenant.into(), id.into(), ended.into()]).await?;
    }
    for hash in hashes {
        tx.execute(INSERT_SECRET, &[tenant.into(), id.into(), hash.into(), now.into()]).await?;
    }
    Ok(())
}

/// Keeps the sealed text of the secret with this hash; false when the client has no such secret.
///
/// # Errors
/// A fault when the database is away.
pub async fn keep_secret_text(
    tx: &mut Tx,
    tenant: TenantId,
    id: &ClientId,
    hash: &[u8; 32],
    sealed: &[u8],
) -> Result<bool, Fault> {
    Ok(tx.execute(KEEP_TEXT, &[tenant.into(), id.into(), hash.into(), sealed.into()]).await? == 1)
}

/// Switches a client off (`Some`) or on (`None`); false when there is no such client.
///
/// # Errors
/// A fault when the database is away.
pub async fn disable(tx: &mut Tx, tenant: TenantId, id: &ClientId, at: Option<Timestamp>) -> Result<bool, Fault> {
    Ok(tx.execute(DISABLE, &[tenant.into(), id.into(), at.into()]).await? == 1)
}

/// Removes a client with its secrets and whatever it was known by, and ends what was granted to it and what people agreed to: a client
/// under the same identifier later is another one. False when there is no such client.
///
/// # Errors
/// A fault when the database is away.
pub async fn delete(tx: &mut Tx, tenant: TenantId, id: &ClientId, now: Timestamp) -> Result<bool, Fault> {
    tx.execute(DELETE_REGISTRATION, &[tenant.into(), id.into()]).await?;
    tx.execute(DELETE_DOCUMENT, &[tenant.into(), id.into()]).await?;
    let is_deleted = tx.execute(DELETE, &[tenant.into(), id.into()]).await? == 1;
    // Last, so that those are seen which somebody stored who was waited for.
    tx.execute(DELETE_SECRETS, &[tenant.into(), id.into()]).await?;
    token_families::revoke_of_client(tx, tenant, id, "client deleted", now).await?;
    consents::withdraw_of_client(tx, tenant, id, now).await?;
    Ok(is_deleted)
}

fn read(row: &Row<'_>) -> Result<Client, Fault> {
    Ok(Client {
        tenant: row.tenant(0)?,
        id: row.client(1)?,
        metadata: read_metadata(&row.text(2)?)?,
        secrets: Vec::new(),
        disabled_at: row.optional_timestamp(3)?,
        disabled_grants: Default::default(),
        origin: match row.optional_text(4)? {
            None if row.optional_timestamp(5)?.is_some() => ClientOrigin::Document,
            None => ClientOrigin::Operator,
            Some(name) => ClientOrigin::from_registered_name(&name)
                .ok_or_else(|| Fault::impossible("a client's origin is a word nobody knows"))?,
        },
    })
}

fn read_metadata(text: &str) -> Result<ClientMetadata, Fault> {
    serde_json::from_str(text).map_err(|e| Fault::new(e).while_doing("read client metadata"))
}

fn read_secret(row: &Row<'_>) -> Result<((TenantId, ClientId), ClientSecret), Fault> {
    let secret = ClientSecret { hash: row.array(2)?, sealed: row.optional_bytes(3)?, created_at: row.timestamp(4)? };
    Ok(((row.tenant(0)?, row.client(1)?), secret))
}
