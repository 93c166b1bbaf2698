//! Having lost every second factor: asked for, waited for, stopped or granted. SECURITY S-078, S-079, S-084, S-088, S-098; W12.

use portreeve_domain::Lifetime;
use portreeve_issuer::{MailContent, NoticeOf, OutgoingMail};
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty},
    totp,
};
use serde_json::json;

const DAY: Lifetime = Lifetime::from_hours(24);

/// A new browser in which Grace has given her password, and nothing else.
async fn at_second_factor(at: &Deployment) -> (Browser<'_>, Page) {
    let browser = Browser::new(at);
    let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
    let page = browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
    assert_eq!(page.step(), "second-factor", "{}", page.html());
    (browser, page)
}

/// Says that everything is lost, and returns the page that follows.
async fn asks<'d>(at: &'d Deployment) -> (Browser<'d>, Page) {
    let (browser, second) = at_second_factor(at).await;
    let page = browser.visit(&second.href_of("lost-all").expect("a way on")).await;
    let page = browser.press(&page, "submit", &[]).await;
    (browser, page)
}

/// The one mail that waits.
async fn mail(at: &Deployment) -> MailContent {
    let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
    assert_eq!(mail.to, cast::GRACE);
    mail.content
}

/// The mail that tells of the request; its button.
async fn told(at: &Deployment) -> String {
    match mail(at).await {
        MailContent::FactorRecoveryRequested { not_me_link, .. } => not_me_link,
        _ => panic!("another mail"),
    }
}

/// The link that is mailed once the wait is over.
async fn link(at: &Deployment) -> String {
    at.wait(DAY);
    assert_eq!(at.issuer.tell_of_due_recoveries().await.unwrap(), 1);
    match mail(at).await {
        MailContent::FactorRecoveryDue { link } => link,
        _ => panic!("another mail"),
    }
}

async fn is_stopped(at: &Deployment) -> bool {
    at.wait(DAY);
    at.issuer.tell_of_due_recoveries().await.unwrap() == 0 && at.events("credential.recovery.stopped").await == 1
}

/// Asked for after the first factor, told at once, granted by a mailed link after a day, and never less than before: another
/// factor is enrolled before anything else.
#[test]
fn lost_factors_are_removed_after_a_day_and_replaced_at_once() {
    on_both(async |at| {
        let old = Browser::new(at);
        old.visit_as("/account", cast::GRACE).await;
        let (waiting, asked) = asks(at).await;
        assert!(asked.text_of("asked").unwrap().contains("24"), "{}", asked.html());
        told(at).await;
        at.wait(Lifetime::from_millis(DAY.as_millis() - 1));
        assert_eq!(at.issuer.tell_of_due_recoveries().await.unwrap(), 0, "not before its time");
        at.wait(Lifetime::from_millis(1));
        assert_eq!(at.issuer.tell_of_due_recoveries().await.unwrap(), 1);
        assert_eq!(at.issuer.tell_of_due_recoveries().await.unwrap(), 0, "told once");
        let MailContent::FactorRecoveryDue { link } = mail(at).await else { panic!("another mail") };
        drop(waiting);

        let browser = Browser::new(at);
        for _ in 0..2 {
            assert!(browser.visit(&link).await.has_button("submit"));
        }
        at_second_factor(at).await;
        let page = browser.visit(&link).await;
        let done = browser.press(&page, "submit", &[]).await;

        assert_eq!(done.reply.status, 200, "{}", done.html());
        assert_eq!(old.visit("/account").await.step(), "identify", "every session has ended");
        assert_eq!(browser.visit(&link).await.reply.status, 410, "the link is used");
        assert!(matches!(mail(at).await, MailContent::Notice { of: NoticeOf::FactorRemoved, .. }));
        let client = RelyingParty::new(at, "first-party");
        let page = browser.authorize(&client.request("openid")).await;
        let page = browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
        assert_eq!((page.step(), page.has_button("skip")), ("enrol-totp", false), "it cannot be put off");
        assert_eq!(browser.visit("/account").await.step(), "identify", "no session without it");
        let secret = page.text_of("secret").unwrap().replace(char::is_whitespace, "");
        let page = browser.press(&page, "submit", &[("code", &totp::code(&secret, at.seconds()))]).await;
        assert_eq!(page.step(), "recovery-codes", "{}", page.html());
        let done = browser.press(&page, "submit", &[]).await;
        let grant = Grant { code: done.callback().code(), redirect_uri: client.redirect_uri.clone() };
        let tokens = client.redeem(&grant).await.success();
        assert_eq!(jwt::claims(tokens["id_token"].as_str().unwrap())["acr"], json!("aal2"));
        at.deliver_mails().await;
        assert_eq!(at.events("credential.recovery.done").await, 1);
        let (_, again) = at_second_factor(at).await;
        assert!(again.href_of("lost-all").is_some(), "nothing is owed, and it can be asked for again");
    });
}

