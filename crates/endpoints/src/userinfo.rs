//! The userinfo endpoint, by GET and POST. OIDC Core §5.3, RFC 6750, RFC 9449 §7; FAPI 1.0 Baseline §6.2.1 for the header.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use portreeve_domain::{Failure, Scope};
use portreeve_http_kit::strict_form::declares_form;
use portreeve_issuer::{RequestTarget, ResourceRequest, Userinfo};
use portreeve_oidc::bearer::{self, Places, Scheme};
use portreeve_oidc::resource_demand::ResourceDemand;
use portreeve_oidc::{Parameters, Refusal, paths, resource_metadata};

use crate::answer::{Challenge, json_reply, without_token};
use crate::authorization::Authorization;
use crate::form::PostedForm;
use crate::tenant_request::TenantRequest;

/// What the endpoint needs, for the challenge.
const SCOPE: &str = "openid";
const GET: &str = "GET";
const POST: &str = "POST";
/// By what both sides tell of the same request.
const INTERACTION: HeaderName = HeaderName::from_static("x-fapi-interaction-id");
/// Characters of a UUID (RFC 9562 §4).
const UUID_CHARS: usize = 36;

/// Answers a GET request: the token is in the header.
pub(crate) async fn by_get(asked: TenantRequest, request: Request) -> Response {
    let interaction = interaction(request.headers());
    let authorization = Authorization::of(request.headers());
    let presented = Presented { method: GET, authorization: &authorization, form: None, query: request.uri().query() };
    told(interaction, answer(&asked, presented).await)
}

/// Answers a POST request: the token is in the header, or in the form (RFC 6750 §2.2).
pub(crate) async fn by_post(asked: TenantRequest, request: Request) -> Response {
    let interaction = interaction(request.headers());
    told(interaction, answer_post(&asked, request).await)
}

async fn answer_post(asked: &TenantRequest, request: Request) -> Response {
    let authorization = Authorization::of(request.headers());
    let query = request.uri().query().map(str::to_owned);
    // A body that is no form holds no token (RFC 6750 §2.2); beside one in the header it may be anything, or nothing.
    let bare = Presented { method: POST, authorization: &authorization, form: None, query: query.as_deref() };
    if !declares_form(request.headers()) {
        return answer(asked, bare).await;
    }
    match PostedForm::from_request(request, &()).await {
        Ok(PostedForm(Ok(form))) => answer(asked, Presented { form: Some(&form), ..bare }).await,
        Ok(PostedForm(Err(refusal))) => refused(asked, &refusal, Scheme::Bearer),
        Err(impossible) => match impossible {},
    }
}

/// The number that the client gave the request, if it is one.
fn interaction(headers: &HeaderMap) -> Option<HeaderValue> {
    let is_uuid =
        |text: &[u8]| text.len() == UUID_CHARS && text.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    headers.get(INTERACTION).filter(|value| is_uuid(value.as_bytes())).cloned()
}

/// The answer with the number of the request.
fn told(interaction: Option<HeaderValue>, mut response: Response) -> Response {
    response.headers_mut().extend(interaction.map(|number| (INTERACTION, number)));
    response
}

/// What a request may carry a token in.
struct Presented<'a> {
    method: &'static str,
    authorization: &'a Authorization,
    form: Option<&'a Parameters>,
    query: Option<&'a str>,
}

async fn answer(asked: &TenantRequest, presented: Presented<'_>) -> Response {
    let Presented { method, authorization, form, query } = presented;
    let values = authorization.values();
    let token = match bearer::extract(&Places { authorization: &values, form, query }) {
        Ok(Some(token)) => token,
        Ok(None) => return without_token(&asked.at.issuer, metadata_address(asked).as_deref()),
        Err(refusal) => return refused(asked, &refusal, Scheme::Bearer),
    };
    let target = Some(RequestTarget { method, path: paths::USERINFO });
    let request = ResourceRequest { token, sender: &asked.sender, target };
    let response = match asked.issuer.userinfo(&asked.at, &request).await {
        Ok(Userinfo::Json(body)) => json_reply(StatusCode::OK, body),
        Ok(Userinfo::Jwt(token)) => ([(header::CONTENT_TYPE, "application/jwt")], token).into_response(),
        Err(Failure::Refused(refusal)) => refused(asked, &refusal, token.scheme),
        Err(Failure::Fault(fault)) => asked.broken(&fault),
    };
    asked.with_nonce(response)
}

fn refused(asked: &TenantRequest, refusal: &Refusal, scheme: Scheme) -> Response {
    let needed = ResourceDemand::of_scope(Scope::parse(SCOPE).unwrap_or_default());
    let challenge = bearer::challenge(refusal, scheme, &asked.at.issuer, &needed);
    let challenge = bearer::with_resource_metadata(challenge, metadata_address(asked).as_deref());
    asked.refused(refusal, Challenge::ToEveryRefusal(challenge))
}

/// The address of this API's metadata (RFC 9728 §5.1).
fn metadata_address(asked: &TenantRequest) -> Option<String> {
    resource_metadata::address_of(&format!("{}{}", asked.at.issuer, paths::USERINFO))
}
