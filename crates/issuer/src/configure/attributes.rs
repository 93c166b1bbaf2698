//! The difference in attributes.
//!
//! Owns what may stand in a file: people read labels and purposes, clients read names and values, and nobody is asked for what they
//! may not say. Also owns that what files say of people fits. Leaves what a value must be like to `domain`.

use portreeve_domain::{Asked, Attribute, AttributeText, AttributeType, Choice, Editor, PersonClaims, Scope, Terms};
use portreeve_oidc::scope_policy::OIDC_SCOPES;
use portreeve_oidc::userinfo;

use super::change::{ChangeKind, ResourceKind, differing_members};
use super::plan::{Action, Scene, Step};
use super::problem::{Origin, Problem};
use super::resource_servers::servers_to_be;
use super::scopes::{MAX_LANGUAGES, is_language_tag, is_line};
use super::terms::will_be_there;

/// How many attributes a tenant may have: a page asks for all of them at worst.
const MAX_ATTRIBUTES: usize = 50;
/// How many choices an attribute may have.
const MAX_CHOICES: usize = 250;
/// How many characters a text may be allowed to have.
const MAX_TEXT_CHARS: u16 = 1000;
/// How many characters all texts of a tenant may have together: one form holds them, in whatever script (`MAX_FORM_BYTES`, 12 bytes each at most).
const MAX_CHARS_TOGETHER: usize = 5000;
/// How long a label, or the text of a choice, may be, in characters.
const MAX_LABEL_CHARS: usize = 80;
/// How long a purpose may be, in characters.
const MAX_PURPOSE_CHARS: usize = 300;

/// Compares the attributes of one tenant.
pub(super) fn compare<'r>(scene: &Scene<'r>, problems: &mut Vec<Problem>) -> Vec<Step<'r>> {
    let mut steps = Vec::new();
    let declared: Vec<_> = scene.resources.attributes.iter().filter(|d| d.tenant == scene.slug).collect();
    for declared in &declared {
        if let Some(problem) = problem_of(scene, &declared.origin, &declared.what) {
            problems.push(problem);
            continue;
        }
        let attribute = &declared.what;
        let stored = scene.at.as_ref().and_then(|at| at.attributes.iter().find(|stored| stored.name == attribute.name));
        let kind = match stored {
            None => ChangeKind::Create,
            Some(stored) if **stored == *attribute => continue,
            Some(_) => ChangeKind::Update,
        };
        let old = stored.and_then(|stored| serde_json::to_value(&**stored).ok()).unwrap_or_default();
        let fields = differing_members(&old, &serde_json::to_value(attribute).unwrap_or_default());
        let change = scene.change(kind, ResourceKind::Attribute, &attribute.name, fields);
        steps.push(Step { change, action: Action::PutAttribute(attribute) });
    }
    if let (Some(last), true) = (declared.last(), to_be(scene).count() > MAX_ATTRIBUTES) {
        let what = format!("the tenant {} has more than {MAX_ATTRIBUTES} attributes", scene.slug);
        problems.push(last.origin.place().problem(what, "declare fewer"));
    }
    let texts = to_be(scene).filter(|one| one.kind == AttributeType::Text);
    let chars: usize = texts.map(|one| usize::from(one.max_chars())).sum();
    if let (Some(last), true) = (declared.last(), chars > MAX_CHARS_TOGETHER) {
        let what = format!("the texts of the tenant {} may have {chars} characters together", scene.slug);
        problems.push(last.origin.place().problem(what, "allow 5000 at most: give max_length"));
    }
    if let Some(at) = scene.tells_undeclared() {
        for stored in &at.attributes {
            if !declared.iter().any(|d| d.what.name == stored.name) {
                let change = scene.change(ChangeKind::Delete, ResourceKind::Attribute, &stored.name, Vec::new());
                steps.push(Step { change, action: Action::DeleteAttribute(stored.name.clone()) });
            }
        }
    }
    steps
}

