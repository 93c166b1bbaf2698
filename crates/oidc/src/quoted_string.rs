//! Values inside a `WWW-Authenticate` header.
//!
//! Owns quoting only; which challenge is sent is decided beside the authentication it asks for. RFC 9110 §5.6.4.

/// Writes `text` as a quoted-string.
///
/// Quotes and backslashes are escaped; everything outside printable ASCII becomes a space, so that no value can end
/// the header or the parameter.
pub(crate) fn quoted_string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ => quoted.push(' '),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_quotes() {
        assert_eq!(quoted_string(r#"a" b\"#), r#""a\" b\\""#);
    }

    #[test]
    fn a_value_cannot_end_the_header() {
        assert_eq!(quoted_string("a\r\nSet-Cookie: b\u{e9}\0"), "\"a  Set-Cookie: b  \"");
    }
}
