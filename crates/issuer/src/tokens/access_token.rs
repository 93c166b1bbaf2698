//! Access tokens: decided inside the transaction, signed after it.
//!
//! Owns the two forms: opaque text whose hash is stored, and a JWT whose `jti` names its row. Leaves the claims to
//! `oidc::access_token` and who may have one to `gate`. RFC 6750, RFC 9068; DESIGN §1.6, §11 "rows for tokens".

use portreeve_crypto::{Bearer, SecretBytes, SecretText, hex, public_id};
use portreeve_domain::{
    AccessTokenId, Confirmation, Event, Fault, Scope, Timestamp, TokenKind, TokenProfile, lifetimes,
};
use portreeve_jose::Algorithm;
use portreeve_oidc::access_token::{AccessToken, Principal};
use portreeve_oidc::authorization_details::Selection;
use portreeve_oidc::token_target::TokenTarget;
use portreeve_storage::access_tokens::AccessTokenRow;

use crate::Ambient;
use crate::directory::TenantDirectory;
use crate::gate::Pass;
use crate::sender::BoundSender;

/// What JWT access tokens are signed with: every resource server and gateway in use verifies it (DESIGN §11).
pub(crate) const SIGNED_WITH: Algorithm = Algorithm::Es256;
/// The `jti` of a JWT with a row: this and the row's hidden id.
pub(super) const STORED_JTI: &str = "ptjt_";
/// The `jti` of a JWT without a row (client credentials): this and 128 random bits.
pub(super) const UNSTORED_JTI: &str = "ptjc_";

/// An access token that is decided and not yet written as text.
pub(super) struct AccessDraft {
    id: AccessTokenId,
    form: Form,
    audience: String,
    pub(super) scope: Scope,
    pub(super) details: Selection,
    pub(super) confirmation: Confirmation,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

enum Form {
    Opaque(SecretBytes<32>),
    Jwt { typ: &'static str, token_id: String },
}

/// What an access token is to be.
pub(super) struct AccessWish {
    /// Whom it is for.
    pub(super) target: TokenTarget,
    /// Who may use it.
    pub(super) sender: BoundSender,
    /// When it dies at the latest.
    pub(super) until: Option<Timestamp>,
}

impl AccessDraft {
    /// Decides on a token. Whoever holds a pass may have one.
    pub(super) fn new(pass: &Pass, ambient: &Ambient, at: &TenantDirectory, wish: AccessWish) -> Result<Self, Fault> {
        let AccessWish { target, sender, until } = wish;
        let gone = || Fault::impossible("a token for a resource server that is not in the directory");
        let server = target.resource.as_deref().map(|resource| at.server(resource).ok_or_else(gone)).transpose()?;
        let (id, now) = (AccessTokenId::new(ambient.row_id()), ambient.now());
        let lifetime = server.map_or(lifetimes::ACCESS_TOKEN, |server| server.lifetime());
        let expires_at = now.plus(lifetime);
        let profile = server.map_or(TokenProfile::Opaque, |server| server.token_profile);
        let form = match profile.typ() {
            None => Form::Opaque(ambient.secret()?),
            Some(typ) => Form::Jwt { typ, token_id: token_id(pass, ambient, at, id)? },
        };
        Ok(Self {
            id,
            form,
            audience: target.resource.unwrap_or_else(|| at.issuer.clone()),
            scope: target.scope,
            details: target.details,
            confirmation: sender.confirmation(),
            issued_at: now,
            expires_at: until.map_or(expires_at, |until| expires_at.min(until)),
        })
    }

    /// The row that must be stored with it.
    pub(super) fn row(&self, pass: &Pass) -> AccessTokenRow {
        AccessTokenRow {
            id: self.id,
            family: pass.family(),
            client: pass.client().clone(),
            user: pass.user(),
            secret_hash: match &self.form {
                Form::Opaque(secret) => Some(*Bearer::stored_hash(secret).as_bytes()),
                Form::Jwt { .. } => None,
            },
            audience: self.audience.clone(),
            scope: self.scope.clone(),
            details: self.details.to_store(),
            confirmation: self.confirmation,
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            revoked_at: None,
        }
    }

    /// `event`, which tells of this token, with what the token is for.
    pub(super) fn told_by(&self, event: Event) -> Event {
        event.with("audience", &self.audience).with("scope", &self.scope)
    }

    /// Writes the token; a JWT is signed, so not while a transaction is open.
    pub(super) fn text(&self, at: &TenantDirectory, principal: Principal<'_>) -> Result<SecretText, Fault> {
        match &self.form {
            Form::Opaque(secret) => {
                let prefix = TokenKind::AccessToken.prefix();
                Bearer::mint(prefix, self.id.as_i64(), secret, &at.keys.permutation).map_err(Fault::new)
            }
            Form::Jwt { typ, token_id } => {
                let claims = AccessToken {
                    issuer: &at.issuer,
                    audience: &self.audience,
                    principal,
                    token_id,
                    scope: &self.scope,
                    details: self.details.details(),
                    confirmation: self.confirmation,
                    issued_at: self.issued_at,
                    expires_at: self.expires_at,
                };
                let signed = at.signing.active(SIGNED_WITH)?.sign(typ, &claims.to_json()?);
                signed.map(SecretText::new).map_err(Fault::new)
            }
        }
    }
}

/// Whether tokens for `target` leave a row also when no person stands behind them.
pub(super) fn is_opaque(at: &TenantDirectory, target: &TokenTarget) -> bool {
    let server = target.resource.as_deref().and_then(|resource| at.server(resource));
    server.is_none_or(|server| server.token_profile == TokenProfile::Opaque)
}

/// The `jti`: it says whether there is a row to ask.
fn token_id(pass: &Pass, ambient: &Ambient, at: &TenantDirectory, id: AccessTokenId) -> Result<String, Fault> {
    if pass.user().is_some() {
        return public_id(STORED_JTI, id.as_i64(), &at.keys.permutation).map_err(Fault::new);
    }
    let random: [u8; 16] = ambient.bytes()?;
    Ok(format!("{UNSTORED_JTI}{}", hex(&random)))
}

#[cfg(test)]
mod tests;