/// The attributes that the tenant has when the plan is carried out.
pub(super) fn to_be<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = &'a Attribute> {
    let declared = || scene.resources.attributes.iter().filter(|d| d.tenant == scene.slug).map(|d| &d.what);
    let stored = scene.keeps_undeclared().into_iter().flat_map(|at| &at.attributes).map(|stored| &**stored);
    declared().chain(stored.filter(move |stored| !declared().any(|one| one.name == stored.name)))
}

/// What is wrong with the claims that a file gives a person.
pub(super) fn problem_of_claims(scene: &Scene<'_>, origin: &Origin, claims: &PersonClaims) -> Option<Problem> {
    let at_claims = origin.place_of("claims");
    let known = |name: &str| to_be(scene).find(|one| one.name == name);
    let unknown = claims.own.keys().chain(&claims.left_empty).find(|name| known(name).is_none());
    if let Some(name) = unknown {
        let mend = "declare it under [[attributes]], or remove it";
        return Some(at_claims.problem(format!("claims: there is no attribute {name}"), mend));
    }
    if !claims.by_operator.is_empty() {
        return Some(at_claims.problem("claims: by_operator is written by the server alone", "remove it"));
    }
    let misfit = to_be(scene).find(|one| claims.value(&one.name).is_some_and(|value| !one.admits(&value)))?;
    let what = format!("claims: {} is not as the attribute of that name says", misfit.name);
    Some(at_claims.problem(what, "dates are texts such as \"1815-12-10\"; see docs/attributes.md"))
}

fn problem_of(scene: &Scene<'_>, origin: &Origin, attribute: &Attribute) -> Option<Problem> {
    let name = &attribute.name;
    let problem = |field: &str, what: String, mend: &str| Some(origin.place_of(field).problem(what, mend));
    if !Attribute::is_name(name) {
        let what = format!("{name:?} cannot be the name of an attribute");
        let mend =
            "use 1 to 40 small letters, digits and underscores, and no name that is registered for something else";
        return problem("name", what, mend);
    }
    if let Some((field, what, mend)) = problem_of_type(attribute) {
        return problem(field, format!("attribute {name}: {what}"), mend);
    }
    if let Some((what, mend)) = problem_of_texts(attribute) {
        return problem("texts", format!("attribute {name}: {what}"), mend);
    }
    if attribute.editable_by == Editor::Operator && attribute.asked != Asked::Never {
        let what = format!("attribute {name} is asked of people who may not say it");
        return problem("asked", what, "leave asked out, or let editable_by be \"person\"");
    }
    if attribute.confirmed && (name != "phone_number" || attribute.editable_by == Editor::Operator) {
        let what = format!("attribute {name} cannot be confirmed by a code");
        return problem("confirmed", what, "only phone_number can, where people tell it themselves: remove confirmed");
    }
    if let Asked::Clients(clients) = &attribute.asked {
        if clients.is_empty() {
            return problem(
                "asked",
                format!("attribute {name}: asked names no client"),
                "name one, or leave asked out",
            );
        }
        if let Some(unknown) = clients.iter().find(|client| !will_be_there(scene, client)) {
            let what = format!("attribute {name}: there is no client {}", unknown.as_str());
            return problem("asked", what, "name clients of the same tenant");
        }
    }
    let (what, mend) = problem_of_scope(scene, attribute)?;
    problem("scope", format!("attribute {name}: {what}"), mend)
}

