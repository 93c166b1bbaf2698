//! Authorization requests: answered at once when nothing is missing, otherwise a journey begins.
//!
//! Owns the first look at a request. A request that needs no page writes no journey; one with `prompt=none` never does.
//! Leaves parsing to `oidc::authorization` and the pages to `journeys`. OIDC Core §3.1.2; RFC 6749 §4.1.

use std::sync::Arc;

use portreeve_crypto::{SecretText, public_id};
use portreeve_domain::journey::{Condition, Facts, LevelRule, Requirement, Requirements, Source, Step, Subject};
use portreeve_domain::{
    Client, Fault, JourneyId, MfaPolicy, ResourceServer, Session, Strength, Timestamp, UserId, lifetimes,
};
use portreeve_oidc::Refusal;
use portreeve_oidc::authorization::{
    self, Accepted, Answer, Channel, Identified, Outside, Prompt, Redirectable, RejectedRequest, Rules,
};
use portreeve_oidc::scope_policy::Known;
use portreeve_storage::Tx;
use portreeve_storage::journeys::{self as journey_rows, JourneyRow};

use crate::Issuer;
use crate::authorization_response::{self, Addressee, Outcome};
use crate::browsers::{self, BoundBrowser, Browser};
use crate::demand::{self, Demand};
use crate::directory::TenantDirectory;
use crate::journeys::{Ended, Journey, Settled};
use crate::stored_facts::{StoredFacts, seal_facts, seal_request};

/// What journey ids in addresses begin with.
pub(crate) const JOURNEY_PREFIX: &str = "jrn_";

/// What a request or a form led to.
pub enum Progress {
    /// A page of a journey is next.
    Page {
        /// The journey's id as it stands in addresses.
        journey: String,
        /// Which page.
        step: Step,
        /// A new binding cookie, when the browser must be given one.
        cookie: Option<SecretText>,
    },
    /// The journey is over: the browser takes the answer to the client.
    Answer {
        /// Where it goes: a client, or our own pages.
        client: Arc<Client>,
        /// What it takes there, and how.
        answer: Answer,
        /// The languages that were asked for, best first.
        ui_locales: Vec<String>,
        /// A new binding cookie.
        cookie: Option<SecretText>,
        /// The browser's state for scripts (Session Management §3.2); `None` for a browser that was never here.
        browser_state: Option<String>,
        /// Whose sign-in this was, for the known-device cookie; `None` when nobody signed in.
        user: Option<UserId>,
    },
    /// A page of ours says that the request does not stand any more: the client is told nothing (S-001).
    Refused {
        /// Whose request it is.
        client: Arc<Client>,
        /// Why.
        refusal: Refusal,
    },
}

impl TenantDirectory {
    /// What the parameters beside the object of `request` are worth.
    pub fn outside_object(&self, request: &Identified<'_>, channel: Channel) -> Outside {
        request.outside(&self.tenant.settings, channel)
    }

    /// Checks the rest of a request by the tenant's rules.
    ///
    /// # Errors
    /// As `oidc::authorization::Redirectable::accept`.
    pub fn accept(&self, request: Redirectable<'_>, channel: Channel) -> Result<Accepted, RejectedRequest> {
        request.accept(&self.rules(channel, &self.server_list()))
    }

    /// Holds a request of `client` that was accepted before against what is registered by now.
    ///
    /// # Errors
    /// As `oidc::authorization::Accepted::check_stands`.
    pub(crate) fn check_stands(&self, client: &Client, request: &Accepted) -> Result<(), Refusal> {
        request.check_stands(client, self.tenant.settings.profile, self.known(&self.server_list()))
    }

    /// What has scopes here; `servers` are those of [`Self::server_list`].
    pub(crate) fn known<'a>(&'a self, servers: &'a [&'a ResourceServer]) -> Known<'a> {
        Known { servers, attributes: &self.attributes }
    }

    /// The tenant's rules for requests; `servers` are those of [`Self::server_list`].
    pub(crate) fn rules<'a>(&'a self, channel: Channel, servers: &'a [&'a ResourceServer]) -> Rules<'a> {
        let settings = &self.tenant.settings;
        Rules {
            channel,
            pushed_only: settings.require_pushed_authorization_requests,
            signed_only: settings.require_signed_request_object,
            profile: settings.profile,
            registration_open: settings.registration,
            acrs: self.acrs(),
            servers,
            attributes: &self.attributes,
        }
    }
}

