//! What a scope means, in words for the person who is asked to agree to it.
//!
//! Owns the texts and which language is shown. Leaves which scopes there are to resource servers, and the words of OpenID
//! Connect's own scopes to the catalogues of `pages`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The language of last resort, as on our pages.
const LAST_RESORT: &str = "en";

/// A scope of a resource server, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeMeaning {
    /// The scope token (RFC 6749 §3.3).
    pub name: String,
    /// Its texts by language tag (BCP 47).
    pub texts: BTreeMap<String, ScopeText>,
}

/// What a scope means, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeText {
    /// What is allowed, in a few words.
    pub title: String,
    /// What that means for the person; `None` shows the title alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl ScopeMeaning {
    /// The text for a page in `language`: of that tag, else of any tag of the same primary language, else in English.
    /// `None` leaves only the bare name.
    pub fn text_in(&self, language: &str) -> Option<&ScopeText> {
        text_in(&self.texts, language)
    }
}

/// As [`ScopeMeaning::text_in`], of any texts by language tag.
pub(crate) fn text_in<'t, T>(texts: &'t BTreeMap<String, T>, language: &str) -> Option<&'t T> {
    tagged_text_in(texts, language).map(|(_, text)| text)
}

/// The same with the tag of the text that was found.
pub(crate) fn tagged_text_in<'t, T>(texts: &'t BTreeMap<String, T>, language: &str) -> Option<(&'t str, &'t T)> {
    let is_tag = |wanted: &str| texts.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(wanted));
    let is_language = |wanted: &str| {
        let wanted = primary(wanted);
        texts.iter().find(|(tag, _)| primary(tag).eq_ignore_ascii_case(wanted))
    };
    let found = is_tag(language).or_else(|| is_language(language)).or_else(|| is_language(LAST_RESORT));
    found.map(|(tag, text)| (tag.as_str(), text))
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(tags: &[&str]) -> ScopeMeaning {
        let text = |tag: &&str| ((*tag).to_owned(), ScopeText { title: format!("in {tag}"), description: None });
        ScopeMeaning { name: "orders.read".to_owned(), texts: tags.iter().map(text).collect() }
    }

    fn shown<'a>(meaning: &'a ScopeMeaning, language: &str) -> Option<&'a str> {
        meaning.text_in(language).map(|text| text.title.as_str())
    }

    #[test]
    fn the_most_exact_language_is_shown() {
        let meaning = meaning(&["de", "de-AT", "en"]);

        assert_eq!(shown(&meaning, "de-at"), Some("in de-AT"));
        assert_eq!(shown(&meaning, "de-CH"), Some("in de"));
    }

    #[test]
    fn a_language_without_a_text_is_shown_in_english_or_not_at_all() {
        assert_eq!(shown(&meaning(&["de", "en-GB"]), "ar"), Some("in en-GB"));
        assert_eq!(shown(&meaning(&["de"]), "ar"), None);
    }

    #[test]
    fn a_language_whose_tag_begins_alike_is_another_language() {
        assert_eq!(shown(&meaning(&["den"]), "de"), None);
    }
}
