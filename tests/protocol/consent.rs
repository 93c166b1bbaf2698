//! What the consent page says. OIDC Core §3.1.2.4, RFC 6749 §3.3.

use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_sqlite},
    relying_party::RelyingParty,
};

const TEXTS: &str = r#"
[[scopes]]
name = "orders.read"
texts.en = { title = "See <b>your</b> orders & bills", description = "\"Everything\" since 2020" }
texts.de = { title = "Bestellungen sehen" }
"#;

/// Goes to the consent page for two scopes of an API, in a language.
async fn consent_page(at: &Deployment, language: &str) -> Page {
    let web = RelyingParty::new(at, "web");
    let request = web.request("openid orders.read orders.write").with("resource", cast::ORDERS);
    let browser = Browser::new(at);
    let page = browser.authorize(&request.with("ui_locales", language)).await;
    let page = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
    assert_eq!(page.step(), "consent");
    page
}

#[test]
fn a_scope_is_asked_for_in_the_words_of_the_resource_file() {
    on_sqlite(async |at| {
        at.apply(TEXTS).await;

        let page = consent_page(at, "en").await;

        let shown = page.text_of("scope-2").unwrap();
        assert_eq!(shown, "See <b>your</b> orders & bills\"Everything\" since 2020");
        assert!(!page.html().contains("<b>your"), "{}", page.html());
        assert!(!page.html().contains("orders.read"), "{}", page.html());
    });
}

#[test]
fn the_words_are_those_of_the_pages_language_or_english() {
    on_sqlite(async |at| {
        at.apply(TEXTS).await;

        assert_eq!(consent_page(at, "de").await.text_of("scope-2").unwrap(), "Bestellungen sehen");
        assert!(consent_page(at, "ar").await.text_of("scope-2").unwrap().starts_with("See <b>your</b> orders"));
    });
}

#[test]
fn a_scope_that_nobody_explained_is_asked_for_by_its_name() {
    on_sqlite(async |at| {
        at.apply(TEXTS).await;

        assert_eq!(consent_page(at, "en").await.text_of("scope-3").unwrap(), "orders.write");
    });
}

/// OA-AZ-27: a client that does not authenticate gets nothing from somebody who has not agreed, and one on the person's device,
/// which any program can imitate, is agreed to each time (RFC 8252 §8.6).
#[test]
fn a_client_that_does_not_authenticate_needs_agreement() {
    on_sqlite(async |at| {
        for id in ["spa", "native"] {
            let (browser, client) = (Browser::new(at), RelyingParty::new(at, id));
            browser.sign_in(&RelyingParty::new(at, "web").request("openid"), cast::ADA).await.code();
            let silent = client.request("openid").with("prompt", "none");

            assert_eq!(browser.authorize(&silent).await.callback().error(), "consent_required", "{id}");
            assert!(!browser.authorize(&client.request("openid")).await.is_redirect(), "{id}");
        }
        let (browser, native) = (Browser::new(at), RelyingParty::new(at, "native"));
        browser.sign_in(&native.request("openid"), cast::ADA).await.code();
        assert!(!browser.authorize(&native.request("openid")).await.is_redirect(), "agreed once, asked again");
    });
}
