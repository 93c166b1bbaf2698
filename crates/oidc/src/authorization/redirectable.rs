//! The first states of an authorization request: up to the point where a redirect to the client is safe.
//!
//! Every refusal here is for the person in front of the browser: nothing may be sent to an address that is not known to
//! be the client's (RFC 6749 §4.1.2.1, SECURITY S-008, OA-AZ-11). The rules after it are in `acceptance`.

use portreeve_domain::{Client, ClientId};

use super::acceptance::{self, Rules};
use super::{Accepted, ResponseMode, ResponseTarget};
use crate::request_object::Proof;
use crate::{Cause, Parameters, Refusal, redirect_uri};

/// A request whose `client_id` is well-formed; nothing else was looked at.
#[derive(Clone, Debug)]
pub struct Parsed {
    client_id: ClientId,
    parameters: Parameters,
}

/// A request of a registered client that is not switched off.
#[derive(Clone, Debug)]
pub struct Identified<'c> {
    pub(super) client: &'c Client,
    pub(super) parameters: Parameters,
    pub(super) proof: Proof,
}

/// A request that can be answered: its redirect URI is registered for its client.
#[derive(Clone, Debug)]
pub struct Redirectable<'c> {
    pub(super) client: &'c Client,
    pub(super) parameters: Parameters,
    pub(super) proof: Proof,
    pub(super) target: ResponseTarget,
    pub(super) redirect_uri_was_sent: bool,
}

/// A request that was refused, and where the client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRequest {
    /// Where the error goes.
    pub target: ResponseTarget,
    /// What the error is.
    pub refusal: Refusal,
}

impl Parsed {
    /// Takes the parameters of a request, by query or by form alike (OC-01).
    ///
    /// # Errors
    /// `ParameterMissing` without a `client_id`; `ClientUnknown` for one that no client can have.
    pub fn from_parameters(parameters: Parameters) -> Result<Self, Refusal> {
        let text = parameters.require("client_id")?;
        let client_id = ClientId::parse(text).ok_or_else(|| Refusal::new(Cause::ClientUnknown).with_detail(text))?;
        Ok(Self { client_id, parameters })
    }

    /// Takes the parameters of a request whose client has authenticated, which need not name it again.
    ///
    /// # Errors
    /// `ClientUnknown` when they name another one.
    pub fn authenticated(client: &Client, parameters: Parameters) -> Result<Self, Refusal> {
        match parameters.get("client_id") {
            Some(other) if other != client.id.as_str() => {
                Err(Refusal::new(Cause::ClientUnknown).with_detail(other.to_owned()))
            }
            _ => Ok(Self { client_id: client.id.clone(), parameters }),
        }
    }

    /// Whose request it says it is.
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Goes on with the client of that name.
    ///
    /// # Errors
    /// `ClientUnknown` when `client` is another one; `ClientDisabled` when it is switched off.
    pub fn identify(self, client: &Client) -> Result<Identified<'_>, Refusal> {
        if client.id != self.client_id {
            return Err(Refusal::new(Cause::ClientUnknown).with_detail(self.client_id.as_str()));
        }
        if client.disabled_at.is_some() {
            return Err(Refusal::new(Cause::ClientDisabled).with_detail(self.client_id.as_str()));
        }
        Ok(Identified { client, parameters: self.parameters, proof: Proof::None })
    }
}

impl<'c> Identified<'c> {
    /// Finds the redirect URI.
    ///
    /// It may be left out by a client that has registered exactly one, in a request without the `openid` scope
    /// (RFC 6749 §3.1.2.3; OIDC Core §3.1.2.1 always requires it).
    ///
    /// # Errors
    /// `RedirectUriMissing`, `RedirectUriNotRegistered`.
    pub fn redirectable(self) -> Result<Redirectable<'c>, Refusal> {
        let metadata = &self.client.metadata;
        let sent = self.parameters.get("redirect_uri");
        let redirect_uri = match sent {
            Some(uri) if redirect_uri::matches(&metadata.redirect_uris, uri, metadata.application_type) => uri,
            Some(uri) => return Err(Refusal::new(Cause::RedirectUriNotRegistered).with_detail(uri)),
            None => self.only_redirect_uri().ok_or(Cause::RedirectUriMissing)?,
        };
        let state = self.parameters.get("state").map(str::to_owned);
        // A mode that cannot be used is itself an error, and is reported in the one that needs no asking.
        let default = || ResponseMode::default_for(self.parameters.get("response_type").unwrap_or_default());
        let mode = ResponseMode::requested(&self.parameters, self.client, redirect_uri).unwrap_or_else(|_| default());
        let target = ResponseTarget::new(redirect_uri.to_owned(), state, mode);
        let redirect_uri_was_sent = sent.is_some();
        let Self { client, parameters, proof } = self;
        Ok(Redirectable { client, parameters, proof, target, redirect_uri_was_sent })
    }

    fn only_redirect_uri(&self) -> Option<&str> {
        // A malformed scope is reported later, to the client; here it is enough that `openid` may be meant.
        let is_oidc = self.parameters.get("scope").is_some_and(|scope| scope.split(' ').any(|token| token == "openid"));
        match self.client.metadata.redirect_uris.as_slice() {
            [only] if !is_oidc => Some(only),
            _ => None,
        }
    }
}

impl Redirectable<'_> {
    /// Where answers go, for errors that do not come from [`Self::accept`] (a fault, a busy server).
    pub fn target(&self) -> &ResponseTarget {
        &self.target
    }

    /// Checks everything else.
    ///
    /// # Errors
    /// The refusal and where to send it; for the causes see [`Rules`].
    pub fn accept(self, rules: &Rules<'_>) -> Result<Accepted, RejectedRequest> {
        match acceptance::check(&self, rules) {
            Ok(accepted) => Ok(accepted),
            Err(refusal) => Err(RejectedRequest { target: self.target, refusal }),
        }
    }
}
