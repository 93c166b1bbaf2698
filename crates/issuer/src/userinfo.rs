//! Userinfo: what a person lets a client know.
//!
//! Owns who may ask: an access token for the issuer itself, with `openid`, whose grant still stands. Which claims there
//! are is `oidc::userinfo`. Leaves taking the token out of the request to the door. OIDC Core §5.3; RFC 6750 §3.1.

use portreeve_domain::{Failure, Fault};
use portreeve_jose::{Algorithm, Content};
use portreeve_oidc::claims_request::ClaimsSection;
use portreeve_oidc::encryption::Answer;
use portreeve_oidc::{Cause, Refusal, signatures, userinfo};

use crate::Issuer;
use crate::client_encryption;
use crate::directory::TenantDirectory;
use crate::people;
use crate::sender::ResourceRequest;
use crate::settlement::refuse;
use crate::tokens::id_token;
use crate::tokens::presented_token::{self, ActiveAccessToken};

/// The scope without which there is nothing to tell (OIDC Core §5.3.1).
const REQUIRED_SCOPE: &str = "openid";

/// A userinfo answer, in the form the client registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Userinfo {
    /// `application/json`: a JSON object.
    Json(Vec<u8>),
    /// `application/jwt`: signed, encrypted, or both (OIDC Core §5.3.2).
    Jwt(String),
}

impl Issuer {
    /// Answers a userinfo request.
    ///
    /// # Errors
    /// `TokenUnusable` for a token that is not active or for somebody else; those of `sender` for one that is not its
    /// user's; `ScopeMissing` without `openid`; a fault when
    /// the database is away.
    pub async fn userinfo(
        &self,
        at: &TenantDirectory,
        request: &ResourceRequest<'_>,
    ) -> Result<Userinfo, Failure<Refusal>> {
        let now = self.ambient.now();
        let mut conn = self.store.read_together(at.id()).await?;
        let Some(token) = presented_token::find_access_token(&mut conn, at, request.token.text, now).await? else {
            return refuse(unusable("unknown, expired or revoked"));
        };
        if token.audience != at.issuer {
            return refuse(unusable("for another audience"));
        }
        let sender = self.check_holder(at, request, &at.bases(), &token).map_err(Failure::Refused)?;
        let admitted = presented_token::admit(&mut conn, at, token, now).await?;
        let active = admitted.map_err(|refusal| Failure::Refused(unusable(refusal.name())))?;
        if !active.token.scope.contains(REQUIRED_SCOPE) {
            return refuse(Refusal::new(Cause::ScopeMissing).with_detail(REQUIRED_SCOPE));
        }
        let (Some(family), Some(subject)) = (&active.token.family, active.pass.subject()) else {
            return refuse(unusable("no person behind it"));
        };
        let Some(person) = people::find(&mut conn, at, family.user).await? else {
            return refuse(unusable("the person is gone"));
        };
        drop(conn);
        self.prepare_to_encrypt(at, &active.client, Answer::Userinfo).await.map_err(Failure::Refused)?;
        self.spend_proof(at, &sender).await?;
        let seen = id_token::as_seen(at, &person, subject);
        let claims =
            id_token::released(&active.pass, family, ClaimsSection::Userinfo, active.token.scope.iter(), &seen)?;
        Ok(answer(at, &active, userinfo::response(claims, &seen))?)
    }
}

fn answer(
    at: &TenantDirectory,
    active: &ActiveAccessToken,
    claims: serde_json::Map<String, serde_json::Value>,
) -> Result<Userinfo, Fault> {
    let client = &active.client;
    let Some(name) = client.metadata.userinfo_signed_response_alg.as_deref() else {
        let json = userinfo::to_json(&claims)?;
        let encrypted = client_encryption::for_client(at, client, Answer::Userinfo, Content::Claims(&json))?;
        return Ok(encrypted.map_or(Userinfo::Json(json), Userinfo::Jwt));
    };
    let rule = id_token::profile(at, client).rules().signatures;
    let key = at.signing.active(signatures::of_answer(Some(name), rule, Algorithm::Rs256)?)?;
    let claims = userinfo::to_json(&userinfo::signed_response(claims, &at.issuer, &client.id))?;
    let signed = key.sign(id_token::TYP, &claims).map_err(Fault::new)?;
    client_encryption::token_for_client(at, client, Answer::Userinfo, signed).map(Userinfo::Jwt)
}

fn unusable(detail: &'static str) -> Refusal {
    Refusal::new(Cause::TokenUnusable).with_detail(detail)
}

#[cfg(test)]
mod tests;
