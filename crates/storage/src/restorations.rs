//! What must end in a database that was restored from a copy: everything that may have been used, or taken back, since the copy was made.
//!
//! Offline work for an operator, in batches, each of a transaction of its own: no statement may take as long as a large tenant needs, and none
//! goes again over the rows of those before it. What a person can take back with, a mailed link that undoes a change of address or says that
//! a change was somebody else's, stays: the restored database has the change, too.

use portreeve_domain::{Fault, TenantId, Timestamp};

use crate::{Tx, Value};

/// By person, as the index goes: tables with an index of a tenant's people are as large as the tenant, and no index goes by a tenant's numbers.
/// A batch begins with the person at whom the last one ended, who may have more rows than a batch.
const SESSIONS: &str = "UPDATE sessions SET ended_at = $2, end_reason = 'revoked' WHERE id IN (SELECT id FROM sessions WHERE tenant_id = $1 AND user_id >= $3 AND ended_at IS NULL ORDER BY user_id LIMIT 5000) RETURNING user_id";
const FAMILIES: &str = "UPDATE token_families SET revoked_at = $2, revoke_reason = 'revoked' WHERE id IN (SELECT id FROM token_families WHERE tenant_id = $1 AND user_id >= $3 AND revoked_at IS NULL ORDER BY user_id LIMIT 5000) RETURNING user_id";
/// What is used once, or waits for somebody, and has a number: little of it, as it runs out soon. $2 is now, $3 the number after which the batch begins.
const NUMBERED: [&str; 10] = [
    "UPDATE access_tokens SET revoked_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM access_tokens WHERE tenant_id = $1 AND id > $3 AND revoked_at IS NULL AND family_id IS NULL ORDER BY id LIMIT 5000) RETURNING id",
    "UPDATE authorization_codes SET consumed_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM authorization_codes WHERE tenant_id = $1 AND id > $3 AND consumed_at IS NULL ORDER BY id LIMIT 5000) RETURNING id",
    "UPDATE pushed_requests SET consumed_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM pushed_requests WHERE tenant_id = $1 AND id > $3 AND consumed_at IS NULL ORDER BY id LIMIT 5000) RETURNING id",
    "UPDATE journeys SET finished_at = $2, code_hash = NULL, code_expires_at = NULL WHERE tenant_id = $1 AND id IN (SELECT id FROM journeys WHERE tenant_id = $1 AND id > $3 AND finished_at IS NULL ORDER BY id LIMIT 5000) RETURNING id",
    "UPDATE device_authorizations SET expires_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM device_authorizations WHERE tenant_id = $1 AND id > $3 AND expires_at > $2 ORDER BY id LIMIT 5000) RETURNING id",
    "UPDATE backchannel_authentications SET expires_at = $2, slot = NULL WHERE tenant_id = $1 AND id IN (SELECT id FROM backchannel_authentications WHERE tenant_id = $1 AND id > $3 AND expires_at > $2 ORDER BY id LIMIT 5000) RETURNING id",
    "UPDATE mailed_links SET consumed_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM mailed_links WHERE tenant_id = $1 AND id > $3 AND consumed_at IS NULL AND purpose NOT IN ('not_me', 'undo_email_change') ORDER BY id LIMIT 5000) RETURNING id",
    "UPDATE initial_access_tokens SET revoked_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM initial_access_tokens WHERE tenant_id = $1 AND id > $3 AND revoked_at IS NULL ORDER BY id LIMIT 5000) RETURNING id",
    "UPDATE account_drafts SET expires_at = $2 WHERE tenant_id = $1 AND session_id IN (SELECT session_id FROM account_drafts WHERE tenant_id = $1 AND session_id > $3 AND expires_at > $2 ORDER BY session_id LIMIT 5000) RETURNING session_id",
    "UPDATE email_changes SET ended_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM email_changes WHERE tenant_id = $1 AND id > $3 AND confirmed_at IS NULL AND ended_at IS NULL ORDER BY id LIMIT 5000) RETURNING id",
];
/// The same with other keys; who took a deletion of their account back since has three days to do it again.
const KEYED: [&str; 4] = [
    "UPDATE recovery_codes SET consumed_at = $2 WHERE tenant_id = $1 AND consumed_at IS NULL AND user_id IN (SELECT DISTINCT user_id FROM recovery_codes WHERE tenant_id = $1 AND user_id > $3 AND consumed_at IS NULL ORDER BY user_id LIMIT 500) RETURNING user_id",
    "UPDATE phone_codes SET expires_at = $2, requested_at = 0, code_hash = NULL WHERE tenant_id = $1 AND user_id IN (SELECT user_id FROM phone_codes WHERE tenant_id = $1 AND user_id > $3 AND expires_at > $2 ORDER BY user_id LIMIT 5000) RETURNING user_id",
    "UPDATE invitations SET expires_at = $2 WHERE tenant_id = $1 AND id IN (SELECT id FROM invitations WHERE tenant_id = $1 AND id > $3 AND expires_at > $2 ORDER BY id LIMIT 5000) RETURNING id",
    "UPDATE account_deletions SET due_at = $2 + 259200000 WHERE tenant_id = $1 AND user_id IN (SELECT user_id FROM account_deletions WHERE tenant_id = $1 AND user_id > $3 AND due_at < $2 + 259200000 ORDER BY user_id LIMIT 5000) RETURNING user_id",
];
/// One that was stopped since would stand again. There are few.
const REQUESTS: &str = "DELETE FROM factor_recoveries WHERE tenant_id = $1 AND user_id IN (SELECT user_id FROM factor_recoveries WHERE tenant_id = $1 AND removed_at IS NULL LIMIT 5000)";
const APPS: &str = "UPDATE totp_credentials SET last_step = $2 WHERE tenant_id = $1 AND user_id IN (SELECT user_id FROM totp_credentials WHERE tenant_id = $1 AND user_id > $3 AND last_step < $2 ORDER BY user_id LIMIT 5000) RETURNING user_id";

