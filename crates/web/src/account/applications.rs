//! Who may use the account.

use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::Application;
use portreeve_oidc::redirect_uri;
use portreeve_pages::account::{self as pages, Applications, Place};
use portreeve_pages::{Locale, Notice};

use super::{APPLICATIONS, Page, done, frame, page, seconds_since};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;
use crate::words;

const HERE: Page = Page::open(APPLICATIONS, Place::Applications);

/// Lists the applications.
pub(super) async fn show(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    match door.issuer().applications(&door.at, &visitor).await {
        Ok(applications) => {
            let frame = frame(&door);
            let applications = applications.iter().map(|listed| shown(&door, frame.locale, listed)).collect();
            let form = HERE.own_form(&door, &visitor);
            page(&door, Applications { nav: HERE.nav(&door), form, applications }.render(&frame))
        }
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// Takes access back from one of them.
pub(super) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, fields) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    match door.issuer().withdraw_application(&door.at, &visitor, fields.get("client")).await {
        Ok(true) => done(&door, APPLICATIONS, Notice::AccessTakenBack, None),
        Ok(false) => HERE.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

fn shown(door: &Door, locale: Locale, listed: &Application) -> pages::Application {
    let client = &listed.client;
    let described_at = words::described_at(client);
    let returned_to = client.metadata.redirect_uris.first().and_then(|uri| redirect_uri::origin_or_scheme(uri));
    pages::Application {
        value: client.id.as_str().to_owned(),
        name: client.display_name_in(locale.tag()).to_owned(),
        location: described_at.or(returned_to),
        scopes: listed.scope.iter().map(|name| words::scope(&door.at, name, locale)).collect(),
        resources: listed.resources.iter().map(|resource| words::resource(&door.at, resource)).collect(),
        seconds_ago: seconds_since(door, listed.since),
    }
}
