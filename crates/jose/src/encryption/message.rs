//! An encrypted token taken apart, and everything about it that can be checked without a key.
//!
//! Owns the limits: the size, the header members, and the length of each part, as its algorithm fixes it. RFC 7516 §5.2 steps
//! 1 to 5; RFC 7518 §4.6.1, §5.2.2.1, §5.3.

use josekit::jwe::JweHeader;
use serde_json::{Map, Value};

use super::{ContentEncryption, Encryption, KeyManagement};
use crate::base64url;
use crate::object::parse_object;
use crate::rejection::Rejection;

/// How long a tag is, in bytes, with every algorithm here.
const TAG_BYTES: usize = 16;
/// How much longer a wrapped key is than the key (RFC 3394 §2.2.1).
const WRAPPING_BYTES: usize = 8;
/// How long a coordinate on P-256 is.
const COORDINATE_BYTES: usize = 32;

/// A token taken apart; nothing is decrypted.
pub(super) struct EncryptedMessage<'a> {
    pub(super) encryption: Encryption,
    pub(super) key_id: Option<String>,
    pub(super) header: JweHeader,
    /// The header as it was sent: it is authenticated with the content.
    pub(super) protected: &'a str,
    pub(super) encrypted_key: Vec<u8>,
    pub(super) iv: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl<'a> EncryptedMessage<'a> {
    /// Takes `token` apart; the size is checked before anything is decoded.
    pub(super) fn parse(token: &'a str, max_bytes: usize) -> Result<Self, Rejection> {
        if token.len() > max_bytes {
            return Err(Rejection::TooLarge);
        }
        let parts: Vec<&str> = token.split('.').collect();
        let &[protected, encrypted_key, iv, ciphertext, tag] = parts.as_slice() else {
            return Err(Rejection::NotFiveParts);
        };
        let members = parse_object(&decode(protected)?).map_err(Rejection::of_header)?;
        let encryption = check_header(&members)?;
        let message = Self {
            encryption,
            key_id: members.get("kid").and_then(Value::as_str).map(str::to_owned),
            header: JweHeader::from_map(members).map_err(|_| Rejection::MalformedHeader)?,
            protected,
            encrypted_key: decode(encrypted_key)?,
            iv: decode(iv)?,
            ciphertext: decode(ciphertext)?,
            tag: decode(tag)?,
        };
        message.check_lengths()?;
        Ok(message)
    }

    fn check_lengths(&self) -> Result<(), Rejection> {
        let Encryption { key_management, content } = self.encryption;
        let key_fits = match key_management {
            KeyManagement::EcdhEs => self.encrypted_key.is_empty(),
            KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw => {
                self.encrypted_key.len() == content.key_bytes() + WRAPPING_BYTES
            }
            // As long as the modulus, which the key knows.
            KeyManagement::RsaOaep256 => !self.encrypted_key.is_empty(),
        };
        if key_fits && self.iv.len() == content.iv_bytes() && self.tag.len() == TAG_BYTES {
            Ok(())
        } else {
            Err(Rejection::PartsDoNotFit)
        }
    }
}

fn check_header(members: &Map<String, Value>) -> Result<Encryption, Rejection> {
    for (name, value) in members {
        match name.as_str() {
            "alg" | "enc" | "kid" | "typ" | "cty" | "apu" | "apv" if value.is_string() => {}
            "epk" => check_ephemeral_key(value)?,
            "alg" | "enc" | "kid" | "typ" | "cty" | "apu" | "apv" => return Err(Rejection::MalformedHeader),
            // Among them `zip`: what is small here could be large there.
            _ => return Err(Rejection::HeaderMemberNotAllowed),
        }
    }
    let text = |name| members.get(name).and_then(Value::as_str);
    let key_management = text("alg").and_then(KeyManagement::parse).ok_or(Rejection::AlgorithmNotAllowed)?;
    let content = text("enc").and_then(ContentEncryption::parse).ok_or(Rejection::AlgorithmNotAllowed)?;
    if key_management.elliptic().is_some() != members.contains_key("epk") {
        return Err(Rejection::MalformedHeader);
    }
    Ok(Encryption { key_management, content })
}

/// Our elliptic keys are on P-256; that the point is on the curve is checked when it is read.
fn check_ephemeral_key(value: &Value) -> Result<(), Rejection> {
    let text = |name| value.get(name).and_then(Value::as_str);
    let is_coordinate = |name| text(name).and_then(base64url::decode).is_some_and(|x| x.len() == COORDINATE_BYTES);
    let is_public = value.get("d").is_none();
    let fits = text("kty") == Some("EC") && text("crv") == Some("P-256") && is_coordinate("x") && is_coordinate("y");
    if fits && is_public { Ok(()) } else { Err(Rejection::KeyUnusable) }
}

fn decode(part: &str) -> Result<Vec<u8>, Rejection> {
    base64url::decode(part).ok_or(Rejection::NotBase64Url)
}
