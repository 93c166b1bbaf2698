//! Token exchange: an access token for another resource server, on behalf of the same person.
//!
//! Owns proving what is brought and the family that comes of it. That family names those it was derived from, and the gate
//! asks about each of them, so that what ends the subject token's grant ends the new one; it ends with the subject token
//! at the latest and is never refreshed. Leaves the rules that shrink to `oidc::token_exchange`. RFC 8693; S-067.

use std::sync::Arc;

use portreeve_domain::{
    Actor, Client, Event, EventType, Failure, FamilyId, GrantType, Timestamp, TokenFamily, TokenProfile,
};
use portreeve_oidc::id_token::Occasion;
use portreeve_oidc::token_exchange::{self, Brought, Exchange, ExchangeRequest, SubjectFacts, TokenForm, TokenType};
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::{Conn, Tx, token_families};

use super::access_token;
use super::mint::{self, IssuedTokens, UserGrant, UserTokens};
use super::presented_token::{self, ActiveAccessToken};
use crate::directory::TenantDirectory;
use crate::sender::ProvenSender;
use crate::settlement::{refuse, settle};
use crate::{Issuer, audit, gate};

/// How many exchanges may follow each other.
const MAX_DEPTH: usize = 5;

/// Who acts for the person of the subject token.
struct Acting {
    /// Its `sub`.
    subject: String,
    /// The same for the audit log, which tells of it also where the token does not.
    actor: Actor,
}

/// What a new token comes of.
struct Basis<'t> {
    exchange: Exchange,
    subject: &'t ActiveAccessToken,
    acting: Actor,
}

impl Issuer {
    /// Exchanges a token for `client`, which has authenticated.
    ///
    /// # Errors
    /// `SubjectTokenUnusable`, `SubjectTokenBoundElsewhere`, `ActorTokenUnusable`, `TokenTypeDiffers` for what is brought; those of
    /// `oidc::token_exchange::decide`; `TokenTypeUnsupported` for a JWT where the target has none; `GrantEnded`.
    pub(super) async fn exchange(
        &self,
        at: &Arc<TenantDirectory>,
        client: &Client,
        sender: &ProvenSender,
        request: &ExchangeRequest,
    ) -> Result<IssuedTokens, Failure<Refusal>> {
        at.signing.active(access_token::SIGNED_WITH)?;
        let now = self.ambient.now();
        // Signatures are verified before the writer is taken.
        let mut conn = self.store.read(at.id()).await?;
        let subject = prove(&mut conn, at, &request.subject, Cause::SubjectTokenUnusable, now).await?;
        let acting = match &request.actor {
            Some(brought) => Some(acting(&mut conn, at, brought, (client, sender), now).await?),
            None => None,
        };
        drop(conn);
        let Some(family) = &subject.token.family else {
            return refuse(Refusal::new(Cause::SubjectTokenUnusable).with_detail("no person behind it"));
        };
        // A bound token is exchanged by its holder, and what comes of it is bound to the same key (TE-06).
        if !subject.token.confirmation.is_met_by(&sender.confirmation()) {
            return refuse(Cause::SubjectTokenBoundElsewhere);
        }
        let named = acting.as_ref().map(|acting| acting.subject.as_str());
        let facts = SubjectFacts {
            audience: &subject.token.audience,
            scope: &subject.token.scope,
            may_act: subject.pass.may_act(),
            actors: &family.actors,
        };
        let exchange =
            token_exchange::decide(request, &facts, named, client, &at.server_list()).map_err(Failure::Refused)?;
        check_form(at, request, &exchange).map_err(Failure::Refused)?;
        let derived = self.derived(at, client, &subject, family, &exchange).map_err(Failure::Refused)?;
        let acting = acting.map_or_else(|| Actor::Client(client.id.clone()), |acting| acting.actor);
        let basis = Basis { exchange, subject: &subject, acting };
        let tokens = self.issue_exchanged(at, sender, derived, basis).await?;
        Ok(IssuedTokens { issued_token_type: Some(request.requested_type), ..tokens.sign(at, client)? })
    }

    /// The family of the new token: the person, the sign-in and the session are those of the subject token's.
    fn derived(
        &self,
        at: &TenantDirectory,
        client: &Client,
        subject: &ActiveAccessToken,
        family: &TokenFamily,
        exchange: &Exchange,
    ) -> Result<TokenFamily, Refusal> {
        let ancestors: Vec<FamilyId> = family.ancestors.iter().copied().chain([family.id]).collect();
        if ancestors.len() > MAX_DEPTH {
            return Err(Refusal::new(Cause::ExchangeNotAllowed).with_detail("too many exchanges"));
        }
        Ok(TokenFamily {
            tenant: at.id(),
            id: FamilyId::new(self.ambient.row_id()),
            client: client.id.clone(),
            origin: GrantType::TokenExchange,
            scope: exchange.target.scope.clone(),
            resources: exchange.target.resource.iter().cloned().collect(),
            claims: None,
            nonce: None,
            wants_auth_time: false,
            ancestors,
            actors: exchange.actors.clone(),
            trusted_issuer: None,
            details_sealed: None,
            ends_at: Some(subject.token.expires_at),
            created_at: self.ambient.now(),
            revoked_at: None,
            ..family.clone()
        })
    }

