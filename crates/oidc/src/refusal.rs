//! Refusals: the protocol says no. One table maps every cause to its error code, text and status.
//!
//! Owns causes and the table. Leaves the channel (JSON, redirect, page, header) to the doors. RFC 6749 §4.1.2.1, §5.2;
//! OIDC Core §3.1.2.6; RFC 6750 §3.1; RFC 7009 §2.2.1; RFC 9449 §12.2; RFC 8707 §2; RFC 9101 §7; OIDC Unmet
//! Authentication Requirements 1.0; OAuth 2.0 Attestation-Based Client Authentication (Errors).

use std::fmt;

/// An error code of the registries, as it appears on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    AccessDenied,
    AccountSelectionRequired,
    AuthorizationPending,
    ConsentRequired,
    ExpiredLoginHintToken,
    ExpiredToken,
    InsufficientScope,
    InsufficientUserAuthentication,
    InteractionRequired,
    InvalidAuthorizationDetails,
    InvalidBindingMessage,
    InvalidClient,
    InvalidClientMetadata,
    InvalidDpopProof,
    InvalidGrant,
    InvalidRedirectUri,
    InvalidRequest,
    InvalidRequestObject,
    InvalidRequestUri,
    InvalidScope,
    InvalidSoftwareStatement,
    InvalidTarget,
    InvalidToken,
    LoginRequired,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestUriNotSupported,
    ServerError,
    SlowDown,
    TemporarilyUnavailable,
    UnapprovedSoftwareStatement,
    UnauthorizedClient,
    UnknownUserId,
    UnmetAuthenticationRequirements,
    UnsupportedGrantType,
    UnsupportedResponseType,
    UnsupportedTokenType,
    UseAttestationChallenge,
    UseDpopNonce,
    UseFreshAttestation,
}

impl ErrorCode {
    /// The registered text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::AuthorizationPending => "authorization_pending",
            Self::ConsentRequired => "consent_required",
            Self::ExpiredLoginHintToken => "expired_login_hint_token",
            Self::ExpiredToken => "expired_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InsufficientUserAuthentication => "insufficient_user_authentication",
            Self::InteractionRequired => "interaction_required",
            Self::InvalidBindingMessage => "invalid_binding_message",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidClient => "invalid_client",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidSoftwareStatement => "invalid_software_statement",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidToken => "invalid_token",
            Self::LoginRequired => "login_required",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::ServerError => "server_error",
            Self::SlowDown => "slow_down",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnknownUserId => "unknown_user_id",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::UseAttestationChallenge => "use_attestation_challenge",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::UseFreshAttestation => "use_fresh_attestation",
        }
    }

    /// The HTTP status where the error is a direct reply (RFC 6749 §5.2, RFC 6750 §3.1, RFC 9470 §3).
    pub const fn status(self) -> u16 {
        match self {
            Self::InsufficientUserAuthentication | Self::InvalidClient | Self::InvalidToken => 401,
            Self::InsufficientScope => 403,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }

    /// The HTTP status at a resource, where a proof is part of the credentials (RFC 9449 §7.1, §9).
    pub const fn status_at_resource(self) -> u16 {
        match self {
            Self::InvalidDpopProof | Self::UseDpopNonce => 401,
            other => other.status(),
        }
    }
}

/// Declares every cause with its error code and the fixed text a client developer reads.
macro_rules! causes {
    ($($(#[$doc:meta])* $cause:ident => $code:ident, $text:literal;)+) => {
        /// Why the protocol says no.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Cause { $($(#[$doc])* $cause,)+ }

        impl Cause {
            /// Every cause there is.
            pub const ALL: &'static [Self] = &[$(Self::$cause,)+];

            /// The error code on the wire.
            pub const fn code(self) -> ErrorCode {
                match self { $(Self::$cause => ErrorCode::$code,)+ }
            }

            /// The fixed `error_description`: printable ASCII without quotes and backslashes (RFC 6749 §5.2).
            pub const fn description(self) -> &'static str {
                match self { $(Self::$cause => $text,)+ }
            }

            /// The name in logs and in `explain`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$cause => stringify!($cause),)+ }
            }
        }
    };
}

