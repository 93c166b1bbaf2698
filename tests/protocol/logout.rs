//! RP-Initiated Logout 1.0.

use http::Method;
use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, FORM, form, on_both, on_sqlite},
    relying_party::{RelyingParty, Tokens},
    totp,
};

const LOGOUT: &str = "/oauth2/logout";

/// Signs a person in and returns the browser and the ID token of `web`.
async fn signed_in<'d>(at: &'d Deployment, email: &str) -> (Browser<'d>, Tokens) {
    let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
    let grant = web.grant_in(&browser, &web.request("openid"), email).await;
    let tokens = Tokens(web.redeem(&grant).await.success());
    (browser, tokens)
}

async fn ask(browser: &Browser<'_>, pairs: &[(&str, &str)]) -> Page {
    browser.visit(&format!("{LOGOUT}?{}", form(pairs))).await
}

async fn is_signed_in(at: &Deployment, browser: &Browser<'_>) -> bool {
    let silent = RelyingParty::new(at, "web").request("openid").with("prompt", "none");
    browser.authorize(&silent).await.callback().get("code").is_some()
}

/// Whether the page asks the person.
fn asks(page: &Page) -> bool {
    page.reply.status == 200 && page.has_button("submit") && page.has_button("stay")
}

/// RL-01, RL-08: by GET and by POST; afterwards nobody is signed in.
#[test]
fn a_logout_ends_the_session() {
    on_both(async |at| {
        for by_post in [false, true] {
            let (browser, tokens) = signed_in(at, cast::ADA).await;
            let pairs = [("id_token_hint", tokens.id()), ("post_logout_redirect_uri", cast::SIGNED_OUT_URI)];
            assert!(is_signed_in(at, &browser).await);

            let reply = match by_post {
                false => browser.send(Method::GET, &format!("{LOGOUT}?{}", form(&pairs)), &[], String::new()).await,
                true => browser.send(Method::POST, LOGOUT, &[("content-type", FORM)], form(&pairs)).await,
            };

            assert_eq!((reply.status.as_u16(), reply.location()), (303, Some(cast::SIGNED_OUT_URI)));
            assert!(!is_signed_in(at, &browser).await);
        }
    });
}

/// RL-01, RL-08: a form on a page of the application comes without our cookies (`SameSite=Lax`), and signs out all the same: the browser
/// goes to the same request as GET, or with one that is too long for an address to a form of ours.
#[test]
fn a_form_of_another_site_ends_the_session() {
    on_both(async |at| {
        for hint in ["x y".to_owned(), "%".repeat(2048)] {
            let (browser, tokens) = signed_in(at, cast::ADA).await;
            let uri = ("post_logout_redirect_uri", cast::SIGNED_OUT_URI);
            let pairs = form(&[("id_token_hint", tokens.id()), uri, ("state", &hint), ("logout_hint", &hint)]);
            let from_elsewhere =
                [("content-type", FORM), ("sec-fetch-site", "cross-site"), ("origin", "https://rp.example")];

            let without_cookies = Browser::new(at).send(Method::POST, LOGOUT, &from_elsewhere, pairs).await;
            let page = match without_cookies.location() {
                Some(same_as_get) => browser.visit(same_as_get).await,
                None => {
                    let page = Page { path: LOGOUT.to_owned(), reply: without_cookies };
                    let (action, fields) = page.form_of("continue");
                    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                    assert_eq!(page.reply.header("referrer-policy"), Some("same-origin"), "we know it as ours");
                    browser.post_own(action.strip_prefix(cast::ISSUER).unwrap(), &fields).await
                }
            };

            assert_eq!(page.callback().get("state"), Some(hint.as_str()));
            assert!(!is_signed_in(at, &browser).await);
        }
    });
}

/// S-092, S-094: what somebody has shown on the way counts no more once they have signed out, whether they were signed in or not: who
/// comes next at that browser begins anew.
#[test]
fn a_logout_ends_what_is_half_finished() {
    on_both(async |at| {
        for is_signed_in in [false, true] {
            let browser = Browser::new(at);
            if is_signed_in {
                browser.sign_in(&RelyingParty::new(at, "web").request("openid"), cast::GRACE).await.code();
            }
            at.wait(Lifetime::from_seconds(totp::STEP_SECONDS));
            let page = browser.authorize(&RelyingParty::new(at, "web").request("openid").with("prompt", "login")).await;
            let shown = [("email", cast::GRACE), ("password", cast::PASSWORD)];
            let page = browser.press(&page, "submit", &shown).await;
            assert_eq!(page.step(), "second-factor", "{}", page.html());

            let asked = ask(&browser, &[]).await;
            if is_signed_in {
                browser.press(&asked, "submit", &[]).await;
            }
            at.wait(Lifetime::from_seconds(totp::STEP_SECONDS));

            let again = browser.visit(&page.path).await;
            assert_eq!(again.step(), "identify");
            assert!(!again.html().contains(cast::GRACE), "{}", again.html());
            let answered = browser.press(&page, "submit", &[("code", &browser.totp_code())]).await;
            assert!(!answered.leaves(), "{}", answered.html());
            let done = browser.complete(again, cast::GRACE).await;
            assert!(done.get("code").is_some(), "the person themselves goes on");
            at.wait(Lifetime::from_seconds(totp::STEP_SECONDS));
        }
    });
}

