//! Forms that our pages did not send. SECURITY rule 21, RFC 9700 §4.7.

use http::Method;
use portreeve_tests::{
    browser::{Browser, Page, own_headers},
    cast,
    deployment::{Deployment, FORM, form, on_both, on_sqlite},
    relying_party::RelyingParty,
    reply::Reply,
};

type Headers<'a> = &'a [(&'a str, &'a str)];

/// A browser at the consent page of Ada.
async fn at_consent(at: &Deployment) -> (Browser<'_>, Page) {
    let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
    let page = browser.authorize(&web.request("openid")).await;
    let page = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
    assert_eq!(page.step(), "consent");
    (browser, page)
}

/// Posts the form of a button with other headers and one field changed; an empty value leaves the field out.
async fn post(browser: &Browser<'_>, page: &Page, headers: Headers<'_>, changed: Option<(&str, &str)>) -> Reply {
    let (action, mut fields) = page.form_of("allow");
    if let Some((name, value)) = changed {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name.to_owned(), value.to_owned()));
        }
    }
    let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.send(Method::POST, &action, headers, form(&pairs)).await
}

async fn consents(at: &Deployment) -> usize {
    at.events("consent.given").await
}

/// S-014: a consent without the form's token, or with that of another session, changes nothing.
#[test]
fn a_consent_needs_the_forms_own_token() {
    on_both(async |at| {
        let (browser, page) = at_consent(at).await;
        let (_, elsewhere) = at_consent(at).await;
        let foreign = elsewhere.value_of("csrf").unwrap();
        assert_ne!(page.value_of("csrf"), Some(foreign.clone()));

        let without = post(&browser, &page, &own_headers(), Some(("csrf", ""))).await;
        let of_other = post(&browser, &page, &own_headers(), Some(("csrf", &foreign))).await;

        assert_eq!((without.status.as_u16(), of_other.status.as_u16()), (403, 403));
        assert_eq!(consents(at).await, 0);
        let good = post(&browser, &page, &own_headers(), None).await;
        assert!(good.onward().is_some_and(|to| to.contains("code=")));
        assert_eq!(consents(at).await, 1);
    });
}

/// S-014: a form from another site is refused although it has the token.
#[test]
fn a_form_from_another_site_is_refused() {
    on_sqlite(async |at| {
        let (browser, page) = at_consent(at).await;
        let kind = ("content-type", FORM);
        let from: [Headers<'_>; 5] = [
            &[kind, ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
            &[kind, ("origin", "https://evil.example")],
            &[kind, ("origin", "null")],
            &[kind, ("origin", "https://id.example.evil.example"), ("sec-fetch-site", "same-site")],
            &[kind, ("sec-fetch-site", "cross-site")],
        ];
        for headers in from {
            let reply = post(&browser, &page, headers, None).await;
            assert_eq!(reply.status, 403, "{headers:?}");
        }
        assert_eq!(consents(at).await, 0);

        assert!(post(&browser, &page, &own_headers(), None).await.onward().is_some());
    });
}

/// S-014: a token of before the sign-in is dead after it.
#[test]
fn a_token_dies_with_the_sign_in() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let before = browser.authorize(&web.request("openid")).await;
        let old = before.value_of("csrf").unwrap();
        let consent = browser.press(&before, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;

        let reply = post(&browser, &consent, &own_headers(), Some(("csrf", &old))).await;

        assert_eq!(reply.status, 403);
        assert_eq!(consents(at).await, 0);
    });
}

/// S-014: reading a page changes nothing, whatever stands in the query.
#[test]
fn a_get_changes_nothing() {
    on_sqlite(async |at| {
        let (browser, page) = at_consent(at).await;
        let (action, fields) = page.form_of("allow");
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();

        let got = browser.visit(&format!("{action}?{}", form(&pairs))).await;

        assert_eq!(got.step(), "consent");
        assert_eq!(consents(at).await, 0);
    });
}

/// S-015: a journey belongs to the browser that began it.
#[test]
fn a_journey_belongs_to_its_browser() {
    on_both(async |at| {
        let (web, victim) = (RelyingParty::new(at, "web"), Browser::new(at));
        victim.sign_in(&web.request("openid"), cast::ALAN).await;
        let (_, attackers) = at_consent(at).await;

        let shown = victim.visit(&attackers.path).await;
        let posted = post(&victim, &attackers, &own_headers(), None).await;

        assert!(!shown.has_button("allow"), "{}", shown.html());
        assert!(!shown.html().contains(cast::ADA));
        assert!(posted.onward().is_none_or(|to| !to.contains("code=")), "{:?}", posted.onward());
        assert_eq!(consents(at).await, 1, "the victim's own");
    });
}
