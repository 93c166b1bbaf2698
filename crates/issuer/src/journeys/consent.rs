//! Consent: what was shown is what is stored and what is granted (S-153).

use std::sync::Arc;

use portreeve_domain::journey::ConsentAnswer;
use portreeve_domain::polling::Waiting;
use portreeve_domain::{Actor, Event, EventType, Fault};
use portreeve_storage::consents;

use super::{Acted, Journey};
use crate::directory::TenantDirectory;
use crate::{Issuer, audit};

impl Issuer {
    /// The person agrees to the scope of the request. Earlier consent to other scopes of the same client stands.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn allow(&self, at: &Arc<TenantDirectory>, journey: Journey) -> Result<Acted, Fault> {
        // A device is approved on a page that asks more.
        if matches!(journey.waiting(), Some(Waiting::Device(_))) {
            return Ok(Acted::Stale);
        }
        self.agree(at, journey).await
    }

    /// Remembers that the person agreed to the scope of the request and to that of the claims it names, and goes on.
    pub(super) async fn agree(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Acted, Fault> {
        let Some(user) = journey.user() else { return Ok(Acted::Stale) };
        let (now, scope) = (self.ambient.now(), journey.request.scope.clone());
        let mut tx = self.store.begin(at.id()).await?;
        let former = consents::find(&mut tx, at.id(), user, &journey.client.id).await?.unwrap_or_default();
        let agreed = journey.request.scope_to_agree(&at.attributes);
        consents::give(&mut tx, at.id(), user, &journey.client.id, &former.union(&agreed), now).await?;
        let event =
            Event::new(EventType::ConsentGiven, now, Actor::User(user)).about(user).with_client(&journey.client.id);
        audit::record(&mut tx, &self.ambient, at, event.with("scope", &agreed)).await?;
        journey.stored.facts.consent = Some(ConsentAnswer::Allowed { scope, at: now });
        self.advance(tx, at, journey).await
    }

    /// The person refuses.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn deny(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Acted, Fault> {
        let Some(user) = journey.user() else { return Ok(Acted::Stale) };
        let mut tx = self.store.begin(at.id()).await?;
        let event = Event::new(EventType::ConsentRefused, self.ambient.now(), Actor::User(user))
            .about(user)
            .with_client(&journey.client.id)
            .with("scope", &journey.request.scope);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        journey.stored.facts.consent = Some(ConsentAnswer::Refused);
        self.advance(tx, at, journey).await
    }
}
