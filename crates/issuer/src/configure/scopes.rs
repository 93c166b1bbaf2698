//! The difference in what scopes mean.
//!
//! Owns what a text may be like: people read it where they decide, so it is short and on one line. Leaves which scopes there
//! are to resource servers and attributes, and the words of OpenID Connect's own to `pages`.

use portreeve_domain::{Scope, ScopeMeaning, ScopeText};
use portreeve_oidc::scope_policy::OIDC_SCOPES;

use super::attributes;
use super::change::{ChangeKind, ResourceKind, differing_members};
use super::plan::{Action, Scene, Step};
use super::problem::{Origin, Problem};
use super::resource_servers::servers_to_be;

/// How many languages a scope may be explained in.
pub(super) const MAX_LANGUAGES: usize = 100;
/// How long a title may be, in characters.
const MAX_TITLE_CHARS: usize = 80;
/// How long a description may be, in characters.
const MAX_DESCRIPTION_CHARS: usize = 300;
/// How long a language tag may be (RFC 5646 §4.4.1).
const MAX_TAG_BYTES: usize = 35;

/// Compares the explained scopes of one tenant.
pub(super) fn compare<'r>(scene: &Scene<'r>, problems: &mut Vec<Problem>) -> Vec<Step<'r>> {
    let mut steps = Vec::new();
    let declared: Vec<_> = scene.resources.scopes.iter().filter(|d| d.tenant == scene.slug).collect();
    for declared in &declared {
        if let Some(problem) = problem_of(scene, &declared.origin, &declared.what) {
            problems.push(problem);
            continue;
        }
        let scope = &declared.what;
        let stored = scene.at.as_ref().and_then(|at| at.scope(&scope.name));
        let kind = match stored {
            None => ChangeKind::Create,
            Some(stored) if **stored == *scope => continue,
            Some(_) => ChangeKind::Update,
        };
        let old = stored.and_then(|stored| serde_json::to_value(&**stored).ok()).unwrap_or_default();
        let fields = differing_members(&old, &serde_json::to_value(scope).unwrap_or_default());
        let change = scene.change(kind, ResourceKind::Scope, &scope.name, fields);
        steps.push(Step { change, action: Action::PutScope(scope) });
    }
    if let Some(at) = scene.tells_undeclared() {
        for stored in &at.scopes {
            if !declared.iter().any(|d| d.what.name == stored.name) {
                let change = scene.change(ChangeKind::Delete, ResourceKind::Scope, &stored.name, Vec::new());
                steps.push(Step { change, action: Action::DeleteScope(stored.name.clone()) });
            }
        }
    }
    steps
}

fn problem_of(scene: &Scene<'_>, origin: &Origin, scope: &ScopeMeaning) -> Option<Problem> {
    let name = &scope.name;
    let at_name = origin.place_of("name");
    if !Scope::parse(name).is_ok_and(|parsed| parsed.iter().count() == 1) {
        return Some(at_name.problem(format!("{name:?} cannot name a scope"), "give one scope, such as orders.read"));
    }
    if OIDC_SCOPES.contains(&name.as_str()) {
        let what = format!("scope {name} belongs to OpenID Connect and has its words already");
        return Some(at_name.problem(what, "remove the entry"));
    }
    if !is_known(scene, name) {
        let what = format!("scope {name} is in the scopes of no resource server, and releases no attribute");
        return Some(
            at_name.problem(
                what,
                "add it to the scopes of one under [[resource_servers]], or name it under [[attributes]]",
            ),
        );
    }
    let at_texts = origin.place_of("texts");
    if !(1..=MAX_LANGUAGES).contains(&scope.texts.len()) {
        let what = format!("scope {name} has texts in {} languages", scope.texts.len());
        return Some(at_texts.problem(what, r#"give one at least: texts.en = { title = "…", description = "…" }"#));
    }
    let mut faulty = scope.texts.iter().filter_map(|(tag, text)| text_problem(tag, text));
    faulty.next().map(|(what, mend)| at_texts.problem(format!("scope {name}: {what}"), mend))
}

/// What is wrong with one text, and the mend.
fn text_problem(tag: &str, text: &ScopeText) -> Option<(String, &'static str)> {
    if !is_language_tag(tag) {
        return Some((format!("{tag:?} is not a language tag"), "write it as en, de or pt-BR"));
    }
    if !is_line(&text.title, MAX_TITLE_CHARS) {
        return Some((format!("the {tag} title cannot be shown"), "give 1 to 80 characters without line breaks"));
    }
    let description = text.description.as_ref();
    if description.is_some_and(|description| !is_line(description, MAX_DESCRIPTION_CHARS)) {
        let mend = "give 1 to 300 characters without line breaks, or leave it out";
        return Some((format!("the {tag} description cannot be shown"), mend));
    }
    None
}

/// Whether a resource server or an attribute will have the scope when the plan is carried out.
fn is_known(scene: &Scene<'_>, name: &str) -> bool {
    servers_to_be(scene).any(|server| server.scopes.contains(name))
        || attributes::to_be(scene).any(|one| one.scope.as_deref() == Some(name))
}

/// A primary language of two or three letters, and subtags of two to eight letters and digits (RFC 5646 §2.1).
pub(super) fn is_language_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let is_primary = |text: &str| (2..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic());
    let is_subtag = |text: &str| (2..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    tag.len() <= MAX_TAG_BYTES && subtags.next().is_some_and(is_primary) && subtags.all(is_subtag)
}

/// Something to read, on one line.
pub(super) fn is_line(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}
