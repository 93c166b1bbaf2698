//! Refresh tokens: each use gives a successor, unless the profile keeps them, and only hashes are stored.
//!
//! Owns the rotation. The successor's secret is derived from the presented one under a server key, so a client whose
//! answer was lost can be given the same successor again although nobody stored it. What presenting means is
//! `domain::present`; what is asked for is narrowed by `oidc::token_target`. RFC 6749 §6, RFC 9700 §4.14.2, DESIGN §11.

use std::sync::Arc;

use portreeve_crypto::{Bearer, SecretBytes, SecretText, hmac_sha256};
use portreeve_domain::{
    Actor, Client, Confirmation, Event, EventType, Failure, Fault, GrantType, Presentation, RefreshRule,
    RefreshTokenId, RefreshTokenState, Scope, Timestamp, TokenFamily, TokenKind, lifetimes, present,
};
use portreeve_oidc::id_token::Occasion;
use portreeve_oidc::token_target::Wanted;
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::refresh_tokens::{self, RefreshTokenRow};
use portreeve_storage::{Tx, token_families};

use super::mint::{self, IssuedTokens, UserGrant, UserTokens};
use super::target;
use crate::directory::TenantDirectory;
use crate::gate::{self, Pass};
use crate::sender::{BoundSender, ProvenSender};
use crate::settlement::{LOOKS, overtaken_again, refuse, settle_unless_overtaken};
use crate::{Ambient, Issuer, audit};

/// What sets the derivation of a family's first secret apart from that of its successors.
const FIRST_OF_POLLED: &[u8] = b"first of a polled grant";

/// A refresh: with what, and for what.
pub(super) struct Wish {
    /// The refresh token as presented.
    pub(super) refresh_token: SecretText,
    /// The scope; `None`: what was granted.
    pub(super) scope: Option<Scope>,
    /// The resources, unchecked.
    pub(super) resources: Vec<String>,
    /// `authorization_details`, unchecked.
    pub(super) details: Option<String>,
}

impl Wish {
    fn wanted(&self) -> Wanted<'_> {
        Wanted { scope: self.scope.as_ref(), resources: &self.resources, details: self.details.as_deref() }
    }
}

/// The first refresh token of a family, to be stored.
pub(super) struct FirstToken {
    pub(super) id: RefreshTokenId,
    secret: SecretBytes<32>,
}

impl FirstToken {
    /// One that nobody can know yet.
    pub(super) fn random(ambient: &Ambient) -> Result<Self, Fault> {
        Ok(Self { id: RefreshTokenId::new(ambient.row_id()), secret: ambient.secret()? })
    }

    /// The one that is given for `presented`: whoever has its text gets the same again, the database does not have it.
    pub(super) fn given_for(presented: &Bearer, id: RefreshTokenId, at: &TenantDirectory) -> Self {
        let mac = hmac_sha256(at.keys.refresh.expose(), &[FIRST_OF_POLLED, presented.secret.expose()]);
        Self { id, secret: SecretBytes::new(mac) }
    }

    /// Its text.
    pub(super) fn text(&self, at: &TenantDirectory) -> Result<SecretText, Fault> {
        text(at, self.id, &self.secret)
    }
}

/// Stores the first refresh token of the family `pass` was given for, bound to `confirmation`, and gives its text.
///
/// # Errors
/// A fault when the database is away or the pass was given for another family.
pub(super) async fn issue_first(
    tx: &mut Tx,
    grant: &UserGrant<'_>,
    family: &TokenFamily,
    confirmation: Confirmation,
    first: &FirstToken,
) -> Result<SecretText, Fault> {
    grant.pass.check_is_for(family)?;
    let new = NewToken { id: first.id, secret: &first.secret, generation: 1, confirmation };
    insert(tx, grant.ambient, family, &new).await?;
    first.text(grant.at)
}

impl Issuer {
    /// Exchanges a refresh token for `client`, which has authenticated.
    ///
    /// # Errors
    /// `DpopProofReplayed` and `RefreshTokenBoundElsewhere`, which change nothing; `RefreshTokenUnusable` for one that is unknown or expired; `RefreshTokenNotYours`; `RefreshTokenReplayed`, which
    /// ends the family; those of `oidc::token_target::for_user`, which change nothing; `GrantEnded`.
    pub(super) async fn refresh(
        &self,
        at: &Arc<TenantDirectory>,
        client: &Client,
        sender: &ProvenSender,
        wish: &Wish,
    ) -> Result<IssuedTokens, Failure<Refusal>> {
        let prefix = TokenKind::RefreshToken.prefix();
        let Some(bearer) = Bearer::parse(wish.refresh_token.expose(), prefix, &at.keys.permutation) else {
            return refuse(Refusal::new(Cause::RefreshTokenUnusable).with_detail("not a refresh token of ours"));
        };
        mint::check_keys(at, client)?;
        let now = self.ambient.now();
        let exchange = Exchange { ambient: &self.ambient, at, client, sender, bearer: &bearer, now };
        for _ in 0..LOOKS {
            let mut tx = self.store.begin(at.id()).await?;
            let exchanged = exchange.run(&mut tx, wish).await;
            if let Some(tokens) = settle_unless_overtaken(tx, exchanged).await? {
                return Ok(tokens.sign(at, client)?);
            }
        }
        overtaken_again()
    }
}

