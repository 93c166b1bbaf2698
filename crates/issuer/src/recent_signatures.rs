//! Signatures of our own that were verified or made a moment ago, and need not be again.
//!
//! A gateway asks about the same token on every request, and a signature costs more than all else about it. Whether one is
//! ours does not change while we believe its key; everything that may change (expiry, revocation, the grant) is looked at
//! each time by whoever asks here. Entries are found by hashes, so that no text is kept, and there is a bound: those asked for
//! least are forgotten. Only what carries a signature of ours gets in, so strangers cannot push anything out.

use portreeve_crypto::sha256;
use portreeve_domain::{AccessTokenId, TenantId, Timestamp};
use quick_cache::sync::Cache;

use crate::signing_keys::SigningKeys;
use crate::tokens::presented_token::ProvenAccessToken;

/// How many of each kind are remembered. An entry has about 300 bytes.
const ENTRIES: usize = 8192;

/// What is remembered, for all tenants.
pub(crate) struct RecentSignatures {
    tokens: Cache<Name, VerifiedToken>,
    identities: Cache<Name, SignedIdentity>,
}

/// The SHA-256 of a tenant's number and a text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name([u8; 32]);

/// A JWT access token whose signature is ours.
#[derive(Clone)]
pub(crate) struct VerifiedToken {
    /// The key that signed it.
    pub(crate) kid: String,
    /// Its `exp`.
    pub(crate) expires_at: Timestamp,
    /// What it says.
    pub(crate) says: SignedToken,
}

/// What a JWT access token says.
#[derive(Clone)]
pub(crate) enum SignedToken {
    /// The row its `jti` names: the rest stands there.
    Stored { id: AccessTokenId, token_id: String },
    /// Everything: it has no row.
    Whole(Box<ProvenAccessToken>),
}

#[derive(Clone)]
struct SignedIdentity {
    kid: String,
    until: Timestamp,
    text: String,
}

impl Name {
    /// The name of `text` at a tenant.
    pub(crate) fn of(tenant: TenantId, text: &[u8]) -> Self {
        let named = [tenant.as_i64().to_be_bytes().as_slice(), text].concat();
        Self(*sha256(&named).as_bytes())
    }
}

impl Default for RecentSignatures {
    fn default() -> Self {
        Self { tokens: Cache::new(ENTRIES), identities: Cache::new(ENTRIES) }
    }
}

impl RecentSignatures {
    /// What an unexpired token says whose signature was verified before, by a key that is believed still.
    pub(crate) fn token(&self, name: Name, keys: &SigningKeys, now: Timestamp) -> Option<SignedToken> {
        let known = self.tokens.get(&name)?;
        (now < known.expires_at && keys.has(&known.kid)).then_some(known.says)
    }

    /// Remembers a token whose signature was verified.
    pub(crate) fn keep_token(&self, name: Name, token: VerifiedToken) {
        self.tokens.insert(name, token);
    }

    /// The identity signed before by `kid`, as long as it may be given again.
    pub(crate) fn identity(&self, name: Name, kid: &str, now: Timestamp) -> Option<String> {
        let known = self.identities.get(&name)?;
        (now < known.until && known.kid == kid).then_some(known.text)
    }

    /// Remembers a signed identity, to be given again until `until`.
    pub(crate) fn keep_identity(&self, name: Name, kid: &str, until: Timestamp, text: &str) {
        self.identities.insert(name, SignedIdentity { kid: kid.to_owned(), until, text: text.to_owned() });
    }
}
