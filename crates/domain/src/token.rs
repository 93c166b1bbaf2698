//! Kinds of bearer text, each with a prefix of its own.
//!
//! The prefix makes leaks greppable and swaps impossible: a refresh token is not even looked up as an access token
//! (SECURITY S-044). The text itself (id, secret, checksum) is made and read in `crypto`.

/// A kind of random text that proves something to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// An authorization code.
    AuthorizationCode,
    /// An opaque access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
    /// The cookie that binds a browser.
    Browser,
    /// A link sent by mail.
    MailedLink,
    /// The reference to a pushed authorization request.
    PushedRequest,
    /// A client secret.
    ClientSecret,
    /// A device code.
    DeviceCode,
    /// The `auth_req_id` of a back-channel authentication request.
    AuthReqId,
    /// What lets a client register (RFC 7591 §3).
    InitialAccess,
    /// What lets a registered client manage its registration (RFC 7592 §1.2).
    Registration,
}

impl TokenKind {
    /// Every kind there is.
    pub const ALL: [Self; 11] = [
        Self::AuthorizationCode,
        Self::AccessToken,
        Self::RefreshToken,
        Self::Browser,
        Self::MailedLink,
        Self::PushedRequest,
        Self::ClientSecret,
        Self::DeviceCode,
        Self::AuthReqId,
        Self::InitialAccess,
        Self::Registration,
    ];

    /// What its text begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "ptac_",
            Self::AccessToken => "ptat_",
            Self::RefreshToken => "ptrt_",
            Self::Browser => "ptbr_",
            Self::MailedLink => "ptml_",
            Self::PushedRequest => "ptpr_",
            Self::ClientSecret => "ptcs_",
            Self::DeviceCode => "ptdc_",
            Self::AuthReqId => "ptar_",
            Self::InitialAccess => "ptia_",
            Self::Registration => "ptrg_",
        }
    }
}
