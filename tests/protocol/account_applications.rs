//! What applications may see of a person, and taking it back. SECURITY S-039, S-153; GDPR Art. 7(3).

use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite},
    relying_party::RelyingParty,
};

/// Two clients that want to hear of sign-outs.
const TOLD: &str = r#"
[[clients]]
client_id = "told"
client_secret = { file = "secret" }
redirect_uris = ["https://told.example/cb"]
backchannel_logout_uri = "https://told.example/out"

[[clients]]
client_id = "also"
client_secret = { file = "secret" }
redirect_uris = ["https://also.example/cb"]
backchannel_logout_uri = "https://also.example/out"
"#;
const OUTDATED: &str = "That page was out of date, so nothing was sent. This is where you are now.";

/// An application is listed with what it may see in words; another person's are not.
#[test]
fn applications_are_listed_with_what_they_may_see() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        web.tokens_of("openid profile", cast::ADA).await;
        let (ada, alan) = (Browser::new(at), Browser::new(at));
        ada.visit_as("/account", cast::ADA).await;
        alan.visit_as("/account", cast::ALAN).await;

        let hers = ada.visit("/account/applications").await.text_of("application-1").unwrap();
        let his = alan.visit("/account/applications").await;

        assert!(hers.contains("Web") && hers.contains("https://rp.example") && hers.contains("just now"), "{hers}");
        assert!(hers.contains("Know that it’s you") && hers.contains("See your name and profile"), "{hers}");
        assert!(!hers.contains("e-mail address"), "{hers}");
        assert!(his.text_of("application-1").is_none());
    });
}

/// S-039: withdrawn means at once: tokens are dead, a refresh is refused, and the next sign-in asks again.
#[test]
fn access_taken_back_is_gone_at_once() {
    on_both(async |at| {
        let (web, other) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "other"));
        let browser = Browser::new(at);
        let grant =
            web.grant_in(&browser, &web.request("openid offline_access").with("prompt", "consent"), cast::ADA).await;
        let tokens = web.redeem(&grant).await.json();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let kept = other.tokens_of("openid", cast::ADA).await;
        let theirs = web.tokens_of("openid", cast::ALAN).await;
        let page = browser.visit("/account/applications").await;
        let listed = |page: &portreeve_tests::browser::Page, index: usize| {
            page.text_of(&format!("application-{index}")).unwrap_or_default()
        };
        let index = (1..=2).find(|index| listed(&page, *index).contains("Web")).unwrap();

        let page = browser.press(&page, &format!("withdraw-{index}"), &[]).await;

        assert_eq!(page.notice().as_deref(), Some("Access removed."));
        assert!(!listed(&page, 1).contains("Web"));
        assert!(!web.sees_active(&text("access_token")).await);
        assert_eq!(at.userinfo(&text("access_token")).await.status, 401);
        assert_eq!(web.refresh(&text("refresh_token")).await.json()["error"], "invalid_grant");
        assert!(other.sees_active(kept.access()).await && web.sees_active(theirs.access()).await);
        assert_eq!(browser.authorize(&web.request("openid")).await.step(), "consent");
        assert_eq!(at.events("consent.withdrawn").await, 1);
    });
}

/// An application that needs no consent is listed as long as it holds something: while its session or its offline access lasts.
#[test]
fn an_application_without_consent_is_listed_while_it_holds_something() {
    on_both(async |at| {
        let own = RelyingParty::new(at, "first-party");
        let (there, here) = (Browser::new(at), Browser::new(at));
        own.grant_in(&there, &own.request("openid").with("resource", cast::ORDERS), cast::ADA).await;
        here.visit_as("/account", cast::ADA).await;
        let while_signed_in = here.visit("/account/applications").await;
        let sessions = here.visit("/account/sessions").await;

        here.press(&sessions, "end-all", &[]).await;

        let listed = while_signed_in.text_of("application-1").unwrap();
        assert!(listed.contains("first-party") && listed.contains("Used with Orders"), "{listed}");
        assert_eq!(here.visit("/account/applications").await.text_of("application-1"), None);
    });
}

/// S-094: an application that wants to hear of a sign-out hears of this too; others hear nothing.
#[test]
fn an_application_that_lost_access_is_told() {
    on_sqlite(async |at| {
        at.apply(TOLD).await;
        let (told, also, browser) = (RelyingParty::new(at, "told"), RelyingParty::new(at, "also"), Browser::new(at));
        told.grant_in(&browser, &told.request("openid"), cast::ADA).await;
        told.grant_in(&browser, &told.request("openid"), cast::ADA).await;
        also.grant_in(&browser, &also.request("openid"), cast::ADA).await;
        browser.visit_as("/account", cast::ADA).await;
        let page = browser.visit("/account/applications").await;
        let index = (1..=2).find(|index| page.text_of(&format!("name-{index}")).unwrap() == "told").unwrap();

        browser.press(&page, &format!("withdraw-{index}"), &[]).await;

        let addresses: Vec<_> = at.deliver_logout_tokens().await.into_iter().map(|(uri, _)| uri).collect();
        assert_eq!(addresses, ["https://told.example/out"]);
        assert_eq!(browser.visit("/account").await.path, "/account", "the session goes on");
    });
}

/// The consent page leads to where it can be taken back (GDPR Art. 7(3)).
#[test]
fn the_consent_page_says_where_it_can_be_taken_back() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        browser.visit_as("/account", cast::ADA).await;

        let page = browser.authorize(&web.request("openid")).await;

        assert_eq!((page.step(), page.href_of("account").as_deref()), ("consent", Some("/account/applications")));
    });
}

/// S-118: what is posted about a client that holds nothing does nothing.
#[test]
fn nothing_is_withdrawn_from_a_client_that_holds_nothing() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        web.tokens_of("openid", cast::ADA).await;
        let browser = Browser::new(at);
        browser.visit_as("/account", cast::ADA).await;
        let page = browser.visit("/account/applications").await;

        for client in ["other", "nobody", "", "portreeve:pages"] {
            let (action, mut fields) = page.form_of("withdraw-1");
            fields.iter_mut().filter(|(name, _)| name == "client").for_each(|(_, value)| *value = client.to_owned());
            let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let page = browser.post_own(&action, &pairs).await;
            assert_eq!(page.notice().as_deref(), Some(OUTDATED), "{client}");
        }

        assert_eq!(at.events("consent.withdrawn").await, 0);
    });
}
