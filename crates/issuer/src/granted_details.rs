//! The authorization details of a grant, which may tell of a person: sealed with the grant they belong to.
//!
//! Leaves which of them a token carries to `oidc::authorization_details`. RFC 9396 §6, §9.

use portreeve_crypto::AssociatedData;
use portreeve_domain::{FamilyId, Fault, TenantId, TokenFamily};
use portreeve_oidc::authorization_details::Detail;

use crate::Ambient;
use crate::directory::TenantDirectory;
use crate::stored_facts::{open_at, seal_at};

/// Seals what was granted for the family `id`; `None` when nothing was.
///
/// # Errors
/// A fault when there is no randomness.
pub(crate) fn seal(
    ambient: &Ambient,
    at: &TenantDirectory,
    id: FamilyId,
    details: &[Detail],
) -> Result<Option<Vec<u8>>, Fault> {
    if details.is_empty() {
        return Ok(None);
    }
    let row = id.as_i64().to_be_bytes();
    seal_at(ambient, at, &place(at.id(), &row), &details).map(Some)
}

/// What was granted with a family; empty when nothing was.
///
/// # Errors
/// A fault when it does not open.
pub(crate) fn open(at: &TenantDirectory, family: &TokenFamily) -> Result<Vec<Detail>, Fault> {
    let Some(sealed) = &family.details_sealed else { return Ok(Vec::new()) };
    let row = family.id.as_i64().to_be_bytes();
    open_at(at, &place(at.id(), &row), sealed)
}

fn place(tenant: TenantId, row: &[u8; 8]) -> AssociatedData<'_> {
    AssociatedData { table: "token_families", column: "details_sealed", row, tenant: tenant.as_i64() }
}
