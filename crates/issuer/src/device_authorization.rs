//! Device authorizations: what a device asks for, and how a person's browser comes to it.
//!
//! Owns both codes: the device's is a secret like every other, the person's is short, kept as a blind index, and guessed
//! at ten times in ten minutes from one network. Leaves the page's question to `journeys`, polling to
//! `tokens::polled`. RFC 8628 §3.1 to §3.3, §5; SECURITY S-064, S-065.

use std::net::IpAddr;
use std::sync::Arc;

use portreeve_crypto::{AssociatedData, Bearer};
use portreeve_domain::polling::{self, Awaited};
use portreeve_domain::{
    Actor, Client, DeviceAuthorizationId, Event, EventType, Failure, Fault, Lifetime, TokenKind, UserCode, lifetimes,
};
use portreeve_oidc::authorization::Accepted;
use portreeve_oidc::device_authorization::{DeviceAuthorizationResponse, DeviceRequest};
use portreeve_oidc::{Parameters, Refusal, paths};
use portreeve_storage::device_authorizations::{self as rows, DeviceAuthorizationRow};
use portreeve_storage::{Conn, Tx};
use serde::{Deserialize, Serialize};

use crate::attempts::{Limited, Whence};
use crate::authorize::Progress;
use crate::directory::TenantDirectory;
use crate::sender::SenderEvidence;
use crate::{Ambient, Issuer, audit};

/// The column name of the blind index of user codes.
const USER_CODE_INDEX: &str = "device_authorizations.user_code";
/// How often a user code is made anew when another device has the same one, which practically never happens.
const TRIES: usize = 3;

/// What is sealed with a device authorization.
#[derive(Serialize, Deserialize)]
struct SealedRequest {
    request: DeviceRequest,
    user_code: String,
    origin: IpAddr,
}

/// What the page says about the device that asks.
pub struct AskingDevice {
    /// The code that the device shows.
    pub user_code: String,
    /// Where it asked from.
    pub origin: IpAddr,
}

/// What a typed user code led to.
pub enum DeviceArrival {
    /// A journey that asks for approval began.
    Begun(Progress),
    /// No device waits with this code: it was mistyped, used, decided on or has expired.
    Unknown,
    /// Too many codes were tried from here.
    TooMany {
        /// How long to wait.
        wait: Lifetime,
    },
}

impl Issuer {
    /// Answers a device authorization request that came from there, with a JSON body.
    ///
    /// # Errors
    /// Those of client authentication and of `DeviceRequest::from_parameters`; a fault when the database is away.
    pub async fn authorize_device(
        &self,
        at: &Arc<TenantDirectory>,
        authorization: &[&[u8]],
        sender: &SenderEvidence,
        parameters: &Parameters,
        whence: Whence,
    ) -> Result<Limited<Vec<u8>>, Failure<Refusal>> {
        let client = self.authenticate_client(at, authorization, sender, parameters).await?;
        if let Err(wait) = self.charge_open_request(at, &client, whence.network).await? {
            return Ok(Limited::TooMany { wait });
        }
        let asked = DeviceRequest::from_parameters(parameters, &client, at.known(&at.server_list()))
            .map_err(Failure::Refused)?;
        for _ in 0..TRIES {
            let mut tx = self.store.begin(at.id()).await?;
            if let Some(body) = self.store_device(&mut tx, at, &client, &asked, whence.address).await? {
                tx.commit().await?;
                return Ok(Limited::Within(body));
            }
        }
        Err(Fault::impossible("three random user codes were taken").into())
    }

