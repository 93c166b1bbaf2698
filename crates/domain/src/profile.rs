//! Strictness as a profile: the standards contradict each other, so a tenant chooses and a client may only tighten.
//!
//! Owns what each profile demands, as one table. Whoever checks a rule asks [`Profile::rules`] and compares with no profile by
//! name, so that a rule holds everywhere or nowhere. DESIGN §1.5; draft OAuth 2.1; FAPI 2.0 Security Profile §5.3, §5.4; FAPI-CIBA §5.2.2.

use serde::{Deserialize, Serialize};

use crate::{ClientAuthMethod, GrantType, TokenDelivery};

/// A set of protocol rules (DESIGN §1.5), ordered by strictness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// OpenID Connect certification behaviour: PKCE optional for confidential clients.
    Oidc,
    /// OAuth 2.1: code with PKCE S256 for every client, exact redirects, nothing in the front channel.
    #[default]
    #[serde(rename = "oauth21")]
    OAuth21,
    /// FAPI 2.0: requests pushed, clients proven by keys, tokens bound to their sender.
    Fapi2,
}

/// What a profile demands.
#[derive(Debug)]
pub struct ProfileRules {
    /// Whether every authorization request carries a code challenge (RFC 9700 §2.1.1).
    pub code_challenge: Demand,
    /// What an answer of the authorization endpoint may hold (RFC 9700 §2.1.2, draft OAuth 2.1 §10.1).
    pub front_channel: FrontChannel,
    /// Whether every authorization request is pushed, by a client that authenticates (FAPI 2.0 §5.3.2.2 (3)).
    pub pushed_request: Demand,
    /// Whether access tokens are bound to a key or a certificate (FAPI 2.0 §5.3.2.1 (4)).
    pub bound_tokens: Demand,
    /// How clients may authenticate (FAPI 2.0 §5.3.2.1 (6)).
    pub client_authentication: &'static [ClientAuthMethod],
    /// What the audience of a client assertion may be (FAPI 2.0 §5.3.2.1 (7)).
    pub assertion_audience: AssertionAudience,
    /// Which algorithms sign what clients and we send each other (FAPI 2.0 §5.4).
    pub signatures: Signatures,
    /// What counts of a request with a request object (OIDC Core §6.1, RFC 9101 §6.3).
    pub request_objects: RequestObjectRule,
    /// Whether request objects say for whom they are, from when and until when (FAPI 2.0 Message Signing §5.3.1).
    pub dated_request_objects: Demand,
    /// What becomes of a refresh token that is used (FAPI 2.0 §5.3.2.1 (9)).
    pub refresh_tokens: RefreshRule,
    /// How a client may learn that a person has decided elsewhere (FAPI-CIBA §5.2.2 (3) to (5)).
    pub token_delivery: &'static [TokenDelivery],
    /// Whether back-channel requests are signed (FAPI-CIBA §5.2.2 (6)).
    pub signed_authentication: Demand,
    /// Whether back-channel requests say what they are about, by a message or in their details (FAPI-CIBA §5.2.2 (2)).
    pub binding_message: Demand,
}

/// Whether something must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// As the client likes.
    Optional,
    /// Always.
    Required,
}

/// What passes through the browser on the way to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontChannel {
    /// A code, an ID token, an access token, as the response type asks.
    Tokens,
    /// A code and nothing else.
    CodeAlone,
}

/// The audience of a client assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionAudience {
    /// The issuer or an endpoint that takes assertions, as a string or in an array that holds nothing else.
    IssuerOrEndpoint,
    /// The issuer, as a string.
    IssuerAsString,
}

/// The algorithms of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signatures {
    /// Every asymmetric one there is; RS256 is what relying parties know best.
    RsaPreferred,
    /// Every asymmetric one there is; ES256 where nothing is registered.
    EcPreferred,
    /// PS256, ES256 and EdDSA.
    Restricted,
}

/// What counts of a request with a request object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestObjectRule {
    /// The object, and what stands beside it where the object says nothing.
    Merged,
    /// The object, which is the whole request.
    Whole,
}

/// What becomes of a refresh token that is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshRule {
    /// It is exchanged for a successor.
    Rotated,
    /// It stays: who uses it has authenticated, and a lost answer costs nothing.
    Kept,
}

const OIDC: ProfileRules = ProfileRules {
    code_challenge: Demand::Optional,
    front_channel: FrontChannel::Tokens,
    pushed_request: Demand::Optional,
    bound_tokens: Demand::Optional,
    client_authentication: &ClientAuthMethod::ALL,
    assertion_audience: AssertionAudience::IssuerOrEndpoint,
    signatures: Signatures::RsaPreferred,
    request_objects: RequestObjectRule::Merged,
    dated_request_objects: Demand::Optional,
    refresh_tokens: RefreshRule::Rotated,
    token_delivery: &TokenDelivery::ALL,
    signed_authentication: Demand::Optional,
    binding_message: Demand::Optional,
};

const OAUTH21: ProfileRules = ProfileRules {
    code_challenge: Demand::Required,
    front_channel: FrontChannel::CodeAlone,
    signatures: Signatures::EcPreferred,
    request_objects: RequestObjectRule::Whole,
    ..OIDC
};

const FAPI2: ProfileRules = ProfileRules {
    code_challenge: Demand::Required,
    front_channel: FrontChannel::CodeAlone,
    pushed_request: Demand::Required,
    bound_tokens: Demand::Required,
    client_authentication: &[
        ClientAuthMethod::PrivateKeyJwt,
        ClientAuthMethod::TlsClientAuth,
        ClientAuthMethod::SelfSignedTlsClientAuth,
    ],
    assertion_audience: AssertionAudience::IssuerAsString,
    signatures: Signatures::Restricted,
    request_objects: RequestObjectRule::Whole,
    dated_request_objects: Demand::Required,
    refresh_tokens: RefreshRule::Kept,
    token_delivery: &[TokenDelivery::Poll, TokenDelivery::Ping],
    signed_authentication: Demand::Required,
    binding_message: Demand::Required,
};

impl Profile {
    /// What it demands.
    pub const fn rules(self) -> &'static ProfileRules {
        match self {
            Self::Oidc => &OIDC,
            Self::OAuth21 => &OAUTH21,
            Self::Fapi2 => &FAPI2,
        }
    }

    /// The name in configuration files and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::OAuth21 => "oauth21",
            Self::Fapi2 => "fapi2",
        }
    }

    /// Whether every authorization request must carry a code challenge (RFC 9700 §2.1.1).
    pub fn requires_pkce(self) -> bool {
        self.rules().code_challenge == Demand::Required
    }

    /// Whether tokens may pass through the browser on the way to the client (S-033).
    pub const fn sends_tokens_by_browser(self) -> bool {
        matches!(self.rules().front_channel, FrontChannel::Tokens)
    }

    /// Whether clients can have a grant: `implicit` stands for the tokens that pass through the browser (OIDC Registration §2).
    pub const fn has_grant(self, grant: GrantType) -> bool {
        !matches!(grant, GrantType::Implicit) || self.sends_tokens_by_browser()
    }

    /// Whether what stands beside a request object counts where the object says nothing (OIDC Core §6.1). Elsewhere the
    /// object is the whole request (RFC 9101 §6.3).
    pub fn merges_request_objects(self) -> bool {
        self.rules().request_objects == RequestObjectRule::Merged
    }

    /// The stricter of a tenant's and a client's profile: a client can tighten, never loosen.
    #[must_use]
    pub fn tightened_by(self, client: Option<Self>) -> Self {
        client.map_or(self, |client| self.max(client))
    }
}
