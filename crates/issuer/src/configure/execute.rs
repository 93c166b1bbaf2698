//! A plan, carried out.
//!
//! Owns the transactions: one for each new tenant, one for everything in a tenant, so that a tenant is never half
//! configured. Every change writes its event and raises the directory's version, which running servers watch. Passwords
//! are hashed before a transaction begins.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use portreeve_domain::{Actor, ClientId, Event, EventType, Failure, Fault, PersonClaims, TenantId, TenantSettings};
use portreeve_storage::{
    Tx, Wall, attributes, clients, directory_versions, requirement_rules, resource_servers, scopes, tenants, terms,
    trusted_issuers, users,
};

use super::change::{Change, ChangeKind, ResourceKind};
use super::credentials::{self, HashedPassword};
use super::links;
use super::plan::{Action, NewSecrets, Step, Unlisted};
use super::problem::Problem;
use super::resources::{PasswordSource, Resources, UserDeclaration};
use super::users::UserUpdate;
use crate::directory::TenantDirectory;
use crate::people::{self, NewPerson, Person};
use crate::{Issuer, audit, client_secrets};

impl Issuer {
    /// Makes the database what the files say and returns what was changed; a second call changes nothing.
    ///
    /// Each tenant is committed as a whole. Running servers follow within a second.
    ///
    /// # Errors
    /// Every problem of the declarations at once, before anything is changed; a fault when the database is away, or
    /// somebody else made the same resource meanwhile: tenants that come before stay changed then.
    pub async fn apply(&self, resources: &Resources, unlisted: Unlisted) -> Result<Vec<Change>, Failure<Vec<Problem>>> {
        let steps = self.compare(resources, unlisted.into()).await?;
        let mut changes = Vec::new();
        for step in steps.tenants {
            self.carry_out_on_tenant(&step).await?;
            changes.push(step.change);
        }
        if !changes.is_empty() {
            self.directory.reload().await?;
            // The keys of a new tenant.
            self.keep_keys_on_schedule().await?;
        }
        for (slug, steps) in steps.contents {
            let at = self.directory.by_slug(slug).ok_or_else(|| Fault::impossible("a tenant was made and is gone"))?;
            changes.extend(self.carry_out_in(&at, steps).await?);
        }
        self.directory.refresh().await?;
        // The first key of an algorithm that a client registered just now.
        self.keep_keys_on_schedule().await?;
        Ok(changes)
    }

    async fn carry_out_on_tenant(&self, step: &Step<'_>) -> Result<(), Fault> {
        match &step.action {
            Action::CreateTenant(settings) => self.create_tenant(&step.change, settings).await,
            Action::UpdateTenant(settings) => self.update_tenant(&step.change, settings).await,
            _ => Err(Fault::impossible("a step in a tenant among the steps on tenants")),
        }
    }

    async fn create_tenant(&self, change: &Change, settings: &TenantSettings) -> Result<(), Fault> {
        // The new tenant has no keys yet that could make pseudonyms, so its creation is told in the log of the first one.
        let first =
            self.directory.by_id(TenantId::DEFAULT).ok_or_else(|| Fault::impossible("there is no first tenant"))?;
        let mut tx = self.store.begin(Wall::All).await?;
        tenants::insert(&mut tx, &change.tenant, settings, self.ambient.now()).await?;
        self.record(&mut tx, &first, EventType::TenantCreated, change).await?;
        tx.commit().await
    }

    async fn update_tenant(&self, change: &Change, settings: &TenantSettings) -> Result<(), Fault> {
        let at = self.directory.by_slug(&change.tenant).ok_or_else(|| Fault::impossible("a tenant is gone"))?;
        let mut tx = self.store.begin(at.id()).await?;
        tenants::update_settings(&mut tx, at.id(), settings).await?;
        self.record(&mut tx, &at, EventType::TenantUpdated, change).await?;
        directory_versions::bump(&mut tx, at.id()).await?;
        tx.commit().await
    }

