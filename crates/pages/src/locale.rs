//! The languages that pages and mails are written in.
//!
//! Owns the list, the BCP 47 tags and the writing direction. Which language a request gets (`ui_locales`,
//! `Accept-Language`, a cookie) is decided by the HTTP crates; the texts are in [`crate::Catalogue`].

/// A language with a complete catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// English, also the language of last resort.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Arabic, written from right to left.
    Ar,
}

/// Direction of a language's script, as the value of the `dir` attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `ltr`
    LeftToRight,
    /// `rtl`
    RightToLeft,
}

impl Direction {
    /// Returns the value for the HTML `dir` attribute: `ltr` or `rtl`.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

impl Locale {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::En, Self::De, Self::Fr, Self::Es, Self::Ar];

    /// Returns the BCP 47 tag: `en`, `de`, `fr`, `es` or `ar`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::Ar => "ar",
        }
    }

    /// Returns the language's name in the language itself, for a language list.
    pub fn endonym(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::Es => "Español",
            Self::Ar => "العربية",
        }
    }

    /// Returns the direction in which the language is written.
    pub fn direction(self) -> Direction {
        match self {
            Self::En | Self::De | Self::Fr | Self::Es => Direction::LeftToRight,
            Self::Ar => Direction::RightToLeft,
        }
    }

    /// Finds the language of a BCP 47 tag by its primary subtag, in any case: `de-AT` is German.
    ///
    /// `None` means that there is no catalogue for it. OpenID Connect Core §3.1.2.1 (`ui_locales`).
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(primary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_matched_by_its_primary_subtag_in_any_case() {
        assert_eq!(Locale::parse("de-AT"), Some(Locale::De));
        assert_eq!(Locale::parse("AR"), Some(Locale::Ar));
        assert_eq!(Locale::parse("en_GB"), Some(Locale::En));
    }

    #[test]
    fn an_unknown_or_malformed_tag_has_no_locale() {
        for tag in ["", "-", "sv", "english", "\"><script>"] {
            assert_eq!(Locale::parse(tag), None, "{tag}");
        }
    }

    #[test]
    fn only_arabic_is_written_from_right_to_left() {
        for locale in Locale::ALL {
            assert_eq!(locale.direction().attribute() == "rtl", locale == Locale::Ar, "{}", locale.tag());
        }
    }
}
