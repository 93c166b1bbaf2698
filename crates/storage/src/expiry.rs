//! Clean-up of what has run out, in small batches so that the hot path is not held up.

use portreeve_domain::{Fault, Lifetime, Timestamp, lifetimes};

use crate::Tx;

/// How long rows are kept after they ran out: a late replay must still be told from garbage.
const GRACE: Lifetime = Lifetime::from_hours(24);
/// How long an operator can look at a message that was given up.
const BURIED_IS_KEPT: Lifetime = Lifetime::from_days(30);
/// How long failures below the ceiling count against an account, known or not.
const FAILURES_ARE_KEPT: Lifetime = Lifetime::from_days(90);

/// One statement a table; each removes at most 500 rows. Where a row can be renewed after it ran out, PostgreSQL asks the condition outside
/// once more of a row that was waited for, and only that one; `+ 0` keeps either database from reading by it what has run out.
const STATEMENTS: [&str; 18] = [
    "DELETE FROM authorization_codes WHERE id IN (SELECT id FROM authorization_codes WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM access_tokens WHERE id IN (SELECT id FROM access_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM refresh_tokens WHERE id IN (SELECT id FROM refresh_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM journeys WHERE id IN (SELECT id FROM journeys WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM browsers WHERE id IN (SELECT id FROM browsers WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM mailed_links WHERE id IN (SELECT id FROM mailed_links WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM device_authorizations WHERE id IN (SELECT id FROM device_authorizations WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM backchannel_authentications WHERE id IN (SELECT id FROM backchannel_authentications WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM pushed_requests WHERE id IN (SELECT id FROM pushed_requests WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM revoked_jtis WHERE (tenant_id, jti) IN (SELECT tenant_id, jti FROM revoked_jtis WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM trusted_assertions WHERE (tenant_id, issuer, jti_hash) IN (SELECT tenant_id, issuer, jti_hash FROM trusted_assertions WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM client_assertions WHERE expires_at + 0 < $1 AND (tenant_id, client_id, jti_hash) IN (SELECT tenant_id, client_id, jti_hash FROM client_assertions WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM dpop_proofs WHERE (tenant_id, fingerprint) IN (SELECT tenant_id, fingerprint FROM dpop_proofs WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM account_drafts WHERE expires_at + 0 < $1 AND session_id IN (SELECT session_id FROM account_drafts WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM email_changes WHERE id IN (SELECT id FROM email_changes WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM invitations WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM invitations WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM phone_codes WHERE expires_at + 0 < $1 AND (tenant_id, user_id) IN (SELECT tenant_id, user_id FROM phone_codes WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
    "DELETE FROM initial_access_tokens WHERE id IN (SELECT id FROM initial_access_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)",
];
/// By id, which ascends with the time: there is no index by time.
const REFUSALS: &str = "DELETE FROM refusals WHERE id IN (SELECT id FROM refusals WHERE at < $1 ORDER BY id LIMIT 500)";
const SESSIONS: &str =
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE seen_at < $1 ORDER BY seen_at LIMIT 500)";
const TOKEN_FAMILIES: &str = "DELETE FROM token_families WHERE id IN (SELECT id FROM token_families WHERE created_at < $1 ORDER BY created_at LIMIT 500)";
const SENT: &str =
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < $1 ORDER BY done_at LIMIT 500)";
const BURIED: &str =
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE dead_at < $1 ORDER BY dead_at LIMIT 500)";
/// A count that has reached the ceiling stays: only the owner lifts it.
const FACTOR_FAILURES: &str = "DELETE FROM factor_failures WHERE last_at + 0 < $1 AND consecutive < 100 AND (tenant_id, user_id, factor) IN (SELECT tenant_id, user_id, factor FROM factor_failures WHERE last_at < $1 AND consecutive < 100 ORDER BY last_at LIMIT 500)";

/// A factor that is owed stays owed.
const FACTOR_RECOVERIES: &str = "DELETE FROM factor_recoveries WHERE due_at + 0 < $1 AND removed_at IS NULL AND (tenant_id, user_id) IN (SELECT tenant_id, user_id FROM factor_recoveries WHERE due_at < $1 AND removed_at IS NULL ORDER BY due_at LIMIT 500)";
const RATE_LIMITS: &str = "DELETE FROM rate_limits WHERE expires_at + 0 < $1 AND (tenant_id, key) IN (SELECT tenant_id, key FROM rate_limits WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)";

/// Removes one batch of everything that ran out some time ago, of all tenants, and says how many rows that were. Needs a
/// transaction for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn sweep(tx: &mut Tx, now: Timestamp) -> Result<u64, Fault> {
    let before = now.minus(GRACE);
    let mut removed = 0;
    for (statement, before) in [
        (REFUSALS, now.minus(lifetimes::REFUSAL)),
        // Whatever a session was made of, it ends when it is not used for this long.
        (SESSIONS, before.minus(lifetimes::SESSION_ONE_FACTOR)),
        (TOKEN_FAMILIES, before.minus(lifetimes::REFRESH_ABSOLUTE)),
        (SENT, before),
        (BURIED, now.minus(BURIED_IS_KEPT)),
        (FACTOR_FAILURES, now.minus(FAILURES_ARE_KEPT)),
        (FACTOR_RECOVERIES, before.minus(lifetimes::NOTICE_LINK)),
        // Nobody asks for a limit that counts nothing any more.
        (RATE_LIMITS, now),
    ] {
        removed += tx.execute(statement, &[before.into()]).await?;
    }
    for statement in STATEMENTS {
        removed += tx.execute(statement, &[before.into()]).await?;
    }
    Ok(removed)
}
