//! Clients that register themselves and manage their registration.
//!
//! Owns who may, how often and how many, and the transaction of each change. A registration token is 256 random bits, known
//! by its hash; a replacement brings a new one and ends the old one at once. What is checked in metadata is
//! `oidc::client_registration`'s; tokens that operators hand out are `initial_access_tokens`'. RFC 7591 §3, RFC 7592 §2;
//! OIDC Registration §3, §4; S-056, S-057.

use std::net::IpAddr;
use std::sync::Arc;

use portreeve_crypto::{Bearer, SecretText, Sha256Digest, hex, sha256};
use portreeve_domain::{
    Actor, Client, ClientId, ClientMetadata, ClientOrigin, ClientRegistration, Event, EventType, Failure, Fault,
    GrantType, InitialAccessTokenId, Lifetime, RegistrationId, SecretKeeping, TokenKind,
};
use portreeve_oidc::client_registration::{ClientInformation, Registrant};
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::client_registrations::{self, RegistrationRow};
use portreeve_storage::{Tx, clients, directory_versions, initial_access_tokens};

use crate::configure::changed_fields;
use crate::directory::TenantDirectory;
use crate::settlement::refuse;
use crate::{Issuer, audit, client_secrets};

/// How many clients of a tenant may have registered themselves: all of them are kept in memory.
const MAX_CLIENTS: i64 = 2_000;
/// What the identifier of a client that registered itself begins with.
const ID_PREFIX: &str = "dyn_";

/// What came of a registration.
pub enum Registration {
    /// It is registered; the client information response, JSON.
    Registered(Vec<u8>),
    /// The tenant wants a token, and none came.
    TokenNeeded,
    /// Too many came from there; how long to wait.
    TooFast(Lifetime),
}

/// A client that proved its registration token.
struct Managed {
    client: Arc<Client>,
    row: RegistrationRow,
}

impl Issuer {
    /// Registers a client. `token` is what it presented, `network` where it is, for the limit, and `body` the JSON it sent.
    ///
    /// # Errors
    /// `RegistrationTokenUnusable` for a token that is none of the tenant's or has been used up; the causes of
    /// `oidc::client_registration` for the metadata and of `read_submitted`; `RegistrationsTooMany` when there are; nothing is used up then.
    pub async fn register_client(
        &self,
        at: &TenantDirectory,
        token: Option<&str>,
        network: IpAddr,
        body: &[u8],
    ) -> Result<Registration, Failure<Refusal>> {
        let settings = &at.tenant.settings;
        if let Err(wait) = self.charge_registration(at, network).await? {
            return Ok(Registration::TooFast(wait));
        }
        let vouched = match (token, settings.client_registration) {
            (Some(token), _) => Some(self.find_initial_access_token(at, token).await?),
            (None, ClientRegistration::Open) => None,
            (None, _) => return Ok(Registration::TokenNeeded),
        };
        let origin = if vouched.is_some() { ClientOrigin::Vouched } else { ClientOrigin::Anybody };
        let submitted = self.read_submitted(at, body).await.map_err(Failure::Refused)?;
        let registrant = Registrant { profile: settings.profile, origin, registered: None };
        let metadata = submitted.for_new_client(registrant).map_err(Failure::Refused)?;
        check_grants(at, &metadata, &[]).map_err(Failure::Refused)?;
        self.check_sector(at.id(), &metadata).await.map_err(Failure::Refused)?;
        let information = self.store_client(at, &metadata, origin, vouched).await?;
        self.directory.refresh().await?;
        Ok(Registration::Registered(information))
    }

    async fn store_client(
        &self,
        at: &TenantDirectory,
        metadata: &ClientMetadata,
        origin: ClientOrigin,
        vouched: Option<InitialAccessTokenId>,
    ) -> Result<Vec<u8>, Failure<Refusal>> {
        let (id, now, secret) = (self.new_client_id()?, self.ambient.now(), self.ambient.secret()?);
        let row = RegistrationRow {
            id: RegistrationId::new(self.ambient.row_id()),
            client: id.clone(),
            secret_hash: *Bearer::stored_hash(&secret).as_bytes(),
            created_at: now,
        };
        let token = registration_token(at, row.id, &secret)?;
        let keeping = metadata.token_endpoint_auth_method.secrets();
        let new_secret = metadata.token_endpoint_auth_method.has_secret().then(|| self.new_client_secret());
        let new_secret = new_secret.transpose()?;
        let mut tx = self.store.begin(at.id()).await?;
        if client_registrations::count(&mut tx, at.id()).await? >= MAX_CLIENTS {
            return refuse(Cause::RegistrationsTooMany);
        }
        if let Some(vouched) = vouched
            && !initial_access_tokens::spend(&mut tx, at.id(), vouched, now).await?
        {
            return refuse(unusable("used up meanwhile"));
        }
        clients::upsert(&mut tx, at.id(), &id, metadata, now).await?;
        if let Some(secret) = &new_secret {
            let prepared = client_secrets::prepare(&self.ambient, at, secret, keeping)?;
            client_secrets::replace(&mut tx, at.id(), &id, &[prepared], now).await?;
        }
        client_registrations::insert(&mut tx, at.id(), &row, origin).await?;
        let event = Event::new(EventType::ClientCreated, now, Actor::Anonymous).with_client(&id);
        let event = event.with("origin", origin.registered_name());
        self.record_registration(&mut tx, at, event).await?;
        tx.commit().await?;
        let information = ClientInformation {
            issuer: &at.issuer,
            id: &id,
            metadata,
            issued_at: now,
            new_secret: new_secret.as_ref(),
            registration_access_token: token.expose(),
        };
        Ok(information.to_json()?)
    }

