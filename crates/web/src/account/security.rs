//! The ways in, as a list.

use portreeve_pages::account::{PasskeyCount, Place, Security, Totp};

use super::{PASSKEYS, PASSWORD, Page, REMOVE_TOTP, RENEW_CODES, SECURITY, TOTP, frame, page, seconds_since};
use crate::door::Door;
use crate::reply::Reply;

const HERE: Page = Page::open(SECURITY, Place::Security);

/// Lists what the person signs in with.
pub(super) async fn show(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    let factors = &visitor.factors;
    let totp = factors.totp_since.map(|since| Totp {
        seconds_ago: seconds_since(&door, since),
        remove_href: factors.may_remove_totp().then(|| door.href(REMOVE_TOTP)),
    });
    let security = Security {
        nav: HERE.nav(&door),
        password_seconds_ago: factors.password_set_at.map(|at| seconds_since(&door, at)),
        password_href: door.href(PASSWORD),
        passkeys: factors.passkeys.map(|count| PasskeyCount { count: count.unsigned_abs(), href: door.href(PASSKEYS) }),
        totp,
        totp_href: door.href(TOTP),
        codes_left: factors.has_second_factor().then_some(factors.recovery_codes_left.unsigned_abs()),
        codes_href: door.href(RENEW_CODES),
    };
    page(&door, security.render(&frame(&door)))
}
