//! The mail that tells a person that a client wants them authenticated.
//!
//! Owns whether it is still worth sending, and its link: the address of the page, which is no secret. Whoever opens it signs
//! in as that person or decides nothing. Leaves the words to `pages`. CIBA Core §8; SECURITY rule 15.

use portreeve_domain::polling::Poll;
use portreeve_domain::{BackchannelAuthenticationId, Email, Fault, UserId};
use portreeve_storage::backchannel_authentications;
use portreeve_storage::outbox::OutboxRow;

use crate::directory::TenantDirectory;
use crate::mails::{DEFAULT_LOCALE, outgoing};
use crate::outgoing_mail::{MailContent, OutgoingMail};
use crate::{Issuer, backchannel_authentication, people};

impl Issuer {
    /// Writes the mail about a request; `None` when it is decided or over, or the person has no proven address.
    ///
    /// # Errors
    /// A fault when the database is away or what is stored cannot be read.
    pub(crate) async fn approval_mail(
        &self,
        at: &TenantDirectory,
        row: &OutboxRow,
        id: BackchannelAuthenticationId,
        user: UserId,
    ) -> Result<Option<OutgoingMail>, Fault> {
        let now = self.ambient.now();
        let mut conn = self.store.read(at.id()).await?;
        let asked = backchannel_authentications::find(&mut conn, at.id(), id).await?;
        let Some(asked) = asked.filter(|asked| asked.awaited.poll(now) == Poll::Pending) else { return Ok(None) };
        let person = people::find(&mut conn, at, user).await?;
        let person = person.filter(|person| person.disabled_at.is_none() && person.email_verified_at.is_some());
        let Some(person) = person else { return Ok(None) };
        let Some(email) = person.email.as_deref().and_then(|email| Email::parse(email).ok()) else { return Ok(None) };
        let link = backchannel_authentication::page_of(at, id)?;
        let minutes = asked.awaited.expires_at.since(now).as_seconds() / 60;
        let locale = person.claims.locale.as_deref().unwrap_or(DEFAULT_LOCALE);
        let content = MailContent::ApprovalWanted { link, minutes: minutes.max(1) };
        outgoing(at, row, email.as_str(), (locale, content)).map(Some)
    }
}
