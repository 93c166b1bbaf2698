//! Settling: what follows from the facts of a journey, in the transaction that added the last one.

use std::sync::Arc;

use portreeve_crypto::{SecretBytes, SecretText};
use portreeve_domain::journey::{ConsentAnswer, Step};
use portreeve_domain::{Acr, FamilyId, Fault, GrantType, Lifetime, Timestamp, TokenFamily, UserId};
use portreeve_oidc::authorization;
use portreeve_oidc::claims_request::ClaimsRequest;
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::{Tx, browsers, journeys as rows, sessions, users};

use super::{Acted, Journey, stale_proofs};
use crate::authorization_response::Outcome;
use crate::authorize::{Progress, journey_text};
use crate::directory::TenantDirectory;
use crate::mails::DEFAULT_LOCALE;
use crate::stored_facts::seal_facts;
use crate::tokens::front_channel::{self, FrontChannelGrant, FrontChannelTokens};
use crate::{Issuer, gate, granted_details, login, people, pushed_requests, session_origin};

/// What follows from the facts.
pub(crate) enum Settled {
    /// A page is next.
    Step {
        /// Which.
        step: Step,
        /// A new binding cookie, when a sign-in was completed on the way.
        cookie: Option<SecretText>,
    },
    /// The client gets its answer.
    Ended(Ended),
    /// Another tab was faster; the transaction must be dropped.
    Stale,
}

/// The end of a journey.
pub(crate) struct Ended {
    /// What it came to; the answer to the client is made of it after the commit.
    pub outcome: Outcome,
    /// Who signed in.
    pub user: Option<UserId>,
    /// A new binding cookie.
    pub cookie: Option<SecretText>,
}

impl Issuer {
    /// Computes the next step; completes the sign-in when its factors are there; ends the journey when nothing is missing.
    pub(crate) async fn settle(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        journey: &mut Journey,
    ) -> Result<Settled, Fault> {
        hold_proven(tx, at, journey).await?;
        stale_proofs::void(tx, at, journey).await?;
        self.assess_risk(tx, at, journey).await?;
        let mut step = self.step_of(tx, at, journey).await?;
        let mut cookie = None;
        if step.is_signed_in() && !journey.stored.facts.proofs.is_empty() {
            match self.complete_login(tx, at, journey).await? {
                Some(new) => cookie = new,
                None => return Ok(Settled::Stale),
            }
            step = self.step_of(tx, at, journey).await?;
        }
        if matches!(step, Step::Done | Step::Denied(_))
            && !pushed_requests::use_up(tx, at, &journey.request, self.ambient.now()).await?
        {
            let outcome = Outcome::Refused(Cause::RequestUriUnusable.into());
            return Ok(Settled::Ended(Ended { outcome, user: None, cookie }));
        }
        let (outcome, user) = match step {
            Step::Done => self.granted(tx, at, journey).await?,
            Step::Denied(denial) => (self.denied(tx, at, journey, authorization::denied(denial).into()).await?, None),
            _ => {
                self.prepare(tx, at, step, journey).await?;
                return Ok(Settled::Step { step, cookie });
            }
        };
        Ok(Settled::Ended(Ended { outcome, user, cookie }))
    }

    /// Adds what was done to the stored journey, settles, and commits; the end of every form.
    pub(crate) async fn advance(
        &self,
        mut tx: Tx,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
    ) -> Result<Acted, Fault> {
        let settled = self.settle(&mut tx, at, &mut journey).await?;
        let facts = seal_facts(&self.ambient, at, journey.id, &journey.stored)?;
        let (id, version) = (journey.id, journey.version);
        let kept = match &settled {
            Settled::Stale => false,
            Settled::Step { .. } => rows::update(&mut tx, at.id(), id, version, &facts).await?,
            Settled::Ended(_) => rows::finish(&mut tx, at.id(), id, version, &facts, self.ambient.now()).await?,
        };
        if !kept {
            return Ok(Acted::Stale);
        }
        tx.commit().await?;
        Ok(match settled {
            Settled::Stale => Acted::Stale,
            Settled::Step { step, cookie } => {
                Acted::Moved(Progress::Page { journey: journey_text(at, id)?, step, cookie })
            }
            Settled::Ended(ended) => Acted::Moved(self.ended(at, &journey, ended).await?),
        })
    }

