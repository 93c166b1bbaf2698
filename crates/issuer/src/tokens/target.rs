//! What a token of a person's grant is for, with all that was granted opened.
//!
//! The one way from a family to a target, so that no grant can forget a part of it. Leaves the rules to
//! `oidc::token_target`.

use portreeve_domain::{Client, Failure, TokenFamily};
use portreeve_oidc::Refusal;
use portreeve_oidc::token_target::{self, Granted, Ours, TokenTarget, Wanted};

use crate::directory::TenantDirectory;
use crate::granted_details;

/// Chooses what a token of `family` for `client` is for.
///
/// # Errors
/// Those of [`token_target::for_user`]; a fault when what was granted does not open.
pub(super) fn choose(
    at: &TenantDirectory,
    client: &Client,
    family: &TokenFamily,
    wanted: Wanted<'_>,
) -> Result<TokenTarget, Failure<Refusal>> {
    let details = granted_details::open(at, family)?;
    let granted = Granted { scope: &family.scope, resources: &family.resources, details: &details };
    let ours = Ours { issuer: &at.issuer, attributes: &at.attributes };
    token_target::for_user(client, granted, wanted, &at.server_list(), ours).map_err(Failure::Refused)
}