    /// Stores an authorization with fresh codes; `None` when the user code is taken.
    async fn store_device(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        client: &Client,
        asked: &DeviceRequest,
        origin: IpAddr,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let (now, id) = (self.ambient.now(), DeviceAuthorizationId::new(self.ambient.row_id()));
        let (secret, random) = (self.ambient.secret()?, self.ambient.bytes::<32>()?);
        let user_code =
            UserCode::from_random(&random).ok_or_else(|| Fault::impossible("32 bytes give no user code"))?;
        let sealed = SealedRequest { request: asked.clone(), user_code: user_code.to_string(), origin };
        let row = DeviceAuthorizationRow {
            id,
            client: client.id.clone(),
            secret_hash: *Bearer::stored_hash(&secret).as_bytes(),
            user_code_index: at.keys.index.index(USER_CODE_INDEX, &user_code.canonical()),
            request_sealed: seal(&self.ambient, at, id, &sealed)?,
            interval: polling::INTERVAL,
            created_at: now,
            awaited: Awaited {
                expires_at: now.plus(lifetimes::DEVICE_CODE),
                allowed_at: None,
                refused_at: None,
                consumed_at: None,
            },
            family: None,
        };
        if !rows::insert(tx, at.id(), &row).await? {
            return Ok(None);
        }
        let event = Event::new(EventType::DeviceAuthorizationRequested, now, Actor::Client(client.id.clone()))
            .with_client(&client.id)
            .with("scope", &asked.scope);
        audit::record(tx, &self.ambient, at, event).await?;
        let device_code = Bearer::mint(TokenKind::DeviceCode.prefix(), id.as_i64(), &secret, &at.keys.permutation)
            .map_err(Fault::new)?;
        let response = DeviceAuthorizationResponse {
            device_code: device_code.expose(),
            user_code: &user_code,
            verification_uri: &page(at),
            expires_in: lifetimes::DEVICE_CODE,
            interval: polling::INTERVAL,
        };
        response.to_json().map(Some)
    }

    /// The token of the form that takes a user code: bound to the browser, when it has shown its cookie.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn device_form_token(&self, at: &TenantDirectory, cookie: Option<&str>) -> Result<String, Fault> {
        self.page_form_token(at, cookie, "device").await
    }

    /// Begins the journey that asks the person at this browser to approve the device whose code was typed.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn begin_device_journey(
        &self,
        at: &Arc<TenantDirectory>,
        typed: &str,
        cookie: Option<&str>,
        network: IpAddr,
    ) -> Result<DeviceArrival, Fault> {
        match self.charge_user_code(at, network).await? {
            Ok(()) => self.begin_uncharged_device_journey(at, typed, cookie).await,
            Err(wait) => Ok(DeviceArrival::TooMany { wait }),
        }
    }

    /// The same for whoever may try as many codes as they like.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn begin_uncharged_device_journey(
        &self,
        at: &Arc<TenantDirectory>,
        typed: &str,
        cookie: Option<&str>,
    ) -> Result<DeviceArrival, Fault> {
        let now = self.ambient.now();
        let Some(user_code) = UserCode::parse(typed) else { return Ok(DeviceArrival::Unknown) };
        let index = at.keys.index.index(USER_CODE_INDEX, &user_code.canonical());
        let row = rows::find_by_user_code(&mut self.store.read(at.id()).await?, at.id(), &index).await?;
        let waiting = row.filter(|row| row.awaited.poll(now) == polling::Poll::Pending);
        let Some(row) = waiting.filter(|row| at.client(&row.client).is_some()) else {
            return Ok(DeviceArrival::Unknown);
        };
        let sealed = open(at, &row)?;
        let request = Accepted::of_device(row.id, &row.client, sealed.request, page(at));
        self.authorize(at, request, cookie).await.map(DeviceArrival::Begun)
    }
}

/// What the page tells about a device; `None` when it is not there any more.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn asking_device(
    conn: &mut Conn,
    at: &TenantDirectory,
    id: DeviceAuthorizationId,
) -> Result<Option<AskingDevice>, Fault> {
    let Some(row) = rows::find(conn, at.id(), id).await? else { return Ok(None) };
    let SealedRequest { user_code, origin, .. } = open(at, &row)?;
    Ok(Some(AskingDevice { user_code, origin }))
}

/// Where people type user codes.
fn page(at: &TenantDirectory) -> String {
    format!("{}{}", at.issuer, paths::DEVICE)
}

fn place<'a>(at: &TenantDirectory, row: &'a [u8; 8]) -> AssociatedData<'a> {
    AssociatedData { table: "device_authorizations", column: "request_sealed", row, tenant: at.id().as_i64() }
}

fn seal(
    ambient: &Ambient,
    at: &TenantDirectory,
    id: DeviceAuthorizationId,
    sealed: &SealedRequest,
) -> Result<Vec<u8>, Fault> {
    let json = serde_json::to_vec(sealed).map_err(Fault::new)?;
    at.keys.seal.seal(ambient.random(), &place(at, &id.as_i64().to_be_bytes()), &json).map_err(Fault::new)
}

fn open(at: &TenantDirectory, row: &DeviceAuthorizationRow) -> Result<SealedRequest, Fault> {
    let json = at.keys.seal.open(&place(at, &row.id.as_i64().to_be_bytes()), &row.request_sealed);
    serde_json::from_slice(&json.map_err(Fault::new)?)
        .map_err(|e| Fault::new(e).while_doing("read a device authorization"))
}
