//! What a person decides elsewhere: polled until then, redeemed once. Device codes, and the `auth_req_id` of the back channel.
//!
//! Owns the pace and what each poll is told. What is presented after it was redeemed ends everything that came of it, as an
//! authorization code does; another client's attempt changes nothing for the owner. Leaves approval to
//! `journeys::approval`. RFC 8628 §3.4, §3.5; CIBA Core §10.1, §11; SECURITY rules 3 and 4, S-064.

use std::sync::Arc;

use portreeve_crypto::Bearer;
use portreeve_domain::polling::{self, Poll, Waiting};
use portreeve_domain::{
    Actor, BackchannelAuthenticationId, Client, DeviceAuthorizationId, Event, EventType, Failure, FamilyId, Fault,
    GrantType, Timestamp, TokenDelivery, TokenFamily, TokenKind,
};
use portreeve_oidc::backchannel_authentication::delivery;
use portreeve_oidc::id_token::Occasion;
use portreeve_oidc::token_request::PolledRedemption;
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::polled::{self as rows, PolledRow};
use portreeve_storage::{Tx, token_families};

use super::mint::{self, IssuedTokens, UserGrant, UserTokens};
use super::target;
use crate::directory::TenantDirectory;
use crate::sender::{BoundSender, ProvenSender};
use crate::settlement::{refuse, settle};
use crate::{Ambient, Issuer, audit, gate};

/// What sets the grants apart: what they are presented with, and the words of their answers and events.
pub(super) struct PolledGrant {
    grant: GrantType,
    kind: TokenKind,
    waiting: fn(i64) -> Waiting,
    refused: Cause,
    expired: Cause,
    unusable: Cause,
    not_yours: Cause,
    redeemed: EventType,
    replayed: EventType,
}

/// Device codes (RFC 8628).
pub(super) const DEVICE_CODE: PolledGrant = PolledGrant {
    grant: GrantType::DeviceCode,
    kind: TokenKind::DeviceCode,
    waiting: |id| Waiting::Device(DeviceAuthorizationId::new(id)),
    refused: Cause::DeviceRefused,
    expired: Cause::DeviceCodeExpired,
    unusable: Cause::DeviceCodeUnusable,
    not_yours: Cause::DeviceCodeNotYours,
    redeemed: EventType::DeviceCodeRedeemed,
    replayed: EventType::DeviceCodeReplayed,
};

/// Back-channel authentication (CIBA).
pub(super) const CIBA: PolledGrant = PolledGrant {
    grant: GrantType::Ciba,
    kind: TokenKind::AuthReqId,
    waiting: |id| Waiting::Backchannel(BackchannelAuthenticationId::new(id)),
    refused: Cause::AuthenticationRefused,
    expired: Cause::AuthReqIdExpired,
    unusable: Cause::AuthReqIdUnusable,
    not_yours: Cause::AuthReqIdNotYours,
    redeemed: EventType::AuthReqIdRedeemed,
    replayed: EventType::AuthReqIdReplayed,
};

impl Issuer {
    /// Answers a poll by `grant` of `client`, which has authenticated.
    ///
    /// # Errors
    /// `TokensArePushed` for a client that is sent its tokens; `DpopProofReplayed`; `AuthorizationPending`, `SlowDown`;
    /// the causes of `grant`: refused, expired, unusable for what is unknown or used (a used one ends its family), another
    /// client's; those of `oidc::token_target::for_user`, which change nothing; `GrantEnded`.
    pub(super) async fn poll(
        &self,
        at: &Arc<TenantDirectory>,
        (client, sender): (&Client, &ProvenSender),
        grant: &'static PolledGrant,
        presented: &PolledRedemption,
    ) -> Result<IssuedTokens, Failure<Refusal>> {
        if grant.grant == GrantType::Ciba && delivery(client) == TokenDelivery::Push {
            return refuse(Cause::TokensArePushed);
        }
        let Some(bearer) = Bearer::parse(presented.secret.expose(), grant.kind.prefix(), &at.keys.permutation) else {
            return refuse(Refusal::new(grant.unusable).with_detail("not one of ours"));
        };
        mint::check_keys(at, client)?;
        let mut tx = self.store.begin(at.id()).await?;
        let polled = Polled { ambient: &self.ambient, at, client, sender, grant, now: self.ambient.now() };
        let redeemed = polled.answer(&mut tx, &bearer, presented).await;
        let tokens = settle(tx, redeemed).await?;
        Ok(tokens.sign(at, client)?)
    }
}

