//! E-mail addresses in one canonical form (SECURITY rule 15).
//!
//! Owns the only function that turns what a person typed into what we compare. The typed form is kept for display
//! by the caller; mail goes to the stored, verified address only.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_security::MixedScript;

use crate::is_invisible;

/// How long an address may be, in bytes (RFC 5321 §4.5.3.1.3).
const MAX_BYTES: usize = 254;
/// How long the part before the `@` may be, in bytes (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;

/// An e-mail address in canonical form: NFKC, lower case, IDNA A-labels in the domain, exactly one `@`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

/// What is wrong with a typed address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailError {
    /// Nothing was typed.
    Missing,
    /// Over 254 bytes, or over 64 before the `@`.
    TooLong,
    /// Not one `@` with something valid on both sides.
    Malformed,
    /// Invisible characters, or letters of several scripts in the local part.
    Confusable,
}

impl Email {
    /// Reads a typed address; surrounding white space is ignored.
    ///
    /// # Errors
    /// The first cause that applies, see [`EmailError`].
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(EmailError::Missing);
        }
        if typed.len() > MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        if typed.chars().any(is_invisible) {
            return Err(EmailError::Confusable);
        }
        let folded: String = typed.nfkc().collect::<String>().to_lowercase().nfkc().collect();
        let (local, domain) = folded.split_once('@').ok_or(EmailError::Malformed)?;
        if domain.contains('@') || !is_local_part(local) {
            return Err(EmailError::Malformed);
        }
        if mixes_scripts(local) {
            return Err(EmailError::Confusable);
        }
        let domain = domain.strip_suffix('.').unwrap_or(domain);
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError::Malformed)?;
        if !domain.contains('.') && domain != "localhost" {
            return Err(EmailError::Malformed);
        }
        if local.len() > MAX_LOCAL_BYTES || local.len() + 1 + domain.len() > MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        Ok(Self(format!("{local}@{domain}")))
    }

    /// The canonical text: what is compared, indexed and mailed to.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Addresses are personal data: they print as a mask.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(***)")
    }
}

/// RFC 5322 dot-atom, plus letters and digits beyond ASCII (RFC 6532); quoted local parts are refused.
fn is_local_part(local: &str) -> bool {
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c);
    !local.is_empty() && local.split('.').all(|part| !part.is_empty() && part.chars().all(atom))
}

/// Whether letters of several scripts stand together (UTS #39 §5.1): with an alpha among Latin letters people are fooled. Those
/// that a language writes together, as Japanese does, are one.
fn mixes_scripts(local: &str) -> bool {
    !local.is_single_script()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S-074, S-076: case, width, spaces and domain forms of one address are one account.
    #[test]
    fn twin_forms_of_an_address_are_equal() {
        let canonical = Email::parse("ada@xn--bcher-kva.example").unwrap();

        for twin in ["Ada@bücher.example", "  ADA@BÜCHER.EXAMPLE. ", "ａｄａ@bu\u{308}cher.example"] {
            assert_eq!(Email::parse(twin).unwrap(), canonical, "{twin}");
        }
    }

    /// S-076: zero-width and direction characters, and mixed scripts, are refused.
    #[test]
    fn confusable_addresses_are_refused() {
        for bad in [
            "a\u{200b}da@example.com",
            "a\u{202e}da@example.com",
            "a\u{3164}da@example.com",
            "a\u{ffa0}da@example.com",
            "аda@example.com",
            "ad\u{3b1}@example.com",
            "ad\u{585}@example.com",
            "\u{13aa}da@example.com",
        ] {
            assert_eq!(Email::parse(bad).map(|_| ()), Err(EmailError::Confusable), "{bad:?}");
        }
    }

    /// S-076: scripts that a language writes together are one.
    #[test]
    fn addresses_of_one_script_are_read() {
        for good in
            ["ада@example.com", "αδα@example.com", "やまだ山田ヤマダ@example.jp", "한山@example.kr", "אדה+1@example.il"]
        {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
    }

    /// S-151: exactly one `@`, no separators a header could be split at.
    #[test]
    fn malformed_addresses_are_refused() {
        for bad in [
            "ada",
            "@example.com",
            "ada@",
            "a@b@example.com",
            "a..b@example.com",
            "a,b@example.com",
            "a b@example.com",
            "ada@nodots",
        ] {
            assert_eq!(Email::parse(bad).map(|_| ()), Err(EmailError::Malformed), "{bad}");
        }
        assert_eq!(Email::parse(" ").map(|_| ()), Err(EmailError::Missing));
    }
}
