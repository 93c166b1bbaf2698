//! Terms: whoever signs in agrees to the present version of those that hold at the client, before anything else is granted.
//!
//! Owns what is due, and writing down what was agreed to. A form says which versions its page showed, and the database takes only
//! the present one, so nobody agrees to what they were not shown. Leaves where terms hold to `domain`.

use std::sync::Arc;

use portreeve_domain::journey::{Condition, Step};
use portreeve_domain::{Actor, Event, EventType, Fault, Terms, TermsText, TermsVersion};
use portreeve_storage::Conn;
use portreeve_storage::terms_acceptances::{self, TermsAcceptance};

use super::{Acted, Journey};
use crate::directory::TenantDirectory;
use crate::{Issuer, audit};

/// Terms that are to be agreed to.
pub struct TermsDue {
    /// Which.
    pub terms: Arc<Terms>,
    /// Whether the person agreed to another version before.
    pub is_changed: bool,
}

/// What the form of the page says that it showed.
pub fn shown_terms(due: &[TermsDue]) -> String {
    due.iter().map(|due| due.terms.present().to_string()).collect::<Vec<_>>().join(" ")
}

/// What is due of the account that a journey goes for; everything that is required when there is none.
pub(crate) async fn due(conn: &mut Conn, at: &TenantDirectory, journey: &Journey) -> Result<Vec<TermsDue>, Fault> {
    let required: Vec<_> = journey.requirements.iter().filter_map(|one| version_of(&one.condition)).collect();
    if required.is_empty() {
        return Ok(Vec::new());
    }
    let accepted = match journey.user() {
        Some(user) => terms_acceptances::of_user(conn, at.id(), user).await?,
        None => Vec::new(),
    };
    let is_missing = |version: &TermsVersion| !accepted.iter().any(|row| row.version == *version);
    let missing = at.terms.iter().filter(|terms| {
        let present = terms.present();
        required.contains(&&present) && is_missing(&present)
    });
    let due = missing.map(|terms| TermsDue {
        terms: Arc::clone(terms),
        is_changed: accepted.iter().any(|row| row.version.terms == terms.id),
    });
    Ok(due.collect())
}

fn version_of(condition: &Condition) -> Option<&TermsVersion> {
    match condition {
        Condition::Terms(version) => Some(version),
        _ => None,
    }
}

impl Issuer {
    /// The person agrees to what the page showed, `shown` as the form says it. Nothing is done when something else is due by now: the
    /// page comes again, with the versions that hold.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn accept_terms(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        shown: &str,
        locale: &str,
    ) -> Result<Acted, Fault> {
        let Some(user) = journey.user() else { return Ok(Acted::Stale) };
        let now = self.ambient.now();
        let mut tx = self.store.begin(at.id()).await?;
        let due = due(&mut tx, at, &journey).await?;
        if self.step_of(&mut tx, at, &journey).await? != Step::Terms || shown_terms(&due) != shown {
            return Ok(Acted::Stale);
        }
        for TermsDue { terms, .. } in &due {
            let acceptance = TermsAcceptance {
                version: terms.present(),
                client: journey.client.id.clone(),
                text: text_of(terms, locale)?,
                accepted_at: now,
            };
            if !terms_acceptances::insert(&mut tx, at.id(), user, &acceptance).await? {
                drop(tx);
                // They were replaced a moment ago, and this node has not heard of it.
                self.directory.refresh().await?;
                return Ok(Acted::Stale);
            }
            let event = Event::new(EventType::TermsAccepted, now, Actor::User(user)).about(user);
            let event = event.with_client(&journey.client.id).with("terms", &terms.id).with("version", &terms.version);
            audit::record(&mut tx, &self.ambient, at, event).await?;
        }
        self.advance(tx, at, journey).await
    }

    /// The person does not agree, and goes back to the client without anything.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn decline_terms(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Acted, Fault> {
        let Some(user) = journey.user() else { return Ok(Acted::Stale) };
        let mut tx = self.store.begin(at.id()).await?;
        let refused = shown_terms(&due(&mut tx, at, &journey).await?);
        let event = Event::new(EventType::TermsRefused, self.ambient.now(), Actor::User(user)).about(user);
        audit::record(&mut tx, &self.ambient, at, event.with_client(&journey.client.id).with("terms", &refused))
            .await?;
        journey.stored.facts.cancelled = true;
        self.advance(tx, at, journey).await
    }
}

fn text_of(terms: &Terms, locale: &str) -> Result<TermsText, Fault> {
    terms.text_in(locale).cloned().ok_or_else(|| Fault::impossible("terms without a text"))
}