impl Issuer {
    /// Whether the browser with this cookie may be sent to `client` with what is wrong with its request: somebody answers for the
    /// client, or is signed in. Else anybody could register a client and make this server lead people to it (RFC 9700 §4.11.2).
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn may_lead_to(
        &self,
        at: &TenantDirectory,
        client: &Client,
        cookie: Option<&str>,
    ) -> Result<bool, Fault> {
        if at.trusts(client) {
            return Ok(true);
        }
        let Some(browser) = self.recognize_browser(at, cookie).await? else { return Ok(false) };
        let mut conn = self.store.read(at.id()).await?;
        Ok(!browsers::live_sessions(&mut conn, &self.ambient, at, browser.id).await?.is_empty())
    }

    /// Answers an accepted authorization request from the browser with this cookie, or begins a journey, if the request still stands.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn authorize(
        &self,
        at: &Arc<TenantDirectory>,
        request: Accepted,
        cookie: Option<&str>,
    ) -> Result<Progress, Fault> {
        let Some(client) = at.began_by(&request.client_id).cloned() else {
            return Err(Fault::impossible("an accepted request of an unknown client"));
        };
        if let Err(refusal) = at.check_stands(&client, &request) {
            return Ok(Progress::Refused { client, refusal });
        }
        authorization_response::check_keys(at, &client, &request)?;
        let browser = self.recognize_browser(at, cookie).await?;
        let started_at = self.ambient.now();
        let mut conn = self.store.read_together(at.id()).await?;
        let sessions = match &browser {
            Some(browser) => browsers::live_sessions(&mut conn, &self.ambient, at, browser.id).await?,
            None => Vec::new(),
        };
        let subject = match demand::person(&mut conn, at, &client, &request, &sessions, started_at).await? {
            Demand::Anybody => None,
            Demand::Subject(subject) => Some(subject),
            Demand::Nobody(refusal) => {
                drop(conn);
                let to = Addressee { client: &client, request: &request, browser: browser.as_ref() };
                return self.refused(at, &to, refusal).await;
            }
        };
        let requirements = requirements(at, &client, &request, subject, started_at);
        let facts = first_facts(&Requirements::of(&requirements), &sessions);
        let journey = Journey {
            id: JourneyId::new(self.ambient.row_id()),
            browser: browser.clone(),
            version: 0,
            client,
            requirements,
            stored: StoredFacts { facts, ..StoredFacts::default() },
            started_at,
            request,
        };
        drop(conn);
        self.begin(at, journey).await
    }

    /// Begins a journey to a page of ours on which something was shown already, or ends it when nothing is missing.
    pub(crate) async fn begin_with(
        &self,
        at: &Arc<TenantDirectory>,
        request: Accepted,
        cookie: Option<&str>,
        stored: StoredFacts,
    ) -> Result<Progress, Fault> {
        let client = at.began_by(&request.client_id).cloned();
        let client = client.ok_or_else(|| Fault::impossible("our own pages are unknown"))?;
        let (browser, started_at) = (self.recognize_browser(at, cookie).await?, self.ambient.now());
        let requirements = requirements(at, &client, &request, request.person.map(Subject::Person), started_at);
        let id = JourneyId::new(self.ambient.row_id());
        let journey = Journey { id, browser, version: 0, client, requirements, stored, started_at, request };
        self.begin(at, journey).await
    }

    pub(crate) async fn refused(
        &self,
        at: &TenantDirectory,
        to: &Addressee<'_>,
        refusal: Refusal,
    ) -> Result<Progress, Fault> {
        let answer = self.answer(at, to, Outcome::Refused(refusal)).await?;
        let browser_state = to.browser.map(|browser| browser.state(at));
        let (client, ui_locales) = (Arc::clone(to.client), to.request.ui_locales.clone());
        Ok(Progress::Answer { client, answer, ui_locales, cookie: None, browser_state, user: None })
    }

    /// Begins a journey with its first page, or ends it at once when nothing is missing, or when nothing may be asked
    /// (OIDC Core §3.1.2.1, `prompt=none`), in one transaction.
    async fn begin(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Progress, Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        match self.settle(&mut tx, at, &mut journey).await? {
            Settled::Ended(ended) => {
                tx.commit().await?;
                self.ended(at, &journey, ended).await
            }
            Settled::Step { step, .. } => {
                let is_silent = journey.request.prompts.contains(Prompt::None);
                match authorization::silent(step).filter(|_| is_silent) {
                    Some(cause) => {
                        drop(tx);
                        self.refused(at, &journey.addressee(), cause.into()).await
                    }
                    None => self.keep_begun(tx, at, journey, step).await,
                }
            }
            Settled::Stale => Err(Fault::impossible("a sign-in on a journey that has just begun")),
        }
    }

    /// The end of a journey, after the commit.
    pub(crate) async fn ended(&self, at: &TenantDirectory, journey: &Journey, ended: Ended) -> Result<Progress, Fault> {
        let Ended { outcome, user, cookie } = ended;
        let answer = self.answer(at, &journey.addressee(), outcome).await?;
        let browser_state = journey.browser.as_ref().map(|browser| browser.state(at));
        let (client, ui_locales) = (Arc::clone(&journey.client), journey.request.ui_locales.clone());
        Ok(Progress::Answer { client, answer, ui_locales, cookie, browser_state, user })
    }

    /// Stores a journey that stands at the page of `step`, in its browser.
    async fn keep_begun(
        &self,
        mut tx: Tx,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        step: Step,
    ) -> Result<Progress, Fault> {
        let bound = match journey.browser.take() {
            Some(browser) => BoundBrowser { browser, cookie: None },
            None => browsers::bind(&mut tx, &self.ambient, at).await?,
        };
        journey.stored.sign_outs = Some(bound.browser.sign_outs);
        let row = JourneyRow {
            id: journey.id,
            browser: bound.browser.id,
            client: journey.client.id.clone(),
            request_sealed: seal_request(&self.ambient, at, journey.id, &journey.request)?,
            facts_sealed: seal_facts(&self.ambient, at, journey.id, &journey.stored)?,
            version: 1,
            created_at: journey.started_at,
            expires_at: journey.started_at.plus(lifetimes::JOURNEY),
            finished_at: None,
        };
        journey_rows::insert(&mut tx, at.id(), &row).await?;
        tx.commit().await?;
        Ok(Progress::Page { journey: journey_text(at, journey.id)?, step, cookie: bound.cookie })
    }
}

