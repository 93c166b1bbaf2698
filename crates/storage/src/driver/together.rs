//! Statements that PostgreSQL is sent together, as one: each of them alone is a round trip.
//!
//! Owns which statements may wait for others, how they become one, and which reads need no transaction. What stands in one
//! statement sees one snapshot, so none of the parts may look for what another one writes: at most one claim, which comes
//! first, and then rows that are nothing but values. Foreign keys are checked at the end of the whole. Decision 0036.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use portreeve_domain::Fault;
use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;

use super::value::Value;

/// How many statements wait at most. It bounds how many texts there are.
const MOST: usize = 8;
/// How many texts are kept.
const TEXTS: usize = 256;
/// The functions that a read outside a transaction may call: they take no lock and change nothing.
const PURE: [&str; 5] = ["COUNT", "COALESCE", "MAX", "MIN", "SUM"];
/// Words that stand before a bracket and call nothing.
const WORDS: [&str; 7] = ["AND", "EXISTS", "IN", "NOT", "ON", "OR", "WHERE"];
/// What a claim fails with that has hit nothing: a text that is no number (`invalid_text_representation`).
pub(super) const UNCLAIMED: &str = "22P02";
/// What a statement with a claim answers. Where the claim has hit nothing, the log of PostgreSQL has the text, for whoever reads it.
const CLAIMED: &str = " SELECT (CASE COUNT(*) WHEN 1 THEN '1' \
                       ELSE 'another request was faster, or it has expired' END)::INT FROM part_0";

/// Statements that wait to be sent, with their values.
#[derive(Default)]
pub(super) struct Waiting {
    parts: Vec<&'static str>,
    values: PgArguments,
    /// Whether the first of them must change exactly one row, or the whole fails with `UNCLAIMED`.
    pub(super) claims: bool,
}

/// The texts that statements together have, by the statements.
#[derive(Default)]
pub(super) struct Texts(Mutex<HashMap<Shape, Arc<str>>>);

/// Constants, by where they stand and how long they are: a text takes longer to compare than to send.
#[derive(PartialEq, Eq, Hash)]
struct Shape(Vec<(usize, usize)>, bool);

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether what waits must be sent before `sql` waits with it.
    pub(super) fn is_full(&self) -> bool {
        self.parts.len() >= MOST
    }

    /// Has an INSERT wait.
    ///
    /// # Errors
    /// A fault for what is more than a row of values.
    pub(super) fn insert(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), Fault> {
        if !is_row_of_values(sql) {
            return Err(Fault::new(format!("not a row of values: {sql}")));
        }
        self.push(sql, values)
    }

    /// Has an UPDATE wait that must change exactly one row. Nothing else may wait yet.
    ///
    /// # Errors
    /// A fault for another statement.
    pub(super) fn claim(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), Fault> {
        let others = [" RETURNING ", "'", "::", "CAST("];
        if !sql.starts_with("UPDATE ") || others.iter().any(|other| sql.contains(other)) || !self.is_empty() {
            return Err(Fault::new(format!("not a claim: {sql}")));
        }
        self.claims = true;
        self.push(sql, values)
    }

    fn push(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), Fault> {
        // One too many here and one too few behind it would be right in number, and each in the place of another.
        if parameters(sql) != values.len() {
            return Err(Fault::new(format!("{} values for {sql}", values.len())));
        }
        self.parts.push(sql);
        bind(&mut self.values, values)
    }

    /// The values, in the order of the parts.
    pub(super) fn into_values(self) -> PgArguments {
        self.values
    }
}

/// Adds `values` to those that are bound.
pub(super) fn bind(to: &mut PgArguments, values: &[Value<'_>]) -> Result<(), Fault> {
    for value in values {
        let bound = match *value {
            Value::Integer(value) => to.add(value),
            Value::Text(value) => to.add(value),
            Value::Bytes(value) => to.add(value),
            Value::Boolean(value) => to.add(value),
        };
        bound.map_err(Fault::new)?;
    }
    Ok(())
}

impl Texts {
    /// The text of all that wait, made once: a connection finds what it has prepared by its text.
    pub(super) fn of(&self, waiting: &Waiting) -> Arc<str> {
        let address = |sql: &&'static str| (sql.as_ptr().addr(), sql.len());
        let shape = Shape(waiting.parts.iter().map(address).collect(), waiting.claims);
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = texts.get(&shape) {
            return Arc::clone(text);
        }
        let text: Arc<str> = together(&waiting.parts, waiting.claims).into();
        if texts.len() < TEXTS {
            texts.insert(shape, Arc::clone(&text));
        }
        text
    }
}

/// One statement of all `parts`, whose parameters follow on one another. Where the first is a claim that has not changed one row,
/// the answer fails.
fn together(parts: &[&str], claims: bool) -> String {
    if let ([only], false) = (parts, claims) {
        return (*only).to_owned();
    }
    let (mut text, mut before) = ("WITH ".to_owned(), 0);
    for (number, part) in parts.iter().enumerate() {
        let separator = if number == 0 { "" } else { ", " };
        let returning = if claims && number == 0 { " RETURNING 1" } else { "" };
        // Writing to a text does not fail.
        let _ = write!(text, "{separator}part_{number} AS ({}{returning})", renumbered(part, before));
        before += parameters(part);
    }
    text.push_str(if claims { CLAIMED } else { " SELECT 1" });
    text
}

/// The statement with `before` added to each of its parameters.
fn renumbered(sql: &str, before: usize) -> String {
    let mut text = sql.split('$').next().unwrap_or_default().to_owned();
    for (number, rest) in numbered(sql) {
        let _ = write!(text, "${}{rest}", number + before);
    }
    text
}

/// How many parameters a statement has.
fn parameters(sql: &str) -> usize {
    numbered(sql).map(|(number, _)| number).max().unwrap_or_default()
}

/// The number of each parameter, and the text after it.
fn numbered(sql: &str) -> impl Iterator<Item = (usize, &str)> {
    sql.split('$').skip(1).map(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (digits, rest) = part.split_at(end);
        (digits.parse().unwrap_or_default(), rest)
    })
}

/// Whether a statement adds one row whose columns are all parameters or numbers, and gives nothing back.
fn is_row_of_values(sql: &str) -> bool {
    let Some((table, row)) = sql.split_once(") VALUES (") else { return false };
    let is_value = |value: &str| value.strip_prefix('$').unwrap_or(value).parse::<u32>().is_ok();
    table.starts_with("INSERT INTO ") && row.strip_suffix(')').is_some_and(|row| row.split(", ").all(is_value))
}

/// Whether a statement reads and does nothing else: it takes no lock that has to last, and sets nothing. Each statement of a
/// transaction sees what is committed when it begins (READ COMMITTED), so such a one is the same outside of it.
///
/// What it cannot tell is none.
pub(super) fn is_plain_read(sql: &str) -> bool {
    let is_no_word = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let calls_pure = |before: &str| {
        let before = before.trim_end();
        let name = before.rsplit(is_no_word).next().unwrap_or_default();
        let groups = name.is_empty() && (before.is_empty() || before.ends_with(['=', ',', '<', '>', '+', '-']));
        groups || WORDS.contains(&name) || PURE.contains(&name)
    };
    let mut calls: Vec<_> = sql.split('(').collect();
    calls.pop();
    let locks = sql.split(is_no_word).any(|word| word.eq_ignore_ascii_case("FOR"));
    sql.starts_with("SELECT ") && !locks && calls.into_iter().all(calls_pure)
}

#[cfg(test)]
#[path = "together_tests.rs"]
mod tests;
