//! Client authentication at the token, introspection and revocation endpoints.
//!
//! Owns comparing what was presented with what is registered. An unknown client, a wrong secret, another method and a
//! client that is switched off get one answer at similar cost (S-048, S-059). Leaves reading the request to
//! `oidc::client_authentication`, assertions to `oidc::assertion` and attested instances to `client_attestations`. RFC 6749 §2.3,
//! RFC 7523 §3, RFC 8705 §2, OIDC Core §9.

use std::sync::Arc;

use portreeve_crypto::{SecretText, Sha256Digest, sha256};
use portreeve_domain::{AssertionAudience, Client, ClientAuthMethod, ClientId, Failure, Fault, GrantType};
use portreeve_jose::KeySet;
use portreeve_oidc::assertion::{self, AcceptedAssertion};
use portreeve_oidc::certificate::{self, RegisteredSubject};
use portreeve_oidc::client_authentication::{Presented, check_method};
use portreeve_oidc::jwt_assertion::{AssertionKeys, Recipient};
use portreeve_oidc::{Cause, Parameters, Refusal, attestation, paths, signatures};
use portreeve_storage::client_assertions::{self, UsedAssertion};

use crate::client_attestations::ProvenInstance;
use crate::client_keys::NoKeys;
use crate::directory::TenantDirectory;
use crate::sender::{CertificateIssuer, ProvenSender, SenderEvidence, ShownCertificate};
use crate::settlement::refuse;
use crate::tokens::id_token::profile;
use crate::{Issuer, client_secrets};

/// What a secret is compared with when there is none: as much work, and no text hashes to it that anybody knows.
const DECOY: [u8; 32] = [0; 32];
/// The endpoints that an assertion may be made for (RFC 7523 §3, RFC 9126 §2, CIBA Core §7.1).
const AUDIENCES: [&str; 3] = [paths::TOKEN, paths::PAR, paths::BC_AUTHORIZE];

/// A client that has authenticated.
pub(crate) struct Authenticated {
    /// The client.
    pub(crate) client: Arc<Client>,
    /// The instance that sends the request, where somebody vouches for it.
    pub(crate) instance: Option<ProvenInstance>,
}

impl Issuer {
    /// As `authenticate`, for endpoints that bind nothing to the sender: its proof is used up.
    ///
    /// # Errors
    /// As `authenticate`; `DpopProofReplayed`.
    pub(crate) async fn authenticate_client(
        &self,
        at: &TenantDirectory,
        authorization: &[&[u8]],
        sender: &SenderEvidence,
        parameters: &Parameters,
    ) -> Result<Arc<Client>, Failure<Refusal>> {
        let authenticated = self.authenticate(at, authorization, sender, parameters).await?;
        if let Some(instance) = authenticated.instance {
            self.spend_proof(at, &ProvenSender::instance(instance)).await?;
        }
        Ok(authenticated.client)
    }

