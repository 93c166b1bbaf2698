//! Registering a passkey (§7.1).

use portreeve_domain::PasskeyAttestation;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs::prelude::{
    AttestedPasskeyRegistration, CreationChallengeResponse, Credential, PasskeyRegistration, Uuid,
};

use super::answer::parse_registration;
use super::{BegunCeremony, CeremonyFault, PasskeyRefusal, PasskeySite, authorities};

/// Where the model stands in authenticator data: after the hash of the site, the flags and the counter (§6.1).
const AAGUID: std::ops::Range<usize> = 37..53;

/// Whom a passkey is for.
pub struct PasskeyOwner<'a> {
    /// What the authenticator keeps the account by: stable, random to everybody else (§14.6.1).
    pub handle: [u8; 16],
    /// The name that tells the account from others of the same person: the address.
    pub name: &'a str,
    /// How the person is called.
    pub display_name: &'a str,
    /// The ids of the credentials that the account has: an authenticator that holds one makes no second.
    pub registered: Vec<Vec<u8>>,
}

/// A passkey that was registered.
pub struct NewPasskey {
    /// The id that its answers will name.
    pub credential_id: Vec<u8>,
    /// The public key and what else its answers are checked by; JSON.
    pub credential: String,
    /// The model of the authenticator; all zeros for one that does not tell.
    pub aaguid: [u8; 16],
    /// The counter to be stored; 0 of an authenticator that does not count.
    pub counter: u32,
    /// Whether it can be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it is copied.
    pub backed_up: bool,
    /// Whether the authenticator verified the person: always, since it is demanded.
    pub user_verified: bool,
    /// Whether a trusted authority vouches for the model.
    pub attested: bool,
}

#[derive(Serialize, Deserialize)]
enum State {
    Any(PasskeyRegistration),
    Attested(AttestedPasskeyRegistration),
}

impl PasskeySite {
    /// Asks for a new passkey of `owner`, of one of the attested models when there is a policy.
    ///
    /// # Errors
    /// A fault when the policy cannot be read.
    pub fn begin_registration(
        &self,
        owner: PasskeyOwner<'_>,
        attestation: Option<&PasskeyAttestation>,
    ) -> Result<BegunCeremony, CeremonyFault> {
        let handle = Uuid::from_bytes(owner.handle);
        let (name, display_name, known) = (owner.name, owner.display_name, Some(owner.registered));
        let (challenge, state) = match attestation {
            None => {
                let (challenge, state) = self.webauthn.start_passkey_registration(handle, name, display_name, known)?;
                (challenge, State::Any(state))
            }
            Some(policy) => {
                let list = authorities(policy)?;
                let (challenge, state) =
                    self.webauthn.start_attested_passkey_registration(handle, name, display_name, known, list, None)?;
                (challenge, State::Attested(state))
            }
        };
        Ok(BegunCeremony { options: discoverable(&challenge)?, state: serde_json::to_string(&state)? })
    }

    /// Checks an answer against the state of its question.
    ///
    /// # Errors
    /// By what is wrong.
    pub fn finish_registration(&self, state: &str, answer: &str) -> Result<NewPasskey, PasskeyRefusal> {
        let state: State = serde_json::from_str(state).map_err(|_| PasskeyRefusal::OtherChallenge)?;
        let answer = parse_registration(answer)?;
        // Told by the browser and not signed: an honest one that could not keep the key on the device says so.
        if answer.extensions.cred_props.as_ref().is_some_and(|properties| properties.rk == Some(false)) {
            return Err(PasskeyRefusal::NotDiscoverable);
        }
        let aaguid = aaguid(&answer.response.attestation_object).ok_or(PasskeyRefusal::Malformed)?;
        let (credential, attested): (Credential, _) = match &state {
            State::Any(state) => (self.webauthn.finish_passkey_registration(&answer, state)?.into(), false),
            State::Attested(state) => {
                (self.webauthn.finish_attested_passkey_registration(&answer, state)?.into(), true)
            }
        };
        Ok(NewPasskey {
            credential_id: credential.cred_id.clone(),
            credential: serde_json::to_string(&credential).map_err(|_| PasskeyRefusal::Invalid)?,
            aaguid,
            counter: credential.counter,
            backup_eligible: credential.backup_eligible,
            backed_up: credential.backup_state,
            user_verified: credential.user_verified,
            attested,
        })
    }
}

/// The question, with discoverable credentials demanded: webauthn-rs asks for others.
fn discoverable(challenge: &CreationChallengeResponse) -> Result<String, CeremonyFault> {
    let mut options = serde_json::to_value(&challenge.public_key)?;
    let selection = options.get_mut("authenticatorSelection").and_then(Value::as_object_mut);
    let selection = selection.ok_or_else(|| CeremonyFault("no authenticatorSelection".to_owned()))?;
    selection.insert("residentKey".to_owned(), "required".into());
    selection.insert("requireResidentKey".to_owned(), true.into());
    Ok(options.to_string())
}

/// The model in an attestation object, which webauthn-rs gives out for attested ones only.
fn aaguid(attestation_object: &[u8]) -> Option<[u8; 16]> {
    let Ok(serde_cbor_2::Value::Map(members)) = serde_cbor_2::from_slice(attestation_object) else { return None };
    let name = serde_cbor_2::Value::Text("authData".to_owned());
    let serde_cbor_2::Value::Bytes(data) = members.get(&name)? else { return None };
    data.get(AAGUID)?.try_into().ok()
}
