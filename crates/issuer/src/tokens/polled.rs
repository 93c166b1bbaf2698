//! What a person decides elsewhere: polled until then, redeemed once. Device codes, and the `auth_req_id` of the back channel.
//!
//! Owns the pace and what each poll is told. A poll right after the redemption is taken for a lost answer, as with a refresh
//! token: a device gets it again, a client of CIBA does not, and nothing else happens. Later it ends everything that came of
//! the redemption, as with an authorization code. Another client's attempt changes nothing for the owner. Leaves approval to
//! `journeys::approval`. RFC 8628 §3.4, §3.5; CIBA Core §10.1, §11; SECURITY rules 3 and 4, S-064.

use std::sync::Arc;

use portreeve_crypto::Bearer;
use portreeve_domain::polling::{self, Poll, Waiting};
use portreeve_domain::{
    Actor, BackchannelAuthenticationId, Client, DeviceAuthorizationId, Event, EventType, Failure, FamilyId, Fault,
    GrantType, Presentation, RefreshTokenId, RefreshTokenState, Timestamp, TokenDelivery, TokenFamily, TokenKind,
    present,
};
use portreeve_oidc::backchannel_authentication::delivery;
use portreeve_oidc::id_token::Occasion;
use portreeve_oidc::token_request::PolledRedemption;
use portreeve_oidc::token_target::TokenTarget;
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::polled::{self as rows, PolledRow};
use portreeve_storage::{Tx, refresh_tokens, token_families};

use super::mint::{self, IssuedTokens, UserGrant, UserTokens};
use super::refresh::FirstToken;
use super::target;
use crate::directory::TenantDirectory;
use crate::gate::{self, Pass};
use crate::sender::{BoundSender, ProvenSender};
use crate::settlement::{refuse, settle};
use crate::{Ambient, Issuer, audit};

/// How often what somebody else redeemed at the same moment is looked at again.
const LOOKS: usize = 2;

/// What sets the grants apart: what they are presented with, and the words of their answers and events.
pub(super) struct PolledGrant {
    grant: GrantType,
    kind: TokenKind,
    waiting: fn(i64) -> Waiting,
    /// Whether a poll right after the redemption gets the same answer again (decision 0019).
    gives_again: bool,
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
    gives_again: true,
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
    gives_again: false,
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
        let now = self.ambient.now();
        let polled = Polled { ambient: &self.ambient, at, client, sender, grant, bearer: &bearer, now };
        let redeemed = polled.answer(&mut tx, presented).await;
        let tokens = settle(tx, redeemed).await?;
        Ok(tokens.sign(at, client)?)
    }
}

/// One poll: who presents what, and when.
struct Polled<'a> {
    ambient: &'a Ambient,
    at: &'a TenantDirectory,
    client: &'a Client,
    sender: &'a ProvenSender,
    grant: &'static PolledGrant,
    bearer: &'a Bearer,
    now: Timestamp,
}

