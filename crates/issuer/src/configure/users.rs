//! The difference in people and their credentials.
//!
//! Owns which fields and claims a file decides about: those it gives. What it leaves out belongs to the person. Leaves the policy for
//! passwords to `authenticators`. People are never deleted by a file.

use std::collections::BTreeSet;
use std::sync::Arc;

use portreeve_authenticators::{Password, PasswordPolicy, TotpSecret};
use portreeve_domain::{Editor, Email, Fault, Passwords, TenantId, UserId};
use portreeve_storage::{password_credentials, totp_credentials};

use super::attributes::{self, problem_of_claims};
use super::change::{ChangeKind, ResourceKind};
use super::links;
use super::plan::{Action, Scene, Step};
use super::problem::Problem;
use super::resources::{Declared, PasswordSource, UserDeclaration};
use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::password_threads::Compared;
use crate::people::{self, Person, place};

/// What of a person is to be brought in line with its declaration.
pub(super) struct UserUpdate<'r> {
    pub(super) person: UserId,
    pub(super) declared: &'r UserDeclaration,
    /// The attributes, by name, that only the operator may write when it is carried out.
    pub(super) operators: BTreeSet<String>,
    pub(super) profile: bool,
    pub(super) password: bool,
    pub(super) totp: bool,
    pub(super) links: bool,
}

/// Compares the people of one tenant.
///
/// # Errors
/// A fault when the database is away or something stored does not open.
pub(super) async fn compare<'r>(
    issuer: &Issuer,
    scene: &Scene<'r>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Step<'r>>, Fault> {
    let (mut steps, mut people) = (Vec::new(), Vec::new());
    for declared in scene.resources.users.iter().filter(|declared| declared.tenant == scene.slug) {
        let of_claims = declared.what.claims.as_ref().and_then(|c| problem_of_claims(scene, &declared.origin, c));
        if let Some(problem) = malformed(declared).or(of_claims).or_else(|| needless_password(scene, declared)) {
            problems.push(problem);
            continue;
        }
        let stored = stored(issuer, scene, &declared.what).await?;
        people.push((declared, stored.as_ref().map(|(_, person)| person.id)));
        let step = match stored {
            None => Some(creation(scene, &declared.what)),
            Some((at, person)) => update(issuer, scene, &at, person, &declared.what).await?,
        };
        let Some(step) = step else { continue };
        let sets_password = match &step.action {
            Action::UpdateUser(update) => update.password,
            _ => true,
        };
        if sets_password {
            problems.extend(refused_password(issuer, scene, declared).await?);
        }
        steps.push(step);
    }
    problems.extend(links::taken(issuer, scene, &people).await?);
    Ok(steps)
}

async fn stored(
    issuer: &Issuer,
    scene: &Scene<'_>,
    declared: &UserDeclaration,
) -> Result<Option<(Arc<TenantDirectory>, Person)>, Fault> {
    let (Some(at), Ok(email)) = (&scene.at, Email::parse(&declared.email)) else { return Ok(None) };
    let mut conn = issuer.store.read(at.id()).await?;
    let person = people::find_by_email(&mut conn, at, &email).await?;
    Ok(person.map(|person| (Arc::clone(at), person)))
}

fn creation<'r>(scene: &Scene<'r>, declared: &'r UserDeclaration) -> Step<'r> {
    let mut fields = vec!["email"];
    fields.extend(declared.email_verified.map(|_| "email_verified"));
    fields.extend(declared.claims.as_ref().map(|_| "claims"));
    fields.extend(declared.password.as_ref().map(password_field));
    fields.extend(declared.totp_secret.as_ref().map(|_| "totp_secret"));
    fields.extend(declared.is_admin.map(|_| "is_admin"));
    fields.extend(declared.links.as_ref().map(|_| "links"));
    let fields = fields.into_iter().map(str::to_owned).collect();
    let change = scene.change(ChangeKind::Create, ResourceKind::User, declared.email.trim(), fields);
    Step { change, action: Action::CreateUser(declared) }
}

async fn update<'r>(
    issuer: &Issuer,
    scene: &Scene<'r>,
    at: &Arc<TenantDirectory>,
    person: Person,
    declared: &'r UserDeclaration,
) -> Result<Option<Step<'r>>, Fault> {
    let mut fields: Vec<&str> = Vec::new();
    if person.email.as_deref() != Some(declared.email.trim()) {
        fields.push("email");
    }
    if declared.email_verified.is_some_and(|verified| verified != person.email_verified_at.is_some()) {
        fields.push("email_verified");
    }
    let of_operator = attributes::to_be(scene).filter(|one| one.editable_by == Editor::Operator);
    let operators: BTreeSet<_> = of_operator.map(|one| one.name.clone()).collect();
    if declared.claims_over(&person.claims, &operators) != person.claims {
        fields.push("claims");
    }
    if declared.is_admin.is_some_and(|is_admin| is_admin != person.is_admin) {
        fields.push("is_admin");
    }
    let profile = !fields.is_empty();
    let password = password_differs(issuer, at, &person, declared).await?;
    if password {
        fields.extend(declared.password.as_ref().map(password_field));
    }
    let totp = totp_differs(issuer, at, &person, declared).await?;
    if totp {
        fields.push("totp_secret");
    }
    let links = links::differ(issuer, at, &person, declared).await?;
    if links {
        fields.push("links");
    }
    if fields.is_empty() {
        return Ok(None);
    }
    let fields = fields.into_iter().map(str::to_owned).collect();
    let change = scene.change(ChangeKind::Update, ResourceKind::User, declared.email.trim(), fields);
    let update = UserUpdate { person: person.id, declared, operators, profile, password, totp, links };
    Ok(Some(Step { change, action: Action::UpdateUser(update) }))
}

