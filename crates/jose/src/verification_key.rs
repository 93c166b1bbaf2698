//! One public key of somebody else, checked and parsed.
//!
//! Owns the rules a registered key must meet. Which keys form a set is `key_set`'s business.
//! RFC 7517 §4, RFC 7518 §6, RFC 8037 §2; SECURITY S-052, S-054.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};
use serde_json::{Map, Value};

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::key_set::KeySetError;

const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const MAX_KEY_ID_BYTES: usize = 256;
const RSA_MIN_BITS: usize = 2048;
const RSA_MAX_BITS: usize = 8192;
const RSA_MAX_EXPONENT_BYTES: usize = 8;

const RSA_ALGORITHMS: [Algorithm; 6] =
    [Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512, Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512];

/// The first byte of an uncompressed point (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;

/// A public key, parsed for each algorithm it may be used with.
pub(crate) struct VerificationKey {
    key_id: Option<String>,
    thumbprint: [u8; 32],
    verifiers: Vec<(Algorithm, ParsedPublicKey)>,
}

impl VerificationKey {
    /// Reads one JWK. `Ok(None)` for keys that are harmless but not for us: `use` = `enc`, an unknown
    /// `kty`, `crv` or `alg`.
    ///
    /// # Errors
    /// See [`KeySetError`].
    pub(crate) fn from_jwk(jwk: &Value) -> Result<Option<Self>, KeySetError> {
        let jwk = jwk.as_object().ok_or(KeySetError::MalformedKey)?;
        let key_type = required_text(jwk, "kty")?;
        check_public(jwk)?;
        if !is_for_signatures(jwk)? {
            return Ok(None);
        }
        let fitting: &[Algorithm] = match (key_type, text(jwk, "crv")?) {
            ("EC", Some("P-256")) => &[Algorithm::Es256],
            ("EC", Some("P-384")) => &[Algorithm::Es384],
            ("EC", Some("P-521")) => &[Algorithm::Es512],
            ("OKP", Some("Ed25519")) => &[Algorithm::EdDsa],
            ("RSA", _) => &RSA_ALGORITHMS,
            _ => return Ok(None),
        };
        let algorithms = match text(jwk, "alg")? {
            None => fitting.to_vec(),
            Some(name) => match Algorithm::parse(name) {
                None => return Ok(None),
                Some(algorithm) if fitting.contains(&algorithm) => vec![algorithm],
                Some(_) => return Err(KeySetError::AlgorithmDoesNotFitKey),
            },
        };
        let verifiers = algorithms
            .into_iter()
            .map(|algorithm| Ok((algorithm, verifier(algorithm, jwk)?)))
            .collect::<Result<_, KeySetError>>()?;
        Ok(Some(Self { key_id: key_id(jwk)?, thumbprint: thumbprint(jwk, key_type), verifiers }))
    }

    /// The registered key id.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The SHA-256 thumbprint of the key. RFC 7638 §3, RFC 8037 §2.
    pub(crate) fn thumbprint(&self) -> [u8; 32] {
        self.thumbprint
    }

    /// Whether the key may be used with `algorithm`.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        self.verifiers.iter().any(|(fitting, _)| *fitting == algorithm)
    }

    /// Whether `signature` over `message` verifies; false also if the key is not for `algorithm`.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.verifiers
            .iter()
            .find(|(fitting, _)| *fitting == algorithm)
            .is_some_and(|(_, key)| key.verify_sig(message, signature).is_ok())
    }
}

/// Refuses a key whose owner has published a secret.
pub(crate) fn check_public(jwk: &Map<String, Value>) -> Result<(), KeySetError> {
    let is_secret = required_text(jwk, "kty")? == "oct" || PRIVATE_MEMBERS.iter().any(|name| jwk.contains_key(*name));
    if is_secret { Err(KeySetError::PrivateOrSymmetricKey) } else { Ok(()) }
}

/// Checks a key to encrypt to by the rules for keys to verify with, and gives the members that make it up, with its id;
/// `Ok(None)` for a type or curve that nothing is encrypted to here.
pub(crate) fn check_encryption_key(jwk: &Map<String, Value>) -> Result<Option<&'static [&'static str]>, KeySetError> {
    let elliptic: Option<&[&str]> = Some(&["crv", "x", "y", "kid"]);
    let (form, members) = match (required_text(jwk, "kty")?, text(jwk, "crv")?) {
        ("EC", Some("P-256")) => (Algorithm::Es256, elliptic),
        ("EC", Some("P-384")) => (Algorithm::Es384, elliptic),
        ("EC", Some("P-521")) => (Algorithm::Es512, elliptic),
        ("RSA", _) => (Algorithm::Rs256, Some(&["n", "e", "kid"][..])),
        _ => return Ok(None),
    };
    verifier(form, jwk)?;
    key_id(jwk)?;
    Ok(members)
}

