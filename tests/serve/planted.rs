//! Texts that were planted, and the look for them in whatever form they may have taken.

use std::{cell::RefCell, collections::BTreeSet};

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD, prelude::BASE64_URL_SAFE_NO_PAD};
use portreeve_domain::Source;

/// What was planted, and where: source and name, or what the server itself handed out.
#[derive(Default)]
pub(crate) struct Canaries {
    planted: RefCell<Vec<(String, String)>>,
    pub(crate) inputs: RefCell<BTreeSet<String>>,
}

impl Canaries {
    /// The text of an input, which is the same in every request.
    pub(crate) fn of(&self, source: Source, name: &str) -> String {
        let place = format!("{source:?} {name}");
        let known = self.planted.borrow().iter().find(|(known, _)| *known == place).map(|(_, text)| text.clone());
        if let Some(text) = known {
            return text;
        }
        let random: [u8; 16] = portreeve_crypto::Random::system().bytes().expect("random bytes");
        let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        self.keep(source, name, &format!("canary{text}"))
    }

    /// A text that has a form of its own.
    pub(crate) fn keep(&self, source: Source, name: &str, text: &str) -> String {
        let place = format!("{source:?} {name}");
        self.inputs.borrow_mut().insert(place.clone());
        self.planted.borrow_mut().push((place, text.to_owned()));
        text.to_owned()
    }

    /// A secret that the server made.
    pub(crate) fn made(&self, what: &str, text: &str) -> String {
        assert!(text.len() >= 16, "{what} is too short to be looked for: {text}");
        self.planted.borrow_mut().push((what.to_owned(), text.to_owned()));
        text.to_owned()
    }

    /// Where `haystack` shows a canary: as it is, in hexadecimal, or in base64.
    pub(crate) fn found_in(&self, haystack: &[u8]) -> BTreeSet<String> {
        let haystack = String::from_utf8_lossy(haystack);
        let planted = self.planted.borrow();
        let shows = |text: &str| forms(text).iter().any(|form| haystack.contains(form.as_str()));
        planted.iter().filter(|(_, text)| shows(text)).map(|(place, _)| place.clone()).collect()
    }
}

/// How a text may look in a dump. Base64 has three looks, as the text stands at the first, second or third byte.
fn forms(text: &str) -> Vec<String> {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let shifted = (0..3).flat_map(|shift| {
        let padded = [vec![b'.'; shift], text.as_bytes().to_vec()].concat();
        // The first and the last characters mix with the neighbours.
        let inner = |encoded: String| encoded[4..encoded.len() - 4].to_owned();
        [inner(BASE64_STANDARD_NO_PAD.encode(&padded)), inner(BASE64_URL_SAFE_NO_PAD.encode(&padded))]
    });
    [text.to_owned(), hex].into_iter().chain(shifted).collect()
}

/// Whether `needle` is anywhere in `haystack`.
pub(crate) fn contains(haystack: &[u8], needle: &str) -> bool {
    String::from_utf8_lossy(haystack).contains(needle)
}

/// A canary that is there must be seen, in whatever form.
#[test]
fn a_canary_is_found_in_every_form() {
    let canaries = Canaries::default();
    let text = canaries.of(Source::Field, "email");
    let hex: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();

    for shown in
        [text.clone(), format!("\\x{}", hex.to_lowercase()), BASE64_STANDARD_NO_PAD.encode(format!("ab:{text}!"))]
    {
        assert_eq!(canaries.found_in(shown.as_bytes()).len(), 1, "{shown}");
    }
    assert_eq!(canaries.found_in(b"canary").len(), 0);
}
