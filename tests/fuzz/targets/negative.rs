//! What is bad is refused with the error it must get: the lines of `negative`.
//!
//! Owns what each heading means. Expected errors are those of the specifications, by the names of our causes. Tokens are made,
//! not stored: see `faults`. SECURITY 5.5.

use std::fmt::Debug;

use portreeve_authenticators::{TotpSecret, verify_totp};
use portreeve_domain::{ApplicationType, Email, EmailError, Profile};
use portreeve_fuzz::{lines, unescaped};
use portreeve_http_kit::client_address::{TrustedProxies, client_address};
use portreeve_http_kit::cookie::{CookieKind, CookiePolicy};
use portreeve_http_kit::transport::Transport;
use portreeve_jose::{Algorithm, verify};
use portreeve_oidc::backchannel_authentication::Received;
use portreeve_oidc::bearer::{self, Places};
use portreeve_oidc::client_authentication::Presented;
use portreeve_oidc::scope_policy::Known;
use portreeve_oidc::{Cause, Parameters, redirect_uri};
use serde_json::{Value, json};

use crate::documents::registered;
use crate::headers::{FORWARDED_FOR, PROXY, headers};
use crate::parties::{ISSUER, NOW, client};
use crate::requests::pushed;
use crate::signer::Signer;
use crate::tokens::EXPECTED;

/// Collects what is not as it must be, so that a run shows all of it.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn compare<T: PartialEq + Debug>(&mut self, input: &str, got: T, expected: T) {
        if got != expected {
            self.0.push(format!("{input:?} got {got:?}, not {expected:?}"));
        }
    }

    fn assert_none(&self) {
        assert!(self.0.is_empty(), "{:#?}", self.0);
    }
}

/// S-001 to S-006: none can be registered, as a redirect URI or as one to return to after logout.
#[test]
fn bad_redirect_uris() {
    let mut wrong = Wrong::default();
    for line in lines("redirect_uris", 300) {
        let uri = line.text();
        let refused = redirect_uri::validate(uri, ApplicationType::Web).map_err(|error| format!("{error:?}"));
        wrong.compare(uri, refused, Err(line.expected.clone()));
        let code = |member: &str| {
            let body = json!({ "redirect_uris": ["https://rp.example/cb"], member: [uri], "application_type": "web" });
            registered(body.to_string().as_bytes(), Profile::OAuth21).map_err(|(code, _)| code).map(|_| ())
        };
        wrong.compare(uri, code("redirect_uris"), Err("invalid_redirect_uri"));
        wrong.compare(uri, code("post_logout_redirect_uris"), Err("invalid_client_metadata"));
    }
    wrong.assert_none();
}

/// S-074, S-076, S-151: each identity is refused for what it is, or is the account it looks like.
#[test]
fn bad_identities() {
    let mut wrong = Wrong::default();
    for line in lines("identities", 150) {
        let typed = line.text();
        let read = Email::parse(typed).map(|email| email.as_str().to_owned());
        let expected = match line.expected.as_str() {
            "Missing" => Err(EmailError::Missing),
            "Malformed" => Err(EmailError::Malformed),
            "Confusable" => Err(EmailError::Confusable),
            "TooLong" => Err(EmailError::TooLong),
            twin => Ok(String::from_utf8(unescaped(twin.strip_prefix("= ").expect(twin))).unwrap()),
        };
        wrong.compare(typed, read, expected);
    }
    wrong.assert_none();
}

/// S-004, S-054, S-056: the field that is wrong is named, with the error of RFC 7591 §3.2.2.
#[test]
fn bad_metadata() {
    let mut wrong = Wrong::default();
    for line in lines("metadata", 100) {
        let change = line.text();
        let body = if line.expected == "a body" { change.to_owned() } else { changed(change).to_string() };
        let refused = registered(body.as_bytes(), Profile::OAuth21).err();
        let (code, description) = refused.unwrap_or(("accepted", String::new()));
        let (expected, field) = match line.expected.as_str() {
            "redirect_uris" => ("invalid_redirect_uri", "redirect_uris"),
            "a body" => ("invalid_client_metadata", "a body"),
            field => ("invalid_client_metadata", field.strip_prefix("metadata ").unwrap_or(field)),
        };
        let named = description.rsplit(": ").next().unwrap_or_default();
        let named = if named.ends_with("client metadata") { "a body" } else { named };
        wrong.compare(change, (code, named), (expected, field));
    }
    wrong.assert_none();
    assert!(registered(changed("{}").to_string().as_bytes(), Profile::OAuth21).is_ok());
}

