//! The `claims` parameter: single claims asked for, per place where they are to appear.
//!
//! Owns reading, limits and look-up. Unknown top-level members, unknown claims and unknown members of a claim's request
//! are ignored, as §5.5 says; anything of a wrong type is an error (S-031). Leaves which of the claims a client may see
//! to `userinfo` and `id_token`, and what `acr` and `sub` demand to `authorization`. OIDC Core §5.5.

use std::collections::BTreeMap;

use portreeve_jose::parse_json;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Cause, Refusal};

/// How deep the JSON may nest: one level each for the request, a section, a claim and its `values`, and as many again for
/// values that are objects.
const MAX_DEPTH: usize = 8;
/// How many claims a section may name.
const MAX_CLAIMS: usize = 64;
/// How many alternatives `values` may list.
const MAX_VALUES: usize = 20;

/// Where a claim is to appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimsSection {
    /// In the ID token.
    IdToken,
    /// In the answer of the userinfo endpoint.
    Userinfo,
}

/// A claims request as validated; its JSON form is that of the parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct ClaimsRequest {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    id_token: Section,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    userinfo: Section,
}

/// Requested claims by name; `None` asks for the claim in the default manner.
type Section = BTreeMap<String, Option<RequestedClaim>>;

/// How one claim is asked for (OIDC Core §5.5.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RequestedClaim {
    /// Whether the client cannot do without it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    essential: bool,
    /// The values that will do, in order of preference; empty: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<Value>,
}

impl ClaimsRequest {
    /// Reads the value of the `claims` parameter.
    ///
    /// # Errors
    /// `ClaimsMalformed` for what is no JSON object of the shape of §5.5, repeats a member, nests deeper than 8, names more than 64 claims
    /// in a section or more than 20 values of a claim, or wants the `sub` of no single person.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let malformed = |detail: &'static str| Refusal::new(Cause::ClaimsMalformed).with_detail(detail);
        // The reader itself stops at 128 levels, so that this cannot exhaust the stack.
        let value = parse_json(text.as_bytes()).map_err(|_| malformed("not JSON, or a member is repeated"))?;
        Self::try_from(value).map_err(malformed)
    }

    /// The names alone: what is left to be known once the person is signed in. Values may tell of the person, such as
    /// whose `sub` or `email` was wanted, so a grant does not keep them.
    #[must_use]
    pub fn without_values(&self) -> Self {
        let names = |section: &Section| section.keys().map(|name| (name.clone(), None)).collect();
        Self { id_token: names(&self.id_token), userinfo: names(&self.userinfo) }
    }

    /// Without the claims that `may_be_asked` says no to, as if they had not been asked for.
    #[must_use]
    pub fn limited_to(mut self, may_be_asked: impl Fn(&str) -> bool) -> Self {
        self.id_token.retain(|name, _| may_be_asked(name));
        self.userinfo.retain(|name, _| may_be_asked(name));
        self
    }

    /// Whether `claim` is asked for in `section`, in whatever manner.
    pub fn wants(&self, section: ClaimsSection, claim: &str) -> bool {
        self.section(section).contains_key(claim)
    }

    /// The names of the claims asked for in `section`, in alphabetical order.
    pub fn names(&self, section: ClaimsSection) -> impl Iterator<Item = &str> {
        self.section(section).keys().map(String::as_str)
    }

    /// The `acr` values one of which must be reached (§5.5.1.1), in order of preference; a value that is no text is left
    /// out, so the list can be empty although something was demanded.
    ///
    /// `None` when `acr` is not essential or any value will do. An essential `acr` that is asked for at the userinfo
    /// endpoint only counts as well: to ignore it would show a weaker sign-in as what was wanted.
    pub fn essential_acr(&self) -> Option<Vec<&str>> {
        let requested = |section| self.requested(section, "acr").filter(|acr| acr.essential && !acr.values.is_empty());
        let acr = requested(ClaimsSection::IdToken).or_else(|| requested(ClaimsSection::Userinfo))?;
        Some(acr.texts().collect())
    }

    /// The `acr` values that are wished for in the ID token without being essential, in order of preference.
    pub fn voluntary_acr(&self) -> Vec<&str> {
        let acr = self.requested(ClaimsSection::IdToken, "acr").filter(|acr| !acr.essential);
        acr.map(|acr| acr.texts().collect()).unwrap_or_default()
    }

    /// The `sub` the answer must be about (§5.5.1). `None` when anybody will do.
    pub fn subject_value(&self) -> Option<&str> {
        let value = |section| self.requested(section, "sub").and_then(|sub| sub.texts().next());
        value(ClaimsSection::IdToken).or_else(|| value(ClaimsSection::Userinfo))
    }

    fn section(&self, section: ClaimsSection) -> &Section {
        match section {
            ClaimsSection::IdToken => &self.id_token,
            ClaimsSection::Userinfo => &self.userinfo,
        }
    }

    fn requested(&self, section: ClaimsSection, claim: &str) -> Option<&RequestedClaim> {
        self.section(section).get(claim).and_then(Option::as_ref)
    }

    /// All values given for `sub`: one person at most can be asked for.
    fn names_one_subject_at_most(&self) -> bool {
        let sections = [ClaimsSection::IdToken, ClaimsSection::Userinfo];
        let mut values =
            sections.into_iter().filter_map(|section| self.requested(section, "sub")).flat_map(|sub| &sub.values);
        values.next().is_none_or(|first| first.is_string() && values.all(|other| other == first))
    }
}

