//! Choosing the account: one of those signed in at this browser, or another.

use std::sync::Arc;

use portreeve_crypto::parse_public_id;
use portreeve_domain::{Fault, SessionId};

use super::open::CHOICE_PREFIX;
use super::{Acted, Journey, Problem};
use crate::directory::TenantDirectory;
use crate::{Issuer, browsers};

impl Issuer {
    /// Goes on with the account whose session `choice` names.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn choose_account(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        choice: &str,
    ) -> Result<Acted, Fault> {
        let Some(browser) = &journey.browser else { return Ok(Acted::Stale) };
        let wanted = parse_public_id(choice, CHOICE_PREFIX, &at.keys.permutation).map(SessionId::new);
        let mut tx = self.store.begin(at.id()).await?;
        let live = browsers::live_sessions(&mut tx, &self.ambient, at, browser.id).await?;
        // Only sessions of this very browser can be chosen, whatever id was posted.
        let Some(session) = live.into_iter().find(|session| Some(session.id) == wanted) else {
            return Ok(Acted::Problem(Problem::AccountGone));
        };
        journey.stored.facts.turn_to(Some(session.user), Some(session.id));
        self.advance(tx, at, journey).await
    }

    /// Turns to the first page for another account; what was proven for the former one is dropped.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn use_another_account(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Acted, Fault> {
        journey.stored.facts.turn_to(None, None);
        journey.stored.pending_totp = None;
        let tx = self.store.begin(at.id()).await?;
        self.advance(tx, at, journey).await
    }
}