causes! {
    // Requests in general.
    ParameterRepeated => InvalidRequest, "a parameter is given more than once";
    ParameterTooLong => InvalidRequest, "a parameter is too long";
    ParameterMissing => InvalidRequest, "a required parameter is missing";
    ParameterMalformed => InvalidRequest, "a parameter has a malformed value";
    FormMalformed => InvalidRequest, "the request body is not a well-formed application/x-www-form-urlencoded form";
    ParametersInUri => InvalidRequest, "this endpoint takes its parameters in the request body only";

    // Authorization requests, before a redirect is safe.
    ClientUnknown => InvalidClient, "no such client";
    ClientDocumentUnusable => InvalidClient, "the document that describes the client cannot be used";
    ClientDisabled => UnauthorizedClient, "the client is switched off";
    RedirectUriMissing => InvalidRequest, "redirect_uri is required";
    RedirectUriNotRegistered => InvalidRequest, "redirect_uri is not registered for this client";

    RequestUriUnusable => InvalidRequestUri, "the request_uri is unknown, expired or used, or of another client";

    // Request objects (RFC 9101 §7; OIDC Core §3.1.2.6).
    RequestObjectTwice => InvalidRequest, "request and request_uri cannot be given together";
    RequestObjectUnusable => InvalidRequestObject, "the request object is malformed, not signed as registered, or not of this moment";
    RequestObjectOfOtherClient => InvalidRequestObject, "the request object is of another client";
    RequestUriNotRegistered => InvalidRequestUri, "the request_uri is not registered for this client";
    RequestUriUnreadable => InvalidRequestUri, "the request_uri does not lead to the request object";
    SignedRequestRequired => InvalidRequest, "the authorization request must be a signed request object";

    // Authorization requests, reported to the client.
    ResponseTypeUnsupported => UnsupportedResponseType, "this response_type is not supported";
    ResponseModeUnsupported => InvalidRequest, "response_mode has a value this server does not know";
    ResponseModeNotAllowed => InvalidRequest, "this response_mode is not allowed for the client or the response type";
    ResponseTypeNotRegistered => UnauthorizedClient, "the client is not registered for this response type";
    CodeChallengeMissing => InvalidRequest, "code_challenge is required";
    CodeChallengeMalformed => InvalidRequest, "code_challenge must be 43 base64url characters";
    CodeChallengeMethodUnsupported => InvalidRequest, "code_challenge_method must be S256";
    NonceMissing => InvalidRequest, "nonce is required for an ID token from the authorization endpoint";
    PromptConflict => InvalidRequest, "prompt none cannot be combined with another value";
    PromptUnsupported => InvalidRequest, "prompt has a value this server does not know";
    RegistrationClosed => InvalidRequest, "prompt create is not enabled here";
    MaxAgeMalformed => InvalidRequest, "max_age must be a number of seconds";
    ClaimsMalformed => InvalidRequest, "claims is not a well-formed claims request";
    RequestObjectUnsupported => RequestNotSupported, "request objects are not supported";
    RequestUriUnsupported => RequestUriNotSupported, "request_uri is not supported";
    RequestUriPushed => InvalidRequest, "a pushed request cannot hold request_uri";
    PushedRequestRequired => InvalidRequest, "the authorization request must be pushed";
    RegistrationParameterUnsupported => RegistrationNotSupported, "the registration parameter is not supported";
    ScopeMalformed => InvalidScope, "scope is malformed";
    ScopeNotAllowed => InvalidScope, "a scope is unknown or not allowed for this client";
    ScopeOpenidMissing => InvalidScope, "an ID token needs the scope openid";
    ResourceMalformed => InvalidTarget, "resource must be an absolute URI without a fragment";
    DetailsMalformed => InvalidAuthorizationDetails, "authorization_details must be a short JSON array of objects with a type";
    DetailsTypeUnknown => InvalidAuthorizationDetails, "a type of authorization_details is unknown or not allowed for this client";
    DetailsInvalid => InvalidAuthorizationDetails, "authorization_details are not as their type demands";
    DetailsBeyondGrant => InvalidAuthorizationDetails, "authorization_details exceed what was granted for this resource";
    DetailsNeedPerson => InvalidAuthorizationDetails, "authorization_details need a user who agrees and cannot be had by this grant";
    ResourceUnknown => InvalidTarget, "resource is unknown or not allowed for this client";
    HintUnusable => InvalidRequest, "id_token_hint is not an ID token of this issuer";
    HintOfOtherClient => InvalidRequest, "client_id is not the audience of id_token_hint";
    PostLogoutRedirectUriNotRegistered => InvalidRequest, "post_logout_redirect_uri is not registered for this client";
    SignInNeeded => LoginRequired, "the user must sign in";
    OtherUserNeeded => LoginRequired, "another user is signed in than the one asked for";
    ConsentNeeded => ConsentRequired, "the user must give consent";
    InteractionNeeded => InteractionRequired, "the user must do something on a page";
    AccountChoiceNeeded => AccountSelectionRequired, "the user must choose an account";
    LevelNotReached => UnmetAuthenticationRequirements, "the requested authentication context was not reached";
    SignInNotStartedHere => InvalidRequest, "a sign-in at this client is not started here";
    TargetLinkUriForeign => InvalidRequest, "target_link_uri is of another origin than the client";
    UserRefused => AccessDenied, "the user or the server refused the request";

    RecipientUnknown => InvalidRequest, "the client has no usable key to encrypt its answer to";

    // Back-channel authentication requests (CIBA Core §13).
    SignedAuthenticationRequired => InvalidRequest, "the request must be signed, as registered";
    SignedAuthenticationNotRegistered => InvalidRequest, "the client is not registered to sign its requests";
    SignedAuthenticationNotAlone => InvalidRequest, "a parameter stands beside the signed request";
    SignedAuthenticationUnusable => InvalidRequest, "the signed request is malformed, not signed as registered, used before or not of this moment";
    HintsNotOne => InvalidRequest, "exactly one of login_hint, id_token_hint and login_hint_token is required";
    LoginHintTokenExpired => ExpiredLoginHintToken, "login_hint_token has expired";
    LoginHintTokenUnusable => InvalidRequest, "login_hint_token is not acceptable";
    UserUnknown => UnknownUserId, "the hint names no user";
    BindingMessageUnusable => InvalidBindingMessage, "binding_message must be 1 to 64 letters, digits and plain punctuation";
    AuthenticationsTooMany => TemporarilyUnavailable, "too many requests wait for this user, try again later";

    // Client authentication.
    ClientAuthenticationMissing => InvalidClient, "client authentication is required";
    ClientAuthenticationFailed => InvalidClient, "client authentication failed";
    ClientAuthenticationTwice => InvalidRequest, "more than one client authentication in a request";
    ClientAuthenticationUnsupported => InvalidClient, "this client authentication method is not supported";
    BasicMalformed => InvalidRequest, "the Authorization header is malformed";
    AttestationStale => UseFreshAttestation, "the client attestation has expired";
    AttestationChallengeNeeded => UseAttestationChallenge, "the proof must carry the challenge of this answer";

    // Token requests.
    TokenKindNotRevocable => UnsupportedTokenType, "only access tokens and refresh tokens can be revoked";
    GrantTypeUnsupported => UnsupportedGrantType, "this grant type is not supported";
    GrantTypeNotAllowed => UnauthorizedClient, "the client may not use this grant type";
    CodeUnusable => InvalidGrant, "the authorization code is unknown, expired or used";
    CodeNotYours => InvalidGrant, "the authorization code was issued to another client";
    RedirectUriDiffers => InvalidGrant, "redirect_uri differs from the authorization request";
    VerifierMissing => InvalidGrant, "code_verifier is required";
    VerifierUnexpected => InvalidGrant, "code_verifier was sent for a code without a challenge";
    VerifierMalformed => InvalidGrant, "code_verifier must be 43 to 128 unreserved characters";
    VerifierDiffers => InvalidGrant, "code_verifier does not match the challenge";
    RefreshTokenUnusable => InvalidGrant, "the refresh token is unknown, expired or revoked";
    RefreshTokenReplayed => InvalidGrant, "the refresh token was used before; its grant is revoked";
    RefreshTokenNotYours => InvalidGrant, "the refresh token was issued to another client";
    AuthorizationPending => AuthorizationPending, "the user has not decided yet";
    SlowDown => SlowDown, "polling too often; wait five seconds longer from now on";
    DeviceRefused => AccessDenied, "the user refused the device";
    DeviceCodeExpired => ExpiredToken, "the device code has expired";
    DeviceCodeUnusable => InvalidGrant, "the device code is unknown or used";
    DeviceCodeNotYours => InvalidGrant, "the device code was issued to another client";
    AuthenticationRefused => AccessDenied, "the user refused the authentication request";
    AuthReqIdExpired => ExpiredToken, "the auth_req_id has expired";
    AuthReqIdUnusable => InvalidGrant, "the auth_req_id is unknown or used";
    AuthReqIdNotYours => InvalidGrant, "the auth_req_id was issued to another client";
    TokensArePushed => UnauthorizedClient, "the client is sent its tokens and cannot fetch them";
    AssertionUnusable => InvalidGrant, "the assertion is not good, not trusted here, or was used before";
    TokenTypeUnsupported => InvalidRequest, "this token type cannot be exchanged here";
    TokenTypeDiffers => InvalidRequest, "a token is not of the type it is said to be";
    ActorTokenTypeUnexpected => InvalidRequest, "actor_token_type was sent without actor_token";
    SubjectTokenUnusable => InvalidRequest, "the subject token is unknown, expired or revoked";
    ActorTokenUnusable => InvalidRequest, "the actor token is unknown, expired or not the client's own";
    ActorNotAllowed => InvalidRequest, "the acting party may not act for this subject";
    ExchangeNotAllowed => InvalidTarget, "the client may not exchange such tokens for this target";
    GrantEnded => InvalidGrant, "the grant has ended";
    ScopeBeyondGrant => InvalidScope, "scope exceeds what was granted";
    ResourceBeyondGrant => InvalidTarget, "resource exceeds what was granted";
    ResourceNotSingle => InvalidTarget, "an access token is for one resource";
    CodeBoundToOtherKey => InvalidGrant, "the authorization code is bound to another key";
    RefreshTokenBoundElsewhere => InvalidGrant, "the refresh token is bound to another key or certificate";
    SubjectTokenBoundElsewhere => InvalidRequest, "the subject token is bound to another key or certificate";
    ScopeNeedsUser => InvalidScope, "a scope needs a user who signs in and cannot be had by this grant";

    // Proofs of a key (RFC 9449 §5, §7.1, §8).
    DpopProofMissing => InvalidDpopProof, "this client must send a DPoP proof";
    DpopProofMalformed => InvalidDpopProof, "the DPoP proof is malformed or not signed by the key it names";
    DpopProofMisdirected => InvalidDpopProof, "the DPoP proof was made for another request";
    DpopProofStale => InvalidDpopProof, "the DPoP proof is not of this moment";
    DpopProofReplayed => InvalidDpopProof, "the DPoP proof was used before";
    DpopNonceNeeded => UseDpopNonce, "the DPoP proof must carry the nonce of this answer";
    TokenByBrowserUnbound => UnauthorizedClient, "access tokens of this client are bound and cannot be given by way of the browser";
    CertificateMissing => InvalidRequest, "this client must show its certificate";
    DpopKeyMalformed => InvalidRequest, "dpop_jkt must be 43 base64url characters";
    DpopKeyDiffers => InvalidRequest, "dpop_jkt names another key than the DPoP proof";

    // Resource requests (RFC 6750 §3.1, RFC 9470 §3).
    TokenTwice => InvalidRequest, "more than one way of presenting the token";
    TokenInUri => InvalidRequest, "an access token in the URI is not accepted";
    TokenUnusable => InvalidToken, "the access token is unknown, expired or revoked";
    TokenNeedsProof => InvalidToken, "the access token is bound to a key and needs a DPoP proof";
    TokenBoundElsewhere => InvalidToken, "the access token is bound to another key or certificate";
    TokenNotBound => InvalidToken, "the access token is not bound to a key";
    ScopeMissing => InsufficientScope, "the access token lacks a required scope";
    AuthenticationInsufficient => InsufficientUserAuthentication, "the user must sign in more strongly or once more";
    DemandUnusable => InvalidRequest, "what the gateway demands of tokens is not understood";

    // Registration and configuration.
    RegisteredRedirectUriInvalid => InvalidRedirectUri, "a redirect URI is not acceptable";
    MetadataInvalid => InvalidClientMetadata, "client metadata is not acceptable";
    RegistrationMalformed => InvalidClientMetadata, "the request body must be one JSON object of client metadata";
    StatementUnusable => InvalidSoftwareStatement, "the software statement is malformed, not signed by its issuer, or not of this moment";
    StatementNotApproved => UnapprovedSoftwareStatement, "the issuer of the software statement is not trusted here";
    RegistrationTokenUnusable => InvalidToken, "the token is unknown, expired, used up or for another client";
    RegistrationsTooMany => TemporarilyUnavailable, "too many clients have registered, try again later";

    // Capacity.
    RequestsTooMany => TemporarilyUnavailable, "too many requests of this client came from there, try again later";
    TenantOverQuota => TemporarilyUnavailable, "too many requests at once, try again later";
    Busy => TemporarilyUnavailable, "the server is busy, try again";
}

