//! The database in the shape of a resource file.
//!
//! Owns the canonical form: members that have their default are left out, secrets always. A plan of an export is empty.

use portreeve_domain::{ClientMetadata, ClientOrigin, Fault, Scope, Tenant, TenantId, TenantSettings};
use portreeve_storage::subject_links::{self, LinkedSubject};
use portreeve_storage::users;
use serde::Serialize;
use toml::{Table, Value};

use crate::directory::TenantDirectory;
use crate::people::Person;
use crate::{Issuer, people, subject_link};

/// What an export holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportScope {
    /// Tenants, resource servers, scopes, attributes, terms, requirements and clients.
    Configuration,
    /// People as well, with their addresses and claims: personal data.
    WithPeople,
}

/// A resource file; the order of the members is the order on the page.
#[derive(Default, Serialize)]
struct File {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tenants: Vec<Table>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_servers: Vec<Table>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<Table>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<Table>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    terms: Vec<Table>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requirements: Vec<Table>,
    trusted_issuers: Vec<Table>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    clients: Vec<Table>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    users: Vec<Table>,
}

impl Issuer {
    /// Prints everything configured as one resource file in TOML, without secrets.
    ///
    /// # Errors
    /// A fault when the database is away or something stored does not open.
    pub async fn export(&self, scope: ExportScope) -> Result<String, Fault> {
        self.directory.refresh().await?;
        let mut file = File::default();
        for at in self.directory.all() {
            file.tenants.push(tenant(&at.tenant)?);
            for server in &at.servers {
                let table = with_scope_list(table(&**server)?, &server.scopes);
                file.resource_servers.push(in_tenant(&at, table));
            }
            for scope in &at.scopes {
                file.scopes.push(in_tenant(&at, table(&**scope)?));
            }
            for attribute in &at.attributes {
                file.attributes.push(in_tenant(&at, table(&**attribute)?));
            }
            for terms in &at.terms {
                file.terms.push(in_tenant(&at, table(&**terms)?));
            }
            for rule in &at.requirement_rules {
                file.requirements.push(in_tenant(&at, table(&**rule)?));
            }
            for trusted in &at.trusted_issuers {
                let table = with_scope_list(table(&**trusted)?, &trusted.scopes);
                file.trusted_issuers.push(in_tenant(&at, table));
            }
            // Clients that registered themselves manage their own registration.
            let own = at.clients.values().filter(|client| client.origin == ClientOrigin::Operator);
            let mut clients: Vec<_> = own.collect();
            clients.sort_by(|a, b| a.id.cmp(&b.id));
            for client in clients {
                let mut entry = without_defaults(table(&client.metadata)?, &table(&ClientMetadata::default())?);
                entry.insert("client_id".to_owned(), Value::String(client.id.as_str().to_owned()));
                file.clients.push(in_tenant(&at, entry));
            }
            if scope == ExportScope::WithPeople {
                self.export_people(&at, &mut file.users).await?;
            }
        }
        toml::to_string(&file).map_err(Fault::new)
    }

    async fn export_people(&self, at: &TenantDirectory, entries: &mut Vec<Table>) -> Result<(), Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let mut after = None;
        loop {
            let page = users::list(&mut conn, at.id(), after).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for row in page {
                let Some(person) = people::open(&mut conn, at, row).await? else { continue };
                let Some(email) = person.email.clone() else { continue };
                let mut entry = Table::new();
                entry.insert("email".to_owned(), Value::String(email));
                entry.insert("email_verified".to_owned(), Value::Boolean(person.email_verified_at.is_some()));
                let claims = table(&person.claims.fitting(at.attributes.iter().map(|one| &**one)))?;
                if !claims.is_empty() {
                    entry.insert("claims".to_owned(), Value::Table(claims));
                }
                let links = self.export_links(at, &person).await?;
                if !links.is_empty() {
                    entry.insert("links".to_owned(), Value::Array(links));
                }
                if person.is_admin {
                    entry.insert("is_admin".to_owned(), Value::Boolean(true));
                }
                entries.push(in_tenant(at, entry));
            }
        }
    }
}

impl Issuer {
    async fn export_links(&self, at: &TenantDirectory, person: &Person) -> Result<Vec<Value>, Fault> {
        let stored = subject_links::of_user(&mut self.store.read(at.id()).await?, at.id(), person.id).await?;
        let link = |link: &LinkedSubject| {
            let mut entry = Table::new();
            entry.insert("issuer".to_owned(), Value::String(link.issuer.clone()));
            entry.insert("subject".to_owned(), Value::String(subject_link::open(at, person, link)?));
            Ok(Value::Table(entry))
        };
        stored.iter().map(link).collect()
    }
}

fn tenant(tenant: &Tenant) -> Result<Table, Fault> {
    let mut entry = without_defaults(table(&tenant.settings)?, &table(&TenantSettings::default())?);
    entry.insert("slug".to_owned(), Value::String(tenant.slug.clone()));
    Ok(entry)
}

fn with_scope_list(mut entry: Table, scopes: &Scope) -> Table {
    let scopes = scopes.iter().map(|scope| Value::String(scope.to_owned())).collect();
    entry.insert("scopes".to_owned(), Value::Array(scopes));
    entry
}

fn in_tenant(at: &TenantDirectory, mut entry: Table) -> Table {
    if at.id() != TenantId::DEFAULT {
        entry.insert("tenant".to_owned(), Value::String(at.tenant.slug.clone()));
    }
    entry
}

fn table(value: &impl Serialize) -> Result<Table, Fault> {
    Table::try_from(value).map_err(|e| Fault::new(e).while_doing("print a resource"))
}

fn without_defaults(mut members: Table, defaults: &Table) -> Table {
    members.retain(|name, value| defaults.get(name) != Some(value));
    members
}