/// RL-02: an ID token that has expired is still a good hint.
#[test]
fn an_expired_hint_is_good() {
    on_sqlite(async |at| {
        let (browser, tokens) = signed_in(at, cast::ADA).await;
        at.wait(Lifetime::from_days(7));

        let page =
            ask(&browser, &[("id_token_hint", tokens.id()), ("post_logout_redirect_uri", cast::SIGNED_OUT_URI)]).await;

        assert_eq!(page.reply.location(), Some(cast::SIGNED_OUT_URI));
        assert!(!is_signed_in(at, &browser).await);
    });
}

/// RL-03, S-016, S-017: without a hint, or with one about somebody else, the person is asked.
#[test]
fn the_person_is_asked_without_a_fitting_hint() {
    on_both(async |at| {
        let (browser, _) = signed_in(at, cast::ADA).await;
        let (_, of_alan) = signed_in(at, cast::ALAN).await;

        let no_hint = ask(&browser, &[]).await;
        let by_client =
            ask(&browser, &[("client_id", "web"), ("post_logout_redirect_uri", cast::SIGNED_OUT_URI)]).await;
        let other_person = ask(&browser, &[("id_token_hint", of_alan.id())]).await;

        for page in [&no_hint, &by_client, &other_person] {
            assert!(asks(page), "{}", page.html());
        }
        assert!(is_signed_in(at, &browser).await);
        let stayed = browser.press(&no_hint, "stay", &[]).await;
        assert_eq!(stayed.reply.status, 200);
        assert!(is_signed_in(at, &browser).await);
        let page = ask(&browser, &[("client_id", "web"), ("post_logout_redirect_uri", cast::SIGNED_OUT_URI)]).await;
        let gone = browser.press(&page, "submit", &[]).await;
        assert_eq!((gone.reply.status.as_u16(), gone.reply.onward().as_deref()), (200, Some(cast::SIGNED_OUT_URI)));
        assert!(!is_signed_in(at, &browser).await);
    });
}

/// RL-04, S-016, BC-01: the browser goes to an address that the client registered exactly, and nowhere else.
#[test]
fn only_a_registered_address_is_returned_to() {
    on_both(async |at| {
        let (browser, tokens) = signed_in(at, cast::ADA).await;
        let hint = ("id_token_hint", tokens.id());
        for uri in [
            "https://rp.example/signed-out/",
            "https://rp.example/signed-out?x=1",
            "https://rp.example",
            "https://evil.example/",
            "https://other.example/signed-out",
            "https://rp.example/cb",
            "javascript:alert(1)",
        ] {
            let page = ask(&browser, &[hint, ("post_logout_redirect_uri", uri)]).await;
            assert_eq!((page.reply.status.as_u16(), page.reply.location()), (400, None), "{uri}");
            assert!(is_signed_in(at, &browser).await, "{uri}");
        }
        let nobody = ask(&browser, &[("post_logout_redirect_uri", cast::SIGNED_OUT_URI)]).await;
        assert_eq!(nobody.reply.location(), None, "no client is known");

        let page = ask(&browser, &[hint, ("post_logout_redirect_uri", cast::SIGNED_OUT_URI)]).await;
        assert_eq!(page.reply.location(), Some(cast::SIGNED_OUT_URI));
    });
}

/// RL-05: `client_id` must be the audience of the hint.
#[test]
fn client_id_must_be_the_audience_of_the_hint() {
    on_sqlite(async |at| {
        let (browser, tokens) = signed_in(at, cast::ADA).await;

        let differs = ask(&browser, &[("id_token_hint", tokens.id()), ("client_id", "other")]).await;
        assert_eq!((differs.reply.status.as_u16(), differs.reply.location()), (400, None));
        assert!(is_signed_in(at, &browser).await);

        let fits = ask(&browser, &[("id_token_hint", tokens.id()), ("client_id", "web")]).await;
        assert_eq!(fits.reply.status, 200);
        assert!(!is_signed_in(at, &browser).await);
    });
}

