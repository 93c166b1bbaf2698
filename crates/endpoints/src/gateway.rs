//! The door for nginx's `auth_request`: 204 with who it is, 401, or 403; anything else nginx shows as 500.
//!
//! Owns statuses and the identity headers. Every answer carries all of them, empty when unknown, so that none a client
//! made up survives (ECOSYSTEM §2.2, §4.3). The query is the proxy's, and says what it demands of tokens; of the request that is
//! asked about only method and path are read, to be compared with a proof; host and scheme are configured. Leaves the decision to
//! `issuer`. RFC 9470 §3.

use axum::extract::{Path, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use portreeve_domain::Failure;
use portreeve_issuer::{GatewayIdentity, RequestTarget, ResourceRequest};
use portreeve_oidc::bearer::{self, Places, Scheme};
use portreeve_oidc::resource_demand::ResourceDemand;
use portreeve_oidc::{Refusal, resource_metadata};
use serde::Deserialize;

use crate::answer::{self, Challenge};
use crate::authorization::Authorization;
use crate::tenant_request::TenantRequest;

/// The address, below the issuer.
pub(crate) const AUTH_REQUEST: &str = "/gateway/auth-request/{app}";

/// Where the proxy says which request it asks about.
const ORIGINAL_METHOD: HeaderName = HeaderName::from_static("x-original-method");
const ORIGINAL_URI: HeaderName = HeaderName::from_static("x-original-uri");

/// The path's parameters; a tenant's slug is read elsewhere.
#[derive(Deserialize)]
pub(crate) struct Target {
    app: String,
}

/// Answers one subrequest.
pub(crate) async fn auth_request(
    asked: Result<TenantRequest, Response>,
    Path(path): Path<Target>,
    request: Request,
) -> Response {
    let asked = match asked {
        Ok(asked) => asked,
        Err(response) => return with_identity(response, &GatewayIdentity::default()),
    };
    let Some(app) = asked.at.gateway_app(&path.app) else {
        return with_identity(answer::not_found(), &GatewayIdentity::default());
    };
    let demand = match ResourceDemand::from_query(request.uri().query().unwrap_or_default()) {
        Ok(demand) => demand,
        // No token would help: the proxy must be set up right.
        Err(refusal) => {
            let response = asked.refused(&refusal, Challenge::ToFailedClient(None));
            return with_identity(response, &GatewayIdentity::default());
        }
    };
    let door = Door { asked: &asked, app: &path.app, demand: &demand };
    let authorization = Authorization::of(request.headers());
    let values = authorization.values();
    let token = match bearer::extract(&Places { authorization: &values, ..Places::default() }) {
        Ok(Some(token)) => token,
        Ok(None) => {
            let metadata = resource_metadata::address_of_app(&asked.at.issuer, &path.app);
            let response = answer::without_token(&asked.at.issuer, metadata.as_deref());
            return with_identity(response, &GatewayIdentity::default());
        }
        Err(refusal) => return door.denied(&refusal, Scheme::Bearer),
    };
    let target = original_request(request.headers());
    let checked = ResourceRequest { token, sender: &asked.sender, target };
    let response = match asked.issuer.gateway_identity(&asked.at, app, &demand, &checked).await {
        Ok(identity) => with_identity(StatusCode::NO_CONTENT.into_response(), &identity),
        Err(Failure::Refused(refusal)) => door.denied(&refusal, token.scheme),
        Err(Failure::Fault(fault)) => with_identity(asked.broken(&fault), &GatewayIdentity::default()),
    };
    asked.with_nonce(response)
}

/// What the proxy says the request is for. `None` unless it says both, once, and the path is one.
fn original_request(headers: &HeaderMap) -> Option<RequestTarget<'_>> {
    let only = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().filter(|_| values.next().is_none())?;
        value.to_str().ok().filter(|text| !text.is_empty())
    };
    let path = only(ORIGINAL_URI)?.split('?').next().filter(|path| path.starts_with('/'))?;
    Some(RequestTarget { method: only(ORIGINAL_METHOD)?, path })
}

/// What a denial has to tell.
struct Door<'a> {
    asked: &'a TenantRequest,
    app: &'a str,
    demand: &'a ResourceDemand,
}

impl Door<'_> {
    /// 401 where another token or proof would help, also one for which the person signs in again; else 403.
    fn denied(&self, refusal: &Refusal, scheme: Scheme) -> Response {
        let status = match refusal.cause.code().status_at_resource() {
            401 => StatusCode::UNAUTHORIZED,
            _ => StatusCode::FORBIDDEN,
        };
        let issuer = &self.asked.at.issuer;
        let metadata = resource_metadata::address_of_app(issuer, self.app);
        let challenge = bearer::challenge(refusal, scheme, issuer, self.demand);
        let challenge = bearer::with_resource_metadata(challenge, metadata.as_deref());
        let response = (status, [(header::WWW_AUTHENTICATE, challenge)]).into_response();
        with_identity(self.asked.note_refusal(refusal, response), &GatewayIdentity::default())
    }
}

fn with_identity(mut response: Response, identity: &GatewayIdentity) -> Response {
    insert_identity(response.headers_mut(), identity);
    response
}

fn insert_identity(headers: &mut HeaderMap, identity: &GatewayIdentity) {
    for (name, value) in [
        ("x-auth-sub", identity.subject.as_str()),
        ("x-auth-client", &identity.client),
        ("x-auth-scope", &identity.scope),
        ("x-auth-email", &identity.email),
        // There are no groups yet; the header is part of the contract all the same.
        ("x-auth-groups", ""),
        ("x-auth-acr", &identity.acr),
        ("x-auth-signed", &identity.signed),
    ] {
        // What cannot stand in a header is as good as unknown.
        let value = HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""));
        headers.insert(HeaderName::from_static(name), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: [&str; 7] =
        ["x-auth-sub", "x-auth-client", "x-auth-scope", "x-auth-email", "x-auth-groups", "x-auth-acr", "x-auth-signed"];

    #[test]
    fn every_header_of_the_contract_is_there_when_nothing_is_known() {
        let response = with_identity(StatusCode::UNAUTHORIZED.into_response(), &GatewayIdentity::default());

        for name in CONTRACT {
            assert_eq!(response.headers()[name], "", "{name}");
        }
    }

    #[test]
    fn a_value_that_would_break_the_header_is_left_empty() {
        let identity = GatewayIdentity { email: "a@b.example\r\nx-auth-sub: eve".to_owned(), ..Default::default() };

        let response = with_identity(StatusCode::NO_CONTENT.into_response(), &identity);

        assert_eq!(response.headers()["x-auth-email"], "");
    }
}
