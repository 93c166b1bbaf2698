//! What a person agreed to.

use portreeve_domain::Fault;
use portreeve_storage::terms_acceptances::{self, TermsAcceptance};

use super::Visitor;
use crate::Issuer;
use crate::directory::TenantDirectory;

impl Issuer {
    /// The terms that the visitor agreed to, newest first, older versions among them.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn accepted_terms(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Vec<TermsAcceptance>, Fault> {
        terms_acceptances::of_user(&mut self.store.read(at.id()).await?, at.id(), visitor.user()).await
    }
}
