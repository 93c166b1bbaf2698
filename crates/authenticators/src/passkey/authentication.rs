//! Showing a passkey (§7.2): the question needs no account, the answer names its credential.

use serde_json::{Value, json};
use webauthn_rs::prelude::{Credential, DiscoverableAuthentication};

use super::answer::PasskeyAnswer;
use super::{BegunCeremony, CeremonyFault, PasskeyRefusal, PasskeySite};

/// A credential as stored, with what may have changed since it was registered.
pub struct StoredPasskey<'a> {
    /// What `NewPasskey::credential` said.
    pub credential: &'a str,
    /// The account's handle, as it was registered with.
    pub handle: [u8; 16],
    /// The counter that was seen last.
    pub counter: u32,
    /// Whether it was backed up when it was used last.
    pub backed_up: bool,
}

/// A passkey that was shown and verified the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownPasskey {
    /// The counter to be stored; 0 of an authenticator that does not count.
    pub counter: u32,
    /// Whether the credential is backed up now.
    pub backed_up: bool,
}

/// The id of a stored credential.
///
/// # Errors
/// A fault when it is not what `NewPasskey::credential` said.
pub fn credential_id(credential: &str) -> Result<Vec<u8>, CeremonyFault> {
    Ok(serde_json::from_str::<Credential>(credential)?.cred_id)
}

impl PasskeySite {
    /// Asks for a passkey: any, or one of those with the ids `allowed`, when the account is known and has proven something.
    ///
    /// # Errors
    /// A fault when the question cannot be written.
    pub fn begin_authentication(&self, allowed: &[Vec<u8>]) -> Result<BegunCeremony, CeremonyFault> {
        let (challenge, state) = self.webauthn.start_discoverable_authentication()?;
        let mut options = serde_json::to_value(&challenge.public_key)?;
        if let Value::Object(members) = &mut options {
            let credentials = allowed.iter().map(|id| json!({ "type": "public-key", "id": super::base64url(id) }));
            members.insert("allowCredentials".to_owned(), credentials.collect());
            members.remove("extensions");
        }
        Ok(BegunCeremony { options: options.to_string(), state: serde_json::to_string(&state)? })
    }

    /// Checks an answer against the state of its question and the credential that it names.
    ///
    /// # Errors
    /// By what is wrong.
    pub fn finish_authentication(
        &self,
        state: &str,
        answer: &PasskeyAnswer,
        stored: &StoredPasskey<'_>,
    ) -> Result<ShownPasskey, PasskeyRefusal> {
        let state: DiscoverableAuthentication =
            serde_json::from_str(state).map_err(|_| PasskeyRefusal::OtherChallenge)?;
        let mut credential: Credential =
            serde_json::from_str(stored.credential).map_err(|_| PasskeyRefusal::Invalid)?;
        credential.counter = stored.counter;
        credential.backup_state = stored.backed_up;
        if answer.is_framed {
            return Err(PasskeyRefusal::OtherSite);
        }
        // §7.2 step 6. A person who is known already may have an authenticator that leaves the handle out.
        if answer.credential.get_user_unique_id().is_some_and(|handle| handle != stored.handle) {
            return Err(PasskeyRefusal::OtherAccount);
        }
        let shown = self.webauthn.finish_discoverable_authentication_v2(&answer.credential, state, credential)?;
        Ok(ShownPasskey { counter: shown.counter(), backed_up: shown.backup_state() })
    }
}
