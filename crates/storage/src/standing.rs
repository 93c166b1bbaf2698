//! What a grant stands on: the person, their key, the session and the consent, read in one statement.

use portreeve_domain::{ClientId, Fault, Scope, Session, SessionId, Subject, TenantId, Timestamp, UserId};

use crate::recall::{self, Known};
use crate::{Conn, Row, consents, sessions};

const FIND: &str = "SELECT s.tenant_id, s.id, s.browser_id, s.user_id, s.sid, s.proofs, s.created_at, s.seen_at, s.ended_at, u.subject, u.email_verified_at, u.disabled_at, c.scope FROM users u JOIN subject_keys k ON k.tenant_id = u.tenant_id AND k.user_id = u.id AND k.destroyed_at IS NULL LEFT JOIN sessions s ON s.tenant_id = u.tenant_id AND s.id = $3 LEFT JOIN consents c ON c.tenant_id = u.tenant_id AND c.user_id = u.id AND c.client_id = $4 AND c.withdrawn_at IS NULL WHERE u.tenant_id = $1 AND u.id = $2 AND u.erased_at IS NULL";

/// A grant, by those who made it.
#[derive(Clone, Copy, Debug)]
pub struct GrantOf<'a> {
    /// Who granted.
    pub user: UserId,
    /// To which client.
    pub client: &'a ClientId,
    /// In which session; `None` for a grant that does not hang on one.
    pub session: Option<SessionId>,
}

/// What a grant stands on. An erased person, or one whose key was destroyed, is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The public subject identifier of the person.
    pub subject: Subject,
    /// When the person's address was proven.
    pub email_verified_at: Option<Timestamp>,
    /// When the account was switched off.
    pub disabled_at: Option<Timestamp>,
    /// The session, also an ended one; `None` without one.
    pub session: Option<Session>,
    /// What the person agreed to for the client; `None` without a standing consent.
    pub consent: Option<Scope>,
}

/// What a remembered standing is found by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    tenant: TenantId,
    pub(crate) user: UserId,
    client: ClientId,
    session: Option<SessionId>,
}

/// Finds what a grant stands on; `None` when the person is gone.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, grant: GrantOf<'_>) -> Result<Option<Standing>, Fault> {
    let key = Key { tenant, user: grant.user, client: grant.client.clone(), session: grant.session };
    let question = match recall::ask::<Standing>(conn, key) {
        Known::Fact(standing) => return Ok(Some(standing)),
        Known::Nothing(question) => question,
    };
    let values =
        [tenant.into(), (&grant.user).into(), grant.session.map(SessionId::as_i64).into(), grant.client.into()];
    let found = conn.optional(FIND, &values, read).await?;
    if let Some(standing) = &found {
        question.answered(standing);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> Result<Standing, Fault> {
    let has_session = row.optional_integer(1)?.is_some();
    let consent = row.optional_text(12)?;
    Ok(Standing {
        subject: Subject::new(row.text(9)?),
        email_verified_at: row.optional_timestamp(10)?,
        disabled_at: row.optional_timestamp(11)?,
        session: has_session.then(|| sessions::read(row)).transpose()?,
        consent: consent.as_deref().map(consents::read_scope).transpose()?,
    })
}
