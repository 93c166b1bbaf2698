//! The pages: what a template needs, taken from sessions and failures.
//!
//! Owns the choice of what is shown and how much of it. Texts and markup are in `templates/`; escaping is askama's,
//! and no value of a server or a browser stands in a script, a style or an address.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use serde_json::Value;

use crate::abbreviation;
use crate::authorization::Intent;
use crate::claims::{self, ClaimRow};
use crate::exchange::{Channel, Step};
use crate::failure::{Explanation, Failure, OAuthError};
use crate::id_token;
use crate::relying_party::{NavigationEntry, RelyingParty};
use crate::session::Session;
use crate::sign_out::SignedOutPage;
use crate::signed_in::{AccessToken, ApiAnswer, SignedIn};
use crate::userinfo::Userinfo;

/// What every page shows around its subject.
struct Frame<'a> {
    name: &'a str,
    mount: &'a str,
    home: &'a str,
    base_url: &'a str,
    issuer: &'a str,
    navigation: &'a [NavigationEntry],
}

impl<'a> Frame<'a> {
    fn of(rp: &'a RelyingParty) -> Self {
        Self {
            name: &rp.client.name,
            mount: &rp.client.mount,
            home: rp.home_path(),
            base_url: &rp.base_url,
            issuer: rp.provider.issuer(),
            navigation: &rp.navigation,
        }
    }
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOutTemplate<'a> {
    frame: Frame<'a>,
    client_id: &'a str,
    is_public: bool,
    redirect_uri: String,
    scopes: &'a str,
    resource: Option<&'a str>,
    steps: Vec<&'a Step>,
}

#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedInTemplate<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    display_name: &'a str,
    subject: &'a str,
    step_up: Option<StepUpNote>,
    checks: &'a [&'static str],
    header: Vec<ClaimRow>,
    claims: Vec<ClaimRow>,
    access_tokens: Vec<TokenView>,
    refresh_token: Option<String>,
    userinfo: UserinfoView,
    api_answer: Option<&'a ApiAnswer>,
    steps: Vec<&'a Step>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorTemplate<'a> {
    frame: Frame<'a>,
    explanation: Explanation,
    server_said: Option<&'a OAuthError>,
    steps: Vec<&'a Step>,
}

#[derive(Template)]
#[template(path = "after_sign_out.html")]
struct AfterSignOutTemplate<'a> {
    frame: Frame<'a>,
    is_confirmed: bool,
    steps: Vec<&'a Step>,
}

/// What came of asking for two factors.
struct StepUpNote {
    asked: &'static str,
    /// The `acr` of the ID token; `None` when it has none.
    got: Option<String>,
}

/// An access token as it may be shown.
struct TokenView {
    audience: &'static str,
    shown: String,
    expires: Option<String>,
    scope: Option<String>,
    /// Header and claims of a JWT, indented; `None` for an opaque token.
    decoded: Option<String>,
}

enum UserinfoView {
    Claims(Vec<ClaimRow>),
    NotOffered,
    Refused(u16),
}

/// Shows the first page: signed in with everything known, or signed out with the ways to start.
pub(crate) fn home(rp: &RelyingParty, session: Option<&Session>, now: i64) -> Response {
    let steps = session.map(newest_first).unwrap_or_default();
    match session.and_then(|session| session.signed_in.as_ref().map(|signed_in| (session, signed_in))) {
        Some((session, signed_in)) => page(StatusCode::OK, &signed_in_template(rp, session, signed_in, now)),
        None => page(
            StatusCode::OK,
            &SignedOutTemplate {
                frame: Frame::of(rp),
                client_id: &rp.client.client_id,
                is_public: rp.client.client_secret.is_none(),
                redirect_uri: rp.url("/callback"),
                scopes: &rp.client.scopes,
                resource: rp.resource.as_deref(),
                steps,
            },
        ),
    }
}

/// Shows a failure with what the server said and what was sent before it.
pub(crate) fn failure(rp: &RelyingParty, failure: &Failure, step: Option<&Step>) -> Response {
    tracing::info!(client_id = rp.client.client_id, cause = ?failure, "a step failed");
    let template = ErrorTemplate {
        frame: Frame::of(rp),
        explanation: failure.explanation(),
        server_said: failure.server_said(),
        steps: step.filter(|step| !step.exchanges.is_empty()).into_iter().collect(),
    };
    page(failure.status(), &template)
}

