//! Access tokens: opaque ones with their hash, JWTs as the row their `jti` names.

use portreeve_domain::{
    AccessTokenId, ClientId, Confirmation, FamilyId, Fault, Scope, TenantId, Timestamp, TokenFamily, UserId,
};

use crate::recall::{self, Bucket, Known};
use crate::{Conn, Row, Tx, token_families};

const FIND: &str = "SELECT f.tenant_id, f.id, f.client_id, f.user_id, f.session_id, f.grant_facts, f.created_at, f.revoked_at, f.details_sealed, t.family_id, t.client_id, t.user_id, t.secret_hash, t.audience, t.scope, t.key_thumbprint, t.certificate_thumbprint, t.issued_at, t.expires_at, t.revoked_at, t.details FROM access_tokens t LEFT JOIN token_families f ON f.id = t.family_id AND f.tenant_id = t.tenant_id WHERE t.id = $1 AND t.tenant_id = $2";
const INSERT: &str = "INSERT INTO access_tokens (id, tenant_id, family_id, client_id, user_id, secret_hash, audience, scope, key_thumbprint, certificate_thumbprint, issued_at, expires_at, details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const REVOKE: &str = "UPDATE access_tokens SET revoked_at = $3 WHERE id = $1 AND tenant_id = $2 AND revoked_at IS NULL RETURNING user_id";

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

/// A token and the grant it belongs to; `None` for client credentials.
pub(crate) type Found = (AccessTokenRow, Option<TokenFamily>);

/// What a remembered token is found by.
pub(crate) type Key = (TenantId, AccessTokenId);

/// Finds an access token, revoked and expired ones too, with the grant it belongs to; `None` for client credentials.
///
/// # Errors
/// A fault when the database is away, or the grant is not there.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: AccessTokenId) -> Result<Option<Found>, Fault> {
    let question = match recall::ask::<Found>(conn, (tenant, id)) {
        Known::Fact(found) => return Ok(Some(found)),
        Known::Nothing(question) => question,
    };
    let found = conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| read(id, row)).await?;
    if let Some(found) = &found {
        question.answered(found);
    }
    Ok(found)
}

fn read(id: AccessTokenId, row: &Row<'_>) -> Result<Found, Fault> {
    let token = AccessTokenRow {
        id,
        family: row.optional_integer(9)?.map(FamilyId::new),
        client: row.client(10)?,
        user: row.optional_array(11)?.map(UserId::from_bytes),
        secret_hash: row.optional_array(12)?,
        audience: row.text(13)?,
        scope: Scope::parse(&row.text(14)?)
            .map_err(|e| Fault::new(e.to_string()).while_doing("read an access token"))?,
        confirmation: row.confirmation(15)?,
        issued_at: row.timestamp(17)?,
        expires_at: row.timestamp(18)?,
        revoked_at: row.optional_timestamp(19)?,
        details: row.optional_integer(20)?,
    };
    let family = token.family.map(|_| token_families::read(row)).transpose()?;
    Ok((token, family))
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
    tx.insert(INSERT, &values).await
}

/// Revokes one access token; false when it was revoked before.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke(tx: &mut Tx, tenant: TenantId, id: AccessTokenId, now: Timestamp) -> Result<bool, Fault> {
    let values = [id.as_i64().into(), tenant.into(), now.into()];
    let user = tx.optional(REVOKE, &values, |row| Ok(row.optional_array(0)?.map(UserId::from_bytes))).await?;
    if let Some(user) = user {
        tx.ends(Bucket::of_token(id, user));
    }
    Ok(user.is_some())
}
