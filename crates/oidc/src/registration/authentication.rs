//! How a client proves itself, and with which keys and algorithms it and this server sign.
//!
//! Owns that method, keys, certificate and algorithms fit each other and the profile. RFC 7591 §2; RFC 8705 §2.1.2, §2.2.2;
//! OIDC Registration §2; FAPI 2.0 §5.3.2.1, §5.4.

use portreeve_domain::{ClientAuthMethod, ClientMetadata, Demand, GrantType, Profile, ProfileRules};
use portreeve_jose::{Algorithm, KeySet, shared_secret};

use super::{invalid, is_page, may_publish_keys};
use crate::certificate::{RegisteredSubject, holds_certificate};
use crate::request_object::{RequestUri, Signing};
use crate::{Refusal, signatures, signed_authentication};

/// Checks what a client in `profile`, its tenant's tightened by its own, proves itself and signs with.
pub(super) fn check(metadata: &ClientMetadata, profile: Profile) -> Result<(), Refusal> {
    let rules = profile.rules();
    authentication_fits(metadata, rules)?;
    assertion_algorithm(metadata, rules)?;
    keys(metadata)?;
    certificate(metadata)?;
    algorithms(metadata, rules)?;
    request_objects(metadata, profile)
}

/// OA-17: a public client has nothing to prove who it is with, so it gets nothing on its own account.
fn authentication_fits(metadata: &ClientMetadata, rules: &ProfileRules) -> Result<(), Refusal> {
    if !rules.client_authentication.contains(&metadata.token_endpoint_auth_method) {
        let names: Vec<&str> = rules.client_authentication.iter().map(|method| method.name()).collect();
        return Err(invalid(
            "token_endpoint_auth_method",
            format!("must be one of {} in this profile", names.join(", ")),
        ));
    }
    let is_public = metadata.token_endpoint_auth_method == ClientAuthMethod::None;
    let closed = metadata.grant_types.iter().find(|grant| !grant.admits_public_clients());
    if let Some(grant) = closed.filter(|_| is_public) {
        return Err(invalid("token_endpoint_auth_method", format!("none cannot use the grant type {}", grant.name())));
    }
    if is_public && !metadata.introspects.is_empty() {
        return Err(invalid("introspects", "needs a client that authenticates"));
    }
    Ok(())
}

/// OC-51: who signs assertions may say with what; nobody else has any use for it (OIDC Registration §2).
fn assertion_algorithm(metadata: &ClientMetadata, rules: &ProfileRules) -> Result<(), Refusal> {
    let Some(name) = metadata.token_endpoint_auth_signing_alg.as_deref() else { return Ok(()) };
    let field = "token_endpoint_auth_signing_alg";
    let allowed: Vec<&str> = match metadata.token_endpoint_auth_method {
        ClientAuthMethod::PrivateKeyJwt => {
            signatures::of_clients(rules.signatures).iter().map(|known| known.name()).collect()
        }
        ClientAuthMethod::ClientSecretJwt => vec![shared_secret::ALGORITHM],
        _ => return Err(invalid(field, "needs private_key_jwt or client_secret_jwt")),
    };
    if allowed.contains(&name) {
        return Ok(());
    }
    Err(invalid(field, format!("must be one of {}", allowed.join(", "))))
}

/// DR-06: the keys are registered or published, never both, else it could not be told which count (RFC 7591 §2).
fn keys(metadata: &ClientMetadata) -> Result<(), Refusal> {
    let needed = metadata.token_endpoint_auth_method == ClientAuthMethod::PrivateKeyJwt;
    match (&metadata.jwks, &metadata.jwks_uri) {
        (Some(_), Some(_)) => Err(invalid("jwks_uri", "cannot be given beside jwks")),
        (None, None) if needed => Err(invalid("jwks", "or jwks_uri is required for private_key_jwt")),
        (None, None) => Ok(()),
        (None, Some(uri)) if may_publish_keys(uri) => Ok(()),
        (None, Some(_)) => Err(invalid("jwks_uri", "must be an https URI without a fragment")),
        (Some(jwks), None) => match KeySet::from_jwks(jwks) {
            Err(error) => Err(invalid("jwks", format!("cannot be used: {error}"))),
            Ok(keys) if needed && keys.is_empty() => Err(invalid("jwks", "has no key for signatures")),
            Ok(_) => Ok(()),
        },
    }
}

