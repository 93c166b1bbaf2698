//! Time-based one-time passwords: SHA-1, 30 seconds, 6 digits, 160 bits.
//!
//! Other settings are not offered because widespread apps ignore them. Owns the secret's text forms and
//! the check. Leaves storing the accepted step to `storage`, by a guarded update: that is what makes a
//! code usable once (SECURITY.md V-9), and limits on tries to the caller. RFC 6238, RFC 4226.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use portreeve_crypto::{SecretBytes, SecretText};
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

const STEP_SECONDS: i64 = 30;
const DIGITS: u8 = 6;
const WINDOW_STEPS: i64 = 1;
const MAX_INPUT_BYTES: usize = 32;
const MIN_SECRET_BYTES: usize = 16;
const MAX_SECRET_BYTES: usize = 64;
const MAX_BASE32_CHARS: usize = 256;

/// Everything but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A shared secret, erased when dropped.
pub struct TotpSecret {
    bytes: Zeroizing<Vec<u8>>,
}

impl TotpSecret {
    /// A new secret from 20 random bytes.
    pub fn new(bytes: &SecretBytes<20>) -> Self {
        Self { bytes: Zeroizing::new(bytes.expose().to_vec()) }
    }

    /// Reads base32 as people copy it: any case, spaces and padding ignored.
    ///
    /// `None` for other characters or a length outside 16 to 64 bytes: 128 bits are the least that
    /// RFC 4226 §4 allows, and imported secrets have various lengths.
    pub fn from_base32(text: &str) -> Option<Self> {
        if text.len() > MAX_BASE32_CHARS {
            return None;
        }
        let compact: Zeroizing<String> = Zeroizing::new(
            text.chars()
                .filter(|character| !character.is_whitespace())
                .map(|character| character.to_ascii_uppercase())
                .collect(),
        );
        let secret = Secret::try_from_base32(compact.trim_end_matches('=')).ok()?;
        (MIN_SECRET_BYTES..=MAX_SECRET_BYTES)
            .contains(&secret.as_bytes().len())
            .then(|| Self { bytes: Zeroizing::new(secret.as_bytes().to_vec()) })
    }

    /// The secret in base32, upper case without padding: what a user types into an app.
    pub fn to_base32(&self) -> SecretText {
        SecretText::new(Secret::from(self.bytes.to_vec()).to_base32())
    }

    /// The secret's bytes, to be sealed and stored.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes stored bytes; `None` unless there are 16 to 64.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (MIN_SECRET_BYTES..=MAX_SECRET_BYTES)
            .contains(&bytes.len())
            .then(|| Self { bytes: Zeroizing::new(bytes.to_vec()) })
    }

    fn totp(&self) -> Option<Totp> {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP_SECONDS.unsigned_abs())
            .with_secret(self.bytes.to_vec())
            .build()
            .ok()
    }
}

/// The `otpauth` URI for a QR code.
///
/// `issuer` is the tenant's name, `account` the user's. Everything but unreserved characters is
/// percent-encoded, so neither can add a parameter (SECURITY S-144). The format forbids colons in both,
/// even encoded, and apps show control characters badly: each becomes a space. The URI contains the
/// secret. Key Uri Format of Google Authenticator.
pub fn otpauth_uri(secret: &TotpSecret, issuer: &str, account: &str) -> SecretText {
    let issuer = label(issuer);
    SecretText::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
        account = label(account),
        secret = secret.to_base32().expose(),
    ))
}

