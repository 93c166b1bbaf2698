//! Everything the tables hold about one person, for the copy that the person gets.
//!
//! Rows that are over are among it, secrets and hashes are not. What an account page shows of the same rows is asked of
//! their own repositories. A test compares the tables that are read here with those that the catalogue shows to refer to
//! people. GDPR Article 15; SECURITY S-150.

use portreeve_domain::{ClientId, Fault, Scope, Session, TenantId, Timestamp, TokenFamily, UserId};

use crate::backchannel_authentications::{self, BackchannelAuthenticationRow};
use crate::consents::read_scope;
use crate::email_changes::{self, EmailChangeRow};
use crate::subject_links::LinkedSubject;
use crate::{Conn, Row, sessions, token_families};

const SESSIONS: &str = "SELECT tenant_id, id, browser_id, user_id, sid, proofs, created_at, seen_at, ended_at, origin_sealed, end_reason FROM sessions WHERE tenant_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT 1000";
const CONSENTS: &str = "SELECT client_id, scope, given_at, withdrawn_at FROM consents WHERE tenant_id = $1 AND user_id = $2 ORDER BY given_at DESC, client_id";
const GRANTS: &str = "SELECT tenant_id, id, client_id, user_id, session_id, grant_facts, created_at, revoked_at, details_sealed, revoke_reason FROM token_families WHERE tenant_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT 1000";
const RECOVERY_CODES: &str = "SELECT created_at, consumed_at FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at, fingerprint";
const FAILURES: &str =
    "SELECT factor, consecutive, last_at FROM factor_failures WHERE tenant_id = $1 AND user_id = $2 ORDER BY factor";
const LINKS: &str = "SELECT purpose, created_at, expires_at, consumed_at FROM mailed_links WHERE tenant_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT 1000";
const EMAIL_CHANGES: &str = "SELECT id, user_id, email_sealed, email_index, former_sealed, former_index, created_at, expires_at, confirmed_at, ended_at FROM email_changes WHERE tenant_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT 1000";
const SUBJECT_LINKS: &str = "SELECT link_index, issuer, subject_sealed, created_at FROM subject_links WHERE tenant_id = $1 AND user_id = $2 ORDER BY issuer, link_index";
const REMOVED_PASSKEYS: &str = "SELECT created_at, removed_at FROM passkeys WHERE tenant_id = $1 AND user_id = $2 AND removed_at IS NOT NULL ORDER BY created_at, credential_index";
const REQUESTS: &str = "SELECT id, client_id, secret_hash, person_index, user_id, request_sealed, interval_ms, created_at, expires_at, allowed_at, refused_at, consumed_at, family_id, answer_sealed, told_at FROM backchannel_authentications WHERE tenant_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT 1000";

/// A session, also one that has ended.
pub struct SessionRecord {
    /// The session.
    pub session: Session,
    /// From where, sealed under the person's key.
    pub origin_sealed: Option<Vec<u8>>,
    /// Why it ended.
    pub end_reason: Option<String>,
}

/// A consent, also one that was withdrawn.
pub struct ConsentRecord {
    /// For which client.
    pub client: ClientId,
    /// To what.
    pub scope: Scope,
    /// When.
    pub given_at: Timestamp,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
}

/// Consecutive failures with a factor.
pub struct FailureRecord {
    /// Which.
    pub factor: String,
    /// How many.
    pub consecutive: i64,
    /// When the last one was.
    pub last_at: Timestamp,
}

/// A link that was mailed.
pub struct LinkRecord {
    /// For what.
    pub purpose: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// When it was used or replaced.
    pub consumed_at: Option<Timestamp>,
}

