//! Sessions of this application: a random cookie, and what the server remembers under it.
//!
//! Owns the bounds (count, idle time, log length, sign-ins at once), the cookie and the form token. Sessions live in
//! memory: a restart signs everybody out here, not at the issuer. Cookies of one address ignore its port, so the name
//! differs from the issuer's and from client to client. RFC 6265 §8.5.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use http::header::COOKIE;
use subtle::ConstantTimeEq;

use crate::authorization::PendingSignIn;
use crate::exchange::Step;
use crate::failure::Failure;
use crate::random;
use crate::signed_in::SignedIn;

/// How many sessions one client keeps; the one idle longest makes room.
const MAX_SESSIONS: usize = 1000;
/// A session ends after this many seconds without a request.
const IDLE_SECONDS: i64 = 12 * 60 * 60;
/// How many sign-ins one browser may have under way, such as in several tabs.
const MAX_PENDING: usize = 8;
/// A sign-in is forgotten after this many seconds.
const PENDING_SECONDS: i64 = 30 * 60;
/// How many steps the log shows.
const MAX_STEPS: usize = 12;

/// What the application remembers about one browser.
pub(crate) struct Session {
    /// The token that every form of this session carries.
    csrf: String,
    pending: VecDeque<PendingSignIn>,
    log: VecDeque<Step>,
    pub(crate) signed_in: Option<SignedIn>,
    /// The `state` of a sign-out that has not come back yet.
    pub(crate) sign_out_state: Option<String>,
}

impl Session {
    /// Starts a session with a form token of its own and the log of the one it replaces.
    ///
    /// Errors: `Failure::NoRandomness`.
    pub(crate) fn new(log: VecDeque<Step>) -> Result<Self, Failure> {
        Ok(Self { csrf: random::token()?, pending: VecDeque::new(), log, signed_in: None, sign_out_state: None })
    }

    /// The form token.
    pub(crate) fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Tells whether a form carries this session's token; takes the same time either way.
    pub(crate) fn accepts(&self, csrf: Option<&str>) -> bool {
        csrf.is_some_and(|sent| sent.as_bytes().ct_eq(self.csrf.as_bytes()).into())
    }

    /// The steps taken, oldest first.
    pub(crate) fn log(&self) -> &VecDeque<Step> {
        &self.log
    }

    /// Takes the log out, for the session that replaces this one.
    pub(crate) fn take_log(&mut self) -> VecDeque<Step> {
        std::mem::take(&mut self.log)
    }

    /// Adds a step; the oldest beyond twelve are forgotten.
    pub(crate) fn record(&mut self, step: Step) {
        if self.log.len() == MAX_STEPS {
            self.log.pop_front();
        }
        self.log.push_back(step);
    }

    /// Remembers a sign-in until its callback; the oldest beyond eight are forgotten.
    pub(crate) fn remember(&mut self, pending: PendingSignIn) {
        if self.pending.len() == MAX_PENDING {
            self.pending.pop_front();
        }
        self.pending.push_back(pending);
    }

    /// Takes out the sign-in with this `state`, so that a callback works once; `None` when there is none or it is
    /// older than 30 minutes.
    pub(crate) fn take_pending(&mut self, state: Option<&str>, now: i64) -> Option<PendingSignIn> {
        let state = state?;
        let position = self.pending.iter().position(|one| one.state.as_bytes().ct_eq(state.as_bytes()).into())?;
        self.pending.remove(position).filter(|one| now.saturating_sub(one.started_at) < PENDING_SECONDS)
    }
}

/// The random name of a session: 43 characters of base64url. It is a secret, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct SessionId(String);

impl SessionId {
    /// Reads the id from the cookie `name`; `None` when there is none or it is malformed.
    pub(crate) fn from_cookies(headers: &HeaderMap, name: &str) -> Option<Self> {
        let value = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find_map(|(found, value)| (found == name).then_some(value))?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (value.len() == 43 && value.bytes().all(allowed)).then(|| Self(value.to_owned()))
    }

    /// Returns the `Set-Cookie` value: `HttpOnly`, `SameSite=Lax`, and `Secure` where the application is https.
    pub(crate) fn cookie(&self, name: &str, base_url: &str) -> String {
        let secure = if base_url.starts_with("https://") { "; Secure" } else { "" };
        format!("{name}={}; Path=/; HttpOnly; SameSite=Lax{secure}", self.0)
    }
}

