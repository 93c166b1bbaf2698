//! Nonces for DPoP proofs: made of the time and a key, so that every node knows the nonces of every other.
//!
//! Owns their text and how long they count. Nothing is stored: a nonce proves that a proof is recent whatever the sender's
//! clock says, and the replay store that it is used once. RFC 9449 §8, §9, §11.3.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portreeve_crypto::{SecretBytes, Sha256Digest, hmac_sha256};
use portreeve_domain::{Lifetime, Timestamp, lifetimes};

/// A new nonce begins this often, in seconds.
const STEP_SECONDS: i64 = 30;
/// How long a nonce counts from the beginning of its step.
const LIFE: Lifetime = Lifetime::from_minutes(5);
/// The time, in Unix seconds, before the MAC.
const TIME_BYTES: usize = 8;

/// The nonce of this half minute.
pub fn current(key: &SecretBytes<32>, now: Timestamp) -> String {
    let seconds = now.as_seconds();
    let time = (seconds - seconds.rem_euclid(STEP_SECONDS)).to_be_bytes();
    URL_SAFE_NO_PAD.encode([&time[..], &mac(key, &time)].concat())
}

/// Whether a nonce is ours and of the last five minutes. The clock of the node that made it may be ahead.
pub fn is_live(nonce: &str, key: &SecretBytes<32>, now: Timestamp) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(nonce) else { return false };
    let Some((time, tag)) = bytes.split_first_chunk::<TIME_BYTES>() else { return false };
    let Ok(tag) = <[u8; 32]>::try_from(tag) else { return false };
    if !Sha256Digest::from_bytes(mac(key, time)).ct_eq(&Sha256Digest::from_bytes(tag)) {
        return false;
    }
    let begun = Timestamp::from_millis(i64::from_be_bytes(*time).saturating_mul(1000));
    begun <= now.plus(lifetimes::CLOCK_SKEW) && now < begun.plus(LIFE)
}

fn mac(key: &SecretBytes<32>, time: &[u8; TIME_BYTES]) -> [u8; 32] {
    hmac_sha256(key.expose(), &[time])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn key(byte: u8) -> SecretBytes<32> {
        SecretBytes::new([byte; 32])
    }

    /// DP-09: a nonce counts for five minutes, on every node with the key.
    #[test]
    fn a_nonce_counts_for_five_minutes() {
        let nonce = current(&key(1), NOW);

        assert!(is_live(&nonce, &key(1), NOW));
        assert!(is_live(&nonce, &key(1), NOW.minus(lifetimes::CLOCK_SKEW)));
        assert!(is_live(&nonce, &key(1), NOW.plus(Lifetime::from_seconds(299))));
        assert!(!is_live(&nonce, &key(1), NOW.plus(Lifetime::from_minutes(5))));
        assert!(!is_live(&nonce, &key(1), NOW.minus(Lifetime::from_seconds(31))));
    }

    #[test]
    fn a_nonce_of_another_key_or_a_changed_one_does_not_count() {
        let nonce = current(&key(1), NOW);

        assert!(!is_live(&nonce, &key(2), NOW));
        for changed in ["", "AAAA", &nonce[1..], &format!("A{}", &nonce[1..]), &format!("{nonce}AA")] {
            assert!(changed == nonce || !is_live(changed, &key(1), NOW), "{changed}");
        }
    }

    #[test]
    fn a_new_nonce_begins_every_half_minute() {
        assert_eq!(current(&key(1), NOW), current(&key(1), NOW.plus(Lifetime::from_seconds(29))));
        assert_ne!(current(&key(1), NOW), current(&key(1), NOW.plus(Lifetime::from_seconds(30))));
    }
}
