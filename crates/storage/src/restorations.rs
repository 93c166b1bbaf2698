//! What must end in a database that was restored from a copy: everything that may have been used, or taken back, since the copy was made.
//!
//! Offline work for an operator: each statement walks through what a tenant has. What a person can take back with, a mailed link
//! that undoes a change of address or says that a change was somebody else's, stays: the restored database has the change, too.

use portreeve_domain::{Fault, SessionEnd, TenantId, Timestamp};

use crate::Tx;

const SESSIONS: &str = "UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE tenant_id = $1 AND ended_at IS NULL";
const FAMILIES: &str =
    "UPDATE token_families SET revoked_at = $2, revoke_reason = $3 WHERE tenant_id = $1 AND revoked_at IS NULL";
/// What is used once, or waits for somebody.
const STATEMENTS: [&str; 11] = [
    "UPDATE authorization_codes SET consumed_at = $2 WHERE tenant_id = $1 AND consumed_at IS NULL",
    "UPDATE pushed_requests SET consumed_at = $2 WHERE tenant_id = $1 AND consumed_at IS NULL",
    "UPDATE journeys SET finished_at = $2, code_hash = NULL, code_expires_at = NULL WHERE tenant_id = $1 AND finished_at IS NULL",
    "UPDATE device_authorizations SET expires_at = $2 WHERE tenant_id = $1 AND expires_at > $2",
    "UPDATE backchannel_authentications SET expires_at = $2, slot = NULL WHERE tenant_id = $1 AND expires_at > $2",
    "UPDATE mailed_links SET consumed_at = $2 WHERE tenant_id = $1 AND consumed_at IS NULL AND purpose NOT IN ('not_me', 'undo_email_change')",
    "UPDATE recovery_codes SET consumed_at = $2 WHERE tenant_id = $1 AND consumed_at IS NULL",
    "UPDATE initial_access_tokens SET revoked_at = $2 WHERE tenant_id = $1 AND revoked_at IS NULL",
    "UPDATE account_drafts SET expires_at = $2 WHERE tenant_id = $1 AND expires_at > $2",
    "UPDATE phone_codes SET expires_at = $2, requested_at = 0, code_hash = NULL WHERE tenant_id = $1 AND expires_at > $2",
    "UPDATE invitations SET expires_at = $2 WHERE tenant_id = $1 AND expires_at > $2",
];
/// One that was stopped since would stand again.
const REQUESTS: &str = "DELETE FROM factor_recoveries WHERE tenant_id = $1 AND removed_at IS NULL";
const APPS: &str = "UPDATE totp_credentials SET last_step = $2 WHERE tenant_id = $1 AND last_step < $2";

/// What was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How many sessions.
    pub sessions: u64,
    /// How many token families: grants, with every token of theirs.
    pub token_families: u64,
}

/// Ends everything of a tenant that may have been used or taken back since the copy was made. Codes of authenticator apps count from
/// the time step after `last_step` on.
///
/// # Errors
/// A fault when the database is away.
pub async fn end_everything(tx: &mut Tx, tenant: TenantId, last_step: i64, now: Timestamp) -> Result<Ended, Fault> {
    let because = [tenant.into(), now.into(), SessionEnd::Revoked.name().into()];
    let sessions = tx.execute(SESSIONS, &because).await?;
    let token_families = tx.execute(FAMILIES, &because).await?;
    for statement in STATEMENTS {
        tx.execute(statement, &[tenant.into(), now.into()]).await?;
    }
    tx.execute(REQUESTS, &[tenant.into()]).await?;
    tx.execute(APPS, &[tenant.into(), last_step.into()]).await?;
    tx.ends_of_anybody();
    Ok(Ended { sessions, token_families })
}
