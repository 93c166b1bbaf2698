//! Terms that people agree to before they go on, in versions.
//!
//! Owns what terms are, where they hold and which of their texts is shown. Leaves who agreed to which version to `storage`, and
//! when the page is due to `journey`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Client, ClientId, some_text_in};

/// How long the id of terms, or a version, may be.
const MAX_NAME_BYTES: usize = 40;

/// Terms in their present version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Their stable name, such as `tos`.
    pub id: String,
    /// The present version. Any other one is another version, whatever comes first in the alphabet.
    pub version: String,
    /// The clients at which they hold; when none is named, at every one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientId>,
    /// What they are called and where they are read, by language tag (BCP 47).
    pub texts: BTreeMap<String, TermsText>,
}

/// What terms are called and where they are read, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsText {
    /// Their name for people.
    pub name: String,
    /// Where this version of them is read.
    pub uri: String,
}

/// One version of terms. As text: `tos:7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermsVersion {
    /// Of which terms.
    pub terms: String,
    /// Which version.
    pub version: String,
}

impl Terms {
    /// The present version.
    pub fn present(&self) -> TermsVersion {
        TermsVersion { terms: self.id.clone(), version: self.version.clone() }
    }

    /// Whether they hold for whoever signs in at `client`.
    pub fn hold_at(&self, client: &Client) -> bool {
        holds_at(&self.clients, client)
    }

    /// The text for a page in `language`: of that tag, else of any tag of the same primary language, else in English, else in
    /// the first language there is. `None` only for terms without a text.
    pub fn text_in(&self, language: &str) -> Option<&TermsText> {
        some_text_in(&self.texts, language).map(|(_, text)| text)
    }

    /// Whether `text` can be the id of terms, or a version: 1 to 40 letters, digits, dots, dashes and underscores.
    pub fn is_name(text: &str) -> bool {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        (1..=MAX_NAME_BYTES).contains(&text.len()) && text.bytes().all(is_part)
    }
}

/// Whether what holds at the clients `named`, or at every one when none is, holds at `client`. Our own pages are no client: whoever does
/// not go along can still look after the account, take their data and go.
pub(crate) fn holds_at(named: &[ClientId], client: &Client) -> bool {
    client.id != ClientId::own_pages() && (named.is_empty() || named.contains(&client.id))
}

impl fmt::Display for TermsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.terms, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClientMetadata, ClientOrigin, TenantId};

    fn terms(clients: &[&str], tags: &[&str]) -> Terms {
        let text = |tag: &&str| {
            let name = format!("in {tag}");
            ((*tag).to_owned(), TermsText { name, uri: "https://example.com/terms".to_owned() })
        };
        Terms {
            id: "tos".to_owned(),
            version: "7".to_owned(),
            clients: clients.iter().map(|id| ClientId::parse(id).unwrap()).collect(),
            texts: tags.iter().map(text).collect(),
        }
    }

    fn client(id: ClientId) -> Client {
        Client {
            tenant: TenantId::DEFAULT,
            id,
            metadata: ClientMetadata::default(),
            secrets: Vec::new(),
            disabled_at: None,
            disabled_grants: Default::default(),
            origin: ClientOrigin::Operator,
        }
    }

    /// Nobody has to agree to anything to look after, take or delete what is theirs.
    #[test]
    fn terms_hold_at_every_client_or_at_those_named_and_never_at_our_own_pages() {
        let (web, other) = (ClientId::parse("web").unwrap(), ClientId::parse("other").unwrap());

        assert!(terms(&[], &["en"]).hold_at(&client(web.clone())));
        assert!(terms(&["web"], &["en"]).hold_at(&client(web)));
        assert!(!terms(&["web"], &["en"]).hold_at(&client(other)));
        assert!(!terms(&[], &["en"]).hold_at(&client(ClientId::own_pages())));
    }

    /// Terms without words nobody could agree to: some language is always shown.
    #[test]
    fn some_language_is_always_shown() {
        let shown = |tags: &[&str], language| terms(&[], tags).text_in(language).map(|text| text.name.clone());

        assert_eq!(shown(&["de", "en"], "de-AT").as_deref(), Some("in de"));
        assert_eq!(shown(&["de", "en"], "ar").as_deref(), Some("in en"));
        assert_eq!(shown(&["fr"], "ar").as_deref(), Some("in fr"));
    }

    #[test]
    fn an_id_stands_between_colons_and_spaces() {
        assert!(Terms::is_name("2026-11.b_C"));
        for wrong in ["", "a b", "a:b", "ä", "\n", &"x".repeat(41)] {
            assert!(!Terms::is_name(wrong), "{wrong:?}");
        }
        assert_eq!(terms(&[], &["en"]).present().to_string(), "tos:7");
    }
}
