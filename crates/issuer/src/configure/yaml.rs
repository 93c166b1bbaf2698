//! YAML into tables whose values know their line.
//!
//! Owns what YAML is read for: mappings with text keys, lists, texts, whole numbers, decimals, `true` and `false` as the
//! core schema has them (YAML 1.2.2 §10.3): `no` and `2024-01-01` are texts. Tags and aliases are refused: a resource file
//! says what it means where it means it, and no few lines of it grow into gigabytes. Leaves the grammar to the parser.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::problem::{Place, Problem, Source};

/// How deep lists and mappings may be inside each other; ours are four deep.
const MAX_DEPTH: usize = 32;
/// How to mend what cannot be read at all.
const MEND: &str = "mend it; no entry of the file was read";

/// Reads every document of `text`, which begins `offset` bytes into the file.
///
/// # Errors
/// The first mistake, with its line.
pub(super) fn documents<'t>(source: &Source<'t>, text: &str, offset: usize) -> Result<Vec<DeTable<'t>>, Problem> {
    let first_line = source.line_of(offset);
    let mut reading = Reading { source, first_line, parser: Parser::new_from_str(text) };
    let mut documents = Vec::new();
    loop {
        let (event, span) = reading.next()?;
        match event {
            Event::StreamEnd => return Ok(documents),
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            // A document with nothing in it, such as one after a last `---`.
            Event::Scalar(text, ScalarStyle::Plain, _, None) if is_null(&text) => {}
            Event::MappingStart(_, None) => documents.push(reading.mapping(0)?),
            _ => {
                let mend = "begin with the name of a list, such as clients:";
                return Err(reading.place(&span).problem("a document is a mapping of lists", mend));
            }
        }
    }
}

struct Reading<'a, 't, 'y> {
    source: &'a Source<'t>,
    first_line: usize,
    parser: Parser<'y, StrInput<'y>>,
}

impl<'t, 'y> Reading<'_, 't, 'y> {
    fn next(&mut self) -> Result<(Event<'y>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Err(self.source.line(self.first_line).problem("the YAML ends unexpectedly", MEND)),
        }
    }

    fn syntax(&self, error: &ScanError) -> Problem {
        let line = self.first_line + error.marker().line().saturating_sub(1);
        self.source.line(line).problem(error.info(), MEND)
    }

    fn place(&self, span: &Span) -> Place {
        self.source.line(self.line(span))
    }

    fn line(&self, span: &Span) -> usize {
        self.first_line + span.start.line().saturating_sub(1)
    }

    /// A value at the beginning of its line: tables know bytes, and only the line is ever told.
    fn spanned<T>(&self, span: &Span, value: T) -> Spanned<T> {
        let start = self.source.start_of_line(self.line(span));
        Spanned::new(start..start, value)
    }

    /// Reads the rest of a mapping whose start was read.
    fn mapping(&mut self, depth: usize) -> Result<DeTable<'t>, Problem> {
        let mut table = DeTable::new();
        loop {
            let (event, span) = self.next()?;
            let name = match event {
                Event::MappingEnd => return Ok(table),
                Event::Scalar(name, _, _, None) => name.into_owned(),
                _ => return Err(self.place(&span).problem("a name is no text", "write NAME: VALUE")),
            };
            if table.contains_key(name.as_str()) {
                return Err(self.place(&span).problem(format!("{name} is given twice"), "give it once"));
            }
            let value = self.value(&name, depth + 1)?;
            table.insert(self.spanned(&span, Cow::Owned(name)), value);
        }
    }

    /// Reads the next value, that of `name` or of a list called so.
    fn value(&mut self, name: &str, depth: usize) -> Result<Spanned<DeValue<'t>>, Problem> {
        let (event, span) = self.next()?;
        self.value_of(event, &span, name, depth)
    }

    fn value_of(
        &mut self,
        event: Event<'y>,
        span: &Span,
        name: &str,
        depth: usize,
    ) -> Result<Spanned<DeValue<'t>>, Problem> {
        if depth > MAX_DEPTH {
            return Err(self.place(span).problem(format!("{name} is too deep"), "no resource has as many levels"));
        }
        let value = match event {
            Event::Scalar(text, ScalarStyle::Plain, _, None) if is_null(&text) => {
                return Err(self.place(span).problem(format!("{name} has no value"), "give one, or remove it"));
            }
            Event::Scalar(text, ScalarStyle::Plain, _, None) => self.plain(text.into_owned(), span),
            Event::Scalar(text, _, _, None) => DeValue::String(Cow::Owned(text.into_owned())),
            Event::MappingStart(_, None) => DeValue::Table(self.mapping(depth)?),
            Event::SequenceStart(_, None) => DeValue::Array(self.sequence(name, depth)?),
            _ => {
                let what = format!("{name} has a tag or an alias");
                return Err(self.place(span).problem(what, "write its value out"));
            }
        };
        Ok(self.spanned(span, value))
    }

    /// A text without quotes: what looks like a number or a truth value is one.
    fn plain(&self, text: String, span: &Span) -> DeValue<'t> {
        match text.as_str() {
            "true" | "True" | "TRUE" => return DeValue::Boolean(true),
            "false" | "False" | "FALSE" => return DeValue::Boolean(false),
            _ => {}
        }
        let is_numeric =
            text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+')) && !text.contains('_');
        // Tables borrow their numbers, so it is looked for in the file: it stands there as it is.
        let digits = self.source.text.get(self.source.start_of_line(self.line(span))..).and_then(|lines| {
            let start = lines.find(&text)?;
            lines.get(start..start + text.len())
        });
        let number = digits.filter(|_| is_numeric).and_then(|digits| DeValue::parse(digits).ok());
        match number.map(Spanned::into_inner) {
            Some(number @ (DeValue::Integer(_) | DeValue::Float(_))) => number,
            _ => DeValue::String(Cow::Owned(text)),
        }
    }

    /// Reads the rest of a list whose start was read.
    fn sequence(&mut self, name: &str, depth: usize) -> Result<DeArray<'t>, Problem> {
        let mut list = DeArray::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(list),
                (event, span) => list.push(self.value_of(event, &span, name, depth + 1)?),
            }
        }
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
