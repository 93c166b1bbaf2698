//! The text of a resource file into tables whose values know where they stand.
//!
//! Owns which syntax a file has, by its name, and that every document of a file is read. All three become the same tables,
//! so that `document` reads one shape and a mistake has its line in each. DESIGN §1.2.

use std::path::Path;

use serde::de::IgnoredAny;
use toml::de::DeTable;

use super::problem::{Problem, Source};
use super::yaml;

/// How to mend what cannot be read at all.
const MEND: &str = "mend it; no entry of the file was read";

/// What a resource file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// One document a file.
    Toml,
    /// YAML 1.2; documents are divided by `---`.
    Yaml,
    /// Documents follow each other.
    Json,
}

impl Syntax {
    /// The syntax of a file, by the end of its name; `None` for any other name.
    pub(super) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "toml" => Some(Self::Toml),
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Reads every document of a file; spans are bytes of its text.
    ///
    /// # Errors
    /// The first mistake, with its line.
    pub(super) fn documents<'t>(self, source: &Source<'t>) -> Result<Vec<DeTable<'t>>, Problem> {
        match self {
            Self::Toml => match DeTable::parse(source.text) {
                Ok(table) => Ok(vec![table.into_inner()]),
                Err(error) => {
                    let place = source.place(error.span().map_or(0, |span| span.start));
                    Err(place.problem(super::document::one_line(error.message()), MEND))
                }
            },
            Self::Yaml => yaml::documents(source, source.text, 0),
            Self::Json => json(source),
        }
    }
}

/// JSON is YAML, but for its way to write characters beyond U+FFFF; what is no JSON is refused first.
fn json<'t>(source: &Source<'t>) -> Result<Vec<DeTable<'t>>, Problem> {
    let mut documents = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(source.text).into_iter::<IgnoredAny>();
    let mut start = 0;
    while let Some(read) = stream.next() {
        read.map_err(|error| source.line(error.line()).problem(format!("no JSON: {error}"), MEND))?;
        let text = source.text.get(start..stream.byte_offset()).unwrap_or_default();
        let offset = start + text.len() - text.trim_start().len();
        documents.extend(yaml::documents(source, &without_surrogates(text.trim_start()), offset)?);
        start = stream.byte_offset();
    }
    Ok(documents)
}

/// Replaces pairs of escapes such as `\ud83d\ude00` by the character they stand for (RFC 8259 §7).
fn without_surrogates(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let (kept, length) = match surrogate_pair(escape) {
            Some(character) => (Some(character), 12),
            None => (None, escape.char_indices().nth(2).map_or(escape.len(), |(end, _)| end)),
        };
        let (escape, after) = escape.split_at(length);
        match kept {
            Some(character) => plain.push(character),
            None => plain.push_str(escape),
        }
        rest = after;
    }
    plain + rest
}

/// The character of two escapes at the beginning of `text`.
fn surrogate_pair(text: &str) -> Option<char> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let pair = [unit(0)?, unit(6)?];
    let is_pair = (0xd800..0xdc00).contains(&pair[0]);
    char::decode_utf16(pair).next()?.ok().filter(|_| is_pair)
}
