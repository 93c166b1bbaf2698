//! Where errors of authorization requests go when nobody answers for the client. RFC 9700 §4.11.2; decision 0021.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{form, on_both, on_sqlite},
    relying_party::RelyingParty,
};
use serde_json::json;

use crate::registered::{Registered, allow, register, web};
use crate::request_objects::shown_error;

/// BC-10, S-154: whoever registered alone cannot make a mistake lead to an address of theirs: the person is told on a page, until
/// somebody is signed in. Decision 0021 says where errors lead and when, and that the page has no way to the client.
#[test]
fn a_mistake_leads_to_no_client_that_nobody_knows() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let pages = json!({
            "client_uri": "https://self.example/", "initiate_login_uri": "https://self.example/start",
            "contacts": ["nobody@self.example"],
        });
        let client = Registered::new(at, &web(pages)).await;
        let malformed = client.request("openid").with("code_challenge_method", "plain");
        let beyond = client.request("openid nonsense");
        let browser = Browser::new(at);
        let mistakes = [
            (malformed.clone(), "invalid_request"),
            (beyond.clone(), "invalid_scope"),
            (client.request("openid").with("claims", "{\"userinfo\":"), "invalid_request"),
            (client.request("openid").with("claims", "[]"), "invalid_request"),
            (client.request("openid").with("authorization_details", "{}"), "invalid_authorization_details"),
            (
                client.request("openid").with("authorization_details", "[{\"type\":\"nonsense\"}]"),
                "invalid_authorization_details",
            ),
            (client.request("openid").with("prompt", "none login"), "invalid_request"),
        ];

        for (mistake, error) in &mistakes {
            let silent =
                if mistake.get("prompt").is_none() { mistake.clone().with("prompt", "none") } else { mistake.clone() };
            for request in [mistake.clone(), silent, mistake.clone().with("response_mode", "form_post")] {
                let page = browser.authorize(&request).await;
                assert!(shown_error(&page, error) && !page.leaves(), "{request:?}: {}", page.html());
                assert_eq!(page.href_of("start-again"), None, "no button to an address that nobody answers for");
            }
        }

        browser.sign_in(&RelyingParty::new(at, "web").request("openid"), cast::ADA).await.code();
        assert_eq!(browser.authorize(&malformed).await.callback().error(), "invalid_request");
        assert_eq!(browser.authorize(&beyond).await.callback().error(), "invalid_scope");
        at.wait(Lifetime::from_days(31));
        assert!(shown_error(&browser.authorize(&malformed).await, "invalid_request"), "the session is over");
    });
}

/// BC-10, OC-04: silent authentication is the exception: it is answered at every client (OIDC Core §3.1.2.6).
#[test]
fn silent_authentication_is_answered_at_every_client() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({}))).await;
        let silent = client.request("openid").with("prompt", "none");
        let browser = Browser::new(at);

        assert_eq!(browser.authorize(&silent).await.callback().error(), "login_required");
        browser.sign_in(&RelyingParty::new(at, "web").request("openid"), cast::ADA).await.code();
        assert_eq!(browser.authorize(&silent).await.callback().error(), "consent_required");
    });
}

/// BC-10: a client that somebody answers for is told at once: the operator's own, one with an initial access token, and every one
/// where the tenant trusts them all.
#[test]
fn a_mistake_leads_to_a_client_that_somebody_answers_for() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let (_, token) = at.issuer.make_initial_access_token(&at.tenant(), 1, Lifetime::from_hours(1)).await.unwrap();
        let vouched = Registered(register(at, Some(token.expose()), &web(json!({}))).await.json());
        let alone = Registered::new(at, &web(json!({}))).await;
        let malformed = |request: portreeve_tests::authorization::AuthorizationRequest| {
            request.with("code_challenge_method", "plain")
        };

        for request in [RelyingParty::new(at, "web").request("openid"), vouched.request("openid")] {
            let told = Browser::new(at).authorize(&malformed(request)).await;
            assert_eq!(told.callback().error(), "invalid_request");
        }
        allow(at, "open", "trust_registered_clients = true").await;
        let told = Browser::new(at).authorize(&malformed(alone.request("openid"))).await;
        assert_eq!(told.callback().error(), "invalid_request");
    });
}

/// S-016, S-154, RL-04: nor does a logout that ends nothing; there is a link that says where it leads.
#[test]
fn a_logout_of_nobody_leads_to_no_client_that_nobody_knows() {
    const LOGOUT: &str = "/oauth2/logout";
    const BYE: &str = "https://self.example/bye";
    on_both(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({ "post_logout_redirect_uris": [BYE] }))).await;
        let own = Browser::new(at);
        let code = own.sign_in(&client.request("openid"), cast::ADA).await.code();
        let id_token = client.redeem(at, &code).await.success()["id_token"].as_str().unwrap().to_owned();
        let by_hint = format!("{LOGOUT}?{}", form(&[("id_token_hint", &id_token), ("post_logout_redirect_uri", BYE)]));
        let by_name = form(&[("client_id", client.id()), ("post_logout_redirect_uri", BYE)]);

        for path in [by_hint.clone(), format!("{LOGOUT}?{by_name}")] {
            let page = Browser::new(at).visit(&path).await;
            assert!(!page.leaves(), "{path}");
            assert_eq!(page.href_of("continue").as_deref(), Some(BYE));
            assert!(page.text_of("continue").unwrap().contains("self.example"), "{}", page.html());
        }

        assert_eq!(own.visit(&by_hint).await.reply.location(), Some(BYE), "it took part in the session");
        own.sign_in(&RelyingParty::new(at, "web").request("openid"), cast::ADA).await.code();
        let asked = own.visit(&format!("{LOGOUT}?{by_name}")).await;
        let confirmed = own.press(&asked, "submit", &[]).await;
        assert!(!confirmed.leaves() && confirmed.html().contains(BYE), "it did not: {}", confirmed.html());
        let known = form(&[("client_id", "web"), ("post_logout_redirect_uri", cast::SIGNED_OUT_URI)]);
        let known = Browser::new(at).visit(&format!("{LOGOUT}?{known}")).await;
        assert_eq!(known.reply.location(), Some(cast::SIGNED_OUT_URI), "somebody answers for it");
    });
}
