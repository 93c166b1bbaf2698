//! Changing the password.
//!
//! The person has just signed in with every factor they have (`Need::Fresh`), so the old password is proven. Everything
//! that other devices had opened with it ends; this session goes on (S-094, S-097).

use std::sync::Arc;

use portreeve_authenticators::PasswordPolicy;
use portreeve_crypto::SecretText;
use portreeve_domain::{Actor, Fault, MailPurpose, Proof, ProofKind, SessionEnd};

use super::{Factors, Visitor};
use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::journeys::PostedFrom;
use crate::new_passwords::{self, PasswordOwner, PasswordRefusal};
use crate::session_end::Ending;

/// What a new password led to.
pub enum PasswordOutcome {
    /// It is set.
    Changed {
        /// The browser's new cookie.
        cookie: SecretText,
    },
    /// It may not be set.
    Refused(PasswordRefusal),
    /// Another tab was faster, the session has ended, or there are no passwords here: nothing was done.
    Stale,
}

impl Visitor {
    /// The fewest characters of a new password: 15, or 8 for somebody with an authenticator app where the tenant demands a second
    /// factor of everybody.
    pub fn password_minimum(&self) -> usize {
        self.password_policy().minimum_length
    }

    fn password_policy(&self) -> PasswordPolicy {
        Factors::password_policy(self.factors.demanded, self.factors.totp_since)
    }
}

impl Issuer {
    /// Sets a new password; the caller has seen to a fresh sign-in. The owner is told by mail.
    ///
    /// # Errors
    /// A fault when the database is away or every password thread is busy (transient).
    pub async fn change_password(
        &self,
        at: &Arc<TenantDirectory>,
        visitor: &Visitor,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<PasswordOutcome, Fault> {
        if at.tenant.settings.is_passwordless() {
            return Ok(PasswordOutcome::Stale);
        }
        let (person, user) = (&visitor.person, visitor.user());
        let email = person.email.as_deref().unwrap_or_default();
        let password = match new_passwords::accept(at, email, typed, visitor.password_policy()) {
            Ok(password) => password,
            Err(refusal) => return Ok(PasswordOutcome::Refused(refusal)),
        };
        let phc = self.passwords.place(at.id())?.hash(at, password, self.ambient.bytes()?).await?;
        let now = self.ambient.now();
        let index = person.email_index.unwrap_or_default();
        let owner = PasswordOwner { user, key: &person.key, email_index: &index };
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(PasswordOutcome::Stale) };
        self.store_new_password(&mut tx, at, &owner, &phc).await?;
        let (reason, actor) = (SessionEnd::PasswordChanged, Actor::User(user));
        Ending { ambient: &self.ambient, at, reason, actor }.end_everywhere_but(&mut tx, &visitor.session).await?;
        let proof = Proof { kind: ProofKind::Password, user, at: now };
        let Some(cookie) = self.strengthen_visit(&mut tx, at, visitor, &[proof]).await? else {
            return Ok(PasswordOutcome::Stale);
        };
        if person.email_verified_at.is_some() {
            self.mail(&mut tx, at, MailPurpose::PasswordChanged, user, &from.locale).await?;
        }
        tx.commit().await?;
        Ok(PasswordOutcome::Changed { cookie })
    }
}
