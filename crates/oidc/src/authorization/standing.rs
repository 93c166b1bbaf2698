//! Accepted requests that were stored: held against what is registered by the time somebody comes with them.
//!
//! A refusal is for the person in front of the browser, whatever it is: nothing may be sent to an address that is not known to be the
//! client's any more (RFC 6749 §4.1.2.1, SECURITY S-001). Leaves what the tokens of a grant are for to `token_target`, and the grants of
//! whoever waits elsewhere to the issuer's gate.

use portreeve_domain::{Client, Profile};

use super::{Accepted, acceptance};
use crate::scope_policy::{self, Known};
use crate::{Cause, Refusal, redirect_uri};

impl Accepted {
    /// Checks that `client`, whose request this is, may still be answered, and still ask for it. Requests of our own pages always stand;
    /// one that is not answered by the browser has no redirect URI and no response type.
    ///
    /// # Errors
    /// `ClientDisabled`, `RedirectUriNotRegistered`, `ResponseTypeUnsupported`, `ResponseTypeNotRegistered`, `ScopeNotAllowed`.
    pub fn check_stands(&self, client: &Client, tenant: Profile, known: Known<'_>) -> Result<(), Refusal> {
        if self.is_of_own_page() {
            return Ok(());
        }
        if client.disabled_at.is_some() {
            return Err(Refusal::new(Cause::ClientDisabled).with_detail(client.id.as_str()));
        }
        if self.waiting.is_none() {
            let (metadata, redirect_uri) = (&client.metadata, self.target.redirect_uri());
            if !redirect_uri::matches(&metadata.redirect_uris, redirect_uri, metadata.application_type) {
                return Err(Refusal::new(Cause::RedirectUriNotRegistered).with_detail(redirect_uri));
            }
            acceptance::usable(self.response_type, client, tenant)?;
        }
        scope_policy::allowed(&self.scope, client, known).map(drop)
    }
}
