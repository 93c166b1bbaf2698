//! Pushed authorization requests: checked and stored before a browser is involved, used once.
//!
//! Owns the life of a pushed request. It is its client's alone, lives a minute, and, once a browser has come with it, as
//! long as a journey: reloading the page works until the authorization has ended, which uses it up (`journeys::settle`).
//! Leaves the checks of the request to `oidc::authorization`. RFC 9126 §2, §4, §7.1 to §7.3; RFC 9449 §10.1; SECURITY S-027.

use std::net::IpAddr;

use portreeve_crypto::{AssociatedData, Bearer};
use portreeve_domain::{
    Actor, Client, Event, EventType, Failure, Fault, PushedRequestId, TenantId, Thumbprint, Timestamp, TokenKind,
    lifetimes,
};
use portreeve_oidc::authorization::{Accepted, Channel, Parsed};
use portreeve_oidc::{Cause, Parameters, Refusal, pushed_request};
use portreeve_storage::Tx;
use portreeve_storage::pushed_requests::{self as rows, PushedRequestRow};

use crate::attempts::Limited;
use crate::directory::TenantDirectory;
use crate::sender::{ProvenSender, SenderEvidence};
use crate::settlement::refuse;
use crate::stored_facts::{open_at, seal_at};
use crate::{Issuer, audit};

impl Issuer {
    /// Takes a pushed request from `network` and gives the JSON of the answer.
    ///
    /// Must run to its end once begun, as `token`.
    ///
    /// # Errors
    /// Those of client authentication; `RequestUriPushed`; those of a DPoP proof; `DpopKeyDiffers`; every refusal of an authorization request, also those that
    /// would be shown to a person or sent to the client; a fault when the database is away.
    pub async fn push_request(
        &self,
        at: &TenantDirectory,
        authorization: &[&[u8]],
        sender: &SenderEvidence,
        parameters: &Parameters,
        network: IpAddr,
    ) -> Result<Limited<Vec<u8>>, Failure<Refusal>> {
        let authenticated = self.authenticate(at, authorization, sender, parameters).await?;
        let client = &authenticated.client;
        if let Err(wait) = self.charge_open_request(at, client, network).await? {
            return Ok(Limited::TooMany { wait });
        }
        pushed_request::check(parameters).map_err(Failure::Refused)?;
        let accepted = self.check_request(at, client, parameters).await.map_err(Failure::Refused)?;
        self.prepare_to_answer(at, &accepted).await.map_err(Failure::Refused)?;
        let sender = self.prove_pushed_key(at, &authenticated, sender).map_err(Failure::Refused)?;
        let accepted = bound_to(accepted, sender.key()).map_err(Failure::Refused)?;
        let reference = self.store_request(at, client, &accepted, &sender).await?;
        Ok(Limited::Within(pushed_request::to_json(&reference, lifetimes::PUSHED_REQUEST)?))
    }

    /// The request that `client` pushed, for a browser that comes with the reference in `request_uri`, if it still stands.
    ///
    /// # Errors
    /// `RequestUriUnusable` for one that is unknown, another client's, expired or used up; those of
    /// `oidc::authorization::Accepted::check_stands`; a fault when the database is away.
    pub async fn pushed_request(
        &self,
        at: &TenantDirectory,
        client: &Client,
        reference: &str,
    ) -> Result<Accepted, Failure<Refusal>> {
        let prefix = TokenKind::PushedRequest.prefix();
        let Some(bearer) = Bearer::parse(reference, prefix, &at.keys.permutation) else {
            return refuse(unusable("not one of ours"));
        };
        let id = PushedRequestId::new(bearer.id);
        let row = rows::find(&mut self.store.read(at.id()).await?, at.id(), id).await?;
        let Some(row) = row.filter(|row| bearer.proves(&row.secret_hash)) else {
            return refuse(unusable("unknown"));
        };
        let now = self.ambient.now();
        let why_not = match &row {
            _ if row.client != client.id => Some("pushed by another client"),
            _ if row.consumed_at.is_some() => Some("used up"),
            _ if now >= row.expires_at => Some("expired"),
            _ => None,
        };
        if let Some(why_not) = why_not {
            return refuse(unusable(why_not));
        }
        let row_bytes = id.as_i64().to_be_bytes();
        let mut accepted: Accepted = open_at(at, &place(at.id(), &row_bytes), &row.request_sealed)?;
        at.check_stands(client, &accepted).map_err(Failure::Refused)?;
        if row.taken_up_at.is_none() {
            let mut tx = self.store.begin(at.id()).await?;
            // Another tab may be faster; then it has prolonged the life.
            rows::take_up(&mut tx, at.id(), id, now, now.plus(lifetimes::JOURNEY)).await?;
            tx.commit().await?;
        }
        accepted.pushed = Some(id);
        Ok(accepted)
    }

