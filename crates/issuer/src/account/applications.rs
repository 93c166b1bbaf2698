//! What applications may see of a person, and taking it back.
//!
//! An application is listed while it holds something: a consent that stands, or a grant whose tokens work. Taking it back
//! withdraws the consent and revokes every grant at once; gateways hear of it with their next question, and a relying
//! party that wants to be told of a sign-out is told (S-039, S-094, S-153). What may be listed is decided as `gate` does.

use std::collections::BTreeMap;
use std::sync::Arc;

use portreeve_domain::{
    Actor, Client, ClientId, Event, EventType, Fault, Scope, Session, Timestamp, TokenFamily, lifetimes,
};
use portreeve_storage::{consents, sessions, token_families};

use super::Visitor;
use crate::directory::TenantDirectory;
use crate::{Issuer, audit, session_end};

/// Why the grants were revoked.
const REASON: &str = "consent_withdrawn";

/// An application that may use the account.
pub struct Application {
    /// Which.
    pub client: Arc<Client>,
    /// What it may see.
    pub scope: Scope,
    /// The resource servers at which it may use that.
    pub resources: Vec<String>,
    /// When the person let it in last.
    pub since: Timestamp,
}

/// What a client holds.
#[derive(Default)]
struct Held {
    scope: Scope,
    resources: Vec<String>,
    since: Option<Timestamp>,
}

impl Held {
    fn add(&mut self, scope: &Scope, resources: &[String], at: Timestamp) {
        self.scope = self.scope.union(scope);
        for resource in resources {
            if !self.resources.contains(resource) {
                self.resources.push(resource.clone());
            }
        }
        self.since = self.since.max(Some(at));
    }
}

impl Issuer {
    /// The applications that may use the visitor's account, last let in first.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn applications(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Vec<Application>, Fault> {
        let (user, now) = (visitor.user(), self.ambient.now());
        let mut conn = self.store.read(at.id()).await?;
        let mut live: Vec<Session> = Vec::new();
        for (session, _) in sessions::of_user(&mut conn, at.id(), user).await? {
            live.extend(session.is_live(now).then_some(session));
        }
        let mut held: BTreeMap<ClientId, Held> = BTreeMap::new();
        for consent in consents::of_user(&mut conn, at.id(), user).await? {
            held.entry(consent.client).or_default().add(&consent.scope, &[], consent.given_at);
        }
        let oldest = now.minus(lifetimes::REFRESH_ABSOLUTE);
        for family in token_families::of_user(&mut conn, at.id(), user, oldest).await? {
            if is_good(&family, &live, now) {
                held.entry(family.client.clone()).or_default().add(&family.scope, &family.resources, family.created_at);
            }
        }
        let listed = held.into_iter().filter_map(|(id, held)| {
            let (client, since) = (Arc::clone(at.client(&id)?), held.since?);
            Some(Application { client, scope: held.scope, resources: held.resources, since })
        });
        let mut listed: Vec<_> = listed.collect();
        listed.sort_by_key(|application| std::cmp::Reverse(application.since));
        Ok(listed)
    }

    /// Takes back everything that the visitor has let the client named `client` do; false when it holds nothing, or the session has
    /// ended.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn withdraw_application(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        client: &str,
    ) -> Result<bool, Fault> {
        let (user, now) = (visitor.user(), self.ambient.now());
        let Some(id) = ClientId::parse(client) else { return Ok(false) };
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(false) };
        let had_consent = consents::withdraw(&mut tx, at.id(), user, &id, now).await?;
        let revoked = token_families::revoke_of_user_and_client(&mut tx, at.id(), (user, &id), REASON, now).await?;
        if !had_consent && revoked.is_empty() {
            return Ok(false);
        }
        let event = Event::new(EventType::ConsentWithdrawn, now, Actor::User(user)).about(user).with_client(&id);
        audit::record(&mut tx, &self.ambient, at, event.with("token_families", revoked.len())).await?;
        if let Some(client) = at.client(&id) {
            for (session, _) in sessions::of_user(&mut tx, at.id(), user).await? {
                if session.is_live(now) && revoked.contains(&Some(session.id)) {
                    session_end::tell(&mut tx, &self.ambient, at, client, &session).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// Whether tokens of a grant work, as far as its own life and that of its session go.
fn is_good(family: &TokenFamily, live: &[Session], now: Timestamp) -> bool {
    let has_session = family.session.is_none_or(|id| live.iter().any(|session| session.id == id));
    family.is_live(now) && (family.offline || has_session)
}
