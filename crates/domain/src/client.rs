//! Clients: the applications that ask for tokens.
//!
//! Owns their metadata under the names of RFC 7591 §2 and OIDC Registration §2, plus names of our own (`response_modes`,
//! `profile`, `introspects`, `resources`, `exchanges`, `may_act`, `first_party`, `branding`, `require_dpop_nonce`). Leaves checking
//! metadata to `oidc::registration`.

use serde::{Deserialize, Serialize};

use crate::{
    ClientBranding, ClientId, ClientOrigin, DisabledGrants, ExchangePolicy, GrantType, LocalizedTexts, Profile, Scope,
    TenantId, Timestamp, TokenDelivery,
};

/// How a client authenticates at the token endpoint (RFC 7591 §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// Public client: identifies itself by `client_id` only.
    None,
    /// Identifier and secret by HTTP Basic (RFC 6749 §2.3.1).
    #[default]
    ClientSecretBasic,
    /// Identifier and secret in the form body.
    ClientSecretPost,
    /// An assertion with a MAC under the secret (RFC 7523, OIDC Core §9).
    ClientSecretJwt,
    /// A signed assertion (RFC 7523, OIDC Core §9).
    PrivateKeyJwt,
    /// A certificate that an authority issued (RFC 8705 §2.1).
    TlsClientAuth,
    /// A certificate that is itself registered (RFC 8705 §2.2).
    SelfSignedTlsClientAuth,
    /// An attestation of the instance and a proof of its key (OAuth 2.0 Attestation-Based Client Authentication).
    AttestJwtClientAuth,
    /// An attestation of the instance and a DPoP proof with its key (the same).
    AttestJwtClientAuthDpop,
}

impl ClientAuthMethod {
    /// Every method this server supports.
    pub const ALL: [Self; 9] = [
        Self::None,
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
        Self::AttestJwtClientAuth,
        Self::AttestJwtClientAuthDpop,
    ];

    /// Whether a client proves itself with a secret that the server gave it.
    pub const fn has_secret(self) -> bool {
        !matches!(self.secrets(), SecretKeeping::Nothing)
    }

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::AttestJwtClientAuth => "attest_jwt_client_auth",
            Self::AttestJwtClientAuthDpop => "attest_jwt_client_auth_dpop",
        }
    }

    /// What is kept of the secrets of a client of this method.
    pub const fn secrets(self) -> SecretKeeping {
        match self {
            Self::ClientSecretBasic | Self::ClientSecretPost => SecretKeeping::Hashed,
            Self::ClientSecretJwt => SecretKeeping::Sealed,
            Self::None
            | Self::PrivateKeyJwt
            | Self::TlsClientAuth
            | Self::SelfSignedTlsClientAuth
            | Self::AttestJwtClientAuth
            | Self::AttestJwtClientAuthDpop => SecretKeeping::Nothing,
        }
    }

    /// Whether it is done with a client certificate.
    pub const fn is_mutual_tls(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }

    /// Whether somebody vouches for the instance that authenticates.
    pub const fn is_attested(self) -> bool {
        matches!(self, Self::AttestJwtClientAuth | Self::AttestJwtClientAuthDpop)
    }
}

/// What is kept of a client's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKeeping {
    /// The client has none.
    Nothing,
    /// Their hash: they are only compared.
    Hashed,
    /// Their text as well, sealed: a MAC is computed with it.
    Sealed,
}

/// Whether a client runs on a server or on a person's device (OIDC Registration §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// Redirects to https.
    #[default]
    Web,
    /// Redirects to a loopback address or a scheme of its own (RFC 8252).
    Native,
}

/// Which `sub` a client sees (OIDC Core §8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// The same for every client.
    #[default]
    Public,
    /// One per sector; two sectors cannot compare notes.
    Pairwise,
}

