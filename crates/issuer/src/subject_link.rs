//! Who a person is at another issuer: the blind index and the sealed text of a link.
//!
//! The key of a link is issuer and subject as exact texts (SECURITY rule 29); an address never makes one.

use portreeve_crypto::AssociatedData;
use portreeve_domain::Fault;
use portreeve_storage::subject_links::LinkedSubject;

use crate::Ambient;
use crate::directory::TenantDirectory;
use crate::people::Person;

/// The column name of the blind index.
const LINK_INDEX: &str = "subject_links.link";

/// The blind index of a subject at an issuer. The length keeps two pairs apart that read the same when joined.
pub(crate) fn index(at: &TenantDirectory, issuer: &str, subject: &str) -> [u8; 32] {
    at.keys.index.index(LINK_INDEX, &format!("{} {issuer} {subject}", issuer.len()))
}

/// A link of `person`, ready to be stored.
///
/// # Errors
/// A fault when the operating system gives no randomness.
pub(crate) fn seal(
    ambient: &Ambient,
    at: &TenantDirectory,
    person: &Person,
    issuer: &str,
    subject: &str,
) -> Result<LinkedSubject, Fault> {
    let index = index(at, issuer, subject);
    let sealed = person.key.seal(ambient.random(), &place(at, &index), subject.as_bytes()).map_err(Fault::new)?;
    Ok(LinkedSubject { index, issuer: issuer.to_owned(), subject_sealed: sealed })
}

/// The subject of a stored link of `person`.
///
/// # Errors
/// A fault when it does not open.
pub(crate) fn open(at: &TenantDirectory, person: &Person, link: &LinkedSubject) -> Result<String, Fault> {
    let text = person.key.open(&place(at, &link.index), &link.subject_sealed).map_err(Fault::new)?;
    String::from_utf8(text.to_vec()).map_err(Fault::new)
}

fn place<'a>(at: &TenantDirectory, index: &'a [u8; 32]) -> AssociatedData<'a> {
    AssociatedData { table: "subject_links", column: "subject_sealed", row: index, tenant: at.id().as_i64() }
}
