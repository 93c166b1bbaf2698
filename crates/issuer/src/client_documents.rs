//! Clients that nobody registered: fetched from where their identifier leads, when they first ask.
//!
//! Owns when a document is fetched and that its client is stored like any other, so that everything after the first
//! request works for it as for the rest, restarts and other nodes included. A document that failed is not kept. Leaves
//! what a document may say to `oidc::client_document` and fetching to `outbound`, which follows no redirect and goes to
//! no special-use address. OAuth Client ID Metadata Document §4, §6; CM-01 to CM-07, S-058.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use portreeve_domain::{
    Actor, ClientId, ClientMetadata, ClientOrigin, Event, EventType, Failure, Fault, Lifetime, Timestamp,
};
use portreeve_oidc::{Cause, Parameters, Refusal, assertion, client_document, client_registration};
use portreeve_outbound::Expected;
use portreeve_storage::client_documents::{self, DocumentAge};
use portreeve_storage::{Tx, clients, consents, directory_versions};

use crate::configure::changed_fields;
use crate::directory::TenantDirectory;
use crate::settlement::refuse;
use crate::{Issuer, audit};

/// How many clients of a tenant may be known by their documents: all of them are kept in memory.
const MAX_CLIENTS: i64 = 2_000;
/// How long a document is good at least, whatever its server says: long enough for a sign-in.
const SHORTEST: Lifetime = Lifetime::from_minutes(5);
/// How long it is good at most: a redirect URI that its owner took out must not work for long.
const LONGEST: Lifetime = Lifetime::from_hours(1);
/// After how long a client to whom nobody agreed makes room for another: longer than a journey lasts.
const FORGOTTEN: Lifetime = Lifetime::from_hours(1);
/// How many make room at once.
const MAX_FORGOTTEN: usize = 100;

/// A document as fetched.
struct Described {
    metadata: ClientMetadata,
    good_for: Lifetime,
}

impl Issuer {
    /// Takes care that the client named by `id` is known, and returns the directory that knows it; for a client that was
    /// registered, and where documents are not wanted, the same one. `network` is where the request came from, for the
    /// limit.
    ///
    /// # Errors
    /// `ClientDocumentUnusable` when the document cannot be had or used; `RegistrationsTooMany` when too many new clients
    /// come from there, or there are too many.
    pub async fn with_client_of(
        &self,
        at: &Arc<TenantDirectory>,
        id: &ClientId,
        network: IpAddr,
    ) -> Result<Arc<TenantDirectory>, Failure<Refusal>> {
        let is_registered =
            |at: &TenantDirectory| at.client(id).is_some_and(|client| client.origin != ClientOrigin::Document);
        if is_registered(at)
            || !at.tenant.settings.client_id_metadata_documents
            || !client_document::is_document_url(id)
        {
            return Ok(Arc::clone(at));
        }
        let now = self.ambient.now();
        let renew_at = client_documents::renew_at(&mut self.store.read(at.id()).await?, at.id(), id).await?;
        // Another node may have come to know it a moment ago.
        let at = if renew_at.is_some() && at.client(id).is_none() { self.refreshed(at).await? } else { Arc::clone(at) };
        if at.client(id).is_some() && renew_at.is_some_and(|renew_at| now < renew_at) {
            return Ok(at);
        }
        if renew_at.is_none() && self.charge_registration(&at, network).await?.is_err() {
            return refuse(Refusal::new(Cause::RegistrationsTooMany).with_detail("from one network"));
        }
        let described = self.described(&at, id).await.map_err(Failure::Refused)?;
        match self.keep_described(&at, id, &described, now).await {
            // Somebody else has said what the client is; the document is read again with the next request.
            Err(Failure::Fault(fault)) if fault.is_overtaken() => {}
            kept => kept?,
        }
        Ok(self.refreshed(&at).await?)
    }

    /// As `with_client_of`, for the client that a request to a machine's door names: as a parameter, or in its assertion.
    ///
    /// # Errors
    /// As `with_client_of`.
    pub async fn with_client_in(
        &self,
        at: &Arc<TenantDirectory>,
        parameters: &Parameters,
        network: IpAddr,
    ) -> Result<Arc<TenantDirectory>, Failure<Refusal>> {
        let named = parameters.get("client_id").and_then(ClientId::parse);
        let asserted = || {
            let claimed = assertion::claimed_client(parameters.get("client_assertion")?, None).ok()?;
            Some(claimed.client)
        };
        match named.or_else(asserted) {
            Some(id) => self.with_client_of(at, &id, network).await,
            None => Ok(Arc::clone(at)),
        }
    }

