//! What a router answers where it has no route: 404, and 405 with `Allow`.
//!
//! Owns the two statuses, and the bodies of a door that answers in plain text. The doors for browsers and for
//! applications make their own answers, a page and JSON. Method override headers are read nowhere, so that a method
//! is what the request line says. RFC 9110 §15.5.5, §15.5.6; S-128.

use axum::Router;
use axum::response::IntoResponse;
use http::{HeaderValue, StatusCode, header};

/// The bodies of one door's two fallbacks.
#[derive(Clone, Copy, Debug)]
pub struct Fallbacks {
    /// The media type of both bodies.
    pub content_type: &'static str,
    /// The body of a 404.
    pub not_found: &'static str,
    /// The body of a 405.
    pub method_not_allowed: &'static str,
}

impl Fallbacks {
    /// Plain text.
    pub const TEXT: Self = Self {
        content_type: "text/plain; charset=utf-8",
        not_found: "Not found\n",
        method_not_allowed: "Method not allowed\n",
    };
}

/// Gives a router its answers for unknown paths and for known paths with another method.
///
/// axum adds `Allow` to the latter. Call it when all routes are there: the method fallback reaches
/// only routes that exist already.
pub fn with_fallbacks<S>(router: Router<S>, fallbacks: Fallbacks) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let Fallbacks { content_type, not_found, method_not_allowed } = fallbacks;
    let answer = move |status: StatusCode, body: &'static str| async move {
        let content_type = HeaderValue::from_static(content_type);
        (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
    };
    router
        .method_not_allowed_fallback(move || answer(StatusCode::METHOD_NOT_ALLOWED, method_not_allowed))
        .fallback(move || answer(StatusCode::NOT_FOUND, not_found))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::response::Response;
    use axum::routing::{get, post};
    use http::{Method, Request};
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(method: Method, path: &str) -> Response {
        let router = Router::new().route("/page", get(|| async {})).route("/form", post(|| async {}));
        let request = Request::builder().method(method).uri(path);
        with_fallbacks(router, Fallbacks::TEXT).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// S-128: a method a route does not have is refused, naming those it has.
    #[tokio::test]
    async fn another_method_is_refused_with_405_and_allow() {
        for method in [Method::TRACE, Method::OPTIONS, Method::PUT, Method::GET] {
            let refused = answer(method.clone(), "/form").await;

            assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
            assert_eq!(refused.headers()["allow"], "POST", "{method}");
            assert_eq!(refused.headers()["content-type"], "text/plain; charset=utf-8");
        }
        assert_eq!(answer(Method::POST, "/page").await.headers()["allow"], "GET,HEAD");
    }

    #[tokio::test]
    async fn an_unknown_path_is_404_in_the_doors_shape() {
        let missing = answer(Method::GET, "/nothing").await;

        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
        assert_eq!(missing.headers()["content-type"], "text/plain; charset=utf-8");
    }
}
