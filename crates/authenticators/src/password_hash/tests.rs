//! Tests of password hashing: known answers, peppers, and equal work for nobody.

use argon2::{AssociatedData, ParamsBuilder};

use super::*;

fn hashing(parameters: HashParameters, current: u32, former: &[u32]) -> PasswordHashing {
    let pepper = |id: &u32| Pepper { id: *id, key: SecretBytes::new([*id as u8; 32]) };
    let former = former.iter().map(pepper).collect();
    PasswordHashing::new(parameters, pepper(&current), former).ok().unwrap()
}

fn today() -> PasswordHashing {
    hashing(HashParameters::default(), 1, &[])
}

fn password(typed: &str) -> Password {
    Password::prepare(typed).ok().unwrap()
}

fn verify(hashing: &PasswordHashing, typed: &str, stored: &str) -> Result<Verification, HashFault> {
    hashing.verify(&password(typed), Some(stored), &mut HashMemory::new())
}

fn hash(hashing: &PasswordHashing, typed: &str) -> String {
    let salt = [9; 16];
    hashing.hash(&password(typed), salt, &mut HashMemory::new()).unwrap()
}

const MATCHES: Result<Verification, HashFault> = Ok(Verification::Matches { needs_rehash: false });
const MATCHES_OLD: Result<Verification, HashFault> = Ok(Verification::Matches { needs_rehash: true });
const DIFFERS: Result<Verification, HashFault> = Ok(Verification::Differs);

/// RFC 9106 §5.3: the library computes Argon2id as specified, also in memory that was used before.
#[test]
fn argon2id_gives_the_value_of_rfc_9106() {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let expected = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9, 0xd0, 0x1e,
        0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
    ];
    let mut memory = HashMemory::new();

    for _ in 0..2 {
        let mut output = [0; 32];
        memory
            .with_blocks(32, |blocks| argon2.hash_password_into_with_memory(&[1; 32], &[2; 16], &mut output, blocks))
            .unwrap()
            .unwrap();
        assert_eq!(output, expected);
    }
}

#[test]
fn the_password_matches_and_another_differs() {
    let hashing = today();
    let stored = hash(&hashing, "quartz meadow seven");

    assert_eq!(verify(&hashing, "quartz meadow seven", &stored), MATCHES);
    assert_eq!(verify(&hashing, "quartz meadow eight", &stored), DIFFERS);
    assert_eq!(verify(&hashing, "Quartz meadow seven", &stored), DIFFERS);
    assert_eq!(verify(&hashing, "quartz meadow seven ", &stored), DIFFERS);
}

#[test]
fn the_stored_form_names_parameters_pepper_and_salt() {
    let stored = hash(&today(), "quartz meadow seven");

    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid=AAAAAQ$CQkJCQkJCQkJCQkJCQkJCQ$"), "{stored}");
    assert_eq!(stored.rsplit('$').next().unwrap().len(), 43);
}

/// S-075: the byte after bcrypt's limit and the last of 1 KiB both matter.
#[test]
fn no_byte_is_ignored() {
    let hashing = today();
    let long = "ab".repeat(512);
    let stored = hash(&hashing, &long);

    assert_eq!(verify(&hashing, &long, &stored), MATCHES);
    for at in [72, 999, 1023] {
        let mut other = long.clone().into_bytes();
        other[at] = b'x';
        let other = String::from_utf8(other).unwrap();
        assert_eq!(verify(&hashing, &other, &stored), DIFFERS, "byte {at}");
    }
}

#[test]
fn both_unicode_spellings_log_in() {
    let hashing = today();
    let stored = hash(&hashing, "caf\u{e9} au lait");

    assert_eq!(verify(&hashing, "cafe\u{301} au lait", &stored), MATCHES);
}

