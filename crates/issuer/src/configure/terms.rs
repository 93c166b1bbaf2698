//! The difference in terms.
//!
//! Owns what may stand in a file: people read the name and follow the address, so both are checked as those of clients are. What is
//! agreed to is a version; other words for the same one ask nobody again.

use portreeve_domain::{ClientId, ClientOrigin, Terms, TermsText};
use portreeve_oidc::registration;

use super::change::{ChangeKind, ResourceKind, differing_members};
use super::plan::{Action, Scene, Step};
use super::problem::{Origin, Problem};
use super::scopes::{MAX_LANGUAGES, is_language_tag, is_line};

/// How long a name may be, in characters.
const MAX_NAME_CHARS: usize = 80;
/// How long an address may be.
const MAX_URI_BYTES: usize = 2000;

/// Compares the terms of one tenant.
pub(super) fn compare<'r>(scene: &Scene<'r>, problems: &mut Vec<Problem>) -> Vec<Step<'r>> {
    let mut steps = Vec::new();
    let declared: Vec<_> = scene.resources.terms.iter().filter(|d| d.tenant == scene.slug).collect();
    for declared in &declared {
        if let Some(problem) = problem_of(scene, &declared.origin, &declared.what) {
            problems.push(problem);
            continue;
        }
        let terms = &declared.what;
        let stored = scene.at.as_ref().and_then(|at| at.terms.iter().find(|stored| stored.id == terms.id));
        let kind = match stored {
            None => ChangeKind::Create,
            Some(stored) if **stored == *terms => continue,
            Some(_) => ChangeKind::Update,
        };
        let old = stored.and_then(|stored| serde_json::to_value(&**stored).ok()).unwrap_or_default();
        let fields = differing_members(&old, &serde_json::to_value(terms).unwrap_or_default());
        let change = scene.change(kind, ResourceKind::Terms, &terms.id, fields);
        steps.push(Step { change, action: Action::PutTerms(terms) });
    }
    if let Some(at) = scene.tells_undeclared() {
        for stored in &at.terms {
            if !declared.iter().any(|d| d.what.id == stored.id) {
                let change = scene.change(ChangeKind::Delete, ResourceKind::Terms, &stored.id, Vec::new());
                steps.push(Step { change, action: Action::DeleteTerms(stored.id.clone()) });
            }
        }
    }
    steps
}

fn problem_of(scene: &Scene<'_>, origin: &Origin, terms: &Terms) -> Option<Problem> {
    let id = &terms.id;
    for (field, text) in [("id", id), ("version", &terms.version)] {
        if !Terms::is_name(text) {
            let what = format!("{text:?} cannot be the {field} of terms");
            let mend = "use 1 to 40 letters, digits, dots, dashes and underscores";
            return Some(origin.place_of(field).problem(what, mend));
        }
    }
    if let Some(unknown) = terms.clients.iter().find(|client| !will_be_there(scene, client)) {
        let what = format!("terms {id}: there is no client {}", unknown.as_str());
        return Some(
            origin.place_of("clients").problem(what, "name clients of the same tenant, or none for all of them"),
        );
    }
    let at_texts = origin.place_of("texts");
    if !(1..=MAX_LANGUAGES).contains(&terms.texts.len()) {
        let what = format!("terms {id} have texts in {} languages", terms.texts.len());
        return Some(at_texts.problem(what, r#"give one at least: texts.en = { name = "…", uri = "https://…" }"#));
    }
    let mut faulty = terms.texts.iter().filter_map(|(tag, text)| text_problem(tag, text));
    faulty.next().map(|(what, mend)| at_texts.problem(format!("terms {id}: {what}"), mend))
}

/// What is wrong with the name and address of a page elsewhere in one language, and the mend.
pub(super) fn text_problem(tag: &str, text: &TermsText) -> Option<(String, &'static str)> {
    if !is_language_tag(tag) {
        return Some((format!("{tag:?} is not a language tag"), "write it as en, de or pt-BR"));
    }
    if !is_line(&text.name, MAX_NAME_CHARS) {
        return Some((format!("the {tag} name cannot be shown"), "give 1 to 80 characters without line breaks"));
    }
    let is_address = text.uri.len() <= MAX_URI_BYTES && registration::is_page(&text.uri);
    (!is_address).then(|| (format!("the {tag} uri is no https URI"), "give the https address at which it is read"))
}

/// Whether a client will be there when the plan is carried out. What names one that is not would hold nowhere, unnoticed.
pub(super) fn will_be_there(scene: &Scene<'_>, client: &ClientId) -> bool {
    let stored = scene.client(client);
    // Nothing but itself removes a client that speaks for itself.
    if let Some(stored) = stored.filter(|stored| stored.origin != ClientOrigin::Operator) {
        return scene.wants(stored);
    }
    let is_declared = scene.resources.clients.iter().any(|d| d.tenant == scene.slug && d.what.id == *client);
    is_declared || stored.is_some() && scene.keeps_undeclared().is_some()
}
