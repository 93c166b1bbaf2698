//! Where a person is signed in.

use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::SignIn;
use portreeve_pages::account::{self as pages, Place, Sessions};
use portreeve_pages::{Notice, Whereabouts};

use super::{PASSWORD, Page, SESSIONS, done, frame, page, seconds_since};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

const HERE: Page = Page::open(SESSIONS, Place::Sessions);

/// Lists the sessions.
pub(super) async fn show(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    match door.issuer().sign_ins(&door.at, &visitor).await {
        Ok(sign_ins) => {
            let sessions = Sessions {
                nav: HERE.nav(&door),
                form: HERE.own_form(&door, &visitor),
                sign_ins: sign_ins.into_iter().map(|sign_in| shown(&door, sign_in)).collect(),
                password_href: (!door.at.tenant.settings.is_passwordless()).then(|| door.href(PASSWORD)),
            };
            page(&door, sessions.render(&frame(&door)))
        }
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// Ends one of them, or all but this.
pub(super) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, fields) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    let ended = match fields.get("action") {
        "all" => door.issuer().sign_out_elsewhere(&door.at, &visitor).await,
        _ => door.issuer().sign_out_session(&door.at, &visitor, fields.get("session")).await,
    };
    match ended {
        Ok(true) => done(&door, SESSIONS, Notice::SignedOutElsewhere, None),
        Ok(false) => HERE.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

fn shown(door: &Door, sign_in: SignIn) -> pages::SignIn {
    let (network, agent, place) = match sign_in.origin {
        Some(origin) => (Some(origin.network), origin.agent, origin.place.unwrap_or_default()),
        None => Default::default(),
    };
    pages::SignIn {
        value: sign_in.value,
        program: agent.program,
        system: agent.system,
        network,
        whereabouts: Whereabouts { country: place.country, city: place.city },
        began_seconds_ago: seconds_since(door, sign_in.since),
        seen_seconds_ago: seconds_since(door, sign_in.seen_at),
        is_here: sign_in.is_here,
    }
}
