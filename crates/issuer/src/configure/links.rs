//! Who a person is at other issuers, as declared.
//!
//! Owns comparing and replacing all links of one person. A link that somebody else has is a conflict and changes nothing.

use std::collections::BTreeSet;

use portreeve_domain::{Actor, Event, EventType, Fault};
use portreeve_storage::{Tx, subject_links};

use super::resources::{SubjectAt, UserDeclaration};
use crate::directory::TenantDirectory;
use crate::people::Person;
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

/// Makes the links of `person` the declared ones.
///
/// # Errors
/// A fault when the database is away, or somebody else is linked so.
pub(super) async fn replace(
    issuer: &Issuer,
    tx: &mut Tx,
    at: &TenantDirectory,
    person: &Person,
    links: &[SubjectAt],
) -> Result<(), Fault> {
    let (now, wanted) = (issuer.ambient.now(), indexes(at, links));
    let stored = subject_links::of_user(tx, at.id(), person.id).await?;
    for link in stored.iter().filter(|link| !wanted.contains(&link.index)) {
        subject_links::delete(tx, at.id(), person.id, &link.index).await?;
        let event = Event::new(EventType::UserUnlinked, now, Actor::Operator).about(person.id);
        audit::record(tx, &issuer.ambient, at, event.with("issuer", &link.issuer)).await?;
    }
    for SubjectAt { issuer: name, subject } in links {
        let link = subject_link::seal(&issuer.ambient, at, person, name, subject)?;
        if stored.iter().any(|known| known.index == link.index) {
            continue;
        }
        if !subject_links::insert(tx, at.id(), person.id, &link, now).await? {
            return Err(Fault::new(format!("another person is linked to this subject of {name}")));
        }
        let event = Event::new(EventType::UserLinked, now, Actor::Operator).about(person.id);
        audit::record(tx, &issuer.ambient, at, event.with("issuer", name)).await?;
    }
    Ok(())
}

fn indexes(at: &TenantDirectory, links: &[SubjectAt]) -> BTreeSet<[u8; 32]> {
    links.iter().map(|link| subject_link::index(at, &link.issuer, &link.subject)).collect()
}