fn verifier(algorithm: Algorithm, jwk: &Map<String, Value>) -> Result<ParsedPublicKey, KeySetError> {
    match algorithm {
        Algorithm::Es256 => elliptic(jwk, &ECDSA_P256_SHA256_FIXED, 32),
        Algorithm::Es384 => elliptic(jwk, &ECDSA_P384_SHA384_FIXED, 48),
        Algorithm::Es512 => elliptic(jwk, &ECDSA_P521_SHA512_FIXED, 66),
        Algorithm::EdDsa => parsed(&ED25519, &coordinate(jwk, "x", 32)?),
        Algorithm::Ps256 => rsa(jwk, &RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => rsa(jwk, &RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => rsa(jwk, &RSA_PSS_2048_8192_SHA512),
        Algorithm::Rs256 => rsa(jwk, &RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => rsa(jwk, &RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => rsa(jwk, &RSA_PKCS1_2048_8192_SHA512),
    }
}

fn parsed(algorithm: &'static dyn VerificationAlgorithm, key: &[u8]) -> Result<ParsedPublicKey, KeySetError> {
    ParsedPublicKey::new(algorithm, key).map_err(|_| KeySetError::InvalidKey)
}

fn elliptic(
    jwk: &Map<String, Value>,
    algorithm: &'static dyn VerificationAlgorithm,
    coordinate_bytes: usize,
) -> Result<ParsedPublicKey, KeySetError> {
    let mut point = vec![UNCOMPRESSED];
    for name in ["x", "y"] {
        point.extend(coordinate(jwk, name, coordinate_bytes)?);
    }
    parsed(algorithm, &point)
}

/// Of exactly the curve's length: 31 and 33 bytes would make up 32 and 32.
fn coordinate(jwk: &Map<String, Value>, name: &str, bytes: usize) -> Result<Vec<u8>, KeySetError> {
    let coordinate = required_bytes(jwk, name)?;
    if coordinate.len() == bytes { Ok(coordinate) } else { Err(KeySetError::InvalidKey) }
}

fn rsa(jwk: &Map<String, Value>, parameters: &'static RsaParameters) -> Result<ParsedPublicKey, KeySetError> {
    let (modulus, exponent) = (required_bytes(jwk, "n")?, required_bytes(jwk, "e")?);
    check_rsa(&modulus, &exponent)?;
    let key = RsaPublicKeyComponents { n: &modulus, e: &exponent };
    key.to_parsed_public_key(parameters).map_err(|_| KeySetError::InvalidKey)
}

/// `use` and `key_ops`: true for signatures or unsaid, false for `enc`. RFC 7517 §4.2 and §4.3.
fn is_for_signatures(jwk: &Map<String, Value>) -> Result<bool, KeySetError> {
    match text(jwk, "use")? {
        None | Some("sig") => {}
        Some("enc") => return Ok(false),
        Some(_) => return Err(KeySetError::NotForSignatures),
    }
    match jwk.get("key_ops") {
        None => Ok(true),
        Some(Value::Array(operations)) if operations.iter().any(|one| one == "verify") => Ok(true),
        Some(_) => Err(KeySetError::NotForSignatures),
    }
}

/// Modulus from 2048 to 8192 bits and odd; exponent odd, at least 3, at most 64 bits.
fn check_rsa(modulus: &[u8], exponent: &[u8]) -> Result<(), KeySetError> {
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let has_leading_zero = |number: &[u8]| number.first() == Some(&0);
    if has_leading_zero(modulus) || has_leading_zero(exponent) {
        return Err(KeySetError::InvalidKey);
    }
    let leading_zeros = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    let bits = modulus.len() * 8 - leading_zeros;
    let is_weak_exponent = exponent == [1] || !is_odd(exponent) || exponent.len() > RSA_MAX_EXPONENT_BYTES;
    if !(RSA_MIN_BITS..=RSA_MAX_BITS).contains(&bits) || !is_odd(modulus) || is_weak_exponent {
        return Err(KeySetError::WeakRsaKey);
    }
    Ok(())
}

/// Hashes the members that make up the key, in their lexicographic order. They were checked: fixed names and canonical
/// base64url, which needs no escaping.
fn thumbprint(jwk: &Map<String, Value>, key_type: &str) -> [u8; 32] {
    let names: &[&str] = match key_type {
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        _ => &["e", "kty", "n"],
    };
    let member = |name: &&str| Some(format!(r#""{name}":"{}""#, jwk.get(*name)?.as_str()?));
    let members: Vec<String> = names.iter().filter_map(member).collect();
    let mut hash = [0; 32];
    let digest = digest::digest(&digest::SHA256, format!("{{{}}}", members.join(",")).as_bytes());
    hash.copy_from_slice(digest.as_ref());
    hash
}

fn key_id(jwk: &Map<String, Value>) -> Result<Option<String>, KeySetError> {
    match text(jwk, "kid")? {
        Some(key_id) if key_id.len() > MAX_KEY_ID_BYTES => Err(KeySetError::MalformedKey),
        key_id => Ok(key_id.map(str::to_owned)),
    }
}

pub(crate) fn text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, KeySetError> {
    match jwk.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(KeySetError::MalformedKey),
    }
}

fn required_text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Result<&'a str, KeySetError> {
    text(jwk, name)?.ok_or(KeySetError::MalformedKey)
}

fn required_bytes(jwk: &Map<String, Value>, name: &str) -> Result<Vec<u8>, KeySetError> {
    base64url::decode(required_text(jwk, name)?).ok_or(KeySetError::MalformedKey)
}
