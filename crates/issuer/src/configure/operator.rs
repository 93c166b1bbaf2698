//! What the command line does to one person, one client or one key.
//!
//! Owns these use cases, each one transaction with its event. Leaves printing, and reading a password, to the caller.

use std::sync::Arc;

use portreeve_crypto::SecretText;
use portreeve_domain::{
    Actor, ClientId, ClientSecret, Email, Event, EventType, Failure, Fault, LinkPurpose, PersonClaims, SecretKeeping,
    SessionEnd,
};
use portreeve_storage::{clients, directory_versions, users};

use super::resources::PasswordSource;
use super::{credentials, execute, users as user_rules};
use crate::directory::TenantDirectory;
use crate::people::{self, NewPerson, Person};
use crate::{Issuer, audit, client_secrets};

/// Why an operator's command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorRefusal {
    /// There is no such person.
    NoSuchUser,
    /// There is no such client.
    NoSuchClient,
    /// The address has an account already.
    AddressTaken,
    /// The text is not an address we can use.
    NotAnAddress,
    /// The password may not be set; the reason in words.
    PasswordRefused(String),
    /// The client authenticates without a secret.
    ClientWithoutSecret,
    /// The client holds two secrets of one age: neither is the former one.
    AlreadyRotating,
    /// The account is switched off: no link would work.
    AccountDisabled,
    /// The tenant has no passwords: none can be set, by the operator or by a link.
    WithoutPasswords,
    /// The client does not say where a sign-in at it starts, is switched off, or nobody answers for it.
    SignInNotStartedThere,
    /// An invitation stands for an hour to 30 days.
    InvitationTime,
    /// The address has no invitation.
    NoSuchInvitation,
}

/// What becomes of the secrets a client holds when it gets a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormerSecrets {
    /// The newest works beside the new one until a resource file or another rotation ends it; an older one ends.
    Keep,
    /// All end at once: one of them leaked.
    End,
}

/// A client's new secret, before it counts.
pub struct SecretRotation {
    /// The secret: the only time it is seen.
    pub secret: SecretText,
    /// How many former secrets go on working: none or one.
    pub kept: usize,
    /// How many former secrets end.
    pub ended: usize,
    client: ClientId,
    /// Everything that the client holds afterwards.
    held: Vec<ClientSecret>,
}

/// An account to be made.
pub struct NewAccount {
    /// The address as typed.
    pub email: String,
    /// The password; `None` for an account whose owner sets one by a link.
    pub password: Option<SecretText>,
    /// Whether the address counts as proven.
    pub email_verified: bool,
    /// Whether the person administers the tenant.
    pub is_admin: bool,
}

/// Whether an account or client is in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountSwitch {
    /// It is.
    On,
    /// It is not: nothing is issued to it, and a person is signed out everywhere.
    Off,
}

pub(super) type Outcome<T> = Result<T, Failure<OperatorRefusal>>;

