//! Signing out: here, at the issuer, and for whoever copied the refresh token.
//!
//! Owns the order: the session here ends first and whatever the issuer answers. RFC 7009; RP-Initiated Logout 1.0 §2, §3.

use crate::exchange::{Exchange, Purpose, Step};
use crate::failure::Failure;
use crate::parameters;
use crate::random;
use crate::relying_party::{RelyingParty, Visit};
use crate::session::Session;
use crate::sign_in::Redirect;
use crate::signed_in::SignedIn;
use crate::token_endpoint;

const LOGOUT: Purpose = Purpose {
    title: "Logout request",
    reason: "Your browser tells the issuer to end its session too. The ID token says which one.",
};
const RETURN: Purpose = Purpose {
    title: "Return from the issuer",
    reason: "The issuer sends your browser back to a page that it knows. The state shows that this sign-out was yours.",
};

/// How a browser came to the page after a sign-out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignedOutPage {
    /// Back from the issuer, from the sign-out that this browser started.
    Confirmed,
    /// By hand, from elsewhere, or for the second time.
    Unasked,
}

impl RelyingParty {
    /// Ends the session here, revokes its refresh token and returns the logout request at the issuer.
    ///
    /// A new session without a person holds the log and the `state`. Without an end session endpoint the browser
    /// goes to the page after sign-out at once. Errors: `NoRandomness`, `Unreachable` and the like when the
    /// metadata cannot be had; the session here has ended all the same.
    pub(crate) async fn sign_out(&self, visit: Visit, now: i64, step: &mut Step) -> Result<Redirect, Failure> {
        let mut old = visit.session.lock().await;
        let (log, signed_in) = (old.take_log(), old.signed_in.take());
        drop(old);
        self.sessions.remove(&visit.id);
        let state = random::token()?;
        let mut session = Session::new(log)?;
        session.sign_out_state = Some(state.clone());
        let (id, session) = self.sessions.insert(session, now)?;
        let location = match signed_in {
            Some(signed_in) => self.end_at_issuer(&signed_in, &state, now, step).await,
            None => Ok(self.return_url(&state)),
        };
        session.lock().await.record(step.clone());
        Ok(Redirect { location: location?, set_cookie: Some(self.cookie(&id)) })
    }

    /// Checks the `state` with which the browser came back, and records the return.
    pub(crate) async fn confirm_sign_out(
        &self,
        visit: Option<&Visit>,
        returned: &parameters::Parameters,
    ) -> SignedOutPage {
        let Some(visit) = visit else { return SignedOutPage::Unasked };
        let mut session = visit.session.lock().await;
        if session.sign_out_state.is_none() || session.sign_out_state.as_deref() != returned.get("state") {
            return SignedOutPage::Unasked;
        }
        session.sign_out_state = None;
        let mut step = Step::new("Signed out");
        step.record(Exchange::redirect(RETURN, &self.url("/signed-out"), returned.iter()));
        session.record(step);
        SignedOutPage::Confirmed
    }

    async fn end_at_issuer(
        &self,
        signed_in: &SignedIn,
        state: &str,
        now: i64,
        step: &mut Step,
    ) -> Result<String, Failure> {
        let metadata = self.provider.metadata(now, &mut Step::new("")).await?;
        if let (Some(url), Some(token)) = (metadata.revocation_endpoint.as_deref(), signed_in.refresh_token.as_deref())
            && let Err(failure) = token_endpoint::revoke(&self.http, url, &self.client, token, step).await
        {
            tracing::warn!(?failure, "the refresh token was not revoked");
        }
        let Some(endpoint) = metadata.end_session_endpoint.as_deref() else { return Ok(self.return_url(state)) };
        let return_to = self.url("/signed-out");
        let query = [
            ("id_token_hint", signed_in.id_token_hint.as_str()),
            ("client_id", &self.client.client_id),
            ("post_logout_redirect_uri", &return_to),
            ("state", state),
        ];
        step.record(Exchange::redirect(LOGOUT, endpoint, query));
        Ok(parameters::with_query(endpoint, query))
    }

    fn return_url(&self, state: &str) -> String {
        parameters::with_query(&self.url("/signed-out"), [("state", state)])
    }
}
