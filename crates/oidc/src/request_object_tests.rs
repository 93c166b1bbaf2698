//! Rules of request objects, over objects signed here.

use super::*;
use crate::testing::web_client;
use portreeve_jose::SigningKey;
use serde_json::json;

const ISSUER: &str = "https://id.example";
const NOW: i64 = 1_700_000_000;

fn key() -> SigningKey {
    let generated = SigningKey::generate(Algorithm::Es256).unwrap();
    SigningKey::from_pkcs8(Algorithm::Es256, &generated.pkcs8).unwrap()
}

fn read_typed(typ: &str, claims: &Value, signing: Signing) -> Result<RequestObject, Cause> {
    read_in(Profile::OAuth21, typ, claims, signing)
}

fn read_in(profile: Profile, typ: &str, claims: &Value, signing: Signing) -> Result<RequestObject, Cause> {
    let (key, client) = (key(), web_client());
    let keys = KeySet::from_signing_keys([&key]).unwrap();
    let by = Expectation { client: &client, issuer: ISSUER, profile, now: Timestamp::from_millis(NOW * 1000) };
    let text = key.sign(typ, claims.to_string().as_bytes()).unwrap();
    RequestObject::signed(&text, &by, signing, &keys).map_err(|refusal| refusal.cause)
}

fn read(claims: &Value) -> Result<RequestObject, Cause> {
    read_typed("oauth-authz-req+jwt", claims, Signing::any(Profile::OAuth21))
}