impl Issuer {
    /// Every person of a tenant, in no particular order.
    ///
    /// # Errors
    /// A fault when the database is away or something stored does not open.
    pub async fn list_people(&self, at: &TenantDirectory) -> Result<Vec<Person>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = users::list(&mut conn, at.id(), after).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = Some(last.id);
            for row in page {
                all.extend(people::open(&mut conn, at, row).await?);
            }
        }
    }

    /// Makes an account.
    ///
    /// # Errors
    /// `NotAnAddress`, `AddressTaken`, `PasswordRefused`, `WithoutPasswords`; a fault when the database is away.
    pub async fn add_account(&self, at: &Arc<TenantDirectory>, account: &NewAccount) -> Outcome<()> {
        let email = Email::parse(&account.email).map_err(|_| Failure::Refused(OperatorRefusal::NotAnAddress))?;
        if self.person_at(at, &email).await?.is_some() {
            return Err(Failure::Refused(OperatorRefusal::AddressTaken));
        }
        let hash = match &account.password {
            Some(typed) => Some(self.accepted_password(at, &account.email, typed).await?),
            None => None,
        };
        let now = self.ambient.now();
        let new = NewPerson {
            email: account.email.trim(),
            email_verified_at: account.email_verified.then_some(now),
            claims: PersonClaims::default(),
            is_admin: account.is_admin,
        };
        let mut tx = self.store.begin(at.id()).await?;
        let person = execute::insert_person(self, &mut tx, at, &new).await?;
        let event = Event::new(EventType::UserCreated, now, Actor::Operator).about(person.id);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        if let Some(hash) = &hash {
            credentials::set_password(self, &mut tx, at, &person, hash).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Makes a link by which the person at `email` sets a password, and returns its address; every older one of the account
    /// dies. It works once and for half an hour, proves no address and signs nobody in. Commits.
    ///
    /// # Errors
    /// `WithoutPasswords`, `NoSuchUser`, `NotAnAddress`, `AccountDisabled`; a fault when the database is away.
    pub async fn account_setup_link(&self, at: &TenantDirectory, email: &str) -> Outcome<SecretText> {
        if at.tenant.settings.is_passwordless() {
            return Err(Failure::Refused(OperatorRefusal::WithoutPasswords));
        }
        let person = self.account(at, email).await?;
        if person.disabled_at.is_some() {
            return Err(Failure::Refused(OperatorRefusal::AccountDisabled));
        }
        let index = person.email_index.ok_or_else(|| Fault::impossible("an account found by its address has none"))?;
        let link = self.mint_link(at, LinkPurpose::AccountSetup, person.id, index).await?;
        Ok(SecretText::new(format!("{}/link/{}", at.issuer, link.expose())))
    }

    /// Sets a person's password and signs them out everywhere.
    ///
    /// # Errors
    /// `NoSuchUser`, `NotAnAddress`, `PasswordRefused`, `WithoutPasswords`; a fault when the database is away.
    pub async fn set_account_password(
        &self,
        at: &Arc<TenantDirectory>,
        email: &str,
        typed: &SecretText,
    ) -> Outcome<()> {
        let person = self.account(at, email).await?;
        let hash = self.accepted_password(at, email, typed).await?;
        let mut tx = self.store.begin(at.id()).await?;
        // What the person does on their pages comes before or after this, and ends with it or does not happen.
        users::hold(&mut tx, at.id(), person.id).await?;
        credentials::change_password(self, &mut tx, at, &person, &hash).await?;
        Ok(tx.commit().await?)
    }

    /// Switches a person's account on or off.
    ///
    /// # Errors
    /// `NoSuchUser`, `NotAnAddress`; a fault when the database is away.
    pub async fn switch_account(&self, at: &TenantDirectory, email: &str, to: AccountSwitch) -> Outcome<()> {
        let person = self.account(at, email).await?;
        let now = self.ambient.now();
        let (disabled_at, kind) = match to {
            AccountSwitch::On => (None, EventType::UserEnabled),
            AccountSwitch::Off => (Some(now), EventType::UserDisabled),
        };
        let mut tx = self.store.begin(at.id()).await?;
        users::disable(&mut tx, at.id(), person.id, disabled_at).await?;
        let event = Event::new(kind, now, Actor::Operator).about(person.id);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        if to == AccountSwitch::Off {
            credentials::sign_out_everywhere(self, &mut tx, at, &person, SessionEnd::Revoked).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Switches a client on or off.
    ///
    /// # Errors
    /// `NoSuchClient`; a fault when the database is away.
    pub async fn switch_client(&self, at: &TenantDirectory, id: &ClientId, to: AccountSwitch) -> Outcome<()> {
        let now = self.ambient.now();
        let (disabled_at, kind) = match to {
            AccountSwitch::On => (None, EventType::ClientEnabled),
            AccountSwitch::Off => (Some(now), EventType::ClientDisabled),
        };
        let mut tx = self.store.begin(at.id()).await?;
        if !clients::disable(&mut tx, at.id(), id, disabled_at).await? {
            return Err(Failure::Refused(OperatorRefusal::NoSuchClient));
        }
        let event = Event::new(kind, now, Actor::Operator).with_client(id);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        directory_versions::bump(&mut tx, at.id()).await?;
        Ok(tx.commit().await?)
    }

    /// Makes a new secret for a client; changes nothing yet. Whoever is to see it sees it before it counts: one that nobody has seen
    /// would end one that is in use.
    ///
    /// # Errors
    /// `NoSuchClient`, `ClientWithoutSecret`, `AlreadyRotating`; a fault when the operating system gives no randomness.
    pub fn prepare_secret_rotation(
        &self,
        at: &TenantDirectory,
        id: &ClientId,
        former: FormerSecrets,
    ) -> Outcome<SecretRotation> {
        let client = at.client(id).ok_or(Failure::Refused(OperatorRefusal::NoSuchClient))?;
        let keeping = client.metadata.token_endpoint_auth_method.secrets();
        if keeping == SecretKeeping::Nothing {
            return Err(Failure::Refused(OperatorRefusal::ClientWithoutSecret));
        }
        let kept = match former {
            FormerSecrets::End => None,
            FormerSecrets::Keep => newest(&client.secrets)?,
        };
        let secret = self.new_client_secret()?;
        let new = client_secrets::prepare(&self.ambient, at, &secret, keeping)?;
        let held: Vec<_> = kept.cloned().into_iter().chain([new]).collect();
        let kept = kept.iter().count();
        let ended = client.secrets.len().saturating_sub(kept);
        Ok(SecretRotation { secret, kept, ended, client: id.clone(), held })
    }

    /// Gives a client the secret that was prepared. Commits.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn rotate_client_secret(&self, at: &TenantDirectory, rotation: &SecretRotation) -> Result<(), Fault> {
        let (id, now) = (&rotation.client, self.ambient.now());
        let mut tx = self.store.begin(at.id()).await?;
        client_secrets::replace(&mut tx, at.id(), id, &rotation.held, now).await?;
        let event = Event::new(EventType::ClientUpdated, now, Actor::Operator).with_client(id);
        let event = event.with("fields", ["client_secret"]);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        directory_versions::bump(&mut tx, at.id()).await?;
        tx.commit().await
    }

    /// A new client secret: 256 random bits as 43 characters of base64url.
    ///
    /// # Errors
    /// A fault when the operating system gives no randomness.
    pub fn new_client_secret(&self) -> Result<SecretText, Fault> {
        // A key's text form is exactly that: 32 random bytes in base64url without padding.
        let key = portreeve_crypto::KeyEncryptionKey::generate(self.ambient.random()).map_err(Fault::new)?;
        Ok(key.to_text())
    }

    async fn person_at(&self, at: &TenantDirectory, email: &Email) -> Result<Option<Person>, Fault> {
        people::find_by_email(&mut self.store.read(at.id()).await?, at, email).await
    }

    async fn account(&self, at: &TenantDirectory, email: &str) -> Outcome<Person> {
        let email = Email::parse(email).map_err(|_| Failure::Refused(OperatorRefusal::NotAnAddress))?;
        self.person_at(at, &email).await?.ok_or(Failure::Refused(OperatorRefusal::NoSuchUser))
    }

    async fn accepted_password(
        &self,
        at: &Arc<TenantDirectory>,
        email: &str,
        typed: &SecretText,
    ) -> Outcome<credentials::HashedPassword> {
        if at.tenant.settings.is_passwordless() {
            return Err(Failure::Refused(OperatorRefusal::WithoutPasswords));
        }
        if let Some(violation) = user_rules::violation(typed.expose(), email, &at.tenant.slug) {
            return Err(Failure::Refused(OperatorRefusal::PasswordRefused(violation)));
        }
        let source = PasswordSource::Text(SecretText::new(typed.expose().to_owned()));
        Ok(credentials::hash(self, at, &source).await?)
    }
}

/// The secret that was added last; `None` when there is none.
///
/// Two of one age were added together: which of them is in use only the application knows, and ending the wrong one would
/// lock it out.
fn newest(secrets: &[ClientSecret]) -> Outcome<Option<&ClientSecret>> {
    let Some(newest) = secrets.iter().max_by_key(|secret| secret.created_at) else { return Ok(None) };
    let as_new = secrets.iter().filter(|secret| secret.created_at == newest.created_at);
    if as_new.count() > 1 {
        return Err(Failure::Refused(OperatorRefusal::AlreadyRotating));
    }
    Ok(Some(newest))
}
