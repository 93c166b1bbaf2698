//! Proofs that count no more: what they were made with was changed, removed or disowned while the journey stood open, or
//! somebody was signed out at its browser.

use portreeve_domain::Fault;
use portreeve_storage::{Conn, browsers};

use super::Journey;
use super::email_code::void_moved_address;
use super::passkey::void_removed_passkey;
use super::password::void_outdated_proofs;
use crate::account::void_disowned_proofs;
use crate::directory::TenantDirectory;

/// Forgets them.
///
/// # Errors
/// A fault when the database is away.
pub(super) async fn void(conn: &mut Conn, at: &TenantDirectory, journey: &mut Journey) -> Result<(), Fault> {
    void_outdated_proofs(conn, at, journey).await?;
    void_removed_passkey(conn, at, journey).await?;
    void_moved_address(conn, at, journey).await?;
    void_disowned_proofs(conn, at, journey).await?;
    void_signed_out_proofs(conn, at, journey).await
}

/// Forgets what was proven at a browser before somebody was signed out there: who comes next finishes no sign-in of theirs (S-092).
async fn void_signed_out_proofs(conn: &mut Conn, at: &TenantDirectory, journey: &mut Journey) -> Result<(), Fault> {
    let proofs = &mut journey.stored.facts.proofs;
    let Some(browser) = journey.browser.as_ref().filter(|_| !proofs.is_empty()) else { return Ok(()) };
    if let Some(since) = browsers::signed_out_at(conn, at.id(), browser.id).await? {
        proofs.retain(|proof| proof.at > since);
    }
    Ok(())
}
