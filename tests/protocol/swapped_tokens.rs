//! Signed texts in the place of others. RFC 8725 §2.8, §3.11, §3.12; SECURITY S-044.
//!
//! Owns one row for each text that is signed here, by us or for us, and one for each place that takes one: each text is brought to
//! each place, and taken in its own alone. All that is signed for us is signed with one key, which every place trusts, so that only
//! type, audience, issuer and purpose tell them apart. Those with a type that nothing else has (attestations) have their own suite.

use http::Method;
use portreeve_tests::{
    backchannel::Asker,
    browser::Browser,
    cast,
    deployment::{Deployment, form, on_both, post_request},
    dpop::{ProofKey, service_token},
    idp::{IDP, Idp},
    relying_party::{ASSERTION_TYPE, Grant, RelyingParty, Tokens, assertion, assertion_claims},
};
use serde_json::json;

use crate::registered::{ENDPOINT, allow, send, web};
use crate::request_objects::{claims_of, signed};
use crate::token_exchange::exchange;

/// What is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    AccessToken,
    IdToken,
    LogoutToken,
    Userinfo,
    AuthorizationResponse,
    Introspection,
    ClientAssertion,
    RequestObject,
    DpopProof,
    BearerAssertion,
    LoginHintToken,
    SoftwareStatement,
}

/// The places, and what each takes.
const PLACES: [(&str, Text); 10] = [
    ("gateway", Text::AccessToken),
    ("introspection", Text::AccessToken),
    ("subject_token", Text::AccessToken),
    ("id_token_hint", Text::IdToken),
    ("client_assertion", Text::ClientAssertion),
    ("request", Text::RequestObject),
    ("dpop", Text::DpopProof),
    ("assertion", Text::BearerAssertion),
    ("login_hint_token", Text::LoginHintToken),
    ("software_statement", Text::SoftwareStatement),
];

/// Whom everything trusts that trusts anybody, and a client that is told of ends of sessions.
async fn trusting(at: &Deployment) {
    let idp = Idp::new(at);
    let everywhere = idp.resource("agent").replace("[\"agent\"]", "[\"agent\", \"till\"]");
    at.apply(&format!(
        "{everywhere}software_statements = true\n[[users]]\nemail = \"{}\"\n\
         links = [{{ issuer = \"{IDP}\", subject = \"u-1\" }}]\n\
         [[clients]]\nclient_id = \"told\"\nclient_secret = {{ file = \"secret\" }}\n\
         redirect_uris = [\"https://told.example/cb\"]\nbackchannel_logout_uri = \"https://told.example/bc\"\n\
         id_token_signed_response_alg = \"ES256\"\nuserinfo_signed_response_alg = \"ES256\"\n",
        cast::ADA
    ))
    .await;
    allow(at, "open", "").await;
}

/// One of each.
async fn texts(at: &Deployment) -> Vec<(Text, String)> {
    let (told, keyed, idp, browser) =
        (RelyingParty::new(at, "told"), RelyingParty::new(at, "keyed"), Idp::new(at), Browser::new(at));
    let callback = browser.sign_in(&told.request("openid"), cast::ADA).await;
    let tokens =
        Tokens(told.redeem(&Grant { code: callback.code(), redirect_uri: told.redirect_uri.clone() }).await.success());
    let userinfo = at.userinfo(tokens.access()).await.text();
    let response = browser.authorize(&told.request("openid").with("response_mode", "jwt")).await.callback();
    let access = RelyingParty::new(at, "web");
    let access = access.tokens_for(&access.request("openid orders.read").with("resource", cast::ORDERS)).await;
    let mut asked = RelyingParty::new(at, "gateway").prepared("/oauth2/introspect", &[("token", access.access())]);
    asked.headers_mut().insert("accept", "application/token-introspection+jwt".parse().unwrap());
    let introspection = at.send(asked).await.text();
    let other = Browser::new(at);
    let hint = other.sign_in(&told.request("openid"), cast::ALAN).await;
    let hint = told.redeem(&Grant { code: hint.code(), redirect_uri: told.redirect_uri.clone() }).await.success();
    other.visit(&format!("/oauth2/logout?{}", form(&[("id_token_hint", hint["id_token"].as_str().unwrap())]))).await;
    let (_, logout) = at.deliver_logout_tokens().await.pop().expect("a logout token");
    let statement = json!({ "iss": IDP, "software_id": "4NRB1" });
    let statement = at.client_key().sign("JWT", statement.to_string().as_bytes()).unwrap();
    vec![
        (Text::AccessToken, access.access().to_owned()),
        (Text::IdToken, tokens.id().to_owned()),
        (Text::LogoutToken, logout),
        (Text::Userinfo, userinfo),
        (Text::AuthorizationResponse, response.get("response").unwrap().to_owned()),
        (Text::Introspection, introspection),
        (Text::ClientAssertion, assertion(at, &assertion_claims(at, "keyed"))),
        (Text::RequestObject, signed(at, &claims_of(&keyed.request("openid")))),
        (Text::DpopProof, ProofKey::new().token_proof(at)),
        (Text::BearerAssertion, idp.assertion(json!({}))),
        (Text::LoginHintToken, idp.signed("login-hint+jwt", json!({}))),
        (Text::SoftwareStatement, statement),
    ]
}

