//! About where somebody was, in words.

use crate::{Catalogue, Locale};

/// A country, a city, or both; nothing when it is not known.
#[derive(Debug, Clone, Default)]
pub struct Whereabouts {
    /// Two capital letters (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// A name.
    pub city: Option<String>,
}

impl Whereabouts {
    /// "near Hamburg, DE", or the country alone; `None` when nothing is known.
    pub(crate) fn in_words(&self, locale: Locale) -> Option<String> {
        let Some(city) = &self.city else { return self.country.clone() };
        let named: Vec<&str> = [Some(city), self.country.as_ref()].into_iter().flatten().map(String::as_str).collect();
        Some(Catalogue::text_with(locale, "place-near", &[("place", &named.join(", "))]))
    }
}
