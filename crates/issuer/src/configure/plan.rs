//! The difference between resource files and the database.
//!
//! Owns the order of comparison (tenants, then what is in each) and the rule that a plan has no side effects. A step holds
//! the change people read and what `execute` needs to carry it out, so both come from one comparison.

use std::sync::Arc;

use portreeve_crypto::SecretText;
use portreeve_domain::{
    Attribute, Client, ClientId, ClientMetadata, ClientOrigin, Failure, Passwords, Profile, RequirementRule,
    ResourceServer, ScopeMeaning, SecretKeeping, TenantSettings, Terms, TrustedIssuer,
};

use super::change::{Change, ChangeKind, ResourceKind, differing_members};
use super::problem::Problem;
use super::resources::{ClientDeclaration, Resources, UserDeclaration};
use super::users::UserUpdate;
use super::{attributes, clients, requirements, resource_servers, scopes, terms, trusted_issuers, users};
use crate::Issuer;
use crate::directory::TenantDirectory;

/// What becomes of clients, resource servers, trusted issuers, attributes, terms, requirements and texts of scopes that no file declares, in the
/// tenants that the files mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// They stay.
    Keep,
    /// They are deleted (`--prune`). People and tenants always stay.
    Delete,
}

/// What a comparison does with resources that no file declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undeclared {
    /// They stay, and nothing is said of them.
    Unmentioned,
    /// They stay, and are told.
    Told,
    /// They are told, and go.
    Deleted,
}

/// A difference, and how to remove it.
pub(super) struct Step<'r> {
    pub(super) change: Change,
    pub(super) action: Action<'r>,
}

