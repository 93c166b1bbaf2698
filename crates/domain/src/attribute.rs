//! Attributes: what a tenant wants to know about people beyond their name and address, and what a value must be like.
//!
//! Owns the schema, how typed and stored values are measured by it, and where people are asked. A value that does not fit counts as
//! none, so a schema can change at any time. Leaves values to [`PersonClaims`], and the page that asks to `journey`. OIDC Core §5.1, §5.1.2.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::invisible::is_invisible;
use crate::scope_meaning::text_in;
use crate::terms::holds_at;
use crate::{Client, ClientId, PersonClaims, PhoneNumber};

/// How long a text may be that says nothing of it, in characters.
const TEXT_CHARS: u16 = 200;
/// The largest integer, either way: every reader of JSON holds it exactly (RFC 8259 §6).
const MAX_INTEGER: u64 = (1 << 53) - 1;
/// The year of a birthday whose year is not told.
const NO_YEAR: &str = "0000";
/// How long the name of an attribute may be.
const MAX_NAME_BYTES: usize = 40;

/// The standard claims that can be attributes, in the order in which they are asked for (OIDC Core §5.1).
const STANDARD: [&str; 10] = [
    "given_name",
    "middle_name",
    "family_name",
    "nickname",
    "preferred_username",
    "gender",
    "birthdate",
    "phone_number",
    "zoneinfo",
    "locale",
];

/// Standard claims that people change without anybody having declared them.
const BUILT_IN: [&str; 3] = ["given_name", "family_name", "nickname"];

/// Names that mean something else in a token, in userinfo or in our own store: those that are registered for JWTs (RFC 7519 §10.1), as far as
/// an attribute could have them, and ours.
const TAKEN: &str = "\
    ace_profile acr act active address also_known_as amr at_hash at_use_nbr atc ath attest aud auth_time \
    authority_hints authorization_details azp birth_family_name birth_given_name birth_middle_name bootcount \
    bootseed by_operator c_hash cdnicrit cdniets cdniip cdnistd cdnistt cdniuc cdniv client_id cnf cnonce crn \
    dbgstat dest div dloas eat_nonce eat_profile email email_verified entitlements error error_description events \
    exi exp geohash groups htm htu hwmodel hwversion iat intuse iss jcard jti jwks left_empty location manifests \
    may_act measres measurements metadata metadata_policy mky msgi msisdn name nationalities nbf nonce oemboot oemid \
    opt org_id orig origid permissions phone_number_verified phone_number_verified_at picture place_of_birth profile \
    rcd rcdi rdap_allowed_purposes rdap_dnt_allowed rdap_metadata roles rph s_hash salutation scope sd_hash sid \
    sig_val_claims sph status sub sub_id sub_jwk submods sueids swname swversion title toe token_introspection \
    token_type trust_marks ttl txn ueid updated_at uptime username vc verified_claims vot vp vtm website";

/// An attribute of the people of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its name, which is that of the claim.
    pub name: String,
    /// What a value is.
    #[serde(rename = "type")]
    pub kind: AttributeType,
    /// How many characters a text may have; 200 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u16>,
    /// What can be chosen, in the order in which it is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// What it is called and why it is asked for, by language tag (BCP 47). A standard claim has a name of ours where there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, AttributeText>,
    /// Who may change it.
    #[serde(default, skip_serializing_if = "Editor::is_person")]
    pub editable_by: Editor,
    /// Who is asked for it on the way to a client.
    #[serde(default, skip_serializing_if = "Asked::is_never")]
    pub asked: Asked,
    /// Whether it may be left empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Whether it is proven by a code in a text message once it is told: only a telephone number can be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
    /// The scope that releases a claim of the tenant's own; without one no client is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// What the value of an attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeType {
    /// A line of text. As `phone_number`: a number with its country code.
    Text,
    /// A whole number whose JSON form every reader holds exactly.
    Integer,
    /// Yes or no.
    Boolean,
    /// A day, `YYYY-MM-DD`. As `birthdate` also `0000-MM-DD`, where the year is not told, and `YYYY` alone (OIDC Core §5.1).
    Date,
    /// One of the values that are listed.
    Choice,
}

