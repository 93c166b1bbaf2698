//! The difference in resource servers.
//!
//! RFC 8707 §2 for the form of their names.

use portreeve_domain::{Attribute, ResourceServer};
use portreeve_oidc::{authorization_details, resource};

use super::attributes;
use super::change::{ChangeKind, ResourceKind, differing_members};
use super::plan::{Action, Scene, Step};
use super::problem::{Origin, Problem};

/// How long an access token may live at most, in seconds: it cannot be called back everywhere before it runs out.
const MAX_LIFETIME_SECONDS: i64 = 24 * 60 * 60;

/// Compares the resource servers of one tenant.
pub(super) fn compare<'r>(scene: &Scene<'r>, problems: &mut Vec<Problem>) -> Vec<Step<'r>> {
    let mut steps = Vec::new();
    let declared: Vec<_> = scene.resources.resource_servers.iter().filter(|d| d.tenant == scene.slug).collect();
    for declared in &declared {
        let (origin, server) = (&declared.origin, &declared.what);
        let problem = problem_of(origin, server).or_else(|| name_problem(scene, origin, server));
        let problem = problem.or_else(|| details_problem(scene, origin, server));
        if let Some(problem) = problem.or_else(|| scope_problem(scene, origin, server)) {
            problems.push(problem);
            continue;
        }
        let stored = scene.at.as_ref().and_then(|at| at.server(&server.resource));
        let kind = match stored {
            None => ChangeKind::Create,
            Some(stored) if **stored == *server => continue,
            Some(_) => ChangeKind::Update,
        };
        let old = stored.and_then(|stored| serde_json::to_value(&**stored).ok()).unwrap_or_default();
        let fields = differing_members(&old, &serde_json::to_value(server).unwrap_or_default());
        let change = scene.change(kind, ResourceKind::ResourceServer, &server.resource, fields);
        steps.push(Step { change, action: Action::PutResourceServer(server) });
    }
    if let Some(at) = scene.tells_undeclared() {
        for stored in &at.servers {
            if !declared.iter().any(|d| d.what.resource == stored.resource) {
                let change =
                    scene.change(ChangeKind::Delete, ResourceKind::ResourceServer, &stored.resource, Vec::new());
                steps.push(Step { change, action: Action::DeleteResourceServer(stored.resource.clone()) });
            }
        }
    }
    steps
}

fn problem_of(origin: &Origin, server: &ResourceServer) -> Option<Problem> {
    if !resource::is_well_formed(&server.resource) {
        let what = format!("resource {:?} is not an absolute URI without a fragment", server.resource);
        return Some(origin.place_of("resource").problem(what, "write it as https://api.example.com"));
    }
    if server.access_token_lifetime.is_some_and(|seconds| !(1..=MAX_LIFETIME_SECONDS).contains(&seconds)) {
        let place = origin.place_of("access_token_lifetime");
        return Some(place.problem("access_token_lifetime is out of range", "give 1 to 86400 seconds"));
    }
    None
}

/// A name that another one has: a gateway asks by it, and would be answered for neither.
fn name_problem(scene: &Scene<'_>, origin: &Origin, server: &ResourceServer) -> Option<Problem> {
    let name = server.name.as_deref()?;
    let mut others = servers_to_be(scene).filter(|other| other.resource != server.resource);
    let namesake = others.find(|other| other.name.as_deref() == Some(name))?;
    let what = format!("the name {name:?} is that of {} as well", namesake.resource);
    Some(origin.place_of("name").problem(what, "give another one: a gateway asks about an API by its name"))
}

/// What is wrong with the types of authorization details: a type means one thing in a tenant (RFC 9396 §2).
fn details_problem(scene: &Scene<'_>, origin: &Origin, server: &ResourceServer) -> Option<Problem> {
    let place = || origin.place_of("authorization_details_types");
    let mut taken = types_elsewhere(scene, &server.resource);
    for known in &server.authorization_details_types {
        if let Err(what) = authorization_details::check_type(known) {
            return Some(place().problem(what, "see docs/protocol/authorization-details.md"));
        }
        if taken.contains(&known.name.as_str()) {
            let what = format!("the type {} is defined twice", known.name);
            return Some(place().problem(what, "give it another name"));
        }
        taken.push(&known.name);
    }
    None
}

/// A scope that releases an attribute of people and nothing else.
fn scope_problem(scene: &Scene<'_>, origin: &Origin, server: &ResourceServer) -> Option<Problem> {
    let is_taken = |one: &&Attribute| one.scope.as_ref().is_some_and(|scope| server.scopes.contains(scope));
    let attribute = attributes::to_be(scene).find(is_taken)?;
    let scope = attribute.scope.as_deref().unwrap_or_default();
    let what = format!("the scope {scope} releases the attribute {}", attribute.name);
    Some(origin.place_of("scopes").problem(what, "give another one"))
}

/// The resource servers that the tenant has when the plan is carried out.
pub(super) fn servers_to_be<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s ResourceServer> {
    let declared = || scene.resources.resource_servers.iter().filter(|d| d.tenant == scene.slug).map(|d| &d.what);
    let stored = scene.keeps_undeclared().into_iter().flat_map(|at| &at.servers).map(|stored| &**stored);
    declared().chain(stored.filter(move |stored| !declared().any(|server| server.resource == stored.resource)))
}

/// The types that other resource servers of the tenant will have.
fn types_elsewhere<'s>(scene: &'s Scene<'_>, resource: &str) -> Vec<&'s str> {
    let others = servers_to_be(scene).filter(|server| server.resource != resource);
    others.flat_map(|server| &server.authorization_details_types).map(|known| known.name.as_str()).collect()
}
