//! What a session has begun on its account pages: sealed, bound to the session, forgotten after half an hour.

use portreeve_crypto::AssociatedData;
use portreeve_domain::{Fault, SessionId, lifetimes};
use portreeve_storage::{Conn, Tx, account_drafts};
use serde::{Deserialize, Serialize};

use super::Visitor;
use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::journeys::Ceremony;
use crate::stored_facts::{open_at, seal_at};

/// Something begun; has no `Debug`, since it holds secrets.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Draft {
    /// The secret of an authenticator app, base32, until its first code was shown.
    Totp(String),
    /// The question for a new passkey, until it is answered.
    Passkey(Ceremony),
    /// Recovery codes, until the person says that they are saved.
    RecoveryCodes(Vec<String>),
}

/// A draft with its stored form, which guards taking it.
pub(super) struct StoredDraft {
    pub(super) draft: Draft,
    pub(super) sealed: Vec<u8>,
}

impl Issuer {
    /// What the visitor's session has begun.
    pub(super) async fn begun(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        visitor: &Visitor,
    ) -> Result<Option<StoredDraft>, Fault> {
        let session = visitor.session.id;
        let Some(sealed) = account_drafts::find(conn, at.id(), session, self.ambient.now()).await? else {
            return Ok(None);
        };
        let draft = open_at(at, &place(at, &session.as_i64().to_be_bytes()), &sealed)?;
        Ok(Some(StoredDraft { draft, sealed }))
    }

    /// Keeps something begun, in the place of what was begun before.
    pub(super) async fn keep_draft(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        session: SessionId,
        draft: &Draft,
    ) -> Result<(), Fault> {
        let sealed = seal_at(&self.ambient, at, &place(at, &session.as_i64().to_be_bytes()), draft)?;
        let expires_at = self.ambient.now().plus(lifetimes::ACCOUNT_DRAFT);
        account_drafts::put(tx, at.id(), session, &sealed, expires_at).await
    }
}

fn place<'a>(at: &TenantDirectory, row: &'a [u8; 8]) -> AssociatedData<'a> {
    AssociatedData { table: "account_drafts", column: "draft_sealed", row, tenant: at.id().as_i64() }
}
