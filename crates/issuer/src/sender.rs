//! Senders: who asks for a token or uses one, as far as it is bound to a key or a certificate.
//!
//! Owns who must prove a key, whether a nonce is demanded, that a proof is used once, and that a bound token is used by its
//! holder. Everything that mints takes a [`BoundSender`], which only using the proof up gives, so no grant can forget it.
//! Leaves what a proof says to `oidc::dpop`. RFC 9449 §5, §7, §8, §9, §11.1; RFC 8705 §3;
//! SECURITY S-061 to S-063.

use std::sync::Arc;

use portreeve_domain::{Client, Confirmation, Demand, DpopNonces, Failure, Thumbprint, Timestamp};
use portreeve_oidc::bearer::{PresentedToken, Scheme};
use portreeve_oidc::dpop::{self, AcceptedProof, ProofTarget, nonce};
use portreeve_oidc::{Cause, Refusal, certificate, paths};
use portreeve_storage::{Tx, dpop_proofs};

use crate::Issuer;
use crate::authenticate_client::Authenticated;
use crate::client_attestations::ProvenInstance;
use crate::directory::TenantDirectory;
use crate::settlement::{refuse, settle};
use crate::tokens::id_token::profile;
use crate::tokens::presented_token::ProvenAccessToken;

/// The endpoints of forms that look at a DPoP proof beside them (RFC 9449 §5, §10.1).
const PROVEN_AT: [&str; 2] = [paths::TOKEN, paths::PAR];

/// What a request shows of its sender, unproven.
#[derive(Clone, Debug, Default)]
pub struct SenderEvidence {
    /// The value of every `DPoP` header, as raw bytes.
    pub dpop: Vec<Vec<u8>>,
    /// The certificate whose key the sender holds.
    pub certificate: Option<ShownCertificate>,
    /// The value of every `OAuth-Client-Attestation` header, as raw bytes.
    pub attestation: Vec<Vec<u8>>,
    /// The value of every `OAuth-Client-Attestation-PoP` header, as raw bytes.
    pub attestation_proof: Vec<Vec<u8>>,
    /// Which endpoint is asked: its path below the issuer.
    pub path: String,
}

/// A certificate as the door has seen it: that the sender holds its key is proven.
#[derive(Clone, Debug)]
pub struct ShownCertificate {
    /// The certificate, DER.
    pub der: Arc<[u8]>,
    /// Who issued it.
    pub issuer: CertificateIssuer,
}

/// Who issued a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateIssuer {
    /// An authority that the operator trusts to name clients.
    Trusted,
    /// Anybody.
    Unknown,
}

impl SenderEvidence {
    fn certificate_thumbprint(&self) -> Option<Thumbprint> {
        self.certificate.as_ref().map(|shown| certificate::thumbprint(&shown.der))
    }
}

/// A request to a protected resource: userinfo, or an API behind a gateway.
#[derive(Clone, Copy)]
pub struct ResourceRequest<'a> {
    /// The access token.
    pub token: PresentedToken<'a>,
    /// Who sends it.
    pub sender: &'a SenderEvidence,
    /// What the request is for; `None` when the gateway does not say: no proof can be checked then.
    pub target: Option<RequestTarget<'a>>,
}

/// What a request to a resource is for. The host is never taken from the request.
#[derive(Clone, Copy)]
pub struct RequestTarget<'a> {
    /// The method.
    pub method: &'a str,
    /// The path, beginning with a slash: below the issuer for userinfo, below the API's host for a gateway.
    pub path: &'a str,
}

/// A sender whose proof, if there is one, is good; it is not used up yet.
pub(crate) struct ProvenSender {
    bound: BoundSender,
    proof: Option<AcceptedProof>,
}

/// What new tokens are bound to. [`ProvenSender::spend`] makes one, and [`BoundSender::by_browser`] where there is no sender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BoundSender {
    confirmation: Confirmation,
    /// The key of an attested instance.
    instance: Option<Thumbprint>,
}