    async fn refreshed(&self, at: &TenantDirectory) -> Result<Arc<TenantDirectory>, Fault> {
        self.directory.refresh().await?;
        self.directory.by_id(at.id()).ok_or_else(|| Fault::impossible("a tenant is gone"))
    }

    async fn described(&self, at: &TenantDirectory, id: &ClientId) -> Result<Described, Refusal> {
        let fetched = self.outbound.fetch(at.id(), id.as_str(), Expected::Json, Duration::ZERO).await;
        let document = fetched.map_err(|error| {
            Refusal::new(Cause::ClientDocumentUnusable).with_detail(format!("cannot be fetched: {error}"))
        })?;
        let known = at.client(id).map(|client| &client.metadata);
        let metadata = client_document::read(id, &document.body, at.tenant.settings.profile, known)?;
        self.check_sector(at.id(), &metadata).await?;
        let said = document.fresh_for.map(|fresh_for| i64::try_from(fresh_for.as_secs()).unwrap_or(i64::MAX));
        let good_for = said.map_or(SHORTEST, |seconds| Lifetime::from_seconds(seconds.min(LONGEST.as_seconds())));
        Ok(Described { metadata, good_for: good_for.max(SHORTEST) })
    }

    /// CM-07: what people agreed to was what the document said then; when it says something else they are asked again. `Fault::overtaken`
    /// when the client is not what it was when the document was asked for.
    async fn keep_described(
        &self,
        at: &TenantDirectory,
        id: &ClientId,
        described: &Described,
        now: Timestamp,
    ) -> Result<(), Failure<Refusal>> {
        let known = at.client(id);
        let fields = match known {
            Some(client) => changed_fields(&client.metadata, &described.metadata)?,
            None => Vec::new(),
        };
        let mut tx = self.store.begin(at.id()).await?;
        if known.is_none() && !self.has_room(&mut tx, at, now).await? {
            return refuse(Cause::RegistrationsTooMany);
        }
        let age = DocumentAge { fetched_at: now, renew_at: now.plus(described.good_for) };
        client_documents::put(&mut tx, at.id(), id, age).await?;
        if known.is_none() || !fields.is_empty() {
            if clients::hold(&mut tx, at.id(), id).await?.as_ref() != known.map(|client| &client.metadata) {
                return Err(Fault::overtaken().into());
            }
            clients::upsert(&mut tx, at.id(), id, &described.metadata, now).await?;
            consents::withdraw_of_client(&mut tx, at.id(), id, now).await?;
            let kind = if known.is_none() { EventType::ClientCreated } else { EventType::ClientUpdated };
            let event = Event::new(kind, now, Actor::Anonymous).with_client(id);
            let event = event.with("origin", "document").with("fields", fields);
            audit::record(&mut tx, &self.ambient, at, event).await?;
            directory_versions::bump(&mut tx, at.id()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Whether another client may be kept. Strangers could fill the place with documents that nobody ever signs in for:
    /// those make room, and none for which the operator has decided something: it would be forgotten with the client.
    async fn has_room(&self, tx: &mut Tx, at: &TenantDirectory, now: Timestamp) -> Result<bool, Fault> {
        if client_documents::count(tx, at.id()).await? < MAX_CLIENTS {
            return Ok(true);
        }
        let unused = client_documents::unused(tx, at.id(), now.minus(FORGOTTEN)).await?;
        let is_decided =
            |id: &&ClientId| at.client(id).is_some_and(|client| client_registration::is_decided(&client.metadata));
        let mut has_room = false;
        for id in unused.iter().filter(|id| !at.names(id) && !is_decided(id)).take(MAX_FORGOTTEN) {
            // Looked at once more: the operator may have decided it a moment ago.
            if clients::hold(tx, at.id(), id).await?.is_none_or(|metadata| client_registration::is_decided(&metadata)) {
                continue;
            }
            has_room |= clients::delete(tx, at.id(), id, now).await?;
            let event = Event::new(EventType::ClientDeleted, now, Actor::System).with_client(id);
            audit::record(tx, &self.ambient, at, event.with("origin", "document")).await?;
        }
        Ok(has_room)
    }
}