    async fn carry_out_in(&self, at: &Arc<TenantDirectory>, steps: Vec<Step<'_>>) -> Result<Vec<Change>, Fault> {
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let mut hashes = VecDeque::new();
        for step in &steps {
            if let Some(source) = step.password() {
                hashes.push_back(credentials::hash(self, at, source).await?);
            }
        }
        let mut tx = self.store.begin(at.id()).await?;
        let mut changes = Vec::with_capacity(steps.len());
        for step in &steps {
            if let Action::UpdateUser(update) = &step.action {
                links::release(self, &mut tx, at, update).await?;
            }
        }
        for step in steps {
            let hash = step.password().and_then(|_| hashes.pop_front());
            self.carry_out(&mut tx, at, &step, hash.as_ref()).await?;
            changes.push(step.change);
        }
        directory_versions::bump(&mut tx, at.id()).await?;
        tx.commit().await?;
        Ok(changes)
    }

    async fn carry_out(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        step: &Step<'_>,
        hash: Option<&HashedPassword>,
    ) -> Result<(), Fault> {
        let (now, change) = (self.ambient.now(), &step.change);
        match &step.action {
            Action::PutResourceServer(server) => {
                resource_servers::upsert(tx, at.id(), server, now).await?;
                self.record(tx, at, EventType::ResourceServerUpdated, change).await
            }
            Action::DeleteResourceServer(resource) => {
                resource_servers::delete(tx, at.id(), resource).await?;
                self.record(tx, at, EventType::ResourceServerDeleted, change).await
            }
            Action::PutScope(scope) => {
                scopes::upsert(tx, at.id(), scope, now).await?;
                self.record(tx, at, EventType::ScopeUpdated, change).await
            }
            Action::DeleteScope(name) => {
                scopes::delete(tx, at.id(), name).await?;
                self.record(tx, at, EventType::ScopeDeleted, change).await
            }
            Action::PutAttribute(attribute) => {
                attributes::upsert(tx, at.id(), attribute, now).await?;
                self.record(tx, at, EventType::AttributeUpdated, change).await
            }
            Action::DeleteAttribute(name) => {
                attributes::delete(tx, at.id(), name).await?;
                self.record(tx, at, EventType::AttributeDeleted, change).await
            }
            Action::PutTerms(declared) => {
                terms::upsert(tx, at.id(), declared, now).await?;
                self.record(tx, at, EventType::TermsUpdated, change).await
            }
            Action::DeleteTerms(id) => {
                terms::delete(tx, at.id(), id).await?;
                self.record(tx, at, EventType::TermsDeleted, change).await
            }
            Action::PutRequirement(rule) => {
                requirement_rules::upsert(tx, at.id(), rule, now).await?;
                self.record(tx, at, EventType::RequirementUpdated, change).await
            }
            Action::DeleteRequirement(id) => {
                requirement_rules::delete(tx, at.id(), id).await?;
                self.record(tx, at, EventType::RequirementDeleted, change).await
            }
            Action::PutTrustedIssuer(trusted) => {
                trusted_issuers::upsert(tx, at.id(), trusted, now).await?;
                self.record(tx, at, EventType::TrustedIssuerUpdated, change).await
            }
            Action::DeleteTrustedIssuer(issuer) => {
                trusted_issuers::delete(tx, at.id(), issuer).await?;
                self.record(tx, at, EventType::TrustedIssuerDeleted, change).await
            }
            Action::DecideOnClient(declared) => {
                super::clients::decide(tx, at, declared, now).await?;
                self.record(tx, at, EventType::ClientUpdated, change).await
            }
            Action::PutClient { id, metadata, secrets } => {
                if let Some(metadata) = metadata {
                    clients::upsert(tx, at.id(), id, metadata, now).await?;
                }
                if let Some(NewSecrets { texts, keeping }) = secrets {
                    let prepare = |text| client_secrets::prepare(&self.ambient, at, text, *keeping);
                    let prepared: Vec<_> = texts.iter().map(prepare).collect::<Result<_, _>>()?;
                    client_secrets::replace(tx, at.id(), id, &prepared, now).await?;
                }
                let is_new = change.kind == ChangeKind::Create;
                let kind = if is_new { EventType::ClientCreated } else { EventType::ClientUpdated };
                self.record(tx, at, kind, change).await
            }
            Action::DeleteClient(id) => {
                clients::delete(tx, at.id(), id, now).await?;
                self.record(tx, at, EventType::ClientDeleted, change).await
            }
            Action::CreateUser(declared) => self.create_declared(tx, at, declared, hash).await,
            Action::UpdateUser(update) => self.update_declared(tx, at, update, hash).await,
            Action::CreateTenant(_) | Action::UpdateTenant(_) => {
                Err(Fault::impossible("a step on a tenant among the steps in one"))
            }
        }
    }

