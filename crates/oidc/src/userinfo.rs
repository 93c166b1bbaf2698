//! Which claims about a person a client is given, at userinfo and in ID tokens.
//!
//! Owns the table from scopes to claims, to which a tenant's attributes add theirs, and the shape of each value. Leaves the `claims` request to its own module, and
//! consent to `issuer`: what is passed in as asked for was allowed. OIDC Core §5.1, §5.3.2, §5.4, §5.5.

use std::sync::Arc;

use portreeve_domain::{Address, Attribute, ClientId, Fault, PersonClaims, Timestamp};
use serde_json::{Map, Value};

/// The claims that each scope asks for (OIDC Core §5.4).
const SCOPE_CLAIMS: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

/// Every standard claim about a person that can be asked for, besides `sub`; each is in the table of some scope.
pub fn claim_names() -> impl Iterator<Item = &'static str> {
    SCOPE_CLAIMS.into_iter().flat_map(|(_, claims)| claims).copied()
}

/// The scope that releases a claim about a person; `None` for one that no client is given, or that is not about the person.
pub fn scope_of<'a>(claim: &str, attributes: &'a [Arc<Attribute>]) -> Option<&'a str> {
    let standard = SCOPE_CLAIMS.into_iter().find(|(_, claims)| claims.contains(&claim)).map(|(scope, _)| scope);
    standard.or_else(|| attributes.iter().find(|one| one.name == claim)?.scope.as_deref())
}

/// Whether `scope` releases claims of a tenant's own.
pub fn is_claim_scope(scope: &str, attributes: &[Arc<Attribute>]) -> bool {
    attributes.iter().any(|one| one.scope.as_deref() == Some(scope))
}

/// A person as one client sees them.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    /// The `sub` for this client: public or pairwise, the same in every token (OIDC Core §8).
    pub subject: &'a str,
    /// The e-mail address; `None` when there is none.
    pub email: Option<&'a str>,
    /// Whether we proved the address.
    pub email_verified: bool,
    /// What they told us.
    pub claims: &'a PersonClaims,
    /// What the tenant says a value must be like: one that is not so is given to nobody.
    pub attributes: &'a [Arc<Attribute>],
    /// When any of it was last changed.
    pub updated_at: Timestamp,
}

/// The claims to release: those of the granted scopes and those asked for by name, without `sub`.
///
/// `asked` holds names from one section of the `claims` request parameter; unknown ones, and those that no scope releases, are
/// ignored. A claim without a value is left out, never null or empty (OIDC Core §5.3.2).
/// For an ID token of the code flow pass no scope: its claims come from userinfo, unless named (OIDC Core §5.4).
pub fn released<'n>(
    scopes: impl IntoIterator<Item = &'n str>,
    asked: impl IntoIterator<Item = &'n str>,
    person: &Person<'n>,
) -> Map<String, Value> {
    let attributes = person.attributes;
    let of_scope = |scope: &'n str| {
        let standard = SCOPE_CLAIMS.into_iter().filter(move |(name, _)| *name == scope);
        let own = attributes.iter().filter(move |one| one.scope.as_deref() == Some(scope)).map(|one| one.name.as_str());
        standard.flat_map(|(_, claims)| claims.iter().copied()).chain(own)
    };
    let asked = asked.into_iter().filter(|name| scope_of(name, attributes).is_some());
    let names = scopes.into_iter().flat_map(of_scope).chain(asked);
    names.filter_map(|name| claim(name, person).map(|value| (name.to_owned(), value))).collect()
}

/// The userinfo answer: `sub`, and the claims released.
pub fn response(claims: Map<String, Value>, person: &Person<'_>) -> Map<String, Value> {
    let mut response = claims;
    response.insert("sub".to_owned(), person.subject.into());
    response
}

/// The userinfo answer as claims to be signed: with `iss` and `aud` (OIDC Core §5.3.2). To be served as `application/jwt`.
pub fn signed_response(response: Map<String, Value>, issuer: &str, client: &ClientId) -> Map<String, Value> {
    let mut signed = response;
    signed.insert("iss".to_owned(), issuer.into());
    signed.insert("aud".to_owned(), client.as_str().into());
    signed
}

