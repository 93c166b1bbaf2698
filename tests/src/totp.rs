//! One-time codes, as an authenticator app computes them. RFC 6238 §4, RFC 4226 §5.3.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The time step in seconds.
pub const STEP_SECONDS: i64 = 30;

/// Returns the six digits that the app shows at a time, in Unix seconds, for a base32 secret.
///
/// # Panics
///
/// When the secret is not base32.
pub fn code(secret: &str, seconds: i64) -> String {
    let counter = (seconds / STEP_SECONDS).to_be_bytes();
    let mut mac = Hmac::<Sha1>::new_from_slice(&base32(secret)).expect("a key of any length");
    mac.update(&counter);
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 0xf);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().expect("four bytes"));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

fn base32(text: &str) -> Vec<u8> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, vec![]);
    for symbol in text.bytes().filter(|symbol| !matches!(symbol, b'=' | b' ')) {
        let value = match symbol.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            other => panic!("{} is no base32", char::from(other)),
        };
        (bits, held) = (bits << 5 | u32::from(value), held + 5);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1: the last six of the eight digits there.
    #[test]
    fn codes_are_those_of_the_specification() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

        assert_eq!(code(secret, 59), "287082");
        assert_eq!(code(secret, 1_111_111_109), "081804");
        assert_eq!(code(secret, 20_000_000_000), "353130");
    }
}
