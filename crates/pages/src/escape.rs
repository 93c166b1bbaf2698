//! What happens to every value on its way into a page or a mail.
//!
//! [`Markup`] serves `.html` templates, [`PlainText`] serves `.txt` templates; `askama.toml` names them, so no
//! template can forget them. Besides HTML's own characters both remove the bidirectional embeddings and
//! overrides (Unicode UAX #9 §2.1-2.4) with which a client or a user could reorder the text around its name
//! (SECURITY S-012). First-strong isolates stay: the catalogue puts them around data.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Escapes for HTML text and quoted attribute values.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Markup;

/// Keeps a value on its own line of a text mail: control characters become spaces. Isolates go as well, since many
/// mail programs show them as boxes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PlainText;

impl Escaper for Markup {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        for c in string.chars() {
            match c {
                '&' => dest.write_str("&amp;")?,
                '<' => dest.write_str("&lt;")?,
                '>' => dest.write_str("&gt;")?,
                '"' => dest.write_str("&quot;")?,
                '\'' => dest.write_str("&#39;")?,
                c if reorders_text(c) => {}
                c => dest.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl Escaper for PlainText {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        for c in string.chars() {
            match c {
                c if c.is_control() => dest.write_char(' ')?,
                c if reorders_text(c) || is_isolate(c) => {}
                c => dest.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Tells whether `c` forces a direction on the text after it: LRE, RLE, PDF, LRO, RLO, LRI, RLI.
pub(crate) fn reorders_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}')
}

/// Removes from data every character that could end or outlive the isolate it will stand in.
pub(crate) fn without_bidi_controls(data: &str) -> String {
    data.chars().filter(|&c| !reorders_text(c) && !is_isolate(c)).collect()
}

/// Removes the isolates that the catalogue puts around data, for places that show no HTML (mail subjects).
pub(crate) fn without_isolates(text: &str) -> String {
    text.chars().filter(|&c| !is_isolate(c)).collect()
}

fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2068}' | '\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(escaper: impl Escaper, value: &str) -> String {
        let mut out = String::new();
        escaper.write_escaped_str(&mut out, value).unwrap();
        out
    }

    /// S-012: the five characters of HTML never reach a page.
    #[test]
    fn markup_in_a_value_is_escaped() {
        assert_eq!(escaped(Markup, r#"<a href="x" id='y'>&"#), "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;");
    }

    #[test]
    fn an_override_in_a_value_is_dropped_and_a_mark_is_kept() {
        assert_eq!(escaped(Markup, "a\u{202e}b\u{200f}c"), "ab\u{200f}c");
        assert_eq!(escaped(PlainText, "a\u{202e}b\u{200f}c"), "ab\u{200f}c");
    }

    #[test]
    fn a_value_cannot_start_a_new_line_of_a_text_mail() {
        assert_eq!(escaped(PlainText, "Ada\r\nBcc: x"), "Ada  Bcc: x");
    }

    #[test]
    fn data_cannot_close_the_isolate_around_it() {
        assert_eq!(without_bidi_controls("a\u{2069}\u{202e}b\u{2068}"), "ab");
    }
}
