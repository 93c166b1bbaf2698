//! Going on without the person: refreshing, and calling the demo API.
//!
//! Owns which access token serves which audience and what happens to the old ones. One refresh token buys access
//! tokens for several audiences, one at a time. OpenID Connect Core §12; RFC 6749 §6; RFC 8707 §2.2.

use crate::abbreviation;
use crate::api::ORDERS_PATH;
use crate::exchange::{Purpose, Step};
use crate::failure::Failure;
use crate::http_client::Outgoing;
use crate::id_token::{Expectation, Nonce};
use crate::relying_party::RelyingParty;
use crate::session::Session;
use crate::signed_in::{AccessToken, ApiAnswer, SignedIn};
use crate::token_endpoint::{TokenEndpoint, TokenResponse};
use crate::userinfo;

const CALL: Purpose = Purpose {
    title: "API request",
    reason: "The access token goes in a header. The API asks the issuer about it (introspection) before it answers.",
};

/// What the application can do by itself for somebody who signed in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Call the demo API with a token for it, and keep the answer whatever its status. With a resource configured,
    /// a token for that audience is bought first, unless a live one is there.
    CallApi,
    /// Use the refresh token for a new access token, and ask userinfo again with it.
    Refresh,
}

impl Action {
    /// What the log calls the step.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::CallApi => "Call the API",
            Self::Refresh => "Refresh",
        }
    }
}

impl RelyingParty {
    /// Does what the person asked for, recording each request in `step`.
    ///
    /// A refresh token that the issuer refuses as `invalid_grant`, and tokens that speak of somebody else, end the
    /// sign-in here: nothing works without them.
    /// Errors: `SignedOut`, and every cause of `TokenEndpoint::refresh`, `verify_id_token` and `userinfo::ask`.
    pub(crate) async fn act(
        &self,
        session: &mut Session,
        action: Action,
        now: i64,
        step: &mut Step,
    ) -> Result<(), Failure> {
        let signed_in = session.signed_in.as_mut().ok_or(Failure::SignedOut)?;
        let outcome = match action {
            Action::CallApi => self.call(signed_in, now, step).await,
            Action::Refresh => self.renew(signed_in, now, step).await,
        };
        if outcome.as_ref().is_err_and(ends_sign_in) {
            session.signed_in = None;
        }
        outcome
    }

    async fn renew(&self, signed_in: &mut SignedIn, now: i64, step: &mut Step) -> Result<(), Failure> {
        let response = self.buy(signed_in, None, now, step).await?;
        signed_in.access_token = AccessToken::from_response(&response, now);
        signed_in.api_token = None;
        signed_in.api_answer = None;
        let metadata = self.provider.metadata(now, &mut Step::new("")).await?;
        if let Some(raw) = &response.id_token {
            let expectation = Expectation {
                issuer: self.provider.issuer(),
                client_id: &self.client.client_id,
                nonce: Nonce::SameIfPresent(&signed_in.nonce),
                access_token: Some(&response.access_token),
                now,
            };
            let renewed = self.verify_id_token(raw, &metadata, &expectation, step).await?;
            if renewed.subject() != signed_in.id_token.subject() {
                return Err(Failure::OtherSubject("refreshed ID token"));
            }
            signed_in.id_token = renewed;
            signed_in.id_token_hint.clone_from(raw);
        }
        let endpoint = metadata.userinfo_endpoint.as_deref();
        let token = &signed_in.access_token.value;
        signed_in.userinfo = userinfo::ask(&self.http, endpoint, token, signed_in.id_token.subject(), step).await?;
        Ok(())
    }

    async fn call(&self, signed_in: &mut SignedIn, now: i64, step: &mut Step) -> Result<(), Failure> {
        self.obtain_api_token(signed_in, now, step).await?;
        let token = signed_in.api_token.as_ref().unwrap_or(&signed_in.access_token);
        let url = format!("{}{ORDERS_PATH}", self.base_url);
        let outgoing =
            Outgoing { purpose: CALL, url: &url, authorization: Some(format!("Bearer {}", token.value)), form: None };
        let received = self.http.send(outgoing, step).await?;
        signed_in.api_answer = Some(ApiAnswer {
            status: received.status.as_u16(),
            challenge: received.challenge,
            body: abbreviation::body(&received.body),
        });
        Ok(())
    }

    /// Without a resource or a refresh token the first access token has to do.
    async fn obtain_api_token(&self, signed_in: &mut SignedIn, now: i64, step: &mut Step) -> Result<(), Failure> {
        let live = signed_in.api_token.as_ref().is_some_and(|token| !token.has_expired(now));
        if let Some(resource) = self.resource.as_deref()
            && !live
            && signed_in.refresh_token.is_some()
        {
            let response = self.buy(signed_in, Some(resource), now, step).await?;
            signed_in.api_token = Some(AccessToken::from_response(&response, now));
        }
        Ok(())
    }

    /// Uses the refresh token, and keeps its successor before anything else can fail.
    async fn buy(
        &self,
        signed_in: &mut SignedIn,
        resource: Option<&str>,
        now: i64,
        step: &mut Step,
    ) -> Result<TokenResponse, Failure> {
        let refresh_token =
            signed_in.refresh_token.as_deref().ok_or(Failure::NotOffered("refresh token for this client"))?;
        let metadata = self.provider.metadata(now, &mut Step::new("")).await?;
        let endpoint = TokenEndpoint {
            http: &self.http,
            url: &metadata.token_endpoint,
            client: &self.client,
            userinfo: self.userinfo_resource(),
        };
        let response = endpoint.refresh(refresh_token, resource, step).await?;
        if let Some(successor) = &response.refresh_token {
            signed_in.refresh_token = Some(successor.clone());
        }
        Ok(response)
    }
}

fn ends_sign_in(failure: &Failure) -> bool {
    match failure {
        Failure::RequestRefused { error, .. } => error.code == "invalid_grant",
        Failure::OtherSubject(_) => true,
        _ => false,
    }
}
