//! Token families: everything issued from one authorization.

use portreeve_domain::{
    Acr, ClientId, FamilyId, Fault, GrantType, Proof, Scope, Session, SessionId, TenantId, Timestamp, TokenFamily,
    UserId,
};
use serde::{Deserialize, Serialize};

use crate::recall::Bucket;
use crate::{Conn, Row, Tx};

const FIND: &str = "SELECT tenant_id, id, client_id, user_id, session_id, grant_facts, created_at, revoked_at, details_sealed FROM token_families WHERE id = $1 AND tenant_id = $2";
const INSERT: &str = "INSERT INTO token_families (id, tenant_id, client_id, user_id, session_id, grant_facts, created_at, details_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const CLIENTS_OF_SESSION: &str = "SELECT client_id FROM token_families WHERE tenant_id = $1 AND session_id = $2";
const REVOKE: &str = "UPDATE token_families SET revoked_at = $3, revoke_reason = $4 WHERE id = $1 AND tenant_id = $2 AND revoked_at IS NULL RETURNING user_id";
const OF_USER: &str = "SELECT tenant_id, id, client_id, user_id, session_id, grant_facts, created_at, revoked_at, details_sealed FROM token_families WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL AND created_at > $3 ORDER BY id DESC LIMIT 1000";
const REVOKE_OF_USER_AND_CLIENT: &str = "UPDATE token_families SET revoked_at = $4, revoke_reason = $5 WHERE tenant_id = $1 AND user_id = $2 AND client_id = $3 AND revoked_at IS NULL RETURNING session_id";
const REVOKE_OF_CLIENT: &str = "UPDATE token_families SET revoked_at = $3, revoke_reason = $4 WHERE tenant_id = $1 AND client_id = $2 AND revoked_at IS NULL";
const REVOKE_OF_USER: &str = "UPDATE token_families SET revoked_at = $3, revoke_reason = $4 WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL";
const REVOKE_OF_USER_BUT: &str = "UPDATE token_families SET revoked_at = $3, revoke_reason = $4 WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL AND (session_id IS NULL OR session_id <> $5)";
const STRIP_OF_USER: &str =
    "UPDATE token_families SET grant_facts = $3, details_sealed = NULL WHERE tenant_id = $1 AND user_id = $2";
const REPLAYED_OF_USER: &str = "SELECT id FROM token_families WHERE tenant_id = $1 AND user_id = $2 AND revoked_at > $3 AND revoke_reason IN ($4, $5) LIMIT 1";

/// Why a family was revoked whose authorization code was presented twice.
pub const CODE_REPLAYED: &str = "code replayed";
/// Why a family was revoked of which a refresh token was presented twice.
pub const REFRESH_TOKEN_REPLAYED: &str = "refresh token replayed";

/// The part of a family that is only ever read whole, as JSON.
#[derive(Serialize, Deserialize)]
struct GrantFacts {
    origin: GrantType,
    sid: String,
    scope: Scope,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resources: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claims: Option<String>,
    proofs: Vec<Proof>,
    acr: Acr,
    offline: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    wants_auth_time: bool,
    authenticated_at: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ancestors: Vec<FamilyId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    actors: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trusted_issuer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<Timestamp>,
}

/// Finds a family, revoked ones too.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: FamilyId) -> Result<Option<TokenFamily>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], read).await
}

/// Adds a family.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, family: &TokenFamily) -> Result<(), Fault> {
    let facts = GrantFacts {
        origin: family.origin,
        sid: family.sid.clone(),
        scope: family.scope.clone(),
        resources: family.resources.clone(),
        claims: family.claims.clone(),
        proofs: family.proofs.clone(),
        acr: family.acr,
        offline: family.offline,
        nonce: family.nonce.clone(),
        wants_auth_time: family.wants_auth_time,
        authenticated_at: family.authenticated_at,
        ancestors: family.ancestors.clone(),
        actors: family.actors.clone(),
        trusted_issuer: family.trusted_issuer.clone(),
        ends_at: family.ends_at,
    };
    let facts = serde_json::to_string(&facts).map_err(Fault::new)?;
    let values = [
        family.id.as_i64().into(),
        family.tenant.into(),
        (&family.client).into(),
        (&family.user).into(),
        family.session.map(SessionId::as_i64).into(),
        (&facts).into(),
        family.created_at.into(),
        family.details_sealed.as_deref().into(),
    ];
    tx.insert(INSERT, &values).await
}

/// The clients that were ever given something by a session, also where it was revoked since.
///
/// # Errors
/// A fault when the database is away.
pub async fn clients_of_session(conn: &mut Conn, tenant: TenantId, session: SessionId) -> Result<Vec<ClientId>, Fault> {
    let of_families = [tenant.into(), session.as_i64().into()];
    let mut clients = conn.all(CLIENTS_OF_SESSION, &of_families, |row| row.client(0)).await?;
    // Told apart here: asked to do it, a database goes by the index of clients and reads all the tenant has.
    clients.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    clients.dedup();
    Ok(clients)
}

/// Revokes a family and with it every token of it; false when it was revoked before.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke(tx: &mut Tx, tenant: TenantId, id: FamilyId, reason: &str, now: Timestamp) -> Result<bool, Fault> {
    let values = [id.as_i64().into(), tenant.into(), now.into(), reason.into()];
    tx.end_one(REVOKE, &values).await
}