/// Whether a place takes a text.
async fn takes(at: &Deployment, place: &str, text: &str) -> bool {
    let form_of = async |client: &str, path: &str, pairs: &[(&str, &str)]| {
        RelyingParty::new(at, client).post(path, pairs).await.status.as_u16()
    };
    match place {
        "gateway" => {
            let bearer = format!("Bearer {text}");
            at.get("/gateway/auth-request/Orders", &[("authorization", &bearer)]).await.status == 204
        }
        "introspection" => RelyingParty::new(at, "gateway").sees_active(text).await,
        "subject_token" => {
            let exchanger = RelyingParty::new(at, "exchanger");
            exchange(&exchanger, text, &[("resource", cast::ORDERS)]).await.status == 200
        }
        "id_token_hint" => {
            let request = RelyingParty::new(at, "told").request("openid").with("prompt", "none");
            let page = Browser::new(at).authorize(&request.with("id_token_hint", text)).await;
            page.callback().error() == "login_required"
        }
        "client_assertion" => {
            let own = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", text)];
            let pairs = [&[("grant_type", "client_credentials"), ("scope", "orders.read")], &own[..]].concat();
            at.send(post_request("/oauth2/token", &[], &pairs)).await.status == 200
        }
        "request" => form_of("keyed", "/oauth2/par", &[("request", text)]).await == 201,
        "dpop" => service_token(at, text).await.status == 200,
        "assertion" => {
            let grant = ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
            form_of("agent", "/oauth2/token", &[grant, ("assertion", text), ("scope", "orders.read")]).await == 200
        }
        "login_hint_token" => {
            let reply = Asker::new(at, "till").try_ask(&[("scope", "openid"), ("login_hint_token", text)]).await;
            reply.status == 200
        }
        "software_statement" => {
            let sent = web(json!({ "software_statement": text }));
            send(at, Method::POST, ENDPOINT, None, &sent).await.status == 201
        }
        other => panic!("no such place: {other}"),
    }
}

/// S-043, S-044, AT-07: each text is taken where it belongs and nowhere else.
#[test]
fn each_text_is_taken_in_its_own_place_alone() {
    on_both(async |at| {
        trusting(at).await;
        let texts = texts(at).await;

        let mut taken = vec![];
        for (place, own) in PLACES {
            for (what, text) in texts.iter().filter(|(what, _)| *what != own) {
                if takes(at, place, text).await {
                    taken.push((place, *what));
                }
            }
        }
        assert!(taken.is_empty(), "taken in the place of another: {taken:?}");

        // Each is good: nothing but its place was wrong. Last, for some are used up by it.
        for (place, own) in PLACES {
            let (_, text) = texts.iter().find(|(what, _)| *what == own).expect("one of each");
            assert!(takes(at, place, text).await, "{place} does not take its own");
        }
        for what in [Text::LogoutToken, Text::Userinfo, Text::AuthorizationResponse, Text::Introspection] {
            let (_, text) = texts.iter().find(|(known, _)| *known == what).expect("one of each");
            assert_eq!(at.userinfo(text).await.status, 401, "{what:?}");
        }
        at.deliver_approval_links().await;
    });
}
