//! Proofs that count no more: what they were made with was changed, removed or disowned while the journey stood open, or
//! somebody was signed out at its browser.

use portreeve_domain::Fault;
use portreeve_storage::{Conn, users};

use super::Journey;
use super::email_code::void_moved_address;
use super::passkey::void_removed_passkey;
use super::password::void_outdated_proofs;
use crate::directory::TenantDirectory;
use crate::stored_facts::StoredFacts;

/// Forgets them; all that was done on the journey, where somebody was signed out at its browser since.
///
/// # Errors
/// A fault when the database is away.
pub(super) async fn void(conn: &mut Conn, at: &TenantDirectory, journey: &mut Journey) -> Result<(), Fault> {
    forget_signed_out(journey);
    void_outdated_proofs(conn, at, journey).await?;
    void_removed_passkey(conn, at, journey).await?;
    void_moved_address(conn, at, journey).await?;
    void_signed_out_proofs(conn, at, journey).await
}

/// Who comes next at a browser at which somebody was signed out finishes nothing of theirs (S-092, S-094). A sign-out while this request is on
/// its way has changed the browser's secret: no session begins by it.
fn forget_signed_out(journey: &mut Journey) {
    let Some(browser) = &journey.browser else { return };
    if !journey.stored.are_of(browser) {
        journey.stored = StoredFacts::default();
    }
    journey.stored.sign_outs = Some(browser.sign_outs);
}

/// Forgets what was proven before everybody was signed out of its account, or the account was switched off (S-040, S-088, S-094).
async fn void_signed_out_proofs(conn: &mut Conn, at: &TenantDirectory, journey: &mut Journey) -> Result<(), Fault> {
    let stored = &mut journey.stored;
    let Some(user) = stored.facts.proofs.first().map(|proof| proof.user) else { return Ok(()) };
    let state = users::sign_in_state(conn, at.id(), user).await?;
    let sign_outs = state.filter(|state| state.disabled_at.is_none()).map(|state| (user, state.sign_outs));
    let was_ended = stored.account_sign_outs.is_some_and(|(of, then)| of == user && sign_outs != Some((of, then)));
    if sign_outs.is_none() || was_ended {
        stored.facts.proofs.clear();
    }
    stored.account_sign_outs = sign_outs;
    Ok(())
}