    /// Whether `request` was pushed and its authorization has ended.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn is_used_up(&self, at: &TenantDirectory, request: &Accepted) -> Result<bool, Fault> {
        let Some(id) = request.pushed else { return Ok(false) };
        let row = rows::find(&mut self.store.read(at.id()).await?, at.id(), id).await?;
        Ok(row.is_none_or(|row| row.consumed_at.is_some()))
    }

    /// Every check of an authorization request; all refusals are for the client that pushes (RFC 9126 §2.3).
    async fn check_request(
        &self,
        at: &TenantDirectory,
        client: &Client,
        parameters: &Parameters,
    ) -> Result<Accepted, Refusal> {
        let identified = Parsed::authenticated(client, parameters.clone())?.identify(client)?;
        let opened = self.open_request_object(at, identified, Channel::Pushed).await?;
        at.accept(opened.redirectable()?, Channel::Pushed).map_err(|rejected| rejected.refusal)
    }

    async fn store_request(
        &self,
        at: &TenantDirectory,
        client: &Client,
        accepted: &Accepted,
        sender: &ProvenSender,
    ) -> Result<String, Failure<Refusal>> {
        let (id, secret, now) =
            (PushedRequestId::new(self.ambient.row_id()), self.ambient.secret()?, self.ambient.now());
        let row_bytes = id.as_i64().to_be_bytes();
        let row = PushedRequestRow {
            id,
            client: client.id.clone(),
            secret_hash: *Bearer::stored_hash(&secret).as_bytes(),
            request_sealed: seal_at(&self.ambient, at, &place(at.id(), &row_bytes), accepted)?,
            created_at: now,
            expires_at: now.plus(lifetimes::PUSHED_REQUEST),
            taken_up_at: None,
            consumed_at: None,
        };
        let mut tx = self.store.begin(at.id()).await?;
        sender.spend(&mut tx, at).await?;
        rows::insert(&mut tx, at.id(), &row).await?;
        let event = Event::new(EventType::RequestPushed, now, Actor::Client(client.id.clone())).with_client(&client.id);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        let prefix = TokenKind::PushedRequest.prefix();
        let text = Bearer::mint(prefix, id.as_i64(), &secret, &at.keys.permutation).map_err(Fault::new)?;
        Ok(text.expose().to_owned())
    }
}

/// Binds the code to the key that was proven with the request, as `dpop_jkt` would (DP-10, RFC 9449 §10.1).
fn bound_to(mut accepted: Accepted, proven: Option<Thumbprint>) -> Result<Accepted, Refusal> {
    if accepted.key.is_some() && proven.is_some() && accepted.key != proven {
        return Err(Cause::DpopKeyDiffers.into());
    }
    accepted.key = accepted.key.or(proven);
    Ok(accepted)
}

/// Uses up the pushed request that `request` is, at the end of its authorization; false when another journey did.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn use_up(
    tx: &mut Tx,
    at: &TenantDirectory,
    request: &Accepted,
    now: Timestamp,
) -> Result<bool, Fault> {
    match request.pushed {
        Some(id) => rows::consume(tx, at.id(), id, now).await,
        None => Ok(true),
    }
}

fn place<'a>(tenant: TenantId, row: &'a [u8; 8]) -> AssociatedData<'a> {
    AssociatedData { table: "pushed_requests", column: "request_sealed", row, tenant: tenant.as_i64() }
}

fn unusable(detail: &'static str) -> Refusal {
    Refusal::new(Cause::RequestUriUnusable).with_detail(detail)
}