/// One request a person: asked again, nothing is sent and nothing begins anew.
#[test]
fn one_request_stands() {
    on_both(async |at| {
        asks(at).await;
        told(at).await;
        at.wait(Lifetime::from_hours(20));

        let (browser, second) = at_second_factor(at).await;
        let page = browser.visit(&second.href_of("lost-all").unwrap()).await;

        assert!(page.text_of("asked").unwrap().contains('4') && !page.has_button("submit"), "{}", page.html());
        assert!(at.read_mails().await.is_empty());
        assert_eq!(at.events("credential.recovery.requested").await, 1);
    });
}

/// A sign-in with the factor that was said to be lost stops it, and tells.
#[test]
fn a_factor_that_is_shown_stops_it() {
    on_both(async |at| {
        asks(at).await;
        told(at).await;
        let (owner, second) = at_second_factor(at).await;

        let done = owner.press(&second, "submit", &[("code", &owner.totp_code())]).await;

        assert!(done.is_redirect());
        assert!(matches!(mail(at).await, MailContent::Notice { of: NoticeOf::FactorRecoveryStopped, .. }));
        assert!(is_stopped(at).await);
    });
}

/// Any browser that is signed in shows it and stops it, without a fresh sign-in.
#[test]
fn a_session_stops_it() {
    on_both(async |at| {
        let owner = Browser::new(at);
        owner.visit_as("/account", cast::GRACE).await;
        at.wait(Lifetime::from_minutes(50));
        asks(at).await;
        told(at).await;
        let page = owner.visit("/account/security").await;
        assert!(page.text_of("recovery").unwrap().contains("24"), "{}", page.html());

        let after = owner.press(&page, "stop-recovery", &[]).await;

        assert_eq!(after.notice().as_deref(), Some("Stopped. Your second step stays."));
        assert!(!after.has_button("stop-recovery"));
        assert!(matches!(mail(at).await, MailContent::Notice { of: NoticeOf::FactorRecoveryStopped, .. }));
        assert!(is_stopped(at).await);
    });
}

/// S-088: the button of the notice stops it and shuts everybody out, also when the link is on its way.
#[test]
fn the_button_of_the_notice_stops_it() {
    on_both(async |at| {
        asks(at).await;
        let button = told(at).await;
        let link = link(at).await;
        let owner = Browser::new(at);
        let page = owner.visit(&button).await;

        owner.press(&page, "submit", &[]).await;

        assert_eq!(owner.visit(&link).await.reply.status, 410);
        assert!(matches!(mail(at).await, MailContent::PasswordReset { .. }));
        assert!(is_stopped(at).await);
    });
}

/// S-087: the link works for seven days; later the person asks again.
#[test]
fn the_link_is_dead_after_seven_days() {
    on_sqlite(async |at| {
        asks(at).await;
        told(at).await;
        let link = link(at).await;
        let browser = Browser::new(at);
        at.wait(Lifetime::from_seconds(7 * 24 * 3600 - 1));
        assert_eq!(browser.visit(&link).await.reply.status, 200);

        at.wait(Lifetime::from_seconds(1));

        assert_eq!(browser.visit(&link).await.reply.status, 410);
        let (_, again) = asks(at).await;
        assert!(again.text_of("asked").is_some());
        told(at).await;
    });
}

/// S-079, S-078: nobody asks for it who has not proven the first factor, and where a tenant does without there is no such page.
#[test]
fn it_is_asked_for_after_the_first_factor_and_only_where_it_is_allowed() {
    on_both(async |at| {
        let stranger = Browser::new(at);
        let first = stranger.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        let path = first.path.replace("identify", "lost-factors");
        assert_eq!(stranger.visit(&path).await.step(), "identify");
        let csrf = first.value_of("csrf").unwrap();
        let forced = stranger.post_own(&path, &[("csrf", &csrf), ("version", "1")]).await;
        assert_eq!(forced.step(), "identify");

        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nlost_factor_wait_hours = 0\n").await;
        let (browser, second) = at_second_factor(at).await;
        assert_eq!(second.href_of("lost-all"), None);
        let path = second.path.replace("second-factor", "lost-factors");
        assert_eq!(browser.visit(&path).await.step(), "second-factor");
        assert_eq!(at.events("credential.recovery.requested").await, 0);
    });
}

/// S-157: where a tenant does without this way by now, a link that was mailed before is dead.
#[test]
fn a_link_is_dead_where_the_way_is_switched_off_meanwhile() {
    on_sqlite(async |at| {
        asks(at).await;
        told(at).await;
        let link = link(at).await;
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nlost_factor_wait_hours = 0\n").await;

        assert_eq!(Browser::new(at).visit(&link).await.reply.status, 410);
        at_second_factor(at).await;
    });
}
