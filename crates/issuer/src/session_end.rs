//! Ending sessions: the one place, whatever the reason.
//!
//! Owns what ends with a session and who is told: sign-ins that are half-finished, the event, and a notice to every relying party that
//! was signed in by it and wants one, in the same transaction. Leaves whose word is needed to `logout`, `new_passwords` and `configure`, and
//! what a notice says to `back_channel_logout`. Back-Channel Logout 1.0 §2.3; SECURITY rule 20.

use std::sync::Arc;

use portreeve_domain::{Actor, Client, Event, EventType, Fault, OutboxId, OutboxMessage, Session, SessionEnd, UserId};
use portreeve_storage::{Tx, browsers, outbox, sessions, token_families, users};

use crate::directory::TenantDirectory;
use crate::{Ambient, audit};

/// Why sessions end, and by whom.
pub(crate) struct Ending<'a> {
    pub ambient: &'a Ambient,
    pub at: &'a TenantDirectory,
    pub reason: SessionEnd,
    pub actor: Actor,
}

impl Ending<'_> {
    /// Ends a session, with the sign-ins that are half-finished at its browser, and gives the relying parties that were signed in by it;
    /// none when it was ended before.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn end(&self, tx: &mut Tx, session: &Session) -> Result<Vec<Arc<Client>>, Fault> {
        let now = self.ambient.now();
        // Before the session, as at a sign-in: two that wait for one another would end one of them.
        browsers::sign_out(tx, self.at.id(), session.browser).await?;
        if !sessions::end(tx, self.at.id(), session.id, self.reason, now).await? {
            return Ok(Vec::new());
        }
        let event = Event::new(EventType::SessionEnded, now, self.actor.clone())
            .about(session.user)
            .with("sid", &session.sid)
            .with("reason", self.reason.name());
        audit::record(tx, self.ambient, self.at, event).await?;
        self.tell(tx, session).await
    }

    /// Ends every session and token family of a person, and the sign-ins that are half-finished anywhere.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn end_everywhere(&self, tx: &mut Tx, user: UserId) -> Result<(), Fault> {
        let (tenant, now) = (self.at.id(), self.ambient.now());
        users::sign_out(tx, tenant, user).await?;
        let ended = sessions::end_all(tx, tenant, user, self.reason, now).await?;
        let revoked = token_families::revoke_of_user(tx, tenant, user, self.reason.name(), now).await?;
        self.record_end(tx, user, &ended, revoked).await
    }

    /// Ends every other session of the person of `kept`, every token family that is not of that session, and the sign-ins that are
    /// half-finished anywhere.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn end_everywhere_but(&self, tx: &mut Tx, kept: &Session) -> Result<(), Fault> {
        let (tenant, now) = (self.at.id(), self.ambient.now());
        users::sign_out(tx, tenant, kept.user).await?;
        let ended = sessions::end_all_but(tx, tenant, kept, self.reason, now).await?;
        let revoked = token_families::revoke_of_user_but(tx, tenant, kept, self.reason.name(), now).await?;
        self.record_end(tx, kept.user, &ended, revoked).await
    }

    /// Ends every other session of the person of `kept`, and the sign-ins that are half-finished anywhere. What may outlive its session
    /// goes on, as after signing out there.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn end_sessions_but(&self, tx: &mut Tx, kept: &Session) -> Result<(), Fault> {
        let (tenant, now) = (self.at.id(), self.ambient.now());
        users::sign_out(tx, tenant, kept.user).await?;
        let ended = sessions::end_all_but(tx, tenant, kept, self.reason, now).await?;
        self.record_end(tx, kept.user, &ended, 0).await
    }

    /// Tells the relying parties of ended sessions and writes one event for all, when there is anything to tell.
    async fn record_end(&self, tx: &mut Tx, user: UserId, ended: &[Session], revoked: u64) -> Result<(), Fault> {
        for session in ended {
            self.tell(tx, session).await?;
        }
        if ended.is_empty() && revoked == 0 {
            return Ok(());
        }
        let event = Event::new(EventType::SessionEnded, self.ambient.now(), self.actor.clone())
            .about(user)
            .with("sessions", ended.len())
            .with("token_families", revoked)
            .with("reason", self.reason.name());
        audit::record(tx, self.ambient, self.at, event).await
    }

    /// Puts a notice to each relying party of a session into the outbox.
    async fn tell(&self, tx: &mut Tx, session: &Session) -> Result<Vec<Arc<Client>>, Fault> {
        let ids = token_families::clients_of_session(tx, self.at.id(), session.id).await?;
        let clients: Vec<Arc<Client>> = ids.iter().filter_map(|id| self.at.client(id).cloned()).collect();
        for client in &clients {
            tell(tx, self.ambient, self.at, client, session).await?;
        }
        Ok(clients)
    }
}

/// Puts a notice to a relying party that a session is over for it into the outbox, if it wants one.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn tell(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    client: &Client,
    session: &Session,
) -> Result<(), Fault> {
    if client.metadata.backchannel_logout_uri.is_none() {
        return Ok(());
    }
    let message =
        OutboxMessage::LogoutNotice { client: client.id.clone(), user: session.user, sid: session.sid.clone() };
    outbox::insert(tx, at.id(), OutboxId::new(ambient.row_id()), &message, ambient.now()).await
}
