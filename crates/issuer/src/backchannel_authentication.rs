//! Back-channel authentication: what a client asks of a person who is not at its browser, and how the person comes to it.
//!
//! Owns the request's row, and how many may wait for one person. A client learns nothing from an address: one without an
//! account is asked as well, and nobody ever answers (decision 0017). Leaves whom a hint names to `backchannel_hints`, the
//! page's question to `journeys`, polling to `tokens::polled`, calling the client to `backchannel_notices`. CIBA Core §7, §8;
//! SECURITY S-066.

use std::sync::Arc;

use portreeve_crypto::{AssociatedData, Bearer, SecretText, parse_public_id, public_id};
use portreeve_domain::polling::{self, Awaited, Poll};
use portreeve_domain::{
    Actor, BackchannelAuthenticationId, Client, Event, EventType, Failure, Fault, Lifetime, OutboxId, OutboxMessage,
    TenantId, TokenKind, UserId,
};
use portreeve_oidc::authorization::Accepted;
use portreeve_oidc::backchannel_authentication::{self as wire, BackchannelRequest, Received};
use portreeve_oidc::{Parameters, Refusal, paths};
use portreeve_storage::backchannel_authentications::{self as rows, BackchannelAuthenticationRow};
use portreeve_storage::{Conn, Tx, outbox};
use serde::{Deserialize, Serialize};

use crate::authorize::Progress;
use crate::backchannel_hints::{Named, person_index};
use crate::directory::TenantDirectory;
use crate::journeys::account_key;
use crate::sender::SenderEvidence;
use crate::stored_facts::{open_at, seal_at};
use crate::tokens::id_token::profile;
use crate::{Issuer, audit, browsers};

/// What the ids of requests in addresses begin with.
const REQUEST_PREFIX: &str = "apr_";

/// What is sealed with a request.
#[derive(Serialize, Deserialize)]
struct SealedRequest {
    request: BackchannelRequest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call: Option<Call>,
}

/// What a client is called with.
#[derive(Serialize, Deserialize)]
pub(crate) struct Call {
    auth_req_id: String,
    notification_token: String,
}

/// What a request came to.
pub enum BackchannelAnswer {
    /// It waits for the person: the JSON for the client.
    Waits(Vec<u8>),
    /// Too many wait for this person.
    TooMany {
        /// When one of them is over.
        wait: Lifetime,
    },
}

/// A request that waits for a person at a browser.
pub struct WaitingRequest {
    /// Its id, as it stands in the address of its page.
    pub id: String,
    /// Who asks.
    pub client: Arc<Client>,
    /// What both devices show.
    pub binding_message: Option<String>,
}

impl Call {
    /// The `auth_req_id` of the request.
    pub(crate) fn auth_req_id(&self) -> SecretText {
        SecretText::new(self.auth_req_id.clone())
    }

    /// The bearer token the client knows us by.
    pub(crate) fn notification_token(&self) -> SecretText {
        SecretText::new(self.notification_token.clone())
    }
}

impl Issuer {
    /// Takes a back-channel authentication request. Must run to its end once begun, as `token`.
    ///
    /// # Errors
    /// Those of client authentication, of `asked_by_backchannel`, of `Received::from_parameters` and of `named`; a fault when
    /// the database is away.
    pub async fn ask_by_backchannel(
        &self,
        at: &Arc<TenantDirectory>,
        authorization: &[&[u8]],
        sender: &SenderEvidence,
        parameters: &Parameters,
    ) -> Result<BackchannelAnswer, Failure<Refusal>> {
        let client = self.authenticate_confidential_client(at, authorization, sender, parameters).await?;
        let asked = self.asked_by_backchannel(at, &client, parameters).await?;
        let (servers, rules) = (at.server_list(), profile(at, &client).rules());
        let received =
            Received::from_parameters(&asked, &client, at.known(&servers), rules).map_err(Failure::Refused)?;
        let named = self.named(at, &client, &received.hint).await?;
        Ok(self.store_authentication(at, &client, received, &named).await?)
    }

