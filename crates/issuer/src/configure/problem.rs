//! What is wrong in a resource file, where, and how to mend it.
//!
//! Owns the one-line form an operator reads. Never holds a secret, not even a wrong one.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A line of a resource file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as it was named, or a word for what is built in.
    pub file: Arc<str>,
    /// The line, from 1; 0 where there are no lines.
    pub line: usize,
}

/// The text of a resource file.
pub(super) struct Source<'t> {
    /// The file as it was named.
    pub(super) file: Arc<str>,
    /// All of it.
    pub(super) text: &'t str,
}

/// Where a resource was declared, and where each of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    place: Place,
    fields: BTreeMap<String, usize>,
}

/// One mistake of an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

impl Place {
    pub(super) fn new(file: &Arc<str>, line: usize) -> Self {
        Self { file: Arc::clone(file), line }
    }

    pub(super) fn problem(&self, what: impl Into<String>, mend: impl Into<String>) -> Problem {
        Problem { place: self.clone(), what: what.into(), mend: mend.into() }
    }
}

impl Source<'_> {
    /// The place of a byte.
    pub(super) fn place(&self, offset: usize) -> Place {
        self.line(self.line_of(offset))
    }

    /// The place of a line, from 1.
    pub(super) fn line(&self, line: usize) -> Place {
        Place::new(&self.file, line)
    }

    /// The line of a byte.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|&&byte| byte == b'\n').count()
    }

    /// The first byte of a line; that of the end when there are fewer lines.
    pub(super) fn start_of_line(&self, line: usize) -> usize {
        let mut breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        match line {
            0 | 1 => 0,
            _ => breaks.nth(line - 2).unwrap_or(self.text.len()),
        }
    }
}

impl Origin {
    /// The origin of what no file declares.
    pub fn built_in(what: &str) -> Self {
        Self { place: Place { file: what.into(), line: 0 }, fields: BTreeMap::new() }
    }

    pub(super) fn new(place: Place, fields: BTreeMap<String, usize>) -> Self {
        Self { place, fields }
    }

    /// Where the resource begins.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Where `field` stands; the beginning of the resource when it is not there.
    pub fn place_of(&self, field: &str) -> Place {
        let line = self.fields.get(field).copied().unwrap_or(self.place.line);
        Place::new(&self.place.file, line)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.what, self.mend)
    }
}
