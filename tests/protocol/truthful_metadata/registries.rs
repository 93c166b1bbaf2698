//! Everything that the registries know, of which a server advertises some.

/// Signature algorithms of RFC 7518 §3.1 and RFC 8037 §3.1.
pub(super) const SIGNATURES: &[&str] = &[
    "none", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
    "EdDSA", "Ed25519",
];
/// Key management algorithms of RFC 7518 §4.1.
pub(super) const KEY_MANAGEMENT: &[&str] = &[
    "RSA1_5",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "A128KW",
    "A256KW",
    "dir",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A256KW",
    "A128GCMKW",
    "A256GCMKW",
    "PBES2-HS256+A128KW",
    "PBES2-HS512+A256KW",
];
/// Content encryption algorithms of RFC 7518 §5.1.
pub(super) const CONTENT_ENCRYPTION: &[&str] =
    &["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM"];
/// Grants of the registry.
pub(super) const GRANTS: &[&str] = &[
    "authorization_code",
    "implicit",
    "refresh_token",
    "client_credentials",
    "password",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:openid:params:grant-type:ciba",
];
/// Response types of the registry.
pub(super) const RESPONSE_TYPES: &[&str] =
    &["code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "none"];
/// Client authentication methods of the registry.
pub(super) const METHODS: &[&str] = &[
    "none",
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "attest_jwt_client_auth",
    "attest_jwt_client_auth_dpop",
];
