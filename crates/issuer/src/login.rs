//! Completing a sign-in: the one place where a session begins or grows stronger.
//!
//! Everything a person proved on a journey ends here, whatever the pages were (SECURITY rule 6). Leaves proving to
//! `journeys` and what a session is worth to `domain::Session`.

use portreeve_crypto::hex;
use portreeve_domain::{Actor, Event, EventType, Fault, Proof, Session, SessionId, UserId};
use portreeve_storage::{Tx, sessions};

use crate::browsers::{self, BoundBrowser, Browser};
use crate::directory::TenantDirectory;
use crate::{Ambient, audit};

/// What completing a sign-in gives.
pub(crate) struct SignedIn {
    /// The session that now holds the proofs.
    pub session: Session,
    /// Whether it has just begun.
    pub is_new: bool,
    /// The browser with its new cookie.
    pub browser: BoundBrowser,
}

/// Puts `proofs` of `user` into a session of `browser`: the user's live one grows, else one begins. The browser's secret
/// changes either way. `None` when another tab changed it first.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn complete(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    browser: &Browser,
    user: UserId,
    proofs: &[Proof],
) -> Result<Option<SignedIn>, Fault> {
    let Some(bound) = browsers::renew(tx, ambient, at, browser).await? else { return Ok(None) };
    let live = browsers::live_sessions(tx, ambient, at, browser.id).await?;
    let (session, is_new) = match live.into_iter().find(|session| session.user == user) {
        Some(session) => (strengthen(tx, ambient, at, session, proofs).await?, false),
        None => (begin(tx, ambient, at, browser, user, proofs).await?, true),
    };
    Ok(Some(SignedIn { session, is_new, browser: bound }))
}

async fn begin(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    browser: &Browser,
    user: UserId,
    proofs: &[Proof],
) -> Result<Session, Fault> {
    let now = ambient.now();
    let sid: [u8; 16] = ambient.bytes()?;
    let session = Session {
        tenant: at.id(),
        id: SessionId::new(ambient.row_id()),
        browser: browser.id,
        user,
        sid: hex(&sid),
        proofs: newest(proofs),
        created_at: now,
        seen_at: now,
        ended_at: None,
    };
    sessions::insert(tx, &session).await?;
    record(tx, ambient, at, EventType::SessionCreated, &session).await?;
    Ok(session)
}

async fn strengthen(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    mut session: Session,
    proofs: &[Proof],
) -> Result<Session, Fault> {
    session.proofs.extend_from_slice(proofs);
    session.proofs = newest(&session.proofs);
    session.seen_at = ambient.now();
    if !sessions::strengthen(tx, at.id(), session.id, &session.proofs, session.seen_at).await? {
        return Err(Fault::transient("the session ended while it was being strengthened"));
    }
    record(tx, ambient, at, EventType::SessionStepUp, &session).await?;
    Ok(session)
}

async fn record(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    kind: EventType,
    session: &Session,
) -> Result<(), Fault> {
    let event = Event::new(kind, ambient.now(), Actor::User(session.user))
        .about(session.user)
        .with("sid", &session.sid)
        .with("proofs", session.proofs.iter().map(|proof| proof.kind).collect::<Vec<_>>());
    audit::record(tx, ambient, at, event).await
}

/// The newest proof of each kind, oldest first.
fn newest(proofs: &[Proof]) -> Vec<Proof> {
    let mut kept: Vec<Proof> = Vec::new();
    for proof in proofs {
        match kept.iter_mut().find(|known| known.kind == proof.kind && known.user == proof.user) {
            Some(known) if known.at < proof.at => *known = *proof,
            Some(_) => {}
            None => kept.push(*proof),
        }
    }
    kept.sort_by_key(|proof| proof.at);
    kept
}
