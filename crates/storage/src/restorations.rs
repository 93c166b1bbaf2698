//! What must end in a database that was restored from a copy: everything that may have been used, or taken back, since the copy was made.
//!
//! Offline work for an operator, in batches, each of a transaction of its own: no statement may take as long as a large tenant needs. What a
//! person can take back with, a mailed link that undoes a change of address or says that a change was somebody else's, stays: the restored
//! database has the change, too.

use portreeve_domain::{Fault, TenantId, Timestamp};

use crate::Tx;

/// How many rows a batch ends at most.
pub const BATCH: u64 = 5000;

const SESSIONS: &str = "UPDATE sessions SET ended_at = $2, end_reason = 'revoked' WHERE tenant_id = $1 AND id IN (SELECT id FROM sessions WHERE tenant_id = $1 AND ended_at IS NULL LIMIT 5000)";
const FAMILIES: &str = "UPDATE token_families SET revoked_at = $2, revoke_reason = 'revoked' WHERE tenant_id = $1 AND id IN (SELECT id FROM token_families WHERE tenant_id = $1 AND revoked_at IS NULL LIMIT 5000)";
/// What is used once, or waits for somebody; who took a deletion of their account back since has three days to do it again. $2 is now.
const STATEMENTS: [&str; 14] = [
    "UPDATE access_tokens SET revoked_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM access_tokens WHERE tenant_id = $1 AND revoked_at IS NULL AND family_id IS NULL LIMIT 5000)",
    "UPDATE authorization_codes SET consumed_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM authorization_codes WHERE tenant_id = $1 AND consumed_at IS NULL LIMIT 5000)",
    "UPDATE pushed_requests SET consumed_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM pushed_requests WHERE tenant_id = $1 AND consumed_at IS NULL LIMIT 5000)",
    "UPDATE journeys SET finished_at = $2, code_hash = NULL, code_expires_at = NULL WHERE tenant_id = $1 AND id IN (SELECT id FROM journeys WHERE tenant_id = $1 AND finished_at IS NULL LIMIT 5000)",
    "UPDATE device_authorizations SET expires_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM device_authorizations WHERE tenant_id = $1 AND expires_at > $2 LIMIT 5000)",
    "UPDATE backchannel_authentications SET expires_at = $2, slot = NULL WHERE tenant_id = $1 AND id IN (SELECT id FROM backchannel_authentications WHERE tenant_id = $1 AND expires_at > $2 LIMIT 5000)",
    "UPDATE mailed_links SET consumed_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM mailed_links WHERE tenant_id = $1 AND consumed_at IS NULL AND purpose NOT IN ('not_me', 'undo_email_change') LIMIT 5000)",
    "UPDATE recovery_codes SET consumed_at = $2 WHERE tenant_id = $1 AND (user_id, fingerprint) IN (SELECT user_id, fingerprint FROM recovery_codes WHERE tenant_id = $1 AND consumed_at IS NULL LIMIT 5000)",
    "UPDATE initial_access_tokens SET revoked_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM initial_access_tokens WHERE tenant_id = $1 AND revoked_at IS NULL LIMIT 5000)",
    "UPDATE account_drafts SET expires_at = $2 WHERE tenant_id = $1 AND session_id IN (SELECT session_id FROM account_drafts WHERE tenant_id = $1 AND expires_at > $2 LIMIT 5000)",
    "UPDATE phone_codes SET expires_at = $2, requested_at = 0, code_hash = NULL WHERE tenant_id = $1 AND user_id IN (SELECT user_id FROM phone_codes WHERE tenant_id = $1 AND expires_at > $2 LIMIT 5000)",
    "UPDATE invitations SET expires_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM invitations WHERE tenant_id = $1 AND expires_at > $2 LIMIT 5000)",
    "UPDATE email_changes SET ended_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM email_changes WHERE tenant_id = $1 AND confirmed_at IS NULL AND ended_at IS NULL LIMIT 5000)",
    "UPDATE account_deletions SET due_at = $2 + 259200000 WHERE tenant_id = $1 AND user_id IN (SELECT user_id FROM account_deletions WHERE tenant_id = $1 AND due_at < $2 + 259200000 LIMIT 5000)",
];
/// One that was stopped since would stand again.
const REQUESTS: &str = "DELETE FROM factor_recoveries WHERE tenant_id = $1 AND user_id IN (SELECT user_id FROM factor_recoveries WHERE tenant_id = $1 AND removed_at IS NULL LIMIT 5000)";
const APPS: &str = "UPDATE totp_credentials SET last_step = $2 WHERE tenant_id = $1 AND user_id IN (SELECT user_id FROM totp_credentials WHERE tenant_id = $1 AND last_step < $2 LIMIT 5000)";

/// What ends, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Sessions.
    Sessions,
    /// Grants, with every token of theirs.
    Families,
    /// One kind of what is used once or waits: its place among them.
    Other(usize),
    /// Requests to remove lost factors.
    Requests,
    /// Codes of authenticator apps up to a time step.
    Apps,
}

impl Ending {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        let others = (0..STATEMENTS.len()).map(Self::Other);
        [Self::Sessions, Self::Families].into_iter().chain(others).chain([Self::Requests, Self::Apps])
    }
}

/// Ends one batch of a tenant's rows of a kind and says how many that were: fewer than [`BATCH`] when it was the last. Codes of
/// authenticator apps count from the time step after `last_step` on.
///
/// # Errors
/// A fault when the database is away.
pub async fn end_batch(
    tx: &mut Tx,
    tenant: TenantId,
    kind: Ending,
    (last_step, now): (i64, Timestamp),
) -> Result<u64, Fault> {
    tx.ends_of_anybody();
    match kind {
        Ending::Sessions => tx.execute(SESSIONS, &[tenant.into(), now.into()]).await,
        Ending::Families => tx.execute(FAMILIES, &[tenant.into(), now.into()]).await,
        Ending::Other(at) => {
            let statement = STATEMENTS.get(at).ok_or_else(|| Fault::impossible("a kind of rows that there is not"))?;
            tx.execute(statement, &[tenant.into(), now.into()]).await
        }
        Ending::Requests => tx.execute(REQUESTS, &[tenant.into()]).await,
        Ending::Apps => tx.execute(APPS, &[tenant.into(), last_step.into()]).await,
    }
}
