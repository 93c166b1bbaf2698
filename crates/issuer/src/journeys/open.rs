//! Opening a journey: for its own browser, while it lasts; everybody else gets a page with a way on.

use std::sync::Arc;

use portreeve_crypto::parse_public_id;
use portreeve_domain::journey::{Available, Condition, Due, Facts, Requirement, Step, Subject, next};
use portreeve_domain::polling::Waiting;
use portreeve_domain::{Attribute, Client, EmailSignIn, Fault, JourneyId, SessionId};
use portreeve_oidc::Refusal;
use portreeve_oidc::authorization::Accepted;
use portreeve_storage::{Conn, account_states, journeys as rows, recovery_codes, users};

use super::profile::{self, Missing};
use super::{Journey, LostFactors, TermsDue, stale_proofs, terms};
use crate::authorize::{JOURNEY_PREFIX, first_facts, is_bound, requirements};
use crate::demand::{self, Demand};
use crate::device_authorization::{self, AskingDevice};
use crate::directory::TenantDirectory;
use crate::people::{self, Person};
use crate::phone_codes::NumberToConfirm;
use crate::stored_facts::{open_facts, open_request, seal_facts};
use crate::{Issuer, backchannel_authentication, browsers, risk};

/// What is found at a journey's address.
pub enum Arrival {
    /// No such journey, or one too old to be remembered.
    Unknown,
    /// It is open, in another browser.
    Elsewhere(StartAgain),
    /// It is finished, has expired, or cannot be finished any more.
    Over(StartAgain),
    /// Its request does not stand any more: it neither goes on nor begins again.
    Refused {
        /// Whose request it is.
        client: Arc<Client>,
        /// Why.
        refusal: Refusal,
    },
    /// It is here.
    Here(Box<Stop>),
}

/// What is known of a journey that can be started again from its stored request.
pub struct StartAgain {
    /// The application it leads to.
    pub client: Arc<Client>,
    /// Where its answer goes, which may be right after the start.
    pub redirect_uri: String,
    /// The languages that were asked for, best first.
    pub ui_locales: Vec<String>,
}

impl StartAgain {
    /// Of a journey that another tab may finish meanwhile.
    pub fn of(journey: &Journey) -> Self {
        Self::of_request(Arc::clone(&journey.client), &journey.request)
    }

    fn of_request(client: Arc<Client>, request: &Accepted) -> Self {
        let redirect_uri = request.target.redirect_uri().to_owned();
        Self { client, redirect_uri, ui_locales: request.ui_locales.clone() }
    }
}

/// An open journey, the step it stands at, and what the page of that step shows.
pub struct Stop {
    /// The journey.
    pub journey: Journey,
    /// The page that is due.
    pub step: Step,
    /// The account it goes for, opened.
    pub person: Option<Person>,
    /// The accounts to choose among, when that is the step.
    pub accounts: Vec<AccountChoice>,
    /// Whether recovery codes are left, when a second factor is asked for.
    pub has_recovery_codes: bool,
    /// What is to be done when all second factors are lost, where one is asked for.
    pub lost_factors: LostFactors,
    /// What is to be told, when that is the step.
    pub attributes: Vec<Arc<Attribute>>,
    /// The telephone number to be proven, when that is the step.
    pub number: Option<NumberToConfirm>,
    /// What is to be agreed to, when that is the step.
    pub terms: Vec<TermsDue>,
    /// The ids of the requirements that the page is due for.
    pub reasons: Vec<String>,
    /// What waits elsewhere, when it is to be approved.
    pub asking: Option<Asking>,
}

/// What waits elsewhere, as its page tells of it.
pub enum Asking {
    /// A device.
    Device(AskingDevice),
    /// A client, by the back channel.
    Backchannel {
        /// What both devices show.
        binding_message: Option<String>,
    },
}

/// An account signed in at this browser.
pub struct AccountChoice {
    /// What the form posts.
    pub value: String,
    /// Who.
    pub person: Person,
}

/// What account choices in forms begin with.
pub(super) const CHOICE_PREFIX: &str = "acc_";

