//! User codes: what a person reads on a device and types here (RFC 8628 §6.1).
//!
//! Owns alphabet, length and the way they are read: case and separators do not matter. Nine of 25 symbols are 41 bits.
//! There are no vowels, so that no code is a word, and of look-alikes (0 and O, 1 and I, 2 and Z, 5 and S, 8 and B) at
//! most the letter is there.

use std::fmt;

/// The symbols of a code.
const ALPHABET: [u8; 25] = *b"BCDFGHJKLMNPQRSTVWXZ34679";
/// How many of them a code has.
const LENGTH: usize = 9;
/// How many stand together when a code is shown.
const GROUP: usize = 3;
/// A random byte from here on is thrown away: what is below holds each symbol equally often.
const FAIR: u8 = 250;

/// A user code in its canonical form.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode([u8; LENGTH]);

impl UserCode {
    /// Makes a code of random bytes; `None` when too few of them can be used, which of 32 practically never happens.
    pub fn from_random(bytes: &[u8]) -> Option<Self> {
        let symbol = |byte: &u8| ALPHABET.get(usize::from(*byte) % ALPHABET.len()).copied();
        let mut symbols = bytes.iter().filter(|byte| **byte < FAIR).filter_map(symbol);
        let mut code = [0; LENGTH];
        for place in &mut code {
            *place = symbols.next()?;
        }
        Some(Self(code))
    }

    /// Reads what a person typed: any case, with any white space, dashes and dots between. `None` for what is no code.
    pub fn parse(typed: &str) -> Option<Self> {
        let is_separator = |c: &char| c.is_whitespace() || matches!(c, '-' | '.' | '_' | '\u{2010}'..='\u{2015}');
        let mut code = [0; LENGTH];
        let mut symbols = typed.chars().filter(|c| !is_separator(c));
        for place in &mut code {
            let symbol = u8::try_from(symbols.next()?.to_ascii_uppercase()).ok()?;
            *place = ALPHABET.contains(&symbol).then_some(symbol)?;
        }
        symbols.next().is_none().then_some(Self(code))
    }

    /// The symbols without separators: what a blind index is made of.
    pub fn canonical(&self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

impl fmt::Display for UserCode {
    /// The symbols in groups, as people read them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.0.chunks(GROUP).enumerate() {
            let separator = if index == 0 { "" } else { "-" };
            f.write_str(separator)?;
            group.iter().try_for_each(|symbol| write!(f, "{}", char::from(*symbol)))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DV-04, S-064: at least 40 bits.
    #[test]
    fn a_code_has_forty_bits() {
        let combinations = (ALPHABET.len() as f64).powi(LENGTH as i32);

        assert!(combinations.log2() >= 40.0);
        assert_eq!(usize::from(FAIR) % ALPHABET.len(), 0, "no symbol is likelier than another");
    }

    /// DV-04: case and separators do not matter.
    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = UserCode::from_random(&[0, 1, 2, 250, 3, 4, 5, 255, 6, 7, 24]).unwrap();
        assert_eq!(code.to_string(), "BCD-FGH-JK9");

        for typed in ["BCD-FGH-JK9", "bcdfghjk9", " bcd fgh jk9 ", "b.c.d_f\u{2013}ghjk9"] {
            assert!(UserCode::parse(typed).is_some_and(|read| read == code), "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_code_is_not_read() {
        for typed in
            ["", "BCD-FGH-JK", "BCD-FGH-JK99", "ACD-FGH-JK9", "BCD-FGH-JK0", "BCD/FGH/JK9", "bcdfghjkß", "ſſſſſſſſſ"]
        {
            assert!(UserCode::parse(typed).is_none(), "{typed:?}");
        }
        assert!(UserCode::from_random(&[255; 32]).is_none());
    }
}
