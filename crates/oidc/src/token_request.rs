//! Token requests: which grant is presented, and whether a code may be redeemed.
//!
//! Owns the parameters of every grant and the checks of a code against its redemption. Leaves finding and consuming
//! the code to `issuer`, what the token is for to [`crate::token_target`], the verifier's arithmetic to [`crate::pkce`].
//! RFC 6749 §4.1.3, §4.4.2, §5.2, §6; RFC 7636 §4.5, §4.6; RFC 8707 §2.2; RFC 9700 §2.1.1; RFC 9449 §10.

use portreeve_crypto::SecretText;
use portreeve_domain::{Client, ClientId, GrantType, Profile, Scope, Thumbprint};

use crate::jwt_bearer::JwtBearerRequest;
use crate::pkce::{self, CodeChallenge};
use crate::token_exchange::ExchangeRequest;
use crate::token_target::Wanted;
use crate::{Cause, Parameters, Refusal};

/// A token request. Holds secrets, so it is not `Debug`.
pub enum TokenRequest {
    /// `authorization_code` (RFC 6749 §4.1.3).
    AuthorizationCode(CodeRedemption),
    /// `refresh_token` (RFC 6749 §6).
    RefreshToken {
        /// The refresh token as presented.
        refresh_token: SecretText,
        /// The scope asked for; `None`: what was granted.
        scope: Option<Scope>,
        /// The resources asked for, unchecked; empty: see [`crate::token_target::for_user`].
        resources: Vec<String>,
        /// `authorization_details`, unchecked.
        details: Option<String>,
    },
    /// `client_credentials` (RFC 6749 §4.4.2).
    ClientCredentials {
        /// The scope asked for; `None`: what the client registered.
        scope: Option<Scope>,
        /// The resources asked for, unchecked; empty: see [`crate::token_target::for_client`].
        resources: Vec<String>,
    },
    /// `device_code` (RFC 8628 §3.4).
    DeviceCode(PolledRedemption),
    /// `ciba` (CIBA Core §10.1).
    Ciba(PolledRedemption),
    /// `token-exchange` (RFC 8693 §2.1).
    TokenExchange(ExchangeRequest),
    /// `jwt-bearer` (RFC 7523 §2.1).
    JwtBearer(JwtBearerRequest),
}

/// What a client presents to redeem what a person decided elsewhere.
pub struct PolledRedemption {
    /// The device code or `auth_req_id` as presented.
    pub secret: SecretText,
    /// The resources asked for, unchecked.
    pub resources: Vec<String>,
    /// `authorization_details`, unchecked.
    pub details: Option<String>,
}

/// What a client presents to redeem an authorization code.
pub struct CodeRedemption {
    /// The code as presented.
    pub code: SecretText,
    /// `redirect_uri`, verbatim.
    pub redirect_uri: Option<String>,
    /// `code_verifier`, verbatim and unchecked.
    pub code_verifier: Option<SecretText>,
    /// The resources asked for, unchecked.
    pub resources: Vec<String>,
    /// `authorization_details`, unchecked.
    pub details: Option<String>,
}

/// What was stored with an authorization code, as far as its redemption depends on it.
#[derive(Clone, Copy, Debug)]
pub struct CodeFacts<'a> {
    /// The client it was issued to.
    pub client: &'a ClientId,
    /// The profile that client is held to.
    pub profile: Profile,
    /// Where the code was sent.
    pub redirect_uri: &'a str,
    /// Whether the authorization request named the redirect URI, or the only registered one was meant.
    pub redirect_uri_was_sent: bool,
    /// The S256 challenge; `None` when the request had none.
    pub code_challenge: Option<&'a CodeChallenge>,
    /// The key the authorization request named (`dpop_jkt`).
    pub key: Option<Thumbprint>,
}

/// Who redeems a code.
#[derive(Clone, Copy, Debug)]
pub struct Redeemer<'a> {
    /// The client, authenticated.
    pub client: &'a ClientId,
    /// The key it has proven.
    pub key: Option<Thumbprint>,
}

impl CodeRedemption {
    /// What the token is to be for.
    pub fn wanted(&self) -> Wanted<'_> {
        Wanted { scope: None, resources: &self.resources, details: self.details.as_deref() }
    }
}

impl PolledRedemption {
    /// What the token is to be for.
    pub fn wanted(&self) -> Wanted<'_> {
        Wanted { scope: None, resources: &self.resources, details: self.details.as_deref() }
    }
}