impl Polled<'_> {
    async fn answer(&self, tx: &mut Tx, presented: &PolledRedemption) -> Result<UserTokens, Failure<Refusal>> {
        let sender = self.sender.spend(tx, self.at).await?;
        for _ in 0..LOOKS {
            let row = self.find(tx).await?;
            match row.awaited.poll(self.now) {
                Poll::Pending => return self.pending(tx, &row).await,
                Poll::Refused => return refuse(self.grant.refused),
                Poll::Expired => return refuse(self.grant.expired),
                Poll::Consumed => return self.again(tx, &row, sender, presented).await,
                Poll::Allowed => {}
            }
            if let Some(tokens) = self.redeem(tx, &row, sender, presented).await? {
                return Ok(tokens);
            }
        }
        Err(Fault::transient("what is polled for changed while it was being redeemed").into())
    }

    /// The proven row of this client.
    async fn find(&self, tx: &mut Tx) -> Result<PolledRow, Failure<Refusal>> {
        let stored = rows::find(tx, self.at.id(), (self.grant.waiting)(self.bearer.id)).await?;
        // A wrong secret is an unknown one, never a replay.
        let Some(row) = stored.filter(|row| self.bearer.proves(&row.secret_hash)) else {
            return refuse(Refusal::new(self.grant.unusable).with_detail("unknown"));
        };
        if row.client != self.client.id {
            let detail = format!("issued to {}", row.client.as_str());
            if let Some(family) = self.family(tx, row.family).await? {
                super::record_foreign(tx, self.ambient, self.at, &family, self.client).await?;
            }
            return refuse(Refusal::new(self.grant.not_yours).with_detail(detail));
        }
        Ok(row)
    }

    /// RFC 8628 §3.5: who comes too soon waits five seconds longer, this time and from now on.
    async fn pending(&self, tx: &mut Tx, row: &PolledRow) -> Result<UserTokens, Failure<Refusal>> {
        if rows::note_poll(tx, self.at.id(), row.waiting, self.now).await? {
            return refuse(Cause::AuthorizationPending);
        }
        rows::slow_down(tx, self.at.id(), row.waiting, polling::SLOW_DOWN, self.now).await?;
        refuse(Cause::SlowDown)
    }

    /// `None` when somebody was faster: what this poll means is decided by what is stored now.
    async fn redeem(
        &self,
        tx: &mut Tx,
        row: &PolledRow,
        sender: BoundSender,
        presented: &PolledRedemption,
    ) -> Result<Option<UserTokens>, Failure<Refusal>> {
        let family = self.family(tx, row.family).await?;
        let family = family.ok_or_else(|| Fault::impossible("an approved grant without its family"))?;
        // What is asked for is checked first: a wish too many must not cost the grant.
        let target = target::choose(self.at, self.client, &family, presented.wanted())?;
        let first = FirstToken::given_for(self.bearer, RefreshTokenId::new(self.ambient.row_id()), self.at);
        if !rows::consume(tx, self.at.id(), row.waiting, first.id, self.now).await? {
            return Ok(None);
        }
        let pass = self.admit(tx, &family).await?;
        let grant = self.user_grant(&pass, (target, sender), self.event(self.grant.redeemed, &family));
        Ok(Some(mint::first_for_user(tx, grant, self.client, family, &first).await?))
    }

    /// What was redeemed is presented again: by a client that lost the answer or polls twice at once, or by somebody else, which
    /// ends everything that came of the first redemption (decision 0019).
    async fn again(
        &self,
        tx: &mut Tx,
        row: &PolledRow,
        sender: BoundSender,
        presented: &PolledRedemption,
    ) -> Result<UserTokens, Failure<Refusal>> {
        let family = self.family(tx, row.family).await?;
        let (Some(family), Some(id)) = (family, row.first_refresh) else {
            return Err(Fault::impossible("a redeemed grant without its family").into());
        };
        let first = refresh_tokens::find(tx, self.at.id(), id).await?;
        let first = first.map(|(first, _)| first);
        let is_holder = first.as_ref().is_none_or(|first| sender.may_refresh(&first.confirmation));
        let redemption = RefreshTokenState {
            consumed_at: row.awaited.consumed_at,
            expires_at: row.awaited.expires_at,
            successor_consumed: first.as_ref().is_some_and(|first| first.consumed_at.is_some()),
        };
        if !is_holder || present(&redemption, self.now) != Presentation::Retry {
            return self.replayed(tx, &family).await;
        }
        if !self.grant.gives_again {
            return refuse(Refusal::new(self.grant.unusable).with_detail("redeemed a moment ago"));
        }
        let target = target::choose(self.at, self.client, &family, presented.wanted())?;
        let pass = self.admit(tx, &family).await?;
        let refresh_token = first.map(|_| FirstToken::given_for(self.bearer, id, self.at).text(self.at)).transpose()?;
        let grant = self.user_grant(&pass, (target, sender), mint::access_token_issued(&pass, self.now));
        mint::for_user(tx, grant, family, refresh_token).await.map_err(Failure::Fault)
    }

    async fn replayed(&self, tx: &mut Tx, family: &TokenFamily) -> Result<UserTokens, Failure<Refusal>> {
        if token_families::revoke(tx, self.at.id(), family.id, "presented again", self.now).await? {
            audit::record(tx, self.ambient, self.at, self.event(self.grant.replayed, family)).await?;
        }
        refuse(Refusal::new(self.grant.unusable).with_detail("used before; its grant is revoked"))
    }

    async fn admit(&self, tx: &mut Tx, family: &TokenFamily) -> Result<Pass, Failure<Refusal>> {
        let admitted = gate::admit_user(tx, self.at, self.client, family, self.grant.grant, self.now).await?;
        admitted.map_err(|refusal| Failure::Refused(refusal.at_token_endpoint()))
    }

    fn user_grant<'p>(
        &'p self,
        pass: &'p Pass,
        (target, sender): (TokenTarget, BoundSender),
        event: Event,
    ) -> UserGrant<'p> {
        let occasion = Occasion::CodeRedeemed;
        UserGrant { at: self.at, ambient: self.ambient, pass, target, sender, occasion, event }
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