/// The metadata of a good client with the members of a JSON text.
fn changed(change: &str) -> Value {
    let mut metadata = json!({ "redirect_uris": ["https://rp.example/cb"], "client_name": "Books" });
    let change: Value = serde_json::from_str(change).expect(change);
    metadata.as_object_mut().unwrap().extend(change.as_object().expect("an object").clone());
    metadata
}

/// S-050, S-127: each value of a header is refused for what it is; nothing of it is taken.
#[test]
fn bad_headers() {
    let mut wrong = Wrong::default();
    let policy = CookiePolicy::new(Transport::Https, Some("acme")).unwrap();
    let trusted = TrustedProxies::parse(["10.0.0.0/8"]).unwrap();
    for line in lines("headers", 60) {
        let shown = String::from_utf8_lossy(&line.input);
        let value = [line.input.as_slice()];
        let cause = |result: Option<portreeve_oidc::Refusal>| result.map(|refusal| format!("{:?}", refusal.cause));
        let (header, expected) = line.expected.split_once(' ').expect("a header and a cause");
        match header {
            "basic" => {
                let refused = Presented::from_request(&value, None, &Parameters::default()).err();
                wrong.compare(&shown, cause(refused).as_deref(), Some(expected));
            }
            "bearer" => {
                let places = Places { authorization: &value, form: None, query: None };
                wrong.compare(&shown, cause(bearer::extract(&places).err()).as_deref(), Some(expected));
            }
            "cookie" => {
                let sent = headers(http::header::COOKIE, &line.input).unwrap_or_default();
                wrong.compare(&shown, policy.read(&sent, CookieKind::Browser), None);
            }
            "forwarded" => {
                let sent = headers(FORWARDED_FOR, &line.input).expect("a header can hold it");
                let seen = client_address((PROXY, 1).into(), &sent, &trusted);
                wrong.compare(&shown, seen.ip, PROXY);
            }
            other => panic!("no header {other}"),
        }
    }
    wrong.assert_none();
}

/// S-045, S-123: a number that is none, or none of ours, is refused where it stands, and never makes anything panic.
#[test]
fn bad_numbers() {
    let (signer, mut wrong) = (Signer::new(Algorithm::EdDsa), Wrong::default());
    let keys = signer.keys();
    for line in lines("numbers", 80) {
        let number = line.text();
        let (place, expected) = line.expected.split_once(' ').expect("a place and an error");
        let code = match place {
            "max_age" => pushed(&[("max_age", number)]).map_err(|cause| cause.code().as_str()),
            "requested_expiry" => {
                let pairs = [("scope", "openid"), ("login_hint", "ada"), (place, number)];
                let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
                let read = Received::from_parameters(
                    &Parameters::from_pairs(pairs).unwrap(),
                    &client(),
                    Known::default(),
                    Profile::OAuth21.rules(),
                );
                read.map(|_| ()).map_err(|refusal| refusal.cause.code().as_str())
            }
            "default_max_age" => {
                let body = format!(r#"{{"redirect_uris":["https://rp.example/cb"],"default_max_age":{number}}}"#);
                registered(body.as_bytes(), Profile::OAuth21).map(|_| ()).map_err(|(code, _)| code)
            }
            claim => {
                let others = json!({ "iss": "web", "sub": "web", "aud": ISSUER, "jti": "1", "exp": NOW + 60 });
                let mut others = others.as_object().unwrap().clone();
                others.remove(claim);
                let others = Value::Object(others).to_string();
                let claims = format!(r#"{},"{claim}":{number}}}"#, others.trim_end_matches('}'));
                let token = signer.sign(signer.header("JWT").to_string(), claims);
                verify(&token, &EXPECTED, &keys).map(|_| ()).map_err(|_| "rejected")
            }
        };
        wrong.compare(&format!("{place} {number}"), code, Err(expected));
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(verify_totp(&secret, number, 59, None), None, "{number:?} is no code");
    }
    wrong.assert_none();
    for good in ["0", "1", "86400", "2147483648", "9223372036854775807"] {
        assert_eq!(pushed(&[("max_age", good)]), Ok(()), "{good}");
    }
    assert_eq!(pushed(&[("max_age", "1e3")]), Err(Cause::MaxAgeMalformed));
}
