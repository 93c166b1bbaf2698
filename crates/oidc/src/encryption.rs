//! What is encrypted to clients, and how they register it.
//!
//! Owns the members of client metadata that say so, their rules and defaults. Leaves encrypting to `jose` and the keys of
//! clients to `issuer`. Whatever is signed is signed first and encrypted then. OIDC Core §10.2, OIDC Registration §2; JARM §3;
//! RFC 9701 §6.

use portreeve_domain::ClientMetadata;
use portreeve_jose::{ContentEncryption, Encryption, KeyManagement, RecipientKeys};
use serde::Serialize;

use crate::{Cause, Refusal};

/// What `enc` is when only `alg` is registered.
const DEFAULT_CONTENT: ContentEncryption = ContentEncryption::A128CbcHs256;

/// An answer that can be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// ID tokens.
    IdToken,
    /// Userinfo answers.
    Userinfo,
    /// Authorization responses that are signed.
    AuthorizationResponse,
    /// Introspection answers as JWTs.
    Introspection,
}

/// What the metadata of the server says of it: the same everywhere, since every key fits.
#[derive(Debug, Serialize)]
pub(crate) struct Supported {
    id_token_encryption_alg_values_supported: KeyManagementNames,
    id_token_encryption_enc_values_supported: ContentNames,
    userinfo_encryption_alg_values_supported: KeyManagementNames,
    userinfo_encryption_enc_values_supported: ContentNames,
    request_object_encryption_alg_values_supported: KeyManagementNames,
    request_object_encryption_enc_values_supported: ContentNames,
    authorization_encryption_alg_values_supported: KeyManagementNames,
    authorization_encryption_enc_values_supported: ContentNames,
    introspection_encryption_alg_values_supported: KeyManagementNames,
    introspection_encryption_enc_values_supported: ContentNames,
}

type KeyManagementNames = [&'static str; KeyManagement::ALL.len()];
type ContentNames = [&'static str; ContentEncryption::ALL.len()];

impl Supported {
    /// Every algorithm, for everything.
    pub(crate) fn all() -> Self {
        let alg = KeyManagement::ALL.map(KeyManagement::name);
        let enc = ContentEncryption::ALL.map(ContentEncryption::name);
        Self {
            id_token_encryption_alg_values_supported: alg,
            id_token_encryption_enc_values_supported: enc,
            userinfo_encryption_alg_values_supported: alg,
            userinfo_encryption_enc_values_supported: enc,
            request_object_encryption_alg_values_supported: alg,
            request_object_encryption_enc_values_supported: enc,
            authorization_encryption_alg_values_supported: alg,
            authorization_encryption_enc_values_supported: enc,
            introspection_encryption_alg_values_supported: alg,
            introspection_encryption_enc_values_supported: enc,
        }
    }
}

/// What a client registered, by name.
struct Names<'a> {
    alg: &'a Option<String>,
    enc: &'a Option<String>,
    fields: [&'static str; 2],
}

impl Answer {
    /// Every answer.
    pub const ALL: [Self; 4] = [Self::IdToken, Self::Userinfo, Self::AuthorizationResponse, Self::Introspection];

    /// How a client with this metadata wants it encrypted; `None`: not at all. Metadata has passed [`check`].
    pub fn encryption(self, metadata: &ClientMetadata) -> Option<Encryption> {
        read(&self.names(metadata)).ok().flatten()
    }

    fn names(self, m: &ClientMetadata) -> Names<'_> {
        let (alg, enc, fields) = match self {
            Self::IdToken => (
                &m.id_token_encrypted_response_alg,
                &m.id_token_encrypted_response_enc,
                ["id_token_encrypted_response_alg", "id_token_encrypted_response_enc"],
            ),
            Self::Userinfo => (
                &m.userinfo_encrypted_response_alg,
                &m.userinfo_encrypted_response_enc,
                ["userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc"],
            ),
            Self::AuthorizationResponse => (
                &m.authorization_encrypted_response_alg,
                &m.authorization_encrypted_response_enc,
                ["authorization_encrypted_response_alg", "authorization_encrypted_response_enc"],
            ),
            Self::Introspection => (
                &m.introspection_encrypted_response_alg,
                &m.introspection_encrypted_response_enc,
                ["introspection_encrypted_response_alg", "introspection_encrypted_response_enc"],
            ),
        };
        Names { alg, enc, fields }
    }
}

/// How a client encrypts its request objects to us, when it has said so.
pub fn of_request_objects(metadata: &ClientMetadata) -> Option<Encryption> {
    read(&names_of_request_objects(metadata)).ok().flatten()
}

/// Checks every member: known algorithms, `enc` with `alg` only, and a key of the client for each `alg`, unless it publishes
/// its keys.
///
/// # Errors
/// `MetadataInvalid`; the detail begins with the name of the field.
pub(crate) fn check(metadata: &ClientMetadata) -> Result<(), Refusal> {
    read(&names_of_request_objects(metadata))?;
    for answer in Answer::ALL {
        let names = answer.names(metadata);
        let Some(encryption) = read(&names)? else { continue };
        let [field, _] = names.fields;
        let fits = match (&metadata.jwks, &metadata.jwks_uri) {
            (Some(jwks), _) => RecipientKeys::from_jwks(jwks).is_ok_and(|keys| keys.fit(encryption.key_management)),
            (None, jwks_uri) => jwks_uri.is_some(),
        };
        if !fits {
            return Err(invalid(field, "needs a key for it in jwks, or jwks_uri"));
        }
    }
    Ok(())
}

fn names_of_request_objects(m: &ClientMetadata) -> Names<'_> {
    let fields = ["request_object_encryption_alg", "request_object_encryption_enc"];
    Names { alg: &m.request_object_encryption_alg, enc: &m.request_object_encryption_enc, fields }
}

