//! Authorization codes (RFC 6749 §4.1.2): found by id, proven by the hash, consumed by one guarded statement.

use portreeve_domain::{ClientId, CodeId, FamilyId, Fault, TenantId, Thumbprint, Timestamp, TokenFamily};

use crate::{Conn, Tx, token_families};

const FIND: &str = "SELECT f.tenant_id, f.id, f.client_id, f.user_id, f.session_id, f.grant_facts, f.created_at, f.revoked_at, f.details_sealed, t.client_id, t.secret_hash, t.redirect_uri, t.redirect_uri_was_sent, t.code_challenge, t.key_thumbprint, t.created_at, t.expires_at, t.consumed_at FROM authorization_codes t LEFT JOIN token_families f ON f.id = t.family_id AND f.tenant_id = t.tenant_id WHERE t.id = $1 AND t.tenant_id = $2";
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

/// Finds a code, redeemed and expired ones too, with the grant it stands for.
///
/// # Errors
/// A fault when the database is away, or the grant is not there.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: CodeId) -> Result<Option<(CodeRow, TokenFamily)>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| {
        let family = token_families::read(row)?;
        let code = CodeRow {
            id,
            family: family.id,
            client: row.client(9)?,
            secret_hash: row.array(10)?,
            redirect_uri: row.text(11)?,
            redirect_uri_was_sent: row.boolean(12)?,
            code_challenge: row.optional_text(13)?,
            key: row.thumbprint(14)?,
            created_at: row.timestamp(15)?,
            expires_at: row.timestamp(16)?,
            consumed_at: row.optional_timestamp(17)?,
        };
        Ok((code, family))
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
    tx.insert(INSERT, &values).await
}

/// Uses a code up: of many transactions at once exactly one commits.
///
/// # Errors
/// `Fault::overtaken`, at once or with the commit, when it was used or has expired; a fault when the database is away.
pub async fn consume(tx: &mut Tx, tenant: TenantId, id: CodeId, now: Timestamp) -> Result<(), Fault> {
    tx.claim(CONSUME, &[id.as_i64().into(), tenant.into(), now.into()]).await
}
