//! The rules for `iss`, `aud`, the times, and required claims, all under a good signature.

use super::*;

/// SECURITY rule 11: the exact issuer string.
#[test]
fn another_issuer_is_refused() {
    for issuer in [json!(null), json!("Client"), json!("client/"), json!(["client"]), json!(1)] {
        assert_eq!(rejection(&claims(json!({"iss": issuer}))), Some(Rejection::IssuerMismatch));
    }
}

/// S-049: the audience.
#[test]
fn another_audience_is_refused() {
    for audience in [
        json!(null),
        json!("https://op.example/"),
        json!("https://op.example/token"),
        json!("https://evil.example"),
        json!([]),
        json!([["https://op.example"]]),
        json!(["https://op.example", 1]),
        json!({"https://op.example": 1}),
    ] {
        assert_eq!(rejection(&claims(json!({"aud": audience}))), Some(Rejection::AudienceMismatch), "{audience}");
    }
    let among_others = claims(json!({"aud": ["https://other.example", "https://op.example"]}));
    assert_eq!(rejection(&among_others), None);
}

/// S-049: where a string is wanted, an array is refused even if it has one right member.
#[test]
fn an_array_is_refused_where_the_audience_must_be_a_string() {
    let strict = Expected { audience: AudienceRule::StringOnly("https://op.example"), ..expected() };

    assert!(outcome(HEADER, &claims(json!({})), &strict).is_ok());
    let array = claims(json!({"aud": ["https://op.example"]}));
    assert_eq!(outcome(HEADER, &array, &strict).err(), Some(Rejection::AudienceMismatch));
}

#[test]
fn an_unchecked_audience_is_still_present_and_typed() {
    let open = Expected { audience: AudienceRule::Unchecked, ..expected() };

    assert!(outcome(HEADER, &claims(json!({"aud": ["a", "b"]})), &open).is_ok());
    for audience in [json!(null), json!([]), json!(1)] {
        let outcome = outcome(HEADER, &claims(json!({"aud": audience})), &open);
        assert_eq!(outcome.err(), Some(Rejection::AudienceMismatch));
    }
}

/// S-045: values that are no time; V-4: and none of them panics.
#[test]
fn malformed_times_are_refused() {
    for name in ["exp", "nbf", "iat"] {
        for value in [
            "\"1700000060\"",
            "-1",
            "1700000060.5",
            "1700000060.0",
            "1e300",
            "9223372036854775808",
            "9007199254740993",
            "-9223372036854775809",
            "null",
            "true",
            "[1]",
            "{}",
        ] {
            let with = claims(json!({name: "here"})).replace("\"here\"", value);
            assert_eq!(rejection(&with), Some(Rejection::TimeMalformed), "{name} {value}");
        }
    }
}

/// S-045: a token without expiry lives for ever.
#[test]
fn a_missing_expiry_is_refused_also_where_expiry_is_ignored() {
    let lenient = Expected { expiry: Expiry::IgnoredWhenPast, ..expected() };
    let claims = claims(json!({"exp": null}));

    assert_eq!(rejection(&claims), Some(Rejection::ExpiryMissing));
    assert_eq!(outcome(HEADER, &claims, &lenient).err(), Some(Rejection::ExpiryMissing));
}

/// S-045: `exp` = now is past, `nbf` in the future is not yet; 30 s of skew each way.
#[test]
fn times_are_compared_with_the_documented_skew() {
    for (changes, cause) in [
        (json!({"exp": NOW - 29}), None),
        (json!({"exp": NOW - 30}), Some(Rejection::Expired)),
        (json!({"nbf": NOW + 30}), None),
        (json!({"nbf": NOW + 31}), Some(Rejection::NotYetValid)),
        (json!({"iat": NOW + 30}), None),
        (json!({"iat": NOW + 31}), Some(Rejection::IssuedInFuture)),
        (json!({"iat": null, "nbf": null}), None),
        (json!({"exp": 1_i64 << 53}), None),
    ] {
        assert_eq!(rejection(&claims(changes.clone())), cause, "{changes}");
    }
}

#[test]
fn without_skew_a_token_expires_in_the_second_of_its_expiry() {
    let strict = Expected { skew_seconds: 0, ..expected() };

    assert!(outcome(HEADER, &claims(json!({"exp": NOW + 1})), &strict).is_ok());
    let now = outcome(HEADER, &claims(json!({"exp": NOW})), &strict);
    assert_eq!(now.err(), Some(Rejection::Expired));
}

#[test]
fn a_past_expiry_is_accepted_only_where_the_caller_says_so() {
    let lenient = Expected { expiry: Expiry::IgnoredWhenPast, ..expected() };
    let past = claims(json!({"exp": NOW - 86_400}));

    assert_eq!(rejection(&past), Some(Rejection::Expired));
    assert!(outcome(HEADER, &past, &lenient).is_ok());
}

#[test]
fn a_clock_at_either_end_does_not_overflow() {
    for now_seconds in [i64::MIN, i64::MAX] {
        let extreme = Expected { now_seconds, skew_seconds: i64::MAX, ..expected() };
        let _ = outcome(HEADER, &claims(json!({})), &extreme);
    }
}

#[test]
fn required_claims_must_be_present() {
    let strict = Expected { required: &["iat", "jti"], ..expected() };

    assert!(outcome(HEADER, &claims(json!({})), &strict).is_ok());
    for name in ["iat", "jti"] {
        let outcome = outcome(HEADER, &claims(json!({name: null})), &strict);
        assert_eq!(outcome.err(), Some(Rejection::ClaimMissing), "{name}");
    }
}