/// How to remove a difference.
pub(super) enum Action<'r> {
    CreateTenant(&'r TenantSettings),
    UpdateTenant(&'r TenantSettings),
    PutResourceServer(&'r ResourceServer),
    DeleteResourceServer(String),
    PutScope(&'r ScopeMeaning),
    DeleteScope(String),
    PutAttribute(&'r Attribute),
    DeleteAttribute(String),
    PutTerms(&'r Terms),
    DeleteTerms(String),
    PutRequirement(&'r RequirementRule),
    DeleteRequirement(String),
    PutTrustedIssuer(&'r TrustedIssuer),
    DeleteTrustedIssuer(String),
    DecideOnClient(&'r ClientDeclaration),
    PutClient { id: &'r ClientId, metadata: Option<Box<ClientMetadata>>, secrets: Option<NewSecrets<'r>> },
    DeleteClient(ClientId),
    CreateUser(&'r UserDeclaration),
    UpdateUser(UserUpdate<'r>),
}

/// The secrets a client is to have.
pub(super) struct NewSecrets<'r> {
    /// Their texts; none: it has no secret any more.
    pub(super) texts: &'r [SecretText],
    /// What is kept of them.
    pub(super) keeping: SecretKeeping,
}

/// Every difference: of tenants, and of what is in each tenant, by slug.
pub(super) struct Steps<'r> {
    pub(super) tenants: Vec<Step<'r>>,
    pub(super) contents: Vec<(&'r str, Vec<Step<'r>>)>,
}

/// What a comparison in one tenant needs.
pub(super) struct Scene<'r> {
    pub(super) resources: &'r Resources,
    pub(super) slug: &'r str,
    /// The tenant as it is; `None` for one that is yet to be made.
    pub(super) at: Option<Arc<TenantDirectory>>,
    /// The profile it has, or will have.
    pub(super) profile: Profile,
    /// Whether it has passwords, or will have them.
    pub(super) passwords: Passwords,
    /// Whether clients are known there by documents, or will be.
    pub(super) documents: bool,
    pub(super) undeclared: Undeclared,
}

impl Issuer {
    /// Tells what `apply` would do; changes nothing.
    ///
    /// # Errors
    /// Every problem of the declarations at once; a fault when the database is away.
    pub async fn plan(&self, resources: &Resources, unlisted: Unlisted) -> Result<Vec<Change>, Failure<Vec<Problem>>> {
        let steps = self.compare(resources, unlisted.into()).await?;
        Ok(steps.into_changes())
    }

    /// Tells where the database differs from the files; changes nothing.
    ///
    /// A creation is what only the files have; a deletion is a client, resource server, scope, attribute, requirement or terms that only the database
    /// has, in the tenants that the files mention. People and tenants that no file declares are no difference.
    ///
    /// # Errors
    /// As [`Issuer::plan`].
    pub async fn drift(&self, resources: &Resources) -> Result<Vec<Change>, Failure<Vec<Problem>>> {
        let steps = self.compare(resources, Undeclared::Told).await?;
        Ok(steps.into_changes())
    }

    /// Compares everything with a fresh look at the database.
    pub(super) async fn compare<'r>(
        &self,
        resources: &'r Resources,
        undeclared: Undeclared,
    ) -> Result<Steps<'r>, Failure<Vec<Problem>>> {
        self.directory.refresh().await?;
        let mut problems = Vec::new();
        let mut contents = Vec::new();
        for slug in resources.tenant_slugs() {
            let at = self.directory.by_slug(slug);
            let declared = resources.tenant(slug).map(|declared| &declared.what.settings);
            let settings = declared.or_else(|| at.as_ref().map(|at| &at.tenant.settings));
            let wanted = settings.map(|s| (s.profile, s.passwords, s.client_id_metadata_documents));
            let Some((profile, passwords, documents)) = wanted else {
                problems.extend(unknown_tenant(resources, slug));
                continue;
            };
            let scene = Scene { resources, slug, at, profile, passwords, documents, undeclared };
            let mut steps = resource_servers::compare(&scene, &mut problems);
            steps.extend(scopes::compare(&scene, &mut problems));
            steps.extend(attributes::compare(&scene, &mut problems));
            steps.extend(terms::compare(&scene, &mut problems));
            steps.extend(requirements::compare(&scene, &mut problems));
            steps.extend(trusted_issuers::compare(&scene, &mut problems));
            let of_clients = clients::compare(&scene, &mut problems);
            problems.extend(clients::wrong_sectors(self, &scene, &of_clients).await);
            steps.extend(of_clients);
            steps.extend(users::compare(self, &scene, &mut problems).await?);
            contents.push((slug, steps));
        }
        if problems.is_empty() {
            Ok(Steps { tenants: self.compare_tenants(resources)?, contents })
        } else {
            Err(Failure::Refused(problems))
        }
    }

    fn compare_tenants<'r>(&self, resources: &'r Resources) -> Result<Vec<Step<'r>>, portreeve_domain::Fault> {
        let mut steps = Vec::new();
        for declared in &resources.tenants {
            let settings = &declared.what.settings;
            let new = serde_json::to_value(settings).map_err(portreeve_domain::Fault::new)?;
            let (kind, old, action) = match self.directory.by_slug(&declared.tenant) {
                None => (ChangeKind::Create, serde_json::Value::Null, Action::CreateTenant(settings)),
                Some(at) if at.tenant.settings == *settings => continue,
                Some(at) => {
                    let old = serde_json::to_value(&at.tenant.settings).map_err(portreeve_domain::Fault::new)?;
                    (ChangeKind::Update, old, Action::UpdateTenant(settings))
                }
            };
            let change = Change {
                kind,
                resource: ResourceKind::Tenant,
                tenant: declared.tenant.clone(),
                name: declared.tenant.clone(),
                fields: differing_members(&old, &new),
            };
            steps.push(Step { change, action });
        }
        Ok(steps)
    }
}

impl From<Unlisted> for Undeclared {
    fn from(unlisted: Unlisted) -> Self {
        match unlisted {
            Unlisted::Keep => Self::Unmentioned,
            Unlisted::Delete => Self::Deleted,
        }
    }
}

impl Steps<'_> {
    /// The changes, tenants first.
    pub(super) fn into_changes(self) -> Vec<Change> {
        let contents = self.contents.into_iter().flat_map(|(_, steps)| steps);
        self.tenants.into_iter().chain(contents).map(|step| step.change).collect()
    }
}

impl Scene<'_> {
    /// The tenant whose resources are to be told when no file declares them.
    pub(super) fn tells_undeclared(&self) -> Option<&TenantDirectory> {
        self.at.as_deref().filter(|_| self.undeclared != Undeclared::Unmentioned)
    }

    /// The tenant whose resources stay when no file declares them.
    pub(super) fn keeps_undeclared(&self) -> Option<&TenantDirectory> {
        self.at.as_deref().filter(|_| self.undeclared != Undeclared::Deleted)
    }

    /// A client as it is stored, also one that is hidden because its document is not wanted.
    pub(super) fn client(&self, id: &ClientId) -> Option<&Client> {
        let at = self.at.as_deref()?;
        at.client(id).or_else(|| at.unwanted.get(id)).map(AsRef::as_ref)
    }

    /// Whether a stored client is there as far as the tenant's settings go.
    pub(super) fn wants(&self, client: &Client) -> bool {
        self.documents || client.origin != ClientOrigin::Document
    }

    /// A change of a resource of this tenant.
    pub(super) fn change(&self, kind: ChangeKind, resource: ResourceKind, name: &str, fields: Vec<String>) -> Change {
        Change { kind, resource, tenant: self.slug.to_owned(), name: name.to_owned(), fields }
    }
}

fn unknown_tenant(resources: &Resources, slug: &str) -> Option<Problem> {
    let place = resources.first_mention(slug)?;
    Some(place.problem(format!("there is no tenant {slug}"), format!("declare it: [[tenants]] slug = {slug:?}")))
}
