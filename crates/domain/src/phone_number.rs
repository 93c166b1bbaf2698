//! Telephone numbers in the one form that is dialled, compared and counted.

/// The fewest and the most digits of a number with its country code (E.164 §6).
const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;
/// What people put between digits.
const BETWEEN: &[u8] = b" ()-./";

/// A number with its country code: a plus sign and 5 to 15 digits, the first of which is not 0 (E.164 §6). Has no `Debug`: it is personal.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number as people write it, with spaces, parentheses, dashes, dots and slashes; `None` without its country code.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('+')?;
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let is_written_so = rest.bytes().all(|byte| byte.is_ascii_digit() || BETWEEN.contains(&byte));
        let is_number = is_written_so && DIGITS.contains(&digits.len()) && !digits.starts_with('0');
        is_number.then(|| Self(format!("+{digits}")))
    }

    /// A plus sign and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where text messages may be sent, and how many: whoever can make a server send them to numbers of their own choice can make its operator
/// pay for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMessageRules {
    countries: Vec<String>,
    /// How many a tenant may send to each of the countries in 24 hours.
    pub per_country_and_day: u32,
}

impl TextMessageRules {
    /// Rules that allow numbers that begin with one of `countries`, each a plus sign and 1 to 7 digits, such as `+49` or `+1684`.
    ///
    /// # Errors
    /// The first that is none.
    pub fn new(countries: Vec<String>, per_country_and_day: u32) -> Result<Self, String> {
        let is_prefix = |text: &&String| {
            let digits = text.strip_prefix('+').unwrap_or_default();
            (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
        };
        match countries.iter().find(|text| !is_prefix(text)) {
            Some(faulty) => Err(faulty.clone()),
            None => Ok(Self { countries, per_country_and_day }),
        }
    }

    /// The country codes that are allowed.
    pub fn countries(&self) -> &[String] {
        &self.countries
    }

    /// The country code, of those that are allowed, that a number begins with: the longest one. `None` where nothing is sent.
    pub fn country_of(&self, number: &PhoneNumber) -> Option<&str> {
        let fits = self.countries.iter().filter(|country| number.as_str().starts_with(country.as_str()));
        fits.max_by_key(|country| country.len()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form_however_it_is_written() {
        let dialled = |text| PhoneNumber::parse(text).map(|number| number.as_str().to_owned());

        assert_eq!(dialled("+44 (20) 7946-0000").as_deref(), Some("+442079460000"));
        assert_eq!(dialled("+49.30/123456").as_deref(), Some("+4930123456"));
        for no_number in ["020 7946 0000", "+1234", "+0123456", "+49 30 call me", "+1234567890123456", "", "+"] {
            assert!(dialled(no_number).is_none(), "{no_number}");
        }
    }

    #[test]
    fn the_longest_country_code_that_fits_counts() {
        let rules = TextMessageRules::new(vec!["+1".to_owned(), "+1684".to_owned(), "+49".to_owned()], 10).unwrap();
        let country = |text| rules.country_of(&PhoneNumber::parse(text).unwrap());

        assert_eq!(country("+1 212 555 0100"), Some("+1"));
        assert_eq!(country("+1 684 733 0100"), Some("+1684"));
        assert_eq!(country("+43 1 5321234"), None);
    }

    #[test]
    fn what_is_no_country_code_is_named() {
        for faulty in ["49", "+", "+0", "+49 30", "+12345678", ""] {
            assert!(TextMessageRules::new(vec![faulty.to_owned()], 1).is_err(), "{faulty}");
        }
    }
}
