//! Attested instances of clients: who may vouch for them, and that an instance proves its key, once.
//!
//! Owns the order: the attestation, the proof, the challenge, and only then the replay store. A proof of its own is used up here; a
//! DPoP proof, which serves both ends, by whoever binds tokens to it (`sender`). Challenges are DPoP nonces: the same value serves
//! both, so a proof that serves both needs one. Leaves what the JWTs say to `oidc::attestation` and `oidc::dpop`.
//! OAuth 2.0 Attestation-Based Client Authentication.

use portreeve_domain::{
    Client, ClientAttestation, ClientAuthMethod, ClientId, Failure, Thumbprint, Timestamp, TrustedIssuer,
};
use portreeve_jose::HolderKey;
use portreeve_oidc::attestation::{self, Expectation};
use portreeve_oidc::dpop::{AcceptedProof, nonce};
use portreeve_oidc::{Cause, Refusal, signatures};
use portreeve_storage::client_assertions::{self, UsedAssertion};

use crate::Issuer;
use crate::client_keys::{ClientKeys, KeySource};
use crate::directory::TenantDirectory;
use crate::sender::SenderEvidence;
use crate::settlement::refuse;
use crate::tokens::id_token::profile;

/// An instance that has proven its key.
#[derive(Clone, Debug)]
pub(crate) struct ProvenInstance {
    /// The key that was vouched for.
    pub(crate) key: Thumbprint,
    /// The DPoP proof that was the proof; it is not used up yet.
    pub(crate) dpop: Option<AcceptedProof>,
}

impl TenantDirectory {
    /// The challenge for the proofs of attested instances, where this tenant demands one.
    pub fn attestation_challenge(&self, now: Timestamp) -> Option<String> {
        self.demands_challenges().then(|| nonce::current(&self.keys.dpop_nonces, now))
    }

    /// Whether proofs of attested instances must hold a challenge; never where the profile knows no such clients.
    pub(crate) fn demands_challenges(&self) -> bool {
        let settings = &self.tenant.settings;
        let has_instances = settings.profile.rules().client_authentication.iter().any(|method| method.is_attested());
        has_instances && settings.client_attestation == ClientAttestation::Challenged
    }

    /// Who may vouch for instances of a client, with what is known of their keys.
    fn attesters<'a>(&'a self, client: &'a ClientId) -> impl Iterator<Item = (&'a TrustedIssuer, &'a ClientKeys)> {
        let all = self.trusted_issuers.iter().map(AsRef::as_ref).zip(&self.trusted_keys);
        all.filter(|(trusted, _)| trusted.attests.contains(client))
    }

    fn check_challenge(&self, challenge: Option<&str>, now: Timestamp) -> Result<(), Refusal> {
        let is_live = challenge.is_some_and(|text| nonce::is_live(text, &self.keys.dpop_nonces, now));
        if !self.demands_challenges() || is_live { Ok(()) } else { Err(Cause::AttestationChallengeNeeded.into()) }
    }
}

impl Issuer {
    /// Checks that an instance of `client` sends a request, in the way that is registered.
    ///
    /// # Errors
    /// `AttestationStale`; `AttestationChallengeNeeded`; the causes of `oidc::dpop` for a DPoP proof; `ClientAuthenticationFailed` for everything
    /// else that is not right; a fault when the database is away.
    pub(crate) async fn check_instance(
        &self,
        at: &TenantDirectory,
        client: &Client,
        sender: &SenderEvidence,
    ) -> Result<ProvenInstance, Failure<Refusal>> {
        if at.tenant.settings.client_attestation == ClientAttestation::Off {
            return refuse(failed("attestations are switched off"));
        }
        let key = self.attested_key(at, client, &sender.attestation).await.map_err(Failure::Refused)?;
        // A proof of its own makes it the one method, whatever stands beside it.
        if !sender.attestation_proof.is_empty() {
            if client.metadata.token_endpoint_auth_method != ClientAuthMethod::AttestJwtClientAuth {
                return refuse(failed("the client is registered for DPoP proofs"));
            }
            return self.check_own_proof(at, client, &key, sender).await;
        }
        if client.metadata.token_endpoint_auth_method != ClientAuthMethod::AttestJwtClientAuthDpop {
            return refuse(failed("no proof"));
        }
        let proof = self.check_posted_proof(at, client, sender, &sender.path).map_err(Failure::Refused)?;
        let Some(proof) = proof else { return refuse(failed("no proof")) };
        if proof.key != Thumbprint::from_bytes(key.thumbprint()) {
            return refuse(failed("the DPoP proof is of another key"));
        }
        at.check_challenge(proof.nonce.as_deref(), self.ambient.now()).map_err(Failure::Refused)?;
        Ok(ProvenInstance { key: proof.key, dpop: Some(proof) })
    }

    /// The key of the instance, by the word of whoever may vouch for it.
    async fn attested_key(
        &self,
        at: &TenantDirectory,
        client: &Client,
        headers: &[Vec<u8>],
    ) -> Result<HolderKey, Refusal> {
        let text = attestation::single(headers)?;
        let claimed = attestation::claimed(text)?;
        let mut why_not = failed("nobody may vouch for the client");
        for (attester, known) in at.attesters(&client.id) {
            let Some(source) = KeySource::of(attester) else { continue };
            let keys = match self.signer_keys(at, known, source, claimed.key_id.as_deref()).await {
                Ok(keys) => keys,
                Err(no_keys) => {
                    why_not = failed(&no_keys.to_string());
                    continue;
                }
            };
            match attestation::check(text, &expectation(at, client, &attester.issuer), &keys, self.ambient.now()) {
                Err(refusal) if refusal.cause != Cause::AttestationStale => why_not = refusal,
                decided => return decided,
            }
        }
        Err(why_not)
    }

    async fn check_own_proof(
        &self,
        at: &TenantDirectory,
        client: &Client,
        key: &HolderKey,
        sender: &SenderEvidence,
    ) -> Result<ProvenInstance, Failure<Refusal>> {
        let now = self.ambient.now();
        let text = attestation::single(&sender.attestation_proof).map_err(Failure::Refused)?;
        let from = expectation(at, client, &at.issuer);
        let proof = attestation::check_proof(text, key, &from, now).map_err(Failure::Refused)?;
        at.check_challenge(proof.challenge.as_deref(), now).map_err(Failure::Refused)?;
        self.demand_nonce(at, client, sender).map_err(Failure::Refused)?;
        let used = UsedAssertion { client: &client.id, jti_hash: &proof.fingerprint, expires_at: proof.remember_until };
        let mut tx = self.store.begin(at.id()).await?;
        let taken = client_assertions::take(&mut tx, at.id(), used, now).await?;
        tx.commit().await?;
        if !taken {
            return refuse(failed("the proof was used before"));
        }
        Ok(ProvenInstance { key: Thumbprint::from_bytes(key.thumbprint()), dpop: None })
    }
}

fn expectation<'a>(at: &'a TenantDirectory, client: &'a Client, attester: &'a str) -> Expectation<'a> {
    let algorithms = signatures::of_assertions(None, profile(at, client).rules().signatures);
    Expectation { client: &client.id, attester, issuer: &at.issuer, algorithms }
}

fn failed(detail: &str) -> Refusal {
    Refusal::new(Cause::ClientAuthenticationFailed).with_detail(format!("attestation: {detail}"))
}
