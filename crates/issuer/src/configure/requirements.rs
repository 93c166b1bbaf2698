//! The difference in requirements that operators add.
//!
//! Owns that a rule demands something, and something that can be had: a mistake here would lock people out, or let them in unasked.

use portreeve_domain::{Acr, PasskeyUse, RequirementRule, Terms};

use super::change::{ChangeKind, ResourceKind, differing_members};
use super::plan::{Action, Scene, Step};
use super::problem::{Origin, Problem};
use super::terms::will_be_there;

/// A year in seconds: beyond that every session has ended.
const MAX_AGE: u32 = 365 * 24 * 60 * 60;

/// Compares the requirements of one tenant.
pub(super) fn compare<'r>(scene: &Scene<'r>, problems: &mut Vec<Problem>) -> Vec<Step<'r>> {
    let mut steps = Vec::new();
    let declared: Vec<_> = scene.resources.requirements.iter().filter(|d| d.tenant == scene.slug).collect();
    for declared in &declared {
        if let Some(problem) = problem_of(scene, &declared.origin, &declared.what) {
            problems.push(problem);
            continue;
        }
        let rule = &declared.what;
        let stored = scene.at.as_ref().and_then(|at| at.requirement_rules.iter().find(|stored| stored.id == rule.id));
        let kind = match stored {
            None => ChangeKind::Create,
            Some(stored) if **stored == *rule => continue,
            Some(_) => ChangeKind::Update,
        };
        let old = stored.and_then(|stored| serde_json::to_value(&**stored).ok()).unwrap_or_default();
        let fields = differing_members(&old, &serde_json::to_value(rule).unwrap_or_default());
        let change = scene.change(kind, ResourceKind::Requirement, &rule.id, fields);
        steps.push(Step { change, action: Action::PutRequirement(rule) });
    }
    problems.extend(out_of_reach(scene, |id| declared.iter().any(|d| d.what.id == id)));
    if let Some(at) = scene.tells_undeclared() {
        for stored in &at.requirement_rules {
            if !declared.iter().any(|d| d.what.id == stored.id) {
                let change = scene.change(ChangeKind::Delete, ResourceKind::Requirement, &stored.id, Vec::new());
                steps.push(Step { change, action: Action::DeleteRequirement(stored.id.clone()) });
            }
        }
    }
    steps
}

fn problem_of(scene: &Scene<'_>, origin: &Origin, rule: &RequirementRule) -> Option<Problem> {
    let id = &rule.id;
    let problem = |field: &str, what: String, mend: &str| Some(origin.place_of(field).problem(what, mend));
    if !Terms::is_name(id) {
        let what = format!("{id:?} cannot be the id of a requirement");
        return problem("id", what, "use 1 to 40 letters, digits, dots, dashes and underscores");
    }
    if let Some(unknown) = rule.when.clients.iter().find(|client| !will_be_there(scene, client)) {
        let what = format!("requirement {id}: there is no client {}", unknown.as_str());
        return problem("when", what, "name clients of the same tenant, or none for all of them");
    }
    if !rule.demands_something() {
        let mend = "give level = \"aal2\" or \"phr\", max_age, verified_email = true, or terms";
        return problem("id", format!("requirement {id} demands nothing that not every sign-in shows"), mend);
    }
    if rule.max_age.is_some_and(|seconds| seconds > MAX_AGE) {
        return problem("max_age", format!("requirement {id}: max_age is out of range"), "give 0 to 31536000 seconds");
    }
    if rule.level == Some(Acr::Phr) && !has_passkeys(scene) {
        let what = format!("requirement {id} demands passkeys, and passkeys are off: nobody could sign in");
        return problem("level", what, "let passkeys.use of the tenant be \"allowed\" or \"first\"");
    }
    let unknown = rule.terms.iter().find(|terms| !are_known(scene, terms))?;
    problem("terms", format!("requirement {id}: there are no terms {unknown}"), "declare them under [[terms]]")
}

/// A rule that stays and that the tenant, as it is declared, would let nobody meet.
fn out_of_reach(scene: &Scene<'_>, is_declared: impl Fn(&str) -> bool) -> Option<Problem> {
    let tenant = scene.resources.tenant(scene.slug).filter(|_| !has_passkeys(scene))?;
    let mut staying = scene.keeps_undeclared()?.requirement_rules.iter().filter(|rule| !is_declared(&rule.id));
    let id = &staying.find(|rule| rule.level == Some(Acr::Phr))?.id;
    let what = format!("passkeys are off, and requirement {id} demands them: nobody could sign in");
    Some(
        tenant
            .origin
            .place_of("passkeys")
            .problem(what, format!("declare requirement {id} with another level, or leave passkeys on")),
    )
}

/// Whether the tenant has passkeys when the plan is carried out.
fn has_passkeys(scene: &Scene<'_>) -> bool {
    let declared = scene.resources.tenant(scene.slug).map(|declared| &declared.what.settings);
    let settings = declared.or_else(|| scene.at.as_ref().map(|at| &at.tenant.settings));
    settings.is_none_or(|settings| settings.passkeys.usage != PasskeyUse::Off)
}

/// Whether there are terms called `id` when the plan is carried out.
fn are_known(scene: &Scene<'_>, id: &str) -> bool {
    let is_declared = scene.resources.terms.iter().any(|d| d.tenant == scene.slug && d.what.id == id);
    is_declared || scene.keeps_undeclared().is_some_and(|at| at.terms.iter().any(|terms| terms.id == id))
}