impl ProvenSender {
    fn of(proof: Option<AcceptedProof>, certificate: Option<Thumbprint>) -> Self {
        let key = proof.as_ref().map(|proof| proof.key);
        Self { bound: BoundSender { confirmation: Confirmation { key, certificate }, instance: None }, proof }
    }

    /// An attested instance.
    pub(crate) fn instance(instance: ProvenInstance) -> Self {
        Self::of(instance.dpop, None).with_instance(Some(instance.key))
    }

    fn with_instance(mut self, instance: Option<Thumbprint>) -> Self {
        self.bound.instance = instance;
        self
    }

    /// What was shown.
    pub(crate) fn confirmation(&self) -> Confirmation {
        self.bound.confirmation
    }

    /// The proven key.
    pub(crate) fn key(&self) -> Option<Thumbprint> {
        self.bound.confirmation.key
    }

    /// Uses the proof up, in the transaction of what it pays for.
    ///
    /// # Errors
    /// `DpopProofReplayed`; a fault when the database is away.
    pub(crate) async fn spend(&self, tx: &mut Tx, at: &TenantDirectory) -> Result<BoundSender, Failure<Refusal>> {
        if let Some(proof) = &self.proof
            && !dpop_proofs::take(tx, at.id(), &proof.fingerprint, proof.remember_until).await?
        {
            return refuse(Cause::DpopProofReplayed);
        }
        Ok(self.bound)
    }

    /// What the tokens of a sender without a proof are bound to; `None` when there is a proof to be used up.
    pub(crate) fn without_proof(&self) -> Option<BoundSender> {
        self.proof.is_none().then_some(self.bound)
    }
}

impl BoundSender {
    /// Whoever a token reaches through the browser: nobody proves anything there.
    ///
    /// # Errors
    /// `TokenByBrowserUnbound` for a client whose tokens are bound.
    pub(crate) fn by_browser(client: &Client) -> Result<Self, Refusal> {
        let metadata = &client.metadata;
        if metadata.dpop_bound_access_tokens || metadata.tls_client_certificate_bound_access_tokens {
            return Err(Cause::TokenByBrowserUnbound.into());
        }
        Ok(Self { confirmation: Confirmation::BEARER, instance: None })
    }

    /// What to bind an access token to.
    pub(crate) fn confirmation(&self) -> Confirmation {
        self.confirmation
    }

    /// What to bind a refresh token to: an attested instance, and a public client, for others authenticate (RFC 9449 §5,
    /// RFC 8705 §4; Attestation-Based Client Authentication, Refresh token binding).
    pub(crate) fn refresh_confirmation(&self, client: &Client) -> Confirmation {
        let is_bound = client.is_public() || self.instance.is_some();
        if is_bound { self.refreshes_as() } else { Confirmation::BEARER }
    }

    /// Whether a refresh token that is bound to `holder` is the sender's.
    pub(crate) fn may_refresh(&self, holder: &Confirmation) -> bool {
        holder.is_met_by(&self.refreshes_as())
    }

    /// The key of an instance stays the same; that of its DPoP proofs may be another from grant to grant.
    fn refreshes_as(&self) -> Confirmation {
        match self.instance {
            Some(key) => Confirmation { key: Some(key), certificate: None },
            None => self.confirmation,
        }
    }
}

impl TenantDirectory {
    /// What the addresses of machine endpoints begin with: the issuer, and where certificates are asked for.
    pub(crate) fn bases(&self) -> Vec<&str> {
        let other = self.mutual_tls.as_ref().and_then(|mutual| mutual.base.as_deref());
        std::iter::once(self.issuer.as_str()).chain(other).collect()
    }

    /// An endpoint under each of them.
    pub(crate) fn addresses_of(&self, path: &str) -> Vec<String> {
        self.bases().iter().map(|base| format!("{base}{path}")).collect()
    }

