//! Client authentication at the token, introspection and revocation endpoints.
//!
//! Owns comparing what was presented with what is registered. An unknown client, a wrong secret, another method and a
//! client that is switched off get one answer at similar cost (S-048, S-059). Leaves reading the request to
//! `oidc::client_authentication` and assertions to `oidc::assertion`. RFC 6749 §2.3, RFC 7523 §3, OIDC Core §9.

use std::sync::Arc;

use portreeve_crypto::{Sha256Digest, sha256};
use portreeve_domain::{Client, ClientId, Failure};
use portreeve_oidc::assertion;
use portreeve_oidc::client_authentication::{Presented, check_method};
use portreeve_oidc::jwt_assertion::Recipient;
use portreeve_oidc::{Cause, Parameters, Refusal, paths};
use portreeve_storage::client_assertions::{self, UsedAssertion};

use crate::Issuer;
use crate::client_keys::NoKeys;
use crate::directory::TenantDirectory;
use crate::settlement::refuse;

/// What a secret is compared with when there is none: as much work, and no text hashes to it that anybody knows.
const DECOY: [u8; 32] = [0; 32];

impl Issuer {
    /// Finds out which client sent a request; a public client only says who it is.
    ///
    /// `authorization` holds the value of every `Authorization` header, as raw bytes. An assertion is used up.
    ///
    /// # Errors
    /// Those of `oidc::client_authentication::Presented::from_request`; `ClientAuthenticationFailed` for everything that
    /// is presented and not right; a fault when the database is away.
    pub(crate) async fn authenticate_client(
        &self,
        at: &TenantDirectory,
        authorization: &[&[u8]],
        parameters: &Parameters,
    ) -> Result<Arc<Client>, Failure<Refusal>> {
        let presented = Presented::from_request(authorization, parameters).map_err(Failure::Refused)?;
        let client = match &presented {
            Presented::None { client_id } => known(at, client_id),
            Presented::Basic { client_id, secret } | Presented::Post { client_id, secret } => {
                check_secret(at, client_id, secret.expose())
            }
            Presented::Assertion { client_id_hint, assertion } => {
                return self.check_assertion(at, &presented, client_id_hint.as_ref(), assertion.expose()).await;
            }
        };
        let client = client.map_err(Failure::Refused)?;
        check_standing(&client, &presented).map_err(Failure::Refused)?;
        Ok(client)
    }

    /// As `authenticate_client`, for endpoints where a client must prove who it is.
    ///
    /// # Errors
    /// As `authenticate_client`; `ClientAuthenticationFailed` for a public client.
    pub(crate) async fn authenticate_confidential_client(
        &self,
        at: &TenantDirectory,
        authorization: &[&[u8]],
        parameters: &Parameters,
    ) -> Result<Arc<Client>, Failure<Refusal>> {
        let client = self.authenticate_client(at, authorization, parameters).await?;
        if client.is_public() {
            return refuse(failed("a public client cannot authenticate"));
        }
        Ok(client)
    }

    async fn check_assertion(
        &self,
        at: &TenantDirectory,
        presented: &Presented,
        hint: Option<&ClientId>,
        text: &str,
    ) -> Result<Arc<Client>, Failure<Refusal>> {
        let claimed = assertion::claimed_client(text, hint).map_err(Failure::Refused)?;
        let token_endpoint = format!("{}{}", at.issuer, paths::TOKEN);
        let recipient = Recipient { issuer: &at.issuer, token_endpoint: &token_endpoint };
        let now = self.ambient.now();
        let registered = known(at, &claimed.client);
        let keys = match &registered {
            Ok(client) => self.keys_of(at, client, claimed.key_id.as_deref()).await,
            Err(_) => Err(NoKeys::None),
        };
        // Without keys of the client ours stand in: nothing of theirs verifies with them, and it takes as long.
        let trusted = keys.as_ref().map_or(at.signing.believed(), |keys| keys);
        let accepted = assertion::check(text, &claimed.client, &recipient, trusted, now);
        let client = registered.map_err(Failure::Refused)?;
        if let Err(no_keys) = keys {
            return refuse(Refusal::new(Cause::ClientAuthenticationFailed).with_detail(no_keys.to_string()));
        }
        let accepted = accepted.map_err(Failure::Refused)?;
        check_standing(&client, presented).map_err(Failure::Refused)?;
        let token_id = sha256(accepted.token_id.as_bytes());
        let used =
            UsedAssertion { client: &client.id, jti_hash: token_id.as_bytes(), expires_at: accepted.remember_until };
        let mut tx = self.store.begin(at.id()).await?;
        let taken = client_assertions::take(&mut tx, at.id(), used, now).await?;
        tx.commit().await?;
        if !taken {
            return refuse(failed("the assertion was used before"));
        }
        Ok(client)
    }
}

fn known(at: &TenantDirectory, id: &ClientId) -> Result<Arc<Client>, Refusal> {
    at.client(id).cloned().ok_or_else(|| failed("no such client"))
}

/// Compares a secret with every live one, all of them, whatever matched.
fn check_secret(at: &TenantDirectory, id: &ClientId, secret: &str) -> Result<Arc<Client>, Refusal> {
    let presented = sha256(secret.as_bytes());
    let client = known(at, id);
    let live = client.as_ref().map_or(&[][..], |client| &client.secrets);
    let stored = live.iter().map(|secret| secret.hash).chain(live.is_empty().then_some(DECOY));
    let matched = stored.fold(false, |matched, hash| presented.ct_eq(&Sha256Digest::from_bytes(hash)) | matched);
    let client = client?;
    if matched && !client.secrets.is_empty() { Ok(client) } else { Err(failed("wrong secret")) }
}

fn check_standing(client: &Client, presented: &Presented) -> Result<(), Refusal> {
    check_method(client, presented)?;
    if client.disabled_at.is_some() {
        return Err(failed("the client is switched off"));
    }
    Ok(())
}

fn failed(detail: &'static str) -> Refusal {
    Refusal::new(Cause::ClientAuthenticationFailed).with_detail(detail)
}

#[cfg(test)]
mod tests;
