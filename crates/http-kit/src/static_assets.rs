//! Embedded files: styles, scripts, images of our pages.
//!
//! Owns the answer to a request below `/static/`. Leaves the table, with hashes and tags, to whoever
//! embeds the files. Paths are compared byte by byte with the table and never decoded or joined, so
//! there is nothing to traverse (S-131). RFC 9110 §13, RFC 8246.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, Uri, header};

use crate::conditional::is_not_modified;
use crate::security_headers::static_headers;

/// One embedded file.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The whole path, with the hash of the content in the name: `/static/style.1f2e3d4c.css`.
    pub path_with_hash: &'static str,
    /// The media type, with `charset=utf-8` for text.
    pub content_type: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// A strong entity tag with its quotes.
    pub etag: &'static str,
}

/// Routes `/static/…` to a table of files; merge it at the root of a door's router.
///
/// Answers GET and HEAD; 304 when the client holds the file, 404 for every path not in the table.
pub fn routes<S>(assets: &'static [Asset]) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let answer = move |uri: Uri, headers: HeaderMap| async move { find_and_answer(assets, uri.path(), &headers) };
    Router::new().route("/static/{*path}", get(answer))
}

fn find_and_answer(assets: &'static [Asset], path: &str, headers: &HeaderMap) -> Response {
    let Some(asset) = assets.iter().find(|asset| asset.path_with_hash == path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let etag = [(header::ETAG, asset.etag)];
    if is_not_modified(headers, asset.etag) {
        return (StatusCode::NOT_MODIFIED, static_headers(), etag).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, asset.content_type)];
    (static_headers(), etag, content_type, asset.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt as _;

    use super::*;

    const ASSETS: &[Asset] = &[Asset {
        path_with_hash: "/static/style.1f2e.css",
        content_type: "text/css; charset=utf-8",
        bytes: b"body{}",
        etag: "\"1f2e\"",
    }];

    async fn answer(request: http::request::Builder) -> Response {
        let request = request.body(Body::empty()).unwrap();
        routes(ASSETS).oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_file_is_served_for_good() {
        let found = answer(Request::get("/static/style.1f2e.css")).await;

        assert_eq!(found.status(), StatusCode::OK);
        assert_eq!(found.headers()["content-type"], "text/css; charset=utf-8");
        assert_eq!(found.headers()["etag"], "\"1f2e\"");
        assert_eq!(found.headers()["x-content-type-options"], "nosniff");
        assert_eq!(found.headers()["cache-control"], "public, max-age=31536000, immutable");
        let body = axum::body::to_bytes(found.into_body(), 100).await.unwrap();
        assert_eq!(body, "body{}");
    }

    #[tokio::test]
    async fn a_client_that_holds_the_file_gets_304_without_a_body() {
        let request = Request::get("/static/style.1f2e.css").header("if-none-match", "\"1f2e\"");

        let unchanged = answer(request).await;

        assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(unchanged.headers()["etag"], "\"1f2e\"");
        let body = axum::body::to_bytes(unchanged.into_body(), 100).await.unwrap();
        assert!(body.is_empty());
    }

    /// S-131: nothing but the exact path finds a file.
    #[tokio::test]
    async fn every_other_spelling_of_a_path_is_404() {
        for path in [
            "/static/style.css",
            "/static/STYLE.1f2e.css",
            "/static/style%2e1f2e.css",
            "/static/style.1f2e.css%00",
            "/static/style.1f2e.css/",
            "/static//style.1f2e.css",
            "/static/../static/style.1f2e.css",
            "/static/%2e%2e/etc/passwd",
            "/static/",
        ] {
            assert_eq!(answer(Request::get(path)).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
