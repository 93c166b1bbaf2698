//! Invitations that an operator makes, looks at and takes back.

use portreeve_domain::{
    Actor, ClientId, Email, Event, EventType, Failure, Fault, Lifetime, OutboxMessage, Timestamp, UserId, lifetimes,
};
use portreeve_storage::invitations::{self, InvitationRow};

use super::operator::{OperatorRefusal, Outcome};
use crate::directory::TenantDirectory;
use crate::invitations::{email_place, open_email, start_of};
use crate::stored_facts::seal_at;
use crate::{Issuer, audit, people};

/// An invitation to be made.
pub struct NewInvitation<'a> {
    /// The address as typed.
    pub email: &'a str,
    /// The client that it leads to; the account pages without.
    pub client: Option<&'a ClientId>,
    /// How long it stands: an hour to 30 days.
    pub expires_in: Lifetime,
    /// The language of the mail, as a tag.
    pub locale: &'a str,
}

/// An invitation that stands.
pub struct StandingInvitation {
    /// The address as typed.
    pub email: String,
    /// The client that it leads to.
    pub client: Option<ClientId>,
    /// When it was made.
    pub invited_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

impl Issuer {
    /// Invites somebody by mail, whether or not the address has an account; an older invitation of the address ends.
    ///
    /// # Errors
    /// `NotAnAddress`, `NoSuchClient`, `SignInNotStartedThere`, `InvitationTime`; a fault when the database is away.
    pub async fn invite(&self, at: &TenantDirectory, new: &NewInvitation<'_>) -> Outcome<()> {
        let refused = |why| Err(Failure::Refused(why));
        let Ok(email) = Email::parse(new.email) else { return refused(OperatorRefusal::NotAnAddress) };
        if let Some(id) = new.client {
            if at.client(id).is_none() {
                return refused(OperatorRefusal::NoSuchClient);
            }
            if start_of(at, id).is_none() {
                return refused(OperatorRefusal::SignInNotStartedThere);
            }
        }
        if !(Lifetime::from_hours(1)..=lifetimes::LONGEST_INVITATION).contains(&new.expires_in) {
            return refused(OperatorRefusal::InvitationTime);
        }
        let (id, now) = (UserId::from_bytes(self.ambient.bytes()?), self.ambient.now());
        let row = InvitationRow {
            id,
            email_sealed: seal_at(&self.ambient, at, &email_place(at, &id), &new.email.trim())?,
            email_index: people::email_index(at, &email),
            client: new.client.cloned(),
            invited_at: now,
            expires_at: now.plus(new.expires_in),
        };
        let mut tx = self.store.begin(at.id()).await?;
        self.drop_invitation(&mut tx, at, &row.email_index).await?;
        invitations::put(&mut tx, at.id(), &row).await?;
        let mut event = Event::new(EventType::InvitationCreated, now, Actor::Operator);
        event.client = new.client.cloned();
        audit::record(&mut tx, &self.ambient, at, event).await?;
        let message = OutboxMessage::InvitationMail { invitation: id, locale: new.locale.to_owned() };
        self.enqueue(&mut tx, at, &message).await?;
        Ok(tx.commit().await?)
    }

    /// The invitations that stand, oldest first, a thousand at most.
    ///
    /// # Errors
    /// A fault when the database is away or something stored does not open.
    pub async fn standing_invitations(&self, at: &TenantDirectory) -> Result<Vec<StandingInvitation>, Fault> {
        let rows = invitations::standing(&mut self.store.read(at.id()).await?, at.id(), self.ambient.now()).await?;
        let standing = |row: InvitationRow| {
            let email = open_email(at, &row)?;
            Ok(StandingInvitation { email, client: row.client, invited_at: row.invited_at, expires_at: row.expires_at })
        };
        rows.into_iter().map(standing).collect()
    }

    /// Takes the invitation of an address back; its link is dead.
    ///
    /// # Errors
    /// `NotAnAddress`, `NoSuchInvitation`; a fault when the database is away.
    pub async fn revoke_invitation(&self, at: &TenantDirectory, email: &str) -> Outcome<()> {
        let email = Email::parse(email).map_err(|_| Failure::Refused(OperatorRefusal::NotAnAddress))?;
        let mut tx = self.store.begin(at.id()).await?;
        if !self.drop_invitation(&mut tx, at, &people::email_index(at, &email)).await? {
            return Err(Failure::Refused(OperatorRefusal::NoSuchInvitation));
        }
        let event = Event::new(EventType::InvitationRevoked, self.ambient.now(), Actor::Operator);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        Ok(tx.commit().await?)
    }
}