/// JA-02, OC-43: numbers and JSON become what they are in a query; claims of the JWT are no parameters.
#[test]
fn claims_become_parameters() {
    let object = read(&json!({
        "iss": "web", "aud": ISSUER, "exp": NOW + 60, "nbf": NOW, "iat": NOW, "jti": "1", "client_id": "web",
        "scope": "openid", "max_age": 86400, "resource": ["https://a.example", "https://b.example"],
        "claims": {"id_token": {"acr": null}}, "shoe_size": [42],
    }))
    .unwrap();

    let mut pairs: Vec<_> = object.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.sort_unstable();
    assert_eq!(
        pairs,
        [
            ("claims", r#"{"id_token":{"acr":null}}"#),
            ("client_id", "web"),
            ("max_age", "86400"),
            ("resource", "https://a.example"),
            ("resource", "https://b.example"),
            ("scope", "openid"),
        ]
    );
    assert_eq!(object.proof, Proof::Signature);
}

/// OC-44: an object does not lead to another one.
#[test]
fn nested_objects_are_refused() {
    for name in ["request", "request_uri"] {
        assert_eq!(read(&json!({"client_id": "web", name: "x"})), Err(Cause::RequestObjectUnusable), "{name}");
    }
}

/// JA-05: a parameter that is JSON of a wrong kind.
#[test]
fn parameters_of_a_wrong_type_are_refused() {
    for value in [json!(["openid"]), json!({}), json!(null), json!(true), json!(1.5)] {
        assert_eq!(read(&json!({"scope": value})), Err(Cause::RequestObjectUnusable), "{value}");
    }
}

/// JA-01: whoever the object names must be the client.
#[test]
fn an_object_names_its_client() {
    assert_eq!(read(&json!({"client_id": "other"})), Err(Cause::RequestObjectOfOtherClient));
    assert_eq!(read(&json!({"client_id": "web", "iss": "other"})), Err(Cause::RequestObjectOfOtherClient));
    assert_eq!(read(&json!({"client_id": ["web"]})), Err(Cause::RequestObjectOfOtherClient));
}

/// JA-08, S-044: what could be a client assertion is no request object.
#[test]
fn an_assertion_is_no_request_object() {
    let assertion = json!({"iss": "web", "sub": "web", "aud": ISSUER, "exp": NOW + 60, "jti": "1"});

    assert_eq!(read_typed("JWT", &assertion, Signing::any(Profile::OAuth21)), Err(Cause::RequestObjectUnusable));
}

/// JA-03, S-044: its own type or the generic one, and no other.
#[test]
fn other_types_are_refused() {
    let claims = json!({"client_id": "web"});

    for typ in ["oauth-authz-req+jwt", "JWT", "jwt", "application/oauth-authz-req+jwt"] {
        assert!(read_typed(typ, &claims, Signing::any(Profile::OAuth21)).is_ok(), "{typ}");
    }
    for typ in ["at+jwt", "logout+jwt", "dpop+jwt", "client-authentication+jwt", "x"] {
        let read = read_typed(typ, &claims, Signing::any(Profile::OAuth21));
        assert_eq!(read, Err(Cause::RequestObjectUnusable), "{typ}");
    }
}

/// S-045: for us and for now, where it says so.
#[test]
fn audience_and_times_are_checked_where_present() {
    for wrong in [
        json!({"aud": "https://other.example"}),
        json!({"exp": NOW - 31}),
        json!({"exp": "tomorrow"}),
        json!({"nbf": NOW + 31}),
        json!({"iat": NOW + 31}),
    ] {
        assert_eq!(read(&wrong), Err(Cause::RequestObjectUnusable), "{wrong}");
    }
    assert!(read(&json!({"aud": [ISSUER, "https://other.example"], "exp": NOW + 1, "nbf": NOW})).is_ok());
    assert!(read(&json!({"client_id": "web"})).is_ok());
}

/// OC-45: the registered algorithm is the only one; without one, any that is supported, in profile `oidc` none as well.
#[test]
fn the_registered_algorithm_is_enforced() {
    let claims = json!({"client_id": "web"});

    assert!(read_typed("JWT", &claims, Signing::Only(Algorithm::Es256)).is_ok());
    for other in [Signing::Only(Algorithm::Ps256), Signing::Unsigned] {
        assert_eq!(read_typed("JWT", &claims, other), Err(Cause::RequestObjectUnusable));
    }
    let mut client = web_client();
    client.metadata.request_object_signing_alg = Some("none".into());
    assert_eq!(Signing::of(&client, Profile::Oidc), Ok(Signing::Unsigned));
    assert!(Signing::of(&client, Profile::OAuth21).is_err());

    let unsigned = "eyJhbGciOiJub25lIn0.e30.";
    assert!(Signing::any(Profile::Oidc).reads_unsigned(unsigned));
    assert!(!Signing::any(Profile::OAuth21).reads_unsigned(unsigned));
    assert!(!Signing::any(Profile::Fapi2).reads_unsigned(unsigned));
    assert!(!Signing::Only(Algorithm::Es256).reads_unsigned(unsigned));
}

/// OC-46, JA-06: an address is compared without fragments, and is at most 512 bytes long.
#[test]
fn only_registered_addresses_are_known() {
    let mut client = web_client();
    let long = format!("https://rp.example/{}", "x".repeat(494));
    client.metadata.request_uris = vec!["https://rp.example/r?a=1#pin".into(), long.clone()];
    let known = |uri: &str| RequestUri::registered(uri, &client).map(|uri| uri.address().to_owned());

    assert_eq!(known("https://rp.example/r?a=1#other"), Ok("https://rp.example/r?a=1".to_owned()));
    assert_eq!(known("https://rp.example/r?a=1"), Ok("https://rp.example/r?a=1".to_owned()));
    for other in ["https://rp.example/r", "https://rp.example/r?a=1&b=2", "https://RP.example/r?a=1", "", &long] {
        assert!(known(other).is_err(), "{other}");
    }
}

/// OC-46: the fragment is the SHA-256 of what is there; that of the request counts before that of the registration.
#[test]
fn a_fragment_pins_the_version() {
    let mut client = web_client();
    // The SHA-256 of "abc": FIPS 180-2 appendix B.1.
    let hash = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
    client.metadata.request_uris = vec![format!("https://rp.example/r#{hash}"), "https://rp.example/s".into()];
    let means = |uri: &str, body: &str| RequestUri::registered(uri, &client).unwrap().means(body.as_bytes());

    assert!(means("https://rp.example/r", "abc") && !means("https://rp.example/r", "abd"));
    assert!(means(&format!("https://rp.example/s#{hash}"), "abc"));
    assert!(!means("https://rp.example/r#x", "abc") && !means(&format!("https://rp.example/s#{hash}"), ""));
    assert!(means("https://rp.example/s", "anything"));
}

/// M2-01: in profile `fapi2` an object says for whom it is and from when until when, an hour at most.
#[test]
fn a_dated_object_holds_for_an_hour_at_most() {
    let good = json!({ "client_id": "web", "aud": ISSUER, "nbf": NOW, "exp": NOW + 3600 });
    let read = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        read_in(Profile::Fapi2, "oauth-authz-req+jwt", &claims, Signing::any(Profile::Fapi2)).map(drop)
    };

    assert_eq!(read("nbf", json!(NOW)), Ok(()));
    assert_eq!(read("aud", json!([ISSUER, "https://other.example"])), Ok(()));
    assert_eq!(read("nbf", json!(NOW + 10)), Ok(()));
    for (name, value) in [
        ("aud", Value::Null),
        ("aud", json!("https://other.example")),
        ("nbf", Value::Null),
        ("nbf", json!(NOW - 3601)),
        ("nbf", json!(NOW + 61)),
        ("exp", Value::Null),
        ("exp", json!(NOW + 3601)),
        ("exp", json!(NOW - 61)),
    ] {
        assert_eq!(read(name, value.clone()), Err(Cause::RequestObjectUnusable), "{name}: {value}");
    }
    let old = json!({ "client_id": "web", "aud": ISSUER, "nbf": NOW - 3601, "exp": NOW - 1 });
    let old = read_in(Profile::Fapi2, "JWT", &old, Signing::any(Profile::Fapi2)).map(drop);
    assert_eq!(old, Err(Cause::RequestObjectUnusable), "begun long ago, within the skew at its end");
}
