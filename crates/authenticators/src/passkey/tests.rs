//! Both ceremonies against an authenticator in software, right and wrong in one thing each.

#[path = "../../../../tests/src/authenticator.rs"]
#[allow(dead_code, unreachable_pub, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]
mod authenticator;

use serde_json::Value;

use self::authenticator::{Attestation, Authenticator, BACKED_UP, BACKUP_ELIGIBLE, USER_PRESENT, USER_VERIFIED};
use super::*;

const ORIGIN: &str = "https://id.example";
const HANDLE: [u8; 16] = [7; 16];

fn site() -> PasskeySite {
    PasskeySite::new(ORIGIN, &[], "Example").unwrap()
}

fn owner() -> PasskeyOwner<'static> {
    PasskeyOwner { handle: HANDLE, name: "ada@example.com", display_name: "Ada", registered: Vec::new() }
}

fn registered(authenticator: &mut Authenticator) -> Result<NewPasskey, PasskeyRefusal> {
    let begun = site().begin_registration(owner(), None).unwrap();
    site().finish_registration(&begun.state, &authenticator.create(&begun.options))
}

/// An authenticator with a passkey, and the passkey as stored.
fn enrolled() -> (Authenticator, NewPasskey) {
    let mut authenticator = Authenticator::at(ORIGIN);
    let new = registered(&mut authenticator).unwrap();
    (authenticator, new)
}

fn stored(new: &NewPasskey, counter: u32) -> StoredPasskey<'_> {
    StoredPasskey { credential: &new.credential, handle: HANDLE, counter, backed_up: new.backed_up }
}

fn shown(authenticator: &Authenticator, new: &NewPasskey, counter: u32) -> Result<ShownPasskey, PasskeyRefusal> {
    let begun = site().begin_authentication(&[]).unwrap();
    let answer = PasskeyAnswer::parse(&authenticator.get(&begun.options))?;
    site().finish_authentication(&begun.state, &answer, &stored(new, counter))
}

#[test]
fn a_passkey_is_registered_and_shown() {
    let (mut authenticator, new) = enrolled();

    assert_eq!(new.credential_id, authenticator.credential_id);
    assert!(new.user_verified && new.backup_eligible && !new.backed_up && !new.attested);
    assert_eq!(shown(&authenticator, &new, 0), Ok(ShownPasskey { counter: 0, backed_up: false }));

    authenticator.flags |= BACKED_UP;
    authenticator.counter = 9;
    assert_eq!(shown(&authenticator, &new, 8), Ok(ShownPasskey { counter: 9, backed_up: true }));
}

#[test]
fn the_question_asks_for_a_discoverable_credential_with_verification() {
    let begun = site().begin_registration(PasskeyOwner { registered: vec![vec![1, 2]], ..owner() }, None).unwrap();
    let options: Value = serde_json::from_str(&begun.options).unwrap();

    assert_eq!(options["rp"]["id"], "id.example");
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["requireResidentKey"], true);
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["excludeCredentials"][0]["id"], "AQI");
}

/// S-086: who is not known yet is asked for any passkey: there is no list to learn from.
#[test]
fn the_first_question_names_no_credential() {
    let any: Value = serde_json::from_str(&site().begin_authentication(&[]).unwrap().options).unwrap();
    let one: Value = serde_json::from_str(&site().begin_authentication(&[vec![1, 2]]).unwrap().options).unwrap();

    assert_eq!(any["allowCredentials"], serde_json::json!([]));
    assert_eq!(any["userVerification"], "required");
    assert_eq!(one["allowCredentials"], serde_json::json!([{ "type": "public-key", "id": "AQI" }]));
}

