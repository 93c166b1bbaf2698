//! The documents of a tenant that anybody may read, with their entity tags.
//!
//! Owns which facts of the directory go in. Leaves the members to `oidc::metadata`, routes and caching to the doors.
//! OIDC Discovery §3, §4; RFC 8414 §2.

use std::collections::BTreeSet;

use portreeve_domain::{ClientRegistration, Fault, ResourceServer};
use portreeve_oidc::metadata::{self, Facts};
use portreeve_oidc::resource_metadata;
use portreeve_oidc::scope_policy::OIDC_SCOPES;

use crate::directory::{Directory, TenantDirectory};
use crate::signing_keys::etag_of;

/// A document that anybody may read and keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicDocument {
    /// The document, JSON.
    pub bytes: Vec<u8>,
    /// Its strong entity tag, with quotes.
    pub etag: String,
}

impl Directory {
    /// The origins that may use the passkeys of this host, of all tenants (Web Authentication Level 3 §5.11). `None` when there
    /// are none.
    ///
    /// # Errors
    /// A fault if JSON cannot be written.
    pub fn related_origins_document(&self) -> Result<Option<PublicDocument>, Fault> {
        let tenants = self.all();
        let usable = tenants.iter().filter(|at| at.passkeys.is_some());
        let origins: BTreeSet<_> = usable.flat_map(|at| &at.tenant.settings.passkeys.related_origins).collect();
        if origins.is_empty() {
            return Ok(None);
        }
        let bytes = serde_json::to_vec(&serde_json::json!({ "origins": origins })).map_err(Fault::new)?;
        Ok(Some(document(bytes)))
    }
}

impl TenantDirectory {
    /// The discovery document, the same for OpenID Connect and OAuth.
    ///
    /// It changes only with the directory: doors make it once for each snapshot.
    ///
    /// # Errors
    /// A fault if JSON cannot be written.
    pub fn discovery_document(&self) -> Result<PublicDocument, Fault> {
        let mut scopes = OIDC_SCOPES.to_vec();
        for scope in self.claim_scopes().into_iter().chain(self.servers.iter().flat_map(|server| server.scopes.iter()))
        {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        let released = self.attributes.iter().filter(|one| one.scope.is_some());
        let own_claims: Vec<&str> = released.map(|one| one.name.as_str()).collect();
        let types = self.servers.iter().flat_map(|server| &server.authorization_details_types);
        let mut details_types: Vec<&str> = types.map(|known| known.name.as_str()).collect();
        details_types.sort_unstable();
        details_types.dedup();
        let settings = &self.tenant.settings;
        let bytes = metadata::document(&Facts {
            issuer: &self.issuer,
            backchannel_base: None,
            profile: settings.profile,
            disabled_grants: settings.disabled_grant_types.list(),
            mutual_tls: self.mutual_tls.is_some(),
            client_attestation: settings.client_attestation,
            mutual_tls_base: self.mutual_tls.as_ref().and_then(|mutual| mutual.base.as_deref()),
            scopes: &scopes,
            own_claims: &own_claims,
            details_types: &details_types,
            pushed_only: settings.require_pushed_authorization_requests,
            signed_only: settings.require_signed_request_object,
            registration_open: settings.registration,
            client_documents: settings.client_id_metadata_documents,
            clients_register: settings.client_registration != ClientRegistration::Off,
            acrs: self.acrs(),
            ui_locales: &[],
        })?;
        Ok(document(bytes))
    }

    /// The metadata of our own API, userinfo (RFC 9728).
    ///
    /// # Errors
    /// As `discovery_document`.
    pub fn userinfo_document(&self) -> Result<PublicDocument, Fault> {
        resource_metadata::of_userinfo(&self.issuer, &self.claim_scopes()).map(document)
    }

    /// The metadata of a registered resource server (RFC 9728).
    ///
    /// # Errors
    /// As `discovery_document`.
    pub fn server_document(&self, server: &ResourceServer) -> Result<PublicDocument, Fault> {
        resource_metadata::of_server(&self.issuer, server).map(document)
    }

    /// The JWK set.
    pub fn jwks_document(&self) -> PublicDocument {
        PublicDocument { bytes: self.signing.jwks().to_vec(), etag: self.signing.jwks_etag().to_owned() }
    }
}

fn document(bytes: Vec<u8>) -> PublicDocument {
    PublicDocument { etag: etag_of(&bytes), bytes }
}
