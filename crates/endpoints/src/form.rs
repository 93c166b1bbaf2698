//! The form of a machine request.
//!
//! Owns the order: nothing in the query, then a strict form, then the rules for parameters. Every way of failing is a
//! refusal of the same endpoint, so it is handed to the handler and not answered here. RFC 6749 §3.2; OA-07, OA-10.

use std::convert::Infallible;

use axum::extract::{FromRequest, Request};
use portreeve_http_kit::strict_form::FormPairs;
use portreeve_oidc::{Cause, Parameters, Refusal};

/// The parameters of a POST request, or why they cannot be used.
pub(crate) struct PostedForm(pub(crate) Result<Parameters, Refusal>);

impl<S: Send + Sync> FromRequest<S> for PostedForm {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(read(request, state).await))
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Parameters, Refusal> {
    // What is in a query is in logs: credentials and tokens there are lost already, and must not seem to work.
    if request.uri().query().is_some_and(|query| !query.is_empty()) {
        return Err(Cause::ParametersInUri.into());
    }
    let malformed = |rejection: portreeve_http_kit::strict_form::PairsRejection| {
        Refusal::new(Cause::FormMalformed).with_detail(rejection.to_string())
    };
    let FormPairs(pairs) = FormPairs::from_request(request, state).await.map_err(malformed)?;
    Parameters::from_pairs(pairs)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn posted(uri: &str, content_type: &str, body: &'static str) -> Result<Parameters, Cause> {
        let request = Request::post(uri).header("content-type", content_type).body(Body::from(body)).unwrap();
        let PostedForm(read) = PostedForm::from_request(request, &()).await.unwrap();
        read.map_err(|refusal| refusal.cause)
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[tokio::test]
    async fn a_form_is_read() {
        let parameters = posted("/", FORM, "grant_type=client_credentials&scope=a+b").await.unwrap();

        assert_eq!(parameters.get("scope"), Some("a b"));
    }

    /// OA-10: parameters in the URI are refused, also beside a good form.
    #[tokio::test]
    async fn a_query_is_refused() {
        assert_eq!(posted("/?client_secret=s", FORM, "a=b").await, Err(Cause::ParametersInUri));
        assert!(posted("/?", FORM, "a=b").await.is_ok());
    }

    /// OA-07: JSON is no form.
    #[tokio::test]
    async fn another_media_type_is_refused() {
        assert_eq!(posted("/", "application/json", "{}").await, Err(Cause::FormMalformed));
        assert_eq!(posted("/", FORM, "a=%zz").await, Err(Cause::FormMalformed));
    }

    /// OA-01: a repeated parameter is refused.
    #[tokio::test]
    async fn a_repeated_parameter_is_refused() {
        assert_eq!(posted("/", FORM, "code=a&code=a").await, Err(Cause::ParameterRepeated));
    }
}
