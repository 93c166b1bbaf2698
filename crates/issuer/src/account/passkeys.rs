//! The passkeys of an account: listed, added, named, removed.
//!
//! The caller has seen to a sign-in of the last five minutes with every factor there is (`Need::Fresh`; S-080, S-097). A new
//! passkey proves itself by the answer to its question; one that is removed leaves another way in (S-098). Leaves the
//! ceremonies to `authenticators`. Web Authentication Level 3 §7.1.

use portreeve_crypto::{SecretText, hex, hmac_sha256};
use portreeve_domain::{Actor, Event, EventType, Fault, MailPurpose, Timestamp};
use portreeve_storage::passkeys::{self as rows, PasskeyRow};
use portreeve_storage::{Conn, account_drafts, recovery_codes};

use super::draft::{Draft, StoredDraft};
use super::factors;
use super::{Removal, Visitor};
use crate::directory::TenantDirectory;
use crate::journeys::{PasskeyProblem, PostedFrom};
use crate::{Issuer, audit, passkeys};

/// The longest name of a passkey, in characters.
const MAX_NAME: usize = 64;
/// How many bytes of a hash name a passkey in forms.
const CHOICE_BYTES: usize = 16;

/// A passkey as its owner sees it.
pub struct OwnPasskey {
    /// What the form posts.
    pub value: String,
    /// What the person calls it; empty when it has no name.
    pub name: String,
    /// When it was added.
    pub since: Timestamp,
    /// When it was last used to sign in; `None` for never.
    pub last_used_at: Option<Timestamp>,
    /// Whether it is copied to other devices, as of its last use.
    pub backed_up: bool,
}

/// The passkeys of an account.
pub struct OwnPasskeys {
    /// Oldest first.
    pub passkeys: Vec<OwnPasskey>,
    /// What tells a browser which these are, JSON (§5.1.10.2).
    pub accepted: String,
}

/// What the answer to the question for a new passkey led to.
pub enum PasskeyOutcome {
    /// It is added.
    Added {
        /// The browser's new cookie.
        cookie: SecretText,
    },
    /// It was not accepted.
    Refused(PasskeyProblem),
    /// There is no question any more, the session has ended, or another tab was faster: nothing was done.
    Stale,
}

/// What giving a passkey another name led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// It has the name.
    Saved,
    /// The name is longer than this.
    TooLong {
        /// 64 characters.
        maximum: usize,
    },
    /// The account has no such passkey, or the session has ended: nothing was done.
    Stale,
}

