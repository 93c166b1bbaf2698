//! What a command says: results on standard output, remarks on standard error.
//!
//! Owns that a result which cannot be written, as to a full disk or to a pipe that nobody reads any more, is a failure like any other,
//! which tells what has been done all the same. A remark that cannot be written is dropped: no result hangs on it.

use std::fmt::Display;
use std::io::{Error, Write, stderr, stdout};

use crate::failure::Failure;

/// Prints the line of a command that changes nothing.
///
/// # Errors
/// A refusal when it cannot be written.
pub(crate) fn line(text: impl Display) -> Result<(), Failure> {
    self::text(format_args!("{text}\n"))
}

/// Prints a text of whole lines.
///
/// # Errors
/// As [`line`].
pub(crate) fn text(text: impl Display) -> Result<(), Failure> {
    let text = text.to_string();
    let mut out = stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(unwritable)
}

/// Prints what has been done.
///
/// # Errors
/// A refusal when it cannot be written, which says it in its place.
pub(crate) fn done(text: impl Display) -> Result<(), Failure> {
    line(&text).map_err(|failure| failure.and(format_args!("what was asked for has been done: {text}")))
}

/// Prints a remark, if it can be written.
pub(crate) fn remark(text: impl Display) {
    let _ = writeln!(stderr().lock(), "{text}");
}

/// Standard output cannot be written.
pub(crate) fn unwritable(error: Error) -> Failure {
    Failure::refused(format!("standard output cannot be written: {error}"))
}
