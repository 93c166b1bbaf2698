//! Error pages: what a person reads when there is nothing to redirect to.
//!
//! Owns which words stand for which failure; every page carries the reference that the log carries. A refusal is logged
//! with its detail, a fault with its chain, once, here.

use http::StatusCode;
use portreeve_domain::{Client, Fault, Lifetime};
use portreeve_oidc::{Cause, Refusal};
use portreeve_pages::RenderError;
use portreeve_pages::error::{ErrorCause, ErrorPage, StartAgain};

use crate::door::Door;
use crate::reply::Reply;

/// How long a browser is asked to wait when the server is overloaded or its database away.
const TRY_AGAIN: Lifetime = Lifetime::from_seconds(2);

/// A request that was refused before it was safe to redirect (RFC 6749 §4.1.2.1).
pub(crate) fn refused(door: &Door, refusal: &Refusal, client: Option<&Client>) -> Reply {
    tracing::info!(reference = door.reference, %refusal, "authorization request refused on a page");
    let cause = match refusal.cause {
        Cause::ClientUnknown | Cause::ClientDisabled | Cause::ClientDocumentUnusable => ErrorCause::UnknownApplication,
        Cause::RedirectUriNotRegistered | Cause::RedirectUriMissing | Cause::PostLogoutRedirectUriNotRegistered => {
            ErrorCause::UnknownReturnAddress
        }
        _ => ErrorCause::BadRequest,
    };
    let technical = format!("{}: {}", refusal.cause.code().as_str(), refusal.cause.description());
    show(door, cause, StatusCode::BAD_REQUEST, Some(technical), client)
}

/// A form that did not come from our page.
pub(crate) fn form_rejected(door: &Door) -> Reply {
    tracing::warn!(reference = door.reference, "a form was posted from elsewhere");
    show(door, ErrorCause::FormRejected, StatusCode::FORBIDDEN, None, None)
}

/// No such page.
pub(crate) fn not_found(door: &Door) -> Reply {
    show(door, ErrorCause::NotFound, StatusCode::NOT_FOUND, None, None)
}

/// A mailed link that is used, replaced, too old, or none of ours: which of these is not told.
pub(crate) fn link_expired(door: &Door) -> Reply {
    show(door, ErrorCause::LinkExpired, StatusCode::GONE, None, None)
}

/// We are broken, or overloaded.
pub(crate) fn broken(door: &Door, fault: &Fault) -> Reply {
    if fault.is_transient() {
        tracing::warn!(reference = door.reference, %fault, "not possible right now");
        let page = show(door, ErrorCause::Unavailable, StatusCode::SERVICE_UNAVAILABLE, None, None);
        return page.with_retry_after(StatusCode::SERVICE_UNAVAILABLE, TRY_AGAIN);
    }
    tracing::error!(reference = door.reference, %fault, "fault");
    show(door, ErrorCause::Internal, StatusCode::INTERNAL_SERVER_ERROR, None, None)
}

/// The tenant's quota has no room for the request: nothing was done, and loading the page anew is enough. Not logged here: `issuer` says
/// once in a while that a tenant is over its quota.
pub(crate) fn over_quota(door: &Door, wait: Lifetime) -> Reply {
    let status = StatusCode::TOO_MANY_REQUESTS;
    show(door, ErrorCause::Unavailable, status, None, None).with_retry_after(status, wait)
}

/// We are broken in a way that has no fault value.
pub(crate) fn internal(door: &Door, what: &'static str) -> Reply {
    broken(door, &Fault::impossible(what))
}

/// A page that could not be rendered; a last resort without a template.
pub(crate) fn unrendered(door: &Door, error: &RenderError) -> Reply {
    tracing::error!(reference = door.reference, %error, "a page could not be rendered");
    Reply::not_found().with_status(StatusCode::INTERNAL_SERVER_ERROR)
}

fn show(
    door: &Door,
    cause: ErrorCause,
    status: StatusCode,
    technical: Option<String>,
    client: Option<&Client>,
) -> Reply {
    let frame = door.frame_to(client, &[]);
    // Nobody is led to the address of a client that nobody answers for (decision 0021).
    let page_of =
        |client: &Client| client.metadata.initiate_login_uri.clone().or_else(|| client.metadata.client_uri.clone());
    let start_again = client.map(|client| StartAgain {
        href: Some(client).filter(|client| door.at.trusts(client)).and_then(page_of),
        client_name: client.display_name_in(frame.locale.tag()).to_owned(),
    });
    let page = ErrorPage { cause, reference: door.reference.clone(), status: status.as_u16(), technical, start_again };
    match page.render(&frame) {
        Ok(html) => Reply::page(door, Ok(html), None).with_status(status),
        Err(error) => unrendered(door, &error),
    }
}