#[test]
fn a_kept_memory_does_not_change_the_hash() {
    let hashing = today();
    let mut memory = HashMemory::new();

    let first = hashing.hash(&password("one"), [9; 16], &mut memory).unwrap();
    hashing.hash(&password("two"), [8; 16], &mut memory).unwrap();
    let again = hashing.hash(&password("one"), [9; 16], &mut memory).unwrap();

    assert_eq!(first, again);
}

#[test]
fn the_salt_separates_equal_passwords() {
    let hashing = today();
    let mut memory = HashMemory::new();

    let one = hashing.hash(&password("same"), [1; 16], &mut memory).unwrap();
    let other = hashing.hash(&password("same"), [2; 16], &mut memory).unwrap();

    assert_ne!(one.rsplit('$').next(), other.rsplit('$').next());
}

#[test]
fn a_former_pepper_verifies_and_asks_for_a_new_hash() {
    let stored = hash(&today(), "quartz meadow seven");
    let rotated = hashing(HashParameters::default(), 2, &[1]);

    assert_eq!(verify(&rotated, "quartz meadow seven", &stored), MATCHES_OLD);
    assert_eq!(verify(&rotated, "other", &stored), DIFFERS);
}

#[test]
fn an_unknown_pepper_is_a_fault_and_no_wrong_password() {
    let stored = hash(&today(), "quartz meadow seven");
    let other = hashing(HashParameters::default(), 2, &[3]);

    assert_eq!(verify(&other, "quartz meadow seven", &stored), Err(HashFault::PepperMissing(1)));
}

#[test]
fn the_pepper_key_is_part_of_the_hash() {
    let stored = hash(&today(), "quartz meadow seven");
    let stolen = Pepper { id: 1, key: SecretBytes::new([77; 32]) };
    let guess = PasswordHashing::new(HashParameters::default(), stolen, vec![]).ok().unwrap();

    assert_eq!(verify(&guess, "quartz meadow seven", &stored), DIFFERS);
}

/// S-077: weaker parameters are upgraded at login.
#[test]
fn other_parameters_verify_and_ask_for_a_new_hash() {
    let old = HashParameters { memory_kib: 12_288, iterations: 3, parallelism: 1 };
    let stored = hash(&hashing(old, 1, &[]), "quartz meadow seven");

    assert_eq!(verify(&today(), "quartz meadow seven", &stored), MATCHES_OLD);
}

/// S-077: a hash imported from elsewhere, without pepper; made with the reference implementation's
/// command line: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32`.
#[test]
fn an_imported_hash_verifies_and_asks_for_a_new_one() {
    let stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    assert_eq!(verify(&today(), "password", stored), MATCHES_OLD);
    assert_eq!(verify(&today(), "Password", stored), DIFFERS);
}

/// S-077: an empty or "null" stored value never verifies.
#[test]
fn a_stored_value_that_is_no_hash_is_a_fault() {
    for stored in ["", "null", "quartz meadow seven", "$argon2id$"] {
        assert_eq!(verify(&today(), "quartz meadow seven", stored), Err(HashFault::StoredHashUnusable), "{stored}");
    }
}

/// S-071: no user costs one hash of today's parameters, in the same memory, and never matches.
#[test]
fn without_a_stored_hash_the_same_work_ends_in_differs() {
    let mut memory = HashMemory::new();

    let outcome = today().verify(&password("quartz meadow seven"), None, &mut memory);

    assert_eq!(outcome, DIFFERS);
    let filled = memory.with_blocks(19_456, |blocks| blocks.iter().filter(|block| block.as_ref() != [0; 128]).count());
    assert_eq!(filled, Some(19_456));
}

#[test]
fn weak_parameters_are_refused_at_the_start() {
    let weak = HashParameters { memory_kib: 1024, iterations: 1, parallelism: 1 };
    let pepper = Pepper { id: 1, key: SecretBytes::new([1; 32]) };

    let refused = PasswordHashing::new(weak, pepper, vec![]).err();

    assert_eq!(refused, Some(ParametersTooWeak));
}
