//! Tokens that are wrong in one thing each, with the name of the fault and the rejection it must get.
//!
//! Made for every algorithm at each run, since nobody can review a stored token. RFC 7515, RFC 7519 §7.2, RFC 8725 §3;
//! SECURITY S-044, S-045, S-052, S-053, 5.5.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use portreeve_crypto::hmac_sha256;
use portreeve_jose::Rejection::{self, *};
use portreeve_jose::{Algorithm, verify};
use serde_json::{Value, json};

use crate::parties::{ISSUER, NOW};
use crate::signer::Signer;
use crate::tokens::EXPECTED;

/// How many tokens there are at least.
const LEAST: usize = 200;

fn claims() -> Value {
    json!({ "iss": "web", "sub": "web", "aud": ISSUER, "jti": "1", "iat": NOW, "exp": NOW + 60 })
}

/// The value with members changed; those that become null in `change` are taken away.
fn with(mut value: Value, change: Value) -> String {
    for (name, member) in change.as_object().unwrap() {
        let members = value.as_object_mut().unwrap();
        match member {
            Value::Null => members.remove(name),
            member => members.insert(name.clone(), member.clone()),
        };
    }
    value.to_string()
}

/// Headers that are not accepted, however well the token is signed.
fn headers(signer: &Signer) -> Vec<(&'static str, String, Rejection)> {
    let change = |change| with(signer.header("JWT"), change);
    let plain = signer.header("JWT").to_string();
    let long = "k".repeat(20_000);
    let member = |name: &'static str, value: Value| (name, change(json!({ name: value })), HeaderMemberNotAllowed);
    let algorithm = |fault, name: &str| (fault, change(json!({ "alg": name })), AlgorithmNotAllowed);
    let other = if signer.algorithm == Algorithm::Es256 { "RS256" } else { "ES256" };
    vec![
        algorithm("no signature", "none"),
        algorithm("no signature, by another name", "NoNe"),
        algorithm("a MAC", "HS256"),
        algorithm("a long MAC", "HS512"),
        algorithm("a name in lower case", &signer.algorithm.name().to_lowercase()),
        algorithm("a name with a space", &format!("{} ", signer.algorithm.name())),
        algorithm("an algorithm nobody knows", "ES256K"),
        algorithm("an empty algorithm", ""),
        ("no algorithm", change(json!({ "alg": null })), AlgorithmNotAllowed),
        ("an algorithm of another key", change(json!({ "alg": other })), AlgorithmDoesNotFitKey),
        ("an algorithm that is a list", change(json!({ "alg": [signer.algorithm.name()] })), MalformedHeader),
        ("an algorithm that is a number", change(json!({ "alg": 256 })), MalformedHeader),
        ("another type", change(json!({ "typ": "at+jwt" })), TypNotExpected),
        ("the type of a logout token", change(json!({ "typ": "logout+jwt" })), TypNotExpected),
        ("the type of a proof", change(json!({ "typ": "dpop+jwt" })), TypNotExpected),
        ("an empty type", change(json!({ "typ": "" })), TypNotExpected),
        ("no type", change(json!({ "typ": null })), TypNotExpected),
        ("a type that is a list", change(json!({ "typ": ["JWT"] })), MalformedHeader),
        ("a key nobody has", change(json!({ "kid": "other" })), KeyNotFound),
        ("a key by a path", change(json!({ "kid": "../../dev/null" })), KeyNotFound),
        ("a key by a statement", change(json!({ "kid": "' OR '1'='1" })), KeyNotFound),
        ("a key with a NUL", change(json!({ "kid": format!("{}\0", signer.key_id()) })), KeyNotFound),
        ("an empty key", change(json!({ "kid": "" })), KeyNotFound),
        ("a key that is a number", change(json!({ "kid": 1 })), MalformedHeader),
        ("a key as long as a book", change(json!({ "kid": long })), TooLarge),
        member("jwk", signer.bare_key()),
        member("jku", json!("https://evil.example/jwks")),
        member("x5u", json!("https://evil.example/cert")),
        member("x5c", json!(["MII"])),
        member("crit", json!(["exp"])),
        member("crit", json!([])),
        member("b64", json!(false)),
        member("zip", json!("DEF")),
        member("enc", json!("A256GCM")),
        member("nonce", json!("x")),
        member("p2c", json!(1_000_000)),
        member("Alg", json!("none")),
        ("a member twice", plain.replacen('{', r#"{"alg":"none","#, 1), DuplicateMember),
        ("a member twice, once escaped", plain.replacen('{', r#"{"\u0061lg":"none","#, 1), DuplicateMember),
        ("a header that is a list", "[]".to_owned(), MalformedHeader),
        ("a header that is nothing", "null".to_owned(), MalformedHeader),
        ("a header that does not end", plain.trim_end_matches('}').to_owned(), MalformedHeader),
        ("two headers", format!("{plain}{plain}"), MalformedHeader),
        ("a header as deep as a well", format!(r#"{{"alg":{}{}}}"#, "[".repeat(999), "]".repeat(999)), MalformedHeader),
    ]
}

/// Claims that are not accepted, although they are signed.
fn signed_claims() -> Vec<(&'static str, String, Rejection)> {
    let change = |change| with(claims(), change);
    let plain = claims().to_string();
    let raw = |member: &str| format!("{},{member}}}", plain.trim_end_matches('}'));
    vec![
        ("another issuer", change(json!({ "iss": "other" })), IssuerMismatch),
        ("an issuer with a slash", change(json!({ "iss": "web/" })), IssuerMismatch),
        ("an issuer in capitals", change(json!({ "iss": "WEB" })), IssuerMismatch),
        ("no issuer", change(json!({ "iss": null })), IssuerMismatch),
        ("an issuer that is a list", change(json!({ "iss": ["web"] })), IssuerMismatch),
        ("no subject", change(json!({ "sub": null })), ClaimMissing),
        ("no name of the token", change(json!({ "jti": null })), ClaimMissing),
        ("a subject that is null", plain.replace(r#""sub":"web""#, r#""sub":null"#), ClaimMissing),
        ("another audience", change(json!({ "aud": "https://evil.example" })), AudienceMismatch),
        ("an audience with a slash", change(json!({ "aud": format!("{ISSUER}/") })), AudienceMismatch),
        ("an audience that begins alike", change(json!({ "aud": format!("{ISSUER}.evil.example") })), AudienceMismatch),
        ("an audience in capitals", change(json!({ "aud": "HTTPS://ID.EXAMPLE" })), AudienceMismatch),
        ("no audience", change(json!({ "aud": null })), AudienceMismatch),
        ("an empty audience", change(json!({ "aud": "" })), AudienceMismatch),
        ("an empty list of audiences", change(json!({ "aud": [] })), AudienceMismatch),
        ("audiences beside a number", change(json!({ "aud": [ISSUER, 1] })), AudienceMismatch),
        ("an audience that is an object", change(json!({ "aud": { ISSUER: true } })), AudienceMismatch),
        ("no end", change(json!({ "exp": null })), ExpiryMissing),
        ("an end in the past", change(json!({ "exp": NOW - 60 })), Expired),
        ("an end at the edge of the skew", change(json!({ "exp": NOW - 30 })), Expired),
        ("an end at the beginning of time", change(json!({ "exp": 0 })), Expired),
        ("a negative end", change(json!({ "exp": -1 })), TimeMalformed),
        ("half a second", change(json!({ "exp": NOW as f64 + 60.5 })), TimeMalformed),
        ("an end as a text", change(json!({ "exp": (NOW + 60).to_string() })), TimeMalformed),
        ("an end that is true", change(json!({ "exp": true })), TimeMalformed),
        ("an end in milliseconds beyond 2^53", change(json!({ "exp": i64::MAX })), TimeMalformed),
        (
            "an end beyond every number",
            plain.replace(&format!(r#""exp":{}"#, NOW + 60), r#""exp":1e400"#),
            MalformedClaims,
        ),
        ("an end as a power", plain.replace(&format!(r#""exp":{}"#, NOW + 60), r#""exp":1e300"#), TimeMalformed),
        ("not yet", change(json!({ "nbf": NOW + 31 })), NotYetValid),
        ("not yet, as a text", change(json!({ "nbf": "0" })), TimeMalformed),
        ("made in the future", change(json!({ "iat": NOW + 31 })), IssuedInFuture),
        ("made at a fraction", change(json!({ "iat": 1.5 })), TimeMalformed),
        ("made at null", raw(r#""nbf":null"#), TimeMalformed),
        ("a claim twice", raw(r#""sub":"admin""#), DuplicateMember),
        ("a claim twice, once escaped", raw(r#""s\u0075b":"admin""#), DuplicateMember),
        ("a claim twice within one", raw(r#""act":{"sub":"a","sub":"b"}"#), DuplicateMember),
        ("claims that are a list", "[]".to_owned(), MalformedClaims),
        ("claims that are a text", "\"web\"".to_owned(), MalformedClaims),
        ("claims that do not end", plain.trim_end_matches('}').to_owned(), MalformedClaims),
        ("claims and more", format!("{plain} {plain}"), MalformedClaims),
        ("claims with half a character", raw(r#""x":"\ud800""#), MalformedClaims),
    ]
}

/// What is done to a good token after it was signed.
fn texts(signer: &Signer, good: &str) -> Vec<(&'static str, String, Rejection)> {
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = [parts[0], parts[1], parts[2]];
    let join = |parts: &[&str]| parts.join(".");
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let signed_by = |bytes: &[u8]| join(&[header, payload, &URL_SAFE_NO_PAD.encode(bytes)]);
    let mut flipped = bytes.clone();
    flipped[0] ^= 1;
    let public = serde_json::to_vec(&signer.bare_key()).unwrap();
    let mac = hmac_sha256(&public, &[format!("{header}.{payload}").as_bytes()]);
    let grown = URL_SAFE_NO_PAD.encode(with(claims(), json!({ "sub": "admin" })));
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    vec![
        ("a bit of the signature", signed_by(&flipped), SignatureInvalid),
        ("half of the signature", signed_by(&bytes[..bytes.len() / 2]), SignatureInvalid),
        ("a longer signature", signed_by(&[bytes.as_slice(), &[0]].concat()), SignatureInvalid),
        ("a signature of zeros", signed_by(&vec![0; bytes.len()]), SignatureInvalid),
        ("a signature of ones", signed_by(&vec![255; bytes.len()]), SignatureInvalid),
        ("a MAC under the public key", signed_by(&mac), SignatureInvalid),
        ("other claims", join(&[header, &grown, signature]), SignatureInvalid),
        ("the claims of nobody", join(&[header, "e30", signature]), SignatureInvalid),
        ("no signature", join(&[header, payload, ""]), NotBase64Url),
        ("an unsigned token", join(&[&unsigned, payload, ""]), NotBase64Url),
        (
            "an unsigned token with the signature of another",
            join(&[&unsigned, payload, signature]),
            AlgorithmNotAllowed,
        ),
        ("no claims", join(&[header, "", signature]), NotBase64Url),
        ("no header", join(&["", payload, signature]), NotBase64Url),
        ("two parts", join(&[header, payload]), NotThreeParts),
        ("four parts", join(&[header, payload, signature, signature]), NotThreeParts),
        ("five parts", join(&[header, payload, signature, "AA", "AA"]), NotThreeParts),
        ("nothing", String::new(), NotThreeParts),
        ("dots", "..".to_owned(), NotBase64Url),
        ("padding", join(&[header, payload, &URL_SAFE.encode([1; 64])]), NotBase64Url),
        ("the alphabet of mail", join(&[header, payload, &STANDARD.encode([251, 255, 254])]), NotBase64Url),
        ("a space before", format!(" {good}"), NotBase64Url),
        ("a line break after", format!("{good}\n"), NotBase64Url),
        ("a NUL between", join(&[header, &format!("{payload}\0"), signature]), NotBase64Url),
        ("letters beyond ASCII", join(&[header, payload, "ää"]), NotBase64Url),
        ("quotes", format!("\"{good}\""), NotBase64Url),
        ("more than is looked at", join(&[header, &"A".repeat(20_000), signature]), TooLarge),
    ]
}

/// S-044, S-045, S-052, S-053: each is rejected for its fault, and for no other; what is right in everything is not.
#[test]
fn tokens_with_one_fault() {
    let mut count = 0;
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        let signer = Signer::new(algorithm);
        let keys = signer.keys();
        let rejection = |token: &str| verify(token, &EXPECTED, &keys).map(|_| ()).err();
        let good = signer.sign(signer.header("JWT").to_string(), claims().to_string());
        assert_eq!(rejection(&good), None, "{algorithm:?}: the token without a fault");
        let of_headers = headers(&signer)
            .into_iter()
            .map(|(fault, header, expected)| (fault, signer.sign(header, claims().to_string()), expected));
        let of_claims = signed_claims()
            .into_iter()
            .map(|(fault, claims, expected)| (fault, signer.sign(signer.header("JWT").to_string(), claims), expected));
        let all: Vec<_> = of_headers.chain(of_claims).chain(texts(&signer, &good)).collect();
        for (fault, token, expected) in &all {
            assert_eq!(rejection(token), Some(*expected), "{algorithm:?}, {fault}: {token:.300}");
        }
        let stranger = Signer::new(algorithm);
        let forged = stranger.sign(signer.header("JWT").to_string(), claims().to_string());
        assert_eq!(rejection(&forged), Some(SignatureInvalid), "{algorithm:?}: signed by a stranger");
        count += all.len() + 1;
    }
    assert!(count >= LEAST, "{count} of {LEAST}");
}
