//! How a tenant, or a client, presents itself to people: as data, never as markup.
//!
//! Owns what there is to say and in which language it is shown. Leaves what may stand in a file to `issuer`, and what colours
//! become, so that they can be read, to `pages`. docs/branding.md.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::scope_meaning::tagged_text_in;
use crate::{Picture, TermsText};

/// A text by language tag (BCP 47).
pub type Texts = BTreeMap<String, String>;

/// How a tenant presents itself, on pages and in mails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Branding {
    /// The colour of buttons, from which that of links and of quiet grounds is derived; absent: ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Shown beside the name, on light grounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Picture>,
    /// Shown on dark grounds; absent: the other one, on a light plate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_dark: Option<Picture>,
    /// Shown by browsers in tabs and bookmarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Picture>,
    /// Said to whoever signs in or registers.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub greeting: Texts,
    /// Where people find help, at the foot of every page and mail.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub help: Texts,
    /// Who sends mails, at their foot: what the law of some countries wants said.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub mail_footer: Texts,
    /// Pages elsewhere, at the foot of every page and mail, by language tag: an imprint, a privacy policy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<BTreeMap<String, TermsText>>,
}

/// How a client presents itself where people are on their way to it, over what its tenant says. Its name, logo and links are those
/// of RFC 7591 §2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientBranding {
    /// As the tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// As the tenant's.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub greeting: Texts,
    /// As the tenant's.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub help: Texts,
}

impl Branding {
    /// Whether there is nothing of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The text for a page in `language` with its own tag: of that tag, else of any tag of the same primary language, else in English, else
/// in the first language there is. `None` only when there is no text.
pub fn some_text_in<'t, T>(texts: &'t BTreeMap<String, T>, language: &str) -> Option<(&'t str, &'t T)> {
    let first = || texts.iter().next().map(|(tag, text)| (tag.as_str(), text));
    tagged_text_in(texts, language).or_else(first)
}

/// A colour of sRGB. As text: `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color(pub [u8; 3]);

impl Color {
    /// Reads six hexadecimal digits, in any case, without the `#`.
    pub fn of_hex(digits: &str) -> Option<Self> {
        let is_hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?.to_be_bytes();
        Some(Self([red, green, blue]))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Color {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.strip_prefix('#').and_then(Self::of_hex).ok_or("a color is # and six hexadecimal digits")
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_is_six_hexadecimal_digits() {
        assert_eq!(Color::try_from("#0D5c6d".to_owned()).map(|color| color.to_string()), Ok("#0d5c6d".to_owned()));
        for wrong in ["", "#", "0d5c6d", "#0d5c6", "#0d5c6dd", "#0d5c6g", "#+d5c6d", "#0d5c6é", "petrol", "#fff"] {
            assert!(Color::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    /// Whoever says something in one language says it to everybody.
    #[test]
    fn some_language_is_always_shown() {
        let texts = |tags: &[&str]| tags.iter().map(|tag| ((*tag).to_owned(), format!("in {tag}"))).collect::<Texts>();

        let shown = |tags: &[&str], language| some_text_in(&texts(tags), language).map(|(tag, _)| tag.to_owned());
        assert_eq!(shown(&["de", "en"], "de-AT").as_deref(), Some("de"));
        assert_eq!(shown(&["de", "en"], "ar").as_deref(), Some("en"));
        assert_eq!(shown(&["fr"], "ar").as_deref(), Some("fr"));
        assert_eq!(shown(&[], "en"), None);
    }
}
