//! Authorization responses: status, issuer, mode, headers. RFC 6749 §4.1.2, RFC 9207, RFC 9700 §4.11 to §4.12.

use http::Method;
use portreeve_domain::MailPurpose;
use portreeve_tests::{
    authorization::STATE,
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite},
    relying_party::{Grant, RelyingParty},
};

/// S-009, BC-02, S-020: after the password was posted no browser repeats the form elsewhere. A page ends it and sends the browser on:
/// Chromium would hold a redirect, and all that the client's address redirects to, to our `form-action`.
#[test]
fn a_page_sends_the_browser_on_after_a_password() {
    on_sqlite(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        let page = browser.authorize(&own.request("openid")).await;

        let page = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;

        assert_eq!((page.reply.status.as_u16(), page.reply.location()), (200, None));
        assert_eq!(page.href_of("continue").as_deref(), Some(page.callback().url.as_str()), "for browsers that stay");
        assert!(page.callback().url.starts_with(&own.redirect_uri) && page.callback().get("code").is_some());
        assert_eq!(page.reply.header("referrer-policy"), Some("no-referrer"));
        assert!(page.reply.header("cache-control").is_some_and(|value| value.contains("no-store")));
        assert!(page.reply.header("set-cookie").is_some(), "the session");
    });
}

/// OC-15: the last page speaks the language that was asked for, as those before it.
#[test]
fn the_last_page_speaks_the_language_that_was_asked_for() {
    on_sqlite(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        let page = browser.authorize(&own.request("openid").with("ui_locales", "fr")).await;
        let forgot = browser.visit(&page.href_of("forgot-password").unwrap()).await;
        let mailed = browser.press(&forgot, "submit", &[("email", cast::ALAN)]).await;
        for beside in [&forgot, &mailed] {
            assert!(beside.html().contains("<html lang=\"fr\""), "{}", beside.html());
        }
        assert_eq!(at.deliver_mails().await, [(MailPurpose::PasswordReset, "fr".to_owned())]);

        let last = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;

        assert!(last.html().contains("<html lang=\"fr\""), "{}", last.html());
        let over = browser.visit(&page.path).await;
        assert!(over.has_button("start-again") && over.html().contains("<html lang=\"fr\""), "{}", over.html());
    });
}

/// S-009, NA-01, NA-03: an app gets its answer by a redirect, as systems open apps after one only; it is 303. A program that listens
/// on the device is reached as a site is. The page of the form lets it redirect to an app, and to nobody else (S-011).
#[test]
fn an_app_is_redirected_to_with_303() {
    on_sqlite(async |at| {
        let cases = [
            ("com.example.app:/cb", 303, "form-action 'self' com.example.app:"),
            (cast::CLAIMED_URI, 303, "form-action 'self' https://app.example"),
            ("http://127.0.0.1:7777/cb", 200, "form-action 'self'"),
        ];
        for (redirect_uri, status, form_action) in cases {
            let (native, browser) = (RelyingParty::new(at, "native"), Browser::new(at));
            let request = native.request("openid").with("redirect_uri", redirect_uri);
            let page = browser.authorize(&request).await;
            let consent = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;

            let page = browser.press(&consent, "allow", &[]).await;

            let policy = consent.reply.header("content-security-policy").unwrap();
            assert!(policy.split("; ").any(|directive| directive == form_action), "{redirect_uri}: {policy}");
            assert_eq!(page.reply.status, status, "{redirect_uri}: {}", page.html());
            assert!(page.callback().url.starts_with(redirect_uri) && page.callback().get("code").is_some());
        }
    });
}

/// S-010, BC-12, IS-01: success and every kind of error name the issuer exactly as discovery does.
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

/// RM-01, S-011, BC-09: codes come in the query; a mode that does not exist, or that the client did not register, is refused.
#[test]
fn only_modes_that_exist_and_fit_the_client_work() {
    on_both(async |at| {
        at.apply(
            "[[clients]]\nclient_id = \"query-only\"\ntoken_endpoint_auth_method = \"none\"\n\
             redirect_uris = [\"https://rp.example/cb\"]\nresponse_modes = [\"query\"]\n",
        )
        .await;
        let (web, query_only) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "query-only"));
        for (client, mode) in
            [(&web, "web_message"), (&web, "QUERY"), (&query_only, "form_post"), (&query_only, "fragment")]
        {
            let refused = Browser::new(at).authorize(&client.request("openid").with("response_mode", mode)).await;
            assert_eq!(refused.callback().error(), "invalid_request", "{mode}");
            assert!(refused.callback().url.starts_with("https://rp.example/cb?error="), "{mode}");
        }

        for request in [web.request("openid"), web.request("openid").with("response_mode", "query")] {
            let callback = Browser::new(at).sign_in(&request, cast::ADA).await;
            assert!(callback.url.starts_with("https://rp.example/cb?code="), "{}", callback.url);
            assert!(!callback.url.contains('#'));
        }
    });
}