impl TokenRequest {
    /// Reads a token request. Parameters of other grants are ignored (RFC 6749 §3.2).
    ///
    /// # Errors
    /// `GrantTypeUnsupported`; `DetailsNeedPerson`; `ParameterMissing`; `ScopeMalformed`.
    pub fn from_parameters(parameters: &Parameters) -> Result<Self, Refusal> {
        let name = parameters.require("grant_type")?;
        let grant = GrantType::ALL
            .into_iter()
            .find(|grant| grant.name() == name)
            .ok_or(Refusal::new(Cause::GrantTypeUnsupported))?;
        let secret = |text: &str| SecretText::new(text.to_owned());
        let resources = parameters.all("resource");
        let details = parameters.get("authorization_details").map(str::to_owned);
        // What nobody agreed to is never left out silently.
        if details.is_some() && !grant.rests_on_consent() {
            return Err(Cause::DetailsNeedPerson.into());
        }
        Ok(match grant {
            GrantType::JwtBearer => Self::JwtBearer(JwtBearerRequest::from_parameters(parameters)?),
            GrantType::TokenExchange => Self::TokenExchange(ExchangeRequest::from_parameters(parameters)?),
            GrantType::AuthorizationCode => Self::AuthorizationCode(CodeRedemption {
                code: secret(parameters.require("code")?),
                redirect_uri: parameters.get("redirect_uri").map(str::to_owned),
                code_verifier: parameters.get("code_verifier").map(secret),
                resources,
                details,
            }),
            // Its tokens come from the authorization endpoint.
            GrantType::Implicit => return Err(Cause::GrantTypeUnsupported.into()),
            GrantType::RefreshToken => Self::RefreshToken {
                refresh_token: secret(parameters.require("refresh_token")?),
                scope: scope(parameters)?,
                resources,
                details,
            },
            GrantType::ClientCredentials => Self::ClientCredentials { scope: scope(parameters)?, resources },
            GrantType::DeviceCode => Self::DeviceCode(PolledRedemption {
                secret: secret(parameters.require("device_code")?),
                resources,
                details,
            }),
            GrantType::Ciba => {
                Self::Ciba(PolledRedemption { secret: secret(parameters.require("auth_req_id")?), resources, details })
            }
        })
    }

    /// The grant presented.
    pub fn grant_type(&self) -> GrantType {
        match self {
            Self::AuthorizationCode(_) => GrantType::AuthorizationCode,
            Self::RefreshToken { .. } => GrantType::RefreshToken,
            Self::ClientCredentials { .. } => GrantType::ClientCredentials,
            Self::DeviceCode(_) => GrantType::DeviceCode,
            Self::Ciba(_) => GrantType::Ciba,
            Self::TokenExchange(_) => GrantType::TokenExchange,
            Self::JwtBearer(_) => GrantType::JwtBearer,
        }
    }

    /// Checks that `client` may use this grant: it is registered, and where a client must prove who it is, this one has
    /// credentials to do so (RFC 6749 §4.4).
    ///
    /// # Errors
    /// `GrantTypeNotAllowed`.
    pub fn check_allowed(&self, client: &Client) -> Result<(), Refusal> {
        let grant = self.grant_type();
        if client.may_use(grant) && (grant.admits_public_clients() || !client.is_public()) {
            return Ok(());
        }
        Err(Refusal::new(Cause::GrantTypeNotAllowed).with_detail(grant.name()))
    }
}

/// Checks a redemption against what was stored with the code.
///
/// The client comes first: `CodeNotYours` says nothing about the code and must not burn it, or any client could spoil
/// another's sign-in; every other refusal is the doing of the code's own client and burns it (RFC 9700 §4.5.3).
/// Existence, expiry and single use are checked by the caller's guarded statement.
///
/// A redirect URI that is sent must be the one of the authorization request. It may be left out only where the code
/// challenge does its work, in profile `oauth21` (draft OAuth 2.1 §10.2), or if it was left out there too.
///
/// # Errors
/// In this order: `CodeNotYours`, `CodeBoundToOtherKey`, `RedirectUriDiffers`, `VerifierUnexpected`, `VerifierMissing`,
/// `VerifierMalformed`, `VerifierDiffers`.
pub fn check_code_redemption(
    stored: &CodeFacts<'_>,
    presented: &CodeRedemption,
    redeemer: &Redeemer<'_>,
) -> Result<(), Refusal> {
    if stored.client != redeemer.client {
        return Err(Refusal::new(Cause::CodeNotYours).with_detail(format!("issued to {}", stored.client.as_str())));
    }
    // RFC 9449 §10: a stolen code is of no use without the key.
    if stored.key.is_some() && stored.key != redeemer.key {
        return Err(Cause::CodeBoundToOtherKey.into());
    }
    check_redirect_uri(stored, presented.redirect_uri.as_deref())?;
    check_verifier(stored.code_challenge, presented.code_verifier.as_ref())
}

fn check_redirect_uri(stored: &CodeFacts<'_>, presented: Option<&str>) -> Result<(), Refusal> {
    let challenge_suffices = stored.profile.requires_pkce() && stored.code_challenge.is_some();
    match presented {
        Some(uri) if uri == stored.redirect_uri => Ok(()),
        Some(_) => Err(Cause::RedirectUriDiffers.into()),
        None if challenge_suffices || !stored.redirect_uri_was_sent => Ok(()),
        None => Err(Refusal::new(Cause::RedirectUriDiffers).with_detail("missing")),
    }
}

fn check_verifier(challenge: Option<&CodeChallenge>, verifier: Option<&SecretText>) -> Result<(), Refusal> {
    let cause = match (challenge, verifier.map(SecretText::expose)) {
        (None, None) => return Ok(()),
        // An attacker who stripped the challenge from the request is caught here (RFC 9700 §4.8.2).
        (None, Some(_)) => Cause::VerifierUnexpected,
        (Some(_), None) => Cause::VerifierMissing,
        (Some(_), Some(verifier)) if !pkce::is_valid_verifier(verifier) => Cause::VerifierMalformed,
        (Some(challenge), Some(verifier)) if !pkce::verify(verifier, challenge) => Cause::VerifierDiffers,
        (Some(_), Some(_)) => return Ok(()),
    };
    Err(cause.into())
}

fn scope(parameters: &Parameters) -> Result<Option<Scope>, Refusal> {
    let malformed =
        |error: portreeve_domain::ScopeError| Refusal::new(Cause::ScopeMalformed).with_detail(error.to_string());
    parameters.get("scope").map(Scope::parse).transpose().map_err(malformed)
}

#[cfg(test)]
mod tests;