/// What of the type is wrong: the field, what, and the mend.
fn problem_of_type(attribute: &Attribute) -> Option<(&'static str, String, &'static str)> {
    let is_choice = attribute.kind == AttributeType::Choice;
    let needed = match attribute.name.as_str() {
        "birthdate" => attribute.kind == AttributeType::Date,
        "phone_number" => attribute.kind == AttributeType::Text,
        _ => !attribute.is_standard() || is_choice || attribute.kind == AttributeType::Text,
    };
    if !needed {
        let mend = "birthdate is a date, phone_number a text, the others are texts or choices";
        return Some(("type", "the standard claim is of another type".to_owned(), mend));
    }
    if attribute.max_length.is_some() && attribute.kind != AttributeType::Text {
        return Some(("max_length", "only a text has a length".to_owned(), "remove max_length"));
    }
    if !(1..=MAX_TEXT_CHARS).contains(&attribute.max_chars()) {
        return Some(("max_length", "max_length is out of range".to_owned(), "give 1 to 1000 characters"));
    }
    if is_choice != (1..=MAX_CHOICES).contains(&attribute.choices.len())
        || (!is_choice && !attribute.choices.is_empty())
    {
        let what = format!("there are {} choices", attribute.choices.len());
        return Some(("choices", what, "a choice has 1 to 250 of them, other types none"));
    }
    let mut seen = Vec::new();
    for choice in &attribute.choices {
        if !Terms::is_name(&choice.value) || seen.contains(&&choice.value) {
            let what = format!("{:?} cannot be a value, or is one twice", choice.value);
            return Some(("choices", what, "use 1 to 40 letters, digits, dots, dashes and underscores"));
        }
        if let Some(what) = problem_of_choice(choice) {
            return Some(("choices", what, r#"write it as { value = "s", texts = { en = "Small" } }"#));
        }
        seen.push(&choice.value);
    }
    None
}

fn problem_of_choice(choice: &Choice) -> Option<String> {
    let value = &choice.value;
    if !(1..=MAX_LANGUAGES).contains(&choice.texts.len()) {
        return Some(format!("the choice {value} has texts in {} languages", choice.texts.len()));
    }
    let mut faulty = choice.texts.iter().filter(|(tag, text)| !is_language_tag(tag) || !is_line(text, MAX_LABEL_CHARS));
    faulty.next().map(|(tag, _)| format!("the {tag} text of the choice {value} cannot be shown"))
}

fn problem_of_texts(attribute: &Attribute) -> Option<(String, &'static str)> {
    let texts = &attribute.texts;
    if texts.len() > MAX_LANGUAGES || (texts.is_empty() && !attribute.is_standard()) {
        let what = format!("there are texts in {} languages", texts.len());
        return Some((what, r#"give one at least: texts.en = { label = "…", purpose = "…" }"#));
    }
    texts.iter().find_map(|(tag, text)| problem_of_text(tag, text))
}

fn problem_of_text(tag: &str, text: &AttributeText) -> Option<(String, &'static str)> {
    if !is_language_tag(tag) {
        return Some((format!("{tag:?} is not a language tag"), "write it as en, de or pt-BR"));
    }
    if !is_line(&text.label, MAX_LABEL_CHARS) {
        return Some((format!("the {tag} label cannot be shown"), "give 1 to 80 characters without line breaks"));
    }
    let is_faulty = text.purpose.as_ref().is_some_and(|purpose| !is_line(purpose, MAX_PURPOSE_CHARS));
    let mend = "give 1 to 300 characters without line breaks, or leave it out";
    is_faulty.then(|| (format!("the {tag} purpose cannot be shown"), mend))
}

/// A standard claim has its scope; one of the tenant's own has one that means nothing else, so that nobody who has agreed to something
/// is found to have agreed to more.
fn problem_of_scope(scene: &Scene<'_>, attribute: &Attribute) -> Option<(String, &'static str)> {
    let scope = attribute.scope.as_deref()?;
    if let Some(standard) = userinfo::scope_of(&attribute.name, &[]) {
        return Some((format!("{standard} releases it (OIDC Core §5.4)"), "remove scope"));
    }
    if !Scope::parse(scope).is_ok_and(|parsed| parsed.iter().count() == 1) {
        return Some((format!("{scope:?} cannot name a scope"), "give one scope, such as membership"));
    }
    if OIDC_SCOPES.contains(&scope) {
        return Some((format!("the scope {scope} has its claims already"), "give one of your own, such as membership"));
    }
    if servers_to_be(scene).any(|server| server.scopes.contains(scope)) {
        return Some((format!("the scope {scope} is one of a resource server"), "give another one"));
    }
    let mut others = to_be(scene).filter(|one| one.name != attribute.name);
    let other = others.find(|one| one.scope.as_deref() == Some(scope))?;
    Some((format!("the scope {scope} releases the attribute {} already", other.name), "give one scope to each"))
}
