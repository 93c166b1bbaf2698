//! The ways in, as a list.

use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_pages::Notice;
use portreeve_pages::account::{PasskeyCount, Place, Recovery, Security, Totp};

use super::{PASSKEYS, PASSWORD, Page, REMOVE_TOTP, RENEW_CODES, SECURITY, TOTP, done, frame, page, seconds_since};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;
use crate::words;

const HERE: Page = Page::open(SECURITY, Place::Security);

/// Lists what the person signs in with.
pub(super) async fn show(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    let due_at = match door.issuer().recovery_due(&door.at, &visitor).await {
        Ok(due_at) => due_at,
        Err(fault) => return error_page::broken(&door, &fault),
    };
    let recovery = due_at.map(|due_at| Recovery {
        form: HERE.own_form(&door, &visitor),
        hours_left: words::hours_until(due_at, door.issuer().ambient().now()),
    });
    let factors = &visitor.factors;
    let totp = factors.totp_since.map(|since| Totp {
        seconds_ago: seconds_since(&door, since),
        remove_href: factors.may_remove_totp().then(|| door.href(REMOVE_TOTP)),
    });
    let security = Security {
        nav: HERE.nav(&door),
        recovery,
        password_seconds_ago: factors.password_set_at.map(|at| seconds_since(&door, at)),
        password_href: (!door.at.tenant.settings.is_passwordless()).then(|| door.href(PASSWORD)),
        passkeys: factors.passkeys.map(|count| PasskeyCount { count: count.unsigned_abs(), href: door.href(PASSKEYS) }),
        totp,
        totp_href: door.href(TOTP),
        codes_left: factors.has_second_factor().then_some(factors.recovery_codes_left.unsigned_abs()),
        codes_href: door.href(RENEW_CODES),
    };
    page(&door, security.render(&frame(&door)))
}

/// Stops what somebody has asked for who says that the second factors are lost. A session is enough: nothing gets weaker by it.
pub(super) async fn stop_recovery(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, _) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    let from = door.posted_from(door.locale(&[]));
    match door.issuer().stop_own_recovery(&door.at, &visitor, &from).await {
        Ok(true) => done(&door, SECURITY, Notice::RecoveryStopped, None),
        Ok(false) => HERE.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}
