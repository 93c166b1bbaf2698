//! What a browser answers: `PublicKeyCredential.toJSON()`, read with limits before anything is believed.
//!
//! Only the members that are checked are kept; results of extensions that nobody asked for are dropped unread, so that a
//! browser that adds one is not turned away.

use serde_json::{Map, Value};
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use super::{MAX_ANSWER_BYTES, PasskeyRefusal};

/// An answer to the question for a passkey. Nothing of it is proven.
pub struct PasskeyAnswer {
    pub(super) credential: PublicKeyCredential,
    /// Whether it was made in a frame of another site; webauthn-rs looks at that only when a passkey is registered.
    pub(super) is_framed: bool,
}

impl PasskeyAnswer {
    /// Reads the JSON text of an answer.
    ///
    /// # Errors
    /// `Malformed`, also for one that is longer than 32 KiB.
    pub fn parse(text: &str) -> Result<Self, PasskeyRefusal> {
        let credential: PublicKeyCredential = read(text, &["authenticatorData", "signature", "userHandle"])?;
        let client_data: Value =
            serde_json::from_slice(&credential.response.client_data_json).map_err(|_| PasskeyRefusal::Malformed)?;
        let is_framed = client_data.get("topOrigin").is_some()
            || client_data.get("crossOrigin").is_some_and(|value| *value != Value::Bool(false));
        Ok(Self { credential, is_framed })
    }

    /// Whether it says which account its credential was made for: it must where nobody has said so before (§7.2 step 6).
    pub fn names_account(&self) -> bool {
        self.credential.get_user_unique_id().is_some()
    }

    /// The id of the credential it was made with.
    pub fn credential_id(&self) -> &[u8] {
        self.credential.get_credential_id()
    }
}

/// Reads the JSON text of an answer to the question to register.
pub(super) fn parse_registration(text: &str) -> Result<RegisterPublicKeyCredential, PasskeyRefusal> {
    read(text, &["attestationObject", "transports"])
}

fn read<T: serde::de::DeserializeOwned>(text: &str, of_response: &[&str]) -> Result<T, PasskeyRefusal> {
    if text.len() > MAX_ANSWER_BYTES {
        return Err(PasskeyRefusal::Malformed);
    }
    let Ok(Value::Object(answer)) = serde_json::from_str(text) else { return Err(PasskeyRefusal::Malformed) };
    let Some(Value::Object(response)) = answer.get("response") else { return Err(PasskeyRefusal::Malformed) };
    if answer.get("type") != Some(&Value::from("public-key")) || answer.get("id") != answer.get("rawId") {
        return Err(PasskeyRefusal::Malformed);
    }
    let properties = answer.get("clientExtensionResults").and_then(|results| results.get("credProps")).cloned();
    let mut kept = chosen(&answer, &["id", "rawId", "type"]);
    let mut response_kept = chosen(response, of_response);
    response_kept.extend(chosen(response, &["clientDataJSON"]));
    kept.insert("response".to_owned(), Value::Object(response_kept));
    let extensions = properties.map(|found| ("credProps".to_owned(), found)).into_iter().collect();
    kept.insert("clientExtensionResults".to_owned(), Value::Object(extensions));
    serde_json::from_value(Value::Object(kept)).map_err(|_| PasskeyRefusal::Malformed)
}

fn chosen(from: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    names.iter().filter_map(|name| Some(((*name).to_owned(), from.get(*name)?.clone()))).collect()
}