    /// The nonce to answer a request with a DPoP proof with, where this tenant or a client of it uses them.
    pub fn dpop_nonce(&self, now: Timestamp) -> Option<String> {
        self.uses_dpop_nonces.then(|| nonce::current(&self.keys.dpop_nonces, now))
    }
}

impl Issuer {
    /// Checks what a client that has authenticated shows at the token endpoint.
    ///
    /// # Errors
    /// `DpopProofMissing` and `CertificateMissing` for a client that must send one; those of `oidc::dpop::check`; `DpopNonceNeeded`.
    pub(crate) fn prove_sender(
        &self,
        at: &TenantDirectory,
        authenticated: &Authenticated,
        evidence: &SenderEvidence,
    ) -> Result<ProvenSender, Refusal> {
        let client = authenticated.client.as_ref();
        let proof = self.proof_of(at, authenticated, evidence, paths::TOKEN)?;
        if proof.is_none() && client.metadata.dpop_bound_access_tokens {
            return Err(Cause::DpopProofMissing.into());
        }
        let demanded = profile(at, client).rules().bound_tokens == Demand::Required;
        let bound = client.metadata.tls_client_certificate_bound_access_tokens;
        let certificate = evidence.certificate_thumbprint().filter(|_| bound);
        if bound && certificate.is_none() {
            return Err(Cause::CertificateMissing.into());
        }
        if demanded && proof.is_none() && certificate.is_none() {
            return Err(Refusal::new(Cause::DpopProofMissing).with_detail("the profile demands bound tokens"));
        }
        let instance = authenticated.instance.as_ref().map(|instance| instance.key);
        Ok(ProvenSender::of(proof, certificate).with_instance(instance))
    }

    /// Checks the key that a client proves with a pushed request, if it does: the code is for that key alone.
    ///
    /// # Errors
    /// Those of `oidc::dpop::check`; `DpopNonceNeeded`.
    pub(crate) fn prove_pushed_key(
        &self,
        at: &TenantDirectory,
        authenticated: &Authenticated,
        evidence: &SenderEvidence,
    ) -> Result<ProvenSender, Refusal> {
        let proof = self.proof_of(at, authenticated, evidence, paths::PAR)?;
        Ok(ProvenSender::of(proof, None))
    }

    /// Checks that a token that was found is used by its holder; what comes back is to be used up.
    ///
    /// `bases` are what the target's path is below.
    ///
    /// # Errors
    /// `TokenNeedsProof`, `TokenNotBound`, `TokenBoundElsewhere`; `DpopProofMissing`; those of `oidc::dpop::check`;
    /// `DpopNonceNeeded`.
    pub(crate) fn check_holder(
        &self,
        at: &TenantDirectory,
        request: &ResourceRequest<'_>,
        bases: &[&str],
        token: &ProvenAccessToken,
    ) -> Result<ProvenSender, Refusal> {
        let certificate = request.sender.certificate_thumbprint();
        let proof = match (request.token.scheme, token.confirmation.key) {
            (Scheme::Bearer, Some(_)) => return Err(Cause::TokenNeedsProof.into()),
            (Scheme::Bearer, None) => None,
            (Scheme::Dpop, None) => return Err(Cause::TokenNotBound.into()),
            (Scheme::Dpop, Some(_)) => Some(self.check_proof(at, request, bases, token)?),
        };
        let sender = ProvenSender::of(proof, certificate);
        if !token.confirmation.is_met_by(&sender.confirmation()) {
            return Err(Cause::TokenBoundElsewhere.into());
        }
        Ok(sender)
    }

    /// Uses up the proof of a request that needs no other transaction.
    ///
    /// # Errors
    /// `DpopProofReplayed`; a fault when the database is away.
    pub(crate) async fn spend_proof(
        &self,
        at: &TenantDirectory,
        sender: &ProvenSender,
    ) -> Result<BoundSender, Failure<Refusal>> {
        if let Some(bound) = sender.without_proof() {
            return Ok(bound);
        }
        let mut tx = self.store.begin(at.id()).await?;
        let spent = sender.spend(&mut tx, at).await;
        settle(tx, spent).await
    }