    async fn store_authentication(
        &self,
        at: &TenantDirectory,
        client: &Client,
        received: Received,
        named: &Named,
    ) -> Result<BackchannelAnswer, Fault> {
        let (id, secret) = (BackchannelAuthenticationId::new(self.ambient.row_id()), self.ambient.secret()?);
        let (now, delivery, lifetime) = (self.ambient.now(), wire::delivery(client), received.lifetime);
        let auth_req_id = Bearer::mint(TokenKind::AuthReqId.prefix(), id.as_i64(), &secret, &at.keys.permutation)
            .map_err(Fault::new)?;
        let call = received.notification_token.map(|token| Call {
            auth_req_id: auth_req_id.expose().to_owned(),
            notification_token: token.expose().to_owned(),
        });
        let sealed = SealedRequest { request: received.request, call };
        let row = BackchannelAuthenticationRow {
            id,
            client: client.id.clone(),
            secret_hash: *Bearer::stored_hash(&secret).as_bytes(),
            person_index: named.index,
            user: named.user,
            request_sealed: seal_at(&self.ambient, at, &place(at.id(), &id.as_i64().to_be_bytes()), &sealed)?,
            interval: polling::INTERVAL,
            created_at: now,
            awaited: Awaited { expires_at: now.plus(lifetime), allowed_at: None, refused_at: None, consumed_at: None },
            family: None,
            answer_sealed: None,
            told_at: None,
        };
        let mut tx = self.store.begin(at.id()).await?;
        if !take_place(&mut tx, at, self.settings.waiting_requests, &row).await? {
            let waiting = rows::waiting_for(&mut tx, at.id(), &row.person_index, now).await?;
            let over_at = waiting.iter().map(|waiting| waiting.awaited.expires_at).min().unwrap_or(now);
            return Ok(BackchannelAnswer::TooMany { wait: over_at.since(now).max(Lifetime::from_seconds(1)) });
        }
        self.announce(&mut tx, at, &row, (client, &named.address, &sealed)).await?;
        tx.commit().await?;
        wire::to_json(&auth_req_id, delivery, lifetime, polling::INTERVAL).map(BackchannelAnswer::Waits)
    }

    /// Writes down that it was asked, mails the person, and puts down that the client is called when the time is over.
    async fn announce(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        row: &BackchannelAuthenticationRow,
        (client, address, sealed): (&Client, &[u8; 32], &SealedRequest),
    ) -> Result<(), Fault> {
        let kind = EventType::BackchannelAuthenticationRequested;
        let mut event = Event::new(kind, row.created_at, Actor::Client(client.id.clone()))
            .with_client(&client.id)
            .with("scope", &sealed.request.scope);
        event.subject = row.user;
        audit::record(tx, &self.ambient, at, event).await?;
        // An address without an account is charged as well: it must not be told apart by what is refused later.
        let may_mail = self.charge_mail(tx, at, &account_key(address)).await?;
        if let Some(user) = row.user.filter(|_| may_mail) {
            self.enqueue(tx, at, &OutboxMessage::ApprovalMail { authentication: row.id, user }).await?;
        }
        if sealed.call.is_some() {
            let notice = OutboxMessage::BackchannelNotice { client: client.id.clone(), authentication: row.id };
            let id = OutboxId::new(self.ambient.row_id());
            outbox::insert(tx, at.id(), id, &notice, row.awaited.expires_at).await?;
        }
        Ok(())
    }

