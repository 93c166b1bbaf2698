//! OpenSSL behind `josekit`, made ready before it is used.
//!
//! Owns one workaround: OpenSSL 3.0 loads the decoders of keys when the first key is read, and two threads that read their
//! first keys at the same moment can find them half loaded and fail. So one key of each kind is read under a lock first, and
//! keys that live long are read under it too.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use josekit::jwe::{ECDH_ES, RSA_OAEP_256};
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};

static READY: LazyLock<()> = LazyLock::new(read_one_of_each);
static READING: Mutex<()> = Mutex::new(());

/// The modulus of RFC 7638 §3.1.
const MODULUS: &str = concat!(
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM",
    "stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5",
    "hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
);

/// Makes sure that keys can be read on any thread.
pub(super) fn make_ready() {
    LazyLock::force(&READY);
}

/// Makes ready and lets nobody else read a long-lived key meanwhile.
pub(super) fn reading() -> MutexGuard<'static, ()> {
    make_ready();
    READING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A failure shows again, where a key that matters is read.
fn read_one_of_each() {
    if let Ok(pair) = EcKeyPair::generate(EcCurve::P256) {
        let _ = ECDH_ES.decrypter_from_der(pair.to_der_private_key());
        let _ = ECDH_ES.encrypter_from_der(pair.to_der_public_key());
    }
    let mut rsa = Jwk::new("RSA");
    let is_set =
        rsa.set_parameter("n", Some(MODULUS.into())).and_then(|()| rsa.set_parameter("e", Some("AQAB".into())));
    if is_set.is_ok() {
        let _ = RSA_OAEP_256.encrypter_from_jwk(&rsa);
    }
}