impl Issuer {
    /// Opens the journey at an address for the browser with this cookie.
    ///
    /// # Errors
    /// A fault when the database is away or the stored journey does not open.
    pub async fn open_journey(
        &self,
        at: &Arc<TenantDirectory>,
        address: &str,
        cookie: Option<&str>,
    ) -> Result<Arrival, Fault> {
        let Some(row) = self.find_journey(at, address).await? else { return Ok(Arrival::Unknown) };
        let Some(client) = at.began_by(&row.client).cloned() else { return Ok(Arrival::Unknown) };
        let browser = self.recognize_browser(at, cookie).await?;
        let request = open_request(at, row.id, &row.request_sealed)?;
        if let Err(refusal) = at.check_stands(&client, &request) {
            return Ok(Arrival::Refused { client, refusal });
        }
        let again = StartAgain::of_request(Arc::clone(&client), &request);
        if row.finished_at.is_some() || self.ambient.now() >= row.expires_at {
            return Ok(Arrival::Over(again));
        }
        if !is_bound(&row, browser.as_ref()) {
            return Ok(Arrival::Elsewhere(again));
        }
        let mut conn = self.store.read(at.id()).await?;
        let sessions = browsers::live_sessions(&mut conn, &self.ambient, at, row.browser).await?;
        let subject = match demand::person(&mut conn, at, &client, &request, &sessions, self.ambient.now()).await? {
            Demand::Anybody => None,
            Demand::Subject(subject) => Some(subject),
            Demand::Nobody(_) => return Ok(Arrival::Over(again)),
        };
        let mut journey = Journey {
            id: row.id,
            browser,
            version: row.version,
            requirements: requirements(at, &client, &request, subject, row.created_at),
            stored: open_facts(at, row.id, &row.facts_sealed)?,
            started_at: row.created_at,
            client,
            request,
        };
        stale_proofs::void(&mut conn, at, &mut journey).await?;
        risk::renew_requirements(&mut journey);
        // A journey on which nothing was done yet goes on with a sign-in that another tab has completed meanwhile.
        let untouched = journey.stored.facts == Facts::default();
        if untouched {
            journey.stored.facts = first_facts(&journey.required(), &sessions);
        }
        let available = self.available(&mut conn, at, &journey).await?;
        let step = next(&journey.required(), &journey.stored.facts, &available);
        if untouched && journey.stored.facts != Facts::default() {
            self.keep_prepared(at, step, &mut journey).await?;
        }
        self.stop_at(&mut conn, at, journey, (step, &available)).await.map(|stop| Arrival::Here(Box::new(stop)))
    }

