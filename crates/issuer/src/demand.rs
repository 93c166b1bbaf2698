//! Whom an authorization request is about: the person a back-channel request names; the `sub` claim with a value, else the
//! subject of the `id_token_hint`.
//!
//! OIDC Core §3.1.2.1 and §5.5.1; OC-13, OC-19.

use portreeve_domain::polling::Waiting;
use portreeve_domain::{Client, Fault, Session, SubjectType, Timestamp, UserId};
use portreeve_oidc::authorization::Accepted;
use portreeve_oidc::{Cause, Refusal, subject};
use portreeve_storage::{Conn, users};

use crate::directory::TenantDirectory;
use crate::{backchannel_authentication, id_token_hint};

/// Who must sign in.
pub(crate) enum Demand {
    /// Whoever does.
    Anybody,
    /// This person and nobody else.
    Person(UserId),
    /// The request names nobody who could: its hint is not ours, or the person is gone.
    Nobody(Refusal),
}

/// Finds the person a request of `client` is about; `sessions` are those of the browser.
///
/// A pairwise subject cannot be looked up, only recognized: the person must be signed in at this browser, else the answer
/// is the `login_required` that OIDC Core §3.1.2.1 asks for.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn person(
    conn: &mut Conn,
    at: &TenantDirectory,
    client: &Client,
    request: &Accepted,
    sessions: &[Session],
    now: Timestamp,
) -> Result<Demand, Fault> {
    if let Some(Waiting::Backchannel(id)) = request.waiting {
        let meant = backchannel_authentication::person_of(conn, at, id).await?;
        return Ok(meant.map_or_else(|| Demand::Nobody(Cause::OtherUserNeeded.into()), Demand::Person));
    }
    if let Some(person) = request.person {
        return Ok(Demand::Person(person));
    }
    let hinted = match request.id_token_hint.as_deref().map(|hint| id_token_hint::claims(at, hint, now)) {
        Some(Err(refusal)) => return Ok(Demand::Nobody(refusal)),
        Some(Ok(claims)) => claims.str("sub").map(str::to_owned),
        None => None,
    };
    let Some(demanded) = request.subject_value().map(str::to_owned).or(hinted) else { return Ok(Demand::Anybody) };
    let found = match client.metadata.subject_type {
        SubjectType::Public => users::find_by_subject(conn, at.id(), &demanded).await?.map(|row| row.id),
        SubjectType::Pairwise => recognize(conn, at, client, &demanded, sessions).await?,
    };
    let nobody = || Refusal::new(Cause::OtherUserNeeded).with_detail("the subject asked for is nobody here");
    Ok(found.map_or_else(|| Demand::Nobody(nobody()), Demand::Person))
}

/// The person signed in here whom `client` knows by the pairwise subject `demanded`.
async fn recognize(
    conn: &mut Conn,
    at: &TenantDirectory,
    client: &Client,
    demanded: &str,
    sessions: &[Session],
) -> Result<Option<UserId>, Fault> {
    for session in sessions {
        let Some(row) = users::find(conn, at.id(), session.user).await? else { continue };
        let known_as = subject::subject_for(client, row.id, &row.subject, &at.keys.pairwise);
        if known_as.is_some_and(|known_as| known_as.as_str() == demanded) {
            return Ok(Some(row.id));
        }
    }
    Ok(None)
}