/// The newest thousand sessions of a person.
///
/// # Errors
/// A fault when the database is away.
pub async fn sessions(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Vec<SessionRecord>, Fault> {
    conn.all(SESSIONS, &[tenant.into(), (&user).into()], |row| {
        Ok(SessionRecord {
            session: sessions::read(row)?,
            origin_sealed: row.optional_bytes(9)?,
            end_reason: row.optional_text(10)?,
        })
    })
    .await
}

/// The consents of a person.
///
/// # Errors
/// A fault when the database is away.
pub async fn consents(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Vec<ConsentRecord>, Fault> {
    conn.all(CONSENTS, &[tenant.into(), (&user).into()], |row| {
        Ok(ConsentRecord {
            client: row.client(0)?,
            scope: read_scope(&row.text(1)?)?,
            given_at: row.timestamp(2)?,
            withdrawn_at: row.optional_timestamp(3)?,
        })
    })
    .await
}

/// The newest thousand grants of a person, each with the reason why it was revoked.
///
/// # Errors
/// A fault when the database is away.
pub async fn grants(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<(TokenFamily, Option<String>)>, Fault> {
    let grant = |row: &Row<'_>| Ok((token_families::read(row)?, row.optional_text(9)?));
    conn.all(GRANTS, &[tenant.into(), (&user).into()], grant).await
}

/// When each recovery code of a person was made, and when it was used.
///
/// # Errors
/// A fault when the database is away.
pub async fn recovery_codes(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<(Timestamp, Option<Timestamp>)>, Fault> {
    let times = |row: &Row<'_>| Ok((row.timestamp(0)?, row.optional_timestamp(1)?));
    conn.all(RECOVERY_CODES, &[tenant.into(), (&user).into()], times).await
}

/// The failures that are counted against a person.
///
/// # Errors
/// A fault when the database is away.
pub async fn failures(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Vec<FailureRecord>, Fault> {
    conn.all(FAILURES, &[tenant.into(), (&user).into()], |row| {
        Ok(FailureRecord { factor: row.text(0)?, consecutive: row.integer(1)?, last_at: row.timestamp(2)? })
    })
    .await
}

/// The newest thousand links that were mailed to a person.
///
/// # Errors
/// A fault when the database is away.
pub async fn links(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Vec<LinkRecord>, Fault> {
    conn.all(LINKS, &[tenant.into(), (&user).into()], |row| {
        Ok(LinkRecord {
            purpose: row.text(0)?,
            created_at: row.timestamp(1)?,
            expires_at: row.timestamp(2)?,
            consumed_at: row.optional_timestamp(3)?,
        })
    })
    .await
}

/// The newest thousand changes of a person's address.
///
/// # Errors
/// A fault when the database is away.
pub async fn email_changes(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Vec<EmailChangeRow>, Fault> {
    conn.all(EMAIL_CHANGES, &[tenant.into(), (&user).into()], email_changes::read).await
}

/// Who a person is at other issuers, and since when that is known.
///
/// # Errors
/// A fault when the database is away.
pub async fn subject_links(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<(LinkedSubject, Timestamp)>, Fault> {
    conn.all(SUBJECT_LINKS, &[tenant.into(), (&user).into()], |row| {
        let link = LinkedSubject { index: row.array(0)?, issuer: row.text(1)?, subject_sealed: row.bytes(2)? };
        Ok((link, row.timestamp(3)?))
    })
    .await
}

/// When each passkey that a person has removed was added, and when it was removed; nothing else is known of it.
///
/// # Errors
/// A fault when the database is away.
pub async fn removed_passkeys(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<(Timestamp, Timestamp)>, Fault> {
    let times = |row: &Row<'_>| Ok((row.timestamp(0)?, row.timestamp(1)?));
    conn.all(REMOVED_PASSKEYS, &[tenant.into(), (&user).into()], times).await
}

/// The newest thousand requests of clients to have a person authenticated.
///
/// # Errors
/// A fault when the database is away.
pub async fn requests(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<BackchannelAuthenticationRow>, Fault> {
    conn.all(REQUESTS, &[tenant.into(), (&user).into()], backchannel_authentications::read).await
}
