//! Device codes: polled until the person has decided, redeemed once.
//!
//! Owns the pace and what each poll is told. A code presented after it was redeemed ends everything that came of it, as an
//! authorization code does; another client's attempt changes nothing for the owner. Leaves approval to
//! `journeys::device`. RFC 8628 §3.4, §3.5; SECURITY rules 3 and 4, S-064.

use std::sync::Arc;

use portreeve_crypto::Bearer;
use portreeve_domain::polling::{self, Poll};
use portreeve_domain::{
    Actor, Client, DeviceAuthorizationId, Event, EventType, Failure, FamilyId, Fault, GrantType, Timestamp,
    TokenFamily, TokenKind,
};
use portreeve_oidc::id_token::Occasion;
use portreeve_oidc::token_request::DeviceRedemption;
use portreeve_oidc::token_target::{self, Granted, Wanted};
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::device_authorizations::{self as rows, DeviceAuthorizationRow};
use portreeve_storage::{Tx, token_families};

use super::mint::{self, IssuedTokens, UserGrant, UserTokens};
use crate::directory::TenantDirectory;
use crate::sender::{BoundSender, ProvenSender};
use crate::settlement::{refuse, settle};
use crate::{Ambient, Issuer, audit, gate};

impl Issuer {
    /// Answers a poll of `client`, which has authenticated.
    ///
    /// # Errors
    /// `DpopProofReplayed`; `AuthorizationPending`, `SlowDown`, `DeviceRefused`, `DeviceCodeExpired`; `DeviceCodeUnusable` for a code that is
    /// unknown or used (a used one ends its family); `DeviceCodeNotYours`; those of `oidc::token_target::for_user`, which
    /// change nothing; `GrantEnded`.
    pub(super) async fn poll_device(
        &self,
        at: &Arc<TenantDirectory>,
        client: &Client,
        sender: &ProvenSender,
        presented: &DeviceRedemption,
    ) -> Result<IssuedTokens, Failure<Refusal>> {
        let text = presented.device_code.expose();
        let Some(bearer) = Bearer::parse(text, TokenKind::DeviceCode.prefix(), &at.keys.permutation) else {
            return refuse(Refusal::new(Cause::DeviceCodeUnusable).with_detail("not a device code of ours"));
        };
        mint::check_keys(at, client)?;
        let mut tx = self.store.begin(at.id()).await?;
        let polled = Polled { ambient: &self.ambient, at, client, sender, now: self.ambient.now() };
        let redeemed = polled.answer(&mut tx, &bearer, &presented.resources).await;
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
    now: Timestamp,
}

impl Polled<'_> {
    async fn answer(&self, tx: &mut Tx, bearer: &Bearer, resources: &[String]) -> Result<UserTokens, Failure<Refusal>> {
        let sender = self.sender.spend(tx, self.at).await?;
        let stored = rows::find(tx, self.at.id(), DeviceAuthorizationId::new(bearer.id)).await?;
        // A wrong secret is an unknown code, never a replay.
        let Some(row) = stored.filter(|row| bearer.proves(&row.secret_hash)) else {
            return refuse(Refusal::new(Cause::DeviceCodeUnusable).with_detail("unknown"));
        };
        if row.client != self.client.id {
            let detail = format!("issued to {}", row.client.as_str());
            if let Some(family) = self.family(tx, row.family).await? {
                super::record_foreign(tx, self.ambient, self.at, &family, self.client).await?;
            }
            return refuse(Refusal::new(Cause::DeviceCodeNotYours).with_detail(detail));
        }
        match row.awaited.poll(self.now) {
            Poll::Pending => self.pending(tx, &row).await,
            Poll::Refused => refuse(Cause::DeviceRefused),
            Poll::Expired => refuse(Cause::DeviceCodeExpired),
            Poll::Consumed => self.replayed(tx, &row).await,
            Poll::Allowed => self.redeem(tx, &row, sender, resources).await,
        }
    }

    /// RFC 8628 §3.5: who comes too soon waits five seconds longer, this time and from now on.
    async fn pending(&self, tx: &mut Tx, row: &DeviceAuthorizationRow) -> Result<UserTokens, Failure<Refusal>> {
        if rows::note_poll(tx, self.at.id(), row.id, self.now).await? {
            return refuse(Cause::AuthorizationPending);
        }
        rows::slow_down(tx, self.at.id(), row.id, polling::SLOW_DOWN, self.now).await?;
        refuse(Cause::SlowDown)
    }

    async fn redeem(
        &self,
        tx: &mut Tx,
        row: &DeviceAuthorizationRow,
        sender: BoundSender,
        resources: &[String],
    ) -> Result<UserTokens, Failure<Refusal>> {
        let family = self.family(tx, row.family).await?;
        let family = family.ok_or_else(|| Fault::impossible("an approved device without its family"))?;
        // What is asked for is checked first: a wish too many must not cost the code.
        let granted = Granted { scope: &family.scope, resources: &family.resources };
        let wanted = Wanted { scope: None, resources };
        let target = token_target::for_user(self.client, granted, wanted, &self.at.server_list(), &self.at.issuer)
            .map_err(Failure::Refused)?;
        if !rows::consume(tx, self.at.id(), row.id, self.now).await? {
            return self.replayed(tx, row).await;
        }
        let admitted = gate::admit_user(tx, self.at, self.client, &family, GrantType::DeviceCode, self.now).await?;
        let pass = admitted.map_err(|refusal| Failure::Refused(refusal.at_token_endpoint()))?;
        audit::record(tx, self.ambient, self.at, self.event(EventType::DeviceCodeRedeemed, &family)).await?;
        let occasion = Occasion::CodeRedeemed;
        let grant = UserGrant { at: self.at, ambient: self.ambient, pass: &pass, target, sender, occasion };
        mint::first_for_user(tx, grant, self.client, family).await.map_err(Failure::Fault)
    }

    /// Ends everything that came of the first redemption: whoever presents a used code may have stolen it.
    async fn replayed(&self, tx: &mut Tx, row: &DeviceAuthorizationRow) -> Result<UserTokens, Failure<Refusal>> {
        if let Some(family) = self.family(tx, row.family).await?
            && token_families::revoke(tx, self.at.id(), family.id, "device code replayed", self.now).await?
        {
            audit::record(tx, self.ambient, self.at, self.event(EventType::DeviceCodeReplayed, &family)).await?;
        }
        refuse(Refusal::new(Cause::DeviceCodeUnusable).with_detail("used before; its grant is revoked"))
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
