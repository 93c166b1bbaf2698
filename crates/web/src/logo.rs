//! The logo of the application that a journey is for.
//!
//! Owns the answer: a picture of a kind that its bytes show, which does nothing even when it is opened by itself. Leaves
//! whose logo is shown, and fetching it, to `issuer`. S-145; docs/decisions/0026.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use portreeve_http_kit::security_headers::foreign_picture_headers;

use crate::door::Door;
use crate::error_page;
use crate::journey::segment;
use crate::reply::Reply;

/// The picture, for the browser of the journey; a bare 404 for everybody else, and when there is none.
pub(crate) async fn show(door: Door, Path(path): Path<Vec<(String, String)>>) -> Response {
    let journey = segment(&path, "journey");
    let waiting = match door.issuer().waiting_client(&door.at, &journey, door.browser_cookie()).await {
        Ok(Some(waiting)) => waiting,
        Ok(None) => return Reply::not_found().into_response(),
        Err(fault) => return error_page::broken(&door, &fault).into_response(),
    };
    let language = door.locale(&waiting.ui_locales).tag();
    let Some(logo) = door.issuer().client_logo(&door.at, &waiting.client, language).await else {
        return Reply::not_found().into_response();
    };
    let mut headers = foreign_picture_headers(door.web.transport);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(logo.media_type()));
    (headers, logo.bytes().to_vec()).into_response()
}