    async fn create_declared(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        declared: &UserDeclaration,
        hash: Option<&HashedPassword>,
    ) -> Result<(), Fault> {
        let now = self.ambient.now();
        let new = NewPerson {
            email: declared.email.trim(),
            email_verified_at: declared.email_verified.unwrap_or_default().then_some(now),
            claims: declared.claims_over(&PersonClaims::default(), &BTreeSet::new()),
            is_admin: declared.is_admin.unwrap_or_default(),
        };
        let person = insert_person(self, tx, at, &new).await?;
        let event = Event::new(EventType::UserCreated, now, Actor::Operator).about(person.id);
        audit::record(tx, &self.ambient, at, event).await?;
        if let Some(hash) = hash {
            credentials::set_password(self, tx, at, &person, hash).await?;
        }
        if let Some(secret) = &declared.totp_secret {
            credentials::set_totp(self, tx, at, &person, secret).await?;
        }
        links::add(self, tx, at, &person, declared.links.as_deref().unwrap_or_default()).await
    }

    async fn update_declared(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        update: &UserUpdate<'_>,
        hash: Option<&HashedPassword>,
    ) -> Result<(), Fault> {
        let declared = update.declared;
        // What the person tells at the same time is kept: from here on nobody else writes, and what is written over is what is there now.
        let is_there = users::hold(tx, at.id(), update.person).await?;
        let person = if is_there { people::find(tx, at, update.person).await? } else { None };
        let person = &person.ok_or_else(|| Fault::transient("a person was erased while the plan was carried out"))?;
        if update.profile {
            let now = self.ambient.now();
            let verified_at = match declared.email_verified {
                Some(true) => person.email_verified_at.or(Some(now)),
                Some(false) => None,
                None => person.email_verified_at,
            };
            let new = NewPerson {
                email: declared.email.trim(),
                email_verified_at: verified_at,
                claims: declared.claims_over(&person.claims, &update.operators),
                is_admin: declared.is_admin.unwrap_or(person.is_admin),
            };
            if !people::update(tx, &self.ambient, at, person, &new).await? {
                return Err(Fault::impossible("a person is gone whose row was held"));
            }
            let event = Event::new(EventType::UserUpdated, now, Actor::Operator).about(person.id);
            audit::record(tx, &self.ambient, at, event).await?;
        }
        if let Some(hash) = hash {
            credentials::change_password(self, tx, at, person, hash).await?;
        }
        if let Some(secret) = declared.totp_secret.as_ref().filter(|_| update.totp) {
            credentials::set_totp(self, tx, at, person, secret).await?;
        }
        match &declared.links {
            Some(links) if update.links => links::add(self, tx, at, person, links).await,
            _ => Ok(()),
        }
    }

    /// Records a change of something that is not a person: its name and the names of its fields are public.
    async fn record(&self, tx: &mut Tx, at: &TenantDirectory, kind: EventType, change: &Change) -> Result<(), Fault> {
        let mut event = Event::new(kind, self.ambient.now(), Actor::Operator)
            .with("name", &change.name)
            .with("fields", &change.fields);
        if change.resource == ResourceKind::Client {
            event.client = ClientId::parse(&change.name);
        }
        audit::record(tx, &self.ambient, at, event).await
    }
}

impl Step<'_> {
    /// The password this step sets.
    fn password(&self) -> Option<&PasswordSource> {
        match &self.action {
            Action::CreateUser(declared) => declared.password.as_ref(),
            Action::UpdateUser(update) if update.password => update.declared.password.as_ref(),
            _ => None,
        }
    }
}

/// Adds a person and opens the row just written, for the key that seals the credentials.
///
/// # Errors
/// A transient fault when somebody else took the address meanwhile.
pub(super) async fn insert_person(
    issuer: &Issuer,
    tx: &mut Tx,
    at: &TenantDirectory,
    new: &NewPerson<'_>,
) -> Result<Person, Fault> {
    let id = people::insert(tx, &issuer.ambient, at, new)
        .await?
        .ok_or_else(|| Fault::transient("somebody took the address while the plan was carried out"))?;
    people::find(tx, at, id).await?.ok_or_else(|| Fault::impossible("a person was stored and is gone"))
}