impl Issuer {
    /// The passkeys of the visitor; `None` where nobody can sign in with one.
    ///
    /// # Errors
    /// A fault when the database is away or something does not open.
    pub async fn own_passkeys(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Option<OwnPasskeys>, Fault> {
        let Some(site) = &at.passkeys else { return Ok(None) };
        let person = &visitor.person;
        let mut conn = self.store.read(at.id()).await?;
        let mut own = Vec::new();
        for row in rows::of_user(&mut conn, at.id(), person.id).await? {
            own.push(OwnPasskey {
                value: choice(at, &row.index),
                name: passkeys::name(at, person, &row)?,
                since: row.created_at,
                last_used_at: row.last_used_at,
                backed_up: row.backed_up,
            });
        }
        let ids = passkeys::credential_ids(&mut conn, at, person).await?;
        Ok(Some(OwnPasskeys { passkeys: own, accepted: site.accepted(passkeys::handle(at, person.id), &ids) }))
    }

    /// What the browser is asked to make a new passkey for the visitor, JSON, asked now if need be; `None` while recovery codes
    /// wait to be saved, where nobody can sign in with a passkey, and when the session has ended.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn passkey_setup(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Option<String>, Fault> {
        let Some(site) = &at.passkeys else { return Ok(None) };
        let mut conn = self.store.read(at.id()).await?;
        match self.begun(&mut conn, at, visitor).await?.map(|begun| begun.draft) {
            Some(Draft::RecoveryCodes(_)) => return Ok(None),
            Some(Draft::Passkey(asked)) if asked.leaves_time(self.ambient.now()) => return Ok(Some(asked.options)),
            _ => {}
        }
        let asked = self.ask_for_new_passkey(&mut conn, at, site, &visitor.person).await?;
        drop(conn);
        let options = asked.options.clone();
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(None) };
        self.keep_draft(&mut tx, at, visitor.session.id, &Draft::Passkey(asked)).await?;
        tx.commit().await?;
        Ok(Some(options))
    }

    /// Takes the browser's answer; the question is used up by it. The owner is told by mail, and who has no recovery codes gets
    /// some.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn set_up_passkey(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        answer: &str,
        from: &PostedFrom,
    ) -> Result<PasskeyOutcome, Fault> {
        let Some(site) = &at.passkeys else { return Ok(PasskeyOutcome::Stale) };
        let (now, session) = (self.ambient.now(), visitor.session.id);
        let begun = self.begun(&mut self.store.read(at.id()).await?, at, visitor).await?;
        let Some(StoredDraft { draft: Draft::Passkey(asked), sealed }) = begun else {
            return Ok(PasskeyOutcome::Stale);
        };
        let made = match asked.is_open(now) {
            true => site.finish_registration(&asked.state, answer).map_err(PasskeyProblem::from),
            false => Err(PasskeyProblem::Expired),
        };
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(PasskeyOutcome::Stale) };
        if !account_drafts::take(&mut tx, at.id(), session, &sealed, now).await? {
            return Ok(PasskeyOutcome::Stale);
        }
        let added = match &made {
            Ok(new) => self.add_passkey(&mut tx, at, &visitor.person, new, &from.locale).await?.map(|_| new.attested),
            Err(_) => None,
        };
        let Some(attested) = added else {
            tx.commit().await?;
            return Ok(PasskeyOutcome::Refused(made.err().unwrap_or(PasskeyProblem::NotAdded)));
        };
        let Some(cookie) = self.factor_added(&mut tx, at, visitor, passkeys::proof_kind(attested)).await? else {
            return Ok(PasskeyOutcome::Stale);
        };
        tx.commit().await?;
        Ok(PasskeyOutcome::Added { cookie })
    }

    /// Gives the passkey that `choice` names another name; an empty one takes its name away.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn rename_passkey(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        choice: &str,
        typed: &str,
    ) -> Result<Naming, Fault> {
        let name: String = typed.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if name.chars().count() > MAX_NAME {
            return Ok(Naming::TooLong { maximum: MAX_NAME });
        }
        let user = visitor.user();
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(Naming::Stale) };
        let Some(row) = chosen(&mut tx, at, visitor, choice).await? else { return Ok(Naming::Stale) };
        let sealed = passkeys::seal_name(&self.ambient, at, &visitor.person, &row.index, &name)?;
        if !rows::rename(&mut tx, at.id(), user, &row.index, &sealed).await? {
            return Ok(Naming::Stale);
        }
        let event = Event::new(EventType::PasskeyRenamed, self.ambient.now(), Actor::User(user)).about(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        Ok(Naming::Saved)
    }

    /// Removes the passkey that `choice` names; with the last second factor go the recovery codes. The owner is told by mail.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn remove_passkey(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        choice: &str,
        from: &PostedFrom,
    ) -> Result<Removal, Fault> {
        let (user, now) = (visitor.user(), self.ambient.now());
        // Two removals at once must not take the last two ways in.
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(Removal::Stale) };
        let Some(row) = chosen(&mut tx, at, visitor, choice).await? else { return Ok(Removal::Stale) };
        if !factors::of(&mut tx, at, user).await?.may_remove_passkey() {
            return Ok(Removal::Needed);
        }
        if !rows::remove(&mut tx, at.id(), user, &row.index, now).await? {
            return Ok(Removal::Stale);
        }
        if !factors::of(&mut tx, at, user).await?.has_second_factor() {
            recovery_codes::replace(&mut tx, at.id(), user, &[], now).await?;
        }
        let event = Event::new(EventType::PasskeyRemoved, now, Actor::User(user)).about(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        self.mail(&mut tx, at, MailPurpose::PasskeyRemoved, user, &from.locale).await?;
        tx.commit().await?;
        Ok(Removal::Removed)
    }
}

/// The passkey of the visitor that `choice` names; whatever is posted, it is one of theirs or none.
async fn chosen(
    conn: &mut Conn,
    at: &TenantDirectory,
    visitor: &Visitor,
    named: &str,
) -> Result<Option<PasskeyRow>, Fault> {
    let own = rows::of_user(conn, at.id(), visitor.user()).await?;
    Ok(own.into_iter().find(|row| choice(at, &row.index) == named))
}

/// What names a passkey in forms: of no use elsewhere, unlike the index of its row.
fn choice(at: &TenantDirectory, index: &[u8; 32]) -> String {
    let mac = hmac_sha256(at.keys.forms.expose(), &[b"passkey", index]);
    hex(mac.get(..CHOICE_BYTES).unwrap_or_default())
}
