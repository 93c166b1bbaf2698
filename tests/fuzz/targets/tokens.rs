//! Tokens of others: what nobody has signed is never taken, whatever is done to it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portreeve_crypto::{Bearer, IdPermutation, SecretBytes, hmac_sha256, parse_public_id, public_id};
use portreeve_fuzz::{drive, text};
use portreeve_jose::{
    Algorithm, AudienceRule, Content, ContentEncryption, DecryptionKey, DecryptionKeyType, DecryptionKeys, Encryption,
    Expected, Expiry, KeyManagement, KeySet, RecipientKeys, TypRule, claimed_encryption, parse_object, peek_unproven,
    read_unsigned, shared_secret, verify,
};
use portreeve_oidc::dpop::{self, ProofTarget};
use serde_json::{Value, json};

use crate::members::{members_of, members_sent};
use crate::parties::{ISSUER, NOW, TOKEN_ENDPOINT, now};
use crate::signer::Signer;

/// What a strict caller expects.
pub(crate) const EXPECTED: Expected<'static> = Expected {
    typ: TypRule::Exactly(&["JWT"]),
    algorithms: &Algorithm::ALL,
    issuer: Some("web"),
    audience: AudienceRule::AnyOf(&[ISSUER]),
    required: &["sub", "jti"],
    now_seconds: NOW,
    skew_seconds: 30,
    expiry: Expiry::Required,
    max_bytes: 16 * 1024,
};

fn good_claims() -> Value {
    json!({ "iss": "web", "sub": "web", "aud": ISSUER, "jti": "1", "iat": NOW, "exp": NOW + 60 })
}

/// S-052, S-053: a text is taken apart only if it is strict, and nothing but the very token that was signed is verified;
/// neither what was spliced into it, nor a MAC under a public key, nor a token without a signature.
#[test]
fn signed_tokens() {
    let signer = Signer::new(Algorithm::Es256);
    let keys = signer.keys();
    let public = signer.jwk["x"].as_str().unwrap().to_owned();
    let good = signer.sign(signer.header("JWT").to_string(), good_claims().to_string());
    assert!(verify(&good, &EXPECTED, &keys).is_ok());
    drive(
        "jwt",
        text(|token| {
            assert!(verify(token, &EXPECTED, &keys).is_err(), "nobody signed this");
            let secret = b"a secret of this client, long enough to be one".as_slice();
            assert!(shared_secret::verify(token, &EXPECTED, [secret]).is_err(), "nobody made a MAC of this");
            let at = token.len() % good.len();
            for spliced in
                [good[..at].to_owned() + token, token.to_owned() + &good[at..], good[..at].to_owned() + "." + token]
            {
                assert!(spliced == good || verify(&spliced, &EXPECTED, &keys).is_err(), "{spliced}");
            }
            let [header, claims] = [json!({ "alg": "HS256", "typ": "JWT", "kid": signer.key_id() }), good_claims()];
            let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
            let mac = hmac_sha256(public.as_bytes(), &[input.as_bytes(), token.as_bytes()]);
            assert!(verify(&format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac)), &EXPECTED, &keys).is_err());
            let unsigned = read_unsigned(token, &EXPECTED).is_ok();
            assert!(!unsigned || token.ends_with('.'), "{token}: a signature that nobody looked at");
            let peeked = peek_unproven(token, EXPECTED.max_bytes).is_some();
            assert!(!peeked || is_strict(token), "{token}");
            peeked || unsigned
        }),
    );
}

/// RFC 7515 §7.1, SECURITY 11: three parts of canonical base64url, and of the header members only those that are read or passed over.
fn is_strict(token: &str) -> bool {
    let parts: Vec<_> = token.split('.').collect();
    let decoded: Vec<_> = parts.iter().filter_map(|part| URL_SAFE_NO_PAD.decode(part).ok()).collect();
    let is_canonical = parts.iter().zip(&decoded).all(|(part, bytes)| URL_SAFE_NO_PAD.encode(bytes) == **part);
    let header: Value = serde_json::from_slice(&decoded[0]).expect("a header");
    let members = header.as_object().expect("an object");
    let known = members.keys().all(|name| ["alg", "kid", "typ", "cty", "x5t", "x5t#S256"].contains(&name.as_str()));
    parts.len() == 3 && decoded.len() == 3 && is_canonical && known
}

/// S-045: signed claims are taken only if they are there, of their type, in range and of this moment.
#[test]
fn signed_claims() {
    let signer = Signer::new(Algorithm::EdDsa);
    let keys = signer.keys();
    drive("claims_of_tokens", |claims| {
        let token = signer.sign(signer.header("JWT").to_string(), claims);
        let Ok(verified) = verify(&token, &EXPECTED, &keys) else { return false };
        let read: Value = serde_json::from_slice(claims).expect("JSON");
        assert_eq!(read, Value::Object(verified.into_members()), "other claims than a plain reader finds");
        let seconds = |name: &str| read.get(name).map(|value| value.as_i64().expect("an integer"));
        assert!(seconds("exp").is_some_and(|exp| (NOW - 30 + 1..=1 << 53).contains(&exp)), "{read}");
        assert!(
            ["nbf", "iat"].iter().filter_map(|name| seconds(name)).all(|time| (0..=NOW + 30).contains(&time)),
            "{read}"
        );
        let names_us = |aud: &Value| *aud == json!(ISSUER);
        assert!(read["aud"].as_array().map_or(names_us(&read["aud"]), |all| all.iter().any(names_us)), "{read}");
        assert!(read["iss"] == "web" && !read["sub"].is_null() && !read["jti"].is_null(), "{read}");
        true
    });
}

