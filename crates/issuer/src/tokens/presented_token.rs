//! Access tokens that come back: found, proven, and asked about at the gate.
//!
//! Owns reading both forms. A token that passes here is ours, unexpired, not revoked, and its grant still stands; whether
//! it is for whoever asks is left to introspection, userinfo and gateways. RFC 7662 §4, RFC 9068 §4; SECURITY rule 5.

use std::sync::Arc;

use portreeve_crypto::{Bearer, parse_public_id};
use portreeve_domain::{
    AccessTokenId, Client, ClientId, Confirmation, Fault, GrantType, Scope, Timestamp, TokenFamily, TokenKind,
    lifetimes,
};
use portreeve_jose::{AudienceRule, Expected, Expiry, TypRule, VerifiedClaims, verify};
use portreeve_oidc::confirmation;
use portreeve_storage::access_tokens::AccessTokenRow;
use portreeve_storage::{Conn, access_tokens, revoked_jtis};

use super::access_token::{SIGNED_WITH, STORED_JTI, UNSTORED_JTI};
use crate::directory::TenantDirectory;
use crate::gate::{self, GateRefusal, Pass};
use crate::recent_signatures::{Name, SignedToken, VerifiedToken};

/// The token types our JWT access tokens may have (DESIGN §1.6).
const TYPES: [&str; 2] = ["at+jwt", "JWT"];
/// What sets them apart from ID tokens, which share the second type (S-044).
const REQUIRED: [&str; 4] = ["sub", "client_id", "jti", "iat"];
/// No token of ours is longer, in bytes.
const MAX_BYTES: usize = 8 * 1024;

/// How we know a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KnownBy {
    /// By its row.
    Row(AccessTokenId),
    /// By its `jti` alone (client credentials).
    TokenId(String),
}

/// An access token whose secret or signature was proven, unexpired and not revoked by itself.
#[derive(Clone)]
pub(crate) struct ProvenAccessToken {
    pub(crate) known_by: KnownBy,
    pub(crate) client: ClientId,
    /// The grant it belongs to; `None` for a client on its own behalf.
    pub(crate) family: Option<TokenFamily>,
    pub(crate) audience: String,
    pub(crate) scope: Scope,
    /// Which of its grant's authorization details it carries.
    pub(crate) details: Option<i64>,
    /// What it is bound to; whether its user is who it is bound to is `sender`'s to check.
    pub(crate) confirmation: Confirmation,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The `jti` of a JWT.
    pub(crate) token_id: Option<String>,
}

/// A proven access token whose grant still stands.
pub(crate) struct ActiveAccessToken {
    pub(crate) token: ProvenAccessToken,
    pub(crate) client: Arc<Client>,
    pub(crate) pass: Pass,
}

/// Finds the access token `text` is; `None` for anything that is none of ours, expired or revoked.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn find_access_token(
    conn: &mut Conn,
    at: &TenantDirectory,
    text: &str,
    now: Timestamp,
) -> Result<Option<ProvenAccessToken>, Fault> {
    let found = match Bearer::parse(text, TokenKind::AccessToken.prefix(), &at.keys.permutation) {
        Some(bearer) => find_opaque(conn, at, &bearer).await?,
        None => find_jwt(conn, at, text, now).await?,
    };
    Ok(found.filter(|token| now < token.expires_at))
}

/// Asks the gate about a proven token, and takes from its scope what does not count any more.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn admit(
    conn: &mut Conn,
    at: &TenantDirectory,
    token: ProvenAccessToken,
    now: Timestamp,
) -> Result<Result<ActiveAccessToken, GateRefusal>, Fault> {
    // A client that is not registered any more is as good as switched off.
    let Some(client) = at.client(&token.client).cloned() else { return Ok(Err(GateRefusal::ClientDisabled)) };
    if token.audience != at.issuer && !client.may_target(&token.audience) {
        return Ok(Err(GateRefusal::ResourceNotAllowed));
    }
    let admitted = match &token.family {
        Some(family) => gate::admit_user(conn, at, &client, family, family.origin, now).await?,
        None => gate::admit_client(at, &client, GrantType::ClientCredentials),
    };
    Ok(admitted.map(|pass| {
        let scope = token.scope.filter(|scope| pass.may_have_scope(scope));
        ActiveAccessToken { token: ProvenAccessToken { scope, ..token }, client, pass }
    }))
}

