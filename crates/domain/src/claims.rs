//! Claims about a person: the standard ones (OIDC Core §5.1) and those of the tenant's own attributes (§5.1.2).
//!
//! Owns the shape in which they are stored (sealed) and given out. What a value must be like is said by `attribute`; which of them a
//! client may see is decided in `oidc`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Attribute, Timestamp};

/// The standard claims that are texts.
const TEXTS: [&str; 14] = [
    "name",
    "given_name",
    "family_name",
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
    "phone_number",
];

/// What a person told us about themselves; absent values are left out of every answer (OIDC Core §5.3.2).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonClaims {
    /// Full name in displayable form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Given name or first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Surname or last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Casual name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Shorthand name; not unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// URL of the profile page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// URL of the profile picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// URL of a web page or blog.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Gender in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Birthday as `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// Time zone name, as `Europe/Paris`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// Language tag, as `en-US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Phone number, E.164 preferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// When we proved the phone number; `None` gives `phone_number_verified: false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number_verified_at: Option<Timestamp>,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Names of optional attributes that the person was asked for and left empty, so that nobody asks again.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub left_empty: BTreeSet<String>,
    /// Names of claims that the operator wrote; the others are the person's words.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub by_operator: BTreeSet<String>,
    /// Every other claim as it was stored: values of attributes that the tenant has, or had, or has otherwise by now.
    #[serde(flatten)]
    pub own: BTreeMap<String, Value>,
}

impl PersonClaims {
    /// A claim: a standard one that is a text, or one of the tenant's own.
    pub fn value(&self, name: &str) -> Option<Value> {
        match self.standard(name) {
            Some(text) => text.as_deref().filter(|text| !text.is_empty()).map(Value::from),
            None => self.own.get(name).cloned(),
        }
    }

    /// Takes a value from the person, or takes it away. Another phone number is one that nobody has proven.
    pub fn tell(&mut self, name: &str, value: Option<Value>) {
        if name == "phone_number" && self.value(name) != value {
            self.phone_number_verified_at = None;
        }
        self.by_operator.remove(name);
        if value.is_some() {
            self.left_empty.remove(name);
        }
        if let Some(text) = self.standard_mut(name) {
            *text = value.as_ref().and_then(Value::as_str).map(str::to_owned);
        } else if let Some(value) = value {
            self.own.insert(name.to_owned(), value);
        } else {
            self.own.remove(name);
        }
    }

    /// Takes what the person was asked for: a value, or that there is none, so that nobody asks again where that is allowed.
    pub fn answer(&mut self, name: &str, value: Option<Value>) {
        if value.is_none() {
            self.left_empty.insert(name.to_owned());
        }
        self.tell(name, value);
    }

    /// With the claims that `said`, the operator's word, names, and otherwise as they are. A text that is named and empty is taken away, and so is
    /// what the operator said before of the `operators`: attributes, by name, that only they may write.
    #[must_use]
    pub fn overlaid_by(&self, said: &Self, operators: &BTreeSet<String>) -> Self {
        let mut claims = self.clone();
        for name in said.named() {
            let value = said.value(name);
            let is_unmarked = operators.contains(name) && !claims.by_operator.contains(name);
            if claims.value(name) != value || (value.is_some() && is_unmarked) {
                let is_told = value.is_some();
                claims.tell(name, value);
                claims.by_operator.extend(is_told.then(|| name.to_owned()));
            }
        }
        for name in operators.iter().filter(|name| said.value(name).is_none()) {
            if claims.by_operator.contains(name) {
                claims.tell(name, None);
            }
        }
        claims.phone_number_verified_at = said.phone_number_verified_at.or(claims.phone_number_verified_at);
        claims.address = said.address.clone().or(claims.address);
        let empty: Vec<_> = said.left_empty.iter().filter(|name| claims.value(name).is_none()).cloned().collect();
        claims.left_empty.extend(empty);
        claims
    }

    /// Without values of attributes that are not among `attributes`, or do not fit them.
    #[must_use]
    pub fn fitting<'a>(&self, attributes: impl IntoIterator<Item = &'a Attribute>) -> Self {
        let mut fitting =
            Self { own: BTreeMap::new(), left_empty: BTreeSet::new(), by_operator: BTreeSet::new(), ..self.clone() };
        for attribute in attributes {
            fitting.tell(&attribute.name, attribute.value_in(self));
            fitting.left_empty.extend(self.left_empty.get(&attribute.name).cloned());
        }
        fitting
    }

    /// The names of claims that are there, empty texts among them.
    fn named(&self) -> impl Iterator<Item = &str> {
        let is_there = |name: &&str| self.standard(name).is_some_and(Option::is_some);
        TEXTS.into_iter().filter(is_there).chain(self.own.keys().map(String::as_str))
    }

    fn standard(&self, name: &str) -> Option<&Option<String>> {
        Some(match name {
            "name" => &self.name,
            "given_name" => &self.given_name,
            "family_name" => &self.family_name,
            "middle_name" => &self.middle_name,
            "nickname" => &self.nickname,
            "preferred_username" => &self.preferred_username,
            "profile" => &self.profile,
            "picture" => &self.picture,
            "website" => &self.website,
            "gender" => &self.gender,
            "birthdate" => &self.birthdate,
            "zoneinfo" => &self.zoneinfo,
            "locale" => &self.locale,
            "phone_number" => &self.phone_number,
            _ => return None,
        })
    }

    fn standard_mut(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "name" => &mut self.name,
            "given_name" => &mut self.given_name,
            "family_name" => &mut self.family_name,
            "middle_name" => &mut self.middle_name,
            "nickname" => &mut self.nickname,
            "preferred_username" => &mut self.preferred_username,
            "profile" => &mut self.profile,
            "picture" => &mut self.picture,
            "website" => &mut self.website,
            "gender" => &mut self.gender,
            "birthdate" => &mut self.birthdate,
            "zoneinfo" => &mut self.zoneinfo,
            "locale" => &mut self.locale,
            "phone_number" => &mut self.phone_number,
            _ => return None,
        })
    }
}

/// A postal address (OIDC Core §5.1.1).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Address {
    /// The whole address for a label, lines separated by newlines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street, house number, apartment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// State, province, prefecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Zip or postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}
