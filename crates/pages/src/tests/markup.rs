//! A reader of the tags in a page: just enough HTML to check our own.

/// A start tag with its attributes, values unescaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }
}

/// Returns the start tags of a document in order; attribute values must be quoted, as ours are.
pub(super) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let end = end_of_tag(rest);
        tags.push(tag(&rest[..end]));
        rest = &rest[end..];
    }
    tags
}

fn end_of_tag(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            _ => {}
        }
    }
    panic!("tag does not end: {}", &text[..text.len().min(80)]);
}

fn tag(text: &str) -> Tag {
    let text = text.trim_end_matches('/');
    let (name, mut rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let key = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix("=\"") {
            let close = after.find('"').unwrap();
            value = unescape(&after[..close]);
            rest = &after[close + 1..];
        } else {
            assert!(!rest.starts_with('='), "unquoted value in <{text}>");
        }
        attributes.push((key, value));
    }
    Tag { name: name.to_owned(), attributes }
}

pub(super) fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[test]
fn the_reader_sees_attributes_with_and_without_values() {
    let read = tags(r#"<!doctype html><p class="a > b" hidden>x</p><br/>"#);

    assert_eq!(read.len(), 2);
    assert_eq!(read[0].get("class"), Some("a > b"));
    assert_eq!(read[0].get("hidden"), Some(""));
    assert!(read[1].is("br"));
}
