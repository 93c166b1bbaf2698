//! Client credentials: a client on its own behalf.
//!
//! Owns the grant: no person, so no scope of OpenID Connect and no refresh token. A JWT leaves no row, only a count: it
//! is revocable by `jti`, client or key. An opaque token has its row as every other. RFC 6749 §4.4; DESIGN §11.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use portreeve_domain::{Client, Failure, Fault, GrantType};
use portreeve_oidc::Refusal;
use portreeve_oidc::access_token::Principal;
use portreeve_oidc::token_target::{self, TokenTarget, Wanted};
use portreeve_storage::access_tokens;

use super::access_token::{self, AccessDraft, AccessWish};
use super::mint::{self, IssuedTokens};
use crate::directory::TenantDirectory;
use crate::gate::{self, Pass};
use crate::sender::{BoundSender, ProvenSender};
use crate::settlement::settle;
use crate::{Issuer, audit};

/// How many access tokens this node has issued without a row.
#[derive(Debug, Default)]
pub struct UnstoredTokens(AtomicU64);

impl UnstoredTokens {
    /// The number since the start of the process.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Issuer {
    /// Gives `client`, which has authenticated, an access token of its own.
    ///
    /// # Errors
    /// Those of `oidc::token_target::for_client`; `GrantTypeNotAllowed` for a public client.
    pub(super) async fn grant_to_client(
        &self,
        at: &Arc<TenantDirectory>,
        client: &Client,
        sender: &ProvenSender,
        wanted: Wanted<'_>,
    ) -> Result<IssuedTokens, Failure<Refusal>> {
        let admitted = gate::admit_client(at, client, GrantType::ClientCredentials);
        let pass = admitted.map_err(|refusal| Failure::Refused(refusal.at_token_endpoint()))?;
        let target = token_target::for_client(client, wanted, &at.server_list());
        let target = target.map_err(Failure::Refused)?;
        at.signing.active(access_token::SIGNED_WITH)?;
        let access = if access_token::is_opaque(at, &target) {
            self.store_access_token(at, &pass, sender, target).await?
        } else {
            let bound = self.spend_proof(at, sender).await?;
            self.unstored_tokens.add_one();
            self.draft(at, &pass, bound, target)?
        };
        Ok(IssuedTokens {
            confirmation: access.confirmation,
            access_token: access.text(at, Principal::Client(&client.id))?,
            expires_in: access.expires_at.since(access.issued_at),
            scope: access.scope,
            details: access.details,
            refresh_token: None,
            id_token: None,
            issued_token_type: None,
        })
    }

    async fn store_access_token(
        &self,
        at: &TenantDirectory,
        pass: &Pass,
        sender: &ProvenSender,
        target: TokenTarget,
    ) -> Result<AccessDraft, Failure<Refusal>> {
        let mut tx = self.store.begin(at.id()).await?;
        let stored = async {
            let bound = sender.spend(&mut tx, at).await?;
            let access = self.draft(at, pass, bound, target)?;
            access_tokens::insert(&mut tx, at.id(), &access.row(pass)).await?;
            let event = access.told_by(mint::access_token_issued(pass, access.issued_at));
            audit::record(&mut tx, &self.ambient, at, event).await?;
            Ok(access)
        };
        let stored = stored.await;
        settle(tx, stored).await
    }

    fn draft(
        &self,
        at: &TenantDirectory,
        pass: &Pass,
        sender: BoundSender,
        target: TokenTarget,
    ) -> Result<AccessDraft, Fault> {
        AccessDraft::new(pass, &self.ambient, at, AccessWish { target, sender, until: None })
    }
}

#[cfg(test)]
mod tests;