/// A session that several requests of one browser may want; they take turns.
pub(crate) type SharedSession = Arc<tokio::sync::Mutex<Session>>;

struct Entry {
    session: SharedSession,
    used_at: i64,
}

/// All sessions of one client.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<SessionId, Entry>>);

impl Sessions {
    /// Returns a session and notes that it was used; `None` when it is unknown or was idle for twelve hours.
    pub(crate) fn find(&self, id: &SessionId, now: i64) -> Option<SharedSession> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get_mut(id)?;
        if now.saturating_sub(entry.used_at) >= IDLE_SECONDS {
            entries.remove(id);
            return None;
        }
        entry.used_at = now;
        Some(Arc::clone(&entry.session))
    }

    /// Keeps a session under a new random id.
    ///
    /// Errors: `Failure::NoRandomness`.
    pub(crate) fn insert(&self, session: Session, now: i64) -> Result<(SessionId, SharedSession), Failure> {
        let id = SessionId(random::token()?);
        let session = Arc::new(tokio::sync::Mutex::new(session));
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MAX_SESSIONS {
            let idle_longest = entries.iter().min_by_key(|(_, entry)| entry.used_at).map(|(id, _)| id.clone());
            if let Some(id) = idle_longest {
                entries.remove(&id);
            }
        }
        entries.insert(id.clone(), Entry { session: Arc::clone(&session), used_at: now });
        Ok((id, session))
    }

    /// Forgets a session.
    pub(crate) fn remove(&self, id: &SessionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::authorization::Intent;

    fn session() -> Session {
        Session::new(VecDeque::new()).unwrap()
    }

    fn pending(now: i64) -> PendingSignIn {
        PendingSignIn::start(Intent::SignIn, Step::new("Sign in"), now).unwrap()
    }

    fn cookies(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_callback_works_once_and_only_for_its_own_state() {
        let mut session = session();
        let pending = pending(0);
        let state = pending.state.clone();
        session.remember(pending);

        assert!(session.take_pending(None, 1).is_none());
        assert!(session.take_pending(Some("another"), 1).is_none());
        assert!(session.take_pending(Some(&state), 1).is_some());
        assert!(session.take_pending(Some(&state), 1).is_none());
    }

    #[test]
    fn a_sign_in_is_forgotten_after_thirty_minutes() {
        let mut session = session();
        let pending = pending(0);
        let state = pending.state.clone();
        session.remember(pending);

        assert!(session.take_pending(Some(&state), 1800).is_none());
    }

    #[test]
    fn a_ninth_sign_in_pushes_out_the_first() {
        let mut session = session();
        let first = pending(0);
        let state = first.state.clone();
        session.remember(first);

        for _ in 0..MAX_PENDING {
            session.remember(pending(0));
        }

        assert!(session.take_pending(Some(&state), 1).is_none());
    }

    /// S-014: a form of another session is not accepted.
    #[test]
    fn only_the_own_form_token_is_accepted() {
        let (first, second) = (session(), session());

        assert!(first.accepts(Some(first.csrf())));
        assert!(!first.accepts(Some(second.csrf())));
        assert!(!first.accepts(Some("")));
        assert!(!first.accepts(None));
    }

    #[test]
    fn the_cookie_is_found_among_others_by_its_exact_name() {
        let value = "a".repeat(43);

        assert!(SessionId::from_cookies(&cookies(&format!("x=1; demo_rp={value}")), "demo_rp").is_some());
        assert!(SessionId::from_cookies(&cookies(&format!("demo_rp_second={value}")), "demo_rp").is_none());
        assert!(SessionId::from_cookies(&cookies("demo_rp=short"), "demo_rp").is_none());
    }

    #[test]
    fn the_session_idle_longest_makes_room() {
        let sessions = Sessions::default();
        let (oldest, _) = sessions.insert(session(), 0).unwrap();
        let (second, _) = sessions.insert(session(), 1).unwrap();

        for _ in 2..=MAX_SESSIONS {
            sessions.insert(session(), 2).unwrap();
        }

        assert!(sessions.find(&oldest, 3).is_none());
        assert!(sessions.find(&second, 3).is_some());
    }

    #[test]
    fn a_session_ends_after_twelve_idle_hours() {
        let sessions = Sessions::default();
        let (id, _) = sessions.insert(session(), 0).unwrap();

        assert!(sessions.find(&id, 43_199).is_some());
        assert!(sessions.find(&id, 43_199 + 43_200).is_none());
    }
}
