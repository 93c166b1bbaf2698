//! The issuer's public keys, and signatures checked with them.
//!
//! Owns the two algorithms this client accepts, the choice of a key and the arithmetic's inputs. What a signature
//! means is `id_token`'s matter. RFC 7515 §5.2, RFC 7517 §4, RFC 7518 §3.3, §3.4, §6.2, §6.3.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

/// Further keys of a set are ignored.
const MAX_KEYS: usize = 32;
/// The length of a P-256 coordinate in bytes.
const P256_COORDINATE: usize = 32;

/// A signature algorithm that this client accepts; `none` and the symmetric ones have no name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// Reads an `alg` value; `None` for every algorithm that is not accepted.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::Es256),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }
}

/// The key material of one JWK.
enum Material {
    /// An uncompressed point: 0x04, x, y.
    P256(Vec<u8>),
    /// Modulus and public exponent, big-endian.
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

struct Key {
    kid: Option<String>,
    material: Material,
}

impl Key {
    fn fits(&self, algorithm: Algorithm) -> bool {
        matches!(
            (&self.material, algorithm),
            (Material::P256(_), Algorithm::Es256) | (Material::Rsa { .. }, Algorithm::Rs256)
        )
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            Material::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
        }
    }
}

/// Why no signature could be confirmed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SignatureFault {
    /// No key of the set has this `kid` and fits the algorithm: the set may be outdated.
    UnknownKey,
    /// The key does not confirm the signature.
    Wrong,
}

/// The signing keys of one issuer that this client can use.
pub(crate) struct KeySet(Vec<Key>);

impl KeySet {
    /// Reads a JWK set, leaving out keys for encryption and of other kinds; `None` when it is no JWK set.
    pub(crate) fn parse(document: &Value) -> Option<Self> {
        let members = document.get("keys")?.as_array()?;
        Some(Self(members.iter().take(MAX_KEYS).filter_map(parse_key).collect()))
    }

    /// Checks a signature with the key that `kid` names, or with the only key that fits when there is no `kid`.
    ///
    /// Errors: `SignatureFault::UnknownKey`, `SignatureFault::Wrong`. RFC 7515 §5.2.
    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        kid: Option<&str>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureFault> {
        let mut candidates = self
            .0
            .iter()
            .filter(|key| key.fits(algorithm) && kid.is_none_or(|wanted| key.kid.as_deref() == Some(wanted)));
        let key = match (candidates.next(), candidates.next()) {
            (Some(key), None) => key,
            _ => return Err(SignatureFault::UnknownKey),
        };
        if key.verifies(message, signature) { Ok(()) } else { Err(SignatureFault::Wrong) }
    }
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    key_use: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

fn parse_key(member: &Value) -> Option<Key> {
    let jwk = Jwk::deserialize(member).ok()?;
    if jwk.key_use.as_deref().is_some_and(|key_use| key_use != "sig") {
        return None;
    }
    let named = match &jwk.alg {
        Some(name) => Some(Algorithm::parse(name)?),
        None => None,
    };
    let (algorithm, material) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("EC", Some("P-256")) => (Algorithm::Es256, p256(&jwk)?),
        ("RSA", _) => (Algorithm::Rs256, Material::Rsa { n: decode(&jwk.n)?, e: decode(&jwk.e)? }),
        _ => return None,
    };
    named.is_none_or(|name| name == algorithm).then_some(Key { kid: jwk.kid, material })
}

fn p256(jwk: &Jwk) -> Option<Material> {
    let (x, y) = (decode(&jwk.x)?, decode(&jwk.y)?);
    if x.len() != P256_COORDINATE || y.len() != P256_COORDINATE {
        return None;
    }
    Some(Material::P256([&[4][..], &x, &y].concat()))
}

fn decode(member: &Option<String>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(member.as_deref()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 7515 appendix A.3: the ES256 example.
    #[test]
    fn the_es256_example_of_the_specification_is_confirmed() {
        let set = KeySet::parse(&json!({"keys": [{
            "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }]}))
        .unwrap();
        let message = b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = URL_SAFE_NO_PAD
            .decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
            .unwrap();

        assert_eq!(set.verify(Algorithm::Es256, None, message, &signature), Ok(()));
        assert_eq!(set.verify(Algorithm::Es256, None, b"other", &signature), Err(SignatureFault::Wrong));
        assert_eq!(set.verify(Algorithm::Rs256, None, message, &signature), Err(SignatureFault::UnknownKey));
    }

    /// RFC 7515 appendix A.2: the RS256 example.
    #[test]
    fn the_rs256_example_of_the_specification_is_confirmed() {
        let set = KeySet::parse(&json!({"keys": [{
            "kty": "RSA", "e": "AQAB",
            "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        }]}))
        .unwrap();
        let message = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = URL_SAFE_NO_PAD.decode("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw").unwrap();

        assert_eq!(set.verify(Algorithm::Rs256, None, message, &signature), Ok(()));
        assert_eq!(set.verify(Algorithm::Rs256, None, b"other", &signature), Err(SignatureFault::Wrong));
    }

    /// RFC 7517 §4.2: `use` tells what a key is for.
    #[test]
    fn a_key_for_encryption_confirms_nothing() {
        let set = KeySet::parse(&json!({"keys": [{"kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"}]})).unwrap();

        assert_eq!(set.verify(Algorithm::Rs256, None, b"", b""), Err(SignatureFault::UnknownKey));
    }
}