/// RFC 7515 §4: an object that is accepted is read alike by a plain reader, and written out it is the same.
#[test]
fn objects() {
    drive("object", |json| {
        let Ok(members) = parse_object(json) else { return false };
        let plain = Value::Object(members.clone());
        assert_eq!(serde_json::from_slice::<Value>(json).expect("JSON"), plain);
        assert_eq!(
            members_sent(std::str::from_utf8(json).expect("text")),
            members_of(&plain),
            "a member is there twice"
        );
        let written = serde_json::to_vec(&members).unwrap();
        assert_eq!(parse_object(&written), Ok(members));
        true
    });
}

/// S-054: a set of keys that is taken holds no secret, no two keys of one name and at most twenty.
#[test]
fn key_sets() {
    drive("key_set", |json| {
        let Ok(jwks) = serde_json::from_slice::<Value>(json) else { return false };
        let recipients = RecipientKeys::from_jwks(&jwks).is_ok();
        let Ok(keys) = KeySet::from_jwks(&jwks) else { return false };
        let members = jwks["keys"].as_array().expect("a list");
        let is_secret =
            |key: &Value| key["kty"] == "oct" || key.as_object().unwrap().keys().any(|name| name == "d" || name == "k");
        assert!(members.len() <= 20 && !members.iter().any(is_secret), "{jwks}");
        assert!(keys.len() <= members.len());
        recipients && !keys.is_empty()
    });
}

/// S-061: of proofs that their own key has signed, those are good that are for this request and of this moment.
#[test]
fn proofs() {
    let signer = Signer::new(Algorithm::Es256);
    let addresses = [TOKEN_ENDPOINT.to_owned()];
    let target = ProofTarget { method: "POST", addresses: &addresses, access_token: None };
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": signer.bare_key() }).to_string();
    drive("dpop", |claims| {
        let proof = signer.sign(&header, claims).into_bytes();
        let accepted = dpop::check(std::slice::from_ref(&proof), &target, now());
        assert!(dpop::check(&[proof.clone(), proof.clone()], &target, now()).is_err(), "of two proofs one was chosen");
        // As it stands: claims in the place of a proof.
        assert!(!matches!(dpop::check(&[claims.to_vec()], &target, now()), Ok(Some(_))));
        let Ok(Some(accepted)) = accepted else { return false };
        let said: Value = serde_json::from_slice(claims).expect("JSON");
        assert!(said["htm"] == "POST" && said["iat"].as_i64().is_some_and(|at| (NOW - 90..=NOW + 30).contains(&at)));
        let htu = url::Url::parse(said["htu"].as_str().expect("an address")).expect("an address");
        assert_eq!(
            (htu.scheme(), htu.host_str(), htu.port_or_known_default()),
            ("https", Some("id.example"), Some(443))
        );
        assert!(!htu.path().contains("%2") && htu.username().is_empty(), "{htu}");
        assert!(accepted.remember_until > now() && said["jti"].as_str().is_some_and(|id| !id.is_empty()));
        let other = ProofTarget { method: "GET", ..target };
        assert!(dpop::check(&[proof], &other, now()).is_err(), "for another request");
        true
    });
}

/// S-053: nothing but what was encrypted to us is opened, and `zip` never.
#[test]
fn encrypted_tokens() {
    let pkcs8 = DecryptionKey::generate(DecryptionKeyType::Elliptic).unwrap();
    let key = DecryptionKey::from_pkcs8(DecryptionKeyType::Elliptic, &pkcs8).unwrap();
    let recipients = RecipientKeys::from_jwks(&json!({ "keys": [key.public_jwk()] })).unwrap();
    let encryption = Encryption { key_management: KeyManagement::EcdhEs, content: ContentEncryption::A256Gcm };
    let good = recipients.encrypt(Content::Claims(b"{}"), encryption).expect("encrypted");
    let keys = DecryptionKeys::new(vec![key]);
    assert_eq!(keys.decrypt(&good, 4096).unwrap().as_slice(), b"{}");
    drive(
        "jwe",
        text(|token| {
            assert!(keys.decrypt(token, 4096).is_err(), "nobody encrypted this to us");
            let at = token.len() % good.len();
            for spliced in [good[..at].to_owned() + token, token.to_owned() + &good[at..]] {
                assert!(spliced == good || keys.decrypt(&spliced, 4096).is_err(), "{spliced}");
            }
            let claimed = claimed_encryption(token, 4096).is_some();
            assert!(!claimed || token.split('.').count() == 5);
            claimed
        }),
    );
}

/// S-023: of the texts of codes and tokens only those are read that were made here, and each in one way only.
#[test]
fn bearer_texts() {
    let permutation = IdPermutation::new(&SecretBytes::new([4; 32])).unwrap();
    let good = Bearer::mint("ptat_", 7, &SecretBytes::new([5; 32]), &permutation).unwrap().expose().to_owned();
    let id = public_id("jrn_", 7, &permutation).unwrap();
    drive(
        "bearer_text",
        text(|token| {
            let Some(read) = Bearer::parse(token, "ptat_", &permutation) else {
                assert!(parse_public_id(token, "jrn_", &permutation).is_none_or(|_| token == id));
                return false;
            };
            let again = Bearer::mint("ptat_", read.id, &read.secret, &permutation).unwrap();
            assert_eq!(again.expose(), token, "two texts for one token");
            token == good
        }),
    );
}
