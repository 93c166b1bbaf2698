//! Browsers: the cookie that binds journeys and sessions to one browser.
//!
//! Owns making, recognising and renewing its secret: a new one at each sign-in, step-up and sign-out, the old one dead at
//! once (SECURITY rule 20, S-092). Leaves the cookie's name and attributes to `http-kit`.

use portreeve_crypto::{Bearer, SecretText, hex, hmac_sha256};
use portreeve_domain::{BrowserId, Fault, Session, SessionId, TokenKind, lifetimes};
use portreeve_storage::{Conn, Tx, browsers as rows, sessions};

use crate::directory::TenantDirectory;
use crate::{Ambient, Issuer};

/// How many bytes of its hash stand for a browser's state.
const STATE_BYTES: usize = 16;

/// A browser that has proven itself by its cookie.
#[derive(Clone)]
pub struct Browser {
    /// Its row.
    pub id: BrowserId,
    /// SHA-256 of the cookie's secret: what form tokens are bound to.
    pub(crate) secret_hash: [u8; 32],
    /// The session its account pages are about; it may have ended since.
    pub(crate) account_session: Option<SessionId>,
    /// How often somebody was signed out there.
    pub(crate) sign_outs: i64,
}

/// A browser and the cookie it must be given, if any.
pub(crate) struct BoundBrowser {
    pub browser: Browser,
    pub cookie: Option<SecretText>,
}

impl Browser {
    /// What stands for the browser's sign-ins where scripts may read it: another after each sign-in and sign-out, and of
    /// no use to find the secret by (Session Management §3.2).
    pub(crate) fn state(&self, at: &TenantDirectory) -> String {
        let state = hmac_sha256(at.keys.forms.expose(), &[b"browser state", &self.secret_hash]);
        hex(state.iter().take(STATE_BYTES))
    }
}

impl Issuer {
    /// Recognises a browser by its cookie's text; `None` without one, or for one that is forged, replaced or too old.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn recognize_browser(
        &self,
        at: &TenantDirectory,
        cookie: Option<&str>,
    ) -> Result<Option<Browser>, Fault> {
        let parsed = cookie.and_then(|text| Bearer::parse(text, TokenKind::Browser.prefix(), &at.keys.permutation));
        let Some(bearer) = parsed else { return Ok(None) };
        let id = BrowserId::new(bearer.id);
        let row = rows::find(&mut self.store.read_together(at.id()).await?, at.id(), id).await?;
        let known = row.filter(|row| bearer.proves(&row.secret_hash) && self.ambient.now() < row.expires_at);
        let browser = |row: rows::BrowserRow| Browser {
            id,
            secret_hash: row.secret_hash,
            account_session: row.account_session,
            sign_outs: row.sign_outs,
        };
        Ok(known.map(browser))
    }
}

/// Remembers a new browser and returns it with its cookie.
pub(crate) async fn bind(tx: &mut Tx, ambient: &Ambient, at: &TenantDirectory) -> Result<BoundBrowser, Fault> {
    let (id, now) = (BrowserId::new(ambient.row_id()), ambient.now());
    let (secret_hash, cookie) = new_secret(ambient, at, id)?;
    rows::insert(tx, at.id(), id, &secret_hash, now, now.plus(lifetimes::BROWSER)).await?;
    let browser = Browser { id, secret_hash, account_session: None, sign_outs: 0 };
    Ok(BoundBrowser { browser, cookie: Some(cookie) })
}

/// Gives a browser a new secret; `None` when another tab was faster: the caller's page is stale then.
pub(crate) async fn renew(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    browser: &Browser,
) -> Result<Option<BoundBrowser>, Fault> {
    let (secret_hash, cookie) = new_secret(ambient, at, browser.id)?;
    let expires_at = ambient.now().plus(lifetimes::BROWSER);
    let renewed = rows::change_secret(tx, at.id(), browser.id, &browser.secret_hash, &secret_hash, expires_at).await?;
    let browser = Browser { secret_hash, ..browser.clone() };
    Ok(renewed.then_some(BoundBrowser { browser, cookie: Some(cookie) }))
}

/// Signs a browser out of what is half-finished there, and gives it a new secret; `None` in place of that when another tab was faster.
pub(crate) async fn sign_out(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    browser: &Browser,
) -> Result<Option<BoundBrowser>, Fault> {
    rows::sign_out(tx, at.id(), browser.id).await?;
    let signed_out = Browser { sign_outs: browser.sign_outs + 1, ..browser.clone() };
    renew(tx, ambient, at, &signed_out).await
}

/// The sessions of a browser that count now, oldest first.
pub(crate) async fn live_sessions(
    conn: &mut Conn,
    ambient: &Ambient,
    at: &TenantDirectory,
    browser: BrowserId,
) -> Result<Vec<Session>, Fault> {
    let mut found = sessions::of_browser(conn, at.id(), browser).await?;
    let now = ambient.now();
    found.retain(|session| session.is_live(now));
    Ok(found)
}

fn new_secret(ambient: &Ambient, at: &TenantDirectory, id: BrowserId) -> Result<([u8; 32], SecretText), Fault> {
    let secret = ambient.secret()?;
    let text =
        Bearer::mint(TokenKind::Browser.prefix(), id.as_i64(), &secret, &at.keys.permutation).map_err(Fault::new)?;
    Ok((*Bearer::stored_hash(&secret).as_bytes(), text))
}
