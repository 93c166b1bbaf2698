//! The settings file as a layer: every value with the line it stands at.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::layers::{Given, Origin, Raw};

/// Reads the file at `path`; mistakes go to `mistakes`. `None` when it cannot be read or is not TOML.
pub(super) fn read(path: &Path, mistakes: &mut Vec<String>) -> Option<Vec<(String, Given)>> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text, &name, mistakes),
        Err(error) => {
            mistakes.push(format!("{name}: cannot be read: {error}; name the settings file with --config"));
            None
        }
    }
}

fn parse(text: &str, path: &str, mistakes: &mut Vec<String>) -> Option<Vec<(String, Given)>> {
    let mut reading = Reading { text, path, given: Vec::new(), mistakes };
    match DeTable::parse(text) {
        Ok(table) => {
            reading.table("", table.get_ref());
            Some(reading.given)
        }
        Err(error) => {
            let origin = reading.origin(error.span().map_or(0, |span| span.start));
            let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
            reading.mistakes.push(format!("{origin}: {message}; mend the TOML"));
            None
        }
    }
}

struct Reading<'a> {
    text: &'a str,
    path: &'a str,
    given: Vec<(String, Given)>,
    mistakes: &'a mut Vec<String>,
}

impl Reading<'_> {
    fn origin(&self, offset: usize) -> Origin {
        let before = self.text.as_bytes().iter().take(offset);
        Origin::File { path: self.path.to_owned(), line: 1 + before.filter(|&&byte| byte == b'\n').count() }
    }

    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let full =
                if prefix.is_empty() { name.get_ref().to_string() } else { format!("{prefix}.{}", name.get_ref()) };
            let origin = self.origin(name.span().start);
            match value.get_ref() {
                DeValue::Table(inner) => self.table(&full, inner),
                other => match raw(other) {
                    Some(raw) => self.given.push((full, Given { raw, origin })),
                    None => self.mistakes.push(format!(
                        "{origin}: {full} is a {}; give a text, a whole number, true, false, or a list of texts",
                        other.type_str()
                    )),
                },
            }
        }
    }
}

fn raw(value: &DeValue<'_>) -> Option<Raw> {
    match value {
        DeValue::String(text) => Some(Raw::Text(text.to_string())),
        DeValue::Boolean(flag) => Some(Raw::Flag(*flag)),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(Raw::Integer),
        DeValue::Array(entries) => {
            let texts = entries.iter().map(|entry| entry.get_ref().as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().map(Raw::List)
        }
        DeValue::Table(_) | DeValue::Float(_) | DeValue::Datetime(_) => None,
    }
}
