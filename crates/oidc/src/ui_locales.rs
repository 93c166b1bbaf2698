//! `ui_locales`: the languages that a client wishes its person to be spoken to in. What is no language tag is ignored.
//!
//! OIDC Core §3.1.2.1, RP-Initiated Logout §2.

use crate::Parameters;

/// How many are read.
const MAX_TAGS: usize = 10;
/// How long a language tag may be (RFC 5646 §4.4.1).
const MAX_TAG_BYTES: usize = 35;

/// The language tags, best first.
pub(crate) fn wished(parameters: &Parameters) -> Vec<String> {
    let is_tag = |tag: &&str| {
        (1..=MAX_TAG_BYTES).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let tags = parameters.get("ui_locales").unwrap_or_default().split(' ');
    tags.filter(is_tag).take(MAX_TAGS).map(str::to_owned).collect()
}
