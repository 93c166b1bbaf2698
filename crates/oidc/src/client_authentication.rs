//! How a client shows who it is at the token, introspection and revocation endpoints.
//!
//! Owns reading the credentials of a request, and the rule that a client uses its registered method and no other.
//! Leaves comparing secrets to `issuer` (through `crypto`) and assertions to [`crate::assertion`].
//! RFC 6749 §2.3, §5.2; RFC 7617 §2; RFC 7521 §4.2; OIDC Core §9.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use portreeve_crypto::SecretText;
use portreeve_domain::{Client, ClientAuthMethod, ClientId};

use crate::quoted_string::quoted_string;
use crate::{Cause, Parameters, Refusal};

/// The only `client_assertion_type` (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an `Authorization` header may be, in bytes: room for an identifier and a secret, every byte escaped.
const MAX_HEADER_BYTES: usize = 4 * 1024;
/// How long a secret may be, in bytes.
const MAX_SECRET_BYTES: usize = 1024;

/// What a request presented; nothing is proven yet. Holds secrets, so it is not `Debug`.
pub enum Presented {
    /// Only an identifier: a public client, or one that shows a certificate or an attestation.
    None {
        /// The `client_id` parameter, or whom the attestation names.
        client_id: ClientId,
    },
    /// HTTP Basic.
    Basic {
        /// The user-id, decoded.
        client_id: ClientId,
        /// The password, decoded; may be empty.
        secret: SecretText,
    },
    /// `client_id` and `client_secret` in the form.
    Post {
        /// The `client_id` parameter.
        client_id: ClientId,
        /// The `client_secret` parameter.
        secret: SecretText,
    },
    /// A signed assertion; it says itself whose it is, see [`crate::assertion::claimed_client`].
    Assertion {
        /// The `client_id` parameter, which is optional here and must then name the same client (RFC 7521 §4.2).
        client_id_hint: Option<ClientId>,
        /// The `client_assertion` parameter: a compact JWT of at most 16 KiB.
        assertion: SecretText,
    },
}

impl Presented {
    /// Reads the credentials of a request.
    ///
    /// `authorization` holds the value of every `Authorization` header, as raw bytes. A `client_id` parameter equal to
    /// the Basic user-id is no second authentication. `attested` is whom an attestation beside the request names, which counts
    /// where nothing else does: beside another authentication an attestation is none.
    ///
    /// # Errors
    /// `ClientAuthenticationTwice` for two methods or two identifiers in one request; `ClientAuthenticationMissing` for
    /// none; `ClientAuthenticationUnsupported` for another scheme or assertion type; `BasicMalformed`;
    /// `ParameterMissing` for a part of a method without its other part; `ClientAuthenticationFailed` for an identifier
    /// no client can have, so that it is not told apart from an unknown one.
    pub fn from_request(
        authorization: &[&[u8]],
        attested: Option<ClientId>,
        parameters: &Parameters,
    ) -> Result<Self, Refusal> {
        let header = match authorization {
            [] => None,
            [one] => Some(*one),
            _ => {
                return Err(Refusal::new(Cause::ClientAuthenticationTwice).with_detail("several Authorization headers"));
            }
        };
        let secret = parameters.get("client_secret");
        let assertion = parameters.get("client_assertion").or_else(|| parameters.get("client_assertion_type"));
        if [header.is_some(), secret.is_some(), assertion.is_some()].into_iter().filter(|&used| used).count() > 1 {
            return Err(Cause::ClientAuthenticationTwice.into());
        }
        if let Some(header) = header {
            return Self::from_basic(header, parameters.get("client_id"));
        }
        if assertion.is_some() {
            return Self::from_assertion(parameters);
        }
        match (parameters.get("client_id"), secret) {
            (Some(id), Some(secret)) => {
                Ok(Self::Post { client_id: client_id(id)?, secret: limited_secret(secret.to_owned())? })
            }
            (Some(id), None) => Ok(Self::None { client_id: client_id(id)? }),
            (None, Some(_)) => Err(Refusal::new(Cause::ParameterMissing).with_detail("client_id")),
            (None, None) => match attested {
                Some(client_id) => Ok(Self::None { client_id }),
                None => Err(Cause::ClientAuthenticationMissing.into()),
            },
        }
    }

