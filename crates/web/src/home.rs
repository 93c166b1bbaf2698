//! The issuer's own address, for a person who types it.

use portreeve_oidc::paths;
use portreeve_pages::home::Home;

use crate::door::Door;
use crate::reply::Reply;

/// Shows what lives here.
pub(crate) async fn show(door: Door) -> Reply {
    let page = Home { account_href: Some(door.href(paths::ACCOUNT)) };
    Reply::page(&door, page.render(&door.frame(&[])), None)
}