    /// Begins the journey that asks the person at this browser to decide on the request whose page this is; `None` when
    /// there is no such request, or not any more.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn begin_approval(
        &self,
        at: &Arc<TenantDirectory>,
        address: &str,
        cookie: Option<&str>,
    ) -> Result<Option<Progress>, Fault> {
        let Some(id) = parse_public_id(address, REQUEST_PREFIX, &at.keys.permutation) else { return Ok(None) };
        let id = BackchannelAuthenticationId::new(id);
        let row = rows::find(&mut self.store.read(at.id()).await?, at.id(), id).await?;
        let waits = |row: &BackchannelAuthenticationRow| {
            row.user.is_some()
                && row.awaited.poll(self.ambient.now()) == Poll::Pending
                && at.client(&row.client).is_some()
        };
        let Some(row) = row.filter(waits) else { return Ok(None) };
        let asked = open(at, &row)?.request;
        let page = format!("{}{}/ended", at.issuer, paths::APPROVE);
        let request = Accepted::of_backchannel(row.id, &row.client, asked, page);
        self.authorize(at, request, cookie).await.map(Some)
    }

    /// What waits for the people who are signed in at the browser with this cookie, the oldest first.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn waiting_requests(
        &self,
        at: &TenantDirectory,
        cookie: Option<&str>,
    ) -> Result<Vec<WaitingRequest>, Fault> {
        let Some(browser) = self.recognize_browser(at, cookie).await? else { return Ok(Vec::new()) };
        let now = self.ambient.now();
        let mut conn = self.store.read(at.id()).await?;
        let mut found = Vec::new();
        for session in browsers::live_sessions(&mut conn, &self.ambient, at, browser.id).await? {
            for row in rows::waiting_for(&mut conn, at.id(), &person_index(at, session.user), now).await? {
                let Some(client) = at.client(&row.client).cloned() else { continue };
                let binding_message = open(at, &row)?.request.binding_message;
                found.push(WaitingRequest { id: request_text(at, row.id)?, client, binding_message });
            }
        }
        Ok(found)
    }
}

/// Whom a request is about; `None` when it is not there, or names nobody.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn person_of(
    conn: &mut Conn,
    at: &TenantDirectory,
    id: BackchannelAuthenticationId,
) -> Result<Option<UserId>, Fault> {
    Ok(rows::find(conn, at.id(), id).await?.and_then(|row| row.user))
}

/// What both devices show; `None` when nothing is.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn binding_message(
    conn: &mut Conn,
    at: &TenantDirectory,
    id: BackchannelAuthenticationId,
) -> Result<Option<String>, Fault> {
    let Some(row) = rows::find(conn, at.id(), id).await? else { return Ok(None) };
    message_of(at, &row)
}

/// What both devices show, of a row that is at hand.
///
/// # Errors
/// A fault when what is stored does not open.
pub(crate) fn message_of(at: &TenantDirectory, row: &BackchannelAuthenticationRow) -> Result<Option<String>, Fault> {
    Ok(open(at, row)?.request.binding_message)
}

/// What the client of a request is called with; `None` for one that polls.
///
/// # Errors
/// A fault when what is stored does not open.
pub(crate) fn call_of(at: &TenantDirectory, row: &BackchannelAuthenticationRow) -> Result<Option<Call>, Fault> {
    Ok(open(at, row)?.call)
}

/// The address of the page that asks about a request.
pub(crate) fn page_of(at: &TenantDirectory, id: BackchannelAuthenticationId) -> Result<String, Fault> {
    Ok(format!("{}{}/{}", at.issuer, paths::APPROVE, request_text(at, id)?))
}

/// A request as it stands in the address of its page.
pub(crate) fn request_text(at: &TenantDirectory, id: BackchannelAuthenticationId) -> Result<String, Fault> {
    public_id(REQUEST_PREFIX, id.as_i64(), &at.keys.permutation).map_err(Fault::new)
}

/// Takes one of the person's `places`; false when requests wait in all of them.
async fn take_place(
    tx: &mut Tx,
    at: &TenantDirectory,
    places: i64,
    row: &BackchannelAuthenticationRow,
) -> Result<bool, Fault> {
    rows::free_slots(tx, at.id(), &row.person_index, row.created_at).await?;
    for slot in 0..places {
        if rows::insert(tx, at.id(), slot, row).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn place(tenant: TenantId, row: &[u8; 8]) -> AssociatedData<'_> {
    let table = "backchannel_authentications";
    AssociatedData { table, column: "request_sealed", row, tenant: tenant.as_i64() }
}

fn open(at: &TenantDirectory, row: &BackchannelAuthenticationRow) -> Result<SealedRequest, Fault> {
    open_at(at, &place(at.id(), &row.id.as_i64().to_be_bytes()), &row.request_sealed)
}