    /// Finds out which client sent a request; a public client only says who it is, and one with a certificate or an attestation
    /// shows it.
    ///
    /// `authorization` holds the value of every `Authorization` header, as raw bytes. An assertion is used up, unless a nonce
    /// must be asked for; a DPoP proof that authenticates is not.
    ///
    /// # Errors
    /// Those of `oidc::client_authentication::Presented::from_request`; those of `check_instance`;
    /// `DpopNonceNeeded`; `ClientAuthenticationFailed` for everything that is presented and not right; a fault when the database is
    /// away.
    pub(crate) async fn authenticate(
        &self,
        at: &TenantDirectory,
        authorization: &[&[u8]],
        sender: &SenderEvidence,
        parameters: &Parameters,
    ) -> Result<Authenticated, Failure<Refusal>> {
        let attested = attestation::named_client(&sender.attestation);
        let presented = Presented::from_request(authorization, attested, parameters).map_err(Failure::Refused)?;
        let client = match &presented {
            Presented::None { client_id } => self.check_certificate(at, client_id, sender.certificate.as_ref()).await,
            Presented::Basic { client_id, secret } | Presented::Post { client_id, secret } => {
                check_secret(at, client_id, secret.expose())
            }
            Presented::Assertion { client_id_hint, assertion } => {
                let text = (assertion.expose(), client_id_hint.as_ref());
                let (client, used) = self.check_assertion(at, &presented, text, is_of_ciba(sender, parameters)).await?;
                // A client that is told to come again with a nonce may come with the same assertion.
                self.demand_nonce(at, &client, sender).map_err(Failure::Refused)?;
                self.use_up(at, &client, &used).await?;
                return Ok(Authenticated { client, instance: None });
            }
        };
        let client = client.map_err(Failure::Refused)?;
        check_standing(at, &client, &presented).map_err(Failure::Refused)?;
        let instance = match client.metadata.token_endpoint_auth_method.is_attested() {
            true => Some(self.check_instance(at, &client, sender).await?),
            false => None,
        };
        Ok(Authenticated { client, instance })
    }

    /// Compares the certificate shown with what a client registered, if that is how it authenticates (RFC 8705 §2).
    async fn check_certificate(
        &self,
        at: &TenantDirectory,
        id: &ClientId,
        shown: Option<&ShownCertificate>,
    ) -> Result<Arc<Client>, Refusal> {
        let client = known(at, id)?;
        if !client.metadata.token_endpoint_auth_method.is_mutual_tls() {
            return Ok(client);
        }
        let shown = shown.ok_or_else(|| failed("no certificate"))?;
        let is_right = if client.metadata.token_endpoint_auth_method == ClientAuthMethod::TlsClientAuth {
            let names = |subject| certificate::names_subject(&shown.der, &subject, self.ambient.now());
            shown.issuer == CertificateIssuer::Trusted && RegisteredSubject::of(&client.metadata).is_ok_and(names)
        } else {
            let found = self.is_certificate_of(at, &client, &shown.der).await;
            found.map_err(|none| Refusal::new(Cause::ClientAuthenticationFailed).with_detail(none.to_string()))?
        };
        if is_right { Ok(client) } else { Err(failed("not the certificate of the client")) }
    }

    /// As `authenticate_client`, for endpoints where a client must prove who it is.
    ///
    /// # Errors
    /// As `authenticate_client`; `ClientAuthenticationFailed` for a public client.
    pub(crate) async fn authenticate_confidential_client(
        &self,
        at: &TenantDirectory,
        authorization: &[&[u8]],
        sender: &SenderEvidence,
        parameters: &Parameters,
    ) -> Result<Arc<Client>, Failure<Refusal>> {
        let client = self.authenticate_client(at, authorization, sender, parameters).await?;
        if client.is_public() {
            return refuse(failed("a public client cannot authenticate"));
        }
        Ok(client)
    }

