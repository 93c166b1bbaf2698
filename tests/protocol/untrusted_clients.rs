//! Where errors of authorization requests go when nobody answers for the client. RFC 9700 §4.11.2; decision 0021.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite},
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
        let client = Registered::new(at, &web(json!({}))).await;
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
