//! Credentials that an operator sets: passwords and authenticator apps.
//!
//! Owns what goes with such a change: sessions, refresh tokens and mailed links of the account end (SECURITY rule 26).
//! Leaves the policy to `users` and hashing to the password threads.

use std::sync::Arc;

use portreeve_authenticators::{Password, TotpSecret};
use portreeve_crypto::SecretText;
use portreeve_domain::{Actor, Event, EventType, Fault, LinkPurpose, SessionEnd};
use portreeve_storage::{Tx, mailed_links, password_credentials, totp_credentials};

use super::resources::PasswordSource;
use crate::directory::TenantDirectory;
use crate::people::{Person, place};
use crate::session_end::Ending;
use crate::{Issuer, audit};

/// A password ready to be stored, as a PHC string.
pub(super) struct HashedPassword(String);

/// Hashes a password, or takes a hash from elsewhere as it is. Nothing may be open in the database meanwhile.
pub(super) async fn hash(
    issuer: &Issuer,
    at: &Arc<TenantDirectory>,
    source: &PasswordSource,
) -> Result<HashedPassword, Fault> {
    match source {
        PasswordSource::Hash(phc) => Ok(HashedPassword(phc.clone())),
        PasswordSource::Text(text) => {
            let password = Password::prepare(text.expose()).map_err(Fault::new)?;
            issuer.passwords.place(at.id())?.hash(at, password, issuer.ambient.bytes()?).await.map(HashedPassword)
        }
    }
}

/// Sets the password of a new account.
pub(super) async fn set_password(
    issuer: &Issuer,
    tx: &mut Tx,
    at: &TenantDirectory,
    person: &Person,
    hash: &HashedPassword,
) -> Result<(), Fault> {
    let place = place("password_credentials", "phc_sealed", at.id(), &person.id);
    let sealed = person.key.seal(issuer.ambient.random(), &place, hash.0.as_bytes()).map_err(Fault::new)?;
    let now = issuer.ambient.now();
    password_credentials::set(tx, at.id(), person.id, &sealed, now).await?;
    let event = Event::new(EventType::PasswordChanged, now, Actor::Operator).about(person.id);
    audit::record(tx, &issuer.ambient, at, event).await
}

/// Changes the password of an account: whoever knew the old one is signed out everywhere.
pub(super) async fn change_password(
    issuer: &Issuer,
    tx: &mut Tx,
    at: &TenantDirectory,
    person: &Person,
    hash: &HashedPassword,
) -> Result<(), Fault> {
    set_password(issuer, tx, at, person, hash).await?;
    let reason = SessionEnd::PasswordChanged;
    for purpose in [LinkPurpose::PasswordReset, LinkPurpose::AccountSetup] {
        mailed_links::retire(tx, at.id(), person.id, purpose, issuer.ambient.now()).await?;
    }
    issuer.end_email_wish(tx, at, person.id, Actor::Operator).await?;
    sign_out_everywhere(issuer, tx, at, person, reason).await
}

/// Ends every session and token family of a person.
pub(super) async fn sign_out_everywhere(
    issuer: &Issuer,
    tx: &mut Tx,
    at: &TenantDirectory,
    person: &Person,
    reason: SessionEnd,
) -> Result<(), Fault> {
    Ending { ambient: &issuer.ambient, at, reason, actor: Actor::Operator }.end_everywhere(tx, person.id).await
}

/// Enrols an authenticator app by its shared secret, in the place of one there may be.
pub(super) async fn set_totp(
    issuer: &Issuer,
    tx: &mut Tx,
    at: &TenantDirectory,
    person: &Person,
    secret: &SecretText,
) -> Result<(), Fault> {
    let secret = TotpSecret::from_base32(secret.expose())
        .ok_or_else(|| Fault::impossible("an unchecked authenticator secret reached the store"))?;
    let place = place("totp_credentials", "secret_sealed", at.id(), &person.id);
    let sealed = person.key.seal(issuer.ambient.random(), &place, secret.expose()).map_err(Fault::new)?;
    let now = issuer.ambient.now();
    if totp_credentials::delete(tx, at.id(), person.id).await? {
        let event = Event::new(EventType::TotpRemoved, now, Actor::Operator).about(person.id);
        audit::record(tx, &issuer.ambient, at, event).await?;
    }
    // No code was shown yet, so every time step after the first is still to be taken.
    totp_credentials::insert(tx, at.id(), person.id, &sealed, 0, now).await?;
    let event = Event::new(EventType::TotpEnrolled, now, Actor::Operator).about(person.id);
    audit::record(tx, &issuer.ambient, at, event).await
}
