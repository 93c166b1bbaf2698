//! Proofs that count no more: what they were made with was changed, removed or disowned while the journey stood open.

use portreeve_domain::Fault;
use portreeve_storage::Conn;

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
    void_disowned_proofs(conn, at, journey).await
}
