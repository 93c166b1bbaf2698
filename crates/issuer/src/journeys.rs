//! Journeys: what a person does in a browser, page after page, until the client gets its answer.
//!
//! Owns opening a journey for its browser, the look-ups that `domain::journey::next` wants, and settling: after every
//! added fact the next step is computed, a sign-in is completed when its factors are, and a code is issued when nothing is
//! missing, all in the transaction of the fact. Leaves the rules to `domain::journey`. DESIGN §4.

mod account;
mod approval;
mod ceremony;
mod consent;
mod email_code;
mod email_code_mail;
mod enrolment;
mod lost_factors;
mod open;
mod passkey;
mod passkey_enrolment;
mod password;
mod phone_code;
mod profile;
mod restart;
mod second_factor;
mod settle;
mod stale_proofs;
mod terms;

use std::net::IpAddr;
use std::sync::Arc;

use portreeve_crypto::{hex, hmac_sha256, sha256};
use portreeve_domain::journey::{Requirement, Requirements};
use portreeve_domain::polling::Waiting;
use portreeve_domain::{Client, EmailError, Fault, JourneyId, Lifetime, Timestamp, UserId, lifetimes};
use portreeve_oidc::authorization::Accepted;

pub use approval::{ApprovalOutcome, StartedByMyself};
pub(crate) use ceremony::Ceremony;
pub(crate) use email_code::FACTOR as EMAIL_CODE_FACTOR;
pub use lost_factors::LostFactors;
pub(crate) use open::due;
pub use open::{AccountChoice, Arrival, Asking, StartAgain, Stop};
pub use passkey::PasskeyProblem;
pub use password::SignInForm;
pub(crate) use password::{FACTOR as PASSWORD_FACTOR, account_key, password_mark, password_place};
pub(crate) use profile::missing as missing_attributes;
pub(crate) use second_factor::totp_place;
pub(crate) use settle::{Ended, Settled, at_least_a_second, hold_proven};
pub(crate) use terms::due as terms_due;
pub use terms::{TermsDue, shown_terms};

use crate::authorization_response::Addressee;
use crate::authorize::Progress;
use crate::browsers::Browser;
use crate::directory::TenantDirectory;
use crate::registration::RegistrationProblems;
use crate::session_origin::Origin;
use crate::stored_facts::StoredFacts;
use crate::{Issuer, risk};

/// An open journey in its browser. Has no `Debug`: it holds secrets.
pub struct Journey {
    pub(crate) id: JourneyId,
    pub(crate) browser: Option<Browser>,
    pub(crate) version: i64,
    pub(crate) client: Arc<Client>,
    pub(crate) request: Accepted,
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) stored: StoredFacts,
    pub(crate) started_at: Timestamp,
}

/// From where a form was posted, as far as limits are concerned.
#[derive(Clone, Debug)]
pub struct PostedFrom {
    /// The client's address, cut to the network a limit is for (/32 or /64).
    pub network: IpAddr,
    /// The known-device cookie, when the browser sent one.
    pub device: Option<String>,
    /// The language the page was shown in, for mails.
    pub locale: String,
}

/// Why a form was not accepted; the same page is shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Address and password do not belong together.
    WrongCredentials,
    /// What was typed is no address.
    NotAnAddress(EmailError),
    /// The one-time code is not the current one.
    WrongCode,
    /// The right code, of the usual length, where the account's codes are long by now.
    ShortCode,
    /// The one-time code was right and was used before.
    UsedCode,
    /// The recovery code is none of the unused ones.
    WrongRecoveryCode,
    /// The registration form was not complete or not acceptable.
    Registration(RegistrationProblems),
    /// The invitation was used, taken back or replaced, or its time is over.
    InvitationOver,
    /// The chosen account is not signed in here any more.
    AccountGone,
    /// The passkey was not accepted, or not added.
    Passkey(PasskeyProblem),
    /// An attribute is missing, or is not what it should be: measuring what was typed tells which.
    Attributes,
    /// Too many attempts.
    TooMany {
        /// How long to wait.
        wait: Lifetime,
    },
}

/// What posting a form led to.
pub enum Acted {
    /// The fact was added: go on.
    Moved(Progress),
    /// It was not: show the page again with the reason.
    Problem(Problem),
    /// The form was of an older page; nothing was done: show where the journey stands.
    Stale,
}

