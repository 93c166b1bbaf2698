//! Finds the ids that tests name in their comments.
//!
//! Owns what counts as naming: a comment that opens with one id or several, separated by commas, and a colon
//! (`/// S-001: …`, `// OC-14, OC-15: …`). In Rust the comment must belong to a test: stand before one that is not
//! ignored, inside its body, or at the head (`//!`) of a file that holds one. In scripts any such comment counts.
//! Which ids exist is left to `ledger`.

use std::path::Path;

/// Spellings that look like ids and are names of standards and algorithms.
const NOT_IDS: [&str; 6] = ["AES", "ISO", "P", "RFC", "SHA", "UTF"];

/// An id and the line, counted from 1, that names it.
#[derive(Debug, PartialEq)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) line: usize,
}

/// Returns the ids that the tests of a source file name.
pub(crate) fn named_ids(path: &Path, source: &str) -> Vec<Named> {
    if path.extension().is_some_and(|end| end == "rs") { in_rust(source) } else { in_script(source) }
}

fn in_script(source: &str) -> Vec<Named> {
    let comment = |line: &str| {
        let line = line.trim_start();
        ["//", "#", "*", "/**"].iter().find_map(|mark| line.strip_prefix(mark)).map(str::to_owned)
    };
    numbered(source).flat_map(|(line, text)| comment(text).map_or(vec![], |text| opening_ids(&text, line))).collect()
}

fn in_rust(source: &str) -> Vec<Named> {
    let mut reader = RustReader::default();
    for (line, text) in numbered(source) {
        reader.read(line, text);
    }
    if reader.tests > 0 {
        reader.named.append(&mut reader.of_file);
    }
    reader.named
}

/// Walks over the lines of a formatted Rust file and keeps what a later line may decide about.
#[derive(Default)]
struct RustReader {
    named: Vec<Named>,
    of_file: Vec<Named>,
    tests: usize,
    /// Ids in the comment that stands before the next item.
    pending: Vec<Named>,
    is_test: bool,
    is_ignored: bool,
    in_attribute: bool,
    /// The line that closes the test function being read.
    closing: Option<String>,
}

impl RustReader {
    fn read(&mut self, line: usize, text: &str) {
        let trimmed = text.trim();
        if let Some(comment) = trimmed.strip_prefix("//!") {
            self.of_file.extend(opening_ids(comment, line));
        } else if let Some(closing) = &self.closing {
            if text == closing {
                self.closing = None;
            } else if let Some(comment) = trimmed.strip_prefix("//") {
                self.named.extend(opening_ids(comment, line));
            }
        } else if self.in_attribute || trimmed.starts_with("#[") {
            self.is_test |= is_test_attribute(trimmed);
            self.is_ignored |= trimmed.starts_with("#[ignore");
            self.in_attribute = !trimmed.ends_with(']');
        } else if let Some(comment) = trimmed.strip_prefix("//") {
            self.pending.extend(opening_ids(comment.trim_start_matches('/'), line));
        } else {
            self.item(text);
        }
    }

    fn item(&mut self, text: &str) {
        if self.is_test && !self.is_ignored {
            self.tests += 1;
            self.named.append(&mut self.pending);
            if !text.trim_end().ends_with('}') {
                let indentation = &text[..text.len() - text.trim_start().len()];
                self.closing = Some(format!("{indentation}}}"));
            }
        }
        self.pending.clear();
        self.is_test = false;
        self.is_ignored = false;
    }
}

/// Whether a line is `#[test]` or ends its path in `test`, such as `#[tokio::test(flavor = "multi_thread")]`.
fn is_test_attribute(line: &str) -> bool {
    line.strip_prefix("#[")
        .and_then(|rest| rest.split(['(', ']']).next())
        .is_some_and(|path| path.rsplit("::").next() == Some("test"))
}

/// Returns the ids that open a comment, or none if anything else stands before its first colon.
fn opening_ids(comment: &str, line: usize) -> Vec<Named> {
    let Some((opening, _)) = comment.split_once(':') else {
        return vec![];
    };
    let ids: Vec<&str> = opening.split(',').map(str::trim).collect();
    if !ids.iter().all(|id| is_id(id)) {
        return vec![];
    }
    ids.into_iter().map(|id| Named { id: id.to_owned(), line }).collect()
}

/// Whether a word has the form of an id: capital letters and digits in parts joined by hyphens, the last part a number.
fn is_id(word: &str) -> bool {
    let Some((prefix, number)) = word.rsplit_once('-') else {
        return false;
    };
    let is_prefix = prefix.starts_with(|first: char| first.is_ascii_uppercase())
        && prefix.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
    is_prefix && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) && !NOT_IDS.contains(&prefix)
}

fn numbered(source: &str) -> impl Iterator<Item = (usize, &str)> {
    source.lines().enumerate().map(|(index, text)| (index + 1, text))
}

fn ids_of(path: &str, source: &str) -> Vec<String> {
    named_ids(Path::new(path), source).into_iter().map(|named| named.id).collect()
}

#[test]
fn a_doc_comment_before_a_test_names_its_ids() {
    let source =
        "/// OC-14, OA-AZ-7: escaped.\n#[tokio::test(\n    flavor = \"multi_thread\"\n)]\nasync fn escapes() {}\n";

    assert_eq!(ids_of("a.rs", source), ["OC-14", "OA-AZ-7"]);
}

#[test]
fn a_comment_inside_a_test_names_its_ids() {
    let source = "    #[test]\n    fn refuses() {\n        // S-001: a suffix.\n        check();\n    }\n    // S-002: outside.\n    const X: u8 = 1;\n";

    assert_eq!(ids_of("a.rs", source), ["S-001"]);
}

#[test]
fn a_file_comment_counts_only_in_a_file_with_a_test() {
    let head = "//! R-01: crash safety.\n";

    assert_eq!(ids_of("a.rs", head), Vec::<String>::new());
    assert_eq!(ids_of("a.rs", &format!("{head}\n#[test]\nfn survives() {{}}\n")), ["R-01"]);
}

#[test]
fn a_comment_on_anything_but_a_test_names_nothing() {
    let source = "/// PK-01: the length.\npub fn verifier() {}\n\n/// PK-02: later.\n#[test]\n#[ignore = \"slow\"]\nfn later() {}\n";

    assert_eq!(ids_of("a.rs", source), Vec::<String>::new());
}

#[test]
fn a_comment_that_opens_with_other_words_names_nothing() {
    let source = "/// As S-001: says.\n/// SHA-256: a hash.\n/// See S-002\n#[test]\nfn hashes() {}\n";

    assert_eq!(ids_of("a.rs", source), Vec::<String>::new());
}

#[test]
fn comments_of_scripts_name_ids() {
    assert_eq!(ids_of("a.py", "# RV-01: unknown tokens\ncheck()\n"), ["RV-01"]);
    assert_eq!(ids_of("a.mjs", "  // IN-02: inactive\n/**\n * IN-04: audience\n */\n"), ["IN-02", "IN-04"]);
}
