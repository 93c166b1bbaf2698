//! Tokens: the token endpoint and everything that mints.
//!
//! Owns the order at the token endpoint (client, request, sender, grant) and one file a grant. Every minting function takes the
//! pass of `gate`. Leaves parameters and answers to `oidc`, rows to `storage`. RFC 6749 §3.2, §4.1.3, §4.4, §6;
//! RFC 8628 §3.4; CIBA Core §10.

mod access_token;
mod client_credentials;
pub(crate) mod code;
mod exchange;
pub(crate) mod front_channel;
pub(crate) mod id_token;
mod jwt_bearer;
mod mint;
mod polled;
pub(crate) mod presented_token;
mod pushed;
mod refresh;
mod target;

use std::sync::Arc;

use portreeve_domain::{Actor, Client, Event, EventType, Failure, Fault, TokenFamily};
use portreeve_oidc::encryption::Answer;
use portreeve_oidc::token_request::TokenRequest;
use portreeve_oidc::token_target::Wanted;
use portreeve_oidc::{Parameters, Refusal};
use portreeve_storage::Tx;

use crate::directory::TenantDirectory;
use crate::sender::SenderEvidence;
use crate::{Ambient, Issuer, audit};

pub(crate) use access_token::SIGNED_WITH;
pub use client_credentials::UnstoredTokens;
pub use mint::IssuedTokens;

impl Issuer {
    /// Answers a token request.
    ///
    /// `authorization` holds the value of every `Authorization` header, as raw bytes; tokens are bound to what `sender`
    /// proves. Must run to its end once begun,
    /// also when the client goes away: the door runs it on a task of its own (SECURITY rule 4).
    ///
    /// # Errors
    /// Every refusal of the token endpoint (RFC 6749 §5.2); a fault when the database is away.
    pub async fn token(
        &self,
        at: &Arc<TenantDirectory>,
        authorization: &[&[u8]],
        sender: &SenderEvidence,
        parameters: &Parameters,
    ) -> Result<IssuedTokens, Failure<Refusal>> {
        let authenticated = self.authenticate(at, authorization, sender, parameters).await?;
        let client = &authenticated.client;
        let request = TokenRequest::from_parameters(parameters).map_err(Failure::Refused)?;
        request.check_allowed(client).map_err(Failure::Refused)?;
        self.prepare_to_encrypt(at, client, Answer::IdToken).await.map_err(Failure::Refused)?;
        // Before anything is used up: a client that must repeat its request with a nonce still has its code.
        let sender = self.prove_sender(at, &authenticated, sender).map_err(Failure::Refused)?;
        match request {
            TokenRequest::AuthorizationCode(presented) => self.redeem_code(at, client, &sender, &presented).await,
            TokenRequest::RefreshToken { refresh_token, scope, resources, details } => {
                let wanted = refresh::Wish { refresh_token, scope, resources, details };
                self.refresh(at, client, &sender, &wanted).await
            }
            TokenRequest::ClientCredentials { scope, resources } => {
                let wanted = Wanted { scope: scope.as_ref(), resources: &resources, details: None };
                self.grant_to_client(at, client, &sender, wanted).await
            }
            TokenRequest::JwtBearer(request) => self.grant_by_assertion(at, client, &sender, &request).await,
            TokenRequest::TokenExchange(request) => self.exchange(at, client, &sender, &request).await,
            TokenRequest::DeviceCode(presented) => {
                self.poll(at, (client, &sender), &polled::DEVICE_CODE, &presented).await
            }
            TokenRequest::Ciba(presented) => self.poll(at, (client, &sender), &polled::CIBA, &presented).await,
        }
    }
}

/// Writes down that `presenter` came with a code or token of another client: one of the two has a leak.
async fn record_foreign(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    family: &TokenFamily,
    presenter: &Client,
) -> Result<(), Fault> {
    let event = Event::new(EventType::ForeignTokenPresented, ambient.now(), Actor::Client(presenter.id.clone()))
        .about(family.user)
        .with_client(&family.client)
        .with("family", family.id);
    audit::record(tx, ambient, at, event).await
}
