//! Typed identifiers, registered in one place.
//!
//! Hot rows (journeys, codes, tokens, sessions, events) have an ascending 64-bit id that leaves the process only through
//! a keyed permutation; long-lived entities have random or chosen ones. An id is never a bare `String` or integer.

use serde::{Deserialize, Serialize};

/// A tenant's number; 1 is the tenant `default`, made by the first migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantId(i64);

impl TenantId {
    /// The tenant whose issuer is `public_url` itself.
    pub const DEFAULT: Self = Self(1);

    /// The tenant numbered `id` in the database.
    pub const fn new(id: i64) -> Self {
        Self(id)
    }

    /// The number in the database.
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

/// A user inside: 16 random bytes. Never shown outside; `Subject` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId([u8; 16]);

impl UserId {
    /// A user id from its 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes as stored.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A public subject identifier: `usr_` and random lower-case text, at most 255 ASCII characters (OIDC Core §2).
///
/// Never reassigned, and in another name space than client identifiers (RFC 9700 §4.15).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    /// What every public subject begins with; no client may be called so.
    pub const PREFIX: &'static str = "usr_";

    /// Takes a subject as stored or as made by the issuer.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text of the `sub` claim.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A client identifier: 1 to 255 characters of printable ASCII without space, unique in its tenant (RFC 6749 §2.2, A.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

/// The name under which pages of our own begin journeys.
const OWN_PAGES: &str = "portreeve:pages";

impl ClientId {
    /// Accepts a well-formed client identifier. `None` for anything else, also for text that looks like a `sub`
    /// (RFC 9700 §4.15: a client must not be able to pass for a user) and for the name of our own pages.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed =
            (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
        let is_free = !text.starts_with(Subject::PREFIX) && text != OWN_PAGES;
        (well_formed && is_free).then(|| Self(text.to_owned()))
    }

    /// Stands for our own pages where a journey names who began it; no client has it, since `parse` never gives it.
    pub fn own_pages() -> Self {
        Self(OWN_PAGES.to_owned())
    }

    /// Reads back what this server has stored: as `parse`, and our own pages.
    pub fn from_stored(text: &str) -> Option<Self> {
        if text == OWN_PAGES { Some(Self::own_pages()) } else { Self::parse(text) }
    }

    /// The identifier as it appears on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("client_id must be 1 to 255 printable ASCII characters and not begin with usr_")
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

/// Declares one ascending 64-bit id type per kind of hot row, so that they cannot be mixed up.
macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The id stored as `id`.
            pub const fn new(id: i64) -> Self {
                Self(id)
            }

            /// The number in the database.
            pub const fn as_i64(self) -> i64 {
                self.0
            }
        }
    )+};
}

row_ids! {
    /// A browser that was given a binding cookie.
    BrowserId
    /// A journey: one thing a person is doing in a browser.
    JourneyId
    /// A signed-in account in one browser.
    SessionId
    /// An authorization code.
    CodeId
    /// A token family: everything issued from one authorization.
    FamilyId
    /// An access token.
    AccessTokenId
    /// A refresh token.
    RefreshTokenId
    /// A link sent by mail.
    LinkId
    /// A change of a person's address.
    EmailChangeId
    /// An audit event.
    EventId
    /// A device authorization.
    DeviceAuthorizationId
    /// A back-channel authentication request.
    BackchannelAuthenticationId
    /// A pushed authorization request.
    PushedRequestId
    /// An outbox row.
    OutboxId
    /// A remembered refusal, for `explain`.
    RefusalId
    /// A client's registration of itself.
    RegistrationId
    /// A token that lets clients register.
    InitialAccessTokenId
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BC-08: clients cannot pick ids that look like users' `sub`.
    #[test]
    fn a_client_id_that_looks_like_a_subject_is_refused() {
        assert!(ClientId::parse("usr_abc").is_none());
        assert!(ClientId::parse("web").is_some());
    }

    #[test]
    fn a_client_id_is_printable_ascii_without_space() {
        for bad in ["", "a b", "a\nb", "ä", "a\"b", &"x".repeat(256)] {
            assert!(ClientId::parse(bad).is_none(), "{bad:?}");
        }
    }
}