/// One use of a refresh token: who presents what, and when.
struct Exchange<'a> {
    ambient: &'a Ambient,
    at: &'a TenantDirectory,
    client: &'a Client,
    sender: &'a ProvenSender,
    bearer: &'a Bearer,
    now: Timestamp,
}

impl Exchange<'_> {
    async fn run(&self, tx: &mut Tx, wish: &Wish) -> Result<UserTokens, Failure<Refusal>> {
        let sender = self.sender.spend(tx, self.at).await?;
        let (token, family) = self.find(tx).await?;
        self.check_holder(tx, &token, &family, sender).await?;
        let presentation = present(&state(&token), self.now);
        match presentation {
            Presentation::Expired => {
                return refuse(Refusal::new(Cause::RefreshTokenUnusable).with_detail("expired"));
            }
            Presentation::Replayed => return self.replayed(tx, &family).await,
            Presentation::Rotate | Presentation::Retry => {}
        }
        // What is asked for is checked first: a wish too many must not cost the token.
        let target = target::choose(self.at, self.client, &family, wish.wanted())?;
        let pass = self.admit(tx, &family).await?;
        let next = self.next(tx, &token, &family, presentation).await?;
        let event = match next.generation {
            Some(generation) => self.rotated(&family, generation),
            None => mint::access_token_issued(&pass, self.now),
        };
        let (at, ambient, occasion) = (self.at, self.ambient, Occasion::Refreshed);
        let grant = UserGrant { at, ambient, pass: &pass, target, sender, occasion, event };
        mint::for_user(tx, grant, family, next.text).await.map_err(Failure::Fault)
    }

    /// The proven token of this client and its family.
    async fn find(&self, tx: &mut Tx) -> Result<(RefreshTokenRow, TokenFamily), Failure<Refusal>> {
        let stored = refresh_tokens::find(tx, self.at.id(), RefreshTokenId::new(self.bearer.id)).await?;
        // A wrong secret is an unknown token, never a replay.
        let Some((token, family)) = stored.filter(|(token, _)| self.bearer.proves(&token.secret_hash)) else {
            return refuse(Refusal::new(Cause::RefreshTokenUnusable).with_detail("unknown"));
        };
        if token.client != self.client.id {
            super::record_foreign(tx, self.ambient, self.at, &family, self.client).await?;
            let detail = format!("issued to {}", token.client.as_str());
            return refuse(Refusal::new(Cause::RefreshTokenNotYours).with_detail(detail));
        }
        Ok((token, family))
    }

    /// Whoever comes without the key or certificate of a bound token has it from somebody else: nothing else happens.
    async fn check_holder(
        &self,
        tx: &mut Tx,
        token: &RefreshTokenRow,
        family: &TokenFamily,
        sender: BoundSender,
    ) -> Result<(), Failure<Refusal>> {
        if sender.may_refresh(&token.confirmation) {
            return Ok(());
        }
        super::record_foreign(tx, self.ambient, self.at, family, self.client).await?;
        refuse(Cause::RefreshTokenBoundElsewhere)
    }

    async fn admit(&self, tx: &mut Tx, family: &TokenFamily) -> Result<Pass, Failure<Refusal>> {
        let admitted = gate::admit_user(tx, self.at, self.client, family, GrantType::RefreshToken, self.now).await?;
        admitted.map_err(|refusal| Failure::Refused(refusal.at_token_endpoint()))
    }

    /// What the client refreshes with next.
    async fn next(
        &self,
        tx: &mut Tx,
        token: &RefreshTokenRow,
        family: &TokenFamily,
        presentation: Presentation,
    ) -> Result<Next, Fault> {
        let rule = mint::profile(self.at, self.client).rules().refresh_tokens;
        let successor = match (presentation, rule) {
            (Presentation::Rotate, RefreshRule::Kept) => {
                let until = idle_end(self.now, family);
                refresh_tokens::keep(tx, self.at.id(), token.id, until, self.now).await?;
                return Ok(Next { text: None, generation: None });
            }
            (Presentation::Rotate, RefreshRule::Rotated) => self.rotate(tx, token, family).await?,
            _ => token.successor.ok_or_else(|| Fault::impossible("an exchanged token without a successor"))?,
        };
        let generation = (presentation == Presentation::Rotate).then(|| successor_generation(token));
        let text = text(self.at, successor, &self.successor_secret(token))?;
        Ok(Next { text: Some(text), generation })
    }

    /// Exchanges the token for a successor.
    async fn rotate(
        &self,
        tx: &mut Tx,
        token: &RefreshTokenRow,
        family: &TokenFamily,
    ) -> Result<RefreshTokenId, Fault> {
        let successor = RefreshTokenId::new(self.ambient.row_id());
        refresh_tokens::consume(tx, self.at.id(), token.id, successor, self.now).await?;
        let generation = successor_generation(token);
        let secret = self.successor_secret(token);
        let new = NewToken { id: successor, secret: &secret, generation, confirmation: token.confirmation };
        insert(tx, self.ambient, family, &new).await?;
        Ok(successor)
    }

    fn rotated(&self, family: &TokenFamily, generation: i64) -> Event {
        Event::new(EventType::RefreshTokenRotated, self.now, Actor::Client(self.client.id.clone()))
            .about(family.user)
            .with_client(&family.client)
            .with("family", family.id)
            .with("generation", generation)
    }

    /// The secret of the successor: whoever holds the predecessor's text gets it again, the database does not have it.
    fn successor_secret(&self, token: &RefreshTokenRow) -> SecretBytes<32> {
        SecretBytes::new(hmac_sha256(self.at.keys.refresh.expose(), &[&token.salt, self.bearer.secret.expose()]))
    }

    async fn replayed(&self, tx: &mut Tx, family: &TokenFamily) -> Result<UserTokens, Failure<Refusal>> {
        if token_families::revoke(tx, self.at.id(), family.id, token_families::REFRESH_TOKEN_REPLAYED, self.now).await?
        {
            let event = Event::new(EventType::RefreshTokenReplayed, self.now, Actor::Client(self.client.id.clone()))
                .about(family.user)
                .with_client(&family.client)
                .with("family", family.id);
            audit::record(tx, self.ambient, self.at, event).await?;
        }
        refuse(Cause::RefreshTokenReplayed)
    }
}

