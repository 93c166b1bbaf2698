//! The introspection endpoint. RFC 7662 §2, RFC 9701 §4.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use portreeve_issuer::{IntrospectionForm, patiently};
use portreeve_oidc::introspection;

use crate::answer::json_reply;
use crate::authorization::Authorization;
use crate::form::PostedForm;
use crate::tenant_request::TenantRequest;

/// Answers an introspection request.
///
/// It need not run to its end when the caller goes away: at most an assertion is used up, in one transaction, and that it
/// was or was not makes no difference to somebody who does not hear the answer.
pub(crate) async fn introspect(asked: TenantRequest, headers: HeaderMap, PostedForm(form): PostedForm) -> Response {
    let authorization = Authorization::of(&headers);
    let challenge = authorization.client_challenge(&asked.at.issuer);
    let parameters = match form {
        Ok(parameters) => parameters,
        Err(refusal) => return asked.refused(&refusal, challenge),
    };
    let form = asked_form(&headers);
    let values = authorization.values();
    let told = patiently(asked.issuer.introspect(&asked.at, &values, &asked.sender, form, &parameters)).await;
    let response = match (told, form) {
        (Ok(body), IntrospectionForm::Json) => json_reply(StatusCode::OK, body),
        (Ok(token), IntrospectionForm::Jwt) => {
            ([(header::CONTENT_TYPE, introspection::JWT_MEDIA_TYPE)], token).into_response()
        }
        (Err(failure), _) => asked.failed(failure, challenge),
    };
    asked.with_nonce(response)
}

fn asked_form(headers: &HeaderMap) -> IntrospectionForm {
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    if introspection::wants_jwt(accept) { IntrospectionForm::Jwt } else { IntrospectionForm::Json }
}
