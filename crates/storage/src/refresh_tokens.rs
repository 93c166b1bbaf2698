//! Refresh tokens: each has at most one successor, whose id stands in its row.

use portreeve_domain::{ClientId, Confirmation, FamilyId, Fault, RefreshTokenId, TenantId, Timestamp, TokenFamily};

use crate::{Conn, Tx, token_families};

const FIND: &str = "SELECT f.tenant_id, f.id, f.client_id, f.user_id, f.session_id, f.grant_facts, f.created_at, f.revoked_at, f.details_sealed, t.client_id, t.generation, t.secret_hash, t.salt, t.key_thumbprint, t.certificate_thumbprint, t.created_at, t.expires_at, t.consumed_at, t.successor_id, s.consumed_at FROM refresh_tokens t LEFT JOIN token_families f ON f.id = t.family_id AND f.tenant_id = t.tenant_id LEFT JOIN refresh_tokens s ON s.id = t.successor_id AND s.tenant_id = t.tenant_id WHERE t.id = $1 AND t.tenant_id = $2";
const INSERT: &str = "INSERT INTO refresh_tokens (id, tenant_id, family_id, client_id, generation, secret_hash, salt, key_thumbprint, certificate_thumbprint, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const CONSUME: &str = "UPDATE refresh_tokens SET consumed_at = $3, successor_id = $4 WHERE id = $1 AND tenant_id = $2 AND consumed_at IS NULL AND expires_at > $3";
const KEEP: &str = "UPDATE refresh_tokens SET expires_at = $3 WHERE id = $1 AND tenant_id = $2 AND consumed_at IS NULL AND expires_at > $4";

/// A refresh token as stored.
#[derive(Clone)]
pub struct RefreshTokenRow {
    /// Its id.
    pub id: RefreshTokenId,
    /// The grant it belongs to.
    pub family: FamilyId,
    /// Who may use it.
    pub client: ClientId,
    /// 1 for the first of the family, one more for each successor.
    pub generation: i64,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// Goes into the derivation of its successor's secret.
    pub salt: [u8; 16],
    /// What it is bound to; of public clients only, others authenticate.
    pub confirmation: Confirmation,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it dies unused.
    pub expires_at: Timestamp,
    /// When it was exchanged.
    pub consumed_at: Option<Timestamp>,
    /// What it was exchanged for.
    pub successor: Option<RefreshTokenId>,
    /// Whether the successor was exchanged as well; not stored in this row.
    pub successor_consumed: bool,
}

/// Finds a refresh token, used and expired ones too, with its family.
///
/// # Errors
/// A fault when the database is away, or the family is not there.
pub async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    id: RefreshTokenId,
) -> Result<Option<(RefreshTokenRow, TokenFamily)>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| {
        let family = token_families::read(row)?;
        let token = RefreshTokenRow {
            id,
            family: family.id,
            client: row.client(9)?,
            generation: row.integer(10)?,
            secret_hash: row.array(11)?,
            salt: row.array(12)?,
            confirmation: row.confirmation(13)?,
            created_at: row.timestamp(15)?,
            expires_at: row.timestamp(16)?,
            consumed_at: row.optional_timestamp(17)?,
            successor: row.optional_integer(18)?.map(RefreshTokenId::new),
            successor_consumed: row.optional_timestamp(19)?.is_some(),
        };
        Ok((token, family))
    })
    .await
}

/// Stores a new refresh token.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, token: &RefreshTokenRow) -> Result<(), Fault> {
    let values = [
        token.id.as_i64().into(),
        tenant.into(),
        token.family.as_i64().into(),
        (&token.client).into(),
        token.generation.into(),
        (&token.secret_hash).into(),
        (&token.salt).into(),
        token.confirmation.key.as_ref().into(),
        token.confirmation.certificate.as_ref().into(),
        token.created_at.into(),
        token.expires_at.into(),
    ];
    tx.insert(INSERT, &values).await
}

/// Exchanges a token for `successor`: of many transactions at once exactly one commits.
///
/// # Errors
/// `Fault::overtaken`, at once or with the commit, when it was exchanged or has expired; a fault when the database is away.
pub async fn consume(
    tx: &mut Tx,
    tenant: TenantId,
    id: RefreshTokenId,
    successor: RefreshTokenId,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [id.as_i64().into(), tenant.into(), now.into(), successor.as_i64().into()];
    tx.claim(CONSUME, &values).await
}

/// Lets a token that was used live on until `until`.
///
/// # Errors
/// As `consume`.
pub async fn keep(
    tx: &mut Tx,
    tenant: TenantId,
    id: RefreshTokenId,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), Fault> {
    tx.claim(KEEP, &[id.as_i64().into(), tenant.into(), until.into(), now.into()]).await
}
