//! The check-session frame: Session Management 1.0 §3.3.
//!
//! Owns the page, which is the same for everybody; its script reads the state cookie of this tenant. Leaves what the cookie
//! holds to `issuer`.

use portreeve_http_kit::cookie::CookieKind;

use crate::door::Door;
use crate::reply::Reply;

/// The page.
pub(crate) async fn show(door: Door) -> Reply {
    let page = portreeve_pages::check_session(door.at.tenant.display_name(), &door.cookies.name(CookieKind::State));
    Reply::framed(&door, page)
}
