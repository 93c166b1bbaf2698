//! Distinguished names, as a certificate holds them and as RFC 4514 writes them.
//!
//! Owns one form for both, so that two spellings of a name are equal: attribute by attribute, in order, types by their
//! identifier, values without case and with inner spaces folded (RFC 4517 §4.2.11, RFC 4514 §2, §3).

use x509_parser::x509::X509Name;

/// Attribute types with a name in RFC 4514 §3, and others in common use, by identifier.
const TYPES: [(&str, &str); 13] = [
    ("CN", "2.5.4.3"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("S", "2.5.4.8"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("C", "2.5.4.6"),
    ("STREET", "2.5.4.9"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
];

/// A name: its relative names in the order of the certificate, each with its attributes sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistinguishedName(Vec<Vec<(String, String)>>);

impl DistinguishedName {
    /// Reads the text form, which begins with the last relative name. `None` for what is no name, or an unknown type.
    pub fn parse(text: &str) -> Option<Self> {
        let mut relative_names = Vec::new();
        for relative in split_unescaped(text, ',') {
            let attributes = split_unescaped(relative, '+').into_iter().map(attribute).collect::<Option<Vec<_>>>()?;
            relative_names.push(sorted(attributes));
        }
        relative_names.reverse();
        Some(Self(relative_names))
    }

    /// The name in a certificate. `None` when it is empty or an attribute is no text.
    pub(super) fn of(name: &X509Name<'_>) -> Option<Self> {
        let mut relative_names = Vec::new();
        for relative in name.iter_rdn() {
            let attributes = relative
                .iter()
                .map(|attribute| Some((attribute.attr_type().to_id_string(), folded(attribute.as_str().ok()?))))
                .collect::<Option<Vec<_>>>()?;
            relative_names.push(sorted(attributes));
        }
        (!relative_names.is_empty()).then_some(Self(relative_names))
    }
}

fn sorted(mut attributes: Vec<(String, String)>) -> Vec<(String, String)> {
    attributes.sort();
    attributes
}

fn attribute(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let name = name.trim();
    let named = TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, id)| (*id).to_owned());
    let is_dotted = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let kind = named.or_else(|| is_dotted.then(|| name.to_owned()))?;
    // A value in hexadecimal is the encoding itself, which names in use do not need.
    let value = unescaped(value).filter(|_| !value.trim_start().starts_with('#'))?;
    Some((kind, folded(&value))).filter(|(_, value)| !value.is_empty())
}

/// Cuts at every `separator` that no backslash precedes.
fn split_unescaped(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut begin, mut escaped) = (Vec::new(), 0, false);
    for (at, character) in text.char_indices() {
        if character == separator && !escaped {
            parts.push(text.get(begin..at).unwrap_or_default());
            begin = at + separator.len_utf8();
        }
        escaped = character == '\\' && !escaped;
    }
    parts.push(text.get(begin..).unwrap_or_default());
    parts
}

/// Takes the escapes out: a backslash before a character, or before two hexadecimal digits of UTF-8.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.trim_start().chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            bytes.extend(character.to_string().bytes());
            continue;
        }
        let two = rest.as_str().get(..2).filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
        match two.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest.nth(1);
            }
            None => bytes.extend(rest.next()?.to_string().bytes()),
        }
    }
    String::from_utf8(bytes).ok()
}

/// Without case, without spaces around, inner ones as one.
fn folded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        DistinguishedName::parse(one).unwrap() == DistinguishedName::parse(other).unwrap()
    }

    /// MT-02: spellings of one name are equal.
    #[test]
    fn spellings_of_one_name_are_equal() {
        for other in [
            "cn=client, O=Example Ltd.,C=GB",
            "CN=Client,O=Example  Ltd.,C=gb",
            "2.5.4.3=Client,2.5.4.10=Example Ltd.,2.5.4.6=GB",
            r"CN=Cli\65nt,O=Example Ltd\2e,C=GB",
        ] {
            assert!(same("CN=Client,O=Example Ltd.,C=GB", other), "{other}");
        }
        assert!(same("CN=a+UID=b,O=c", "UID=b+CN=a,O=c"));
        assert!(same(r"CN=Smith\, John", r"CN=Smith\2C John"));
    }

    /// MT-02: a name is equal as a whole, in order, and a value cannot pass for two.
    #[test]
    fn other_names_differ() {
        for other in ["CN=a", "O=b,CN=a", "CN=a,O=b,C=GB", "CN=a+O=b", r"CN=a\,O=b", "CN=a,O=c", "CN=b,O=a"] {
            assert!(!same("CN=a,O=b", other), "{other}");
        }
    }

    #[test]
    fn what_is_no_name_is_not_read() {
        for text in ["", "CN", "CN=", "=a", "unknown=a", "CN=a,", r"CN=a\", "CN=#0403"] {
            assert_eq!(DistinguishedName::parse(text), None, "{text}");
        }
    }
}
