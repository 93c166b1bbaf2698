//! Recovery: a new password by a link.
//!
//! Owns asking for the link and what it does, also one that an operator handed over for an account without a password. Known, unknown, switched-off and unverified accounts get the same
//! answer after the same work (S-071, S-089). A reset sets a password and nothing else: it signs nobody in, second factors
//! stay, and everything the former password had opened ends (SECURITY rule 26; S-088).

use std::sync::Arc;

use portreeve_domain::{
    Actor, Email, EmailError, Event, EventType, Fault, LinkId, LinkPurpose, MailPurpose, OutboxMessage,
};
use portreeve_storage::Tx;
use portreeve_storage::journeys::{self, JourneyRow};
use portreeve_storage::mailed_links::{self, LinkRow};

use crate::attempts::{Attempt, Endeavour};
use crate::directory::TenantDirectory;
use crate::journeys::{PostedFrom, account_key, at_least_a_second};
use crate::mailed_links::{LinkOutcome, may_set_password, owner_of};
use crate::new_passwords::PasswordOwner;
use crate::people::{self, Person};
use crate::stored_facts::{open_facts, open_request, seal_facts};
use crate::{Issuer, audit};

/// What asking for a reset led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetRequest {
    /// If there is an account, a mail is on its way.
    Taken,
    /// That is no address.
    NotAnAddress(EmailError),
    /// Too many requests.
    TooMany {
        /// How long to wait.
        wait: portreeve_domain::Lifetime,
    },
}

impl Issuer {
    /// Asks for a link to set a new password for the account at `typed`; `journey` is where the person came from.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn request_reset(
        &self,
        at: &Arc<TenantDirectory>,
        typed: &str,
        journey: Option<&str>,
        from: &PostedFrom,
    ) -> Result<ResetRequest, Fault> {
        let email = match Email::parse(typed) {
            Ok(email) => email,
            Err(error) => return Ok(ResetRequest::NotAnAddress(error)),
        };
        let (now, account) = (self.ambient.now(), account_key(&people::email_index(at, &email)));
        let attempt = Attempt { endeavour: Endeavour::Mail, network: from.network, account };
        if let Err(wait) = self.charge_attempt(at, &attempt).await? {
            return Ok(ResetRequest::TooMany { wait: at_least_a_second(wait) });
        }
        let journey = match journey {
            Some(journey) => self.find_journey(at, journey).await?.map(|row| row.id),
            None => None,
        };
        let person = people::find_by_email(&mut self.store.read(at.id()).await?, at, &email).await?;
        let mut event = Event::new(EventType::PasswordResetRequested, now, Actor::Anonymous);
        event.subject = person.as_ref().map(|person| person.id);
        let mut tx = self.store.begin(at.id()).await?;
        // Five mails an hour and no more, whoever asks; the newest link works, so nothing is said (S-143).
        let may_mail = self.charge_mail(&mut tx, at, &account).await?;
        let mailed = person.filter(|person| may_mail && can_recover(person));
        audit::record(&mut tx, &self.ambient, at, event).await?;
        match mailed {
            Some(person) => {
                let (purpose, locale) = (MailPurpose::PasswordReset, from.locale.clone());
                let message = OutboxMessage::Mail { purpose, user: person.id, locale, journey };
                self.enqueue(&mut tx, at, &message).await?;
            }
            // As many statements for nobody: known and unknown addresses cost the same (S-071).
            None => drop(mailed_links::find(&mut tx, at.id(), LinkId::new(0)).await?),
        }
        tx.commit().await?;
        Ok(ResetRequest::Taken)
    }

    /// The token of the form that asks for a reset: bound to the browser, when it has shown its cookie.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn reset_form_token(&self, at: &TenantDirectory, cookie: Option<&str>) -> Result<String, Fault> {
        self.page_form_token(at, cookie, "recover").await
    }

    /// Whether a text is the id of a journey of this tenant, as it stands in addresses; the journey may have ended.
    pub fn is_journey(&self, at: &TenantDirectory, text: &str) -> bool {
        portreeve_crypto::parse_public_id(text, crate::authorize::JOURNEY_PREFIX, &at.keys.permutation).is_some()
    }

    /// The languages that the request of a journey asks for, best first; none for a text that names no journey.
    ///
    /// # Errors
    /// A fault when the database is away or the stored request does not open.
    pub async fn locales_of(&self, at: &TenantDirectory, journey: Option<&str>) -> Result<Vec<String>, Fault> {
        let row = match journey {
            Some(journey) => self.find_journey(at, journey).await?,
            None => None,
        };
        let request = row.map(|row| open_request(at, row.id, &row.request_sealed)).transpose()?;
        Ok(request.map(|request| request.ui_locales).unwrap_or_default())
    }

    /// Uses a link up and sets the password whose hash is `phc`; the owner is told by mail. A journey that is given goes on in the
    /// browser that showed the link. Commits.
    pub(crate) async fn reset_password(
        &self,
        at: &Arc<TenantDirectory>,
        link: &LinkRow,
        (person, journey): (&Person, Option<&JourneyRow>),
        phc: &str,
        from: &PostedFrom,
    ) -> Result<LinkOutcome, Fault> {
        let Some(mut tx) = self.begin_using(at, link).await? else { return Ok(LinkOutcome::Dead) };
        let purpose = LinkPurpose::parse(&link.purpose);
        let is_owned = owner_of(&mut tx, at, link)
            .await?
            .is_some_and(|person| purpose.is_some_and(|purpose| may_set_password(&person, purpose)));
        if !is_owned {
            return Ok(LinkOutcome::Dead);
        }
        let owner = PasswordOwner { user: person.id, key: &person.key, email_index: &link.email_index };
        self.set_new_password(&mut tx, at, &owner, phc).await?;
        if let (Some(journey), Some(LinkPurpose::PasswordReset)) = (journey, purpose) {
            self.note_mailbox(&mut tx, at, journey, link).await?;
        }
        // An address that nobody has proven gets no mail (SECURITY rule 15).
        if person.email_verified_at.is_some() {
            self.mail(&mut tx, at, MailPurpose::PasswordChanged, person.id, &from.locale).await?;
        }
        tx.commit().await?;
        Ok(LinkOutcome::PasswordChanged)
    }

    /// Notes on a journey that its browser has shown a link that was mailed: nobody is asked for a code from the same mailbox next
    /// (S-146). When another tab has moved the journey on meanwhile, somebody is.
    async fn note_mailbox(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        journey: &JourneyRow,
        link: &LinkRow,
    ) -> Result<(), Fault> {
        let mut facts = open_facts(at, journey.id, &journey.facts_sealed)?;
        facts.proven_address = Some(link.email_index);
        if let Some(assessed) = &mut facts.risk {
            assessed.mailbox_was_shown(link.user);
        }
        let sealed = seal_facts(&self.ambient, at, journey.id, &facts)?;
        journeys::update(tx, at.id(), journey.id, journey.version, &sealed).await.map(drop)
    }
}

/// Whether an account can be recovered by mail: it is in service and its address is proven (S-089).
fn can_recover(person: &Person) -> bool {
    person.disabled_at.is_none() && person.email_verified_at.is_some()
}

#[cfg(test)]
mod tests;
