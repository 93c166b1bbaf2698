//! Mutations of stored inputs.
//!
//! Owns what is done to bytes, and the texts that parsers have stumbled over. Each is a value of its own, so that a failing
//! one can be made smaller.

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::prop_oneof;
use proptest::sample::{Index, select};
use proptest::strategy::{Just, Strategy};

/// The longest input that is made.
const MAX_BYTES: usize = 16 * 1024;

/// What separates, escapes, ends, hides or is no character, and numbers at the ends of types.
const TEXTS: [&str; 64] = [
    "%",
    "%2",
    "%00",
    "%0d%0a",
    "%25",
    "%2e%2e%2f",
    "%2F",
    "%5c",
    "%u0041",
    "%C0%AF",
    "%ED%A0%80",
    "%fF",
    "\0",
    "\t",
    "\n",
    "\r\n",
    " ",
    "  ",
    "\u{a0}",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "\u{3164}",
    "\u{301}",
    "\u{212a}",
    "\u{130}",
    "\u{df}",
    "\u{fb01}",
    "\u{661}",
    "\u{ff21}",
    "\u{1f600}",
    "a\u{308}",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "\\ud800",
    "/",
    "//",
    "/../",
    "@",
    "#",
    "?",
    "&",
    "=",
    ";",
    ",",
    ":",
    "[",
    "]",
    "{",
    "}",
    "<",
    "null",
    "true",
    "-1",
    "0",
    "1e400",
    "1.0",
    "9223372036854775808",
    "18446744073709551616",
    "xn--",
    "..",
    "+",
];

/// One change.
#[derive(Clone, Debug)]
enum Edit {
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Write(Index, &'static str),
    Remove(Index, u8),
    Repeat(Index, u8, u16),
    Truncate(Index),
    Exchange(Index, Index),
    /// The rest of another stored input.
    Splice(Index, Index),
}

/// Some changes of one stored input.
#[derive(Clone, Debug)]
pub(crate) struct Mutation {
    input: Index,
    edits: Vec<Edit>,
}

impl Mutation {
    pub(crate) fn strategy() -> impl Strategy<Value = Self> {
        (any::<Index>(), vec(Edit::strategy(), 1..6)).prop_map(|(input, edits)| Self { input, edits })
    }

    /// The input it makes of the stored ones.
    pub(crate) fn of(&self, inputs: &[&[u8]]) -> Vec<u8> {
        let begun = self.input.get(inputs).to_vec();
        let mut made = self.edits.iter().fold(begun, |input, edit| edit.of(input, inputs));
        made.truncate(MAX_BYTES);
        made
    }
}

impl Edit {
    fn strategy() -> impl Strategy<Value = Self> {
        let place = any::<Index>;
        prop_oneof![
            (place(), any::<u8>()).prop_map(|(at, byte)| Self::Replace(at, byte)),
            (place(), vec(any::<u8>(), 1..5)).prop_map(|(at, bytes)| Self::Insert(at, bytes)),
            (place(), select(&TEXTS[..])).prop_map(|(at, text)| Self::Write(at, text)),
            (place(), 1..12_u8).prop_map(|(at, count)| Self::Remove(at, count)),
            (place(), 1..16_u8, prop_oneof![4 => 2..6_u16, 1 => Just(300)])
                .prop_map(|(at, count, times)| Self::Repeat(at, count, times)),
            place().prop_map(Self::Truncate),
            (place(), place()).prop_map(|(one, other)| Self::Exchange(one, other)),
            (place(), place()).prop_map(|(at, other)| Self::Splice(at, other)),
        ]
    }

    fn of(&self, mut input: Vec<u8>, inputs: &[&[u8]]) -> Vec<u8> {
        // One place more than there are bytes: the end.
        let place = |at: &Index| at.index(input.len() + 1);
        match self {
            Self::Replace(at, byte) => {
                let at = place(at);
                input.splice(at..(at + 1).min(input.len()).max(at), [*byte]);
            }
            Self::Insert(at, bytes) => {
                let at = place(at);
                input.splice(at..at, bytes.iter().copied());
            }
            Self::Write(at, text) => {
                let at = place(at);
                input.splice(at..at, text.bytes());
            }
            Self::Remove(at, count) => {
                let at = place(at);
                input.drain(at..(at + usize::from(*count)).min(input.len()));
            }
            Self::Repeat(at, count, times) => {
                let at = place(at);
                let part = input[at..(at + usize::from(*count)).min(input.len())].repeat(usize::from(*times));
                input.splice(at..at, part);
            }
            Self::Truncate(at) => input.truncate(place(at)),
            Self::Exchange(one, other) if !input.is_empty() => {
                let (one, other) = (one.index(input.len()), other.index(input.len()));
                input.swap(one, other);
            }
            Self::Exchange(..) => {}
            Self::Splice(at, other) => {
                let at = place(at);
                let other = other.get(inputs);
                input.truncate(at);
                input.extend(other.iter().skip(at.min(other.len() / 2)));
            }
        }
        input
    }
}
