//! The notice of a sign-in at a browser at which the account was not known, or that is unusual otherwise.
//!
//! Owns when it is due and what it tells: from where and with what, and the button of every notice, "this was not me".
//! Known is a browser whose cookie names the account (`known_device`); who has made the account on the way has no need to be
//! told. There is no limit to these mails: only who has shown every factor can cause one, and whoever took an account over could
//! use a limit up to go on unseen. Leaves the button to `account::not_me`. SECURITY S-094, S-143; W28.

use portreeve_domain::{Fault, LinkPurpose, OutboxMessage, Session, SessionId, UserId};
use portreeve_storage::outbox::OutboxRow;
use portreeve_storage::{Tx, sessions};

use crate::directory::TenantDirectory;
use crate::journeys::Journey;
use crate::mails::{DEFAULT_LOCALE, outgoing, recipient_of};
use crate::outgoing_mail::{MailContent, OutgoingMail};
use crate::{Issuer, known_device, people, session_origin};

impl Issuer {
    /// Has the owner of an account told of a session that has just begun on a journey, when its browser is new to the
    /// account, or something else about it is unusual.
    pub(crate) async fn tell_of_new_device(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        journey: &Journey,
        session: &Session,
    ) -> Result<(), Fault> {
        let user = session.user;
        let is_unusual = journey.stored.risk.as_ref().is_some_and(|risk| risk.is_unusual_for(user));
        if known_device::knows(at, journey.stored.device.as_deref(), user) && !is_unusual {
            return Ok(());
        }
        // An address that nobody has proven gets no mail (SECURITY rule 15).
        let person = people::find(tx, at, user).await?.filter(|person| person.email_verified_at.is_some());
        if person.is_none_or(|person| person.created_at >= journey.started_at) {
            return Ok(());
        }
        let wished = journey.stored.locale.as_deref().or(journey.request.ui_locales.first().map(String::as_str));
        let locale = wished.unwrap_or(DEFAULT_LOCALE).to_owned();
        self.enqueue(tx, at, &OutboxMessage::NewDeviceMail { session: session.id, user, locale }).await
    }

    /// Writes the notice; `None` when the account is gone, switched off or has no proven address, or the session is swept.
    pub(crate) async fn new_device_mail(
        &self,
        at: &TenantDirectory,
        row: &OutboxRow,
        (id, user): (SessionId, UserId),
        locale: &str,
    ) -> Result<Option<OutgoingMail>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let person = people::find(&mut conn, at, user).await?;
        let person = person.filter(|person| person.disabled_at.is_none() && person.email_verified_at.is_some());
        let Some(person) = person else { return Ok(None) };
        let Some(sealed) = sessions::origin(&mut conn, at.id(), id).await? else { return Ok(None) };
        drop(conn);
        let Some(recipient) = recipient_of(&person) else { return Ok(None) };
        let origin = session_origin::open(at, &person, id, &sealed)?;
        let not_me_link = self.new_link(at, LinkPurpose::NotMe, &recipient, None).await?;
        outgoing(at, row, recipient.email.as_str(), (locale, MailContent::NewDevice { origin, not_me_link })).map(Some)
    }
}
