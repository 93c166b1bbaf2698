//! What is bad, as data: `negative/*.txt`, each line an input, under a heading in brackets that says what it must get.
//!
//! Owns the form of the files. What a heading means is the test's own. SECURITY 5.5.

use std::fs;
use std::path::Path;

/// An input, and what stands over it.
pub struct Line {
    /// The heading.
    pub expected: String,
    /// The input.
    pub input: Vec<u8>,
}

impl Line {
    /// The input, where it is text.
    ///
    /// # Panics
    /// When it is not.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.input).expect("text")
    }
}

/// The lines of `negative/NAME.txt`, of which there must be `least`: they may only become more.
///
/// # Panics
/// When they have become fewer, or an escape is none.
pub fn lines(name: &str, least: usize) -> Vec<Line> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("negative/{name}.txt"));
    let file = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut expected = String::new();
    let mut lines = Vec::new();
    for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        // Addresses and JSON stand in brackets too, but begin with neither.
        let is_heading =
            |heading: &&str| heading.starts_with(|first: char| first == '=' || first.is_ascii_alphabetic());
        match line.strip_prefix('[').and_then(|heading| heading.strip_suffix(']')).filter(is_heading) {
            Some(heading) => expected = heading.to_owned(),
            None => lines.push(Line { expected: expected.clone(), input: unescaped(line) }),
        }
    }
    assert!(lines.len() >= least, "{name}: {} of {least}", lines.len());
    lines
}

/// Undoes `\\`, `\e` (nothing), `\xNN` (a byte) and `\u{N}` (a character).
///
/// # Panics
/// When an escape is none.
pub fn unescaped(line: &str) -> Vec<u8> {
    let mut input = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\\') {
        input.extend(before.bytes());
        let (kind, after) = after.split_at(1);
        rest = match kind {
            "\\" => {
                input.push(b'\\');
                after
            }
            "e" => after,
            "x" => {
                let (digits, after) = after.split_at(2);
                input.push(u8::from_str_radix(digits, 16).expect(line));
                after
            }
            "u" => {
                let (digits, after) = after.strip_prefix('{').and_then(|after| after.split_once('}')).expect(line);
                let character = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).expect(line);
                input.extend(character.to_string().bytes());
                after
            }
            _ => panic!("{line}: an escape that is none"),
        };
    }
    input.extend(rest.bytes());
    input
}
