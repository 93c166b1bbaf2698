//! Authorization codes: issued at the end of a journey, redeemed once.
//!
//! Owns both ends of a code's life. A code presented again ends everything that came of it; another client's attempt
//! changes nothing for the owner; the owner's own mistake burns the code. Leaves the checks of a redemption to
//! `oidc::token_request`. RFC 6749 §4.1.2, §4.1.3, §10.5; RFC 9700 §2.1.1, §4.5.3; SECURITY rules 3 and 4.

use std::sync::Arc;

use portreeve_crypto::{Bearer, SecretText};
use portreeve_domain::{
    Actor, Client, CodeId, Event, EventType, Failure, Fault, GrantType, Thumbprint, Timestamp, TokenFamily, TokenKind,
    lifetimes,
};
use portreeve_oidc::id_token::Occasion;
use portreeve_oidc::pkce::CodeChallenge;
use portreeve_oidc::token_request::{self, CodeFacts, CodeRedemption, Redeemer};
use portreeve_oidc::token_target::TokenTarget;
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::authorization_codes::{self, CodeRow};
use portreeve_storage::{Tx, token_families};

use super::mint::{self, IssuedTokens, UserGrant, UserTokens};
use super::refresh::FirstToken;
use super::target;
use crate::directory::TenantDirectory;
use crate::gate::{self, Pass};
use crate::sender::{BoundSender, ProvenSender};
use crate::settlement::{LOOKS, overtaken_again, refuse, settle_unless_overtaken};
use crate::{Ambient, Issuer, audit};

/// The parts of an authorization request that a code is bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeRequest<'a> {
    /// Where the code is sent, verbatim.
    pub redirect_uri: &'a str,
    /// Whether the request named it, or the only registered one was meant.
    pub redirect_uri_was_sent: bool,
    /// The S256 challenge, 43 characters; `None` when the request had none.
    pub code_challenge: Option<&'a str>,
    /// The key the code is for (RFC 9449 §10).
    pub key: Option<Thumbprint>,
}

/// Stores `family` and a code for it, with the event, and gives the code's text.
///
/// The order for a caller: build the family with a new id, store consent and session, ask `gate::admit_user` inside the
/// same transaction with `GrantType::AuthorizationCode`, call this, commit, and only then show the text to anybody.
///
/// # Errors
/// A fault when the database is away or `pass` was given for another family.
pub(crate) async fn issue(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    pass: &Pass,
    family: &TokenFamily,
    request: &CodeRequest<'_>,
) -> Result<SecretText, Fault> {
    pass.check_is_for(family)?;
    let (id, secret, now) = (CodeId::new(ambient.row_id()), ambient.secret()?, ambient.now());
    let code = CodeRow {
        id,
        family: family.id,
        client: family.client.clone(),
        secret_hash: *Bearer::stored_hash(&secret).as_bytes(),
        redirect_uri: request.redirect_uri.to_owned(),
        redirect_uri_was_sent: request.redirect_uri_was_sent,
        code_challenge: request.code_challenge.map(str::to_owned),
        key: request.key,
        created_at: now,
        expires_at: now.plus(lifetimes::CODE),
        consumed_at: None,
    };
    token_families::insert(tx, family).await?;
    authorization_codes::insert(tx, at.id(), &code).await?;
    let event = Event::new(EventType::CodeIssued, now, Actor::User(family.user))
        .about(family.user)
        .with_client(&family.client)
        .with("family", family.id)
        .with("scope", &family.scope);
    audit::record(tx, ambient, at, event).await?;
    Bearer::mint(TokenKind::AuthorizationCode.prefix(), id.as_i64(), &secret, &at.keys.permutation).map_err(Fault::new)
}

impl Issuer {
    /// Redeems a code for `client`, which has authenticated.
    ///
    /// # Errors
    /// `DpopProofReplayed`, which changes nothing; `CodeUnusable` for a code that is unknown, expired or used (a used one ends its family); `CodeNotYours`; those of
    /// `oidc::token_request::check_code_redemption` and `oidc::token_target::for_user`, which burn the code; `GrantEnded`.
    pub(crate) async fn redeem_code(
        &self,
        at: &Arc<TenantDirectory>,
        client: &Client,
        sender: &ProvenSender,
        presented: &CodeRedemption,
    ) -> Result<IssuedTokens, Failure<Refusal>> {
        let text = presented.code.expose();
        let Some(bearer) = Bearer::parse(text, TokenKind::AuthorizationCode.prefix(), &at.keys.permutation) else {
            return refuse(Refusal::new(Cause::CodeUnusable).with_detail("not a code of ours"));
        };
        // Before the code is used up: without the keys it would be lost for nothing.
        mint::check_keys(at, client)?;
        let redemption = Redemption { ambient: &self.ambient, at, client, sender, now: self.ambient.now() };
        for _ in 0..LOOKS {
            let mut tx = self.store.begin(at.id()).await?;
            let redeemed = redemption.redeem(&mut tx, &bearer, presented).await;
            if let Some(tokens) = settle_unless_overtaken(tx, redeemed).await? {
                return Ok(tokens.sign(at, client)?);
            }
        }
        overtaken_again()
    }
}