/// What a client refreshes with after this use.
struct Next {
    /// A token for the answer; `None`: the one it used (FAPI 2.0 §5.3.2.1 (9)).
    text: Option<SecretText>,
    /// Which of its family the token is, when it was made now.
    generation: Option<i64>,
}

fn successor_generation(token: &RefreshTokenRow) -> i64 {
    token.generation.saturating_add(1)
}

/// When a token that is not used any more dies: sliding, but never past the family's end (S-039).
fn idle_end(now: Timestamp, family: &TokenFamily) -> Timestamp {
    now.plus(lifetimes::REFRESH_IDLE).min(family.absolute_end())
}

fn state(token: &RefreshTokenRow) -> RefreshTokenState {
    RefreshTokenState {
        consumed_at: token.consumed_at,
        expires_at: token.expires_at,
        successor_consumed: token.successor_consumed,
    }
}

/// A refresh token that is about to be stored.
struct NewToken<'a> {
    id: RefreshTokenId,
    secret: &'a SecretBytes<32>,
    generation: i64,
    confirmation: Confirmation,
}

async fn insert(tx: &mut Tx, ambient: &Ambient, family: &TokenFamily, new: &NewToken<'_>) -> Result<(), Fault> {
    let now = ambient.now();
    let row = RefreshTokenRow {
        id: new.id,
        family: family.id,
        client: family.client.clone(),
        generation: new.generation,
        secret_hash: *Bearer::stored_hash(new.secret).as_bytes(),
        salt: ambient.bytes()?,
        confirmation: new.confirmation,
        created_at: now,
        expires_at: idle_end(now, family),
        consumed_at: None,
        successor: None,
        successor_consumed: false,
    };
    refresh_tokens::insert(tx, family.tenant, &row).await
}

fn text(at: &TenantDirectory, id: RefreshTokenId, secret: &SecretBytes<32>) -> Result<SecretText, Fault> {
    Bearer::mint(TokenKind::RefreshToken.prefix(), id.as_i64(), secret, &at.keys.permutation).map_err(Fault::new)
}

#[cfg(test)]
mod tests;