/// Checks a code; returns the time step it belongs to, to be stored as the last one used.
///
/// `code` is six ASCII digits; white space is ignored. Accepted are the current step and one to each
/// side, but only steps greater than `last_step`, the last one stored for this credential. `None` means
/// wrong, used, or malformed; the time taken does not depend on which digits are right.
/// RFC 6238 §5.2 and §6.
pub fn verify_totp(secret: &TotpSecret, code: &str, now_seconds: i64, last_step: Option<i64>) -> Option<i64> {
    if code.len() > MAX_INPUT_BYTES {
        return None;
    }
    let digits: Zeroizing<Vec<u8>> = Zeroizing::new(code.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
    if digits.len() != usize::from(DIGITS) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let totp = secret.totp()?;
    let current = now_seconds.checked_div_euclid(STEP_SECONDS)?;
    let mut accepted = None;
    // Every step is computed and compared: leaving early would tell which one matched.
    for step in current - WINDOW_STEPS..=current + WINDOW_STEPS {
        let Some(time) = step.checked_mul(STEP_SECONDS).and_then(|time| u64::try_from(time).ok()) else {
            continue;
        };
        let expected = Zeroizing::new(totp.generate(time).to_string());
        let matches = bool::from(expected.as_bytes().ct_eq(&digits));
        if matches && last_step.is_none_or(|last| step > last) {
            accepted = Some(step);
        }
    }
    accepted
}

/// The newest time step of which a code may have been accepted until now.
pub fn newest_totp_step(now_seconds: i64) -> i64 {
    now_seconds.div_euclid(STEP_SECONDS) + WINDOW_STEPS
}

fn label(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|character| match character {
            ':' => ' ',
            control if control.is_control() => ' ',
            other => other,
        })
        .collect();
    utf8_percent_encode(plain.trim(), RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238 appendix B for SHA-1.
    fn rfc_secret() -> TotpSecret {
        TotpSecret::new(&SecretBytes::new(*b"12345678901234567890"))
    }

    fn verify(code: &str, now_seconds: i64) -> Option<i64> {
        verify_totp(&rfc_secret(), code, now_seconds, None)
    }

    /// RFC 6238 appendix B: the last six of the eight digits there.
    #[test]
    fn the_codes_of_rfc_6238_are_accepted() {
        for (now_seconds, code, step) in [
            (59, "287082", 0x1),
            (1_111_111_109, "081804", 0x23523EC),
            (1_111_111_111, "050471", 0x23523ED),
            (1_234_567_890, "005924", 0x273EF07),
            (2_000_000_000, "279037", 0x3F940AA),
            (20_000_000_000, "353130", 0x27BC86AA),
        ] {
            assert_eq!(verify(code, now_seconds), Some(step), "{now_seconds}");
        }
    }

    /// S-081: window of one step each way; t+2 and t-2 are refused.
    #[test]
    fn one_step_to_each_side_is_accepted_and_no_more() {
        let step = 0x23523ED;
        let start = step * 30;

        for (now_seconds, accepted) in [
            (start - 31, false),
            (start - 30, true),
            (start, true),
            (start + 29, true),
            (start + 59, true),
            (start + 60, false),
        ] {
            assert_eq!(verify("050471", now_seconds), accepted.then_some(step), "{now_seconds}");
        }
    }

    /// S-081: a step is used once, also in another session of the window.
    #[test]
    fn a_used_step_and_those_before_it_are_refused() {
        let step = 0x23523ED;
        let verify = |last_step| verify_totp(&rfc_secret(), "050471", step * 30, last_step);

        assert_eq!(verify(Some(step - 1)), Some(step));
        assert_eq!(verify(Some(step)), None);
        assert_eq!(verify(Some(step + 1)), None);
        assert_eq!(verify(Some(i64::MAX)), None);
    }

    #[test]
    fn white_space_in_the_input_is_ignored() {
        for code in ["050 471", " 050471\n", "0 5 0 4 7 1"] {
            assert!(verify(code, 1_111_111_111).is_some(), "{code:?}");
        }
    }

    #[test]
    fn anything_but_six_ascii_digits_is_refused() {
        let long = format!("{}050471", " ".repeat(64));
        for code in ["", "05047", "0504711", "050-471", "+50471", "05047a", "٠٥٠٤٧١", "050471\0", &long] {
            assert_eq!(verify(code, 1_111_111_111), None, "{code:?}");
        }
    }

    /// S-081: a wrong code is refused, and a clock out of range does not panic.
    #[test]
    fn wrong_codes_and_impossible_times_are_refused() {
        assert_eq!(verify("050472", 1_111_111_111), None);
        for now_seconds in [i64::MIN, -1, i64::MAX] {
            assert_eq!(verify("050471", now_seconds), None);
        }
    }

    #[test]
    fn base32_is_printed_and_read_as_people_copy_it() {
        let text = rfc_secret().to_base32();

        assert_eq!(text.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for typed in ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"] {
            let read = TotpSecret::from_base32(typed).unwrap();
            assert_eq!(read.expose(), b"12345678901234567890");
        }
        let padded = TotpSecret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY======").unwrap();
        assert_eq!(padded.expose(), b"1234567890123456");
    }

    #[test]
    fn other_text_and_short_secrets_are_refused() {
        for text in [
            "",
            "JBSWY3DPEHPK3PXP",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
            "GEZDGNBVGY3TQOJQ-GEZDGNBVGY3TQOJQ",
            &"A".repeat(257),
        ] {
            assert!(TotpSecret::from_base32(text).is_none(), "{text}");
        }
        assert!(TotpSecret::from_bytes(&[0; 15]).is_none());
        assert!(TotpSecret::from_bytes(&[0; 65]).is_none());
    }

    #[test]
    fn the_uri_names_issuer_account_and_settings() {
        let uri = otpauth_uri(&rfc_secret(), "Example Corp", "ada@example.org");

        assert_eq!(
            uri.expose(),
            concat!(
                "otpauth://totp/Example%20Corp:ada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
                "&issuer=Example%20Corp&algorithm=SHA1&digits=6&period=30"
            )
        );
    }

    /// S-144: neither name can add a parameter, a line or a second label.
    #[test]
    fn hostile_names_stay_inside_their_label() {
        for hostile in
            ["x?secret=AAAA", "x&secret=AAAA", "x\r\nsecret: AAAA", "x:y", "x%3Ay", "x#y/../z", "\u{202e}x é"]
        {
            let uri = otpauth_uri(&rfc_secret(), hostile, hostile);
            let uri = uri.expose();
            let (label, query) = uri.strip_prefix("otpauth://totp/").unwrap().split_once('?').unwrap();

            assert_eq!(uri.matches("secret=").count(), 1, "{uri}");
            assert_eq!(query.split('&').count(), 5, "{uri}");
            assert_eq!(label.matches(':').count(), 1, "{uri}");
            assert!(!label.to_ascii_lowercase().replace("%253a", "").contains("%3a"), "{uri}");
            assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
            assert_eq!(uri.matches(['#', '/']).count(), 3, "{uri}");
        }
    }
}