/// Revokes every family of a user and says how many there were.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke_of_user(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    reason: &str,
    now: Timestamp,
) -> Result<u64, Fault> {
    tx.ends(Bucket::of_user(user));
    tx.execute(REVOKE_OF_USER, &[tenant.into(), (&user).into(), now.into(), reason.into()]).await
}

/// Revokes every family of the user of `kept` that does not belong to that session, and says how many there were.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke_of_user_but(
    tx: &mut Tx,
    tenant: TenantId,
    kept: &Session,
    reason: &str,
    now: Timestamp,
) -> Result<u64, Fault> {
    let values = [tenant.into(), (&kept.user).into(), now.into(), reason.into(), kept.id.as_i64().into()];
    tx.ends(Bucket::of_user(kept.user));
    tx.execute(REVOKE_OF_USER_BUT, &values).await
}

/// Up to 1000 families of a user that were not revoked and began after `since`, newest first.
///
/// # Errors
/// A fault when the database is away.
pub async fn of_user(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
    since: Timestamp,
) -> Result<Vec<TokenFamily>, Fault> {
    conn.all(OF_USER, &[tenant.into(), (&user).into(), since.into()], read).await
}

/// Whether a family of a user was revoked after `since` because a code or a refresh token of it was presented twice.
///
/// # Errors
/// A fault when the database is away.
pub async fn was_replayed(conn: &mut Conn, tenant: TenantId, user: UserId, since: Timestamp) -> Result<bool, Fault> {
    let values = [tenant.into(), (&user).into(), since.into(), CODE_REPLAYED.into(), REFRESH_TOKEN_REPLAYED.into()];
    Ok(conn.optional(REPLAYED_OF_USER, &values, |row| row.integer(0)).await?.is_some())
}

/// Revokes every family that a user granted to a client, and gives the session of each; `None` for one without.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke_of_user_and_client(
    tx: &mut Tx,
    tenant: TenantId,
    (user, client): (UserId, &ClientId),
    reason: &str,
    now: Timestamp,
) -> Result<Vec<Option<SessionId>>, Fault> {
    let values = [tenant.into(), (&user).into(), client.into(), now.into(), reason.into()];
    let session = |row: &Row<'_>| Ok(row.optional_integer(0)?.map(SessionId::new));
    tx.ends(Bucket::of_user(user));
    tx.all(REVOKE_OF_USER_AND_CLIENT, &values, session).await
}

/// Forgets what was asked, agreed to and proven for every family of a user, which must be revoked: a token of one is still
/// told from garbage, and nothing else is known.
///
/// # Errors
/// A fault when the database is away.
pub async fn strip_of_user(tx: &mut Tx, tenant: TenantId, user: UserId) -> Result<(), Fault> {
    let bare = GrantFacts {
        origin: GrantType::AuthorizationCode,
        sid: String::new(),
        scope: Scope::default(),
        resources: Vec::new(),
        claims: None,
        proofs: Vec::new(),
        acr: Acr::Aal1,
        offline: false,
        nonce: None,
        wants_auth_time: false,
        authenticated_at: Timestamp::from_millis(0),
        ancestors: Vec::new(),
        actors: Vec::new(),
        trusted_issuer: None,
        ends_at: None,
    };
    tx.ends(Bucket::of_user(user));
    let bare = serde_json::to_string(&bare).map_err(Fault::new)?;
    tx.execute(STRIP_OF_USER, &[tenant.into(), (&user).into(), (&bare).into()]).await.map(drop)
}

/// Revokes every family of a client and says how many there were: a client registered again under the same identifier is
/// another one.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke_of_client(
    tx: &mut Tx,
    tenant: TenantId,
    client: &ClientId,
    reason: &str,
    now: Timestamp,
) -> Result<u64, Fault> {
    tx.ends_of_anybody();
    tx.execute(REVOKE_OF_CLIENT, &[tenant.into(), client.into(), now.into(), reason.into()]).await
}

/// Reads a family whose columns come first, in the order of `FIND`.
pub(crate) fn read(row: &Row<'_>) -> Result<TokenFamily, Fault> {
    let facts: GrantFacts =
        serde_json::from_str(&row.text(5)?).map_err(|e| Fault::new(e).while_doing("read a token family"))?;
    Ok(TokenFamily {
        tenant: row.tenant(0)?,
        id: FamilyId::new(row.integer(1)?),
        client: row.client(2)?,
        origin: facts.origin,
        user: row.user(3)?,
        session: row.optional_integer(4)?.map(SessionId::new),
        sid: facts.sid,
        scope: facts.scope,
        resources: facts.resources,
        claims: facts.claims,
        proofs: facts.proofs,
        acr: facts.acr,
        offline: facts.offline,
        nonce: facts.nonce,
        wants_auth_time: facts.wants_auth_time,
        authenticated_at: facts.authenticated_at,
        ancestors: facts.ancestors,
        actors: facts.actors,
        trusted_issuer: facts.trusted_issuer,
        ends_at: facts.ends_at,
        created_at: row.timestamp(6)?,
        revoked_at: row.optional_timestamp(7)?,
        details_sealed: row.optional_bytes(8)?,
    })
}
