//! Tokens with which clients may register: an operator hands them out, for so many clients and so long.
//!
//! Owns making, listing, taking back and proving them. Leaves using one up to `client_registration`, in the transaction of
//! what it is used for. RFC 7591 §3, Appendix A.1.

use portreeve_crypto::{Bearer, SecretText, parse_public_id, public_id};
use portreeve_domain::{Actor, Event, EventType, Failure, Fault, InitialAccessTokenId, Lifetime, Timestamp, TokenKind};
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::initial_access_tokens::{self, InitialAccessTokenRow};

use crate::directory::TenantDirectory;
use crate::settlement::refuse;
use crate::{Issuer, audit};

/// What the name of a token begins with; the name proves nothing.
const NAME_PREFIX: &str = "iat_";

/// A token an operator handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialAccessToken {
    /// What it is called when it is taken back.
    pub name: String,
    /// How many clients may still register with it.
    pub remaining: i64,
    /// When it dies.
    pub expires_at: Timestamp,
}

impl Issuer {
    /// Makes a token for `uses` clients that lives for `lifetime`, and returns its name and its text: the only time the
    /// text is seen.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn make_initial_access_token(
        &self,
        at: &TenantDirectory,
        uses: u32,
        lifetime: Lifetime,
    ) -> Result<(String, SecretText), Fault> {
        let (id, now, secret) =
            (InitialAccessTokenId::new(self.ambient.row_id()), self.ambient.now(), self.ambient.secret()?);
        let row = InitialAccessTokenRow {
            id,
            secret_hash: *Bearer::stored_hash(&secret).as_bytes(),
            remaining: uses.into(),
            created_at: now,
            expires_at: now.plus(lifetime),
            revoked_at: None,
        };
        let name = name(at, id)?;
        let event = Event::new(EventType::InitialAccessTokenCreated, now, Actor::Operator);
        let event = event.with("name", &name).with("uses", uses).with("expires_at", row.expires_at.as_millis());
        let mut tx = self.store.begin(at.id()).await?;
        initial_access_tokens::insert(&mut tx, at.id(), &row).await?;
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        let text = Bearer::mint(TokenKind::InitialAccess.prefix(), id.as_i64(), &secret, &at.keys.permutation);
        Ok((name, text.map_err(Fault::new)?))
    }

    /// The tokens that a client could still register with, the one that dies first before the others.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn list_initial_access_tokens(&self, at: &TenantDirectory) -> Result<Vec<InitialAccessToken>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let rows = initial_access_tokens::live(&mut conn, at.id(), self.ambient.now()).await?;
        let told = |row: InitialAccessTokenRow| {
            Ok(InitialAccessToken { name: name(at, row.id)?, remaining: row.remaining, expires_at: row.expires_at })
        };
        rows.into_iter().map(told).collect()
    }

    /// Takes the token called `name` back; false when there is none, or it was taken back before.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn revoke_initial_access_token(&self, at: &TenantDirectory, name: &str) -> Result<bool, Fault> {
        let Some(id) = parse_public_id(name, NAME_PREFIX, &at.keys.permutation) else { return Ok(false) };
        let now = self.ambient.now();
        let mut tx = self.store.begin(at.id()).await?;
        if !initial_access_tokens::revoke(&mut tx, at.id(), InitialAccessTokenId::new(id), now).await? {
            return Ok(false);
        }
        let event = Event::new(EventType::InitialAccessTokenRevoked, now, Actor::Operator).with("name", name);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Proves a token that a client presented; it is not used up by that.
    pub(crate) async fn find_initial_access_token(
        &self,
        at: &TenantDirectory,
        text: &str,
    ) -> Result<InitialAccessTokenId, Failure<Refusal>> {
        let unusable = |detail: &str| Refusal::new(Cause::RegistrationTokenUnusable).with_detail(detail);
        let Some(bearer) = Bearer::parse(text, TokenKind::InitialAccess.prefix(), &at.keys.permutation) else {
            return refuse(unusable("no initial access token"));
        };
        let id = InitialAccessTokenId::new(bearer.id);
        let mut conn = self.store.read(at.id()).await?;
        let row = initial_access_tokens::find(&mut conn, at.id(), id).await?;
        let Some(row) = row.filter(|row| bearer.proves(&row.secret_hash)) else {
            return refuse(unusable("unknown"));
        };
        let is_live = row.revoked_at.is_none() && row.remaining > 0 && self.ambient.now() < row.expires_at;
        if is_live { Ok(id) } else { refuse(unusable("used up, taken back or too old")) }
    }
}

fn name(at: &TenantDirectory, id: InitialAccessTokenId) -> Result<String, Fault> {
    public_id(NAME_PREFIX, id.as_i64(), &at.keys.permutation).map_err(Fault::new)
}
