//! A request to a tenant: whom it is for, and what an answer to it needs to know.
//!
//! Owns finding the tenant in the path and counting the request against the tenant's quota, before anything else of it is read. An unknown
//! slug is 404, never the default tenant (RFC 8414 §4, OD-12), and the default tenant has one address only. R-21.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::response::Response;
use http::header::GetAll;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use portreeve_domain::{Failure, Tenant, TenantId};
use portreeve_http_kit::client_address::ClientAddress;
use portreeve_http_kit::client_certificate::{ClientCertificate, Standing};
use portreeve_http_kit::request_trace::RequestId;
use portreeve_issuer::{CertificateIssuer, Issuer, SenderEvidence, ShownCertificate, TenantDirectory};
use portreeve_oidc::{Parameters, Refusal};

use crate::{Doors, TENANT_PREFIX, answer};

/// Where a proof of a key stands (RFC 9449 §4.1).
const DPOP: HeaderName = HeaderName::from_static("dpop");
/// Where the next proof's nonce stands (RFC 9449 §8).
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// Where somebody vouches for an instance of a client (OAuth 2.0 Attestation-Based Client Authentication).
const ATTESTATION: HeaderName = HeaderName::from_static("oauth-client-attestation");
/// Where the instance proves its key.
const ATTESTATION_PROOF: HeaderName = HeaderName::from_static("oauth-client-attestation-pop");
/// Where the challenge for the next such proof stands.
const ATTESTATION_CHALLENGE: HeaderName = HeaderName::from_static("oauth-client-attestation-challenge");

/// A request to a tenant, within its quota.
#[derive(Clone)]
pub(crate) struct TenantRequest {
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) at: Arc<TenantDirectory>,
    /// The pattern of the route; the path itself may hold names of people's things.
    pub(crate) endpoint: String,
    /// What it shows of its sender.
    pub(crate) sender: SenderEvidence,
    /// Where it came from; `None` where no listener is in front of the router.
    pub(crate) address: Option<ClientAddress>,
    /// `None` where no trace is wrapped around the router.
    pub(crate) request_id: Option<RequestId>,
}

/// A request that does not count against the quota of its tenant: it is answered from memory, for as little as it costs to turn it
/// away, and relying parties of a tenant that is over its quota need keys all the same.
pub(crate) struct Uncounted(pub(crate) TenantRequest);

impl FromRequestParts<Doors> for TenantRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Self::Rejection> {
        let at = tenant_of(parts, doors).await?;
        doors.issuer.admit(&at).map_err(answer::over_quota)?;
        Ok(Self::read(parts, doors, at))
    }
}

impl FromRequestParts<Doors> for Uncounted {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Self::Rejection> {
        let at = tenant_of(parts, doors).await?;
        Ok(Self(TenantRequest::read(parts, doors, at)))
    }
}

/// The tenant that a request is for, if it has such an address.
async fn tenant_of(parts: &mut Parts, doors: &Doors) -> Result<Arc<TenantDirectory>, Response> {
    let Ok(parameters) = RawPathParams::from_request_parts(parts, doors).await else {
        return Err(answer::not_found());
    };
    let slug = parameters.iter().find(|(name, _)| *name == "slug").map(|(_, slug)| slug);
    let directory = &doors.issuer.directory;
    let tenant = match slug {
        None => directory.by_id(TenantId::DEFAULT),
        Some(Tenant::DEFAULT_SLUG) => None,
        Some(slug) => directory.by_slug(slug),
    };
    tenant.filter(|at| at.has_address(address_of(parts))).ok_or_else(answer::not_found)
}

/// The pattern of the route below the issuer.
fn address_of(parts: &Parts) -> &str {
    let pattern = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    pattern.strip_prefix(TENANT_PREFIX).unwrap_or(pattern)
}

fn sender_of(parts: &Parts) -> SenderEvidence {
    let bytes = |values: GetAll<'_, HeaderValue>| values.iter().map(|value| value.as_bytes().to_vec()).collect();
    SenderEvidence {
        dpop: bytes(parts.headers.get_all(DPOP)),
        certificate: parts.extensions.get().map(shown),
        attestation: bytes(parts.headers.get_all(ATTESTATION)),
        attestation_proof: bytes(parts.headers.get_all(ATTESTATION_PROOF)),
        path: address_of(parts).to_owned(),
    }
}

/// The certificate as the use cases want it.
fn shown(certificate: &ClientCertificate) -> ShownCertificate {
    let issuer = match certificate.standing {
        Standing::Issued => CertificateIssuer::Trusted,
        Standing::Unknown => CertificateIssuer::Unknown,
    };
    ShownCertificate { der: Arc::clone(&certificate.der), issuer }
}

impl TenantRequest {
    fn read(parts: &Parts, doors: &Doors, at: Arc<TenantDirectory>) -> Self {
        Self {
            issuer: Arc::clone(&doors.issuer),
            at,
            endpoint: parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned(),
            sender: sender_of(parts),
            address: parts.extensions.get().cloned(),
            request_id: parts.extensions.get().cloned(),
        }
    }

    /// The address it came from.
    pub(crate) fn origin(&self) -> IpAddr {
        self.address.as_ref().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip)
    }

    /// The network it came from, as far as limits tell networks apart.
    pub(crate) fn network(&self) -> IpAddr {
        let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        self.address.as_ref().map_or(unknown, |address| address.rate_limit_prefix().network())
    }

    /// Takes care that the client that `parameters` name is known, also one that is named by the URL of its document.
    ///
    /// # Errors
    /// Those of `Issuer::with_client_in`.
    pub(crate) async fn find_client(&mut self, parameters: &Parameters) -> Result<(), Failure<Refusal>> {
        self.at = self.issuer.with_client_in(&self.at, parameters, self.network()).await?;
        Ok(())
    }

    /// Puts what the next proof needs on an answer, whatever its status: the nonce of the moment where the request had a DPoP
    /// proof, the challenge of the moment where it had an attestation, as far as the tenant gives them. Endpoints call it with
    /// what the use case answered: who is turned away before that, as over quota or for a malformed form, is told neither
    /// (RFC 9449 §8.2; Attestation-Based Client Authentication, Providing Challenges on Previous Responses).
    pub(crate) fn with_nonce(&self, mut response: Response) -> Response {
        let now = self.issuer.ambient().now();
        let nonce = (!self.sender.dpop.is_empty()).then(|| self.at.dpop_nonce(now)).flatten();
        let challenge = (!self.sender.attestation.is_empty()).then(|| self.at.attestation_challenge(now)).flatten();
        for (name, text) in [(DPOP_NONCE, nonce), (ATTESTATION_CHALLENGE, challenge)] {
            if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
