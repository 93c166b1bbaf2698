//! Reading, checking, choosing and wording of authorization details.

use super::*;
use crate::testing::{orders_api, parameters, web_client};
use portreeve_domain::ScopeText;
use serde_json::json;

fn payments() -> DetailsType {
    DetailsType {
        name: "payment".into(),
        schema: json!({
            "required": ["amount"],
            "properties": {
                "amount": {
                    "title": "Amount", "type": "object", "required": ["value"], "additionalProperties": false,
                    "properties": { "value": { "type": "string", "pattern": "^[0-9]+[.][0-9]{2}$" }, "currency": { "title": "Currency" } },
                },
                "to": { "title": "Paid to", "type": "array", "items": { "type": "string" } },
                "locations": { "type": "array" },
            },
        }),
        texts: [("en".to_owned(), ScopeText { title: "Pay".into(), description: None })].into(),
    }
}

fn bank() -> ResourceServer {
    ResourceServer { authorization_details_types: vec![payments()], ..orders_api() }
}

fn ask_as(client: &Client, text: &str) -> Result<Vec<Detail>, Cause> {
    let parameters = parameters(&[("authorization_details", text)]);
    requested(&parameters, client, &[&bank()]).map_err(|refusal| refusal.cause)
}

fn ask(text: &str) -> Result<Vec<Detail>, Cause> {
    ask_as(&web_client(), text)
}

const GOOD: &str = r#"[{"type":"payment","amount":{"value":"1.00"}}]"#;

