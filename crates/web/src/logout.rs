//! The end-session endpoint: RP-Initiated Logout 1.0, Front-Channel Logout 1.0.
//!
//! Owns the page that asks, the page that says it is done and the one that frames relying parties. Leaves whose word is needed to `issuer::logout`.

use portreeve_domain::{Client, Failure};
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection, QueryPairs};
use portreeve_issuer::{Logout, SignedOut};
use portreeve_oidc::logout_request::LogoutRequest;
use portreeve_oidc::{Cause, Parameters, Refusal};
use portreeve_pages::Form;
use portreeve_pages::logout::{Confirm, Done, SigningOut};

use crate::door::Door;
use crate::error_page;
use crate::reply::{Reply, form_target};
use crate::words;

/// A request in the query.
pub(crate) async fn get(door: Door, query: Result<QueryPairs, PairsRejection>) -> Reply {
    request(&door, query.map(|QueryPairs(pairs)| pairs)).await
}

/// A request in a form, possibly from another site: without our own form token it is a request like any other.
pub(crate) async fn post(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    request(&door, form.map(|FormPairs(pairs)| pairs)).await
}

/// The answer of the person on our page; where to return to stands in the form's address and is checked again.
pub(crate) async fn confirm(
    door: Door,
    query: Result<QueryPairs, PairsRejection>,
    form: Result<FormPairs, PairsRejection>,
) -> Reply {
    if !door.is_own_form() {
        return error_page::form_rejected(&door);
    }
    let (request, form) = match (query, form) {
        (Ok(QueryPairs(request)), Ok(FormPairs(form))) => (request, form),
        (Err(rejection), _) | (_, Err(rejection)) => return malformed(&door, rejection),
    };
    let value = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    if value("decision") != Some("sign_out") {
        return Reply::see_other(&door, &door.href("/"));
    }
    answer(&door, request, value("csrf")).await
}

async fn request(door: &Door, pairs: Result<Vec<(String, String)>, PairsRejection>) -> Reply {
    match pairs {
        Ok(pairs) => answer(door, pairs, None).await,
        Err(rejection) => malformed(door, rejection),
    }
}

fn malformed(door: &Door, rejection: PairsRejection) -> Reply {
    error_page::refused(door, &Refusal::new(Cause::FormMalformed).with_detail(rejection.to_string()), None)
}

async fn answer(door: &Door, pairs: Vec<(String, String)>, confirmed: Option<&str>) -> Reply {
    let parsed = Parameters::from_pairs(pairs).and_then(|parameters| LogoutRequest::from_parameters(&parameters));
    let request = match parsed {
        Ok(request) => request,
        Err(refusal) => return error_page::refused(door, &refusal, None),
    };
    match door.issuer().log_out(&door.at, &request, door.browser_cookie(), confirmed).await {
        Ok(Logout::Ask { form_token, client }) => {
            let action = door.href(&format!("/oauth2/logout/confirm?{}", return_query(&request, client.as_deref())));
            let client = client.as_deref();
            let frame = door.frame_to(client, &request.ui_locales);
            let page = Confirm {
                form: Form { action, csrf: form_token, version: String::new() },
                client_name: client.and_then(|client| words::asking_client(client, frame.locale)),
                email: None,
            };
            let target = client.zip(request.post_logout_redirect_uri.as_deref());
            let target = target.and_then(|(client, target)| form_target(client, target));
            Reply::page(door, page.render(&frame), target)
        }
        Ok(Logout::Done { target, client, browser: SignedOut { frames, cookie, state } }) => {
            let onward = target.map(|target| target.url());
            let reply = match (onward, frames.is_empty()) {
                (Some(url), true) => match client.filter(|_| confirmed.is_some()) {
                    Some(client) => Reply::after_form(door, &client, &request.ui_locales, url),
                    None => Reply::see_other(door, &url),
                },
                (None, true) => {
                    let page = Done { client_name: None, continue_href: None };
                    Reply::page(door, page.render(&door.frame(&request.ui_locales)), None)
                }
                (continue_href, false) => {
                    let frame = door.frame_to(client.as_deref(), &request.ui_locales);
                    let client_name = client.and_then(|client| words::asking_client(&client, frame.locale));
                    Reply::framing(door, SigningOut { frames, client_name, continue_href }, &frame)
                }
            };
            reply.with_browser_cookie(door, cookie).with_state_cookie(door, state)
        }
        Err(Failure::Refused(refusal)) => error_page::refused(door, &refusal, None),
        Err(Failure::Fault(fault)) => error_page::broken(door, &fault),
    }
}

/// What must survive the question: the client, the language and where to return to, never the hint, which is a token.
fn return_query(request: &LogoutRequest, client: Option<&Client>) -> String {
    let ui_locales = request.ui_locales.join(" ");
    let pairs = [
        ("client_id", client.map(|client| client.id.as_str())),
        ("ui_locales", (!ui_locales.is_empty()).then_some(ui_locales.as_str())),
        ("post_logout_redirect_uri", request.post_logout_redirect_uri.as_deref()),
        ("state", request.state.as_deref()),
    ];
    let present = pairs.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(present).finish()
}