/// What ends, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Sessions.
    Sessions,
    /// Grants, with every token of theirs.
    Families,
    /// One kind of what is used once or waits and has a number: its place among them.
    Numbered(usize),
    /// One kind of what has another key.
    Keyed(usize),
    /// Requests to remove lost factors.
    Requests,
    /// Codes of authenticator apps up to a time step.
    Apps,
}

impl Ending {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        let others = (0..NUMBERED.len()).map(Self::Numbered).chain((0..KEYED.len()).map(Self::Keyed));
        [Self::Sessions, Self::Families].into_iter().chain(others).chain([Self::Requests, Self::Apps])
    }
}

/// The last row of a batch, by the key that its table is ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A number.
    Number(i64),
    /// Bytes.
    Key(Vec<u8>),
}

/// What a batch ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedBatch {
    /// How many rows.
    pub rows: u64,
    /// After which row the next batch begins; `None` when there was nothing to end any more.
    pub last: Option<Place>,
}

/// Ends one batch of a tenant's rows of a kind, of those after `after`. Codes of authenticator apps count from the time step after
/// `last_step` on.
///
/// # Errors
/// A fault when the database is away.
pub async fn end_batch(
    tx: &mut Tx,
    tenant: TenantId,
    (kind, after): (Ending, Option<&Place>),
    (last_step, now): (i64, Timestamp),
) -> Result<EndedBatch, Fault> {
    tx.ends_of_anybody();
    let statement = |list: &[&'static str], at: usize| {
        list.get(at).copied().ok_or_else(|| Fault::impossible("a kind of rows that there is not"))
    };
    match kind {
        Ending::Sessions => by_key(tx, SESSIONS, (tenant, now.into()), after).await,
        Ending::Families => by_key(tx, FAMILIES, (tenant, now.into()), after).await,
        Ending::Numbered(at) => by_number(tx, statement(&NUMBERED, at)?, (tenant, now), after).await,
        Ending::Keyed(at) => by_key(tx, statement(&KEYED, at)?, (tenant, now.into()), after).await,
        Ending::Requests => {
            let rows = tx.execute(REQUESTS, &[tenant.into()]).await?;
            // What is deleted is not met again.
            Ok(EndedBatch { rows, last: (rows > 0).then_some(Place::Key(Vec::new())) })
        }
        Ending::Apps => by_key(tx, APPS, (tenant, last_step.into()), after).await,
    }
}

async fn by_number(
    tx: &mut Tx,
    sql: &'static str,
    (tenant, now): (TenantId, Timestamp),
    after: Option<&Place>,
) -> Result<EndedBatch, Fault> {
    let after = if let Some(Place::Number(after)) = after { *after } else { i64::MIN };
    let ended = tx.all(sql, &[tenant.into(), now.into(), after.into()], |row| row.integer(0)).await?;
    Ok(EndedBatch { rows: ended.len() as u64, last: ended.into_iter().max().map(Place::Number) })
}

async fn by_key(
    tx: &mut Tx,
    sql: &'static str,
    (tenant, time): (TenantId, Value<'_>),
    after: Option<&Place>,
) -> Result<EndedBatch, Fault> {
    let after = if let Some(Place::Key(after)) = after { after.as_slice() } else { &[] };
    let ended = tx.all(sql, &[tenant.into(), time, after.into()], |row| row.bytes(0)).await?;
    Ok(EndedBatch { rows: ended.len() as u64, last: ended.into_iter().max().map(Place::Key) })
}
