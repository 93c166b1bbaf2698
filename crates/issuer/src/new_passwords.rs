//! New passwords that people choose: at registration and by a mailed link.
//!
//! Owns what is told about a password that may not be set, and everything that ends with the old one: sessions, refresh
//! tokens, links, failures (SECURITY rule 26). Leaves the policy to `authenticators` and hashing to the password threads.

use portreeve_authenticators::{Password, PasswordPolicy, PasswordRefused, PolicyViolation};
use portreeve_crypto::SealingKey;
use portreeve_domain::{Actor, Event, EventType, Fault, SessionEnd, UserId};
use portreeve_storage::{Tx, factor_failures, password_credentials};

use crate::directory::TenantDirectory;
use crate::journeys::{EMAIL_CODE_FACTOR, PASSWORD_FACTOR, account_key, password_mark, password_place};
use crate::session_end::Ending;
use crate::{Issuer, audit};

/// Bytes of UTF-8 that are read at all; the policy's own limit is in characters.
const MAX_CHARACTERS: usize = 256;

/// Why a new password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordRefusal {
    /// Nothing was typed.
    Missing,
    /// Fewer characters than this.
    TooShort {
        /// 15, or 8 for an account with a second factor.
        minimum: usize,
    },
    /// More characters than this.
    TooLong {
        /// 256.
        maximum: usize,
    },
    /// One of those that are tried first: a common one, a repetition, or one with control characters.
    TooCommon,
    /// Little more than the address or the name of the service.
    Personal,
}

/// Prepares a new password for the account at `email` if it may be set.
///
/// # Errors
/// What the person is told.
pub(crate) fn accept(
    at: &TenantDirectory,
    email: &str,
    typed: &str,
    policy: PasswordPolicy,
) -> Result<Password, PasswordRefusal> {
    let password = Password::prepare(typed).map_err(|refused| match refused {
        PasswordRefused::Empty => PasswordRefusal::Missing,
        PasswordRefused::TooLong => PasswordRefusal::TooLong { maximum: MAX_CHARACTERS },
        PasswordRefused::ControlCharacter => PasswordRefusal::TooCommon,
    })?;
    let local_part = email.trim().split('@').next().unwrap_or_default();
    let context = [local_part, at.tenant.display_name(), &at.tenant.slug, "portreeve"];
    match policy.check(&password, &context) {
        Ok(()) => Ok(password),
        Err(PolicyViolation::TooShort { minimum }) => Err(PasswordRefusal::TooShort { minimum }),
        Err(PolicyViolation::TooLong { maximum }) => Err(PasswordRefusal::TooLong { maximum }),
        Err(PolicyViolation::Repetitive | PolicyViolation::Common) => Err(PasswordRefusal::TooCommon),
        Err(PolicyViolation::ContextWord) => Err(PasswordRefusal::Personal),
    }
}

/// An account whose password is set.
pub(crate) struct PasswordOwner<'a> {
    pub user: UserId,
    pub key: &'a SealingKey,
    pub email_index: &'a [u8; 32],
}

impl Issuer {
    /// Sets a password and returns its mark: every session and refresh token of the account ends, older links are dead,
    /// and failures with the former one are forgotten. Second factors stay.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn set_new_password(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        owner: &PasswordOwner<'_>,
        phc: &str,
    ) -> Result<[u8; 32], Fault> {
        let mark = self.store_new_password(tx, at, owner, phc).await?;
        let (reason, actor) = (SessionEnd::PasswordChanged, Actor::User(owner.user));
        Ending { ambient: &self.ambient, at, reason, actor }.end_everywhere(tx, owner.user).await?;
        Ok(mark)
    }

    /// As `set_new_password`, but sessions and refresh tokens are left to the caller.
    ///
    /// # Errors
    /// A fault when the database is away, or in a tenant without passwords: every door has turned back before.
    pub(crate) async fn store_new_password(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        owner: &PasswordOwner<'_>,
        phc: &str,
    ) -> Result<[u8; 32], Fault> {
        if at.tenant.settings.is_passwordless() {
            return Err(Fault::impossible("a new password where there are none"));
        }
        let (now, user) = (self.ambient.now(), owner.user);
        let place = password_place(at, &user);
        let sealed = owner.key.seal(self.ambient.random(), &place, phc.as_bytes()).map_err(Fault::new)?;
        password_credentials::set(tx, at.id(), user, &sealed, now).await?;
        let event = Event::new(EventType::PasswordChanged, now, Actor::User(user)).about(user);
        audit::record(tx, &self.ambient, at, event).await?;
        let counted_under = UserId::from_bytes(account_key(owner.email_index));
        factor_failures::clear(tx, at.id(), counted_under, PASSWORD_FACTOR).await?;
        // Whoever knew the former password has used up no tries of its owner's.
        factor_failures::clear(tx, at.id(), user, EMAIL_CODE_FACTOR).await?;
        self.retire_links(tx, at, user).await?;
        self.end_email_wish(tx, at, user, Actor::User(user)).await?;
        Ok(password_mark(&sealed))
    }
}
