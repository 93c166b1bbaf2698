//! Software statements at registration: whose count, and with which keys they are verified.
//!
//! A statement vouches for what it says and for no more: a client that brings one is as trusted as one that does not. What it
//! must be is `oidc::software_statement`'s. RFC 7591 §2.3, §3.1.1.

use portreeve_oidc::client_registration::{Sent, Submitted};
use portreeve_oidc::software_statement::{self, Expectation};
use portreeve_oidc::{Cause, ClaimedIssuer, Refusal};

use crate::Issuer;
use crate::client_keys::KeySource;
use crate::directory::TenantDirectory;

impl Issuer {
    /// Reads a registration, with what a trusted issuer says of the software in place of the client's own words.
    ///
    /// # Errors
    /// Those of `Sent`; `StatementNotApproved` for a statement of an issuer that is not trusted with it; `StatementUnusable`.
    pub(crate) async fn read_submitted(&self, at: &TenantDirectory, body: &[u8]) -> Result<Submitted, Refusal> {
        let sent = Sent::read(body)?;
        let Some(statement) = sent.statement()? else { return sent.submitted(None) };
        let claimed = ClaimedIssuer::read(statement, Cause::StatementUnusable)?;
        let trusted = at.trusted_signer(&claimed.issuer).filter(|(trusted, _)| trusted.software_statements);
        let Some((trusted, known)) = trusted else {
            return Err(Refusal::new(Cause::StatementNotApproved).with_detail(claimed.issuer));
        };
        let unusable = |what: String| Refusal::new(Cause::StatementUnusable).with_detail(what);
        let source = KeySource::of(trusted).ok_or_else(|| unusable("the issuer has no keys".to_owned()))?;
        let keys = self.signer_keys(at, known, source, claimed.key_id.as_deref()).await;
        let keys = keys.map_err(|why| unusable(why.to_string()))?;
        let from = Expectation {
            issuer: &claimed.issuer,
            audience: &at.issuer,
            profile: at.tenant.settings.profile,
            now: self.ambient.now(),
        };
        let proven = software_statement::check(statement, &from, &keys)?;
        sent.submitted(Some(proven))
    }
}