    /// Tells a client what is registered about it; `id` is the last part of its address, `token` what it presented.
    ///
    /// # Errors
    /// `RegistrationTokenUnusable` for a token that is not the client's, whatever else is wrong with it (DR-20).
    pub async fn read_registration(
        &self,
        at: &TenantDirectory,
        id: &str,
        token: &str,
    ) -> Result<Vec<u8>, Failure<Refusal>> {
        let managed = self.find_managed(at, id, token).await?;
        let information = ClientInformation {
            issuer: &at.issuer,
            id: &managed.client.id,
            metadata: &managed.client.metadata,
            issued_at: managed.row.created_at,
            new_secret: None,
            registration_access_token: token,
        };
        Ok(information.to_json()?)
    }

    /// Replaces what a client registered, and its registration token. A client that needs a secret and has none gets one.
    ///
    /// # Errors
    /// As `read_registration`; the causes of `oidc::client_registration` for the metadata; a transient fault when somebody else changed the
    /// client meanwhile: nothing has changed then.
    pub async fn replace_registration(
        &self,
        at: &TenantDirectory,
        id: &str,
        token: &str,
        body: &[u8],
    ) -> Result<Vec<u8>, Failure<Refusal>> {
        let Managed { client, row } = self.find_managed(at, id, token).await?;
        let held = |secret: &SecretText| client.secrets.iter().any(|held| proves(secret, &held.hash));
        let submitted = self.read_submitted(at, body).await.map_err(Failure::Refused)?;
        let metadata = submitted.for_client(&client, at.tenant.settings.profile, held).map_err(Failure::Refused)?;
        check_grants(at, &metadata, &client.metadata.grant_types).map_err(Failure::Refused)?;
        self.check_sector(at.id(), &metadata).await.map_err(Failure::Refused)?;
        let (now, secret) = (self.ambient.now(), self.ambient.secret()?);
        let has_secret = metadata.token_endpoint_auth_method.has_secret();
        let keeping = metadata.token_endpoint_auth_method.secrets();
        // A secret kept in another way than the method needs is as good as none.
        let is_kept_right =
            client.secrets.iter().all(|held| held.sealed.is_some() == (keeping == SecretKeeping::Sealed));
        let needs_one = has_secret && (client.secrets.is_empty() || !is_kept_right);
        let new_secret = needs_one.then(|| self.new_client_secret()).transpose()?;
        let new_token = registration_token(at, row.id, &secret)?;
        let mut tx = self.store.begin(at.id()).await?;
        let new_hash = Bearer::stored_hash(&secret);
        if !client_registrations::change_secret(&mut tx, at.id(), row.id, &row.secret_hash, new_hash.as_bytes()).await?
        {
            return refuse(unusable("replaced meanwhile"));
        }
        match clients::hold(&mut tx, at.id(), &client.id).await? {
            None => return refuse(unusable("the client was deleted meanwhile")),
            // What the operator decided while the sector was asked is none of what was checked.
            Some(held) if held != client.metadata => return Err(Fault::overtaken().into()),
            Some(_) => clients::upsert(&mut tx, at.id(), &client.id, &metadata, now).await?,
        }
        if let Some(secret) = &new_secret {
            let prepared = client_secrets::prepare(&self.ambient, at, secret, keeping)?;
            client_secrets::replace(&mut tx, at.id(), &client.id, &[prepared], now).await?;
        } else if !has_secret {
            clients::replace_secrets(&mut tx, at.id(), &client.id, &[], now).await?;
        }
        let event = Event::new(EventType::ClientUpdated, now, Actor::Client(client.id.clone())).with_client(&client.id);
        let event = event.with("fields", changed_fields(&client.metadata, &metadata)?);
        self.record_registration(&mut tx, at, event).await?;
        tx.commit().await?;
        self.directory.refresh().await?;
        let information = ClientInformation {
            issuer: &at.issuer,
            id: &client.id,
            metadata: &metadata,
            issued_at: row.created_at,
            new_secret: new_secret.as_ref(),
            registration_access_token: new_token.expose(),
        };
        Ok(information.to_json()?)
    }