fn read(names: &Names<'_>) -> Result<Option<Encryption>, Refusal> {
    let [alg_field, enc_field] = names.fields;
    let content = names.enc.as_deref().map(|name| {
        ContentEncryption::parse(name).ok_or_else(|| invalid(enc_field, "must be A128CBC-HS256, A128GCM or A256GCM"))
    });
    match (names.alg.as_deref(), content.transpose()?) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(invalid(enc_field, &format!("needs {alg_field}"))),
        (Some(name), content) => {
            let must_be = "must be RSA-OAEP-256, ECDH-ES, ECDH-ES+A128KW or ECDH-ES+A256KW";
            let key_management = KeyManagement::parse(name).ok_or_else(|| invalid(alg_field, must_be))?;
            Ok(Some(Encryption { key_management, content: content.unwrap_or(DEFAULT_CONTENT) }))
        }
    }
}

fn invalid(field: &str, what: &str) -> Refusal {
    Refusal::new(Cause::MetadataInvalid).with_detail(format!("{field} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::web_client;

    fn registered(alg: Option<&str>, enc: Option<&str>, jwks_uri: Option<&str>) -> Result<Option<Encryption>, String> {
        let mut metadata = web_client().metadata;
        metadata.id_token_encrypted_response_alg = alg.map(str::to_owned);
        metadata.id_token_encrypted_response_enc = enc.map(str::to_owned);
        metadata.jwks_uri = jwks_uri.map(str::to_owned);
        check(&metadata).map_err(|refusal| refusal.detail.unwrap().split(' ').next().unwrap().to_owned())?;
        Ok(Answer::IdToken.encryption(&metadata))
    }

    /// OIDC Registration §2: without `enc` it is A128CBC-HS256; `enc` alone is a mistake.
    #[test]
    fn the_default_content_encryption_is_a128cbc_hs256() {
        let keys = Some("https://rp.example/jwks");
        let ecdh = |content| Some(Encryption { key_management: KeyManagement::EcdhEs, content });

        assert_eq!(registered(None, None, None), Ok(None));
        assert_eq!(registered(Some("ECDH-ES"), None, keys), Ok(ecdh(ContentEncryption::A128CbcHs256)));
        assert_eq!(registered(Some("ECDH-ES"), Some("A256GCM"), keys), Ok(ecdh(ContentEncryption::A256Gcm)));
        assert_eq!(registered(None, Some("A256GCM"), keys), Err("id_token_encrypted_response_enc".to_owned()));
    }

    /// DR-06: nobody registers what could never be encrypted to it.
    #[test]
    fn encryption_needs_a_known_algorithm_and_a_key() {
        let keys = Some("https://rp.example/jwks");

        for unknown in ["RSA1_5", "RSA-OAEP", "dir", "A128KW", "none", ""] {
            assert_eq!(registered(Some(unknown), None, keys), Err("id_token_encrypted_response_alg".to_owned()));
        }
        assert_eq!(registered(Some("ECDH-ES"), None, None), Err("id_token_encrypted_response_alg".to_owned()));
        let mut metadata = web_client().metadata;
        metadata.id_token_encrypted_response_alg = Some("ECDH-ES".to_owned());
        metadata.jwks = Some(serde_json::json!({ "keys": [] }));
        assert!(check(&metadata).is_err());
    }
}
