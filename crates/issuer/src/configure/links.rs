//! Who a person is at other issuers, as declared.
//!
//! Owns comparing and replacing all links of one person, and that a link is one person's: files that would give it to two are refused
//! before anything is changed.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_domain::{Actor, Event, EventType, Fault, UserId};
use portreeve_storage::{Tx, subject_links, users};

use super::plan::Scene;
use super::problem::Problem;
use super::resources::{Declared, SubjectAt, UserDeclaration};
use super::users::UserUpdate;
use crate::directory::TenantDirectory;
use crate::people::{self, Person};
use crate::{Issuer, audit, subject_link};

/// Whether the declared links are others than the stored ones.
///
/// # Errors
/// A fault when the database is away.
pub(super) async fn differ(
    issuer: &Issuer,
    at: &TenantDirectory,
    person: &Person,
    declared: &UserDeclaration,
) -> Result<bool, Fault> {
    let Some(links) = &declared.links else { return Ok(false) };
    let stored = subject_links::of_user(&mut issuer.store.read(at.id()).await?, at.id(), person.id).await?;
    let stored: BTreeSet<[u8; 32]> = stored.into_iter().map(|link| link.index).collect();
    Ok(stored != indexes(at, links))
}

/// A declared person, and whom the declaration is about where somebody is there.
pub(super) type Known<'r> = (&'r Declared<UserDeclaration>, Option<UserId>);

/// The declared links that would be of two people: declared twice, or somebody's whom no file takes them from.
///
/// # Errors
/// A fault when the database is away or something stored does not open.
pub(super) async fn taken(issuer: &Issuer, scene: &Scene<'_>, people: &[Known<'_>]) -> Result<Vec<Problem>, Fault> {
    let (mut problems, mut seen) = (Vec::new(), BTreeMap::new());
    for (declared, person) in people {
        for link in declared.what.links.iter().flatten() {
            let SubjectAt { issuer: name, subject } = link;
            let (email, place) = (declared.what.email.trim(), declared.origin.place_of("links"));
            let what = format!("user {email}: {subject} of {name} is");
            if let Some(first) = seen.insert(link, &declared.origin) {
                problems.push(place.problem(format!("{what} linked already at {}", first.place()), "link it once"));
            } else if let Some(owner) = owner(issuer, scene, link).await?
                && Some(owner.id) != *person
                && !people.iter().any(|(other, id)| *id == Some(owner.id) && gives_up(&other.what, link))
            {
                let owner = owner.email.unwrap_or_else(|| owner.subject.as_str().to_owned());
                let mend = format!("declare {owner} with the links they keep, or leave this one out");
                problems.push(place.problem(format!("{what} the account {owner} already"), mend));
            }
        }
    }
    Ok(problems)
}

/// The person who has a link.
async fn owner(issuer: &Issuer, scene: &Scene<'_>, link: &SubjectAt) -> Result<Option<Person>, Fault> {
    let Some(at) = &scene.at else { return Ok(None) };
    let mut conn = issuer.store.read(at.id()).await?;
    let index = subject_link::index(at, &link.issuer, &link.subject);
    match subject_links::find(&mut conn, at.id(), &index).await? {
        Some(owner) => people::find(&mut conn, at, owner).await,
        None => Ok(None),
    }
}

/// Whether the declared person has links of which `link` is none.
fn gives_up(declared: &UserDeclaration, link: &SubjectAt) -> bool {
    declared.links.as_ref().is_some_and(|links| !links.contains(link))
}

/// Takes the links away that the declaration leaves out. Comes before anybody is given one: it may be the same.
///
/// # Errors
/// A fault when the database is away.
pub(super) async fn release(
    issuer: &Issuer,
    tx: &mut Tx,
    at: &TenantDirectory,
    update: &UserUpdate<'_>,
) -> Result<(), Fault> {
    let Some(links) = update.declared.links.as_ref().filter(|_| update.links) else { return Ok(()) };
    let (now, wanted) = (issuer.ambient.now(), indexes(at, links));
    users::hold(tx, at.id(), update.person).await?;
    for link in subject_links::of_user(tx, at.id(), update.person).await? {
        if !wanted.contains(&link.index) && subject_links::delete(tx, at.id(), update.person, &link.index).await? {
            let event = Event::new(EventType::UserUnlinked, now, Actor::Operator).about(update.person);
            audit::record(tx, &issuer.ambient, at, event.with("issuer", &link.issuer)).await?;
        }
    }
    Ok(())
}

/// Gives `person` the declared links that they lack.
///
/// # Errors
/// A fault when the database is away; a transient one when somebody else was given one meanwhile.
pub(super) async fn add(
    issuer: &Issuer,
    tx: &mut Tx,
    at: &TenantDirectory,
    person: &Person,
    links: &[SubjectAt],
) -> Result<(), Fault> {
    let now = issuer.ambient.now();
    let stored = subject_links::of_user(tx, at.id(), person.id).await?;
    for SubjectAt { issuer: name, subject } in links {
        let link = subject_link::seal(&issuer.ambient, at, person, name, subject)?;
        if stored.iter().any(|known| known.index == link.index) {
            continue;
        }
        if !subject_links::insert(tx, at.id(), person.id, &link, now).await? {
            return Err(Fault::transient(format!(
                "somebody else was linked to a subject of {name} while the plan was carried out"
            )));
        }
        let event = Event::new(EventType::UserLinked, now, Actor::Operator).about(person.id);
        audit::record(tx, &issuer.ambient, at, event.with("issuer", name)).await?;
    }
    Ok(())
}

fn indexes(at: &TenantDirectory, links: &[SubjectAt]) -> BTreeSet<[u8; 32]> {
    links.iter().map(|link| subject_link::index(at, &link.issuer, &link.subject)).collect()
}