type Wrong = (&'static str, fn(&mut Authenticator), PasskeyRefusal);

/// What is wrong with an answer in either ceremony.
const WRONG: [Wrong; 11] = [
    ("a challenge of another ceremony", |a| a.challenge = Some("AAAA".to_owned()), PasskeyRefusal::OtherChallenge),
    ("a host that ends alike", |a| a.origin = "https://badid.example".to_owned(), PasskeyRefusal::OtherSite),
    ("a sub-domain", |a| a.origin = "https://x.id.example".to_owned(), PasskeyRefusal::OtherSite),
    ("another port", |a| a.origin = "https://id.example:8443".to_owned(), PasskeyRefusal::OtherSite),
    ("http", |a| a.origin = "http://id.example".to_owned(), PasskeyRefusal::OtherSite),
    ("another site", |a| a.site = Some("evil.example".to_owned()), PasskeyRefusal::OtherSite),
    ("a frame of another site", |a| a.cross_origin = true.into(), PasskeyRefusal::OtherSite),
    ("nobody present", |a| a.flags = USER_VERIFIED | BACKUP_ELIGIBLE, PasskeyRefusal::NotVerified),
    ("nobody verified", |a| a.flags = USER_PRESENT | BACKUP_ELIGIBLE, PasskeyRefusal::NotVerified),
    (
        "no eligibility but a backup",
        |a| a.flags = USER_PRESENT | USER_VERIFIED | BACKED_UP,
        PasskeyRefusal::BackupChanged,
    ),
    ("an unknown ceremony", |a| a.ceremony = Some("payment.get"), PasskeyRefusal::Malformed),
];

/// S-085: each is refused when a passkey is registered.
#[test]
fn a_wrong_registration_is_refused() {
    for (what, spoil, refusal) in WRONG {
        let mut authenticator = Authenticator::at(ORIGIN);
        spoil(&mut authenticator);

        assert_eq!(registered(&mut authenticator).err(), Some(refusal), "{what}");
    }
}

/// S-085: each is refused when a passkey is shown.
#[test]
fn a_wrong_answer_is_refused() {
    for (what, spoil, refusal) in WRONG {
        let (mut authenticator, new) = enrolled();
        spoil(&mut authenticator);

        assert_eq!(shown(&authenticator, &new, 0), Err(refusal), "{what}");
    }
}

/// S-085: an answer to one question is none to the other, whoever asks.
#[test]
fn a_registration_is_no_sign_in() {
    let mut authenticator = Authenticator::at(ORIGIN);
    let new = registered(&mut authenticator).unwrap();
    authenticator.ceremony = Some("webauthn.create");
    assert_eq!(shown(&authenticator, &new, 0), Err(PasskeyRefusal::Malformed));

    let begun = site().begin_registration(owner(), None).unwrap();
    let created = authenticator.create(&begun.options);
    assert_eq!(PasskeyAnswer::parse(&created).err(), Some(PasskeyRefusal::Malformed));

    let asked = site().begin_authentication(&[]).unwrap();
    let got = authenticator.get(&asked.options);
    assert_eq!(site().finish_registration(&begun.state, &got).err(), Some(PasskeyRefusal::Malformed));
    assert_eq!(site().finish_registration(&asked.state, &created).err(), Some(PasskeyRefusal::OtherChallenge));
}

/// S-085: a counter that does not grow means a copy of the key, unless the authenticator never counted.
#[test]
fn a_counter_that_does_not_grow_is_an_alarm() {
    let (mut authenticator, new) = enrolled();
    for (says, was) in [(5, 5), (4, 5), (0, 5)] {
        authenticator.counter = says;
        assert_eq!(shown(&authenticator, &new, was), Err(PasskeyRefusal::CounterRegressed), "{says} after {was}");
    }
}

/// S-085: a key of another account, a key in another's hands, a signature by another key.
#[test]
fn a_credential_of_somebody_else_is_refused() {
    let (mut authenticator, new) = enrolled();
    authenticator.handle = Some(vec![8; 16]);
    assert_eq!(shown(&authenticator, &new, 0), Err(PasskeyRefusal::OtherAccount));

    let mut other = Authenticator::at(ORIGIN);
    other.handle = Some(HANDLE.to_vec());
    other.credential_id.clone_from(&new.credential_id);
    assert_eq!(shown(&other, &new, 0), Err(PasskeyRefusal::Invalid));
}

/// S-085: what could be copied stays so, and what could not never becomes so.
#[test]
fn the_eligibility_for_backup_never_changes() {
    let (mut authenticator, new) = enrolled();
    authenticator.flags = USER_PRESENT | USER_VERIFIED;
    assert_eq!(shown(&authenticator, &new, 0), Err(PasskeyRefusal::BackupChanged));

    let mut bound = Authenticator::at(ORIGIN);
    bound.flags = USER_PRESENT | USER_VERIFIED;
    let new = registered(&mut bound).unwrap();
    bound.flags |= BACKUP_ELIGIBLE;
    assert_eq!(shown(&bound, &new, 0), Err(PasskeyRefusal::BackupChanged));
}

/// S-085: an algorithm that was not offered (ES256K), and one that the key is not for (EdDSA).
#[test]
fn an_algorithm_that_was_not_asked_for_is_refused() {
    for algorithm in [-47, -8] {
        let mut authenticator = Authenticator::at(ORIGIN);
        authenticator.algorithm = algorithm;

        assert_eq!(registered(&mut authenticator).err(), Some(PasskeyRefusal::Invalid), "{algorithm}");
    }
}

fn attested_models() -> PasskeyAttestation {
    let key = rcgen::KeyPair::generate().unwrap();
    let root = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
    PasskeyAttestation { aaguids: vec!["ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4".to_owned()], roots: vec![root.pem()] }
}

/// S-085: where models are listed, an authenticator that only says that it is one of them is refused.
#[test]
fn a_model_must_be_vouched_for_where_models_are_listed() {
    for attestation in [Attestation::None, Attestation::OwnKey] {
        let begun = site().begin_registration(owner(), Some(&attested_models())).unwrap();
        let mut authenticator = Authenticator::at(ORIGIN);
        authenticator.flags = USER_PRESENT | USER_VERIFIED;
        authenticator.aaguid = 0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4_u128.to_be_bytes();
        authenticator.attestation = attestation;

        let refused = site().finish_registration(&begun.state, &authenticator.create(&begun.options));

        assert_eq!(refused.err(), Some(PasskeyRefusal::ModelNotAllowed), "{attestation:?}");
    }
}

#[test]
fn a_policy_without_authorities_or_models_is_none() {
    let good = attested_models();

    assert!(is_usable_attestation(&good));
    assert!(!is_usable_attestation(&PasskeyAttestation { roots: Vec::new(), ..good.clone() }));
    assert!(!is_usable_attestation(&PasskeyAttestation { aaguids: vec!["YubiKey".to_owned()], ..good.clone() }));
    assert!(!is_usable_attestation(&PasskeyAttestation { roots: vec!["-----".to_owned()], ..good }));
}

/// §5.11.1: a related origin may use the site's passkeys, and nobody else.
#[test]
fn related_origins_are_accepted_where_they_are_listed() {
    let related = PasskeySite::new(ORIGIN, &["https://id.example.co.uk".to_owned()], "Example").unwrap();
    let mut authenticator = Authenticator::at("https://id.example.co.uk");

    let begun = related.begin_registration(owner(), None).unwrap();
    assert!(related.finish_registration(&begun.state, &authenticator.create(&begun.options)).is_ok());
    assert_eq!(registered(&mut authenticator).err(), Some(PasskeyRefusal::OtherSite));
}

/// A host that is an IP address has no passkeys (§5.1.2: the effective domain).
#[test]
fn there_are_no_passkeys_at_an_ip_address() {
    for address in ["https://127.0.0.1:8443", "https://[::1]", "not an address"] {
        assert!(PasskeySite::new(address, &[], "Example").is_none(), "{address}");
    }
    assert!(PasskeySite::new("http://localhost:8080", &[], "Example").is_some());
}

/// S-085: the model is read from what is stored, not from what the browser adds beside it.
#[test]
fn the_model_is_that_of_the_authenticator_data() {
    let mut authenticator = Authenticator::at(ORIGIN);
    authenticator.aaguid = [3; 16];

    assert_eq!(registered(&mut authenticator).unwrap().aaguid, [3; 16]);
}

/// Rubbish is refused and nothing breaks.
#[test]
fn what_is_no_answer_is_malformed() {
    let begun = site().begin_registration(owner(), None).unwrap();
    let (authenticator, _) = enrolled();
    let good = authenticator.get(&site().begin_authentication(&[]).unwrap().options);
    let spoiled = [
        good.replace("public-key", "password"),
        good.replace("clientDataJSON", "clientData"),
        good.replacen("\"id\":\"", "\"id\":\"A", 1),
        format!("{good}{}", " ".repeat(MAX_ANSWER_BYTES)),
        String::new(),
        "null".to_owned(),
        "[]".repeat(10_000),
        "{\"response\":{}}".to_owned(),
    ];
    for text in spoiled {
        let seen = text.chars().take(60).collect::<String>();
        assert_eq!(PasskeyAnswer::parse(&text).err(), Some(PasskeyRefusal::Malformed), "{seen}");
        assert_eq!(site().finish_registration(&begun.state, &text).err(), Some(PasskeyRefusal::Malformed), "{seen}");
    }
}
