//! Where a person is signed in, and signing out there.
//!
//! Whatever is ended here ends as at every other place (`session_end`): tokens that live with the session die, relying
//! parties are told. The session that looks is ended by signing out, which gives the browser another secret (S-092, S-094).

use portreeve_crypto::{parse_public_id, public_id};
use portreeve_domain::{Actor, Fault, Session, SessionEnd, SessionId, Timestamp};
use portreeve_storage::sessions;

use super::Visitor;
use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::session_end::Ending;
use crate::session_origin::{self, Origin};

/// What session choices in forms begin with.
const CHOICE_PREFIX: &str = "ses_";

/// A session as its owner sees it.
pub struct SignIn {
    /// What the form posts.
    pub value: String,
    /// From where and with what it was signed in; `None` when that is not known.
    pub origin: Option<Origin>,
    /// When it began.
    pub since: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Whether it is the one that looks.
    pub is_here: bool,
}

impl Issuer {
    /// The live sessions of the visitor: this one first, then by their last use.
    ///
    /// # Errors
    /// A fault when the database is away or an origin does not open.
    pub async fn sign_ins(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Vec<SignIn>, Fault> {
        let now = self.ambient.now();
        let mut conn = self.store.read(at.id()).await?;
        let mut found = Vec::new();
        for (session, sealed) in sessions::of_user(&mut conn, at.id(), visitor.user()).await? {
            if !session.is_live(now) {
                continue;
            }
            let open = |sealed: Vec<u8>| session_origin::open(at, &visitor.person, session.id, &sealed);
            found.push(SignIn {
                value: public_id(CHOICE_PREFIX, session.id.as_i64(), &at.keys.permutation).map_err(Fault::new)?,
                origin: sealed.map(open).transpose()?,
                since: session.created_at,
                seen_at: session.seen_at,
                is_here: session.id == visitor.session.id,
            });
        }
        found.sort_by_key(|sign_in| !sign_in.is_here);
        Ok(found)
    }

    /// Ends the session that `choice` names; false when it is no other one of the visitor's, or the visitor's own has ended.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn sign_out_session(&self, at: &TenantDirectory, visitor: &Visitor, choice: &str) -> Result<bool, Fault> {
        let Some(id) = parse_public_id(choice, CHOICE_PREFIX, &at.keys.permutation) else { return Ok(false) };
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(false) };
        let session = sessions::find(&mut tx, at.id(), SessionId::new(id)).await?;
        // Only the visitor's own, whatever id was posted.
        let is_another_of_theirs = |session: &Session| {
            session.user == visitor.user() && session.id != visitor.session.id && session.ended_at.is_none()
        };
        let Some(session) = session.filter(is_another_of_theirs) else { return Ok(false) };
        self.ending(at, visitor).end(&mut tx, &session).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends every other session of the visitor; false when this one has ended: whoever is signed out signs nobody out.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn sign_out_elsewhere(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<bool, Fault> {
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(false) };
        self.ending(at, visitor).end_sessions_but(&mut tx, &visitor.session).await?;
        tx.commit().await?;
        Ok(true)
    }

    fn ending<'a>(&'a self, at: &'a TenantDirectory, visitor: &Visitor) -> Ending<'a> {
        Ending { ambient: &self.ambient, at, reason: SessionEnd::SignedOut, actor: Actor::User(visitor.user()) }
    }
}