/// Whether the password is to be set. A hash from elsewhere is for people who have none: after their first sign-in
/// theirs is stored under our own parameters and cannot be compared with it any more.
async fn password_differs(
    issuer: &Issuer,
    at: &Arc<TenantDirectory>,
    person: &Person,
    declared: &UserDeclaration,
) -> Result<bool, Fault> {
    let Some(source) = &declared.password else { return Ok(false) };
    let sealed = password_credentials::find(&mut issuer.store.read(at.id()).await?, at.id(), person.id).await?;
    let (Some(sealed), PasswordSource::Text(text)) = (&sealed, source) else { return Ok(sealed.is_none()) };
    let Ok(password) = Password::prepare(text.expose()) else { return Ok(true) };
    let phc = person
        .key
        .open(&place("password_credentials", "phc_sealed", at.id(), &person.id), sealed)
        .map_err(Fault::new)?;
    let phc = String::from_utf8(phc.to_vec()).map_err(Fault::new)?;
    let compared = issuer.passwords.place(at.id())?.verify(at, password, Some(phc), issuer.ambient.bytes()?).await?;
    Ok(matches!(compared, Compared::Differs))
}

async fn totp_differs(
    issuer: &Issuer,
    at: &TenantDirectory,
    person: &Person,
    declared: &UserDeclaration,
) -> Result<bool, Fault> {
    let Some(secret) = declared.totp_secret.as_ref().and_then(|text| TotpSecret::from_base32(text.expose())) else {
        return Ok(false);
    };
    let row = totp_credentials::find(&mut issuer.store.read(at.id()).await?, at.id(), person.id).await?;
    let Some(row) = row else { return Ok(true) };
    let place = place("totp_credentials", "secret_sealed", at.id(), &person.id);
    let held = person.key.open(&place, &row.secret_sealed).map_err(Fault::new)?;
    Ok(held.as_slice() != secret.expose())
}

fn malformed(declared: &Declared<UserDeclaration>) -> Option<Problem> {
    let user = &declared.what;
    if Email::parse(&user.email).is_err() {
        let place = declared.origin.place_of("email");
        return Some(place.problem("email is not an address we can use", "write it as name@domain"));
    }
    let bad_secret = user.totp_secret.as_ref().is_some_and(|text| TotpSecret::from_base32(text.expose()).is_none());
    bad_secret.then(|| {
        let place = declared.origin.place_of("totp_secret");
        place.problem("totp_secret is not base32 of 16 to 64 bytes", "copy it as the app shows it")
    })
}

/// A password for somebody of a tenant without passwords.
fn needless_password(scene: &Scene<'_>, declared: &Declared<UserDeclaration>) -> Option<Problem> {
    let source = declared.what.password.as_ref().filter(|_| scene.passwords == Passwords::Off)?;
    let field = password_field(source);
    let what = format!("the tenant {} has no passwords, so {field} would let nobody in", scene.slug);
    Some(declared.origin.place_of(field).problem(what, format!("leave {field} out; a mailed code is the way in")))
}

/// A password that may not be set. Of an imported hash only its form can be judged, by comparing something with it.
async fn refused_password(
    issuer: &Issuer,
    scene: &Scene<'_>,
    declared: &Declared<UserDeclaration>,
) -> Result<Option<Problem>, Fault> {
    match &declared.what.password {
        None => Ok(None),
        Some(PasswordSource::Text(text)) => {
            Ok(violation(text.expose(), &declared.what.email, scene.slug).map(|what| {
                declared.origin.place_of("password").problem(what, "choose another password of at least 15 characters")
            }))
        }
        Some(PasswordSource::Hash(phc)) => {
            // Hashes from elsewhere know no pepper, so any tenant's threads can tell.
            let Some(at) = issuer.directory.by_id(TenantId::DEFAULT) else { return Ok(None) };
            let probe = Password::prepare("whatever").map_err(Fault::new)?;
            match issuer.passwords.place(at.id())?.verify(&at, probe, Some(phc.clone()), issuer.ambient.bytes()?).await
            {
                Ok(_) => Ok(None),
                Err(fault) if fault.is_transient() => Err(fault),
                Err(_) => Ok(Some(declared.origin.place_of("password_hash").problem(
                    "password_hash is not a PHC string of Argon2id that we can check",
                    "give $argon2id$v=19$m=…,t=…,p=…$salt$hash",
                ))),
            }
        }
    }
}

/// Why `typed` may not become the password of the person at `email`; `None` when it may.
pub(super) fn violation(typed: &str, email: &str, tenant: &str) -> Option<String> {
    let password = match Password::prepare(typed) {
        Ok(password) => password,
        Err(refused) => return Some(refused.to_string()),
    };
    let local_part = email.split('@').next().unwrap_or_default();
    let context = [local_part, tenant, "portreeve"];
    PasswordPolicy::SINGLE_FACTOR.check(&password, &context).err().map(|violation| violation.to_string())
}

fn password_field(source: &PasswordSource) -> &'static str {
    match source {
        PasswordSource::Text(_) => "password",
        PasswordSource::Hash(_) => "password_hash",
    }
}
