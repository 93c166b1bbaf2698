//! Who stands at an account page.
//!
//! A page is about one session of the browser: the one chosen there, else the only one. Whether it may be shown is
//! asked of the journey engine (`next`), with the page's own demand on top; where something is missing a journey
//! begins that leads back to the page.

use std::sync::Arc;

use portreeve_crypto::{SecretText, hex, hmac_sha256};
use portreeve_domain::journey::{Facts, Step, Subject};
use portreeve_domain::{Fault, JourneyId, Proof, ProofKind, Session, UserId, lifetimes};
use portreeve_oidc::authorization::{Accepted, PageRequest};
use portreeve_oidc::paths;
use portreeve_storage::{Conn, Tx, recovery_codes, sessions, users};

use super::Factors;
use super::draft::Draft;
use super::factors;
use crate::authorize::{Progress, requirements};
use crate::browsers::{self, Browser};
use crate::directory::TenantDirectory;
use crate::journeys::Journey;
use crate::people::{self, Person};
use crate::stored_facts::StoredFacts;
use crate::{Issuer, login};

/// How freshly a person must have signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// With every factor they have, whenever that was.
    SignedIn,
    /// With every factor they have, within the last five minutes.
    Fresh,
}

/// What coming to a page led to.
pub enum Visit {
    /// The page may be shown, and its form taken.
    Here(Box<Visitor>),
    /// Something is missing: a journey leads back to the page.
    Away(Progress),
}

/// A person at an account page.
pub struct Visitor {
    /// Who.
    pub person: Person,
    /// The session that the page is about.
    pub session: Session,
    /// What the person signs in with.
    pub factors: Factors,
    /// How many accounts are signed in at this browser.
    pub accounts: usize,
    pub(crate) browser: Browser,
}

impl Visitor {
    /// Who.
    pub(crate) fn user(&self) -> UserId {
        self.person.id
    }
}

