//! A request that comes with a request object: which parameters count.
//!
//! Owns where the object is, and what is left of the parameters outside. In profile `oidc` they count where the object says
//! nothing (OIDC Core §6.1); everywhere else, wherever a signature is demanded, and where nothing stands outside but whose
//! request it is, the object is the whole request (RFC 9101 §5, §6.3; RFC 9126 §3). Leaves reading the object to [`crate::request_object`].

use portreeve_domain::{Client, TenantSettings};

use super::{Channel, Identified, RejectedRequest, ResponseType};
use crate::request_object::{RequestObject, RequestUri};
use crate::{Cause, Parameters, Refusal, pushed_request};

/// What stands outside an object that is the whole request (RFC 9101 §5).
const BARE: [&str; 3] = ["client_id", "request", "request_uri"];

/// Where the object of a request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried<'a> {
    /// In the request (RFC 9101 §5.1).
    Value(&'a str),
    /// At an address that is registered for the client (RFC 9101 §5.2).
    Reference(RequestUri<'a>),
    /// The request was pushed, and this is the reference to it (RFC 9126 §4).
    Pushed(&'a str),
}

/// What parameters outside an object are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// They count where the object says nothing.
    Counts,
    /// They are ignored.
    IsIgnored,
}

impl<'c> Identified<'c> {
    /// Where the request's object is; `None` when it comes without.
    ///
    /// # Errors
    /// `RequestObjectTwice`, `RequestUriNotRegistered`.
    pub fn object(&self) -> Result<Option<Carried<'_>>, Refusal> {
        match (self.parameters.get("request"), self.parameters.get("request_uri")) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(Cause::RequestObjectTwice.into()),
            (Some(text), None) => Ok(Some(Carried::Value(text))),
            (None, Some(uri)) => match pushed_request::reference(uri) {
                Some(reference) => Ok(Some(Carried::Pushed(reference))),
                None => RequestUri::registered(uri, self.client).map(|uri| Some(Carried::Reference(uri))),
            },
        }
    }

    /// What the parameters outside the object are worth, by `channel`, in a tenant with these settings.
    pub fn outside(&self, tenant: &TenantSettings, channel: Channel) -> Outside {
        let metadata = &self.client.metadata;
        let must_be_signed = tenant.require_signed_request_object || metadata.require_signed_request_object;
        let merges = tenant.profile.tightened_by(metadata.profile).merges_request_objects();
        let is_there = !self.parameters.are_only(&BARE);
        if merges && !must_be_signed && is_there && channel == Channel::Browser {
            Outside::Counts
        } else {
            Outside::IsIgnored
        }
    }

    /// Whose request it is.
    pub fn client(&self) -> &'c Client {
        self.client
    }

    /// Goes on with what `object` says.
    ///
    /// # Errors
    /// `RequestObjectOfOtherClient` for one that must name its client and does not; `ParameterMissing` for a request that
    /// lacks what OIDC Core §6.1 wants outside too; `RequestObjectUnusable` for one that says another response type outside;
    /// those of [`Parameters::from_pairs`].
    pub fn replaced_by(self, object: RequestObject, outside: Outside) -> Result<Self, Refusal> {
        let proof = object.proof;
        let parameters = match outside {
            Outside::IsIgnored => {
                // RFC 9101 §4: it holds everything, and so says whose it is.
                object.get("client_id").ok_or(Cause::RequestObjectOfOtherClient)?;
                Parameters::from_pairs(object.pairs)?
            }
            Outside::Counts => merged(&self.parameters, object)?,
        };
        Ok(Self { client: self.client, parameters, proof })
    }

    /// Where the refusal of this request's object goes: to the client, when the parameters outside count and lead there.
    /// Otherwise nothing says where, and it is for the person; so it is when the object is another client's.
    ///
    /// # Errors
    /// `refusal`, when it is for the person.
    pub fn object_refused(self, refusal: Refusal, outside: Outside) -> Result<RejectedRequest, Refusal> {
        if outside == Outside::IsIgnored || refusal.cause == Cause::RequestObjectOfOtherClient {
            return Err(refusal);
        }
        match self.redirectable() {
            Ok(redirectable) => Ok(RejectedRequest { target: redirectable.target, refusal }),
            Err(_) => Err(refusal),
        }
    }
}

/// OC-43: a request that is valid OAuth outside, with the values of the object wherever it has any.
fn merged(outside: &Parameters, object: RequestObject) -> Result<Parameters, Refusal> {
    let response_type = outside.require("response_type")?;
    let differs = |inside: &str| ResponseType::parse(inside) != ResponseType::parse(response_type);
    if object.get("response_type").is_some_and(differs) {
        return Err(Refusal::new(Cause::RequestObjectUnusable).with_detail("response_type differs outside"));
    }
    let has_openid = |scope: &str| scope.split(' ').any(|token| token == "openid");
    if object.get("scope").is_some_and(has_openid) && !outside.get("scope").is_some_and(has_openid) {
        return Err(Refusal::new(Cause::ParameterMissing).with_detail("scope with openid beside the request object"));
    }
    outside.superseded_by(object.pairs)
}
