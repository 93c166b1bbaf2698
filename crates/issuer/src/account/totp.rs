//! The authenticator app of an account: set up, replaced, removed.
//!
//! The caller has seen to a sign-in of the last five minutes with every factor there is (`Need::Fresh`), so nobody puts an
//! app over another's, or takes one away, with a password alone (S-080, S-097). The new app proves itself by its first
//! code before anything changes. RFC 6238.

use portreeve_authenticators::{TotpSecret, otpauth_uri, verify_totp};
use portreeve_crypto::{SecretBytes, SecretText};
use portreeve_domain::{Actor, Event, EventType, Fault, MailPurpose, ProofKind};
use portreeve_storage::totp_credentials::TotpRow;
use portreeve_storage::{Tx, account_drafts, recovery_codes, totp_credentials};

use super::draft::{Draft, StoredDraft};
use super::{Visitor, factors};
use crate::directory::TenantDirectory;
use crate::journeys::{PostedFrom, Problem, totp_place};
use crate::{Issuer, audit};

/// A new authenticator app on its page.
pub struct TotpSetup {
    /// The secret, base32.
    pub secret: String,
    /// `otpauth://…` for the QR code.
    pub uri: String,
}

/// What the first code of a new app led to.
pub enum TotpOutcome {
    /// The app is set up.
    Enrolled {
        /// The browser's new cookie.
        cookie: SecretText,
    },
    /// The code was not right.
    Refused(Problem),
    /// There is nothing to set up any more, the session has ended, or another tab was faster: nothing was done.
    Stale,
}

/// What asking to remove a way to sign in led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// Without it nobody could sign in any more, or not as the tenant demands (S-098).
    Needed,
    /// There was none, or the session has ended.
    Stale,
}

impl Issuer {
    /// The app that the visitor is setting up, begun now if need be; `None` while recovery codes wait to be saved, and when
    /// the session has ended.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn totp_setup(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Option<TotpSetup>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let begun = self.begun(&mut conn, at, visitor).await?;
        drop(conn);
        let secret = match begun.map(|begun| begun.draft) {
            Some(Draft::RecoveryCodes(_)) => return Ok(None),
            Some(Draft::Totp(secret)) => secret,
            Some(Draft::Passkey(_)) | None => {
                let secret = TotpSecret::new(&SecretBytes::new(self.ambient.bytes()?)).to_base32().expose().to_owned();
                let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(None) };
                self.keep_draft(&mut tx, at, visitor.session.id, &Draft::Totp(secret.clone())).await?;
                tx.commit().await?;
                secret
            }
        };
        let parsed = TotpSecret::from_base32(&secret).ok_or_else(|| Fault::impossible("a drafted secret is none"))?;
        let account = visitor.person.email.as_deref().unwrap_or_default();
        let uri = otpauth_uri(&parsed, at.tenant.display_name(), account).expose().to_owned();
        Ok(Some(TotpSetup { secret, uri }))
    }

    /// Takes the first code of the new app, which is in the place of the former one from now on. The owner is told by mail.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn set_up_totp(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<TotpOutcome, Fault> {
        let (user, now) = (visitor.user(), self.ambient.now());
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(TotpOutcome::Stale) };
        let Some(StoredDraft { draft: Draft::Totp(secret), sealed }) = self.begun(&mut tx, at, visitor).await? else {
            return Ok(TotpOutcome::Stale);
        };
        let secret = TotpSecret::from_base32(&secret).ok_or_else(|| Fault::impossible("a drafted secret is none"))?;
        let Some(step) = verify_totp(&secret, typed, now.as_seconds(), None) else {
            return Ok(TotpOutcome::Refused(Problem::WrongCode));
        };
        let place = totp_place(at, &user);
        let new = visitor.person.key.seal(self.ambient.random(), &place, secret.expose()).map_err(Fault::new)?;
        let new = TotpRow { secret_sealed: new, last_step: step, confirmed_at: now };
        if !account_drafts::take(&mut tx, at.id(), visitor.session.id, &sealed, now).await?
            || !self.put_totp(&mut tx, at, visitor, &new).await?
        {
            return Ok(TotpOutcome::Stale);
        }
        self.mail(&mut tx, at, MailPurpose::FactorAdded, user, &from.locale).await?;
        let Some(cookie) = self.factor_added(&mut tx, at, visitor, ProofKind::Totp).await? else {
            return Ok(TotpOutcome::Stale);
        };
        tx.commit().await?;
        Ok(TotpOutcome::Enrolled { cookie })
    }

    /// Removes the app, and the recovery codes when nothing is left that they stand in for. The owner is told by mail.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn remove_totp(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        from: &PostedFrom,
    ) -> Result<Removal, Fault> {
        let (user, now) = (visitor.user(), self.ambient.now());
        // Two removals at once must not take the last two ways in.
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(Removal::Stale) };
        let factors = factors::of(&mut tx, at, user).await?;
        if factors.totp_since.is_some() && !factors.may_remove_totp() {
            return Ok(Removal::Needed);
        }
        if !totp_credentials::delete(&mut tx, at.id(), user).await? {
            return Ok(Removal::Stale);
        }
        if !factors::of(&mut tx, at, user).await?.has_second_factor() {
            recovery_codes::replace(&mut tx, at.id(), user, &[], now).await?;
        }
        let event = Event::new(EventType::TotpRemoved, now, Actor::User(user)).about(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        self.mail(&mut tx, at, MailPurpose::FactorRemoved, user, &from.locale).await?;
        tx.commit().await?;
        Ok(Removal::Removed)
    }

    /// Puts a proven app where there was none, or in the place of the one that is there; false when another tab was faster.
    async fn put_totp(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        visitor: &Visitor,
        new: &TotpRow,
    ) -> Result<bool, Fault> {
        let (user, now) = (visitor.user(), new.confirmed_at);
        let former = totp_credentials::find(tx, at.id(), user).await?;
        let (kind, is_put) = match (former, visitor.factors.totp_since) {
            (None, None) => {
                let sealed = &new.secret_sealed;
                let is_put = totp_credentials::insert(tx, at.id(), user, sealed, new.last_step, now).await?;
                (EventType::TotpEnrolled, is_put)
            }
            (Some(former), Some(since)) if former.confirmed_at == since => {
                let is_put = totp_credentials::replace(tx, at.id(), user, &former.secret_sealed, new).await?;
                (EventType::TotpReplaced, is_put)
            }
            // What was proven was not the app that is there now.
            _ => return Ok(false),
        };
        if is_put {
            let event = Event::new(kind, now, Actor::User(user)).about(user);
            audit::record(tx, &self.ambient, at, event).await?;
        }
        Ok(is_put)
    }
}