    /// Goes on without a form: when what was missing was shown in another tab, the journey ends here.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn resume_journey(&self, at: &Arc<TenantDirectory>, journey: Journey) -> Result<Acted, Fault> {
        let tx = self.store.begin(at.id()).await?;
        self.advance(tx, at, journey).await
    }

    /// Makes what the page of `step` needs and must find again after a reload, and sends what it says was sent.
    pub(crate) async fn prepare(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        step: Step,
        journey: &mut Journey,
    ) -> Result<(), Fault> {
        if step == Step::VerifyEmail && !journey.stored.address_mail_sent {
            self.mail_address_link(tx, at, journey).await?;
        }
        if step == Step::EmailCode && journey.is_confirmed_by_code() {
            return self.prepare_confirmation(tx, at, journey).await;
        }
        if matches!(step, Step::EnrolSecondFactor { .. }) && journey.stored.pending_totp.is_none() {
            let secret = portreeve_authenticators::TotpSecret::new(&SecretBytes::new(self.ambient.bytes()?));
            journey.stored.pending_totp = Some(secret.to_base32().expose().to_owned());
        }
        self.prepare_ceremony(tx, at, step, journey).await
    }

    /// Moves the proofs of the journey into a session; `None` when another tab signed in first, else the new cookie.
    async fn complete_login(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        journey: &mut Journey,
    ) -> Result<Option<Option<SecretText>>, Fault> {
        let (Some(browser), Some(user)) = (journey.browser.as_ref(), journey.stored.facts.user) else {
            return Err(Fault::impossible("a sign-in without a browser or an account"));
        };
        let proofs = std::mem::take(&mut journey.stored.facts.proofs);
        let Some(done) = login::complete(tx, &self.ambient, at, browser, user, &proofs).await? else { return Ok(None) };
        if let Some(origin) = &journey.stored.origin {
            session_origin::note(tx, &self.ambient, at, &done.session, origin).await?;
            if done.is_new {
                self.tell_of_new_device(tx, at, journey, &done.session).await?;
            }
        }
        let wished = journey.stored.locale.as_deref().or(journey.request.ui_locales.first().map(String::as_str));
        let locale = wished.unwrap_or(DEFAULT_LOCALE);
        self.keep_account(tx, at, user, locale).await?;
        if proofs.iter().any(|proof| proof.kind.is_second_factor() || proof.kind.is_passkey()) {
            self.settle_recovery(tx, at, user, locale).await?;
        }
        journey.stored.facts.session = Some(done.session.id);
        journey.browser = Some(done.browser.browser);
        Ok(Some(done.browser.cookie))
    }

    /// Grants what was asked and agreed to, to whoever asked: a client by the browser, or whoever waits elsewhere.
    async fn granted(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        journey: &Journey,
    ) -> Result<(Outcome, Option<UserId>), Fault> {
        if journey.request.is_of_own_page() {
            return self.turn_to_own_page(tx, at, journey).await;
        }
        let granted = match journey.waiting() {
            None => self.grant(tx, at, journey).await?.map(|tokens| Outcome::Granted(Box::new(tokens))),
            Some(waiting) => self.approve(tx, at, journey, waiting).await?.map(Outcome::Elsewhere),
        };
        match granted {
            Ok(outcome) => Ok((outcome, journey.stored.facts.user)),
            Err(refusal) => Ok((self.denied(tx, at, journey, refusal).await?, None)),
        }
    }

    /// Lets the person see a page that was asked for by us: the browser's account pages are about this account from now on.
    async fn turn_to_own_page(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        journey: &Journey,
    ) -> Result<(Outcome, Option<UserId>), Fault> {
        let facts = &journey.stored.facts;
        let (Some(user), Some(session), Some(browser)) = (facts.user, facts.session, &journey.browser) else {
            return Err(Fault::impossible("a finished journey without a session"));
        };
        let person = people::find(tx, at, user).await?;
        if person.is_none_or(|person| person.disabled_at.is_some()) {
            return Ok((Outcome::Refused(Cause::UserRefused.into()), None));
        }
        browsers::turn_to(tx, at.id(), browser.id, session).await?;
        Ok((Outcome::AtPage, Some(user)))
    }

    /// Tells whoever asked that there is nothing to be had.
    async fn denied(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        journey: &Journey,
        refusal: Refusal,
    ) -> Result<Outcome, Fault> {
        match journey.waiting() {
            None => Ok(Outcome::Refused(refusal)),
            Some(waiting) => self.turn_away(tx, at, journey, waiting).await.map(Outcome::Elsewhere),
        }
    }

    /// Grants what was asked and agreed to, through the gate.
    async fn grant(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        journey: &Journey,
    ) -> Result<Result<FrontChannelTokens, Refusal>, Fault> {
        let now = self.ambient.now();
        let has_code = journey.request.response_type.has_code();
        let origin = if has_code { GrantType::AuthorizationCode } else { GrantType::Implicit };
        let family = self.family_of(tx, at, journey, origin).await?;
        let pass = match gate::admit_user(tx, at, &journey.client, &family, family.origin, now).await? {
            Ok(pass) => pass,
            Err(refusal) => {
                return Ok(Err(Refusal::new(Cause::UserRefused).with_detail(format!("gate: {refusal:?}"))));
            }
        };
        hold_session(tx, &family).await?;
        let (ambient, client, request) = (&self.ambient, &*journey.client, &journey.request);
        front_channel::issue(tx, &FrontChannelGrant { ambient, at, client, pass: &pass, request }, family).await
    }

    /// The family that a finished journey begins by the grant `origin`; its session is used by that.
    pub(super) async fn family_of(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        journey: &Journey,
        origin: GrantType,
    ) -> Result<TokenFamily, Fault> {
        let session = match journey.stored.facts.session {
            Some(id) => sessions::find(tx, at.id(), id).await?,
            None => None,
        };
        let session = session.ok_or_else(|| Fault::impossible("a finished journey without a session"))?;
        let now = self.ambient.now();
        if session.needs_touch(now) {
            sessions::touch(tx, at.id(), session.id, now).await?;
        }
        let request = &journey.request;
        let reached = Acr::reached(&session.proofs, session.user, Timestamp::from_millis(i64::MIN))
            .ok_or_else(|| Fault::impossible("a finished journey without a proof"))?;
        let agreed = match &journey.stored.facts.consent {
            Some(ConsentAnswer::Allowed { scope, .. }) => scope.clone(),
            Some(ConsentAnswer::Refused) | None => request.scope.clone(),
        };
        let claims = request.claims.as_ref().map(ClaimsRequest::without_values);
        let claims = claims.map(|names| serde_json::to_string(&names)).transpose().map_err(Fault::new)?;
        let id = FamilyId::new(self.ambient.row_id());
        Ok(TokenFamily {
            tenant: at.id(),
            id,
            details_sealed: granted_details::seal(&self.ambient, at, id, &request.details)?,
            client: journey.client.id.clone(),
            origin,
            user: session.user,
            session: Some(session.id),
            sid: session.sid.clone(),
            offline: agreed.contains("offline_access"),
            scope: agreed,
            resources: request.resources.clone(),
            claims,
            proofs: session.proofs.clone(),
            acr: request.stated_acr(reached),
            nonce: request.nonce.clone(),
            wants_auth_time: request.max_age.is_some() || journey.client.metadata.require_auth_time,
            authenticated_at: session.authenticated_at(),
            ancestors: Vec::new(),
            actors: Vec::new(),
            trusted_issuer: None,
            ends_at: None,
            created_at: now,
            revoked_at: None,
        })
    }
}

/// Holds the account that a journey has proven something of, so that nobody is shut out of it between a look at the proofs and the
/// session that they become (S-088). Before anything else of the account is written, as by whoever shuts somebody out: two that took
/// its rows in another order would wait for one another.
pub(crate) async fn hold_proven(tx: &mut Tx, at: &TenantDirectory, journey: &mut Journey) -> Result<(), Fault> {
    let Some(proof) = journey.stored.facts.proofs.first() else { return Ok(()) };
    if !users::hold(tx, at.id(), proof.user).await? {
        journey.stored.facts.proofs.clear();
    }
    Ok(())
}

/// Holds the session that a journey's family is about to begin in: what ends it, or everything of its person, is done before, and
/// nothing is granted then, or ends the family as well (S-088, S-094).
pub(super) async fn hold_session(tx: &mut Tx, family: &TokenFamily) -> Result<(), Fault> {
    let session = family.session.ok_or_else(|| Fault::impossible("a journey's grant without a session"))?;
    sessions::claim(tx, family.tenant, session).await
}

/// How long people are told to wait at least, so that a page never says "0 seconds".
pub(crate) fn at_least_a_second(wait: Lifetime) -> Lifetime {
    wait.max(Lifetime::from_seconds(1))
}
