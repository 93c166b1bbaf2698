//! The code blocks of `docs/gateways`, read from the pages, so that a test fails when a recipe rots.

use std::{
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

/// A code block with the reader's own names in it.
pub(crate) struct Recipe {
    text: String,
    place: String,
}

impl Recipe {
    /// Reads the first code block in `language` below the headings `path`, outermost first, of a page.
    ///
    /// Panics when the page has none.
    pub(crate) fn read(page: &str, path: &[&str], language: &str) -> Self {
        let place = format!("{page} {path:?} {language}");
        let text = fs::read_to_string(folder().join(page)).unwrap_or_else(|error| panic!("{place}: {error}"));
        let mut rest = text.as_str();
        for title in path {
            let (_, below) =
                rest.split_once(&format!("# {title}\n")).unwrap_or_else(|| panic!("{place}: no {title:?}"));
            rest = below;
        }
        let opening = format!("\n```{language}\n");
        let (_, block) = rest.split_once(&opening).unwrap_or_else(|| panic!("{place}: no such block"));
        let (block, _) = block.split_once("```").unwrap_or_else(|| panic!("{place}: the block does not end"));
        Self { text: block.to_owned(), place }
    }

    /// Puts `ours` where the page says `theirs`.
    ///
    /// Panics when the page does not say it: the test and the page have parted.
    pub(crate) fn with(mut self, theirs: &str, ours: impl Display) -> Self {
        assert!(self.text.contains(theirs), "{}: says nowhere {theirs:?}", self.place);
        self.text = self.text.replace(theirs, &ours.to_string());
        self
    }

    /// As [`Recipe::with`], with the name of a file.
    pub(crate) fn with_file(self, theirs: &str, ours: &Path) -> Self {
        self.with(theirs, ours.display())
    }

    /// Returns the block.
    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/gateways")
}
