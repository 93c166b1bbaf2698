//! Claims about a person that a client is given: by a scope or by name, and never without the consent for it. OIDC Core §5.4, §5.5;
//! SECURITY S-148.

use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
};
use serde_json::json;

use crate::attributes::{SCHEMA, rate, told};

async fn redeemed(client: &RelyingParty<'_>, code: String) -> Tokens {
    Tokens(client.redeem(&Grant { code, redirect_uri: client.redirect_uri.clone() }).await.success())
}

/// S-148: the claim goes with its scope, or by name with the consent for it, and nowhere else.
#[test]
fn a_claim_is_released_by_its_scope_or_by_name_and_with_consent() {
    on_both(async |at| {
        at.apply(SCHEMA).await;
        rate(at, cast::ADA, "name = \"Ada\", rating = \"gold\", member_number = 42").await;
        let web = RelyingParty::new(at, "web");

        let plain = told(at, "openid profile", cast::ADA).await;
        assert_eq!((plain.get("rating"), plain.get("member_number")), (None, None));
        assert_eq!(told(at, "openid rating", cast::ADA).await, json!({ "sub": plain["sub"], "rating": "gold" }));

        let claims = r#"{"userinfo":{"member_number":null},"id_token":{"member_number":null}}"#;
        let browser = Browser::new(at);
        let page = browser.authorize(&web.request("openid").with("claims", claims)).await;
        let page = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!(page.step(), "consent", "openid was agreed to, this was not");
        assert!(page.html().contains("Member number"), "{}", page.html());
        let tokens = redeemed(&web, browser.press(&page, "allow", &[]).await.callback().code()).await;
        assert_eq!(jwt::claims(tokens.id())["member_number"], 42);
        let userinfo = at.userinfo(tokens.access()).await.success();
        assert_eq!((userinfo["member_number"].clone(), userinfo.get("rating")), (json!(42), None));
        assert!(browser.authorize(&web.request("openid").with("claims", claims)).await.leaves(), "agreed to once");
    });
}

/// OA-16, S-148: who may not have the scope has the claim by no other name; one without a scope is nobody's.
#[test]
fn a_client_without_the_scope_is_not_told_by_name() {
    on_sqlite(async |at| {
        at.apply(&SCHEMA.replace("scope = \"rating\"\n", "")).await;
        rate(at, cast::ADA, "rating = \"gold\", member_number = 42, phone_number = \"+44 1 23456\"").await;
        let named = r#"{"userinfo":{"member_number":null,"rating":null,"phone_number":null}}"#;
        let limited = "[[clients]]\nclient_id = \"first-party\"\nclient_secret = { file = \"secret\" }\nscope = \"openid email\"\n\
             redirect_uris = [\"https://own.example/cb\"]\nfirst_party = true\n";
        at.apply(limited).await;
        let own = RelyingParty::new(at, "first-party");
        let browser = Browser::new(at);

        let signed_in = browser.sign_in(&own.request("openid").with("claims", named), cast::ADA).await;
        let tokens = redeemed(&own, signed_in.code()).await;

        let told = at.userinfo(tokens.access()).await.success();
        assert_eq!(told, json!({ "sub": told["sub"] }));
        let refused = browser.authorize(&own.request("openid membership")).await.callback();
        assert_eq!(refused.error(), "invalid_scope");
    });
}

/// OC-18, S-148: a standard claim that is asked for by name is agreed to as its scope is, and asked for again when more is named.
#[test]
fn a_standard_claim_asked_for_by_name_is_agreed_to() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        browser.sign_in(&web.request("openid profile"), cast::ADA).await.code();
        let named =
            |claim: &str| web.request("openid").with("claims", &format!(r#"{{"userinfo":{{"{claim}":null}}}}"#));

        assert!(browser.authorize(&named("given_name")).await.leaves(), "profile was agreed to");
        let silent = browser.authorize(&named("phone_number").with("prompt", "none")).await.callback();
        let page = browser.authorize(&named("phone_number")).await;

        assert_eq!((silent.error(), page.step()), ("consent_required", "consent"));
        assert!(page.html().contains("See your phone number"), "{}", page.html());
        let tokens = redeemed(&web, browser.press(&page, "allow", &[]).await.callback().code()).await;
        assert_eq!(tokens.0["scope"], "openid", "granted is what was asked for");
        assert!(at.userinfo(tokens.access()).await.success()["phone_number"].is_string());
        let refreshed = web.refresh(tokens.refresh()).await.success();
        assert_eq!(at.userinfo(refreshed["access_token"].as_str().unwrap()).await.status, 200, "refreshing goes on");
    });
}

/// S-148: asking early for what there is not yet grants nothing of it: nobody could agree.
#[test]
fn a_name_that_meant_nothing_when_it_was_agreed_to_means_nothing_later() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let claims = r#"{"userinfo":{"member_number":null,"name":null}}"#;
        let tokens = web.tokens_for(&web.request("openid").with("claims", claims)).await;

        at.apply(SCHEMA).await;
        rate(at, cast::ADA, "name = \"Ada\", member_number = 42").await;

        let told = at.userinfo(tokens.access()).await.success();
        assert_eq!((told["name"].clone(), told.get("member_number")), (json!("Ada"), None));
    });
}
