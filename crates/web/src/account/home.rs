//! The overview, and choosing another account.

use portreeve_oidc::paths;
use portreeve_pages::account::{Holder, Home, Place};

use super::{Page, frame, page};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

const HERE: Page = Page::open(paths::ACCOUNT, Place::Home);

/// Shows whose account it is.
pub(super) async fn show(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    let home = Home {
        nav: HERE.nav(&door),
        holder: Holder {
            name: visitor.person.claims.name.unwrap_or_default(),
            email: visitor.person.email.unwrap_or_default(),
        },
        switch_href: door.href("/account/switch"),
        sign_out_href: door.href(paths::LOGOUT),
    };
    page(&door, home.render(&frame(&door)))
}

/// Lets the person choose among the accounts of this browser, or sign in with another.
pub(super) async fn switch(door: Door) -> Reply {
    match door.issuer().choose_visited_account(&door.at, door.browser_cookie()).await {
        Ok(progress) => Reply::progress(&door, progress),
        Err(fault) => error_page::broken(&door, &fault),
    }
}