/// One redemption: who asks, and when.
struct Redemption<'a> {
    ambient: &'a Ambient,
    at: &'a TenantDirectory,
    client: &'a Client,
    sender: &'a ProvenSender,
    now: Timestamp,
}

impl Redemption<'_> {
    async fn redeem(
        &self,
        tx: &mut Tx,
        bearer: &Bearer,
        presented: &CodeRedemption,
    ) -> Result<UserTokens, Failure<Refusal>> {
        let sender = self.sender.spend(tx, self.at).await?;
        let stored = authorization_codes::find(tx, self.at.id(), CodeId::new(bearer.id)).await?;
        // A wrong secret is an unknown code, never a replay.
        let Some((code, family)) = stored.filter(|(code, _)| bearer.proves(&code.secret_hash)) else {
            return refuse(Refusal::new(Cause::CodeUnusable).with_detail("unknown"));
        };
        if code.client != self.client.id {
            super::record_foreign(tx, self.ambient, self.at, &family, self.client).await?;
            return refuse(
                Refusal::new(Cause::CodeNotYours).with_detail(format!("issued to {}", code.client.as_str())),
            );
        }
        if code.consumed_at.is_some() {
            return self.replayed(tx, &family).await;
        }
        if code.expires_at <= self.now {
            return refuse(Refusal::new(Cause::CodeUnusable).with_detail("expired"));
        }
        let checked = self.check(&code, challenge_of(&code)?.as_ref(), &family, presented);
        let admitted =
            gate::admit_user(tx, self.at, self.client, &family, GrantType::AuthorizationCode, self.now).await?;
        authorization_codes::consume(tx, self.at.id(), code.id, self.now).await?;
        let target = checked?;
        let pass = admitted.map_err(|refusal| Failure::Refused(refusal.at_token_endpoint()))?;
        self.issue_tokens(tx, (pass, sender), family, target).await.map_err(Failure::Fault)
    }

    /// What the owner's request may be refused for; the code is used up either way.
    fn check(
        &self,
        code: &CodeRow,
        challenge: Option<&CodeChallenge>,
        family: &TokenFamily,
        presented: &CodeRedemption,
    ) -> Result<TokenTarget, Failure<Refusal>> {
        let facts = CodeFacts {
            client: &code.client,
            profile: mint::profile(self.at, self.client),
            redirect_uri: &code.redirect_uri,
            redirect_uri_was_sent: code.redirect_uri_was_sent,
            code_challenge: challenge,
            key: code.key,
        };
        let redeemer = Redeemer { client: &self.client.id, key: self.sender.key() };
        token_request::check_code_redemption(&facts, presented, &redeemer).map_err(Failure::Refused)?;
        target::choose(self.at, self.client, family, presented.wanted())
    }

    /// Ends everything that came of the first redemption (RFC 6749 §4.1.2).
    async fn replayed(&self, tx: &mut Tx, family: &TokenFamily) -> Result<UserTokens, Failure<Refusal>> {
        if token_families::revoke(tx, self.at.id(), family.id, token_families::CODE_REPLAYED, self.now).await? {
            let event = Event::new(EventType::CodeReplayed, self.now, Actor::Client(self.client.id.clone()))
                .about(family.user)
                .with_client(&family.client)
                .with("family", family.id);
            audit::record(tx, self.ambient, self.at, event).await?;
        }
        refuse(Refusal::new(Cause::CodeUnusable).with_detail("used before; its grant is revoked"))
    }

    async fn issue_tokens(
        &self,
        tx: &mut Tx,
        (pass, sender): (Pass, BoundSender),
        family: TokenFamily,
        target: TokenTarget,
    ) -> Result<UserTokens, Fault> {
        let event = Event::new(EventType::CodeRedeemed, self.now, Actor::Client(self.client.id.clone()))
            .about(family.user)
            .with_client(&family.client)
            .with("family", family.id);
        let occasion = Occasion::CodeRedeemed;
        let grant = UserGrant { at: self.at, ambient: self.ambient, pass: &pass, target, sender, occasion, event };
        let first = FirstToken::random(self.ambient)?;
        mint::first_for_user(tx, grant, self.client, family, &first).await
    }
}

fn challenge_of(code: &CodeRow) -> Result<Option<CodeChallenge>, Fault> {
    let unreadable = || Fault::impossible("a stored code challenge is unreadable");
    code.code_challenge.as_deref().map(|text| CodeChallenge::parse(text).ok_or_else(unreadable)).transpose()
}

#[cfg(test)]
mod tests;