/// A value that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The value of the claim.
    pub value: String,
    /// What it is called, by language tag.
    pub texts: BTreeMap<String, String>,
}

/// What an attribute is called, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeText {
    /// What stands at the field.
    pub label: String,
    /// Why it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

/// Who may change an attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Editor {
    /// The person.
    #[default]
    Person,
    /// The operator alone; the person sees it.
    Operator,
}

/// Who is asked for an attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// Nobody: it can be told on the account page.
    #[default]
    Never,
    /// Whoever signs in to any client and has not told it, so everybody after registration.
    Everybody,
    /// Whoever signs in to one of these and has not told it.
    Clients(Vec<ClientId>),
}

/// Why a value is none of an attribute's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Nothing is there.
    Missing,
    /// It has more characters than this.
    TooLong {
        /// The most.
        maximum: u16,
    },
    /// It is no single line of text, or has characters that nobody sees.
    NotALine,
    /// It is no telephone number with its country code.
    NotAPhoneNumber,
    /// It is no whole number, or a very large one.
    NotAnInteger,
    /// It is no day of the calendar.
    NotADate,
    /// It is none of those that can be chosen.
    NotAChoice,
}

impl Attribute {
    /// Standard claims that people change on their account page, as attributes, but for those that `declared` says something else of.
    pub fn built_in(declared: &[impl AsRef<Self>]) -> impl Iterator<Item = Self> {
        let is_undeclared = |name: &&str| !declared.iter().any(|one| one.as_ref().name == **name);
        BUILT_IN.into_iter().filter(is_undeclared).map(|name| Self {
            name: name.to_owned(),
            kind: AttributeType::Text,
            max_length: None,
            choices: Vec::new(),
            texts: BTreeMap::new(),
            editable_by: Editor::Person,
            asked: Asked::Never,
            optional: true,
            confirmed: false,
            scope: None,
        })
    }

    /// Whether `name` can be that of an attribute: a standard claim that people tell, or a name of the tenant's own of 1 to 40 small
    /// letters, digits and underscores, a letter first, that means nothing else.
    pub fn is_name(name: &str) -> bool {
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        (1..=MAX_NAME_BYTES).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(is_part)
            && !TAKEN.split(' ').any(|taken| taken == name)
    }

    /// Whether it is a claim of OpenID Connect's.
    pub fn is_standard(&self) -> bool {
        STANDARD.contains(&self.name.as_str())
    }

    /// What attributes are sorted by where they are shown: the usual order of standard claims, then names.
    pub fn order(&self) -> (usize, &str) {
        (STANDARD.iter().position(|name| *name == self.name).unwrap_or(STANDARD.len()), &self.name)
    }

    /// Whether whoever signs in at `client` is asked for it.
    pub fn is_asked_at(&self, client: &Client) -> bool {
        self.editable_by == Editor::Person
            && match &self.asked {
                Asked::Never => false,
                Asked::Everybody => holds_at(&[], client),
                Asked::Clients(named) => !named.is_empty() && holds_at(named, client),
            }
    }

    /// The text for a page in `language`, as that of [`crate::Terms::text_in`]; `None` where there is none.
    pub fn text_in(&self, language: &str) -> Option<&AttributeText> {
        text_in(&self.texts, language).or_else(|| self.texts.values().next())
    }

    /// How many characters a text may have.
    pub fn max_chars(&self) -> u16 {
        self.max_length.unwrap_or(TEXT_CHARS)
    }

    /// What `claims` hold of it, when it fits, and its editor wrote it: of an attribute that only the operator may write, the words of the person,
    /// from a time when they might, are no value.
    pub fn value_in(&self, claims: &PersonClaims) -> Option<Value> {
        let is_of_editor = self.editable_by == Editor::Person || claims.by_operator.contains(&self.name);
        claims.value(&self.name).filter(|value| is_of_editor && self.admits(value))
    }

