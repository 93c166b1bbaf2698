//! Request objects: had from where they are, and verified with the keys of their client.
//!
//! Owns the order: find the object, fetch it if the client has registered where it is, verify it, and let it take the place
//! of the request. Nothing is fetched that is not registered, so nobody but the client can make the server go anywhere.
//! Leaves what an object may say to `oidc::request_object` and addresses to `outbound`. RFC 9101 §6, §10.4; OIDC Core §6.

use std::time::Duration;

use portreeve_domain::Client;
use portreeve_jose::is_encrypted;
use portreeve_oidc::authorization::{Carried, Channel, Identified};
use portreeve_oidc::request_object::{self, Expectation, RequestObject, RequestUri, Signing};
use portreeve_oidc::{Cause, Refusal};
use portreeve_outbound::{Expected, OutboundError};

use crate::Issuer;
use crate::directory::TenantDirectory;

/// How old a fetched object may be: anybody can send browsers here with a `request_uri`, which must not make us ask its
/// client each time.
const MAX_AGE: Duration = Duration::from_secs(10);

impl Issuer {
    /// Reads the object that a request comes with and lets it take the request's place; one without stays as it is.
    ///
    /// # Errors
    /// `RequestObjectTwice`, `RequestUriNotRegistered`, `RequestUriUnreadable`, `RequestObjectUnusable`,
    /// `RequestObjectOfOtherClient`, and those of `oidc::authorization::Identified::replaced_by`.
    pub async fn open_request_object<'c>(
        &self,
        at: &TenantDirectory,
        request: Identified<'c>,
        channel: Channel,
    ) -> Result<Identified<'c>, Refusal> {
        let text = match request.object()? {
            None => return Ok(request),
            Some(Carried::Value(text)) => text.to_owned(),
            Some(Carried::Reference(uri)) => self.fetch_object(at, &uri).await?,
            Some(Carried::Pushed(_)) => return Err(Cause::RequestUriPushed.into()),
        };
        let client = request.client();
        let object = self.verified_object(at, client, &text).await?;
        let outside = at.outside_object(&request, channel);
        request.replaced_by(object, outside)
    }

    async fn verified_object(
        &self,
        at: &TenantDirectory,
        client: &Client,
        text: &str,
    ) -> Result<RequestObject, Refusal> {
        let profile = at.tenant.settings.profile.tightened_by(client.metadata.profile);
        let decrypted;
        let text = if is_encrypted(text) {
            decrypted = decrypt(at, client, text)?;
            &decrypted
        } else {
            text
        };
        let by = Expectation { client, issuer: &at.issuer, profile, now: self.ambient.now() };
        let signing = Signing::of(client, profile)?;
        if signing.reads_unsigned(text) {
            return RequestObject::unsigned(text, &by);
        }
        let keys = self.keys_of(at, client, request_object::claimed_key_id(text).as_deref()).await;
        let keys = keys.map_err(|none| Refusal::new(Cause::RequestObjectUnusable).with_detail(none.to_string()))?;
        RequestObject::signed(text, &by, signing, &keys)
    }

    /// OC-46, JA-06: a fragment that is not the hash of what is there means that what we have is too old.
    async fn fetch_object(&self, at: &TenantDirectory, uri: &RequestUri<'_>) -> Result<String, Refusal> {
        let unreadable = |what: String| Refusal::new(Cause::RequestUriUnreadable).with_detail(what);
        let not_fetched = |error: OutboundError| unreadable(error.to_string());
        let fetched = self.outbound.fetch(at.id(), uri.address(), Expected::RequestObject, MAX_AGE).await;
        let mut document = fetched.map_err(not_fetched)?;
        if !uri.means(&document.body) {
            let renewed = self.outbound.renew(at.id(), uri.address(), Expected::RequestObject, MAX_AGE).await;
            document = renewed.map_err(not_fetched)?;
        }
        if !uri.means(&document.body) {
            return Err(unreadable("the fragment is not the hash of what is there".to_owned()));
        }
        let text = std::str::from_utf8(&document.body).map_err(|_| unreadable("no text".to_owned()))?;
        Ok(text.trim().to_owned())
    }
}

/// OC-47: sign then encrypt: what comes out is looked at as if it had come so.
fn decrypt(at: &TenantDirectory, client: &Client, text: &str) -> Result<String, Refusal> {
    let unusable = |what: String| Refusal::new(Cause::RequestObjectUnusable).with_detail(what);
    RequestObject::check_encryption(text, client)?;
    let content = at.encryption.decrypt(text, request_object::MAX_BYTES);
    let content = content.map_err(|rejection| unusable(rejection.to_string()))?;
    String::from_utf8(content).map_err(|_| unusable("no text inside".to_owned()))
}