    /// The methods it can be, in the words of RFC 7591 §2. What an assertion is shows when it is verified.
    pub fn methods(&self) -> &'static [ClientAuthMethod] {
        match self {
            // A client that authenticates by certificate or attestation only says who it is (RFC 8705 §2).
            Self::None { .. } => &[
                ClientAuthMethod::None,
                ClientAuthMethod::TlsClientAuth,
                ClientAuthMethod::SelfSignedTlsClientAuth,
                ClientAuthMethod::AttestJwtClientAuth,
                ClientAuthMethod::AttestJwtClientAuthDpop,
            ],
            Self::Basic { .. } => &[ClientAuthMethod::ClientSecretBasic],
            Self::Post { .. } => &[ClientAuthMethod::ClientSecretPost],
            Self::Assertion { .. } => &[ClientAuthMethod::PrivateKeyJwt, ClientAuthMethod::ClientSecretJwt],
        }
    }

    fn from_basic(header: &[u8], body_client_id: Option<&str>) -> Result<Self, Refusal> {
        let (user_id, password) = decode_basic(header)?;
        if body_client_id.is_some_and(|other| other != user_id) {
            return Err(Refusal::new(Cause::ClientAuthenticationTwice).with_detail("client_id differs from Basic"));
        }
        Ok(Self::Basic { client_id: client_id(&user_id)?, secret: limited_secret(password)? })
    }

    fn from_assertion(parameters: &Parameters) -> Result<Self, Refusal> {
        let assertion = parameters.require("client_assertion")?;
        if parameters.require("client_assertion_type")? != ASSERTION_TYPE {
            return Err(Refusal::new(Cause::ClientAuthenticationUnsupported).with_detail("client_assertion_type"));
        }
        Ok(Self::Assertion {
            client_id_hint: parameters.get("client_id").map(client_id).transpose()?,
            assertion: SecretText::new(assertion.to_owned()),
        })
    }
}

/// Checks that a client authenticates by its registered method.
///
/// Without this a client that registered keys could be impersonated with a weaker secret (OIDC Core §9).
///
/// # Errors
/// `ClientAuthenticationFailed`: the same as for a wrong secret, so that the registered method is not told to strangers;
/// the detail names both methods.
pub fn check_method(client: &Client, presented: &Presented) -> Result<(), Refusal> {
    let registered = client.metadata.token_endpoint_auth_method;
    let used = presented.methods();
    if used.contains(&registered) {
        return Ok(());
    }
    let names: Vec<&str> = used.iter().map(|method| method.name()).collect();
    let detail = format!("{} used, {} registered", names.join(" or "), registered.name());
    Err(Refusal::new(Cause::ClientAuthenticationFailed).with_detail(detail))
}

/// The `WWW-Authenticate` value for a failed HTTP Basic authentication (RFC 6749 §5.2, RFC 7617 §2).
///
/// `realm` is the issuer.
pub fn basic_challenge(realm: &str) -> String {
    format!("Basic realm={}", quoted_string(realm))
}

/// Reads an identifier; one that cannot exist is treated as one that does not.
fn client_id(text: &str) -> Result<ClientId, Refusal> {
    ClientId::parse(text)
        .ok_or_else(|| Refusal::new(Cause::ClientAuthenticationFailed).with_detail("client_id malformed"))
}

fn limited_secret(secret: String) -> Result<SecretText, Refusal> {
    if secret.len() > MAX_SECRET_BYTES {
        return Err(Refusal::new(Cause::ParameterTooLong).with_detail("client_secret"));
    }
    Ok(SecretText::new(secret))
}

/// User-id and password of a Basic header, each form-url-decoded (RFC 6749 §2.3.1).
fn decode_basic(header: &[u8]) -> Result<(String, String), Refusal> {
    let malformed = |what: &str| Refusal::new(Cause::BasicMalformed).with_detail(what);
    if header.len() > MAX_HEADER_BYTES {
        return Err(malformed("too long"));
    }
    let header = std::str::from_utf8(header).map_err(|_| malformed("not text"))?;
    let (scheme, credentials) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(Refusal::new(Cause::ClientAuthenticationUnsupported).with_detail("Authorization scheme"));
    }
    let decoded = STANDARD.decode(credentials.trim_matches(' ')).map_err(|_| malformed("not base64"))?;
    let decoded = String::from_utf8(decoded).map_err(|_| malformed("not UTF-8"))?;
    let (user_id, password) = decoded.split_once(':').ok_or_else(|| malformed("no colon"))?;
    let user_id = form_decode(user_id).ok_or_else(|| malformed("client_id not form-url-encoded"))?;
    let password = form_decode(password).ok_or_else(|| malformed("secret not form-url-encoded"))?;
    Ok((user_id, password))
}

/// Decodes one value of `application/x-www-form-urlencoded` strictly. `None` for a stray `%` or bytes that are not UTF-8.
fn form_decode(text: &str) -> Option<String> {
    let mut escapes = text.split('%');
    let _before_the_first = escapes.next();
    let is_escape = |after: &str| after.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if !escapes.all(is_escape) {
        return None;
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
#[path = "client_authentication_tests.rs"]
mod tests;