impl RequestedClaim {
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.values.iter().filter_map(Value::as_str)
    }
}

impl TryFrom<Value> for ClaimsRequest {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        if !is_at_most(MAX_DEPTH, &value) {
            return Err("nested too deeply");
        }
        let members = value.as_object().ok_or("not an object")?;
        let section = |name| members.get(name).map_or(Ok(Section::new()), read_section);
        let request = Self { id_token: section("id_token")?, userinfo: section("userinfo")? };
        if request.names_one_subject_at_most() { Ok(request) } else { Err("sub does not name one person") }
    }
}

fn read_section(value: &Value) -> Result<Section, &'static str> {
    let claims = match value {
        Value::Null => return Ok(Section::new()),
        Value::Object(claims) => claims,
        _ => return Err("a section is not an object"),
    };
    if claims.len() > MAX_CLAIMS {
        return Err("too many claims");
    }
    claims.iter().map(|(name, requested)| Ok((name.clone(), read_requested(requested)?))).collect()
}

fn read_requested(value: &Value) -> Result<Option<RequestedClaim>, &'static str> {
    let members = match value {
        Value::Null => return Ok(None),
        Value::Object(members) => members,
        _ => return Err("a claim is requested by neither null nor an object"),
    };
    let essential = match members.get("essential") {
        None => false,
        Some(essential) => essential.as_bool().ok_or("essential is not a boolean")?,
    };
    let mut values: Vec<Value> = members.get("value").filter(|value| !value.is_null()).into_iter().cloned().collect();
    if let Some(alternatives) = members.get("values") {
        values.extend(alternatives.as_array().ok_or("values is not an array")?.iter().cloned());
    }
    if values.len() > MAX_VALUES {
        return Err("too many values");
    }
    Ok(Some(RequestedClaim { essential, values }))
}

