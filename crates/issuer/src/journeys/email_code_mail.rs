//! The mail with a code to sign in or to confirm a sign-in.
//!
//! Owns making the code, when the mail is sent, and how long it is. Leaves asking for it and taking it to `email_code`.

use portreeve_authenticators::{CanonicalSentCode, generate_long_sent_code, generate_sent_code};
use portreeve_crypto::SecretBytes;
use portreeve_domain::{AccountKey, Actor, Email, Event, EventType, Fault, JourneyId, UserId, lifetimes};
use portreeve_storage::outbox::OutboxRow;
use portreeve_storage::{factor_failures, journeys as rows};

use super::email_code::{FACTOR, counted_under, may_be_short, registers};
use crate::authorize::journey_text;
use crate::directory::TenantDirectory;
use crate::mails::{Recipient, outgoing, recipient_of};
use crate::outgoing_mail::{MailContent, MailedCode, OutgoingMail};
use crate::people;
use crate::session_origin::Origin;
use crate::stored_facts::open_facts;
use crate::{Issuer, audit, risk};

/// A code that a journey waits for.
struct Wanted {
    to: Recipient,
    counted_under: AccountKey,
    /// From where the sign-in comes that it confirms, if it does.
    confirms: Option<Origin>,
}

impl Issuer {
    /// Writes the mail with a code, and lets the journey wait for that code; `None` when the account is gone or switched off,
    /// or the journey is over or asks for another address by now. Commits.
    pub(crate) async fn email_code_mail(
        &self,
        at: &TenantDirectory,
        row: &OutboxRow,
        (journey, user): (JourneyId, UserId),
        locale: &str,
    ) -> Result<Option<OutgoingMail>, Fault> {
        let Some(Wanted { to, counted_under, confirms }) = self.waits_for_code(at, journey, user).await? else {
            return Ok(None);
        };
        let is_long = self.is_guessed_at(at, counted_under).await?;
        let random = SecretBytes::new(self.ambient.bytes()?);
        let code = if is_long { generate_long_sent_code(&random) } else { generate_sent_code(&random) };
        let canonical =
            CanonicalSentCode::parse(code.expose()).ok_or_else(|| Fault::impossible("a code of ours is none"))?;
        let hash = canonical.fingerprint(&at.keys.email_codes, journey.as_i64(), &to.email_index);
        let now = self.ambient.now();
        let mut tx = self.store.begin(at.id()).await?;
        if !rows::send_code(&mut tx, at.id(), journey, &hash, now.plus(lifetimes::EMAIL_CODE)).await? {
            return Ok(None);
        }
        let event = Event::new(EventType::EmailCodeSent, now, Actor::System).about(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        let (issuer, journey, digits) = (&at.issuer, journey_text(at, journey)?, canonical.digits());
        let link = format!("{issuer}/j/{journey}/email-code?code={digits}");
        let code = MailedCode { text: code.expose().to_owned(), is_long, link };
        let content = match confirms {
            Some(origin) => MailContent::ConfirmSignIn { code, origin },
            None => MailContent::EmailCode(code),
        };
        outgoing(at, row, to.email.as_str(), (locale, content)).map(Some)
    }

    /// The code that a journey waits for; `None` when it does not wait for one of this account.
    async fn waits_for_code(
        &self,
        at: &TenantDirectory,
        journey: JourneyId,
        user: UserId,
    ) -> Result<Option<Wanted>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let Some(row) = rows::find(&mut conn, at.id(), journey).await? else { return Ok(None) };
        let stored = open_facts(at, row.id, &row.facts_sealed)?;
        let email = stored.facts.code_to.as_ref().and_then(|typed| Email::parse(typed).ok());
        let Some(email) = email else { return Ok(None) };
        let wanted = people::email_index(at, &email);
        let counted_under = counted_under(&stored, &wanted);
        if registers(at, &stored, &wanted).is_some_and(|pending| pending.to == user) {
            let to = Recipient { user, email, email_index: wanted };
            return Ok(Some(Wanted { to, counted_under, confirms: None }));
        }
        let confirms = risk::is_confirmed_by_code(&stored).then_some(stored.origin).flatten();
        let person = people::find(&mut conn, at, user).await?;
        let person = person.filter(|person| person.disabled_at.is_none() && person.email_index == Some(wanted));
        Ok(person.and_then(|person| recipient_of(&person)).map(|to| Wanted { to, counted_under, confirms }))
    }

    /// Whether so many wrong codes of an account were typed in a row that a short one may not be tried any more.
    async fn is_guessed_at(&self, at: &TenantDirectory, counted_under: AccountKey) -> Result<bool, Fault> {
        let (mut conn, account) = (self.store.read(at.id()).await?, UserId::from_bytes(counted_under));
        let failures = factor_failures::find(&mut conn, at.id(), account, FACTOR).await?;
        Ok(failures.is_some_and(|failures| !may_be_short(failures.consecutive)))
    }
}
