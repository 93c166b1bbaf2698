//! What a value must be like, and where people are asked for one.

use serde_json::json;

use super::*;
use crate::{ClientMetadata, ClientOrigin, TenantId, Timestamp};

fn attribute(name: &str, kind: &str, more: Value) -> Attribute {
    let mut all = json!({ "name": name, "type": kind });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn client(id: ClientId) -> Client {
    let (metadata, origin) = (ClientMetadata::default(), ClientOrigin::Operator);
    Client {
        tenant: TenantId::DEFAULT,
        id,
        metadata,
        secrets: Vec::new(),
        disabled_at: None,
        disabled_grants: Default::default(),
        origin,
    }
}

/// What is typed is a value of the type, or it is said why not.
#[test]
fn what_is_typed_is_measured_by_the_type() {
    use Misfit::{Missing, NotADate, NotALine, NotAPhoneNumber, NotAnInteger, TooLong};
    let text = attribute("motto", "text", json!({ "max_length": 3 }));
    let integer = attribute("size", "integer", json!({}));
    let date = attribute("birthdate", "date", json!({}));
    let day = attribute("joined", "date", json!({}));
    let phone = attribute("phone_number", "text", json!({}));
    let flag = attribute("member", "boolean", json!({}));
    let choice = attribute("shirt", "choice", json!({ "choices": [{ "value": "s", "texts": {} }] }));
    for (attribute, typed, expected) in [
        (&text, " äöü ", Ok(json!("äöü"))),
        (&text, "four", Err(TooLong { maximum: 3 })),
        (&text, "a\nb", Err(NotALine)),
        (&text, "\u{200b}", Err(NotALine)),
        (&text, "a\u{202e}b", Err(NotALine)),
        (&text, " \u{a0} ", Err(Missing)),
        (&integer, "-42", Ok(json!(-42))),
        (&integer, "9007199254740991", Ok(json!(9_007_199_254_740_991_i64))),
        (&integer, "9007199254740992", Err(NotAnInteger)),
        (&integer, "99999999999999999999", Err(NotAnInteger)),
        (&integer, "1.5", Err(NotAnInteger)),
        (&date, "2024-02-29", Ok(json!("2024-02-29"))),
        (&date, "0000-12-10", Ok(json!("0000-12-10"))),
        (&date, "1815", Ok(json!("1815"))),
        (&date, "0000", Err(NotADate)),
        (&date, "0000-13-10", Err(NotADate)),
        (&day, "0001-12-10", Ok(json!("0001-12-10"))),
        (&day, "0000-12-10", Err(NotADate)),
        (&day, "1815", Err(NotADate)),
        (&date, "2023-02-29", Err(NotADate)),
        (&date, "1900-02-29", Err(NotADate)),
        (&date, "2023-13-01", Err(NotADate)),
        (&date, "2023-04-31", Err(NotADate)),
        (&date, "10.12.1815", Err(NotADate)),
        (&date, "+023-01-01", Err(NotADate)),
        (&phone, "+44 (20) 7946-0000", Ok(json!("+44 (20) 7946-0000"))),
        (&phone, "020 7946 0000", Err(NotAPhoneNumber)),
        (&phone, "+1234", Err(NotAPhoneNumber)),
        (&phone, "+49 30 call me", Err(NotAPhoneNumber)),
        (&flag, "true", Ok(json!(true))),
        (&flag, "on", Err(Misfit::NotAChoice)),
        (&choice, "s", Ok(json!("s"))),
        (&choice, "S", Err(Misfit::NotAChoice)),
    ] {
        assert_eq!(attribute.answer(typed), expected.map(Some), "{typed:?}");
    }
    assert_eq!(integer.answer(""), Err(Missing));
    assert_eq!(Attribute { optional: true, ..integer }.answer("  "), Ok(None));
}

/// A stored value of another type, or one that the schema has outgrown, is none: it is asked for again and given to nobody.
#[test]
fn a_stored_value_that_does_not_fit_is_none() {
    let size = attribute("size", "integer", json!({}));
    let mut claims = PersonClaims::default();
    for wrong in [json!("42"), json!(4.2), json!(null), json!([42]), json!({ "a": 1 }), json!(true)] {
        claims.tell("size", Some(wrong.clone()));
        assert_eq!((size.value_in(&claims), size.is_due(&claims)), (None, true), "{wrong}");
    }
    claims.tell("size", Some(json!(42)));
    assert_eq!((size.value_in(&claims), size.is_due(&claims)), (Some(json!(42)), false));

    let shorter = attribute("given_name", "text", json!({ "max_length": 2 }));
    claims.tell("given_name", Some(json!("Ada")));
    assert_eq!((shorter.value_in(&claims), shorter.is_due(&claims)), (None, true));
}

/// Nobody is asked twice for what may be left empty; what may not is asked for again.
#[test]
fn what_was_left_empty_is_due_only_where_it_may_not_be() {
    let optional = attribute("size", "integer", json!({ "optional": true }));
    let mut claims = PersonClaims::default();
    assert!(optional.is_due(&claims));

    claims.left_empty.insert("size".to_owned());

    assert!(!optional.is_due(&claims));
    assert!(Attribute { optional: false, ..optional }.is_due(&claims));
    claims.tell("size", Some(json!(1)));
    assert!(claims.left_empty.is_empty());
}

/// Claims of a schema that is gone are kept and read: nothing that was stored makes a person unreadable.
#[test]
fn claims_of_no_attribute_survive_storage() {
    let stored = r#"{"given_name":"Ada","left_empty":["size"],"removed":{"deep":[1]},"shirt":"s"}"#;

    let claims: PersonClaims = serde_json::from_str(stored).unwrap();

    assert_eq!(claims.value("removed"), Some(json!({ "deep": [1] })));
    assert_eq!(serde_json::to_string(&claims).unwrap(), stored);
}

/// The mark that a number was proven is that of the number.
#[test]
fn another_phone_number_is_not_proven() {
    let mut claims = PersonClaims { phone_number: Some("+49 30 1".to_owned()), ..PersonClaims::default() };
    claims.phone_number_verified_at = Some(Timestamp::from_millis(1));
    claims.tell("phone_number", Some(json!("+49 30 1")));
    assert!(claims.phone_number_verified_at.is_some());

    claims.tell("phone_number", Some(json!("+49 30 2")));

    assert_eq!(claims.phone_number_verified_at, None);
}

/// Nobody is asked at our own pages, and never for what only the operator may say.
#[test]
fn people_are_asked_where_it_says() {
    let (web, other) = (ClientId::parse("web").unwrap(), ClientId::parse("other").unwrap());
    let asked = |asked: Value, at: &ClientId| {
        attribute("size", "integer", json!({ "asked": asked })).is_asked_at(&client(at.clone()))
    };

    assert!(!asked(json!("never"), &web));
    assert!(asked(json!("everybody"), &web) && !asked(json!("everybody"), &ClientId::own_pages()));
    assert!(asked(json!({ "clients": ["web"] }), &web) && !asked(json!({ "clients": ["web"] }), &other));
    assert!(!asked(json!({ "clients": [] }), &web));
    let operators = json!({ "asked": "everybody", "editable_by": "operator" });
    assert!(!attribute("size", "integer", operators).is_asked_at(&client(web)));
}

/// S-106: no attribute is called as something that the server says.
#[test]
fn no_attribute_takes_the_name_of_something_else() {
    for name in ["shoe_size", "given_name", "birthdate", "phone_number", "a2"] {
        assert!(Attribute::is_name(name), "{name}");
    }
    let registered = [
        "sub",
        "iss",
        "acr",
        "email",
        "email_verified",
        "phone_number_verified",
        "updated_at",
        "roles",
        "groups",
        "by_operator",
        "atc",
        "permissions",
        "org_id",
        "error",
    ];
    let malformed = ["", "Size", "2a", "_a", "shoe-size", "shoe size", "größe", "a:b", &"x".repeat(41)];
    for name in registered.into_iter().chain(malformed) {
        assert!(!Attribute::is_name(name), "{name:?}");
    }
    assert!(TAKEN.split(' ').is_sorted() && !TAKEN.contains("  "), "each to be found");
}

/// People change their names as ever, unless the tenant has said something else of one.
#[test]
fn names_are_attributes_that_nobody_has_declared() {
    let names =
        |declared: &[std::sync::Arc<Attribute>]| Attribute::built_in(declared).map(|one| one.name).collect::<Vec<_>>();

    assert_eq!(names(&[]), ["given_name", "family_name", "nickname"]);
    assert_eq!(names(&[attribute("nickname", "text", json!({})).into()]), ["given_name", "family_name"]);
}
