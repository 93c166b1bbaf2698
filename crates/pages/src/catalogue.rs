//! Texts of pages and mails, by language and key.
//!
//! Owns the Fluent catalogues in `locales/*.ftl` and their formatting. Data inside a text is wrapped in
//! first-strong isolates (U+2068, U+2069), so that a name in another script cannot disturb the sentence
//! (Unicode UAX #9 §2.4); texts are therefore never used as addresses or as form values. Which keys exist is
//! checked by tests, not at run time: a missing key shows as `⟦key⟧`.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::escape::without_bidi_controls;
use crate::locale::Locale;

/// The catalogues, in the order of [`Locale::ALL`].
static BUNDLES: LazyLock<[FluentBundle<FluentResource>; Locale::ALL.len()]> = LazyLock::new(|| Locale::ALL.map(bundle));

/// Texts in every language; built once, on first use.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue;

impl Catalogue {
    /// Returns the text of a key that takes no data.
    pub fn text(locale: Locale, key: &str) -> String {
        format(locale, key, &FluentArgs::new())
    }

    /// Returns the text of a key with data put in: pairs of argument name (without `$`) and value.
    ///
    /// Values may be hostile: they are isolated, and bidirectional controls in them are dropped. They are not
    /// escaped for HTML; the template does that.
    pub fn text_with(locale: Locale, key: &str, data: &[(&'static str, &str)]) -> String {
        let mut args = FluentArgs::with_capacity(data.len());
        for (name, value) in data {
            args.set(*name, without_bidi_controls(value));
        }
        format(locale, key, &args)
    }

    /// Returns the text of a key that counts something, in the plural form of the language; the argument is
    /// `$count`.
    pub fn text_count(locale: Locale, key: &str, count: u64) -> String {
        let mut args = FluentArgs::with_capacity(1);
        args.set("count", FluentValue::from(count));
        format(locale, key, &args)
    }
}

/// Returns the Fluent source of a language.
pub(crate) fn source(locale: Locale) -> &'static str {
    match locale {
        Locale::En => include_str!("../locales/en.ftl"),
        Locale::De => include_str!("../locales/de.ftl"),
        Locale::Fr => include_str!("../locales/fr.ftl"),
        Locale::Es => include_str!("../locales/es.ftl"),
        Locale::Ar => include_str!("../locales/ar.ftl"),
    }
}

/// Reads one catalogue. What cannot be read is left out here and fails the catalogue tests.
fn bundle(locale: Locale) -> FluentBundle<FluentResource> {
    let language = locale.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(source(locale).to_owned());
    bundle.add_resource_overriding(resource);
    bundle
}

fn format(locale: Locale, key: &str, args: &FluentArgs<'_>) -> String {
    [locale, Locale::En]
        .into_iter()
        .find_map(|candidate| {
            let (bundle, _) = BUNDLES.iter().zip(Locale::ALL).find(|(_, locale)| *locale == candidate)?;
            let pattern = bundle.get_message(key)?.value()?;
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, Some(args), &mut errors);
            errors.is_empty().then(|| text.into_owned())
        })
        .unwrap_or_else(|| format!("⟦{key}⟧"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_in_a_text_is_isolated() {
        let text = Catalogue::text_with(Locale::En, "to-continue-to", &[("client", "دار")]);

        assert!(text.contains("\u{2068}دار\u{2069}"), "{text:?}");
    }

    /// S-012: an override inside a name would otherwise turn the rest of the sentence around.
    #[test]
    fn data_cannot_leave_its_isolate() {
        let text = Catalogue::text_with(Locale::En, "to-continue-to", &[("client", "a\u{2069}\u{202e}b")]);

        assert!(text.contains("\u{2068}ab\u{2069}"), "{text:?}");
        assert!(!text.contains('\u{202e}'));
    }

    #[test]
    fn counts_take_the_plural_form_of_the_language() {
        let form = |locale, count| Catalogue::text_count(locale, "wait-minutes", count);

        assert!(form(Locale::En, 1).contains("minute."), "{}", form(Locale::En, 1));
        assert!(form(Locale::En, 2).contains("minutes."));
        assert!(form(Locale::De, 1).contains("Minute "));
        assert!(form(Locale::De, 2).contains("Minuten "));
        assert!(form(Locale::Ar, 2).contains("دقيقتين"));
        assert!(form(Locale::Ar, 5).contains("دقائق"));
        assert!(form(Locale::Ar, 11).contains("دقيقة"));
    }

    #[test]
    fn a_key_that_does_not_exist_is_visible_and_harmless() {
        assert_eq!(Catalogue::text(Locale::De, "no-such-key"), "⟦no-such-key⟧");
    }
}