impl Issuer {
    /// Lets the browser with this cookie see the page at `page`, a path below the issuer.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn visit(
        &self,
        at: &Arc<TenantDirectory>,
        cookie: Option<&str>,
        page: &str,
        need: Need,
    ) -> Result<Visit, Fault> {
        let mut request = PageRequest {
            page: format!("{}{page}", at.issuer),
            person: None,
            max_age: (need == Need::Fresh).then_some(lifetimes::FRESH),
            chooses_account: false,
        };
        if let Some(browser) = self.recognize_browser(at, cookie).await? {
            let mut conn = self.store.read(at.id()).await?;
            let live = browsers::live_sessions(&mut conn, &self.ambient, at, browser.id).await?;
            let accounts = live.len();
            if let Some(session) = meant(live, &browser) {
                request.person = Some(session.user);
                let is_welcome = self.is_welcome(&mut conn, at, &browser, &session, &request).await?;
                let person = people::find(&mut conn, at, session.user).await?;
                if let (true, Some(person)) = (is_welcome, person.filter(|person| person.disabled_at.is_none())) {
                    let factors = factors::of(&mut conn, at, person.id).await?;
                    drop(conn);
                    self.touch(at, &session).await?;
                    return Ok(Visit::Here(Box::new(Visitor { person, session, factors, accounts, browser })));
                }
            }
        }
        self.authorize(at, Accepted::of_page(request), cookie).await.map(Visit::Away)
    }

    /// Begins the journey on which the person chooses whose account page to see.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn choose_visited_account(
        &self,
        at: &Arc<TenantDirectory>,
        cookie: Option<&str>,
    ) -> Result<Progress, Fault> {
        let page = format!("{}{}", at.issuer, paths::ACCOUNT);
        let request = PageRequest { page, person: None, max_age: None, chooses_account: true };
        self.authorize(at, Accepted::of_page(request), cookie).await
    }

    /// The token of a form on an account page: bound to browser, session and page, so that a form of one account is never
    /// taken for another's (S-014).
    pub fn account_form_token(&self, at: &TenantDirectory, visitor: &Visitor, page: &str) -> String {
        let session = visitor.session.id.as_i64().to_be_bytes();
        let parts: [&[u8]; 4] = [b"account", &visitor.browser.secret_hash, &session, page.as_bytes()];
        hex(&hmac_sha256(at.keys.forms.expose(), &parts))
    }

    /// Whose a form on an account page is, in a word of 64 hexadecimal digits: the same in every session of the person, whose id it
    /// does not tell. What was typed into a form whose token is no longer good is shown again to that person and to nobody else.
    pub fn account_form_owner(&self, at: &TenantDirectory, visitor: &Visitor) -> String {
        let user = visitor.user();
        let parts: [&[u8]; 2] = [b"account form of", user.as_bytes()];
        hex(&hmac_sha256(at.keys.forms.expose(), &parts))
    }

    /// Whether nothing of what the page asks is missing.
    async fn is_welcome(
        &self,
        conn: &mut Conn,
        at: &Arc<TenantDirectory>,
        browser: &Browser,
        session: &Session,
        request: &PageRequest,
    ) -> Result<bool, Fault> {
        let (request, started_at) = (Accepted::of_page(request.clone()), self.ambient.now());
        let client = at.began_by(&request.client_id).cloned();
        let client = client.ok_or_else(|| Fault::impossible("our own pages are unknown"))?;
        let facts = Facts { user: Some(session.user), session: Some(session.id), ..Facts::default() };
        let journey = Journey {
            id: JourneyId::new(0),
            browser: Some(browser.clone()),
            version: 0,
            requirements: requirements(at, &client, &request, Some(Subject::Person(session.user)), started_at),
            stored: StoredFacts { facts, ..StoredFacts::default() },
            started_at,
            client,
            request,
        };
        Ok(self.step_of(conn, at, &journey).await? == Step::Done)
    }

    async fn touch(&self, at: &TenantDirectory, session: &Session) -> Result<(), Fault> {
        let now = self.ambient.now();
        if !session.needs_touch(now) {
            return Ok(());
        }
        let mut tx = self.store.begin(at.id()).await?;
        sessions::touch(&mut tx, at.id(), session.id, now).await?;
        tx.commit().await
    }

    /// Begins what the visitor does with a form of theirs, with their account held; `None` when their session has ended since the page
    /// was opened: nothing is done then. Every use case of these pages that writes begins here.
    pub(crate) async fn begin_for(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Option<Tx>, Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        Ok(self.hold_visit(&mut tx, at, visitor).await?.then_some(tx))
    }

    /// Holds the visitor's account, so that nobody is shut out of it before the transaction ends; false when their session has ended
    /// already, or the account is gone.
    ///
    /// Whoever was shut out while their form waited, for a password thread or for another transaction, does nothing any more (S-090,
    /// S-094, S-097). The account is held before anything else is written, here as by whoever ends its sessions: two that took their
    /// rows in another order would wait for one another.
    pub(super) async fn hold_visit(&self, tx: &mut Tx, at: &TenantDirectory, visitor: &Visitor) -> Result<bool, Fault> {
        Ok(users::hold(tx, at.id(), visitor.user()).await? && is_still_here(tx, at, visitor).await?)
    }

    /// Ends the adding of a factor: whoever has no recovery codes gets some, to be shown next, and the session has one proof more.
    /// Gives the browser's new cookie; `None` when another tab was faster.
    pub(super) async fn factor_added(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        visitor: &Visitor,
        kind: ProofKind,
    ) -> Result<Option<SecretText>, Fault> {
        let user = visitor.user();
        if recovery_codes::left(tx, at.id(), user).await? == 0 {
            let codes = self.new_recovery_codes(tx, at, user).await?;
            self.keep_draft(tx, at, visitor.session.id, &Draft::RecoveryCodes(codes)).await?;
        }
        self.strengthen_visit(tx, at, visitor, &[Proof { kind, user, at: self.ambient.now() }]).await
    }

    /// Adds proofs given on an account page to its session; the browser's cookie changes as at every sign-in (S-092).
    /// `None` when another tab was faster, or the session is another by now: the caller drops the transaction.
    pub(crate) async fn strengthen_visit(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        visitor: &Visitor,
        proofs: &[Proof],
    ) -> Result<Option<SecretText>, Fault> {
        let done = login::complete(tx, &self.ambient, at, &visitor.browser, visitor.user(), proofs).await?;
        let done = done.filter(|done| done.session.id == visitor.session.id);
        Ok(done.and_then(|done| done.browser.cookie))
    }
}

/// Whether the session of a visitor has not ended; also for what is counted before a transaction begins.
pub(super) async fn is_still_here(conn: &mut Conn, at: &TenantDirectory, visitor: &Visitor) -> Result<bool, Fault> {
    let session = sessions::find(conn, at.id(), visitor.session.id).await?;
    Ok(session.is_some_and(|session| session.ended_at.is_none()))
}

/// The session that the account pages of a browser are about: the one chosen there, else the only one.
fn meant(live: Vec<Session>, browser: &Browser) -> Option<Session> {
    match <[Session; 1]>::try_from(live) {
        Ok([only]) => Some(only),
        Err(several) => several.into_iter().find(|session| Some(session.id) == browser.account_session),
    }
}
