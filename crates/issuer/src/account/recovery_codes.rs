//! Recovery codes: made anew, shown until they are saved, and never again.

use portreeve_domain::{Fault, MailPurpose};
use portreeve_storage::account_drafts;

use super::Visitor;
use super::draft::{Draft, StoredDraft};
use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::journeys::PostedFrom;

/// The codes that wait to be saved.
pub struct CodesOnPage(pub Vec<String>);

impl Issuer {
    /// The codes that the visitor has not said to have saved; `None` when there are none.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn unsaved_codes(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Option<CodesOnPage>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        Ok(match self.begun(&mut conn, at, visitor).await?.map(|begun| begun.draft) {
            Some(Draft::RecoveryCodes(codes)) => Some(CodesOnPage(codes)),
            _ => None,
        })
    }

    /// Makes new codes; the former ones are dead. False without a second factor, for which they stand in, and when the
    /// session has ended. The owner is told by mail. The caller has seen to a fresh sign-in.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn renew_recovery_codes(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        from: &PostedFrom,
    ) -> Result<bool, Fault> {
        if !visitor.factors.has_second_factor() {
            return Ok(false);
        }
        let user = visitor.user();
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(false) };
        let codes = self.new_recovery_codes(&mut tx, at, user).await?;
        self.keep_draft(&mut tx, at, visitor.session.id, &Draft::RecoveryCodes(codes)).await?;
        self.mail(&mut tx, at, MailPurpose::RecoveryCodesRenewed, user, &from.locale).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The visitor has saved the codes: they are not shown again. False when the session has ended, and nothing was done.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn codes_saved(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<bool, Fault> {
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(false) };
        if let Some(StoredDraft { draft: Draft::RecoveryCodes(_), sealed }) = self.begun(&mut tx, at, visitor).await? {
            account_drafts::take(&mut tx, at.id(), visitor.session.id, &sealed, self.ambient.now()).await?;
            tx.commit().await?;
        }
        Ok(true)
    }
}
