//! Signing in: from the button to the tokens.
//!
//! Owns the order of the steps and what makes a session signed in. Each step's rules are in `authorization`,
//! `token_endpoint`, `id_token` and `userinfo`. OpenID Connect Core §3.1.

use std::collections::VecDeque;

use crate::authorization::{self, ClientRequest, Intent, PendingSignIn};
use crate::discovery::{Freshness, Metadata};
use crate::exchange::Step;
use crate::failure::Failure;
use crate::id_token::{self, Expectation, IdTokenFault, Nonce, VerifiedIdToken};
use crate::parameters::Parameters;
use crate::relying_party::{RelyingParty, Visit};
use crate::session::Session;
use crate::signed_in::{AccessToken, SignedIn};
use crate::token_endpoint::TokenEndpoint;
use crate::userinfo;

/// Where the browser goes next, with the cookie it needs there.
pub(crate) struct Redirect {
    pub(crate) location: String,
    /// A `Set-Cookie` value; `None` keeps the present one.
    pub(crate) set_cookie: Option<String>,
}

impl RelyingParty {
    /// Starts a sign-in and returns the authorization request.
    ///
    /// Makes a session when the browser has none. `step` is empty; after an error it holds what was tried.
    /// Errors: `Unreachable`, `Unintelligible`, `OtherIssuer`, `NoRandomness`.
    pub(crate) async fn start_sign_in(
        &self,
        visit: Option<Visit>,
        intent: Intent,
        now: i64,
        step: &mut Step,
    ) -> Result<Redirect, Failure> {
        let metadata = self.provider.metadata(now, step).await?;
        let mut pending = PendingSignIn::start(intent, step.clone(), now)?;
        let redirect_uri = self.url("/callback");
        let request = ClientRequest {
            client_id: &self.client.client_id,
            redirect_uri: &redirect_uri,
            scopes: &self.client.scopes,
            resource: self.resource.as_deref(),
        };
        let location = pending.authorization_url(&metadata, &request);
        let (session, set_cookie) = match visit {
            Some(visit) => (visit.session, None),
            None => {
                let (id, session) = self.sessions.insert(Session::new(VecDeque::new())?, now)?;
                (session, Some(self.cookie(&id)))
            }
        };
        session.lock().await.remember(pending);
        Ok(Redirect { location, set_cookie })
    }

    /// Takes the sign-in that a callback belongs to out of its session.
    ///
    /// Errors: `UnknownState`. The callback is recorded in the sign-in's log.
    pub(crate) async fn take_pending(
        &self,
        visit: Option<&Visit>,
        callback: &Parameters,
        now: i64,
    ) -> Result<PendingSignIn, Failure> {
        let visit = visit.ok_or(Failure::UnknownState)?;
        let found = visit.session.lock().await.take_pending(callback.get("state"), now);
        let mut pending = found.ok_or(Failure::UnknownState)?;
        pending.step.record(authorization::response_exchange(&self.url("/callback"), callback));
        Ok(pending)
    }

    /// Finishes a sign-in: checks the callback, exchanges the code, verifies the ID token, asks userinfo.
    ///
    /// Errors: every cause that `authorization::code_of`, `TokenEndpoint::exchange`, `verify_id_token` and
    /// `userinfo::ask` name. The session is not touched.
    pub(crate) async fn finish_sign_in(
        &self,
        pending: &mut PendingSignIn,
        callback: &Parameters,
        now: i64,
    ) -> Result<SignedIn, Failure> {
        let metadata = self.provider.metadata(now, &mut Step::new("")).await?;
        let code = authorization::code_of(callback, &metadata)?;
        let endpoint = TokenEndpoint {
            http: &self.http,
            url: &metadata.token_endpoint,
            client: &self.client,
            userinfo: self.userinfo_resource(),
        };
        let response = endpoint.exchange(code, &self.url("/callback"), pending).await?;
        let raw = response.id_token.as_deref().ok_or(IdTokenFault::Malformed)?;
        let expectation = Expectation {
            issuer: self.provider.issuer(),
            client_id: &self.client.client_id,
            nonce: Nonce::Exactly(&pending.nonce),
            access_token: Some(&response.access_token),
            now,
        };
        let id_token = self.verify_id_token(raw, &metadata, &expectation, &mut pending.step).await?;
        let userinfo = userinfo::ask(
            &self.http,
            metadata.userinfo_endpoint.as_deref(),
            &response.access_token,
            id_token.subject(),
            &mut pending.step,
        )
        .await?;
        Ok(SignedIn {
            id_token,
            id_token_hint: raw.to_owned(),
            nonce: pending.nonce.clone(),
            access_token: AccessToken::from_response(&response, now),
            api_token: None,
            refresh_token: response.refresh_token,
            userinfo,
            intent: pending.intent,
            api_answer: None,
        })
    }

    /// Replaces the session of a browser by a new one, signed in, and returns its cookie.
    ///
    /// The old id is dead at once, so an id that somebody planted before the sign-in is worth nothing after it.
    /// Errors: `NoRandomness`.
    pub(crate) async fn open_session(
        &self,
        visit: Visit,
        signed_in: SignedIn,
        step: Step,
        now: i64,
    ) -> Result<String, Failure> {
        let log = visit.session.lock().await.take_log();
        self.sessions.remove(&visit.id);
        let mut session = Session::new(log)?;
        session.record(step);
        session.signed_in = Some(signed_in);
        let (id, _) = self.sessions.insert(session, now)?;
        Ok(self.cookie(&id))
    }

    /// Verifies an ID token, fetching the keys anew once when it names one that the kept set lacks.
    ///
    /// Errors: `Failure::IdToken` by cause, `Unreachable`, `Unintelligible`. OpenID Connect Core §10.1.1.
    pub(crate) async fn verify_id_token(
        &self,
        raw: &str,
        metadata: &Metadata,
        expectation: &Expectation<'_>,
        step: &mut Step,
    ) -> Result<VerifiedIdToken, Failure> {
        let now = expectation.now;
        let keys = self.provider.keys(&metadata.jwks_uri, Freshness::Kept, now, step).await?;
        match id_token::verify(raw, &keys, expectation) {
            Err(IdTokenFault::UnknownKey) => {
                let keys = self.provider.keys(&metadata.jwks_uri, Freshness::Refetch, now, step).await?;
                Ok(id_token::verify(raw, &keys, expectation)?)
            }
            verified => Ok(verified?),
        }
    }
}