/// Writes claims as the bytes of one JSON object.
///
/// # Errors
/// A fault if JSON cannot be written, which no value of these types causes.
pub fn to_json(claims: &Map<String, Value>) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(claims).map_err(Fault::new)
}

/// The value of a claim. `None` when the person has none, or no such claim exists.
fn claim(name: &str, person: &Person<'_>) -> Option<Value> {
    if let Some(attribute) = person.attributes.iter().find(|one| one.name == name) {
        return attribute.value_in(person.claims);
    }
    let told = person.claims;
    match name {
        "updated_at" => Some(person.updated_at.as_seconds().into()),
        "email" => person.email.map(Value::from),
        "email_verified" => person.email.map(|_| person.email_verified.into()),
        "address" => told.address.as_ref().and_then(address),
        "phone_number_verified" => {
            claim("phone_number", person).map(|_| told.phone_number_verified_at.is_some().into())
        }
        name if scope_of(name, &[]).is_some() => told.value(name),
        _ => None,
    }
}

fn text(value: Option<&String>) -> Option<Value> {
    value.filter(|text| !text.is_empty()).map(|text| text.as_str().into())
}

/// The `address` object (OIDC Core §5.1.1). `None` when it would be empty.
fn address(address: &Address) -> Option<Value> {
    let members = [
        ("formatted", &address.formatted),
        ("street_address", &address.street_address),
        ("locality", &address.locality),
        ("region", &address.region),
        ("postal_code", &address.postal_code),
        ("country", &address.country),
    ];
    let object: Map<String, Value> = members
        .into_iter()
        .filter_map(|(name, value)| text(value.as_ref()).map(|value| (name.to_owned(), value)))
        .collect();
    (!object.is_empty()).then_some(Value::Object(object))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::member_number;
    use serde_json::json;

    fn told() -> PersonClaims {
        let some = |text: &str| Some(text.to_owned());
        PersonClaims {
            name: some("Ada King"),
            given_name: some("Ada"),
            nickname: some(""),
            phone_number: some("+44 20 7946 0000"),
            address: Some(Address { locality: some("London"), region: some(""), ..Address::default() }),
            ..PersonClaims::default()
        }
    }

    fn person(claims: &PersonClaims) -> Person<'_> {
        Person {
            subject: "usr_ada",
            email: Some("ada@example.com"),
            email_verified: false,
            claims,
            attributes: &[],
            updated_at: Timestamp::from_millis(1_700_000_000_999),
        }
    }

    fn given(scopes: &[&str], asked: &[&str]) -> Value {
        let told = told();
        Value::Object(released(scopes.iter().copied(), asked.iter().copied(), &person(&told)))
    }

    /// OC-22, S-148: each scope releases its own claims, those with a value, and no other.
    #[test]
    fn a_scope_releases_its_claims() {
        assert_eq!(given(&["openid", "offline_access", "orders.read"], &[]), json!({}));
        assert_eq!(
            given(&["openid", "profile"], &[]),
            json!({"name": "Ada King", "given_name": "Ada", "updated_at": 1_700_000_000})
        );
        assert_eq!(given(&["email"], &[]), json!({"email": "ada@example.com", "email_verified": false}));
    }

    /// S-148, OC-18: a claim of the tenant's own is released by its scope or by name, as long as its value fits; without a scope never.
    #[test]
    fn an_own_claim_is_released_by_its_scope_or_by_name() {
        let kept: Attribute = serde_json::from_value(json!({ "name": "rating", "type": "integer" })).unwrap();
        let attributes = [member_number(), Arc::new(kept)];
        let given = |number: Value, scopes: &[&str], asked: &[&str]| {
            let mut told = told();
            told.tell("member_number", Some(number));
            told.tell("rating", Some(json!(5)));
            told.tell("removed", Some(json!("x")));
            let seen = Person { attributes: &attributes, ..person(&told) };
            Value::Object(released(scopes.iter().copied(), asked.iter().copied(), &seen))
        };

        assert_eq!(given(json!(42), &["openid", "membership"], &[]), json!({ "member_number": 42 }));
        assert_eq!(given(json!(42), &[], &["member_number", "rating", "removed"]), json!({ "member_number": 42 }));
        assert_eq!(given(json!("42"), &["membership"], &["member_number"]), json!({}));
        assert_eq!(given(json!(42), &["openid", "email"], &[])["member_number"], Value::Null);
    }

    /// A standard claim that the tenant has declared is given out as long as it is as declared.
    #[test]
    fn a_declared_standard_claim_fits_or_is_left_out() {
        let declared = |most: u16| {
            let declared = json!({ "name": "given_name", "type": "text", "max_length": most });
            Arc::new(serde_json::from_value::<Attribute>(declared).unwrap())
        };
        let told = told();
        let given = |attributes: &[Arc<Attribute>]| {
            released(["profile"], [], &Person { attributes, ..person(&told) }).contains_key("given_name")
        };

        assert!(given(&[declared(3)]) && !given(&[declared(2)]));
    }

    /// OC-23, S-152: `address` is an object, verified marks are booleans, `updated_at` a number.
    #[test]
    fn claims_have_their_types() {
        let all = given(&["profile", "email", "phone", "address"], &[]);

        assert_eq!(all["address"], json!({"locality": "London"}));
        assert_eq!(all["email_verified"], json!(false));
        assert_eq!(all["phone_number_verified"], json!(false));
        assert_eq!(all["updated_at"], json!(1_700_000_000));
    }

    /// S-152: a mark is true only after we proved the thing itself.
    #[test]
    fn proven_marks_are_true() {
        let told = PersonClaims { phone_number_verified_at: Some(Timestamp::from_millis(1)), ..told() };
        let proven = Person { email_verified: true, ..person(&told) };
        let claims = Value::Object(released(["email", "phone"], [], &proven));

        assert_eq!(claims["email_verified"], json!(true));
        assert_eq!(claims["phone_number_verified"], json!(true));
    }

    /// OC-22: a mark without the thing it is about is left out.
    #[test]
    fn nothing_is_said_about_an_absent_email_or_phone() {
        let told =
            PersonClaims { phone_number_verified_at: Some(Timestamp::from_millis(1)), ..PersonClaims::default() };
        let nobody = Person { email: None, email_verified: true, ..person(&told) };

        assert!(released(["email", "phone", "address"], [], &nobody).is_empty());
    }

    /// OC-18, OC-20: a claim asked for by name is released without its scope; unknown names are ignored.
    #[test]
    fn a_claim_asked_for_by_name_is_released() {
        assert_eq!(given(&["openid"], &["name", "nickname", "shoe_size"]), json!({"name": "Ada King"}));
    }

    /// OC-38: `sub` is always there, and no claim can displace it.
    #[test]
    fn userinfo_always_has_the_subject() {
        let told = told();
        let person = person(&told);
        let claims = released([], ["sub", "name"], &person);

        assert!(!claims.contains_key("sub"));
        assert_eq!(Value::Object(response(claims, &person)), json!({"sub": "usr_ada", "name": "Ada King"}));
        assert_eq!(to_json(&response(Map::new(), &person)).unwrap(), br#"{"sub":"usr_ada"}"#);
    }

    /// OC-39: a signed answer names issuer and client.
    #[test]
    fn a_signed_answer_has_issuer_and_audience() {
        let told = told();
        let client = ClientId::parse("web").unwrap();
        let signed = signed_response(response(Map::new(), &person(&told)), "https://id.example", &client);

        assert_eq!(Value::Object(signed), json!({"sub": "usr_ada", "iss": "https://id.example", "aud": "web"}));
    }

    /// OD-06: every claim in the tables has a value when the person has one.
    #[test]
    fn every_listed_claim_can_be_released() {
        let text = || Some("x".to_owned());
        let told = PersonClaims {
            name: text(),
            given_name: text(),
            family_name: text(),
            middle_name: text(),
            nickname: text(),
            preferred_username: text(),
            profile: text(),
            picture: text(),
            website: text(),
            gender: text(),
            birthdate: text(),
            zoneinfo: text(),
            locale: text(),
            phone_number: text(),
            phone_number_verified_at: None,
            left_empty: [].into(),
            by_operator: [].into(),
            own: [].into(),
            address: Some(Address { formatted: text(), ..Address::default() }),
        };

        for name in claim_names() {
            assert!(released([], [name], &person(&told)).contains_key(name), "{name}");
        }
        assert_eq!(claim_names().count(), 19);
    }
}