/// MT-02: the subject of a certificate is registered for the method that looks at it, and the certificate, or where it is published, for the
/// other.
fn certificate(metadata: &ClientMetadata) -> Result<(), Refusal> {
    let names_none = [
        &metadata.tls_client_auth_subject_dn,
        &metadata.tls_client_auth_san_dns,
        &metadata.tls_client_auth_san_uri,
        &metadata.tls_client_auth_san_ip,
        &metadata.tls_client_auth_san_email,
    ]
    .into_iter()
    .all(Option::is_none);
    let has_certificate = || metadata.jwks_uri.is_some() || metadata.jwks.as_ref().is_some_and(holds_certificate);
    match metadata.token_endpoint_auth_method {
        ClientAuthMethod::TlsClientAuth => RegisteredSubject::of(metadata)
            .map(drop)
            .map_err(|what| invalid("token_endpoint_auth_method", format!("tls_client_auth: {what}"))),
        _ if !names_none => Err(invalid("token_endpoint_auth_method", "takes no certificate subject")),
        ClientAuthMethod::SelfSignedTlsClientAuth if !has_certificate() => {
            Err(invalid("jwks", "needs a key with x5c, or jwks_uri, for self_signed_tls_client_auth"))
        }
        _ => Ok(()),
    }
}

fn algorithms(metadata: &ClientMetadata, rules: &ProfileRules) -> Result<(), Refusal> {
    let fields = [
        ("id_token_signed_response_alg", &metadata.id_token_signed_response_alg),
        ("userinfo_signed_response_alg", &metadata.userinfo_signed_response_alg),
        ("authorization_signed_response_alg", &metadata.authorization_signed_response_alg),
        ("introspection_signed_response_alg", &metadata.introspection_signed_response_alg),
    ];
    let allowed = signatures::for_clients(rules.signatures);
    for (field, algorithm) in fields {
        let is_unknown = |name: &str| Algorithm::parse(name).is_none_or(|known| !allowed.contains(&known));
        if algorithm.as_deref().is_some_and(is_unknown) {
            let names: Vec<&str> = allowed.iter().map(|algorithm| algorithm.name()).collect();
            return Err(invalid(field, format!("must be one of {}", names.join(", "))));
        }
    }
    Ok(())
}

/// OC-45, OC-46: OIDC Registration §2. A client that signs needs keys to be verified with.
fn request_objects(metadata: &ClientMetadata, profile: Profile) -> Result<(), Refusal> {
    let is_good = |uri: &&String| is_page(uri) && RequestUri::can_be_registered(uri);
    if let Some(uri) = metadata.request_uris.iter().find(|uri| !is_good(uri)) {
        let what = "must hold https URIs of at most 512 bytes, without a fragment or with the hash of what is there";
        return Err(invalid("request_uris", format!("{what}: {uri}")));
    }
    let signing = match metadata.request_object_signing_alg.as_deref() {
        None => Signing::any(profile),
        Some(name) => Signing::registered(name, profile)
            .ok_or_else(|| invalid("request_object_signing_alg", "is not an algorithm for request objects here"))?,
    };
    let has_keys = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    if let Some(name) = &metadata.backchannel_authentication_request_signing_alg
        && (signed_authentication::registered(name, profile).is_none() || !has_keys)
    {
        let field = "backchannel_authentication_request_signing_alg";
        return Err(invalid(field, "must be an algorithm for clients here, with jwks or jwks_uri"));
    }
    let uses_grant = metadata.grant_types.contains(&GrantType::Ciba);
    let signs = metadata.backchannel_authentication_request_signing_alg.is_some();
    if uses_grant && !signs && profile.rules().signed_authentication == Demand::Required {
        let field = "backchannel_authentication_request_signing_alg";
        return Err(invalid(field, format!("is required for {} in this profile", GrantType::Ciba.name())));
    }
    match signing {
        Signing::Only(_) if !has_keys => Err(invalid("request_object_signing_alg", "needs jwks or jwks_uri")),
        Signing::AnyOf { .. } | Signing::Only(_) if has_keys => Ok(()),
        _ if metadata.require_signed_request_object => {
            Err(invalid("require_signed_request_object", "needs an algorithm and jwks or jwks_uri"))
        }
        _ => Ok(()),
    }
}
