//! Introspection: what a client may know about a token.
//!
//! Owns finding the token and asking the gate about its grant. Who sees what is `oidc::introspection`. Everything that is
//! not active for the caller gets the same bytes, whatever the reason, and none of it is an error. RFC 7662, RFC 9701; S-042.

use portreeve_crypto::Bearer;
use portreeve_domain::{Client, Failure, Fault, GrantType, RefreshTokenId, Timestamp, TokenKind};
use portreeve_jose::Algorithm;
use portreeve_oidc::access_token::Principal;
use portreeve_oidc::authorization_details::{self, Selection};
use portreeve_oidc::encryption::Answer;
use portreeve_oidc::introspection::{self, ActiveKind, ActiveToken, INACTIVE};
use portreeve_oidc::revocation::NamedToken;
use portreeve_oidc::{Parameters, Refusal, signatures};
use portreeve_storage::{Conn, refresh_tokens};

use crate::Issuer;
use crate::client_encryption;
use crate::directory::TenantDirectory;
use crate::sender::SenderEvidence;
use crate::tokens::id_token::profile;
use crate::tokens::presented_token::{self, ActiveAccessToken};
use crate::{gate, granted_details};

/// In which form a caller wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntrospectionForm {
    /// A JSON object.
    Json,
    /// The object in a JWT, signed for this caller (RFC 9701).
    Jwt,
}

impl Issuer {
    /// Answers an introspection request in the form asked for; what is not active for the caller is `{"active":false}`.
    ///
    /// # Errors
    /// Those of client authentication, which a public client cannot pass; `ParameterMissing` without `token`; a fault
    /// when the database is away.
    pub async fn introspect(
        &self,
        at: &TenantDirectory,
        authorization: &[&[u8]],
        sender: &SenderEvidence,
        form: IntrospectionForm,
        parameters: &Parameters,
    ) -> Result<Vec<u8>, Failure<Refusal>> {
        let caller = self.authenticate_confidential_client(at, authorization, sender, parameters).await?;
        if form == IntrospectionForm::Jwt {
            self.prepare_to_encrypt(at, &caller, Answer::Introspection).await.map_err(Failure::Refused)?;
        }
        let named = NamedToken::from_parameters(parameters).map_err(Failure::Refused)?;
        let text = named.token.expose();
        let now = self.ambient.now();
        let mut conn = self.store.read_together(at.id()).await?;
        // The prefix says what a token is; the hint is not needed.
        let answer = match Bearer::parse(text, TokenKind::RefreshToken.prefix(), &at.keys.permutation) {
            Some(bearer) => refresh_token(&mut conn, at, &caller, &bearer, now).await?,
            None => access_token(&mut conn, at, &caller, text, now).await?,
        };
        drop(conn);
        let answer = answer.unwrap_or_else(|| INACTIVE.to_vec());
        match form {
            IntrospectionForm::Json => Ok(answer),
            IntrospectionForm::Jwt => Ok(signed(at, &caller, &answer, now)?),
        }
    }
}

/// The answer as a JWT, by the algorithm the caller registered, else RS256, and encrypted if it wants it so (RFC 9701 §6).
fn signed(at: &TenantDirectory, caller: &Client, answer: &[u8], now: Timestamp) -> Result<Vec<u8>, Fault> {
    let registered = caller.metadata.introspection_signed_response_alg.as_deref();
    let algorithm = signatures::of_answer(registered, profile(at, caller).rules().signatures, Algorithm::Rs256)?;
    let claims = introspection::signed_answer(answer, &at.issuer, &caller.id, now)?;
    let token = at.signing.active(algorithm)?.sign(introspection::JWT_TYP, &claims).map_err(Fault::new)?;
    client_encryption::token_for_client(at, caller, Answer::Introspection, token).map(String::into_bytes)
}

async fn access_token(
    conn: &mut Conn,
    at: &TenantDirectory,
    caller: &Client,
    text: &str,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, Fault> {
    let Some(token) = presented_token::find_access_token(conn, at, text, now).await? else { return Ok(None) };
    match presented_token::admit(conn, at, token, now).await? {
        Ok(active) => describe(at, caller, &active),
        Err(_) => Ok(None),
    }
}

fn describe(at: &TenantDirectory, caller: &Client, active: &ActiveAccessToken) -> Result<Option<Vec<u8>>, Fault> {
    let token = &active.token;
    let kind = match at.server(&token.audience) {
        Some(server) => ActiveKind::ForResource(server),
        None if token.audience == at.issuer => ActiveKind::ForUserinfo,
        // The resource server is not registered any more.
        None => return Ok(None),
    };
    let principal = match (&token.family, active.pass.subject()) {
        (Some(family), Some(subject)) => {
            Principal::User { subject: subject.as_str(), family, may_act: active.pass.may_act() }
        }
        _ => Principal::Client(&active.client.id),
    };
    let granted = token.family.as_ref().map(|family| granted_details::open(at, family)).transpose()?;
    let carried = Selection::stored(&active.client, &granted.unwrap_or_default(), token.details.unwrap_or_default());
    let facts = ActiveToken {
        issuer: &at.issuer,
        details: carried.details(),
        kind,
        principal,
        scope: &token.scope,
        issued_at: token.issued_at,
        expires_at: token.expires_at,
        token_id: token.token_id.as_deref(),
        confirmation: token.confirmation,
    };
    introspection::answer(&facts, caller).map(Some)
}

/// Describes an unused refresh token to the client it was issued to.
async fn refresh_token(
    conn: &mut Conn,
    at: &TenantDirectory,
    caller: &Client,
    bearer: &Bearer,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, Fault> {
    let stored = refresh_tokens::find(conn, at.id(), RefreshTokenId::new(bearer.id)).await?;
    let usable = stored
        .filter(|(token, _)| bearer.proves(&token.secret_hash))
        .filter(|(token, _)| token.consumed_at.is_none() && now < token.expires_at && token.client == caller.id);
    let Some((token, family)) = usable else { return Ok(None) };
    let Ok(pass) = gate::admit_user(conn, at, caller, &family, GrantType::RefreshToken, now).await? else {
        return Ok(None);
    };
    let subject = pass.subject().ok_or_else(|| Fault::impossible("a person's pass without a subject"))?;
    let granted = granted_details::open(at, &family)?.into_iter();
    let left = granted.filter(|detail| authorization_details::may_have(caller, detail.type_name()));
    let details: Vec<_> = left.map(|detail| detail.members).collect();
    let facts = ActiveToken {
        issuer: &at.issuer,
        details: &details,
        kind: ActiveKind::Refresh,
        principal: Principal::User { subject: subject.as_str(), family: &family, may_act: pass.may_act() },
        scope: &family.scope.filter(|scope| pass.may_have_scope(scope)),
        issued_at: token.created_at,
        expires_at: token.expires_at,
        token_id: None,
        confirmation: token.confirmation,
    };
    introspection::answer(&facts, caller).map(Some)
}

#[cfg(test)]
mod tests;
