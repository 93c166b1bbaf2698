//! Everything that resource files declare, before it is compared with the database.
//!
//! Owns the declarations and that no resource is declared twice. Leaves reading them to `document`.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use portreeve_crypto::SecretText;
use portreeve_domain::{
    Attribute, ClientId, ClientMetadata, Email, PersonClaims, RequirementRule, ResourceServer, ScopeMeaning, Tenant,
    TenantSettings, Terms, TrustedIssuer,
};
use serde::Deserialize;

use super::document;
use super::problem::{Origin, Place, Problem, Source};
use super::syntax::Syntax;

/// A declaration: where it stands, which tenant it belongs to, and what it says.
pub struct Declared<T> {
    /// Where it stands.
    pub origin: Origin,
    /// The slug of the tenant it belongs to.
    pub tenant: String,
    /// What it says.
    pub what: T,
}

/// A declared tenant; its slug is the `tenant` of the declaration.
pub struct TenantDeclaration {
    /// Its settings.
    pub settings: TenantSettings,
}

/// A declared client.
pub struct ClientDeclaration {
    /// Its identifier.
    pub id: ClientId,
    /// Its metadata as given, without defaults.
    pub metadata: ClientMetadata,
    /// One secret, or two while rotating; `None` leaves those it has.
    pub secrets: Option<Vec<SecretText>>,
}

/// Where a declared person's password comes from.
pub enum PasswordSource {
    /// The password itself.
    Text(SecretText),
    /// A PHC string of Argon2id from another server, for somebody who has no password here yet.
    Hash(String),
}

/// Who a person is at another issuer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectAt {
    /// The issuer, as its assertions say in `iss`.
    pub issuer: String,
    /// The `sub` there.
    pub subject: String,
}

/// A declared person.
pub struct UserDeclaration {
    /// The address as typed.
    pub email: String,
    /// Whether it counts as proven; `None` leaves it as it is.
    pub email_verified: Option<bool>,
    /// What is known about the person; the claims that it does not name stay as they are.
    pub claims: Option<PersonClaims>,
    /// The password; `None` leaves the one there is.
    pub password: Option<PasswordSource>,
    /// The shared secret of an authenticator app in base32; `None` leaves the one there is.
    pub totp_secret: Option<SecretText>,
    /// Whether the person administers the tenant; `None` leaves it as it is.
    pub is_admin: Option<bool>,
    /// Who the person is at other issuers, all of it; `None` leaves it as it is.
    pub links: Option<Vec<SubjectAt>>,
}

/// What resource files declare.
#[derive(Default)]
pub struct Resources {
    /// Tenants.
    pub tenants: Vec<Declared<TenantDeclaration>>,
    /// Resource servers.
    pub resource_servers: Vec<Declared<ResourceServer>>,
    /// What scopes mean.
    pub scopes: Vec<Declared<ScopeMeaning>>,
    /// What tenants want to know about people.
    pub attributes: Vec<Declared<Attribute>>,
    /// Terms.
    pub terms: Vec<Declared<Terms>>,
    /// Requirements of sign-ins.
    pub requirements: Vec<Declared<RequirementRule>>,
    /// Issuers whose assertions are grants.
    pub trusted_issuers: Vec<Declared<TrustedIssuer>>,
    /// Clients.
    pub clients: Vec<Declared<ClientDeclaration>>,
    /// People.
    pub users: Vec<Declared<UserDeclaration>>,
}

impl UserDeclaration {
    /// The claims of a person who has `held`, when the declaration is carried out. `operators` are the attributes that only the operator may write.
    pub(super) fn claims_over(&self, held: &PersonClaims, operators: &BTreeSet<String>) -> PersonClaims {
        self.claims.as_ref().map_or_else(|| held.clone(), |said| held.overlaid_by(said, operators))
    }
}

impl Resources {
    /// Reads resource files in TOML, YAML or JSON, every document of each, and the secrets they refer to.
    ///
    /// # Errors
    /// Every problem of every file that can be told apart: syntax (one a file), unknown fields, wrong types, missing
    /// secrets, resources declared twice.
    pub fn read(files: &[impl AsRef<Path>]) -> Result<Self, Vec<Problem>> {
        let mut resources = Self::default();
        let mut problems = Vec::new();
        for path in files.iter().map(AsRef::as_ref) {
            problems.extend(resources.read_file(path));
        }
        problems.extend(resources.repeated());
        if problems.is_empty() { Ok(resources) } else { Err(problems) }
    }

