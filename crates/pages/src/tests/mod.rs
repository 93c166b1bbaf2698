//! Rules that hold for all pages and mails, checked over every sample in every language.

mod catalogues;
mod contrast;
mod hostile;
mod mails;
mod markup;
mod structure;

use crate::Locale;
use crate::samples::{self, Words};

/// Returns every sample page as (locale, name, HTML).
fn rendered(words: &Words) -> Vec<(Locale, &'static str, String)> {
    Locale::ALL
        .into_iter()
        .flat_map(|locale| {
            samples::pages(&samples::frame(locale, words), words)
                .into_iter()
                .map(move |(name, page)| (locale, name, page.unwrap()))
        })
        .collect()
}