    /// Removes a client; whatever was issued to it is dead at once, and nobody has agreed to it any more.
    ///
    /// # Errors
    /// As `read_registration`.
    pub async fn delete_registration(
        &self,
        at: &TenantDirectory,
        id: &str,
        token: &str,
    ) -> Result<(), Failure<Refusal>> {
        let Managed { client, .. } = self.find_managed(at, id, token).await?;
        let now = self.ambient.now();
        let mut tx = self.store.begin(at.id()).await?;
        if !clients::delete(&mut tx, at.id(), &client.id, now).await? {
            return refuse(unusable("deleted meanwhile"));
        }
        let event = Event::new(EventType::ClientDeleted, now, Actor::Client(client.id.clone())).with_client(&client.id);
        self.record_registration(&mut tx, at, event).await?;
        tx.commit().await?;
        self.directory.refresh().await?;
        Ok(())
    }

    async fn record_registration(&self, tx: &mut Tx, at: &TenantDirectory, event: Event) -> Result<(), Fault> {
        audit::record(tx, &self.ambient, at, event).await?;
        directory_versions::bump(tx, at.id()).await
    }

    /// S-057: one answer for a token that is unknown, another client's, or of a client that is switched off.
    async fn find_managed(&self, at: &TenantDirectory, id: &str, token: &str) -> Result<Managed, Failure<Refusal>> {
        let Some(bearer) = Bearer::parse(token, TokenKind::Registration.prefix(), &at.keys.permutation) else {
            return refuse(unusable("no registration token"));
        };
        let mut conn = self.store.read(at.id()).await?;
        let found = client_registrations::find(&mut conn, at.id(), RegistrationId::new(bearer.id)).await?;
        drop(conn);
        let Some(row) = found.filter(|row| bearer.proves(&row.secret_hash)) else {
            return refuse(unusable("unknown or replaced"));
        };
        if row.client.as_str() != id {
            return refuse(unusable("for another client"));
        }
        // Another node may have registered it a moment ago.
        self.directory.refresh().await?;
        let now = self.directory.by_id(at.id());
        match now.as_ref().and_then(|at| at.client(&row.client)) {
            Some(client) if client.disabled_at.is_none() => Ok(Managed { client: Arc::clone(client), row }),
            _ => refuse(unusable("the client is switched off or gone")),
        }
    }

    fn new_client_id(&self) -> Result<ClientId, Fault> {
        let random: [u8; 16] = self.ambient.bytes()?;
        let text = hex(&random);
        ClientId::parse(&format!("{ID_PREFIX}{text}")).ok_or_else(|| Fault::impossible("a made client id is none"))
    }
}

/// Whether an identifier is of the shape of those that are made here: nobody but a client that registers itself gets one.
pub(crate) fn is_made_here(id: &ClientId) -> bool {
    let is_hex = |text: &str| text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    id.as_str().strip_prefix(ID_PREFIX).is_some_and(is_hex)
}

/// S-157: what the tenant does without cannot be had by asking for it. What a client has `held` since before it may send back, as it
/// was told (RFC 7592 §2.2); it is of no use to it.
fn check_grants(at: &TenantDirectory, metadata: &ClientMetadata, held: &[GrantType]) -> Result<(), Refusal> {
    let is_wanted = |grant: &&GrantType| !at.tenant.settings.has_grant(**grant) && !held.contains(grant);
    match metadata.grant_types.iter().find(is_wanted) {
        Some(grant) => Err(Refusal::new(Cause::MetadataInvalid)
            .with_detail(format!("grant_types has {}, which does not exist here", grant.name()))),
        None => Ok(()),
    }
}

fn unusable(detail: &'static str) -> Refusal {
    Refusal::new(Cause::RegistrationTokenUnusable).with_detail(detail)
}

fn registration_token(
    at: &TenantDirectory,
    id: RegistrationId,
    secret: &portreeve_crypto::SecretBytes<32>,
) -> Result<SecretText, Fault> {
    Bearer::mint(TokenKind::Registration.prefix(), id.as_i64(), secret, &at.keys.permutation).map_err(Fault::new)
}

fn proves(secret: &SecretText, hash: &[u8; 32]) -> bool {
    sha256(secret.expose().as_bytes()).ct_eq(&Sha256Digest::from_bytes(*hash))
}
