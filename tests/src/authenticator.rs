//! An authenticator in software, with the browser around it: it answers ceremonies (Web Authentication Level 3 §6, §7), also
//! wrongly in one thing.
//!
//! Owns its key, which is not made by our own crates, and the bytes it signs. What is asked and how the answer is sent is
//! the test's own.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portreeve_crypto::sha256;
use rcgen::{KeyPair, PublicKeyData, SigningKey};
use serde_json::{Value, json};

/// The person touched it.
pub const USER_PRESENT: u8 = 0x01;
/// The person was verified.
pub const USER_VERIFIED: u8 = 0x04;
/// The credential can be copied.
pub const BACKUP_ELIGIBLE: u8 = 0x08;
/// The credential is copied.
pub const BACKED_UP: u8 = 0x10;
const ATTESTED_DATA: u8 = 0x40;

/// How it proves what it is when a credential is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attestation {
    /// Not at all.
    None,
    /// By the credential's own key.
    OwnKey,
}

/// One credential in an authenticator, and what is said with it.
pub struct Authenticator {
    key: KeyPair,
    /// The credential's id.
    pub credential_id: Vec<u8>,
    /// The account it was made for; taken from the question that made it.
    pub handle: Option<Vec<u8>>,
    /// Where the browser stands.
    pub origin: String,
    /// The site it answers for; the one that asks when `None`.
    pub site: Option<String>,
    /// The challenge it answers; the one asked when `None`.
    pub challenge: Option<String>,
    /// The ceremony it answers, `webauthn.create` or `webauthn.get`; the right one when `None`.
    pub ceremony: Option<&'static str>,
    /// What the browser says about frames of other sites.
    pub cross_origin: Value,
    /// The flags of the authenticator data.
    pub flags: u8,
    /// The signature counter.
    pub counter: u32,
    /// The model.
    pub aaguid: [u8; 16],
    /// How it proves its model.
    pub attestation: Attestation,
    /// The algorithm it says its key is for; ES256.
    pub algorithm: i8,
}

impl Authenticator {
    /// Makes one that answers well at `origin`, without a counter, as synced passkeys do.
    ///
    /// # Panics
    ///
    /// When there is no randomness.
    pub fn at(origin: &str) -> Self {
        let key = KeyPair::generate().expect("a P-256 key");
        let credential_id = sha256(key.der_bytes()).as_bytes().to_vec();
        Self {
            key,
            credential_id,
            handle: None,
            origin: origin.to_owned(),
            site: None,
            challenge: None,
            ceremony: None,
            cross_origin: json!(false),
            flags: USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE,
            counter: 0,
            aaguid: [0; 16],
            attestation: Attestation::None,
            algorithm: -7,
        }
    }

    /// Answers `PublicKeyCredentialCreationOptionsJSON` as `PublicKeyCredential.toJSON()` does.
    ///
    /// # Panics
    ///
    /// When it is not asked for a credential of an account.
    pub fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("options are JSON");
        let handle = options["user"]["id"].as_str().expect("an account");
        self.handle = Some(URL_SAFE_NO_PAD.decode(handle).expect("base64url"));
        let client_data = self.client_data(&options, "webauthn.create");
        let mut data = self.authenticator_data(&options["rp"]["id"], ATTESTED_DATA);
        data.extend(self.aaguid);
        data.extend(length(&self.credential_id));
        data.extend(&self.credential_id);
        data.extend(self.cose_key());

        let mut object = vec![0xa3];
        object.extend(b"\x63fmt");
        match self.attestation {
            Attestation::None => object.extend(b"\x64none\x67attStmt\xa0"),
            Attestation::OwnKey => {
                let signature = self.sign(&data, &client_data);
                object.extend(b"\x66packed\x67attStmt\xa2\x63alg\x26\x63sig");
                object.extend(byte_string(&signature));
            }
        }
        object.extend(b"\x68authData");
        object.extend(byte_string(&data));

        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "transports": ["internal", "smart-card"],
            "publicKeyAlgorithm": self.algorithm,
        });
        self.answer(&response, &json!({ "credProps": { "rk": true } }))
    }

    /// Answers `PublicKeyCredentialRequestOptionsJSON` as `PublicKeyCredential.toJSON()` does.
    ///
    /// # Panics
    ///
    /// When the options are not JSON.
    pub fn get(&self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("options are JSON");
        let client_data = self.client_data(&options, "webauthn.get");
        let data = self.authenticator_data(&options["rpId"], 0);
        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(&client_data),
            "authenticatorData": URL_SAFE_NO_PAD.encode(&data),
            "signature": URL_SAFE_NO_PAD.encode(self.sign(&data, &client_data)),
            "userHandle": self.handle.as_ref().map(|handle| URL_SAFE_NO_PAD.encode(handle)),
        });
        self.answer(&response, &json!({}))
    }

    fn answer(&self, response: &Value, extensions: &Value) -> String {
        let id = URL_SAFE_NO_PAD.encode(&self.credential_id);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "response": response,
            "clientExtensionResults": extensions,
        })
        .to_string()
    }

    fn client_data(&self, options: &Value, ceremony: &str) -> Vec<u8> {
        let asked = options["challenge"].as_str().expect("a challenge");
        let client_data = json!({
            "type": self.ceremony.unwrap_or(ceremony),
            "challenge": self.challenge.as_deref().unwrap_or(asked),
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        });
        client_data.to_string().into_bytes()
    }

    fn authenticator_data(&self, asked: &Value, flags: u8) -> Vec<u8> {
        let site = self.site.as_deref().or(asked.as_str()).expect("a site");
        let mut data = sha256(site.as_bytes()).as_bytes().to_vec();
        data.push(self.flags | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn sign(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let signed: Vec<u8> = data.iter().chain(sha256(client_data).as_bytes()).copied().collect();
        self.key.sign(&signed).expect("a signature")
    }

    /// The public key in COSE: EC2, the algorithm, P-256, x, y.
    fn cose_key(&self) -> Vec<u8> {
        let [4, coordinates @ ..] = self.key.der_bytes() else { panic!("not an uncompressed point") };
        let (x, y) = coordinates.split_at(32);
        let algorithm = u8::try_from(-1 - i16::from(self.algorithm)).expect("a negative number");
        let algorithm = if algorithm < 24 { vec![0x20 + algorithm] } else { vec![0x38, algorithm] };
        let rest = [0x20, 0x01, 0x21, 0x58, 0x20];
        [&[0xa5, 0x01, 0x02, 0x03], algorithm.as_slice(), &rest, x, &[0x22, 0x58, 0x20], y].concat()
    }
}

fn length(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).expect("a short value").to_be_bytes()
}

fn byte_string(bytes: &[u8]) -> Vec<u8> {
    [&[0x59], length(bytes).as_slice(), bytes].concat()
}