/// RL-06: `state` comes back with the redirect, and only if it was sent.
#[test]
fn state_comes_back() {
    on_sqlite(async |at| {
        let uri = ("post_logout_redirect_uri", cast::SIGNED_OUT_URI);
        let (browser, tokens) = signed_in(at, cast::ADA).await;

        let with = ask(&browser, &[("id_token_hint", tokens.id()), uri, ("state", "a b&c")]).await;

        assert_eq!(with.callback().get("state"), Some("a b&c"));
        let (browser, tokens) = signed_in(at, cast::ADA).await;
        let without = ask(&browser, &[("id_token_hint", tokens.id()), uri]).await;
        assert_eq!(without.reply.location(), Some(cast::SIGNED_OUT_URI));
    });
}

/// RL-07: a hint that we did not sign ends nothing and redirects nowhere.
#[test]
fn a_forged_hint_is_refused() {
    on_sqlite(async |at| {
        let (browser, tokens) = signed_in(at, cast::ADA).await;
        let parts: Vec<_> = tokens.id().split('.').collect();
        let forged = format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86));
        for hint in [forged.as_str(), "garbage"] {
            let page =
                ask(&browser, &[("id_token_hint", hint), ("post_logout_redirect_uri", cast::SIGNED_OUT_URI)]).await;
            assert_eq!((page.reply.status.as_u16(), page.reply.location()), (400, None));
            assert!(is_signed_in(at, &browser).await);
        }
    });
}

/// RL-09: the endpoint is advertised; hints about people and languages never fail.
#[test]
fn the_endpoint_is_advertised_and_tolerant() {
    on_sqlite(async |at| {
        let (browser, tokens) = signed_in(at, cast::ADA).await;

        let pairs =
            [("id_token_hint", tokens.id()), ("logout_hint", "\"><x>"), ("ui_locales", "xx de"), ("foo", "bar")];
        let page = ask(&browser, &pairs).await;

        assert_eq!(at.discovery().await["end_session_endpoint"], format!("{}{LOGOUT}", cast::ISSUER));
        assert_eq!(page.reply.status, 200);
        assert!(page.html().contains("<html lang=\"de\""), "{}", page.html());
        assert!(!is_signed_in(at, &browser).await);
    });
}

/// What a browser says of a picture on a page of another site.
const AS_PICTURE: [(&str, &str); 3] =
    [("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "image"), ("sec-fetch-mode", "no-cors")];

/// S-017: a page of another site that loads the address as a picture ends nothing, be it with a hint of another person, of another
/// session of the same person, of another tenant, or for another client than the one it names.
#[test]
fn a_picture_with_a_hint_that_does_not_fit_ends_nothing() {
    on_both(async |at| {
        let (browser, own) = signed_in(at, cast::ADA).await;
        let (_, of_alan) = signed_in(at, cast::ALAN).await;
        let (elsewhere, of_elsewhere) = signed_in(at, cast::ADA).await;
        let of_acme = RelyingParty::of_tenant(at, "acme", "web").tokens("openid").await;
        let uri = ("post_logout_redirect_uri", cast::SIGNED_OUT_URI);

        for pairs in [
            vec![("id_token_hint", of_alan.id())],
            vec![("id_token_hint", of_alan.id()), ("client_id", "web"), uri],
            vec![("id_token_hint", of_elsewhere.id()), uri],
            vec![("id_token_hint", of_acme.id())],
            vec![("id_token_hint", own.id()), ("client_id", "other")],
        ] {
            let path = format!("{LOGOUT}?{}", form(&pairs));
            let reply = browser.send(Method::GET, &path, &AS_PICTURE, String::new()).await;
            assert_eq!(reply.location(), None, "{path}");
            assert!(is_signed_in(at, &browser).await && is_signed_in(at, &elsewhere).await, "{path}");
        }

        let fits = format!("{LOGOUT}?{}", form(&[("id_token_hint", own.id())]));
        browser.send(Method::GET, &fits, &AS_PICTURE, String::new()).await;
        assert!(!is_signed_in(at, &browser).await, "who holds the ID token of this session may end it");
    });
}

/// S-017: a page of another site that loads the address as a picture ends nothing.
#[test]
fn a_logout_cannot_be_forced() {
    on_both(async |at| {
        let (browser, _) = signed_in(at, cast::ADA).await;

        browser.send(Method::GET, LOGOUT, &AS_PICTURE, String::new()).await;
        let page = ask(&browser, &[]).await;
        let (action, fields) = page.form_of("submit");
        let fields: Vec<_> = fields.iter().filter(|(name, _)| name != "csrf").cloned().collect();
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.post_own(&action, &pairs).await;

        assert!(is_signed_in(at, &browser).await);
        browser.press(&page, "submit", &[]).await;
        assert!(!is_signed_in(at, &browser).await);
    });
}
