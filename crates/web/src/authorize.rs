//! The authorization endpoint: RFC 6749 §3.1, OIDC Core §3.1.2.1.
//!
//! Owns the order of the checks a browser can see: nothing redirects before client and redirect URI are proven, and no mistake to a
//! client that nobody knows (RFC 9700 §4.11.2). Leaves the
//! checks to `oidc::authorization` and what follows to `issuer::authorize`.

use portreeve_domain::{Client, Failure};
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection, QueryPairs};
use portreeve_oidc::authorization::{Accepted, Carried, Channel, Identified, Parsed, Protection, RejectedRequest};
use portreeve_oidc::{Cause, Parameters, Refusal};

use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

/// A request in the query.
pub(crate) async fn get(mut door: Door, query: Result<QueryPairs, PairsRejection>) -> Reply {
    match query {
        Ok(QueryPairs(pairs)) => answer(&mut door, pairs).await,
        Err(rejection) => malformed(&door, rejection),
    }
}

/// A request in a form, possibly on another site (OC-01): the browser is sent to the same request as GET, which alone
/// reads and binds cookies; they are not sent with a form from elsewhere (`SameSite=Lax`).
pub(crate) async fn post(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let pairs = match form {
        Ok(FormPairs(pairs)) => pairs,
        Err(rejection) => return malformed(&door, rejection),
    };
    Reply::as_get(&door, "/oauth2/authorize", &pairs)
        .unwrap_or_else(|| error_page::refused(&door, &Cause::ParameterTooLong.into(), None))
}

fn malformed(door: &Door, rejection: PairsRejection) -> Reply {
    let refusal = Refusal::new(Cause::FormMalformed).with_detail(rejection.to_string());
    error_page::refused(door, &refusal, None)
}

async fn answer(door: &mut Door, pairs: Vec<(String, String)>) -> Reply {
    let parameters = match Parameters::from_pairs(pairs) {
        Ok(parameters) => parameters,
        Err(refusal) => return error_page::refused(door, &refusal, None),
    };
    let parsed = match Parsed::from_parameters(parameters) {
        Ok(parsed) => parsed,
        Err(refusal) => return error_page::refused(door, &refusal, None),
    };
    // A client may be named by the URL of its document, which nobody has seen before.
    match door.issuer().with_client_of(&door.at, parsed.client_id(), door.network()).await {
        Ok(at) => door.at = at,
        Err(Failure::Refused(refusal)) => return error_page::refused(door, &refusal, None),
        Err(Failure::Fault(fault)) => return error_page::broken(door, &fault),
    }
    let accepted = match accept(door, parsed).await {
        Ok(accepted) => accepted,
        Err(reply) => return *reply,
    };
    if let Err(refusal) = door.issuer().prepare_to_answer(&door.at, &accepted).await {
        return without_answer(door, &accepted, refusal).await;
    }
    match door.issuer().authorize(&door.at, accepted, door.browser_cookie()).await {
        Ok(progress) => Reply::to_request(door, progress),
        Err(fault) => error_page::broken(door, &fault),
    }
}

/// What the client wants cannot be encrypted to it: it is told so where it waits, unless that would have to be encrypted as well.
async fn without_answer(door: &Door, accepted: &Accepted, refusal: Refusal) -> Reply {
    let client = door.at.client(&accepted.client_id).cloned();
    match client {
        Some(client) if accepted.target.mode().protection == Protection::Plain => {
            tell_client(door, &client, &RejectedRequest { target: accepted.target.clone(), refusal }).await
        }
        client => error_page::refused(door, &refusal, client.as_deref()),
    }
}

/// The checks, in order; an early failure is a page, a later one goes back to the client.
async fn accept(door: &Door, parsed: Parsed) -> Result<Accepted, Box<Reply>> {
    let on_page = |refusal: Refusal| Box::new(error_page::refused(door, &refusal, None));
    let client = door.at.client(parsed.client_id()).cloned().ok_or_else(|| on_page(Cause::ClientUnknown.into()))?;
    let for_client = |refusal: Refusal| Box::new(error_page::refused(door, &refusal, Some(&client)));
    let identified = parsed.identify(&client).map_err(for_client)?;
    if let Ok(Some(Carried::Pushed(reference))) = identified.object() {
        return pushed(door, &client, reference).await;
    }
    let opened = open(door, identified).await?;
    let redirectable = opened.redirectable().map_err(for_client)?;
    match door.at.accept(redirectable, Channel::Browser) {
        Ok(accepted) => Ok(accepted),
        Err(rejected) => Err(Box::new(tell_client(door, &client, &rejected).await)),
    }
}

/// The request with what its object says (RFC 9101 §6).
async fn open<'c>(door: &Door, identified: Identified<'c>) -> Result<Identified<'c>, Box<Reply>> {
    let asked = identified.clone();
    let refusal = match door.issuer().open_request_object(&door.at, identified, Channel::Browser).await {
        Ok(opened) => return Ok(opened),
        Err(refusal) => refusal,
    };
    let client = asked.client();
    let outside = door.at.outside_object(&asked, Channel::Browser);
    let refused = asked.object_refused(refusal, outside);
    Err(Box::new(match refused {
        Ok(rejected) => tell_client(door, client, &rejected).await,
        Err(refusal) => error_page::refused(door, &refusal, Some(client)),
    }))
}

async fn tell_client(door: &Door, client: &Client, rejected: &RejectedRequest) -> Reply {
    let refusal = &rejected.refusal;
    match door.issuer().may_lead_to(&door.at, client, door.browser_cookie()).await {
        Ok(true) => {}
        Ok(false) => return error_page::refused(door, refusal, Some(client)),
        Err(fault) => return error_page::broken(door, &fault),
    }
    tracing::info!(reference = door.reference, client = client.id.as_str(), %refusal, "authorization refused");
    match door.issuer().rejected(&door.at, client, rejected).await {
        Ok(answer) => Reply::answer(door, &[], answer),
        Err(fault) => error_page::broken(door, &fault),
    }
}

/// The request that was pushed; nothing else in the address counts (RFC 9126 §4, RFC 9101 §6.3).
async fn pushed(door: &Door, client: &Client, reference: &str) -> Result<Accepted, Box<Reply>> {
    door.issuer().pushed_request(&door.at, client, reference).await.map_err(|failure| {
        Box::new(match failure {
            Failure::Refused(refusal) => error_page::refused(door, &refusal, Some(client)),
            Failure::Fault(fault) => error_page::broken(door, &fault),
        })
    })
}
