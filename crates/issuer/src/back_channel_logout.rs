//! Telling relying parties, server to server, that a session has ended.
//!
//! Owns what a notice says when it is sent: the token is made then, so that it is always young, and for the client as it is
//! registered then. Leaves who is told to `session_end`, the claims to `oidc::logout_token` and delivery to `jobs`.
//! Back-Channel Logout 1.0 §2.4, §2.5.

use portreeve_crypto::hex;
use portreeve_domain::{Client, ClientId, Fault, TenantId, UserId};
use portreeve_oidc::logout_token::{self, LogoutToken};
use portreeve_oidc::subject;
use portreeve_storage::users;

use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::tokens::id_token;

/// A logout token and where it is posted. Has no `Debug`: the token is for one receiver.
pub struct LogoutNotice {
    /// The client's `backchannel_logout_uri`.
    pub uri: String,
    /// The value of `logout_token`.
    pub logout_token: String,
}

impl Issuer {
    /// Makes the notice to `client` that the session `sid` of `user` has ended; `None` when the client is gone or wants
    /// none any more.
    ///
    /// # Errors
    /// A fault when the database is away or a signature fails.
    pub async fn logout_notice(
        &self,
        tenant: TenantId,
        client: &ClientId,
        user: UserId,
        sid: &str,
    ) -> Result<Option<LogoutNotice>, Fault> {
        let Some(at) = self.directory.by_id(tenant) else { return Ok(None) };
        let Some(client) = at.client(client) else { return Ok(None) };
        let Some(uri) = client.metadata.backchannel_logout_uri.clone() else { return Ok(None) };
        let subject = self.subject_of(&at, client, user).await?;
        let random: [u8; 16] = self.ambient.bytes()?;
        let token = LogoutToken {
            issuer: &at.issuer,
            client: &client.id,
            subject: subject.as_deref(),
            sid,
            token_id: &hex(&random),
            issued_at: self.ambient.now(),
        };
        let key = at.signing.active(id_token::algorithm(&at, client)?)?;
        let logout_token = key.sign(logout_token::TYP, &token.to_json()?).map_err(Fault::new)?;
        Ok(Some(LogoutNotice { uri, logout_token }))
    }

    /// The `sub` that the client knows the person by; `None` for a person who is erased, whose session still has its `sid`.
    async fn subject_of(&self, at: &TenantDirectory, client: &Client, user: UserId) -> Result<Option<String>, Fault> {
        let person = users::find(&mut self.store.read(at.id()).await?, at.id(), user).await?;
        let known_as = person.and_then(|person| subject::subject_for(client, user, &person.subject, &at.keys.pairwise));
        Ok(known_as.map(|subject| subject.as_str().to_owned()))
    }
}