    /// Whether the person with `claims` has yet to tell it, or to leave it empty where that is allowed.
    pub fn is_due(&self, claims: &PersonClaims) -> bool {
        let is_answered = self.optional && claims.left_empty.contains(&self.name);
        !is_answered && self.value_in(claims).is_none()
    }

    /// The number that the person with `claims` has told and has yet to prove by a code; `None` where none need be.
    pub fn number_to_confirm(&self, claims: &PersonClaims) -> Option<PhoneNumber> {
        let is_open = self.confirmed && claims.phone_number_verified_at.is_none();
        let told = self.value_in(claims).filter(|_| is_open)?;
        PhoneNumber::parse(told.as_str()?)
    }

    /// Whether a text is a day of a year from 0001 on, which is what a date field of HTML can hold.
    pub fn is_day(text: &str) -> bool {
        is_date(text) && !text.starts_with(NO_YEAR)
    }

    /// Whether a value is one of it.
    pub fn admits(&self, value: &Value) -> bool {
        self.read(&Self::written(value)).is_ok_and(|read| read == *value)
    }

    /// A value as a form has it: a text as it is, the others as in JSON.
    pub fn written(value: &Value) -> String {
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }

    /// The value that was typed into a form; `None` where nothing was and nothing need be.
    ///
    /// # Errors
    /// Why it is none of this attribute's; `Missing` for nothing unless it is optional.
    pub fn answer(&self, typed: &str) -> Result<Option<Value>, Misfit> {
        match self.read(typed.trim()) {
            Err(Misfit::Missing) if self.optional => Ok(None),
            read => read.map(Some),
        }
    }

    fn read(&self, text: &str) -> Result<Value, Misfit> {
        if text.trim().is_empty() {
            return Err(Misfit::Missing);
        }
        match self.kind {
            AttributeType::Text => self.read_line(text),
            AttributeType::Integer => {
                let number: Option<i64> = text.parse().ok().filter(|number: &i64| number.unsigned_abs() <= MAX_INTEGER);
                number.map(Value::from).ok_or(Misfit::NotAnInteger)
            }
            AttributeType::Boolean => match text {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(Misfit::NotAChoice),
            },
            AttributeType::Date if Self::is_day(text) => Ok(text.into()),
            AttributeType::Date if self.name == "birthdate" && is_part_of_a_day(text) => Ok(text.into()),
            AttributeType::Date => Err(Misfit::NotADate),
            AttributeType::Choice if self.choices.iter().any(|choice| choice.value == text) => Ok(text.into()),
            AttributeType::Choice => Err(Misfit::NotAChoice),
        }
    }

    fn read_line(&self, text: &str) -> Result<Value, Misfit> {
        let maximum = self.max_chars();
        if text.chars().any(is_invisible) {
            return Err(Misfit::NotALine);
        }
        if text.chars().count() > usize::from(maximum) {
            return Err(Misfit::TooLong { maximum });
        }
        if self.name == "phone_number" && PhoneNumber::parse(text).is_none() {
            return Err(Misfit::NotAPhoneNumber);
        }
        Ok(text.into())
    }
}

impl Choice {
    /// What it is called on a page in `language`.
    pub fn text_in(&self, language: &str) -> &str {
        text_in(&self.texts, language).or_else(|| self.texts.values().next()).unwrap_or(&self.value)
    }
}

impl Editor {
    /// Whether the person may change it. By reference, as serde asks.
    fn is_person(&self) -> bool {
        *self == Self::Person
    }
}

impl Asked {
    fn is_never(&self) -> bool {
        *self == Self::Never
    }
}

/// A day as `YYYY-MM-DD` (RFC 3339 §5.6 `full-date`), in any year of four digits.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |digits: &str, length: usize| {
        let is_number = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<u16>().ok()).flatten()
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// A day without its year, or a year alone.
fn is_part_of_a_day(text: &str) -> bool {
    let is_year = text.len() == NO_YEAR.len() && text.bytes().all(|byte| byte.is_ascii_digit()) && text != NO_YEAR;
    is_year || (text.starts_with(NO_YEAR) && is_date(text))
}

#[cfg(test)]
#[path = "attribute_tests.rs"]
mod tests;
