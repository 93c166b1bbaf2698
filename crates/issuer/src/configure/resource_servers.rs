//! The difference in resource servers.
//!
//! RFC 8707 §2 for the form of their names.

use portreeve_domain::ResourceServer;
use portreeve_oidc::resource;

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
        if let Some(problem) = problem_of(&declared.origin, &declared.what) {
            problems.push(problem);
            continue;
        }
        let server = &declared.what;
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