/// Whether `value` nests at most `depth` levels of arrays and objects.
fn is_at_most(depth: usize, value: &Value) -> bool {
    let deeper = |value: &Value| depth.checked_sub(1).is_some_and(|depth| is_at_most(depth, value));
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(deeper),
        Value::Object(members) => depth > 0 && members.values().all(deeper),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> ClaimsRequest {
        ClaimsRequest::parse(text).unwrap()
    }

    /// The example of OIDC Core §5.5.
    const EXAMPLE: &str = r#"{
        "userinfo": {
            "given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
            "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null
        },
        "id_token": {
            "auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}
        }
    }"#;

    /// S-134: which person a request was about is not kept with the grant.
    #[test]
    fn a_grant_keeps_the_names_of_claims_and_not_their_values() {
        let request = parse(
            r#"{"userinfo":{"email":{"value":"ada@example.com"},"name":null},"id_token":{"sub":{"value":"ada"}}}"#,
        );

        let kept = request.without_values();

        assert_eq!(
            serde_json::to_string(&kept).unwrap(),
            r#"{"id_token":{"sub":null},"userinfo":{"email":null,"name":null}}"#
        );
    }

    /// OC-18: each claim is wanted where it was asked for and nowhere else.
    #[test]
    fn claims_are_wanted_in_their_section() {
        let claims = parse(EXAMPLE);

        assert!(claims.wants(ClaimsSection::Userinfo, "nickname"));
        assert!(!claims.wants(ClaimsSection::IdToken, "nickname"));
        assert!(claims.wants(ClaimsSection::IdToken, "auth_time"));
        assert_eq!(claims.names(ClaimsSection::IdToken).collect::<Vec<_>>(), ["acr", "auth_time"]);
        assert_eq!(claims.voluntary_acr(), ["urn:mace:incommon:iap:silver"]);
        assert_eq!(claims.essential_acr(), None);
    }

    /// OC-20, S-031: malformed requests are refused.
    #[test]
    fn a_malformed_claims_request_is_refused() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        let nine = format!(r#"{{"x":{}1{}}}"#, "[".repeat(8), "]".repeat(8));
        let many: Vec<String> = (0..65).map(|n| format!(r#""c{n}":null"#)).collect();
        let many = format!(r#"{{"userinfo":{{{}}}}}"#, many.join(","));
        for bad in [
            "{",
            "",
            "null",
            "[]",
            "\"x\"",
            r#"[{},{}]"#,
            r#"{"userinfo":[]}"#,
            r#"{"userinfo":"name"}"#,
            r#"{"userinfo":{"name":true}}"#,
            r#"{"userinfo":{"name":["x"]}}"#,
            r#"{"id_token":{"acr":{"essential":"true"}}}"#,
            r#"{"id_token":{"acr":{"values":"aal2"}}}"#,
            r#"{"id_token":{"sub":{"value":5}}}"#,
            r#"{"id_token":{"sub":{"value":"a"}},"id_token":{"sub":{"value":"b"}}}"#,
            r#"{"id_token":{"acr":{"essential":true,"essential":false}}}"#,
            r#"{"id_token":{"sub":{"values":["a","b"]}}}"#,
            r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}"#,
            &deep,
            &nine,
            &many,
        ] {
            assert_eq!(ClaimsRequest::parse(bad).unwrap_err().cause, Cause::ClaimsMalformed, "{bad}");
        }
    }

    /// OC-20: what is unknown is ignored.
    #[test]
    fn unknown_members_are_ignored() {
        let claims = parse(r#"{"new":1,"id_token":{"zzz":{"ui":"x","essential":true}},"userinfo":null}"#);

        assert!(claims.wants(ClaimsSection::IdToken, "zzz"));
    }

    /// OC-17: the values of an essential acr, in either section.
    #[test]
    fn an_essential_acr_lists_its_values() {
        for (text, expected) in [
            (r#"{"id_token":{"acr":{"essential":true,"values":["a","b"]}}}"#, Some(vec!["a", "b"])),
            (r#"{"id_token":{"acr":{"essential":true,"value":"a"}}}"#, Some(vec!["a"])),
            (r#"{"userinfo":{"acr":{"essential":true,"value":"a"}}}"#, Some(vec!["a"])),
            (r#"{"id_token":{"acr":{"essential":true,"value":7}}}"#, Some(vec![])),
            (r#"{"id_token":{"acr":{"essential":true}}}"#, None),
            (r#"{"id_token":{"acr":null}}"#, None),
        ] {
            assert_eq!(parse(text).essential_acr(), expected, "{text}");
        }
    }

    /// OC-19: one `sub` can be demanded.
    #[test]
    fn the_subject_can_be_demanded() {
        assert_eq!(parse(r#"{"id_token":{"sub":{"value":"usr_a"}}}"#).subject_value(), Some("usr_a"));
        assert_eq!(parse(r#"{"userinfo":{"sub":{"values":["usr_a"]}}}"#).subject_value(), Some("usr_a"));
        assert_eq!(parse(r#"{"id_token":{"sub":null}}"#).subject_value(), None);
    }

    #[test]
    fn a_claims_request_survives_storage() {
        let claims = parse(EXAMPLE);
        let stored = serde_json::to_string(&claims).unwrap();

        assert_eq!(serde_json::from_str::<ClaimsRequest>(&stored).unwrap(), claims);
    }
}
