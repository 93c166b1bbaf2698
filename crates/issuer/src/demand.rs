//! Whom an authorization request is about: the person a back-channel request names; the `sub` claim with a value, else the
//! subject of the `id_token_hint`.
//!
//! OIDC Core §3.1.2.1 and §5.5.1; OC-13, OC-19.

use portreeve_domain::journey::Subject;
use portreeve_domain::polling::Waiting;
use portreeve_domain::{Client, Fault, Session, SubjectType, Timestamp};
use portreeve_oidc::authorization::{Accepted, Prompt};
use portreeve_oidc::{Cause, Refusal, subject};
use portreeve_storage::Conn;
use portreeve_storage::users::{self, UserRow};

use crate::directory::TenantDirectory;
use crate::{backchannel_authentication, id_token_hint};

/// Who must sign in.
pub(crate) enum Demand {
    /// Whoever does.
    Anybody,
    /// This person and nobody else.
    Subject(Subject),
    /// The request names nobody who could: its hint is not ours, the person is gone, or not here where no page may be shown.
    Nobody(Refusal),
}

/// Finds the person a request of `client` is about; `sessions` are those of the browser.
///
/// A pairwise subject cannot be looked up, only recognized: in a session of the browser, or once the person has signed in.
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
    let known = |user| Demand::Subject(Subject::Person(user));
    if let Some(Waiting::Backchannel(id)) = request.waiting {
        let meant = backchannel_authentication::person_of(conn, at, id).await?;
        return Ok(meant.map_or_else(|| Demand::Nobody(Cause::OtherUserNeeded.into()), known));
    }
    if let Some(person) = request.person {
        return Ok(known(person));
    }
    let demanded = match demanded(at, request, now) {
        Ok(Some(demanded)) => demanded,
        Ok(None) => return Ok(Demand::Anybody),
        Err(refusal) => return Ok(Demand::Nobody(refusal)),
    };
    match client.metadata.subject_type {
        SubjectType::Public => {
            let nobody = || Refusal::new(Cause::OtherUserNeeded).with_detail("the subject asked for is nobody here");
            let row = users::find_by_subject(conn, at.id(), &demanded).await?;
            Ok(row.map_or_else(|| Demand::Nobody(nobody()), |row| known(row.id)))
        }
        SubjectType::Pairwise => {
            for session in sessions {
                let row = users::find(conn, at.id(), session.user).await?;
                if row.is_some_and(|row| is_known_as(at, client, &row, &demanded)) {
                    return Ok(known(session.user));
                }
            }
            let can_sign_in = !request.prompts.contains(Prompt::None);
            let absent = || Demand::Nobody(Refusal::new(Cause::OtherUserNeeded).with_detail("not signed in here"));
            Ok(if can_sign_in { Demand::Subject(Subject::Pairwise) } else { absent() })
        }
    }
}

/// Whether a request of `client` names the account of `row`.
pub(crate) fn names(at: &TenantDirectory, client: &Client, request: &Accepted, row: &UserRow, now: Timestamp) -> bool {
    demanded(at, request, now).is_ok_and(|named| named.is_some_and(|named| is_known_as(at, client, row, &named)))
}

/// The subject that a request names.
///
/// # Errors
/// Those of `id_token_hint::claims`.
fn demanded(at: &TenantDirectory, request: &Accepted, now: Timestamp) -> Result<Option<String>, Refusal> {
    let hint = request.id_token_hint.as_deref().map(|hint| id_token_hint::claims(at, hint, now)).transpose()?;
    let hinted = || hint.as_ref().and_then(|claims| claims.str("sub"));
    Ok(request.subject_value().or_else(hinted).map(str::to_owned))
}

/// Whether `client` knows the account of `row` by the subject `named`.
fn is_known_as(at: &TenantDirectory, client: &Client, row: &UserRow, named: &str) -> bool {
    let known_as = subject::subject_for(client, row.id, &row.subject, &at.keys.pairwise);
    known_as.is_some_and(|known_as| known_as.as_str() == named)
}
