//! Access tokens: opaque ones with their hash, JWTs as the row their `jti` names.

use portreeve_domain::{AccessTokenId, ClientId, Confirmation, FamilyId, Fault, Scope, TenantId, Timestamp, UserId};

use crate::{Conn, Tx};

const FIND: &str = "SELECT family_id, client_id, user_id, secret_hash, audience, scope, key_thumbprint, certificate_thumbprint, issued_at, expires_at, revoked_at, details FROM access_tokens WHERE id = $1 AND tenant_id = $2";
const INSERT: &str = "INSERT INTO access_tokens (id, tenant_id, family_id, client_id, user_id, secret_hash, audience, scope, key_thumbprint, certificate_thumbprint, issued_at, expires_at, details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const REVOKE: &str = "UPDATE access_tokens SET revoked_at = $3 WHERE id = $1 AND tenant_id = $2 AND revoked_at IS NULL";

/// An access token as stored.
#[derive(Clone)]
pub struct AccessTokenRow {
    /// Its id; a JWT shows it, permuted, as `jti`.
    pub id: AccessTokenId,
    /// The grant it belongs to; `None` for client credentials.
    pub family: Option<FamilyId>,
    /// To whom it was issued.
    pub client: ClientId,
    /// For whom; `None` for client credentials.
    pub user: Option<UserId>,
    /// SHA-256 of its secret; `None` for a JWT.
    pub secret_hash: Option<[u8; 32]>,
    /// The resource server it is for, or the issuer.
    pub audience: String,
    /// What it allows.
    pub scope: Scope,
    /// Which of its grant's authorization details it carries, a bit each; `None`: none.
    pub details: Option<i64>,
    /// What it is bound to.
    pub confirmation: Confirmation,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it dies.
    pub expires_at: Timestamp,
    /// When it was revoked by itself; its family may be revoked as well.
    pub revoked_at: Option<Timestamp>,
}

/// Finds an access token, revoked and expired ones too.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: AccessTokenId) -> Result<Option<AccessTokenRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| {
        Ok(AccessTokenRow {
            id,
            family: row.optional_integer(0)?.map(FamilyId::new),
            client: row.client(1)?,
            user: row.optional_array(2)?.map(UserId::from_bytes),
            secret_hash: row.optional_array(3)?,
            audience: row.text(4)?,
            scope: Scope::parse(&row.text(5)?)
                .map_err(|e| Fault::new(e.to_string()).while_doing("read an access token"))?,
            confirmation: row.confirmation(6)?,
            issued_at: row.timestamp(8)?,
            expires_at: row.timestamp(9)?,
            revoked_at: row.optional_timestamp(10)?,
            details: row.optional_integer(11)?,
        })
    })
    .await
}

/// Stores a new access token.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, token: &AccessTokenRow) -> Result<(), Fault> {
    let scope = token.scope.to_string();
    let values = [
        token.id.as_i64().into(),
        tenant.into(),
        token.family.map(FamilyId::as_i64).into(),
        (&token.client).into(),
        token.user.as_ref().into(),
        token.secret_hash.as_ref().map(<[u8; 32]>::as_slice).into(),
        (&token.audience).into(),
        (&scope).into(),
        token.confirmation.key.as_ref().into(),
        token.confirmation.certificate.as_ref().into(),
        token.issued_at.into(),
        token.expires_at.into(),
        token.details.into(),
    ];
    tx.execute(INSERT, &values).await.map(drop)
}

/// Revokes one access token; false when it was revoked before.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke(tx: &mut Tx, tenant: TenantId, id: AccessTokenId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(REVOKE, &[id.as_i64().into(), tenant.into(), now.into()]).await? == 1)
}
