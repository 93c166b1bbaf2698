//! Sector identifiers: one document lists the redirect URIs of all clients that share pairwise subjects.
//!
//! Owns reading it before a client is stored, whoever registers it: a client that is not listed could make itself one of a
//! sector that is not its own, and learn whom its clients know. Leaves when a sector must be named to
//! `oidc::registration`, and fetching to `outbound`. OIDC Registration §5, OIDC Core §8.1; DR-07.

use std::time::Duration;

use portreeve_domain::{ClientMetadata, TenantId};
use portreeve_oidc::{Cause, Refusal};
use portreeve_outbound::Expected;

use crate::Issuer;

/// How old a copy may be: one document stands for many clients that are registered together.
const MAX_AGE: Duration = Duration::from_secs(10);

impl Issuer {
    /// Checks that the document of a client's sector lists every redirect URI of the client; there may be no sector.
    ///
    /// Nothing may be open in the database meanwhile.
    ///
    /// # Errors
    /// `MetadataInvalid` when it cannot be had, is no JSON array of texts, or leaves one out.
    pub(crate) async fn check_sector(&self, tenant: TenantId, metadata: &ClientMetadata) -> Result<(), Refusal> {
        let Some(uri) = &metadata.sector_identifier_uri else { return Ok(()) };
        let invalid =
            |what: String| Refusal::new(Cause::MetadataInvalid).with_detail(format!("sector_identifier_uri {what}"));
        let fetched = self.outbound.fetch(tenant, uri, Expected::Json, MAX_AGE).await;
        let document = fetched.map_err(|error| invalid(format!("cannot be fetched: {error}")))?;
        let listed: Vec<String> = serde_json::from_slice(&document.body)
            .map_err(|_| invalid("does not lead to a JSON array of texts".to_owned()))?;
        match metadata.redirect_uris.iter().find(|uri| !listed.contains(uri)) {
            None => Ok(()),
            Some(missing) => Err(invalid(format!("does not list {missing}"))),
        }
    }
}