    async fn issue_exchanged(
        &self,
        at: &Arc<TenantDirectory>,
        sender: &ProvenSender,
        family: TokenFamily,
        basis: Basis<'_>,
    ) -> Result<UserTokens, Failure<Refusal>> {
        let mut tx = self.store.begin(at.id()).await?;
        let issued = self.issue_in(&mut tx, at, sender, family, basis).await;
        settle(tx, issued).await
    }

    async fn issue_in(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        sender: &ProvenSender,
        family: TokenFamily,
        basis: Basis<'_>,
    ) -> Result<UserTokens, Failure<Refusal>> {
        let (now, sender) = (family.created_at, sender.spend(tx, at).await?);
        let Some(client) = at.client(&family.client) else { return refuse(Cause::ClientDisabled) };
        let admitted = gate::admit_user(tx, at, client, &family, GrantType::TokenExchange, now).await?;
        let pass = admitted.map_err(|refusal| Failure::Refused(refusal.at_token_endpoint()))?;
        token_families::insert(tx, &family).await?;
        let event = Event::new(EventType::TokenExchanged, now, Actor::Client(client.id.clone()))
            .about(family.user)
            .with_client(&client.id)
            .with("family", family.id)
            .with("from_client", &basis.subject.token.client)
            .with("from_audience", &basis.subject.token.audience)
            .with("acting", audit::name_of(at, &basis.acting))
            .with("actors", family.actors.len());
        let (ambient, occasion) = (&self.ambient, Occasion::Refreshed);
        let grant = UserGrant { at, ambient, pass: &pass, target: basis.exchange.target, sender, occasion, event };
        mint::for_user(tx, grant, family, None).await.map_err(Failure::Fault)
    }
}

/// Finds a token that is brought, of the type it is said to have, whose grant stands. Tokens of another tenant, expired
/// and revoked ones are all `unusable` (RFC 8693 §2.2.2).
async fn prove(
    conn: &mut Conn,
    at: &TenantDirectory,
    brought: &Brought,
    unusable: Cause,
    now: Timestamp,
) -> Result<ActiveAccessToken, Failure<Refusal>> {
    let Some(token) = presented_token::find_access_token(conn, at, brought.token.expose(), now).await? else {
        return refuse(Refusal::new(unusable).with_detail("unknown, expired or revoked"));
    };
    let form = if token.token_id.is_some() { TokenForm::Jwt } else { TokenForm::Opaque };
    if !brought.token_type.fits(form) {
        return refuse(Cause::TokenTypeDiffers);
    }
    let admitted = presented_token::admit(conn, at, token, now).await?;
    admitted.map_err(|refusal| Failure::Refused(Refusal::new(unusable).with_detail(refusal.name())))
}

/// Who the actor token says is acting. It must be the client's own, and a bound one comes with its proof (TE-06): whoever else's it
/// is has not sent this request.
async fn acting(
    conn: &mut Conn,
    at: &TenantDirectory,
    brought: &Brought,
    (client, sender): (&Client, &ProvenSender),
    now: Timestamp,
) -> Result<Acting, Failure<Refusal>> {
    let active = prove(conn, at, brought, Cause::ActorTokenUnusable, now).await?;
    if active.client.id != client.id {
        return refuse(Refusal::new(Cause::ActorTokenUnusable).with_detail("another client's"));
    }
    if !active.token.confirmation.is_met_by(&sender.confirmation()) {
        return refuse(Refusal::new(Cause::ActorTokenUnusable).with_detail("bound to another key"));
    }
    let subject = active.pass.subject().map(|subject| subject.as_str().to_owned());
    Ok(Acting {
        subject: subject.unwrap_or_else(|| client.id.as_str().to_owned()),
        actor: active.pass.user().map_or_else(|| Actor::Client(client.id.clone()), Actor::User),
    })
}

/// A JWT can be had only where the resource server takes JWTs.
fn check_form(at: &TenantDirectory, request: &ExchangeRequest, exchange: &Exchange) -> Result<(), Refusal> {
    let server = exchange.target.resource.as_deref().and_then(|resource| at.server(resource));
    let is_opaque = server.is_none_or(|server| server.token_profile == TokenProfile::Opaque);
    if request.requested_type == TokenType::Jwt && is_opaque {
        return Err(Refusal::new(Cause::TokenTypeUnsupported).with_detail("the resource takes opaque tokens"));
    }
    Ok(())
}
