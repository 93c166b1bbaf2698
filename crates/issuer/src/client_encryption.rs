//! What only a client may read: answers encrypted with its keys, as it registered.
//!
//! Owns having the keys at hand before anything is used up, so that encrypting, which comes after the commit, does not wait
//! for anybody. A client that is to get something encrypted never gets it otherwise. Leaves who wants what to
//! `oidc::encryption`. OIDC Core §10.2, §16.14; JARM §2.2; RFC 9701 §5.

use portreeve_domain::{Client, Fault};
use portreeve_jose::Content;
use portreeve_oidc::authorization::{Accepted, Protection};
use portreeve_oidc::encryption::Answer;
use portreeve_oidc::{Cause, Refusal};

use crate::Issuer;
use crate::directory::TenantDirectory;

impl Issuer {
    /// Takes care that what the answer to an accepted request holds can be encrypted, if its client wants it so.
    ///
    /// # Errors
    /// `RecipientUnknown`.
    pub async fn prepare_to_answer(&self, at: &TenantDirectory, request: &Accepted) -> Result<(), Refusal> {
        let Some(client) = at.client(&request.client_id) else { return Ok(()) };
        if request.target.mode().protection == Protection::Signed {
            self.prepare_to_encrypt(at, client, Answer::AuthorizationResponse).await?;
        }
        if request.is_oidc() {
            self.prepare_to_encrypt(at, client, Answer::IdToken).await?;
        }
        Ok(())
    }

    /// Takes care that `answer` can be encrypted to `client`, if it wants it so: fetches its keys where it publishes them.
    ///
    /// # Errors
    /// `RecipientUnknown` when they cannot be had, or none fits.
    pub(crate) async fn prepare_to_encrypt(
        &self,
        at: &TenantDirectory,
        client: &Client,
        answer: Answer,
    ) -> Result<(), Refusal> {
        let Some(encryption) = answer.encryption(&client.metadata) else { return Ok(()) };
        let fetched = self.fetch_recipient(at, client, encryption.key_management).await;
        fetched.map_err(|none| Refusal::new(Cause::RecipientUnknown).with_detail(none.to_string()))
    }
}

/// Encrypts an answer as `client` registered; as it is, when it did not.
///
/// # Errors
/// A fault when its keys are not at hand any more: it is never given out readable instead.
pub(crate) fn for_client(
    at: &TenantDirectory,
    client: &Client,
    answer: Answer,
    content: Content<'_>,
) -> Result<Option<String>, Fault> {
    let Some(encryption) = answer.encryption(&client.metadata) else { return Ok(None) };
    let keys = at.recipient_keys(client).map_err(|none| Fault::transient(none.to_string()))?;
    keys.encrypt(content, encryption).map(Some).map_err(Fault::new)
}

/// As [`for_client`], for a signed token.
///
/// # Errors
/// As [`for_client`].
pub(crate) fn token_for_client(
    at: &TenantDirectory,
    client: &Client,
    answer: Answer,
    token: String,
) -> Result<String, Fault> {
    Ok(for_client(at, client, answer, Content::SignedJwt(&token))?.unwrap_or(token))
}