/// Shows the page after a sign-out.
pub(crate) fn after_sign_out(rp: &RelyingParty, outcome: SignedOutPage, session: Option<&Session>) -> Response {
    let template = AfterSignOutTemplate {
        frame: Frame::of(rp),
        is_confirmed: outcome == SignedOutPage::Confirmed,
        steps: session.map(newest_first).unwrap_or_default(),
    };
    page(StatusCode::OK, &template)
}

fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn newest_first(session: &Session) -> Vec<&Step> {
    session.log().iter().rev().collect()
}

fn signed_in_template<'a>(
    rp: &'a RelyingParty,
    session: &'a Session,
    signed_in: &'a SignedIn,
    now: i64,
) -> SignedInTemplate<'a> {
    let id_token = &signed_in.id_token;
    let first_audience = if rp.resource.is_some() { "for userinfo" } else { "for userinfo and the demo API" };
    let mut access_tokens = vec![token_view(first_audience, &signed_in.access_token, now)];
    access_tokens.extend(signed_in.api_token.as_ref().map(|token| token_view("for the demo API", token, now)));
    SignedInTemplate {
        frame: Frame::of(rp),
        csrf: session.csrf(),
        display_name: display_name(signed_in),
        subject: id_token.subject(),
        step_up: (signed_in.intent == Intent::StepUp).then(|| StepUpNote {
            asked: Intent::TWO_FACTORS,
            got: id_token.claims().get("acr").and_then(Value::as_str).map(ToOwned::to_owned),
        }),
        checks: id_token.checks(),
        header: claims::rows(id_token.header(), now),
        claims: claims::rows(id_token.claims(), now),
        access_tokens,
        refresh_token: signed_in.refresh_token.as_deref().map(abbreviation::secret),
        userinfo: match &signed_in.userinfo {
            Userinfo::Claims(members) => UserinfoView::Claims(claims::rows(members, now)),
            Userinfo::NotOffered => UserinfoView::NotOffered,
            Userinfo::Refused(status) => UserinfoView::Refused(*status),
        },
        api_answer: signed_in.api_answer.as_ref(),
        steps: newest_first(session),
    }
}

/// The friendliest name the issuer gave: a name, an address, or the subject.
fn display_name(signed_in: &SignedIn) -> &str {
    let userinfo = match &signed_in.userinfo {
        Userinfo::Claims(members) => Some(members),
        Userinfo::NotOffered | Userinfo::Refused(_) => None,
    };
    let sources = userinfo.into_iter().chain([signed_in.id_token.claims()]);
    sources
        .flat_map(|members| ["name", "preferred_username", "email"].map(|name| members.get(name)))
        .flatten()
        .filter_map(Value::as_str)
        .find(|text| !text.is_empty())
        .unwrap_or_else(|| signed_in.id_token.subject())
}

fn token_view(audience: &'static str, token: &AccessToken, now: i64) -> TokenView {
    TokenView {
        audience,
        shown: abbreviation::secret(&token.value),
        expires: token.expires_at.map(|end| claims::distance(end, now)),
        scope: token.scope.clone(),
        decoded: id_token::peek(&token.value).map(|(header, claims)| {
            format!(
                "{}\n{}",
                abbreviation::indented(&Value::Object(header)),
                abbreviation::indented(&Value::Object(claims))
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_page(code: &str, description: &str) -> String {
        let error = OAuthError { code: code.to_owned(), description: Some(description.to_owned()) };
        let failure = Failure::AuthorizationRefused(error);
        ErrorTemplate {
            frame: Frame {
                name: "Orders",
                mount: "",
                home: "/",
                base_url: "http://127.0.0.1:8081",
                issuer: "http://localhost:8080",
                navigation: &[],
            },
            explanation: failure.explanation(),
            server_said: failure.server_said(),
            steps: Vec::new(),
        }
        .render()
        .unwrap()
    }

    /// S-012: what a server says is text.
    #[test]
    fn markup_in_a_servers_error_is_escaped() {
        let page = error_page("\"><img src=x onerror=alert(1)>", "<script>alert(1)</script>");

        assert!(!page.contains("<script"));
        assert!(!page.contains("<img src=x"));
        assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
    }

    #[test]
    fn an_error_page_says_what_the_server_said() {
        let page = error_page("access_denied", "The person declined.");

        assert!(page.contains("access_denied"));
        assert!(page.contains("The person declined."));
    }

    /// S-013 and the policy: `style-src 'self'` would drop inline styles silently.
    #[test]
    fn a_page_has_no_script_and_no_inline_style() {
        let page = error_page("access_denied", "No");

        assert!(!page.contains("<script"));
        assert!(!page.contains("style="));
        assert!(!page.contains("<style"));
    }
}