async fn find_opaque(
    conn: &mut Conn,
    at: &TenantDirectory,
    bearer: &Bearer,
) -> Result<Option<ProvenAccessToken>, Fault> {
    let row = access_tokens::find(conn, at.id(), AccessTokenId::new(bearer.id)).await?;
    let proven = row.filter(|(row, _)| row.secret_hash.is_some_and(|hash| bearer.proves(&hash)));
    Ok(proven.and_then(|stored| from_stored(stored, None)))
}

async fn find_jwt(
    conn: &mut Conn,
    at: &TenantDirectory,
    text: &str,
    now: Timestamp,
) -> Result<Option<ProvenAccessToken>, Fault> {
    let name = Name::of(at.id(), text.as_bytes());
    let says = at.recent.token(name, &at.signing, now).or_else(|| {
        let verified = verify_jwt(at, text, now)?;
        let says = verified.says.clone();
        at.recent.keep_token(name, verified);
        Some(says)
    });
    match says {
        None => Ok(None),
        Some(SignedToken::Stored { id, token_id }) => {
            let row = access_tokens::find(conn, at.id(), id).await?;
            let proven = row.filter(|(row, _)| row.secret_hash.is_none());
            Ok(proven.and_then(|stored| from_stored(stored, Some(token_id))))
        }
        Some(SignedToken::Whole(token)) => {
            let jti = token.token_id.as_deref().unwrap_or_default();
            let is_revoked = revoked_jtis::contains(conn, at.id(), jti).await?;
            Ok((!is_revoked).then_some(*token))
        }
    }
}

/// What an access token of ours says; `None` for anything else, and for an expired one.
fn verify_jwt(at: &TenantDirectory, text: &str, now: Timestamp) -> Option<VerifiedToken> {
    let expected = Expected {
        typ: TypRule::Exactly(&TYPES),
        algorithms: &[SIGNED_WITH],
        issuer: Some(&at.issuer),
        audience: AudienceRule::Unchecked,
        required: &REQUIRED,
        now_seconds: now.as_seconds(),
        // Another node signed it, perhaps, and its clock may be ahead of ours (S-139); the end is looked at below.
        skew_seconds: lifetimes::CLOCK_SKEW.as_seconds(),
        expiry: Expiry::Required,
        max_bytes: MAX_BYTES,
    };
    let claims = verify(text, &expected, at.signing.believed()).ok()?;
    let expires_at = instant(&claims, "exp").filter(|&end| now < end)?;
    let token_id = claims.str("jti")?.to_owned();
    let says = match parse_public_id(&token_id, STORED_JTI, &at.keys.permutation) {
        Some(id) => SignedToken::Stored { id: AccessTokenId::new(id), token_id },
        None if token_id.starts_with(UNSTORED_JTI) => SignedToken::Whole(Box::new(from_claims(&claims, token_id)?)),
        None => return None,
    };
    Some(VerifiedToken { kid: claims.key_id()?.to_owned(), expires_at, says })
}

/// A time claim.
fn instant(claims: &VerifiedClaims, name: &str) -> Option<Timestamp> {
    claims.int(name).map(|seconds| Timestamp::from_millis(seconds.saturating_mul(1000)))
}

/// `None` for a token that was revoked by itself.
fn from_stored(
    (row, family): (AccessTokenRow, Option<TokenFamily>),
    token_id: Option<String>,
) -> Option<ProvenAccessToken> {
    row.revoked_at.is_none().then_some(ProvenAccessToken {
        known_by: KnownBy::Row(row.id),
        client: row.client,
        family,
        audience: row.audience,
        scope: row.scope,
        details: row.details,
        confirmation: row.confirmation,
        issued_at: row.issued_at,
        expires_at: row.expires_at,
        token_id,
    })
}

/// `None` for claims that we would not have signed.
fn from_claims(claims: &VerifiedClaims, token_id: String) -> Option<ProvenAccessToken> {
    Some(ProvenAccessToken {
        known_by: KnownBy::TokenId(token_id.clone()),
        client: ClientId::parse(claims.str("client_id")?)?,
        family: None,
        audience: claims.str("aud")?.to_owned(),
        details: None,
        scope: Scope::parse(claims.str("scope").unwrap_or_default()).ok()?,
        confirmation: confirmation::read(claims.get("cnf"))?,
        issued_at: instant(claims, "iat")?,
        expires_at: instant(claims, "exp")?,
        token_id: Some(token_id),
    })
}