/// What is registered about a client; each member is returned as it was given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientMetadata {
    /// Name shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Web or native.
    pub application_type: ApplicationType,
    /// Exact redirect URIs, compared as text.
    pub redirect_uris: Vec<String>,
    /// Where a logout may return to (RP-Initiated Logout §3.1).
    pub post_logout_redirect_uris: Vec<String>,
    /// How it authenticates.
    pub token_endpoint_auth_method: ClientAuthMethod,
    /// What its assertions are signed with; absent: by any algorithm of its method (OIDC Registration §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// How it gets tokens.
    pub grant_types: Vec<GrantType>,
    /// What it asks the authorization endpoint for; in profile `oauth21` only `code`.
    pub response_types: Vec<String>,
    /// How it is answered there; empty: by every mode that fits.
    pub response_modes: Vec<String>,
    /// The scopes it may ask for; absent: every scope of the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// Its public keys: what it signs with, and what is encrypted to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
    /// Where it publishes its keys; never beside `jwks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Public or pairwise `sub`.
    pub subject_type: SubjectType,
    /// Its sector when it has several redirect hosts (OIDC Core §8.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// Algorithm of its ID tokens: `RS256`, `ES256`, `PS256` or `EdDSA`; absent: by profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// How its ID tokens are encrypted to it; absent: not at all. `_enc` absent: `A128CBC-HS256` (OIDC Registration §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<String>,
    /// Algorithm of its userinfo answers; absent: plain JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// How its userinfo answers are encrypted to it, signed or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<String>,
    /// Algorithm of its signed authorization responses (JARM §3); absent: RS256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<String>,
    /// How its signed authorization responses are encrypted to it (JARM §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_encrypted_response_alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_encrypted_response_enc: Option<String>,
    /// Algorithm of its introspection answers as JWTs; absent: `RS256` (RFC 9701 §6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<String>,
    /// How its introspection answers as JWTs are encrypted to it (RFC 9701 §6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_encrypted_response_alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_encrypted_response_enc: Option<String>,
    /// Whether its authorization requests must be pushed (RFC 9126 §6).
    pub require_pushed_authorization_requests: bool,
    /// Where its request objects may be fetched from (OIDC Core §6.2); compared without fragment.
    pub request_uris: Vec<String>,
    /// What its request objects are signed with, or `none`; absent: by any asymmetric algorithm (OIDC Registration §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// How its request objects are encrypted to us, where they are (OIDC Registration §2); absent: in any way we know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_encryption_alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_encryption_enc: Option<String>,
    /// Whether its authorization requests must be signed request objects (RFC 9101 §10.5).
    pub require_signed_request_object: bool,
    /// `max_age` in seconds when a request has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<i64>,
    /// Whether its ID tokens always carry `auth_time`.
    pub require_auth_time: bool,
    /// `acr_values` when a request has none.
    pub default_acr_values: Vec<String>,
    /// The subject of its certificate (RFC 8705 §2.1.2); one of this and the four after it, for `tls_client_auth` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A DNS name in its certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI in its certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An IP address in its certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// A mail address in its certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// Whether its tokens are bound to the certificate it shows (RFC 8705 §3.4).
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Whether it must prove a key whenever it asks for a token (RFC 9449 §5.2).
    pub dpop_bound_access_tokens: bool,
    /// Whether its proofs must carry a nonce, also where its tenant leaves that open.
    pub require_dpop_nonce: bool,
    /// Home page, shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Privacy policy, shown where people sign in and where they agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Terms of service, shown as the policy is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Logo, shown there of clients that somebody answers for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// People to ask about it.
    pub contacts: Vec<String>,
    /// Where it is told, server to server, that a session has ended (Back-Channel Logout §2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it needs the session's `sid` there; it always gets it.
    pub backchannel_logout_session_required: bool,
    /// What the browser loads when a session has ended (Front-Channel Logout §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether it needs issuer and `sid` there; it always gets both.
    pub frontchannel_logout_session_required: bool,
    /// How it learns that a person has decided by the back channel (CIBA Core §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_token_delivery_mode: Option<TokenDelivery>,
    /// Where it is told so, unless it polls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_client_notification_endpoint: Option<String>,
    /// What it signs its back-channel requests with (CIBA Core §4); absent: it does not sign them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_authentication_request_signing_alg: Option<String>,
    /// Where a sign-in can be started again (OIDC Core §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// The software it is an instance of, the same for every instance (RFC 7591 §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// The version of that software.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// What a trusted issuer said of its software, as it was sent (RFC 7591 §2.3); its claims are in the members here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_statement: Option<String>,
    /// A stricter profile than the tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Resource servers whose tokens it may introspect.
    pub introspects: Vec<String>,
    /// The types of authorization details it may ask for (RFC 9396 §10); empty: every type of the tenant.
    pub authorization_details_types: Vec<String>,
    /// Resource servers it may ask tokens for; empty: every one of the tenant.
    pub resources: Vec<String>,
    /// Which tokens it may exchange, and for what (RFC 8693); empty: none.
    pub exchanges: Vec<ExchangePolicy>,
    /// The only client that may act for people who granted something to this one (`may_act`, RFC 8693 §4.4); absent:
    /// whichever has a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub may_act: Option<ClientId>,
    /// Whether it belongs to the operator: people are not asked for consent.
    pub first_party: bool,
    /// How it presents itself where people are on their way to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branding: Option<ClientBranding>,
    /// Names and pages in other languages; also the names of members nobody knows.
    #[serde(flatten)]
    pub localized: LocalizedTexts,
}

