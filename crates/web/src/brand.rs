//! The files of a tenant's look: its pictures, and the style sheet of its colour.
//!
//! Owns the answers. The addresses change with what they lead to, so they are kept for good. Leaves what the files are to `pages` and
//! the tenant's settings. S-145; docs/branding.md.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, Uri, header};
use portreeve_http_kit::security_headers::static_headers;
use portreeve_pages::{BrandPicture, color_stylesheet};

use crate::door::Door;
use crate::journey::segment;
use crate::reply::Reply;

/// A picture of the tenant; 404 for every other name, also that of a former one.
pub(crate) async fn picture(door: Door, Path(path): Path<Vec<(String, String)>>) -> Response {
    match BrandPicture::find(&door.at.tenant.settings.branding, &segment(&path, "picture")) {
        Some(picture) => file("image/png", picture.png().to_vec()),
        None => Reply::not_found().into_response(),
    }
}

/// The style sheet of a colour, whoever has it; 404 for every path that no page names.
pub(crate) async fn color(uri: Uri) -> Response {
    match color_stylesheet(uri.path()) {
        Some(sheet) => file("text/css; charset=utf-8", sheet.into_bytes()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn file(media_type: &'static str, bytes: Vec<u8>) -> Response {
    let mut headers = static_headers();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    (headers, bytes).into_response()
}
