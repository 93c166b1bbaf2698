//! Signing out: RP-initiated logout and the page that asks.
//!
//! Owns when a logout needs the person's word, and what the browser loads afterwards. Leaves the wire to
//! `oidc::logout_request` and what ends with a session to `session_end`. RP-Initiated Logout 1.0; Front-Channel Logout 1.0
//! §3; S-016, S-017.

use std::sync::Arc;

use portreeve_crypto::{SecretText, hex, hmac_sha256};
use portreeve_domain::{Actor, Client, ClientId, Failure, Fault, Session, SessionEnd};
use portreeve_oidc::logout_request::{LogoutRequest, ReturnTarget, return_target};
use portreeve_oidc::logout_uris::frame_address;
use portreeve_oidc::{Cause, Refusal};

use crate::browsers::{self, BoundBrowser, Browser};
use crate::directory::TenantDirectory;
use crate::session_end::Ending;
use crate::{Issuer, id_token_hint, is_same_token};

/// What a logout request leads to.
pub enum Logout {
    /// The person must say so: no hint, or a hint about somebody else.
    Ask {
        /// The token the form carries.
        form_token: String,
        /// The application that asks, when it is known.
        client: Option<Arc<Client>>,
    },
    /// Signed out.
    Done {
        /// Where to return to; `None` shows our own page.
        target: Option<ReturnTarget>,
        /// Whether the browser goes there by itself: somebody answers for the client, or it took part in a session that was ended. Else
        /// anybody could register a client and make this server lead people to it (RFC 9700 §4.11.2).
        leads_there: bool,
        /// The application that asked, when it is known.
        client: Option<Arc<Client>>,
        /// What has become of this browser.
        browser: SignedOut,
    },
}

/// A browser in which sessions have ended.
#[derive(Default)]
pub struct SignedOut {
    /// What it loads in frames, so that relying parties end their sessions (Front-Channel Logout §3); at most 40.
    pub frames: Vec<String>,
    /// Its new binding cookie; `None` when nothing was ended.
    pub cookie: Option<SecretText>,
    /// Its new state for scripts (Session Management §3.2); there whenever `cookie` is.
    pub state: Option<String>,
}

/// How many frames a page has: their sites stand in one header.
const MAX_FRAMES: usize = 40;

impl Issuer {
    /// Answers a logout request; `confirmed` is the form token when the person has said so on our page.
    ///
    /// # Errors
    /// A refusal when the hint is not ours, names another client than `client_id`, or the return address is not registered:
    /// nothing is ended and nothing redirects (§4). A fault when the database is away.
    pub async fn log_out(
        &self,
        at: &Arc<TenantDirectory>,
        request: &LogoutRequest,
        cookie: Option<&str>,
        confirmed: Option<&str>,
    ) -> Result<Logout, Failure<Refusal>> {
        let hint = request.id_token_hint.as_deref().map(|hint| id_token_hint::claims(at, hint, self.ambient.now()));
        let hint = hint.transpose().map_err(Failure::Refused)?;
        let audience = hint.as_ref().and_then(|claims| claims.audiences().first().copied().and_then(ClientId::parse));
        let client_id = request.client(audience.as_ref()).map_err(Failure::Refused)?.cloned();
        let client = client_id.as_ref().and_then(|id| at.client(id)).cloned();
        let target = match (&request.post_logout_redirect_uri, &client) {
            (Some(uri), Some(client)) => {
                Some(return_target(client, uri, request.state.as_deref()).map_err(Failure::Refused)?)
            }
            (Some(_), None) => return Err(Failure::Refused(Cause::PostLogoutRedirectUriNotRegistered.into())),
            (None, _) => None,
        };
        let browser = self.recognize_browser(at, cookie).await?;
        let mut conn = self.store.read(at.id()).await?;
        let live = match &browser {
            Some(browser) => browsers::live_sessions(&mut conn, &self.ambient, at, browser.id).await?,
            None => Vec::new(),
        };
        drop(conn);
        let is_trusted = client.as_ref().is_none_or(|client| at.trusts(client));
        let Some(browser) = browser else {
            return Ok(Logout::Done { target, leads_there: is_trusted, client, browser: SignedOut::default() });
        };
        if live.is_empty() {
            let (browser, _) = self.end_sessions(at, &browser, &[]).await?;
            return Ok(Logout::Done { target, leads_there: is_trusted, client, browser });
        }
        let meant: Vec<Session> = match (confirmed, hint.as_ref()) {
            (Some(token), _) if is_same_token(token, &self.logout_token(at, &browser)) => live,
            (_, Some(hint)) => {
                live.into_iter().filter(|session| hint.str("sid") == Some(session.sid.as_str())).collect()
            }
            _ => Vec::new(),
        };
        if meant.is_empty() {
            return Ok(Logout::Ask { form_token: self.logout_token(at, &browser), client });
        }
        let (browser, took_part) = self.end_sessions(at, &browser, &meant).await?;
        let leads_there = is_trusted || client.as_ref().is_some_and(|client| took_part.contains(&client.id));
        Ok(Logout::Done { target, leads_there, client, browser })
    }

    /// Ends sessions of a browser, with what is half-finished there, and gives it a new cookie; the clients that took part in them beside it.
    /// Nobody is asked where nobody is signed in: who is on the way only starts again. A transient fault when another tab has just signed
    /// somebody in or out: the answer would not be true.
    async fn end_sessions(
        &self,
        at: &Arc<TenantDirectory>,
        browser: &Browser,
        meant: &[Session],
    ) -> Result<(SignedOut, Vec<ClientId>), Fault> {
        let (mut frames, mut took_part) = (Vec::new(), Vec::new());
        let mut tx = self.store.begin(at.id()).await?;
        let renewed = browsers::sign_out(&mut tx, &self.ambient, at, browser).await?;
        let Some(BoundBrowser { browser, cookie }) = renewed else {
            return Err(Fault::transient("another tab of the browser was faster"));
        };
        for session in meant {
            let (reason, actor) = (SessionEnd::SignedOut, Actor::User(session.user));
            let ending = Ending { ambient: &self.ambient, at, reason, actor };
            for client in ending.end(&mut tx, session).await? {
                if let Some(uri) = &client.metadata.frontchannel_logout_uri {
                    frames.push(frame_address(uri, &at.issuer, &session.sid)?);
                }
                took_part.push(client.id.clone());
            }
        }
        tx.commit().await?;
        if frames.len() > MAX_FRAMES {
            tracing::warn!(frames = frames.len(), "more relying parties than a page frames; the rest is not told");
            frames.truncate(MAX_FRAMES);
        }
        Ok((SignedOut { frames, cookie, state: Some(browser.state(at)) }, took_part))
    }

    fn logout_token(&self, at: &TenantDirectory, browser: &Browser) -> String {
        let token = hmac_sha256(at.keys.forms.expose(), &[b"logout", &browser.secret_hash]);
        hex(&token)
    }
}
