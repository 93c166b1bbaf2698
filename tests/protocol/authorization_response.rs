//! Authorization responses: status, issuer, mode, headers. RFC 6749 §4.1.2, RFC 9207, RFC 9700 §4.11 to §4.12.

use http::Method;
use portreeve_tests::{
    authorization::STATE,
    browser::{Browser, own_headers},
    cast,
    deployment::{form, on_sqlite},
    relying_party::RelyingParty,
};

/// S-009: after the password was posted the browser is redirected with 303, which does not repeat the form.
#[test]
fn the_redirect_after_a_password_is_303() {
    on_sqlite(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        let page = browser.authorize(&own.request("openid")).await;
        let (action, fields) = page.filled_form("submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]);
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();

        let reply = browser.send(Method::POST, &action, &own_headers(), form(&pairs)).await;

        assert_eq!(reply.status, 303);
        assert!(reply.location().is_some_and(|to| to.starts_with(&own.redirect_uri)), "{:?}", reply.location());
    });
}

/// S-010: success and every kind of error name the issuer exactly as discovery does.
#[test]
fn every_response_names_the_issuer() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let issuer = at.discovery().await["issuer"].as_str().unwrap().to_owned();
        let early = browser.authorize(&web.request("openid").with("response_type", "token")).await.callback();
        let silent = browser.authorize(&web.request("openid").with("prompt", "none")).await.callback();
        let page = browser.authorize(&web.request("openid")).await;
        let consent = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        let denied = browser.press(&consent, "deny", &[]).await.callback();
        let success = browser.sign_in(&web.request("openid"), cast::ADA).await;

        for callback in [early, silent, denied, success] {
            assert_eq!(callback.get("iss"), Some(issuer.as_str()), "{}", callback.url);
            assert_eq!(callback.get("state"), Some(STATE), "{}", callback.url);
        }
    });
}

/// S-010: a tenant's responses name the tenant's issuer.
#[test]
fn a_tenants_response_names_the_tenants_issuer() {
    on_sqlite(async |at| {
        let web = RelyingParty::of_tenant(at, "acme", "web");

        let callback = Browser::new(at).sign_in(&web.request("openid"), cast::ADA).await;

        assert_eq!(callback.get("iss"), Some("https://id.example/t/acme"));
    });
}

/// S-011, RM-01: codes come in the query; modes that are not offered are refused.
#[test]
fn only_the_offered_response_mode_works() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        for mode in ["fragment", "form_post", "query.jwt", "jwt", "web_message"] {
            let refused = Browser::new(at).authorize(&web.request("openid").with("response_mode", mode)).await;
            assert_eq!(refused.callback().error(), "invalid_request", "{mode}");
        }

        let callback = Browser::new(at).sign_in(&web.request("openid").with("response_mode", "query"), cast::ADA).await;

        assert!(callback.url.starts_with("https://rp.example/cb?"));
        assert!(!callback.url.contains('#'));
    });
}

/// S-006: a query that was registered stays, and the response is added to it.
#[test]
fn a_registered_query_is_kept() {
    on_sqlite(async |at| {
        at.apply(
            "[[clients]]\nclient_id = \"new\"\ntoken_endpoint_auth_method = \"none\"\n\
             redirect_uris = [\"https://rp.example/cb?tenant=7\"]\n",
        )
        .await;
        let new = RelyingParty::new(at, "new");

        let callback = Browser::new(at).sign_in(&new.request("openid"), cast::ADA).await;

        assert_eq!(callback.get("tenant"), Some("7"));
        assert!(!callback.code().is_empty());
    });
}

/// S-013, S-020, S-047, S-095: pages cannot be framed, kept or leaked by a referrer; cookies are for us alone.
#[test]
fn pages_carry_their_defences() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let entry = browser.send(Method::GET, &web.request("openid").path(), &[], String::new()).await;
        let page = browser.visit(entry.location().unwrap()).await;

        let policy = page.reply.header("content-security-policy").unwrap();
        for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(directive), "{policy}");
        }
        let form_action = policy.split(';').find(|part| part.trim().starts_with("form-action")).unwrap();
        assert_eq!(form_action.trim(), "form-action 'self' https://rp.example");
        assert!(!policy.contains("unsafe-inline"));
        assert_eq!(page.reply.header("x-frame-options"), Some("DENY"));
        assert_eq!(page.reply.header("x-content-type-options"), Some("nosniff"));
        assert!(page.reply.header("cache-control").is_some_and(|value| value.contains("no-store")));
        assert!(page.reply.header("strict-transport-security").is_some());
        let cookie = entry.header("set-cookie").unwrap();
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{attribute}: {cookie}");
        }
        assert!(!cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
    });
}

/// S-020: the redirect that carries the code tells nobody where it came from.
#[test]
fn the_redirect_sends_no_referrer() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        browser.sign_in(&web.request("openid"), cast::ADA).await;

        let reply = browser.authorize(&web.request("openid")).await.reply;

        assert!(reply.location().is_some_and(|to| to.contains("code=")));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert!(reply.header("cache-control").is_some_and(|value| value.contains("no-store")));
    });
}