impl ClientMetadata {
    /// A page that people are led to, in `language`, a BCP 47 tag: `client_uri`, `policy_uri`, `tos_uri` or `logo_uri`.
    /// `None` for any other member, and for one that is not registered.
    pub fn page_in(&self, member: &str, language: &str) -> Option<String> {
        let untagged = match member {
            "client_uri" => &self.client_uri,
            "policy_uri" => &self.policy_uri,
            "tos_uri" => &self.tos_uri,
            "logo_uri" => &self.logo_uri,
            _ => return None,
        };
        self.localized.text(member, language).or(untagged.as_deref()).map(str::to_owned)
    }
}

/// One of at most two live secrets of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSecret {
    /// SHA-256 of the secret's text.
    pub hash: [u8; 32],
    /// The text under the tenant's key; only for clients whose method needs it.
    pub sealed: Option<Vec<u8>>,
    /// When it was set.
    pub created_at: Timestamp,
}

/// A registered client.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Where it is registered.
    pub tenant: TenantId,
    /// Its name on the wire.
    pub id: ClientId,
    /// What was registered.
    pub metadata: ClientMetadata,
    /// Its live secrets.
    pub secrets: Vec<ClientSecret>,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
    /// The grants that do not exist at its tenant, whatever was registered.
    pub disabled_grants: DisabledGrants,
    /// Who brought it in.
    pub origin: ClientOrigin,
}

impl Client {
    /// Whether it holds no secret of its own (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == ClientAuthMethod::None
    }

    /// Whether it may use `grant`: it is registered for it, and its tenant has it.
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant) && !self.disabled_grants.list().contains(&grant)
    }

    /// What people read: its name, else its identifier.
    pub fn display_name(&self) -> &str {
        self.metadata.client_name.as_deref().unwrap_or(self.id.as_str())
    }

    /// What people read in `language`, a BCP 47 tag.
    pub fn display_name_in(&self, language: &str) -> &str {
        self.metadata.localized.text("client_name", language).unwrap_or_else(|| self.display_name())
    }

    /// Whether a remembered consent may be used without asking. A public native client can be imitated by any
    /// program on the device, so its user is asked each time (RFC 8252 §8.6).
    pub fn may_skip_repeated_consent(&self) -> bool {
        !(self.is_public() && self.metadata.application_type == ApplicationType::Native)
    }

    /// Whether its registration lets it have a scope.
    pub fn may_have_scope(&self, token: &str) -> bool {
        self.metadata.scope.as_ref().is_none_or(|scope| scope.contains(token))
    }

    /// Whether it may ask for tokens for `resource`.
    pub fn may_target(&self, resource: &str) -> bool {
        self.metadata.resources.is_empty() || self.metadata.resources.iter().any(|r| r == resource)
    }
}
