//! Client registration: the endpoint, and the address of each registered client. RFC 7591 §3, RFC 7592 §2.
//!
//! A tenant that lets no client register has neither, which `issuer` knows (S-157).

use std::sync::Arc;

use axum::extract::{RawPathParams, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use portreeve_domain::Failure;
use portreeve_issuer::Registration;
use portreeve_oidc::bearer::{self, Places, Scheme};
use portreeve_oidc::client_registration::MAX_BODY_BYTES;
use portreeve_oidc::resource_demand::ResourceDemand;
use portreeve_oidc::{Cause, Refusal};

use crate::answer::{Challenge, json_reply, not_found};
use crate::authorization::Authorization;
use crate::detached_work::to_its_end;
use crate::tenant_request::TenantRequest;

/// The media type of registrations.
const JSON: &str = "application/json";

/// Registers a client.
pub(crate) async fn register(asked: TenantRequest, request: Request) -> Response {
    let token = match token_of(&request) {
        Ok(token) => token,
        Err(refusal) => return refused(&asked, &refusal),
    };
    let network = asked.network();
    let body = match json_body(request).await {
        Ok(body) => body,
        Err(refusal) => return refused(&asked, &refusal),
    };
    let (issuer, at) = (Arc::clone(&asked.issuer), Arc::clone(&asked.at));
    let registered =
        to_its_end(async move { issuer.register_client(&at, token.as_deref(), network, &body).await }).await;
    match registered {
        Ok(Registration::Registered(body)) => json_reply(StatusCode::CREATED, body),
        Ok(Registration::TokenNeeded) => without_token(&asked),
        Ok(Registration::TooFast(wait)) => {
            asked.too_many(&Refusal::new(Cause::RegistrationsTooMany).with_detail("from one network"), wait)
        }
        Err(failure) => failed(&asked, failure),
    }
}

/// Tells a client what is registered about it.
pub(crate) async fn read(asked: TenantRequest, path: RawPathParams, request: Request) -> Response {
    let (id, token) = match managed(&asked, &path, &request) {
        Ok(managed) => managed,
        Err(response) => return *response,
    };
    match asked.issuer.read_registration(&asked.at, &id, &token).await {
        Ok(body) => json_reply(StatusCode::OK, body),
        Err(failure) => failed(&asked, failure),
    }
}

/// Replaces what a client registered.
pub(crate) async fn replace(asked: TenantRequest, path: RawPathParams, request: Request) -> Response {
    let (id, token) = match managed(&asked, &path, &request) {
        Ok(managed) => managed,
        Err(response) => return *response,
    };
    let body = match json_body(request).await {
        Ok(body) => body,
        Err(refusal) => return refused(&asked, &refusal),
    };
    let (issuer, at) = (Arc::clone(&asked.issuer), Arc::clone(&asked.at));
    match to_its_end(async move { issuer.replace_registration(&at, &id, &token, &body).await }).await {
        Ok(body) => json_reply(StatusCode::OK, body),
        Err(failure) => failed(&asked, failure),
    }
}

/// Removes a client.
pub(crate) async fn delete(asked: TenantRequest, path: RawPathParams, request: Request) -> Response {
    let (id, token) = match managed(&asked, &path, &request) {
        Ok(managed) => managed,
        Err(response) => return *response,
    };
    let (issuer, at) = (Arc::clone(&asked.issuer), Arc::clone(&asked.at));
    match to_its_end(async move { issuer.delete_registration(&at, &id, &token).await }).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => failed(&asked, failure),
    }
}

/// The client an address names and the token presented there.
fn managed(asked: &TenantRequest, path: &RawPathParams, request: &Request) -> Result<(String, String), Box<Response>> {
    let id = path.iter().find(|(name, _)| *name == "client_id").map(|(_, id)| id.to_owned());
    let Some(id) = id else { return Err(Box::new(not_found())) };
    match token_of(request) {
        Ok(Some(token)) => Ok((id, token)),
        Ok(None) => Err(Box::new(without_token(asked))),
        Err(refusal) => Err(Box::new(refused(asked, &refusal))),
    }
}

fn token_of(request: &Request) -> Result<Option<String>, Refusal> {
    let authorization = Authorization::of(request.headers());
    let values = authorization.values();
    let places = Places { authorization: &values, form: None, query: request.uri().query() };
    // These tokens are bound to no key: there is nothing that a proof would add.
    let bearer = bearer::extract(&places)?.filter(|token| token.scheme == Scheme::Bearer);
    Ok(bearer.map(|token| token.text.to_owned()))
}

async fn json_body(request: Request) -> Result<Vec<u8>, Refusal> {
    let malformed = |what: &str| Refusal::new(Cause::RegistrationMalformed).with_detail(what);
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(malformed("the body is content-encoded"));
    }
    if !declares_json(request.headers()) {
        return Err(malformed("the content type is not application/json"));
    }
    let body = axum::body::to_bytes(request.into_body(), MAX_BODY_BYTES).await;
    body.map(Vec::from).map_err(|_| malformed("the body is too large or broke off"))
}

fn declares_json(headers: &HeaderMap) -> bool {
    let mut declared = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (declared.next(), declared.next()) else { return false };
    only.to_str().is_ok_and(|value| {
        let media_type = value.split_once(';').map_or(value, |(before, _)| before);
        media_type.trim_matches([' ', '\t']).eq_ignore_ascii_case(JSON)
    })
}

/// Asks for a token, without an error code: nothing was wrong yet (RFC 6750 §3.1).
fn without_token(asked: &TenantRequest) -> Response {
    let [challenge, _] = bearer::challenges(&asked.at.issuer);
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
}

fn failed(asked: &TenantRequest, failure: Failure<Refusal>) -> Response {
    match failure {
        Failure::Refused(refusal) => refused(asked, &refusal),
        Failure::Fault(fault) => asked.broken(&fault),
    }
}

fn refused(asked: &TenantRequest, refusal: &Refusal) -> Response {
    let challenge = bearer::challenge(refusal, Scheme::Bearer, &asked.at.issuer, &ResourceDemand::default());
    asked.refused(refusal, Challenge::ToFailedClient(Some(challenge)))
}
