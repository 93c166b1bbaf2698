//! Every route, asked by those whose object it is not: nobody, another person, another client, another tenant.
//!
//! Owns one row for each route of the doors; a route without a row fails here. What the owner may do is tested where the
//! route's own rules are. SECURITY 5.2, S-107.

use std::collections::BTreeSet;

use http::Method;
use portreeve_tests::{
    browser::{Browser, own_headers},
    cast,
    deployment::{Deployment, form, on_both},
    relying_party::{RelyingParty, basic},
    reply::Reply,
};
use serde_json::{Value, json};

use crate::registered::{Registered, allow, web};

/// The tables of routes.
const TABLES: [&str; 3] = [
    include_str!("../../crates/web/src/lib.rs"),
    include_str!("../../crates/web/src/account/mod.rs"),
    include_str!("../../crates/endpoints/src/lib.rs"),
];

/// What stands in a table, and the address of Ada's object there: `J` is her journey, `C` a client that she registered.
/// `None`: what is published there is everybody's.
pub(crate) const ROUTES: [(&str, Option<&str>); 51] = [
    (r#""/""#, Some("/")),
    (r#""/brand/{picture}""#, None),
    (r#""/static/color/{sheet}""#, None),
    (r#""/oauth2/authorize""#, Some("/oauth2/authorize?client_id=web&response_type=code&scope=openid&prompt=none")),
    (r#""/oauth2/check-session""#, Some("/oauth2/check-session")),
    (r#""/oauth2/logout""#, Some("/oauth2/logout?client_id=web")),
    (r#""/oauth2/logout/confirm""#, Some("/oauth2/logout/confirm")),
    (r#""/device""#, Some("/device")),
    (r#""/device/{outcome}""#, Some("/device/approved")),
    (r#""/approve""#, Some("/approve")),
    (r#""/approve/{request}""#, Some("/approve/x")),
    (r#""/approve/ended/{outcome}""#, Some("/approve/ended/approved")),
    (r#"portreeve_oidc::paths::START"#, Some("/start?iss=https%3A%2F%2Fid.example")),
    (r#""/recover""#, Some("/recover")),
    (r#""/link/{token}""#, Some("/link/x")),
    (r#""/j/{journey}""#, Some("/j/J")),
    (r#""/j/{journey}/logo""#, Some("/j/J/logo")),
    (r#""/j/{journey}/{page}""#, Some("/j/J/consent")),
    (r#"paths::ACCOUNT"#, Some("/account")),
    (r#""/account/switch""#, Some("/account/switch")),
    (r#"PROFILE"#, Some("/account/profile")),
    (r#"DATA"#, Some("/account/data")),
    (r#"TERMS"#, Some("/account/terms")),
    (r#"DELETION"#, Some("/account/delete")),
    (r#"EMAIL"#, Some("/account/profile/email")),
    (r#"PHONE"#, Some("/account/profile/phone")),
    (r#"SECURITY"#, Some("/account/security")),
    (r#"APPLICATIONS"#, Some("/account/applications")),
    (r#"SESSIONS"#, Some("/account/sessions")),
    (r#"PASSWORD"#, Some("/account/security/password")),
    (r#"PASSKEYS"#, Some("/account/security/passkeys")),
    (r#"ADD_PASSKEY"#, Some("/account/security/passkeys/new")),
    (r#"TOTP"#, Some("/account/security/totp")),
    (r#"REMOVE_TOTP"#, Some("/account/security/totp/remove")),
    (r#"CODES"#, Some("/account/security/recovery-codes")),
    (r#"RENEW_CODES"#, Some("/account/security/recovery-codes/new")),
    (r#"&at(paths::PAR)"#, Some("/oauth2/par")),
    (r#"&at(paths::TOKEN)"#, Some("/oauth2/token")),
    (r#"&at(paths::REVOKE)"#, Some("/oauth2/revoke")),
    (r#"&at(paths::DEVICE_AUTHORIZATION)"#, Some("/oauth2/device_authorization")),
    (r#"&at(paths::CHALLENGE)"#, Some("/oauth2/challenge")),
    (r#"&at(paths::BC_AUTHORIZE)"#, Some("/oauth2/bc-authorize")),
    (r#"&at(paths::USERINFO)"#, Some("/oauth2/userinfo")),
    (r#"&at(paths::INTROSPECT)"#, Some("/oauth2/introspect")),
    (r#"&at(gateway::AUTH_REQUEST)"#, Some("/gateway/auth-request/orders")),
    (r#"&at(paths::REGISTER)"#, Some("/oauth2/register")),
    (r#"&at(&format!("{}/{{client_id}}""#, Some("/oauth2/register/C")),
    (r#"&path"#, None),
    (r#"paths::WEBAUTHN"#, None),
    (r#"paths::JWKS"#, None),
    (r#"&format!("{TENANT_PREFIX}{}""#, None),
];

/// Words of Ada's, and of her client.
const HERS: [&str; 4] = [cast::ADA, "Lovelace", "Ada's client", "client_secret\":"];

/// What the tables hold, each once.
fn routes_of_the_tables() -> BTreeSet<String> {
    let routes = TABLES.iter().flat_map(|table| table.split(".route(").skip(1));
    routes.map(|route| route.trim_start().split(',').next().unwrap_or_default().to_owned()).collect()
}

/// Ada's journey at consent, and the client that she registered.
struct Hers<'d> {
    browser: Browser<'d>,
    journey: String,
    client: Registered,
}

async fn hers(at: &Deployment) -> Hers<'_> {
    allow(at, "open", "").await;
    let client = Registered::new(at, &web(json!({ "client_name": "Ada's client" }))).await;
    let browser = Browser::new(at);
    browser.visit_as("/account", cast::ADA).await;
    let page = browser.authorize(&RelyingParty::new(at, "other").request("openid email")).await;
    assert_eq!(page.step(), "consent");
    let journey = page.path.split('/').nth(2).unwrap_or_default().to_owned();
    Hers { browser, journey, client }
}

/// S-107: a route is not forgotten: each has its row.
#[test]
fn every_route_has_a_row() {
    let rows: BTreeSet<String> = ROUTES.iter().map(|(route, _)| (*route).to_owned()).collect();

    assert_eq!(routes_of_the_tables(), rows, "a route without a row here, or a row without a route");
}

/// S-107: whoever asks for what is Ada's without being her is told nothing of hers, changes nothing, and breaks nothing.
#[test]
fn nobody_else_is_told_what_is_hers() {
    on_both(async |at| {
        let hers = hers(at).await;
        let (nobody, alan) = (Browser::new(at), Browser::new(at));
        alan.visit_as("/account", cast::ALAN).await;
        let other = basic("other", cast::SECRET);
        let foreign_token = RelyingParty::new(at, "other").tokens_of("openid", cast::ALAN).await;
        let bearer = format!("Bearer {}", foreign_token.access());

        for address in ROUTES.iter().filter_map(|(_, address)| *address) {
            let path =
                address.replace("/J", &format!("/{}", hers.journey)).replace("/C", &format!("/{}", hers.client.id()));
            for path in [path.clone(), format!("/t/acme{path}")] {
                let csrf = form(&[("csrf", "0"), ("action", "allow"), ("token", "x")]);
                let replies: [Reply; 6] = [
                    nobody.send(Method::GET, &path, &[], String::new()).await,
                    nobody.send(Method::POST, &path, &own_headers(), csrf.clone()).await,
                    alan.send(Method::GET, &path, &[], String::new()).await,
                    alan.send(Method::POST, &path, &own_headers(), csrf).await,
                    at.get(&path, &[("authorization", &other)]).await,
                    at.get(&path, &[("authorization", &bearer)]).await,
                ];
                for (who, reply) in replies.iter().enumerate() {
                    let text = reply.text();
                    assert!(!reply.status.is_server_error(), "{who} {path}: {}", reply.status);
                    assert!(HERS.iter().all(|word| !text.contains(word)), "{who} {path}: {text}");
                }
            }
        }
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let path = format!("/oauth2/register/{}", hers.client.id());
            let reply = crate::registered::send(at, method, &path, Some(foreign_token.access()), &Value::Null).await;
            assert!(reply.status.is_client_error(), "{}", reply.text());
        }

        let page = hers.browser.visit("/account/profile").await;
        assert_eq!(page.value_of("family_name").as_deref(), Some("Lovelace"), "she is who she was");
        let own = hers.browser.visit(&format!("/j/{}/consent", hers.journey)).await;
        assert!(own.has_button("allow"), "her journey is where it was");
        assert_eq!(hers.client.manage(at, Method::GET, &Value::Null).await.status, 200, "so is her client");
    });
}
