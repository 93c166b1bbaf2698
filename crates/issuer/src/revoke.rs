//! Revocation: a client gives back its own tokens.
//!
//! Owns finding the token and ending it. What ends is `oidc::revocation::effect`: a refresh token takes its family along,
//! an access token goes alone, because a client that gives back one access token may hold others on purpose (a policy
//! RFC 7009 §2.1 leaves to us). Unknown, foreign and dead tokens change nothing and look the same; what is of another kind
//! than these two is refused. RFC 7009; S-041.

use portreeve_crypto::Bearer;
use portreeve_domain::{
    Actor, Client, ClientId, Event, EventType, Failure, FamilyId, Fault, RefreshTokenId, Timestamp, TokenKind, UserId,
};
use portreeve_oidc::revocation::{FoundKind, NamedToken, Revocation, effect};
use portreeve_oidc::{Cause, Parameters, Refusal};
use portreeve_storage::{Conn, Tx, access_tokens, refresh_tokens, revoked_jtis, token_families};

use crate::directory::TenantDirectory;
use crate::sender::SenderEvidence;
use crate::settlement::refuse;
use crate::tokens::presented_token::{self, KnownBy, ProvenAccessToken};
use crate::{Issuer, audit};

/// A token that was found, and how to end it.
enum Found {
    Access(Box<ProvenAccessToken>),
    Refresh { owner: ClientId, family: FamilyId, user: UserId },
}

impl Issuer {
    /// Answers a revocation request; success means that the caller's token, if it was one, is dead on every node.
    ///
    /// Must run to its end once begun, as `token`.
    ///
    /// # Errors
    /// Those of client authentication; `ParameterMissing` without `token`; `TokenKindNotRevocable`; a fault when the database is away: the token
    /// then lives, and the client must be told so.
    pub async fn revoke(
        &self,
        at: &TenantDirectory,
        authorization: &[&[u8]],
        sender: &SenderEvidence,
        parameters: &Parameters,
    ) -> Result<(), Failure<Refusal>> {
        let caller = self.authenticate_client(at, authorization, sender, parameters).await?;
        let named = NamedToken::from_parameters(parameters).map_err(Failure::Refused)?;
        let now = self.ambient.now();
        let found = find(&mut self.store.read(at.id()).await?, at, named.token.expose(), now).await?;
        // Garbage does not reach the writer: anybody can send it.
        let Some(found) = found else { return check_kind(at, named.token.expose()) };
        let mut tx = self.store.begin(at.id()).await?;
        self.end(&mut tx, at, &caller, &found, now).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn end(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        caller: &Client,
        found: &Found,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let (kind, owner) = match found {
            Found::Access(token) => (FoundKind::AccessToken, &token.client),
            Found::Refresh { owner, .. } => (FoundKind::RefreshToken, owner),
        };
        let event = Event::new(EventType::TokenRevoked, now, Actor::Client(caller.id.clone())).with_client(owner);
        let (ended, event) = match (effect(kind, owner, &caller.id), found) {
            (Revocation::AccessToken, Found::Access(token)) => {
                (end_access_token(tx, at, token, now).await?, event.with("kind", "access_token"))
            }
            (Revocation::Family, Found::Refresh { family, user, .. }) => {
                let ended = token_families::revoke(tx, at.id(), *family, "revoked by the client", now).await?;
                (ended, event.about(*user).with("kind", "family").with("family", *family))
            }
            (Revocation::Nothing | Revocation::AccessToken | Revocation::Family, _) => return Ok(()),
        };
        if ended { audit::record(tx, &self.ambient, at, event).await } else { Ok(()) }
    }
}

/// What is no token is dead already (RFC 7009 §2.2), except what is ours and of a kind that is not given back: whoever sends a
/// code must not think that it is dead now.
fn check_kind(at: &TenantDirectory, text: &str) -> Result<(), Failure<Refusal>> {
    let is_other = |kind: &TokenKind| !matches!(kind, TokenKind::AccessToken | TokenKind::RefreshToken);
    let is_of = |kind: &TokenKind| Bearer::parse(text, kind.prefix(), &at.keys.permutation).is_some();
    match TokenKind::ALL.into_iter().filter(is_other).find(is_of) {
        Some(_) => refuse(Cause::TokenKindNotRevocable),
        None => Ok(()),
    }
}

async fn find(conn: &mut Conn, at: &TenantDirectory, text: &str, now: Timestamp) -> Result<Option<Found>, Fault> {
    let Some(bearer) = Bearer::parse(text, TokenKind::RefreshToken.prefix(), &at.keys.permutation) else {
        return Ok(presented_token::find_access_token(conn, at, text, now)
            .await?
            .map(|token| Found::Access(Box::new(token))));
    };
    let stored = refresh_tokens::find(conn, at.id(), RefreshTokenId::new(bearer.id)).await?;
    // A used one counts too: a client that lost the answer of a refresh may still give the grant back.
    let proven = stored.filter(|(token, _)| bearer.proves(&token.secret_hash));
    Ok(proven.map(|(token, family)| Found::Refresh { owner: token.client, family: family.id, user: family.user }))
}

async fn end_access_token(
    tx: &mut Tx,
    at: &TenantDirectory,
    token: &ProvenAccessToken,
    now: Timestamp,
) -> Result<bool, Fault> {
    match &token.known_by {
        KnownBy::Row(id) => access_tokens::revoke(tx, at.id(), *id, now).await,
        KnownBy::TokenId(token_id) => revoked_jtis::insert(tx, at.id(), token_id, token.expires_at).await,
    }
}

#[cfg(test)]
mod tests;
