//! Calling a client that asked by the back channel: that there is an answer, or the answer itself.
//!
//! Owns what a call says when it is made: it follows from the row, so a call that comes up again says the same. Leaves
//! minting to `tokens::pushed`, the members to `oidc::backchannel_authentication` and delivery to `jobs`. CIBA Core §10.2,
//! §10.3, §12; CB-08, CB-09.

use portreeve_crypto::SecretText;
use portreeve_domain::polling::Poll;
use portreeve_domain::{BackchannelAuthenticationId, Client, ClientId, Fault, TenantId, TokenDelivery};
use portreeve_oidc::Cause;
use portreeve_oidc::backchannel_authentication::{self as wire, delivery};
use portreeve_storage::backchannel_authentications::{self as rows, BackchannelAuthenticationRow};

use crate::Issuer;
use crate::backchannel_authentication::{Call, call_of};
use crate::directory::TenantDirectory;

/// A call and where it goes. Has no `Debug`: it holds secrets for one receiver.
pub struct BackchannelNotice {
    /// The client's `backchannel_client_notification_endpoint`.
    pub uri: String,
    /// The bearer token the client knows us by.
    pub token: SecretText,
    /// What is told, JSON.
    pub body: Vec<u8>,
}

impl Issuer {
    /// Makes the call about a request of `client`; `None` when there is nothing to tell: nobody has decided, the client
    /// knows already, is gone, or is not called any more. Commits when tokens are made.
    ///
    /// # Errors
    /// A fault when the database is away or a signature fails.
    pub async fn backchannel_notice(
        &self,
        tenant: TenantId,
        client: &ClientId,
        id: BackchannelAuthenticationId,
    ) -> Result<Option<BackchannelNotice>, Fault> {
        let Some(at) = self.directory.by_id(tenant) else { return Ok(None) };
        let Some(client) = at.client(client).filter(|client| client.disabled_at.is_none()) else { return Ok(None) };
        let Some(uri) = client.metadata.backchannel_client_notification_endpoint.clone() else { return Ok(None) };
        let row = rows::find(&mut self.store.read(tenant).await?, tenant, id).await?;
        let Some(row) = row.filter(|row| row.told_at.is_none()) else { return Ok(None) };
        let Some(call) = call_of(&at, &row)? else { return Ok(None) };
        let body = match delivery(client) {
            TokenDelivery::Poll => None,
            TokenDelivery::Ping => self.ping(&row, &call)?,
            TokenDelivery::Push => self.push(&at, client, &row, &call).await?,
        };
        Ok(body.map(|body| BackchannelNotice { uri, token: call.notification_token(), body }))
    }

    /// Writes down that the client took the call, and forgets what it was sent. Commits.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn backchannel_told(&self, tenant: TenantId, id: BackchannelAuthenticationId) -> Result<(), Fault> {
        let mut tx = self.store.begin(tenant).await?;
        // A call that came up again was taken before.
        rows::told(&mut tx, tenant, id, self.ambient.now()).await?;
        tx.commit().await
    }

    fn ping(&self, row: &BackchannelAuthenticationRow, call: &Call) -> Result<Option<Vec<u8>>, Fault> {
        match row.awaited.poll(self.ambient.now()) {
            Poll::Pending | Poll::Consumed => Ok(None),
            Poll::Allowed | Poll::Refused | Poll::Expired => {
                serde_json::to_vec(&wire::ping(&call.auth_req_id())).map(Some).map_err(Fault::new)
            }
        }
    }

    async fn push(
        &self,
        at: &TenantDirectory,
        client: &Client,
        row: &BackchannelAuthenticationRow,
        call: &Call,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let id = call.auth_req_id();
        let failed = |cause| serde_json::to_vec(&wire::pushed_error(&id, cause)).map(Some).map_err(Fault::new);
        match row.awaited.poll(self.ambient.now()) {
            Poll::Consumed => self.kept_answer(at, row),
            Poll::Refused => failed(Cause::AuthenticationRefused),
            // Who agreed in time did so: it is the call that is late.
            Poll::Allowed | Poll::Expired if row.awaited.allowed_at.is_some() => {
                match self.mint_pushed(at, client, row, &id).await? {
                    Ok(answer) => Ok(Some(answer)),
                    Err(refusal) => {
                        tracing::info!(client = client.id.as_str(), %refusal, "nothing is pushed");
                        failed(Cause::AuthenticationRefused)
                    }
                }
            }
            Poll::Expired => failed(Cause::AuthReqIdExpired),
            Poll::Pending | Poll::Allowed => Ok(None),
        }
    }
}