/// One poll: who asks, and when.
struct Polled<'a> {
    ambient: &'a Ambient,
    at: &'a TenantDirectory,
    client: &'a Client,
    sender: &'a ProvenSender,
    grant: &'static PolledGrant,
    now: Timestamp,
}

impl Polled<'_> {
    async fn answer(
        &self,
        tx: &mut Tx,
        bearer: &Bearer,
        presented: &PolledRedemption,
    ) -> Result<UserTokens, Failure<Refusal>> {
        let sender = self.sender.spend(tx, self.at).await?;
        let stored = rows::find(tx, self.at.id(), (self.grant.waiting)(bearer.id)).await?;
        // A wrong secret is an unknown one, never a replay.
        let Some(row) = stored.filter(|row| bearer.proves(&row.secret_hash)) else {
            return refuse(Refusal::new(self.grant.unusable).with_detail("unknown"));
        };
        if row.client != self.client.id {
            let detail = format!("issued to {}", row.client.as_str());
            if let Some(family) = self.family(tx, row.family).await? {
                super::record_foreign(tx, self.ambient, self.at, &family, self.client).await?;
            }
            return refuse(Refusal::new(self.grant.not_yours).with_detail(detail));
        }
        match row.awaited.poll(self.now) {
            Poll::Pending => self.pending(tx, &row).await,
            Poll::Refused => refuse(self.grant.refused),
            Poll::Expired => refuse(self.grant.expired),
            Poll::Consumed => self.replayed(tx, &row).await,
            Poll::Allowed => self.redeem(tx, &row, sender, presented).await,
        }
    }

    /// RFC 8628 §3.5: who comes too soon waits five seconds longer, this time and from now on.
    async fn pending(&self, tx: &mut Tx, row: &PolledRow) -> Result<UserTokens, Failure<Refusal>> {
        if rows::note_poll(tx, self.at.id(), row.waiting, self.now).await? {
            return refuse(Cause::AuthorizationPending);
        }
        rows::slow_down(tx, self.at.id(), row.waiting, polling::SLOW_DOWN, self.now).await?;
        refuse(Cause::SlowDown)
    }

    async fn redeem(
        &self,
        tx: &mut Tx,
        row: &PolledRow,
        sender: BoundSender,
        presented: &PolledRedemption,
    ) -> Result<UserTokens, Failure<Refusal>> {
        let family = self.family(tx, row.family).await?;
        let family = family.ok_or_else(|| Fault::impossible("an approved grant without its family"))?;
        // What is asked for is checked first: a wish too many must not cost the grant.
        let target = target::choose(self.at, self.client, &family, presented.wanted())?;
        if !rows::consume(tx, self.at.id(), row.waiting, self.now).await? {
            return self.replayed(tx, row).await;
        }
        let admitted = gate::admit_user(tx, self.at, self.client, &family, self.grant.grant, self.now).await?;
        let pass = admitted.map_err(|refusal| Failure::Refused(refusal.at_token_endpoint()))?;
        audit::record(tx, self.ambient, self.at, self.event(self.grant.redeemed, &family)).await?;
        let occasion = Occasion::CodeRedeemed;
        let grant = UserGrant { at: self.at, ambient: self.ambient, pass: &pass, target, sender, occasion };
        mint::first_for_user(tx, grant, self.client, family).await.map_err(Failure::Fault)
    }

    /// Ends everything that came of the first redemption: whoever presents it again may have stolen it.
    async fn replayed(&self, tx: &mut Tx, row: &PolledRow) -> Result<UserTokens, Failure<Refusal>> {
        if let Some(family) = self.family(tx, row.family).await?
            && token_families::revoke(tx, self.at.id(), family.id, "presented again", self.now).await?
        {
            audit::record(tx, self.ambient, self.at, self.event(self.grant.replayed, &family)).await?;
        }
        refuse(Refusal::new(self.grant.unusable).with_detail("used before; its grant is revoked"))
    }

    async fn family(&self, tx: &mut Tx, id: Option<FamilyId>) -> Result<Option<TokenFamily>, Fault> {
        match id {
            Some(id) => token_families::find(tx, self.at.id(), id).await,
            None => Ok(None),
        }
    }

    fn event(&self, kind: EventType, family: &TokenFamily) -> Event {
        Event::new(kind, self.now, Actor::Client(self.client.id.clone()))
            .about(family.user)
            .with_client(&family.client)
            .with("family", family.id)
    }
}
