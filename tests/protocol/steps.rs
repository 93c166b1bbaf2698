//! The pages of a journey: none can be skipped, none is a dead end. DESIGN §4, SECURITY S-079.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    device::Device,
    relying_party::RelyingParty,
};

const STEPS: [&str; 11] = [
    "select-account",
    "register",
    "password",
    "second-factor",
    "recovery-code",
    "verify-email",
    "enrol-totp",
    "recovery-codes",
    "profile",
    "terms",
    "consent",
];

async fn began<'d>(at: &'d Deployment) -> (Browser<'d>, Page) {
    let browser = Browser::new(at);
    let page = browser.authorize(&RelyingParty::new(at, "web").request("openid")).await;
    (browser, page)
}

fn journey(page: &Page) -> String {
    page.path.rsplit_once('/').unwrap().0.to_owned()
}

/// S-079: the address of a later page leads to the page that is due.
#[test]
fn later_pages_cannot_be_opened() {
    on_sqlite(async |at| {
        let (browser, page) = began(at).await;
        for step in STEPS {
            let shown = browser.visit(&format!("{}/{step}", journey(&page))).await;
            assert_eq!((shown.reply.status.as_u16(), shown.step()), (200, "identify"), "{step}");
        }
        assert_eq!(browser.visit(&journey(&page)).await.step(), "identify");
    });
}

/// S-079: the form of a later page, sent early, proves nothing.
#[test]
fn later_forms_cannot_be_sent() {
    on_both(async |at| {
        let (browser, page) = began(at).await;
        let (csrf, version) = (page.value_of("csrf").unwrap(), page.value_of("version").unwrap());
        for step in STEPS {
            for extra in [("decision", "allow"), ("action", "skip"), ("account", "acc_1"), ("code", "123456")] {
                let fields = [("csrf", csrf.as_str()), ("version", version.as_str()), extra];
                let reply = browser.post_own(&format!("{}/{step}", journey(&page)), &fields).await;
                assert_eq!(reply.step(), "identify", "{step} {extra:?}");
            }
        }
        assert_eq!(at.events("session.created").await, 0);
        assert_eq!(at.events("token.code.issued").await, 0);
    });
}

/// S-079: an empty form, or one with the fields of another page, leads to the same page again.
#[test]
fn empty_and_foreign_fields_lead_to_the_same_page() {
    on_sqlite(async |at| {
        let (browser, page) = began(at).await;

        let empty = browser.press(&page, "submit", &[]).await;
        let foreign = browser.press(&empty, "submit", &[("decision", "allow"), ("code", "123456")]).await;

        assert_eq!((empty.step(), foreign.step()), ("identify", "identify"));
        assert!(!browser.complete(foreign, cast::ADA).await.code().is_empty(), "and it still works");
    });
}

/// S-079: after going back, an old form does nothing and leads on.
#[test]
fn an_old_form_leads_to_where_the_journey_stands() {
    on_sqlite(async |at| {
        let (browser, identify) = began(at).await;
        let consent = browser.press(&identify, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!(consent.step(), "consent");

        let again = browser.press(&identify, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;

        assert_eq!(again.step(), "consent");
        assert!(again.html().contains(cast::ADA), "still Ada's");
        assert!(!again.html().contains(cast::ALAN));
        assert!(again.text_of("notice").is_some());
    });
}

/// S-079: another way of proving is another page of the same step, not a way around it.
#[test]
fn another_way_is_not_a_way_around() {
    on_sqlite(async |at| {
        let (browser, page) = began(at).await;
        let factor = browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
        assert_eq!(factor.step(), "second-factor");
        let other = browser.visit(&format!("{}/recovery-code", journey(&factor))).await;

        let skipped = browser.press(&other, "submit", &[("code", "aaaa"), ("action", "skip")]).await;

        assert!(!skipped.is_redirect());
        assert_eq!(browser.visit(&journey(&factor)).await.step(), "second-factor");
    });
}

/// S-079: a finished journey gives no second code, and offers a way on.
#[test]
fn a_finished_journey_gives_no_second_code() {
    on_both(async |at| {
        let (browser, page) = began(at).await;
        let consent = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        browser.press(&consent, "allow", &[]).await.callback().code();

        let again = browser.press(&consent, "allow", &[]).await;
        let visited = browser.visit(&consent.path).await;

        assert!(!again.is_redirect());
        assert_eq!(at.events("token.code.issued").await, 1);
        assert!(visited.has_button("start-again") && visited.html().contains("This has ended"), "{}", visited.html());
        let elsewhere = Browser::new(at).visit(&consent.path).await;
        assert!(elsewhere.html().contains("This has ended"), "{}", elsewhere.html());
    });
}

/// S-079: a journey ends after half an hour, and can be begun again.
#[test]
fn an_old_journey_can_be_begun_again() {
    on_sqlite(async |at| {
        let (browser, page) = began(at).await;
        at.wait(Lifetime::from_minutes(31));

        let late = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;

        assert_eq!(late.path, page.path.trim_end_matches("/identify"), "it can be gone back to");
        let fresh = browser.press(&late, "start-again", &[]).await;
        assert_eq!(fresh.step(), "identify");
        assert!(!browser.complete(fresh, cast::ADA).await.code().is_empty());
    });
}

/// S-065: who is led to the approval of somebody else's device, as by a mail that was caused there, has to type the code.
#[test]
fn the_approval_of_a_device_is_not_begun_again_from_a_link() {
    on_both(async |at| {
        let (tv, stranger) = (Device::new(at, "tv"), Browser::new(at));
        let asked = tv.ask(&[("scope", "openid")]).await;
        let entered =
            stranger.press(&stranger.visit("/device").await, "submit", &[("user_code", &asked.user_code)]).await;
        assert_eq!(entered.step(), "identify", "{}", entered.html());

        let (led, path) = (Browser::new(at), journey(&entered));
        let again = led.press(&led.visit(&path).await, "start-again", &[]).await;

        assert_eq!((again.path.as_str(), again.reply.status.as_u16()), ("/device", 200));
        assert!(!again.html().contains(&asked.user_code), "{}", again.html());
        let question = tv.question(&led, &asked, cast::ADA).await;
        assert!(question.has_button("allow"), "who has the code goes on");
    });
}

/// S-094: who finds a stranger's sign-in half-finished at a browser takes their own account, from every page on the way.
#[test]
fn another_account_can_be_taken_on_the_way() {
    on_sqlite(async |at| {
        for page in ["second-factor", "recovery-code"] {
            let (browser, identify) = began(at).await;
            let shown = [("email", cast::GRACE), ("password", cast::PASSWORD)];
            let factor = browser.press(&identify, "submit", &shown).await;
            let found = browser.visit(&format!("{}/{page}", journey(&factor))).await;

            let another = browser.press(&found, "another-account", &[]).await;

            assert_eq!(another.step(), "identify", "{page}");
            assert!(!another.html().contains(cast::GRACE), "{}", another.html());
            assert!(!browser.complete(another, cast::ADA).await.code().is_empty());
        }
    });
}

/// S-079: an address that is no journey is a page that says so.
#[test]
fn an_unknown_journey_is_not_found() {
    on_sqlite(async |at| {
        for path in ["/j/jrn_0000000000000000", "/j/x/consent", "/j/%00/identify", "/t/acme/j/jrn_x/consent"] {
            let page = Browser::new(at).visit(path).await;
            assert!(page.reply.status.is_client_error(), "{path}: {}", page.reply.status);
            assert!(page.reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{path}");
        }
    });
}