    async fn check_assertion(
        &self,
        at: &TenantDirectory,
        presented: &Presented,
        (text, hint): (&str, Option<&ClientId>),
        is_backchannel: bool,
    ) -> Result<(Arc<Client>, AcceptedAssertion), Failure<Refusal>> {
        let claimed = assertion::claimed_client(text, hint).map_err(Failure::Refused)?;
        let endpoints: Vec<_> = AUDIENCES.iter().flat_map(|path| at.addresses_of(path)).collect();
        let now = self.ambient.now();
        let registered = known(at, &claimed.client);
        let profile = registered.as_ref().map_or(at.tenant.settings.profile, |client| profile(at, client));
        let rules = profile.rules();
        let registered_algorithm =
            registered.as_ref().ok().and_then(|client| client.metadata.token_endpoint_auth_signing_alg.as_deref());
        let algorithms = signatures::of_assertions(registered_algorithm, rules.signatures);
        let audience = if is_backchannel { AssertionAudience::IssuerOrEndpoint } else { rules.assertion_audience };
        let recipient = Recipient { issuer: &at.issuer, endpoints: &endpoints, audience, algorithms };
        let own = match &registered {
            Ok(client) => self.own_keys(at, client, claimed.key_id.as_deref()).await?,
            Err(_) => OwnKeys::Nothing(NoKeys::None),
        };
        let keys = match &own {
            OwnKeys::Public(keys) => AssertionKeys::Public(keys),
            OwnKeys::Secrets(secrets) => AssertionKeys::Secrets(secrets),
            // Without keys of the client ours stand in: nothing of theirs verifies with them, and it takes as long.
            OwnKeys::Nothing(_) => AssertionKeys::Public(at.signing.believed()),
        };
        let accepted = assertion::check(text, &claimed.client, &recipient, keys, now);
        let client = registered.map_err(Failure::Refused)?;
        if let OwnKeys::Nothing(no_keys) = own {
            return refuse(Refusal::new(Cause::ClientAuthenticationFailed).with_detail(no_keys.to_string()));
        }
        let accepted = accepted.map_err(Failure::Refused)?;
        check_standing(at, &client, presented).map_err(Failure::Refused)?;
        Ok((client, accepted))
    }

    async fn use_up(
        &self,
        at: &TenantDirectory,
        client: &Client,
        accepted: &AcceptedAssertion,
    ) -> Result<(), Failure<Refusal>> {
        let token_id = sha256(accepted.token_id.as_bytes());
        let used =
            UsedAssertion { client: &client.id, jti_hash: token_id.as_bytes(), expires_at: accepted.remember_until };
        let mut tx = self.store.begin(at.id()).await?;
        let taken = client_assertions::take(&mut tx, at.id(), used, self.ambient.now()).await?;
        tx.commit().await?;
        if taken { Ok(()) } else { refuse(failed("the assertion was used before")) }
    }

    async fn own_keys(&self, at: &TenantDirectory, client: &Client, key_id: Option<&str>) -> Result<OwnKeys, Fault> {
        match client.metadata.token_endpoint_auth_method {
            ClientAuthMethod::PrivateKeyJwt => {
                Ok(self.keys_of(at, client, key_id).await.map_or_else(OwnKeys::Nothing, OwnKeys::Public))
            }
            ClientAuthMethod::ClientSecretJwt => client_secrets::texts(at, client).map(OwnKeys::Secrets),
            ClientAuthMethod::None
            | ClientAuthMethod::ClientSecretBasic
            | ClientAuthMethod::ClientSecretPost
            | ClientAuthMethod::TlsClientAuth
            | ClientAuthMethod::SelfSignedTlsClientAuth
            | ClientAuthMethod::AttestJwtClientAuth
            | ClientAuthMethod::AttestJwtClientAuthDpop => Ok(OwnKeys::Nothing(NoKeys::None)),
        }
    }
}

/// What a client's assertions are verified with, by its registered method: never by what the assertion says.
enum OwnKeys {
    Public(Arc<KeySet>),
    Secrets(Vec<SecretText>),
    Nothing(NoKeys),
}

/// Whether a request is one of back-channel authentication: CIBA Core §7.1 has its own word on what an assertion is made for,
/// and clients of FAPI-CIBA name the endpoint they send it to.
fn is_of_ciba(sender: &SenderEvidence, parameters: &Parameters) -> bool {
    sender.path == paths::BC_AUTHORIZE
        || sender.path == paths::TOKEN && parameters.get("grant_type") == Some(GrantType::Ciba.name())
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

fn check_standing(at: &TenantDirectory, client: &Client, presented: &Presented) -> Result<(), Refusal> {
    check_method(client, presented)?;
    let allowed = profile(at, client).rules().client_authentication;
    if !allowed.contains(&client.metadata.token_endpoint_auth_method) {
        return Err(failed("the profile does not allow the client's method"));
    }
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
