//! What an access token is for: one audience, and the scopes that mean something there.
//!
//! Owns narrowing at the token endpoint and the choice of the audience. Leaves what may be granted in the first place to
//! the authorization endpoint. RFC 6749 §3.3, §6; RFC 8707 §2.2; RFC 9068 §3; RFC 9396 §6.
//!
//! An access token is for exactly one resource, so that no API can use it at another, and scopes of two APIs never meet
//! in one token. Without `resource` in a token request:
//! - several were granted: the first one, in the order the client named them at the authorization endpoint. RFC 8707 §2.2
//!   allows a predefined default; a refusal would burn the code and send the person through sign-in again. The
//!   `scope` of the answer shows which one it was, and a refresh can ask for the others.
//! - none was granted: the issuer itself, for userinfo. Where userinfo is out of reach (no `openid`), the one resource
//!   server that defines every scope of the grant.

use std::sync::Arc;

use portreeve_domain::{Attribute, Client, ResourceServer, Scope};

use crate::authorization_details::{Detail, Selection};
use crate::scope_policy::OIDC_SCOPES;
use crate::{Cause, Refusal, paths, resource, userinfo};

/// What a person granted; tokens may have less, never more.
#[derive(Clone, Copy, Debug)]
pub struct Granted<'a> {
    /// The scope granted.
    pub scope: &'a Scope,
    /// The resources granted, in the order they were named.
    pub resources: &'a [String],
    /// The authorization details granted.
    pub details: &'a [Detail],
}

/// Our own API, userinfo.
#[derive(Clone, Copy, Debug)]
pub struct Ours<'a> {
    /// The issuer, which names it.
    pub issuer: &'a str,
    /// The attributes of the tenant: the scopes that release them are scopes of it.
    pub attributes: &'a [Arc<Attribute>],
}

/// What a token request asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// `scope`; `None` when absent.
    pub scope: Option<&'a Scope>,
    /// Every `resource`.
    pub resources: &'a [String],
    /// `authorization_details`, unchecked; `None` when absent.
    pub details: Option<&'a str>,
}

/// What one access token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenTarget {
    /// The resource server, as registered; `None`: the issuer itself.
    pub resource: Option<String>,
    /// The scope of the token; may be empty.
    pub scope: Scope,
    /// The authorization details it carries.
    pub details: Selection,
}

/// Chooses what a token for a person's grant to `client` is for. `servers` are the tenant's. What the client may not have any more counts as
/// not granted (S-060): the answer has less, and says so (RFC 6749 §5.1, §6).
///
/// A token request that names no resource gets a token for the first one granted; where none was, for userinfo if `openid`
/// was, else for the only server that defines the scopes. Naming the issuer or the address of userinfo asks for userinfo.
///
/// # Errors
/// `ScopeBeyondGrant`, `ResourceBeyondGrant`, `ResourceNotSingle`; those of [`resource::targets`]; `ResourceUnknown` also
/// when the granted resource server is gone or the client may not use it any more; those of [`Selection::of`].
pub fn for_user(
    client: &Client,
    granted: Granted<'_>,
    wanted: Wanted<'_>,
    servers: &[&ResourceServer],
    ours: Ours<'_>,
) -> Result<TokenTarget, Refusal> {
    let granted_scope = granted.scope.filter(|token| client.may_have_scope(token));
    let scope = narrow_scope(&granted_scope, wanted.scope)?;
    let wants_ours =
        granted_scope.contains("openid") && matches!(wanted.resources, [only] if is_ours(only, ours.issuer));
    let requested = if wants_ours { Vec::new() } else { resource::targets(wanted.resources, client, servers)? };
    let usable = usable_by(client, servers);
    let server = match narrow_resources(granted.resources, &requested)? {
        _ if wants_ours => None,
        Some(resource) => Some(find(&usable, resource)?),
        None if granted_scope.contains("openid") => None,
        None => {
            only_server_of(&granted_scope.filter(|token| !userinfo::is_claim_scope(token, ours.attributes)), &usable)
        }
    };
    let audience = server.map(|server| server.resource.as_str());
    let details = Selection::of(client, granted.details, wanted.details, audience)?;
    Ok(TokenTarget { details, ..target(server, &scope, Some(ours)) })
}

/// Chooses what a token by client credentials is for. `servers` are the tenant's.
///
/// Without `resource`: the only one the client is registered for, else the one that defines every scope asked for.
/// Without `scope`: the client's registered scope, as far as it belongs there; none if nothing is registered.
///
/// # Errors
/// `ScopeNeedsUser` for a scope of OpenID Connect; `ScopeNotAllowed` for a scope that is unknown, not registered for the
/// client, or of a resource server it may not use; those of [`resource::targets`]; `ResourceNotSingle` when scopes are
/// wanted and no single resource server is meant.
pub fn for_client(client: &Client, wanted: Wanted<'_>, servers: &[&ResourceServer]) -> Result<TokenTarget, Refusal> {
    let usable = usable_by(client, servers);
    let scope = client_scope(client, wanted.scope, &usable)?;
    let requested = resource::targets(wanted.resources, client, servers)?;
    let server = match (requested.as_slice(), client.metadata.resources.as_slice()) {
        ([], [only]) => Some(find(&usable, only)?),
        ([], _) => only_server_of(&scope, &usable),
        (named, _) => Some(find(&usable, single(named)?)?),
    };
    if server.is_none() && !scope.is_empty() {
        return Err(Refusal::new(Cause::ResourceNotSingle).with_detail("no resource named, scopes of several"));
    }
    Ok(target(server, &scope, None))
}