    /// Gives the page that is about to be shown a question for a passkey that there is time to answer. Not for a page that
    /// is posted: its answer is to the question that it had.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn refresh_passkey_question(&self, at: &Arc<TenantDirectory>, stop: &mut Stop) -> Result<(), Fault> {
        if stop.journey.wants_ceremony(stop.step, self.ambient.now()) {
            self.keep_prepared(at, stop.step, &mut stop.journey).await?;
        }
        Ok(())
    }

    /// Stores what a journey took over from another tab, with what the page of `step` needs. When another tab is faster
    /// still, nothing is stored, and the page's form will say that it is outdated.
    async fn keep_prepared(&self, at: &Arc<TenantDirectory>, step: Step, journey: &mut Journey) -> Result<(), Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        self.prepare(&mut tx, at, step, journey).await?;
        let facts = seal_facts(&self.ambient, at, journey.id, &journey.stored)?;
        if rows::update(&mut tx, at.id(), journey.id, journey.version, &facts).await? {
            tx.commit().await?;
            journey.version += 1;
        }
        Ok(())
    }

    pub(crate) async fn find_journey(
        &self,
        at: &TenantDirectory,
        address: &str,
    ) -> Result<Option<rows::JourneyRow>, Fault> {
        let Some(id) = parse_public_id(address, JOURNEY_PREFIX, &at.keys.permutation) else { return Ok(None) };
        rows::find(&mut self.store.read(at.id()).await?, at.id(), JourneyId::new(id)).await
    }

    /// Which step a journey stands at now.
    pub(crate) async fn step_of(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        journey: &Journey,
    ) -> Result<Step, Fault> {
        let available = self.available(conn, at, journey).await?;
        Ok(next(&journey.required(), &journey.stored.facts, &available))
    }

    /// Looks up what `next` wants to know about the browser and the account.
    pub(crate) async fn available(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        journey: &Journey,
    ) -> Result<Available, Fault> {
        let email_codes = at.tenant.settings.email_sign_in != EmailSignIn::Off;
        let passwordless = at.tenant.settings.is_passwordless();
        let passkeys_usable = at.passkeys.is_some();
        let mut available = Available { passkeys_usable, email_codes, passwordless, ..Available::default() };
        let names_absent_person = journey.required().subject == Some(Subject::Pairwise);
        if let Some(browser) = &journey.browser {
            let live = browsers::live_sessions(conn, &self.ambient, at, browser.id).await?;
            // None of them is of whom the request names: there is nobody to choose.
            available.sessions = if names_absent_person { 0 } else { live.len() };
            let facts = &journey.stored.facts;
            let used = live.into_iter().find(|s| facts.session == Some(s.id) && facts.user == Some(s.user));
            available.session_proofs = used.map(|session| session.proofs).unwrap_or_default();
        }
        if let Some(user) = journey.stored.facts.user {
            if let Some(account) = account_states::find(conn, at.id(), user, &journey.client.id).await? {
                let has_second_factor = account.has_totp || account.passkeys > 0;
                available.totp = account.has_totp;
                available.passkey = account.passkeys > 0;
                available.recovery_codes = has_second_factor && account.recovery_codes > 0;
                available.owes_second_factor = !has_second_factor && account.factors_removed_at.is_some();
                available.verified_email = account.email_verified_at.is_some();
                let to_agree = journey.request.scope_to_agree(&at.attributes);
                available.consent_covers = account.consent.is_some_and(|scope| scope.covers(&to_agree));
            }
            if names_absent_person && let Some(row) = users::find(conn, at.id(), user).await? {
                let Journey { client, request, .. } = journey;
                available.is_pairwise_subject = demand::names(at, client, request, &row, self.ambient.now());
            }
            let missing = profile::missing(conn, at, journey).await?;
            available.attributes_told = missing.untold.is_empty();
            available.number_to_confirm = missing.wants_code();
            available.terms_accepted = terms::due(conn, at, journey).await?.is_empty();
        }
        Ok(available)
    }

    async fn stop_at(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        journey: Journey,
        (step, available): (Step, &Available),
    ) -> Result<Stop, Fault> {
        let person = match journey.stored.facts.user {
            Some(user) => people::find(conn, at, user).await?,
            None => None,
        };
        let accounts =
            if step == Step::SelectAccount { self.account_choices(conn, at, &journey).await? } else { Vec::new() };
        let has_recovery_codes = match (step, journey.stored.facts.user) {
            (Step::SecondFactor { .. }, Some(user)) => recovery_codes::left(conn, at.id(), user).await? > 0,
            _ => false,
        };
        let lost_factors = match step {
            Step::SecondFactor { .. } => self.lost_factors(conn, at, person.as_ref()).await?,
            _ => LostFactors::NoWay,
        };
        let missing = match step {
            Step::Profile | Step::ConfirmNumber => profile::missing(conn, at, &journey).await?,
            _ => Missing::default(),
        };
        let number = self.number_on_page(conn, at, step, person.as_ref()).await?;
        let terms = if step == Step::Terms { terms::due(conn, at, &journey).await? } else { Vec::new() };
        let reasons = reasons(&journey, step, available, &due(&missing, &terms));
        let asking = match (step, journey.waiting()) {
            (Step::Consent, Some(Waiting::Device(id))) => {
                device_authorization::asking_device(conn, at, id).await?.map(Asking::Device)
            }
            (Step::Consent, Some(Waiting::Backchannel(id))) => {
                let binding_message = backchannel_authentication::binding_message(conn, at, id).await?;
                Some(Asking::Backchannel { binding_message })
            }
            _ => None,
        };
        Ok(Stop {
            journey,
            step,
            person,
            accounts,
            has_recovery_codes,
            lost_factors,
            attributes: missing.untold,
            number,
            terms,
            reasons,
            asking,
        })
    }

    async fn account_choices(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        journey: &Journey,
    ) -> Result<Vec<AccountChoice>, Fault> {
        let Some(browser) = &journey.browser else { return Ok(Vec::new()) };
        let mut choices = Vec::new();
        for session in browsers::live_sessions(conn, &self.ambient, at, browser.id).await? {
            if let Some(person) = people::find(conn, at, session.user).await? {
                choices.push(AccountChoice { value: choice_text(at, session.id)?, person });
            }
        }
        Ok(choices)
    }
}

/// What an account lacks, by name.
pub(crate) fn due(attributes: &Missing, terms: &[TermsDue]) -> Due {
    Due { attributes: attributes.names(), terms: terms.iter().map(|due| due.terms.present()).collect() }
}

/// The ids of the requirements for which the page of `step` is shown; `due` is what it asks for.
fn reasons(journey: &Journey, step: Step, available: &Available, due: &Due) -> Vec<String> {
    let of_account = Requirement::of_account(available);
    let fresh_since = journey.required().fresh_since;
    let is_due = |one: &&Requirement| match &one.condition {
        Condition::Attribute(name) => due.attributes.contains(name),
        Condition::Terms(version) => due.terms.contains(version),
        // What allows older proofs is no reason beside what does not.
        Condition::FreshSince(at) if *at < fresh_since => false,
        _ => one.calls_for(step),
    };
    journey.requirements.iter().chain(&of_account).filter(is_due).map(|one| one.id.clone()).collect()
}

fn choice_text(at: &TenantDirectory, session: SessionId) -> Result<String, Fault> {
    portreeve_crypto::public_id(CHOICE_PREFIX, session.as_i64(), &at.keys.permutation).map_err(Fault::new)
}
