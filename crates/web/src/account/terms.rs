//! The terms that a person agreed to.

use portreeve_issuer::TermsAcceptance;
use portreeve_pages::Locale;
use portreeve_pages::account::{AcceptedTerms, AcceptedVersion, Place};

use super::{Page, TERMS, frame, page, seconds_since};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

const HERE: Page = Page::open(TERMS, Place::Profile);

/// Lists them.
pub(super) async fn show(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    match door.issuer().accepted_terms(&door.at, &visitor).await {
        Ok(accepted) => {
            let frame = frame(&door);
            let versions = accepted.into_iter().map(|row| shown(&door, frame.locale, row)).collect();
            page(&door, AcceptedTerms { nav: HERE.nav(&door), versions }.render(&frame))
        }
        Err(fault) => error_page::broken(&door, &fault),
    }
}

fn shown(door: &Door, locale: Locale, accepted: TermsAcceptance) -> AcceptedVersion {
    let client = door.at.client(&accepted.client);
    AcceptedVersion {
        name: accepted.text.name,
        version: accepted.version.version,
        uri: accepted.text.uri,
        client_name: client.map(|client| client.display_name_in(locale.tag()).to_owned()),
        seconds_ago: seconds_since(door, accepted.accepted_at),
    }
}
