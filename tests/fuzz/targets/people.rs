//! What people type, and what their devices answer.

use portreeve_authenticators::{
    CanonicalRecoveryCode, PasskeyAnswer, PasskeySite, Password, StoredPasskey, TotpSecret, generate_recovery_codes,
    verify_totp,
};
use portreeve_crypto::SecretBytes;
use portreeve_domain::{ClientId, Email, Tenant, Thumbprint, UserCode};
use portreeve_fuzz::{drive, text};

/// S-074, S-076: one form of each address; whatever is typed for it in other case or width is the same account.
#[test]
fn addresses() {
    drive(
        "email",
        text(|typed| {
            let Ok(email) = Email::parse(typed) else { return false };
            let canonical = email.as_str();
            assert_eq!(Email::parse(canonical).as_ref(), Ok(&email), "{canonical:?} is not its own form");
            assert_eq!(Email::parse(&format!(" {canonical}\t")).as_ref(), Ok(&email));
            let (local, domain) = canonical.split_once('@').expect("an address has two parts");
            assert!(!domain.contains('@') && domain.is_ascii() && !local.is_empty(), "{canonical:?}");
            assert!(
                !canonical.chars().any(|c| c.is_control() || c.is_whitespace() || c.is_uppercase()),
                "{canonical:?}"
            );
            assert!(
                canonical.len() <= 254 && !canonical.contains([',', ';', '<', '>', '"', '(', ')', '\\']),
                "{canonical:?}"
            );
            assert_eq!(Email::parse(&canonical.to_ascii_uppercase()).as_ref(), Ok(&email), "case is no other account");
            true
        }),
    );
}

/// S-081: no text but six digits is a code, and each is good for one step.
#[test]
fn one_time_codes() {
    // RFC 6238 appendix B: the key of SHA-1, and its code at 1 111 111 109 seconds.
    let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
    drive(
        "totp",
        text(|typed| {
            let digits: String = typed.chars().filter(|c| !c.is_ascii_whitespace()).collect();
            let Some(step) = verify_totp(&secret, typed, 1_111_111_109, None) else {
                assert!(digits != "081804" || typed.len() > 32, "{typed:?}");
                return false;
            };
            assert!(digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()), "{typed:?}");
            assert_eq!(verify_totp(&secret, typed, 1_111_111_109, Some(step)), None, "used twice");
            assert!((step - 1_111_111_109 / 30).abs() <= 1);
            digits == "081804"
        }),
    );
}

/// A secret of an app is kept as it was typed, and what is written is read as the same.
#[test]
fn secrets_of_apps() {
    drive(
        "totp_secret",
        text(|typed| {
            let Some(secret) = TotpSecret::from_base32(typed) else { return false };
            let written = secret.to_base32();
            let again = TotpSecret::from_base32(written.expose()).expect("what was written is read");
            assert_eq!(again.expose(), secret.expose());
            assert!((16..=64).contains(&secret.expose().len()));
            let plain: String =
                typed.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_uppercase();
            // The last bits of an odd number of characters make no byte: every app drops them (RFC 4648 §3.5).
            let written = written.expose();
            let sure = &written[..written.len() - 1];
            assert!(plain.starts_with(sure) && plain.len() < written.len() + 3, "{plain} was typed, {written} is kept");
            true
        }),
    );
}

/// DV-04: a code that was read is shown in a form that is read as the same.
#[test]
fn user_codes() {
    drive(
        "user_code",
        text(|typed| {
            let Some(code) = UserCode::parse(typed) else { return false };
            assert!(UserCode::parse(&code.to_string()).is_some_and(|again| again == code));
            assert!(UserCode::parse(&code.canonical()).is_some_and(|again| again == code));
            assert!(
                code.canonical().bytes().all(|b| b"BCDFGHJKLMNPQRSTVWXZ34679".contains(&b))
                    && code.canonical().len() == 9
            );
            let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
            assert_eq!(letters.to_ascii_uppercase(), code.canonical());
            true
        }),
    );
}

/// S-082: a recovery code has one fingerprint, however it is typed.
#[test]
fn recovery_codes() {
    let key = SecretBytes::new([3; 32]);
    let made = generate_recovery_codes(&SecretBytes::new(std::array::from_fn(|at| at as u8)));
    let fingerprint = |typed: &str| CanonicalRecoveryCode::parse(typed).map(|code| code.fingerprint(&key));
    let known: Vec<_> = made.iter().map(|code| fingerprint(code.expose()).expect("a code of ours")).collect();
    drive(
        "recovery_code",
        text(|typed| {
            let Some(read) = fingerprint(typed) else { return false };
            let plain: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
            let plain = plain.to_ascii_lowercase().replace('o', "0").replace(['i', 'l'], "1");
            assert_eq!((plain.len(), fingerprint(&plain)), (16, Some(read)), "{typed:?}");
            let is_ours = made.iter().any(|code| code.expose().replace('-', "") == plain);
            assert_eq!(known.contains(&read), is_ours);
            is_ours
        }),
    );
}

/// S-075: a password is taken as it is, but for the kinds of spaces and the ways to write a letter.
#[test]
fn passwords() {
    drive(
        "password",
        text(|typed| {
            let is_taken = Password::prepare(typed).is_ok();
            let may_be = (1..=1024).contains(&typed.len()) && !typed.chars().any(char::is_control);
            assert_eq!(is_taken, may_be, "{typed:?}");
            is_taken
        }),
    );
}

/// S-085: no answer is taken for one to a question that it was not made for.
#[test]
fn answers_of_passkeys() {
    let site = PasskeySite::new("https://id.example", &[], "Example").unwrap();
    let begun = site.begin_authentication(&[]).unwrap();
    drive(
        "passkey",
        text(|json| {
            assert!(site.finish_registration(&begun.state, json).is_err(), "an answer to another question");
            let Ok(answer) = PasskeyAnswer::parse(json) else { return false };
            let again = PasskeyAnswer::parse(json).expect("read twice");
            assert_eq!(
                (answer.credential_id(), answer.names_account()),
                (again.credential_id(), again.names_account())
            );
            let stored = StoredPasskey { credential: "{}", handle: [7; 16], counter: 0, backed_up: false };
            assert!(site.finish_authentication(&begun.state, &answer, &stored).is_err(), "nobody was asked this");
            !answer.credential_id().is_empty()
        }),
    );
}

/// S-069, S-117: names of clients, tenants and keys are of plain characters, and no client is called as a person.
#[test]
fn names() {
    drive(
        "client_id",
        text(|name| {
            let read = ClientId::parse(name);
            if let Some(id) = &read {
                assert!(id.as_str() == name && !name.starts_with("usr_") && name.bytes().all(|b| b.is_ascii_graphic()));
            }
            assert!(
                !Tenant::is_valid_slug(name)
                    || name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
            if let Some(thumbprint) = Thumbprint::parse(name) {
                assert_eq!(thumbprint.to_string(), name, "two texts for one key");
            }
            read.is_some()
        }),
    );
}