    fn read_file(&mut self, path: &Path) -> Vec<Problem> {
        let name: Arc<str> = path.display().to_string().into();
        let Some(syntax) = Syntax::of(path) else {
            let what = "the end of its name tells no syntax";
            return vec![Place::new(&name, 0).problem(what, "name it .toml, .yaml, .yml or .json")];
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let what = format!("cannot be read: {error}");
                return vec![Place::new(&name, 0).problem(what, "name a readable resource file")];
            }
        };
        let source = Source { file: name, text: &text };
        let folder = path.parent().unwrap_or(Path::new(""));
        match syntax.documents(&source) {
            Ok(tables) => tables.into_iter().flat_map(|table| document::read(table, &source, folder, self)).collect(),
            Err(problem) => vec![problem],
        }
    }

    /// Resources that are declared more than once; the second place is the wrong one.
    fn repeated(&self) -> Vec<Problem> {
        let tenants = self.tenants.iter().map(|d| (&d.origin, "tenant", &d.tenant, d.tenant.clone()));
        let servers =
            self.resource_servers.iter().map(|d| (&d.origin, "resource server", &d.tenant, d.what.resource.clone()));
        let scopes = self.scopes.iter().map(|d| (&d.origin, "scope", &d.tenant, d.what.name.clone()));
        let attributes = self.attributes.iter().map(|d| (&d.origin, "attribute", &d.tenant, d.what.name.clone()));
        let terms = self.terms.iter().map(|d| (&d.origin, "terms", &d.tenant, d.what.id.clone()));
        let rules = self.requirements.iter().map(|d| (&d.origin, "requirement", &d.tenant, d.what.id.clone()));
        let clients = self.clients.iter().map(|d| (&d.origin, "client", &d.tenant, d.what.id.as_str().to_owned()));
        let users = self.users.iter().map(|d| (&d.origin, "user", &d.tenant, one_spelling(&d.what.email)));
        let trusted =
            self.trusted_issuers.iter().map(|d| (&d.origin, "trusted issuer", &d.tenant, d.what.issuer.clone()));
        let mut seen: HashMap<(&str, &String, String), &Origin> = HashMap::new();
        let mut problems = Vec::new();
        for (origin, kind, tenant, name) in tenants
            .chain(servers)
            .chain(scopes)
            .chain(attributes)
            .chain(terms)
            .chain(rules)
            .chain(trusted)
            .chain(clients)
            .chain(users)
        {
            match seen.get(&(kind, tenant, name.clone())) {
                Some(first) => {
                    problems.push(origin.place().problem(
                        format!("the {kind} {name} is declared already at {}", first.place()),
                        "declare it once",
                    ))
                }
                None => {
                    seen.insert((kind, tenant, name), origin);
                }
            }
        }
        problems
    }

    /// The slugs of all tenants that are declared or that something is declared in, each once, in order of appearance.
    pub(super) fn tenant_slugs(&self) -> Vec<&str> {
        let named = self.tenants.iter().map(|d| &d.tenant).chain(self.contents().map(|(tenant, _)| tenant));
        let mut slugs: Vec<&str> = Vec::new();
        for slug in named {
            if !slugs.contains(&slug.as_str()) {
                slugs.push(slug);
            }
        }
        slugs
    }

    /// Where something in the tenant `slug` is declared first.
    pub(super) fn first_mention(&self, slug: &str) -> Option<Place> {
        let mut origins = self.contents();
        origins.find(|(tenant, _)| *tenant == slug).map(|(_, origin)| origin.place_of("tenant"))
    }

    /// Everything that is declared in a tenant, with the slug of that tenant.
    fn contents(&self) -> impl Iterator<Item = (&String, &Origin)> {
        let servers = self.resource_servers.iter().map(|d| (&d.tenant, &d.origin));
        let scopes = self.scopes.iter().map(|d| (&d.tenant, &d.origin));
        let attributes = self.attributes.iter().map(|d| (&d.tenant, &d.origin));
        let terms = self.terms.iter().map(|d| (&d.tenant, &d.origin));
        let rules = self.requirements.iter().map(|d| (&d.tenant, &d.origin));
        let trusted = self.trusted_issuers.iter().map(|d| (&d.tenant, &d.origin));
        let clients = self.clients.iter().map(|d| (&d.tenant, &d.origin));
        let users = self.users.iter().map(|d| (&d.tenant, &d.origin));
        servers.chain(scopes).chain(attributes).chain(terms).chain(rules).chain(trusted).chain(clients).chain(users)
    }

    /// The declaration of the tenant `slug` itself.
    pub(super) fn tenant(&self, slug: &str) -> Option<&Declared<TenantDeclaration>> {
        self.tenants.iter().find(|declared| declared.tenant == slug)
    }
}

/// An address as it is compared. One that cannot be used is refused where people are.
fn one_spelling(typed: &str) -> String {
    Email::parse(typed).map_or_else(|_| typed.trim().to_owned(), |email| email.as_str().to_owned())
}

impl<T> Declared<T> {
    /// A declaration in the tenant `default` that no file holds.
    pub fn built_in(origin: &str, what: T) -> Self {
        Self { origin: Origin::built_in(origin), tenant: Tenant::DEFAULT_SLUG.to_owned(), what }
    }
}