/// RA-01: an array of objects, each with a type.
#[test]
fn anything_but_an_array_of_typed_objects_is_malformed() {
    for text in ["x", "{}", "[]", "[1]", "[{}]", r#"[{"type":1}]"#, r#"["payment"]"#, "null"] {
        assert_eq!(ask(text), Err(Cause::DetailsMalformed), "{text}");
    }
    let many = format!("[{}]", vec![r#"{"type":"payment"}"#; 21].join(","));
    assert_eq!(ask(&many), Err(Cause::DetailsMalformed));
    assert_eq!(ask(GOOD).unwrap()[0].resource, orders_api().resource);
}

/// RA-02: an unknown type, an unknown field, a bad or a missing value.
#[test]
fn what_the_schema_does_not_allow_is_refused() {
    assert_eq!(ask(r#"[{"type":"account"}]"#), Err(Cause::DetailsTypeUnknown));
    for bad in [
        r#"[{"type":"payment"}]"#,
        r#"[{"type":"payment","amount":{"value":"1.00"},"unknown":1}]"#,
        r#"[{"type":"payment","amount":{"value":"1.00","unknown":1}}]"#,
        r#"[{"type":"payment","amount":{"value":"much"}}]"#,
        r#"[{"type":"payment","amount":{"value":1}}]"#,
        r#"[{"type":"payment","amount":{"value":"1.00"},"locations":["https://evil.example"]}]"#,
    ] {
        assert_eq!(ask(bad), Err(Cause::DetailsInvalid), "{bad}");
    }
    assert!(ask(r#"[{"type":"payment","amount":{"value":"1.00"},"locations":["https://api.example.com"]}]"#).is_ok());
}

/// The log learns where, never what.
#[test]
fn a_refusal_does_not_repeat_the_value() {
    let parameters = parameters(&[("authorization_details", r#"[{"type":"payment","amount":{"value":"secret"}}]"#)]);

    let refusal = requested(&parameters, &web_client(), &[&bank()]).unwrap_err();

    let detail = refusal.detail.unwrap();
    assert!(detail.contains("/amount/value") && !detail.contains("secret"), "{detail}");
}

/// RA-06: a client asks for the types it registered, at the resource servers it may use.
#[test]
fn a_client_is_held_to_its_registered_types() {
    let mut client = web_client();
    client.metadata.authorization_details_types = vec!["account".into()];
    assert_eq!(ask_as(&client, GOOD), Err(Cause::DetailsTypeUnknown));
    client.metadata.authorization_details_types.push("payment".into());
    assert!(ask_as(&client, GOOD).is_ok());
    client.metadata.resources = vec!["https://other.example".into()];
    assert_eq!(ask_as(&client, GOOD), Err(Cause::DetailsTypeUnknown));
}

/// RA-04, RA-05: a token carries what was granted for its audience, less, and never more.
#[test]
fn a_token_carries_no_more_than_was_granted() {
    let two = r#"[{"type":"payment","amount":{"value":"1.00"}},{"type":"payment","amount":{"value":"2.00"}}]"#;
    let granted = ask(two).unwrap();
    let here = Some("https://api.example.com");

    let all = Selection::of(&web_client(), &granted, None, here).unwrap();
    let one = Selection::of(&web_client(), &granted, Some(r#"[{"amount":{"value":"2.00"},"type":"payment"}]"#), here)
        .unwrap();

    assert_eq!((all.details().len(), all.to_store()), (2, Some(3)));
    assert_eq!((one.details(), one.to_store()), (&[granted[1].members.clone()][..], Some(2)));
    assert_eq!(Selection::stored(&web_client(), &granted, 2), one);
    assert_eq!(Selection::of(&web_client(), &granted, None, None).unwrap().to_store(), None);
    for more in [r#"[{"type":"payment","amount":{"value":"3.00"}}]"#, r#"[{"type":"payment"}]"#] {
        assert_eq!(
            Selection::of(&web_client(), &granted, Some(more), here).unwrap_err().cause,
            Cause::DetailsBeyondGrant
        );
    }
    let elsewhere = Selection::of(&web_client(), &granted, Some(GOOD), Some("https://other.example"));
    assert_eq!(elsewhere.unwrap_err().cause, Cause::DetailsBeyondGrant);
}

/// RA-07: people read titles and values, not JSON.
#[test]
fn details_are_put_into_words() {
    let text = r#"[{"type":"payment","amount":{"currency":"EUR","value":"1.00"},"to":["Ann","<b>Bob</b>"]}]"#;
    let detail = ask(text).unwrap().remove(0);

    let facts = detail.facts(Some(&payments()));

    let expected = [("Amount", "Currency: EUR; value: 1.00"), ("Paid to", "Ann, <b>Bob</b>")];
    assert_eq!(facts, expected.map(|(label, value)| (label.to_owned(), value.to_owned())));
}

/// A schema asks nobody, ends, and is none that a stranger could keep us busy with.
#[test]
fn a_schema_stands_alone() {
    let with = |schema| check_type(&DetailsType { schema, ..payments() });
    let deep = (0..40).fold(json!({}), |inner, _| json!({ "not": inner }));

    assert_eq!(check_type(&payments()), Ok(()));
    for (bad, why) in [
        (json!([]), "must be an object"),
        (json!({ "properties": [] }), "must be an object"),
        (json!({ "$ref": "https://schemas.example/x" }), "stand alone"),
        (json!({ "properties": { "a": { "$ref": "file:///etc/passwd" } } }), "stand alone"),
        (json!({ "$defs": { "a": { "$ref": "#/$defs/a" } } }), "stand alone"),
        (json!({ "$schema": "https://schemas.example/dialect" }), "2020-12"),
        (json!({ "properties": { "a": { "format": "regex" } } }), "regex"),
        (json!({ "properties": { "a": { "type": "texts" } } }), "cannot be used"),
        (json!({ "properties": { "a": { "format": "iban" } } }), "cannot be used"),
        (json!({ "properties": { "a": { "pattern": "(a" } } }), "cannot be used"),
        (json!({ "properties": { "a": { "pattern": "(a+)+\\1" } } }), "cannot be used"),
        (json!({ "properties": { "a": { "pattern": "(a{1000}){1000}" } } }), "cannot be used"),
        (json!({ "title": "x".repeat(20_000) }), "too long"),
        (deep, "too deep"),
    ] {
        let said = with(bad.clone()).unwrap_err();
        assert!(said.contains(why), "{bad}: {said}");
    }
}

/// Where every member that a type names is optional, a bare type is enough; what it does not name is refused all the same.
#[test]
fn what_a_schema_does_not_name_is_refused() {
    let bare = ResourceServer {
        authorization_details_types: vec![DetailsType { name: "bare".into(), schema: json!({}), texts: [].into() }],
        ..orders_api()
    };
    let ask = |text| {
        let asked = requested(&parameters(&[("authorization_details", text)]), &web_client(), &[&bare]);
        asked.map_err(|refusal| refusal.cause)
    };

    assert!(ask(r#"[{"type":"bare"}]"#).is_ok());
    assert_eq!(ask(r#"[{"type":"bare","x":1}]"#), Err(Cause::DetailsInvalid));
}