impl Journey {
    /// The client that sent the person here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The request it is about.
    pub fn request(&self) -> &Accepted {
        &self.request
    }

    /// What it must show, all together.
    pub(crate) fn required(&self) -> Requirements {
        let enrols_since = self.started_at.minus(lifetimes::FRESH);
        Requirements { enrols_since, ..Requirements::of(&self.requirements) }
    }

    /// Who waits for the person's decision elsewhere; `None` when a client sent the person here.
    pub fn waiting(&self) -> Option<Waiting> {
        self.request.waiting
    }

    /// To whom its answer goes.
    pub(crate) fn addressee(&self) -> Addressee<'_> {
        Addressee { client: &self.client, request: &self.request, browser: self.browser.as_ref() }
    }

    /// The version that forms carry.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Whom it goes for; not proven by itself.
    pub fn user(&self) -> Option<UserId> {
        self.stored.facts.user
    }

    /// The address that a code to sign in was asked for, as typed.
    pub fn code_to(&self) -> Option<&str> {
        self.stored.facts.code_to.as_deref()
    }

    /// The address that somebody was invited under, whose account is about to be made; it cannot be another.
    pub fn invited_address(&self) -> Option<&str> {
        self.stored.invitation.as_ref().map(|invitation| invitation.email.as_str())
    }

    /// Whether the code on its way confirms an unusual sign-in, whose first factor is proven.
    pub fn is_confirmed_by_code(&self) -> bool {
        risk::is_confirmed_by_code(&self.stored)
    }

    /// Whether the code that was asked for completes a registration.
    pub fn registers_by_code(&self) -> bool {
        self.awaits_address().is_some_and(|address| self.code_to() == Some(address))
    }

    /// The authenticator secret on the enrolment page, base32.
    pub fn pending_totp(&self) -> Option<&str> {
        self.stored.pending_totp.as_deref()
    }

    /// The address a registration on this journey waits to be proven, as typed; `None` when none does.
    pub fn awaits_address(&self) -> Option<&str> {
        self.stored.registration.as_ref().map(|pending| pending.email.as_str())
    }

    /// The recovery codes to be saved.
    pub fn recovery_codes(&self) -> &[String] {
        &self.stored.recovery_codes
    }
}

impl Issuer {
    /// Notes from where and with what a form of a journey is posted, and the device cookie that came with it, for the session that
    /// may follow.
    pub fn note_whence(&self, journey: &mut Journey, address: IpAddr, user_agent: &str, device: Option<&str>) {
        let networks = &self.settings.networks;
        journey.stored.origin = Some(Origin::of(address, user_agent, networks.place_of(address)));
        journey.stored.is_listed = networks.is_listed(address);
        journey.stored.device = device.map(str::to_owned);
    }

    /// The token of a form: bound to browser, journey, page and version, so that it dies with each of them (S-014).
    pub fn form_token(&self, at: &TenantDirectory, journey: &Journey, page: &str) -> String {
        let secret = journey.browser.as_ref().map_or([0; 32], |browser| browser.secret_hash);
        let id = journey.id.as_i64().to_be_bytes();
        let version = journey.version.to_be_bytes();
        let token = hmac_sha256(at.keys.forms.expose(), &[&secret, &id, page.as_bytes(), &version]);
        hex(&token)
    }

    /// The token of a form outside any journey, on the page named `page`: bound to the browser, when it has shown its
    /// cookie. Without one there is nothing to protect: whoever can post such a form can do the same by other means.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn page_form_token(
        &self,
        at: &TenantDirectory,
        cookie: Option<&str>,
        page: &'static str,
    ) -> Result<String, Fault> {
        let browser = self.recognize_browser(at, cookie).await?;
        let secret = browser.map_or([0; 32], |browser| browser.secret_hash);
        let token = hmac_sha256(at.keys.forms.expose(), &[page.as_bytes(), &secret]);
        Ok(hex(&token))
    }
}

/// Compares a posted form token with the expected one, in constant time.
pub fn is_same_token(posted: &str, expected: &str) -> bool {
    sha256(posted.as_bytes()).ct_eq(&sha256(expected.as_bytes()))
}
