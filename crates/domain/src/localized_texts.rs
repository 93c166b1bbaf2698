//! Texts of a client in several languages: `client_name#de` beside `client_name`.
//!
//! Owns which members may carry a language tag, and choosing one for a page. RFC 7591 §2.2, OIDC Registration §2.1.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Serialize, Serializer};

/// The members that people read, or that lead people somewhere.
const LOCALIZABLE: [&str; 5] = ["client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri"];
/// How long a language tag may be (RFC 5646 §4.4.1).
const MAX_TAG_BYTES: usize = 35;

/// The members of a client that carry a language tag, and the names of members nobody knows.
///
/// A file that holds an unknown name is wrong; of a client that registers itself the name is ignored (RFC 7591 §2). So
/// names are kept for whoever reads the metadata, and never written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalizedTexts {
    texts: BTreeMap<String, String>,
    unknown: Vec<String>,
}

impl LocalizedTexts {
    /// The value of `member` for a page in `language`: under the same tag, else under its primary language.
    pub fn text(&self, member: &str, language: &str) -> Option<&str> {
        let primary = language.split('-').next().unwrap_or(language);
        let tagged = |tag: &str| {
            let of_member =
                |name: &str| name.split_once('#').is_some_and(|(known, own)| known == member && same(own, tag));
            self.texts.iter().find(|(name, _)| of_member(name)).map(|(_, text)| text.as_str())
        };
        tagged(language).or_else(|| tagged(primary))
    }

    /// Every member with its tag, such as `client_name#de`, and its text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// A member of the metadata that nobody knows.
    pub fn unknown(&self) -> Option<&str> {
        self.unknown.first().map(String::as_str)
    }

    /// Forgets members that nobody knows.
    pub fn ignore_unknown(&mut self) {
        self.unknown.clear();
    }
}

/// Tags have no case (RFC 5646 §2.1.1).
fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn is_localized(name: &str) -> bool {
    let is_tag = |tag: &str| {
        tag.len() <= MAX_TAG_BYTES
            && tag
                .split('-')
                .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    name.split_once('#').is_some_and(|(member, tag)| LOCALIZABLE.contains(&member) && is_tag(tag))
}

impl Serialize for LocalizedTexts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.texts.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LocalizedTexts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = LocalizedTexts;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("texts by member and language")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<LocalizedTexts, A::Error> {
        let mut read = LocalizedTexts::default();
        while let Some(name) = access.next_key::<String>()? {
            if !is_localized(&name) {
                access.next_value::<IgnoredAny>()?;
                read.unknown.push(name);
            } else if let Some(twice) = read.texts.keys().find(|known| same(known, &name)) {
                return Err(A::Error::custom(format!("{twice} is given twice")));
            } else {
                let text = access.next_value()?;
                read.texts.insert(name, text);
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> LocalizedTexts {
        serde_json::from_str(json).unwrap()
    }

    /// DR-13: the page's language, else its primary language; tags have no case.
    #[test]
    fn a_text_is_found_by_language() {
        let texts =
            read(r#"{"client_name#de":"Netz","client_name#pt-BR":"Rede","tos_uri#de":"https://rp.example/de"}"#);

        assert_eq!(texts.text("client_name", "de"), Some("Netz"));
        assert_eq!(texts.text("client_name", "DE-AT"), Some("Netz"));
        assert_eq!(texts.text("client_name", "pt-br"), Some("Rede"));
        assert_eq!(texts.text("client_name", "pt"), None);
        assert_eq!(texts.text("policy_uri", "de"), None);
    }

    /// RFC 7591 §2: a member nobody knows is not kept; only its name is told.
    #[test]
    fn members_nobody_knows_are_told_by_name_and_never_written() {
        for name in ["trusted", "redirect_uris#de", "client_name#", "client_name#a b", "client_name#-", "#de"] {
            let texts = read(&format!(r#"{{"{name}":{{"deep":[1]}}}}"#));

            assert_eq!(texts.unknown(), Some(name));
            assert_eq!(serde_json::to_string(&texts).unwrap(), "{}");
        }
    }

    #[test]
    fn the_same_tag_twice_is_refused() {
        assert!(serde_json::from_str::<LocalizedTexts>(r#"{"client_name#de":"a","client_name#DE":"b"}"#).is_err());
        assert!(serde_json::from_str::<LocalizedTexts>(r#"{"client_name#de":1}"#).is_err());
    }
}
