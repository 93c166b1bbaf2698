//! Back-channel requests that their client signed: verified with its keys, and taken once.
//!
//! What such a request must say is `oidc::signed_authentication`'s. CIBA Core §7.1.1.

use std::borrow::Cow;

use portreeve_crypto::sha256;
use portreeve_domain::{Client, Failure};
use portreeve_oidc::signed_authentication::{self, Expectation};
use portreeve_oidc::{Cause, Parameters, Refusal, request_object};
use portreeve_storage::client_assertions::{self, UsedAssertion};

use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::settlement::refuse;
use crate::tokens::id_token::profile;

/// What sets a `jti` of a request apart from one of an assertion: both are remembered in one place.
const KIND: &str = "signed authentication request ";

impl Issuer {
    /// What `client`, which has authenticated, asks by the back channel: the parameters it signed, where it signs.
    ///
    /// # Errors
    /// Those of `oidc::signed_authentication`; `SignedAuthenticationNotRegistered`; `SignedAuthenticationUnusable` also for
    /// one that was used before; a fault when the database is away.
    pub(crate) async fn asked_by_backchannel<'p>(
        &self,
        at: &TenantDirectory,
        client: &Client,
        parameters: &'p Parameters,
    ) -> Result<Cow<'p, Parameters>, Failure<Refusal>> {
        let algorithm = signed_authentication::algorithm(client, profile(at, client)).map_err(Failure::Refused)?;
        let Some(algorithm) = algorithm else {
            return match parameters.get("request") {
                Some(_) => refuse(Cause::SignedAuthenticationNotRegistered),
                None => Ok(Cow::Borrowed(parameters)),
            };
        };
        let text = signed_authentication::alone(parameters).map_err(Failure::Refused)?;
        let keys = self.keys_of(at, client, request_object::claimed_key_id(text).as_deref()).await;
        let keys = keys.map_err(|none| Failure::Refused(unusable(none.to_string())))?;
        let now = self.ambient.now();
        let by = Expectation { client, issuer: &at.issuer, algorithm, now };
        let signed = signed_authentication::check(text, &by, &keys).map_err(Failure::Refused)?;
        let token_id = sha256(format!("{KIND}{}", signed.token_id).as_bytes());
        let used =
            UsedAssertion { client: &client.id, jti_hash: token_id.as_bytes(), expires_at: signed.remember_until };
        let mut tx = self.store.begin(at.id()).await?;
        let taken = client_assertions::take(&mut tx, at.id(), used, now).await?;
        tx.commit().await?;
        if !taken {
            return refuse(unusable("used before"));
        }
        Ok(Cow::Owned(signed.parameters))
    }
}

fn unusable(detail: impl Into<String>) -> Refusal {
    Refusal::new(Cause::SignedAuthenticationUnusable).with_detail(detail)
}