/// Those of `servers` that `client` may ask tokens for.
fn usable_by<'a>(client: &Client, servers: &[&'a ResourceServer]) -> Vec<&'a ResourceServer> {
    servers.iter().copied().filter(|server| client.may_target(&server.resource)).collect()
}

/// Narrows a granted scope to the requested one, for this token only: the grant stays as it is (RFC 6749 §6).
///
/// # Errors
/// `ScopeBeyondGrant` when anything is asked for that was not granted.
pub fn narrow_scope(granted: &Scope, requested: Option<&Scope>) -> Result<Scope, Refusal> {
    let Some(requested) = requested else { return Ok(granted.clone()) };
    if !granted.covers(requested) {
        let beyond = requested.filter(|token| !granted.contains(token));
        return Err(Refusal::new(Cause::ScopeBeyondGrant).with_detail(beyond.to_string()));
    }
    Ok(requested.clone())
}

/// Narrows the granted resources to the one a token is for; the first when none is requested.
///
/// Both are identifiers as registered, `requested` without repetitions. `None` when none was granted.
///
/// # Errors
/// `ResourceBeyondGrant` when one is asked for that was not granted; `ResourceNotSingle` for more than one.
pub fn narrow_resources<'a>(granted: &'a [String], requested: &'a [String]) -> Result<Option<&'a str>, Refusal> {
    if let Some(beyond) = requested.iter().find(|resource| !granted.contains(resource)) {
        return Err(Refusal::new(Cause::ResourceBeyondGrant).with_detail(beyond));
    }
    if requested.is_empty() {
        return Ok(granted.first().map(String::as_str));
    }
    single(requested).map(Some)
}

/// Whether `resource` names our own API: by the issuer, or by its address, as its metadata does (RFC 9728 §2).
fn is_ours(resource: &str, issuer: &str) -> bool {
    resource.strip_prefix(issuer).is_some_and(|rest| rest.is_empty() || rest == paths::USERINFO)
}

/// The one resource named; repetitions were dropped before.
fn single(requested: &[String]) -> Result<&str, Refusal> {
    match requested {
        [one] => Ok(one),
        _ => Err(Cause::ResourceNotSingle.into()),
    }
}

fn find<'a>(servers: &[&'a ResourceServer], resource: &str) -> Result<&'a ResourceServer, Refusal> {
    servers
        .iter()
        .copied()
        .find(|server| server.resource == resource)
        .ok_or_else(|| Refusal::new(Cause::ResourceUnknown).with_detail(resource))
}

/// The one server that defines every scope beyond OpenID Connect's. `None` when there is no such scope, or not one server.
fn only_server_of<'a>(scope: &Scope, servers: &[&'a ResourceServer]) -> Option<&'a ResourceServer> {
    let own = scope.filter(|token| !is_openid_scope(token));
    let mut defining = servers.iter().copied().filter(|server| !own.is_empty() && server.scopes.covers(&own));
    defining.next().filter(|_| defining.next().is_none())
}

fn is_openid_scope(token: &str) -> bool {
    OIDC_SCOPES.contains(&token)
}

/// Every scope of a token must mean something to its audience (RFC 9068 §2.2.3): those of OpenID Connect and of claims are the issuer's.
fn target(server: Option<&ResourceServer>, scope: &Scope, ours: Option<Ours<'_>>) -> TokenTarget {
    let attributes = ours.map_or(&[][..], |ours| ours.attributes);
    let is_ours = |token: &str| is_openid_scope(token) || userinfo::is_claim_scope(token, attributes);
    let is_of_audience = |token: &str| server.map_or(is_ours(token), |server| server.scopes.contains(token));
    TokenTarget {
        resource: server.map(|server| server.resource.clone()),
        scope: scope.filter(is_of_audience),
        details: Selection::default(),
    }
}

fn client_scope(client: &Client, requested: Option<&Scope>, usable: &[&ResourceServer]) -> Result<Scope, Refusal> {
    let defined = |token: &str| usable.iter().any(|server| server.scopes.contains(token));
    let Some(requested) = requested else {
        return Ok(client.metadata.scope.as_ref().map(|scope| scope.filter(defined)).unwrap_or_default());
    };
    if let Some(token) = requested.iter().find(|token| is_openid_scope(token)) {
        return Err(Refusal::new(Cause::ScopeNeedsUser).with_detail(token));
    }
    if let Some(token) = requested.iter().find(|token| !defined(token) || !client.may_have_scope(token)) {
        return Err(Refusal::new(Cause::ScopeNotAllowed).with_detail(token));
    }
    Ok(requested.clone())
}

#[cfg(test)]
mod tests;