/// The journey's id as it stands in addresses.
pub(crate) fn journey_text(at: &TenantDirectory, id: JourneyId) -> Result<String, Fault> {
    public_id(JOURNEY_PREFIX, id.as_i64(), &at.keys.permutation).map_err(Fault::new)
}

/// Every requirement of a journey: what the request asks, and what tenant, client, rules, attributes and terms demand on top. The one place
/// that decides it; whatever else will decide, a policy in words of its own, does so here.
pub(crate) fn requirements(
    at: &TenantDirectory,
    client: &Client,
    request: &Accepted,
    subject: Option<Subject>,
    started_at: Timestamp,
) -> Vec<Requirement> {
    let settings = &at.tenant.settings;
    let mut all = authorization::requirements(request, client, started_at);
    // Where registration has ended, it has ended.
    all.retain(|one| settings.registration || one.condition != Condition::CreateAccount);
    all.extend(subject.map(|subject| Requirement::new("subject", Source::Request, Condition::Subject(subject))));
    let mut tenant = |id: &str, condition| {
        all.push(Requirement::new(format!("tenant:{id}"), Source::Tenant, condition));
    };
    if settings.registration {
        // Where anybody can get an account, an address counts only when it is proven.
        tenant("verified-email", Condition::VerifiedEmail);
    }
    if settings.offers_passkeys() {
        tenant("offer-passkey", Condition::OfferPasskey);
    }
    match settings.mfa {
        MfaPolicy::WhenEnrolled => {}
        MfaPolicy::Required => {
            tenant("second-factor", Condition::Level(LevelRule::essential(Strength::TwoFactors)));
        }
        MfaPolicy::PhishingResistant => {
            tenant("passkey", Condition::Level(LevelRule::essential(Strength::PhishingResistant)));
        }
    }
    let rules = at.requirement_rules.iter();
    all.extend(rules.flat_map(|rule| rule.requirements(client, started_at, &at.terms)));
    let asked = at.attributes_at(client).map(|one| {
        let condition = Condition::Attribute(one.name.clone());
        Requirement::new(format!("attribute:{}", one.name), Source::Attributes, condition)
    });
    all.extend(asked);
    let terms = at.terms_at(client).map(|terms| terms.present());
    all.extend(terms.map(|of| Requirement::new(format!("terms:{of}"), Source::Terms, Condition::Terms(of))));
    all
}

/// Which account a new journey goes for: the demanded one, else the only one signed in here, unless it is to be chosen.
pub(crate) fn first_facts(required: &Requirements, sessions: &[Session]) -> Facts {
    let chosen = match (required.subject, sessions) {
        (Some(Subject::Person(user)), _) => sessions.iter().find(|session| session.user == user),
        (Some(Subject::Pairwise), _) => None,
        (None, [only]) if !required.select_account && !required.create_account => Some(only),
        _ => None,
    };
    Facts { user: chosen.map(|session| session.user), session: chosen.map(|session| session.id), ..Facts::default() }
}

/// A browser's claim to a journey, without which nothing of it is shown.
pub(crate) fn is_bound(journey: &JourneyRow, browser: Option<&Browser>) -> bool {
    browser.is_some_and(|browser| browser.id == journey.browser)
}