/// RM-05, S-011: the fragment and the form carry what the query carries, errors too, and codes from them are good.
#[test]
fn every_mode_carries_success_and_errors() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        for (mode, begins) in [("fragment", "https://rp.example/cb#"), ("form_post", "https://rp.example/cb")] {
            let (browser, request) = (Browser::new(at), web.request("openid").with("response_mode", mode));
            let silent = browser.authorize(&request.clone().with("prompt", "none")).await.callback();
            let early = browser.authorize(&request.clone().with("prompt", "zzz")).await.callback();
            let success = browser.sign_in(&request, cast::ADA).await;
            let at_once = browser.authorize(&request).await.callback();

            assert_eq!((silent.error(), early.error()), ("login_required", "invalid_request"), "{mode}");
            for callback in [&silent, &early, &success, &at_once] {
                assert!(callback.url.starts_with(begins) && !callback.url.contains('?'), "{}", callback.url);
                assert_eq!(callback.get("state"), Some(STATE));
                assert_eq!(callback.get("iss"), Some(cast::ISSUER));
            }
            let grant = Grant { code: success.code(), redirect_uri: web.redirect_uri.clone() };
            assert_eq!(web.redeem(&grant).await.status, 200);
        }
    });
}

/// RM-04, S-011: the page posts by a script file of ours or by a button, to that client only; nobody keeps it, and what the
/// client sent as `state` stays text.
#[test]
fn an_answer_by_form_is_a_page_with_a_button() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let hostile = "\"><script>alert(1)</script>&#x27;'</form>";
        let request = web.request("openid").with("response_mode", "form_post").with("state", hostile);
        browser.sign_in(&request, cast::ADA).await;

        let page = browser.authorize(&request).await;

        let reply = &page.reply;
        assert_eq!((reply.status.as_u16(), reply.location()), (200, None));
        assert!(reply.header("content-type").is_some_and(|value| value.starts_with("text/html")));
        assert!(reply.header("cache-control").is_some_and(|value| value.contains("no-store")));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(reply.header("x-frame-options"), Some("DENY"));
        let policy = reply.header("content-security-policy").unwrap();
        let directives: Vec<_> = policy.split("; ").collect();
        for directive in ["default-src 'none'", "script-src 'self'", "form-action https://rp.example"] {
            assert!(directives.contains(&directive), "{policy}");
        }
        let html = page.html();
        assert_eq!(html.matches("<script").count(), 1, "{html}");
        let script = html.split("<script src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let served = at.get(script, &[]).await;
        assert_eq!(served.status, 200);
        assert!(served.header("content-type").is_some_and(|value| value.starts_with("text/javascript")));
        assert!(!html.contains("alert(1)</script>"), "{html}");
        assert_eq!(page.callback().get("state"), Some(hostile));
    });
}

/// OC-56: errors of requests that ask for a token come where the token would be.
#[test]
fn errors_of_requests_for_a_token_are_in_the_fragment() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        for response_type in ["token", "id_token", "id_token code", "code token"] {
            let refused = Browser::new(at).authorize(&web.request("openid").with("response_type", response_type)).await;
            let callback = refused.callback();
            assert!(callback.url.starts_with("https://rp.example/cb#error="), "{}", callback.url);
            assert_eq!(callback.get("state"), Some(STATE));
        }
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

/// S-013, S-020, S-047, S-095, OA-AZ-7, OA-AZ-9, OA-AZ-25, BC-03, BC-04: pages cannot be framed, kept or leaked by a referrer;
/// cookies are for us alone.
#[test]
fn pages_carry_their_defences() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let entry = browser.send(Method::GET, &web.request("openid").path(), &[], String::new()).await;
        let page = browser.visit(entry.location().unwrap()).await;

        let policy = page.reply.header("content-security-policy").unwrap();
        for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(directive), "{policy}");
        }
        let form_action = policy.split(';').find(|part| part.trim().starts_with("form-action")).unwrap();
        assert_eq!(form_action.trim(), "form-action 'self'", "the client is reached by a page");
        assert!(!policy.contains("unsafe-inline"));
        assert_eq!(page.reply.header("x-frame-options"), Some("DENY"));
        assert_eq!(page.reply.header("referrer-policy"), Some("same-origin"));
        assert_eq!(page.reply.header("x-content-type-options"), Some("nosniff"));
        assert!(page.reply.header("cache-control").is_some_and(|value| value.contains("no-store")));
        assert!(page.reply.header("strict-transport-security").is_some());
        let cookie = entry.header("set-cookie").unwrap();
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{attribute}: {cookie}");
        }
        assert!(!cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
        let consent = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!(consent.step(), "consent");
        let (account, _) = Browser::new(at).visit_as("/account", cast::ADA).await;
        for other in [consent, account, Browser::new(at).visit("/device").await] {
            let policy = other.reply.header("content-security-policy").unwrap();
            assert!(policy.contains("frame-ancestors 'none'"), "{}: {policy}", other.path);
        }
    });
}

/// S-020, BC-04: the redirect that carries the code tells nobody where it came from.
#[test]
fn the_redirect_sends_no_referrer() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        browser.sign_in(&web.request("openid"), cast::ADA).await;

        let reply = browser.authorize(&web.request("openid")).await.reply;

        assert!(reply.location().is_some_and(|to| to.contains("code=")));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert!(reply.header("cache-control").is_some_and(|value| value.contains("no-store")));
    });
}
