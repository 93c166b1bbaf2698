//! The end-session endpoint: RP-Initiated Logout 1.0, Front-Channel Logout 1.0.
//!
//! Owns the page that asks, the page that says it is done and the one that frames relying parties. Leaves whose word is needed to `issuer::logout`.

use portreeve_domain::{ClientId, Failure};
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection, QueryPairs};
use portreeve_issuer::{Logout, SignedOut};
use portreeve_oidc::logout_request::{LogoutRequest, ReturnTarget};
use portreeve_oidc::paths::LOGOUT;
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

/// A request in a form (RL-01). One from another site comes without our cookies, and would find nobody to sign out: the browser is sent
/// to the same request as GET, or with one that is too long for an address to a form of ours.
pub(crate) async fn post(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let pairs = match form {
        Ok(FormPairs(pairs)) => pairs,
        Err(rejection) => return malformed(&door, rejection),
    };
    if door.is_told_to_be_own_form() {
        return answer(&door, pairs, Asked::ByForm(None)).await;
    }
    if door.browser_cookie().is_some() {
        return answer(&door, pairs, Asked::ByLink).await;
    }
    match Reply::as_get(&door, LOGOUT, &pairs) {
        Some(reply) => reply,
        None => match parsed(pairs) {
            Ok(request) => own_form(&door, request),
            Err(refusal) => error_page::refused(&door, &refusal, None),
        },
    }
}

/// A page that posts a request which came from elsewhere again, from our own site.
fn own_form(door: &Door, request: LogoutRequest) -> Reply {
    let mut fields = return_fields(&request, request.client_id.as_ref());
    fields.extend(request.id_token_hint.map(|hint| ("id_token_hint", hint)));
    let action = format!("{}{}", door.web.origin, door.href(LOGOUT));
    Reply::form_to_us(door, &request.ui_locales, action, fields)
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
    answer(&door, request, Asked::ByForm(value("csrf"))).await
}

async fn request(door: &Door, pairs: Result<Vec<(String, String)>, PairsRejection>) -> Reply {
    match pairs {
        Ok(pairs) => answer(door, pairs, Asked::ByLink).await,
        Err(rejection) => malformed(door, rejection),
    }
}

fn malformed(door: &Door, rejection: PairsRejection) -> Reply {
    error_page::refused(door, &Refusal::new(Cause::FormMalformed).with_detail(rejection.to_string()), None)
}

fn parsed(pairs: Vec<(String, String)>) -> Result<LogoutRequest, Refusal> {
    Parameters::from_pairs(pairs).and_then(|parameters| LogoutRequest::from_parameters(&parameters))
}

/// How a request came.
enum Asked<'a> {
    /// From an application, by whatever method.
    ByLink,
    /// By a form of ours, with its token if it is the one that asks the person.
    ByForm(Option<&'a str>),
}

async fn answer(door: &Door, pairs: Vec<(String, String)>, asked: Asked<'_>) -> Reply {
    let request = match parsed(pairs) {
        Ok(request) => request,
        Err(refusal) => return error_page::refused(door, &refusal, None),
    };
    let (confirmed, ends_form) = match asked {
        Asked::ByLink => (None, false),
        Asked::ByForm(token) => (token, true),
    };
    match door.issuer().log_out(&door.at, &request, door.browser_cookie(), confirmed).await {
        Ok(Logout::Ask { form_token, client }) => {
            let client = client.as_deref();
            let query = return_query(&request, client.map(|client| &client.id));
            let action = door.href(&format!("{LOGOUT}/confirm?{query}"));
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
        Ok(Logout::Done { target, leads_there, client, browser: SignedOut { frames, cookie, state } }) => {
            let onward = target.as_ref().map(ReturnTarget::url);
            let reply = match (onward, frames.is_empty()) {
                (Some(url), true) if leads_there => match client.filter(|_| ends_form) {
                    Some(client) => Reply::after_form(door, &client, &request.ui_locales, url),
                    None => Reply::see_other(door, &url),
                },
                // A link with the host of where it leads, not with a name that nobody answers for.
                (continue_href, true) => {
                    let page = Done { client_name: target.as_ref().and_then(ReturnTarget::host), continue_href };
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
fn return_query(request: &LogoutRequest, client: Option<&ClientId>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(return_fields(request, client)).finish()
}

fn return_fields(request: &LogoutRequest, client: Option<&ClientId>) -> Vec<(&'static str, String)> {
    let ui_locales = request.ui_locales.join(" ");
    let pairs = [
        ("client_id", client.map(|client| client.as_str().to_owned())),
        ("ui_locales", (!ui_locales.is_empty()).then_some(ui_locales)),
        ("post_logout_redirect_uri", request.post_logout_redirect_uri.clone()),
        ("state", request.state.clone()),
    ];
    pairs.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
}
