//! Whom an authorization request is about: the `sub` claim with a value, else the subject of the `id_token_hint`.
//!
//! OIDC Core §3.1.2.1 and §5.5.1; OC-13, OC-19.

use portreeve_domain::{Fault, Timestamp, UserId};
use portreeve_oidc::authorization::Accepted;
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::{Conn, users};

use crate::directory::TenantDirectory;
use crate::id_token_hint;

/// Who must sign in.
pub(crate) enum Demand {
    /// Whoever does.
    Anybody,
    /// This person and nobody else.
    Person(UserId),
    /// The request names nobody who could: its hint is not ours, or the person is gone.
    Nobody(Refusal),
}

/// Finds the person a request is about.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn subject(
    conn: &mut Conn,
    at: &TenantDirectory,
    request: &Accepted,
    now: Timestamp,
) -> Result<Demand, Fault> {
    let hinted = match request.id_token_hint.as_deref().map(|hint| id_token_hint::claims(at, hint, now)) {
        Some(Err(refusal)) => return Ok(Demand::Nobody(refusal)),
        Some(Ok(claims)) => claims.str("sub").map(str::to_owned),
        None => None,
    };
    let Some(subject) = request.subject_value().map(str::to_owned).or(hinted) else { return Ok(Demand::Anybody) };
    Ok(match users::find_by_subject(conn, at.id(), &subject).await? {
        Some(row) => Demand::Person(row.id),
        None => {
            Demand::Nobody(Refusal::new(Cause::OtherUserNeeded).with_detail("the subject asked for is nobody here"))
        }
    })
}
