//! Authorization codes (RFC 6749 §4.1.2): found by id, proven by the hash, consumed by one guarded statement.

use portreeve_domain::{ClientId, CodeId, FamilyId, Fault, TenantId, Thumbprint, Timestamp};

use crate::{Conn, Tx};

const FIND: &str = "SELECT family_id, client_id, secret_hash, redirect_uri, redirect_uri_was_sent, code_challenge, key_thumbprint, created_at, expires_at, consumed_at FROM authorization_codes WHERE id = $1 AND tenant_id = $2";
const INSERT: &str = "INSERT INTO authorization_codes (id, tenant_id, family_id, client_id, secret_hash, redirect_uri, redirect_uri_was_sent, code_challenge, key_thumbprint, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const CONSUME: &str = "UPDATE authorization_codes SET consumed_at = $3 WHERE id = $1 AND tenant_id = $2 AND consumed_at IS NULL AND expires_at > $3";

/// A code as stored.
#[derive(Clone)]
pub struct CodeRow {
    /// Its id.
    pub id: CodeId,
    /// The grant it stands for.
    pub family: FamilyId,
    /// Who may redeem it.
    pub client: ClientId,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// Where the response went.
    pub redirect_uri: String,
    /// Whether the request named the redirect URI: then the token request must as well.
    pub redirect_uri_was_sent: bool,
    /// The S256 challenge (RFC 7636).
    pub code_challenge: Option<String>,
    /// The key it is bound to (RFC 9449 §10).
    pub key: Option<Thumbprint>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it dies.
    pub expires_at: Timestamp,
    /// When it was redeemed.
    pub consumed_at: Option<Timestamp>,
}

/// Finds a code, redeemed and expired ones too.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: CodeId) -> Result<Option<CodeRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| {
        Ok(CodeRow {
            id,
            family: FamilyId::new(row.integer(0)?),
            client: row.client(1)?,
            secret_hash: row.array(2)?,
            redirect_uri: row.text(3)?,
            redirect_uri_was_sent: row.boolean(4)?,
            code_challenge: row.optional_text(5)?,
            key: row.thumbprint(6)?,
            created_at: row.timestamp(7)?,
            expires_at: row.timestamp(8)?,
            consumed_at: row.optional_timestamp(9)?,
        })
    })
    .await
}

/// Stores a code.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, code: &CodeRow) -> Result<(), Fault> {
    let values = [
        code.id.as_i64().into(),
        tenant.into(),
        code.family.as_i64().into(),
        (&code.client).into(),
        (&code.secret_hash).into(),
        (&code.redirect_uri).into(),
        code.redirect_uri_was_sent.into(),
        code.code_challenge.as_deref().into(),
        code.key.as_ref().into(),
        code.created_at.into(),
        code.expires_at.into(),
    ];
    tx.execute(INSERT, &values).await.map(drop)
}

/// Uses a code up; false when it was used or has expired: of many at once exactly one gets true.
///
/// # Errors
/// A fault when the database is away.
pub async fn consume(tx: &mut Tx, tenant: TenantId, id: CodeId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(CONSUME, &[id.as_i64().into(), tenant.into(), now.into()]).await? == 1)
}