/// A refusal: its cause for the client, its detail for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub cause: Cause,
    /// What exactly, for logs and `explain`; never sent to a client, never a secret.
    pub detail: Option<String>,
}

impl Refusal {
    /// A refusal without detail.
    pub const fn new(cause: Cause) -> Self {
        Self { cause, detail: None }
    }

    /// The `error_description`: the fixed text, and for client metadata which field is meant.
    pub fn description(&self) -> String {
        let fixed = self.cause.description();
        let names_field = matches!(self.cause, Cause::MetadataInvalid | Cause::RegisteredRedirectUriInvalid);
        // The detail begins with the name of the field.
        let field = self.detail.as_deref().filter(|_| names_field).and_then(|detail| detail.split(' ').next());
        let is_name = |field: &&str| field.bytes().all(|b| b.is_ascii_alphanumeric() || b"_#-".contains(&b));
        field.filter(is_name).map_or_else(|| fixed.to_owned(), |field| format!("{fixed}: {field}"))
    }

    /// Adds what exactly was wrong, for the operator.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl From<Cause> for Refusal {
    fn from(cause: Cause) -> Self {
        Self::new(cause)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cause.name())?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, " ({detail})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OA-13: error_description holds only printable ASCII without quote and backslash.
    #[test]
    fn every_description_is_safe_on_the_wire() {
        for cause in Cause::ALL {
            let safe = |b: u8| matches!(b, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(cause.description().bytes().all(safe), "{}", cause.name());
        }
    }
}