    /// The DPoP proof that a client authenticated with, else the one beside its form, if there is one.
    fn proof_of(
        &self,
        at: &TenantDirectory,
        authenticated: &Authenticated,
        evidence: &SenderEvidence,
        path: &str,
    ) -> Result<Option<AcceptedProof>, Refusal> {
        match authenticated.instance.as_ref().and_then(|instance| instance.dpop.clone()) {
            Some(proof) => Ok(Some(proof)),
            None => self.check_posted_proof(at, &authenticated.client, evidence, path),
        }
    }

    /// The proof of a form that `client` posts to one of its endpoints, if there is one.
    pub(crate) fn check_posted_proof(
        &self,
        at: &TenantDirectory,
        client: &Client,
        evidence: &SenderEvidence,
        path: &str,
    ) -> Result<Option<AcceptedProof>, Refusal> {
        let addresses = at.addresses_of(path);
        let target = ProofTarget { method: "POST", addresses: &addresses, access_token: None };
        let proof = dpop::check(&evidence.dpop, &target, self.ambient.now())?;
        if let Some(proof) = &proof {
            self.check_nonce(at, client, proof)?;
        }
        Ok(proof)
    }

    /// Asks for the nonce that a DPoP proof lacks, before what the client authenticated with is used up: RFC 9449 §8 has it
    /// repeat its request with another proof, and some repeat the rest of it word for word. Whatever else may be wrong with the
    /// proof is told where the endpoint looks at it.
    ///
    /// # Errors
    /// `DpopNonceNeeded`.
    pub(crate) fn demand_nonce(
        &self,
        at: &TenantDirectory,
        client: &Client,
        evidence: &SenderEvidence,
    ) -> Result<(), Refusal> {
        if !PROVEN_AT.contains(&evidence.path.as_str()) || !demands_nonces(at, client) {
            return Ok(());
        }
        match self.check_posted_proof(at, client, evidence, &evidence.path) {
            Err(refusal) if refusal.cause == Cause::DpopNonceNeeded => Err(refusal),
            _ => Ok(()),
        }
    }

    fn check_proof(
        &self,
        at: &TenantDirectory,
        request: &ResourceRequest<'_>,
        bases: &[&str],
        token: &ProvenAccessToken,
    ) -> Result<AcceptedProof, Refusal> {
        let untold = || Refusal::new(Cause::DpopProofMisdirected).with_detail("the gateway does not tell the request");
        let asked = request.target.ok_or_else(untold)?;
        let addresses: Vec<String> = bases.iter().map(|base| format!("{base}{}", asked.path)).collect();
        let target =
            ProofTarget { method: asked.method, addresses: &addresses, access_token: Some(request.token.text) };
        let proof = dpop::check(&request.sender.dpop, &target, self.ambient.now())?;
        let proof = proof.ok_or(Cause::DpopProofMissing)?;
        if let Some(client) = at.client(&token.client) {
            self.check_nonce(at, client, &proof)?;
        }
        Ok(proof)
    }

    /// Where no nonce is demanded, one that is sent means nothing.
    fn check_nonce(&self, at: &TenantDirectory, client: &Client, proof: &AcceptedProof) -> Result<(), Refusal> {
        let is_live = |text: &String| nonce::is_live(text, &at.keys.dpop_nonces, self.ambient.now());
        let is_good = !demands_nonces(at, client) || proof.nonce.as_ref().is_some_and(is_live);
        if is_good { Ok(()) } else { Err(Cause::DpopNonceNeeded.into()) }
    }
}

fn demands_nonces(at: &TenantDirectory, client: &Client) -> bool {
    at.tenant.settings.dpop_nonces == DpopNonces::Required || client.metadata.require_dpop_nonce
}
