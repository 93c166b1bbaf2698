//! How people change the way they sign in. SECURITY S-075, S-080, S-082, S-094, S-097, S-098.

use portreeve_domain::Lifetime;
use portreeve_issuer::{MailContent, NoticeOf};
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::RelyingParty,
    totp,
};

const NEW_PASSWORD: &str = "seven boats behind the lighthouse";

/// The default tenant where everybody needs a second factor.
const MFA_REQUIRED: &str = "[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nmfa = \"required\"\n";

/// The one mail that waits, which is a notice: of what, and its link.
async fn notice(at: &Deployment) -> (NoticeOf, String) {
    let [mail] = <[_; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
    match mail.content {
        MailContent::Notice { of, not_me_link } => (of, not_me_link),
        _ => panic!("another mail than a notice"),
    }
}

async fn signs_in(at: &Deployment, email: &str, password: &str) -> bool {
    let browser = Browser::new(at);
    let page = browser.visit("/account").await;
    let page = browser.press(&page, "submit", &[("email", email), ("password", password)]).await;
    page.step() != "identify"
}

/// What the recovery codes page shows.
fn codes_on(page: &Page) -> Vec<String> {
    page.text_of("recovery-codes").unwrap().split_whitespace().map(str::to_owned).collect()
}

/// Sets up an app on the page that shows its key, and returns where that led with the secret.
async fn scanned(at: &Deployment, browser: &Browser<'_>, page: &Page) -> (Page, String) {
    let secret = page.text_of("secret").unwrap().replace(char::is_whitespace, "");
    (browser.press(page, "submit", &[("code", &totp::code(&secret, at.seconds()))]).await, secret)
}

/// S-097: five minutes after a sign-in a change asks for the password again; within them it does not.
#[test]
fn a_change_asks_for_a_fresh_sign_in() {
    on_both(async |at| {
        let browser = Browser::new(at);
        browser.visit_as("/account", cast::ADA).await;

        let (_, at_once) = browser.visit_as("/account/security/password", cast::ADA).await;
        at.wait(Lifetime::from_minutes(6));
        let (page, later) = browser.visit_as("/account/security/password", cast::ADA).await;

        assert!(at_once.is_empty());
        assert_eq!(later, ["password"]);
        assert_eq!(page.path, "/account/security/password");
    });
}

/// S-097: whoever has a second factor shows both again; one alone is not enough.
#[test]
fn a_fresh_sign_in_takes_every_factor() {
    on_both(async |at| {
        let browser = Browser::new(at);
        browser.visit_as("/account", cast::GRACE).await;
        at.wait(Lifetime::from_minutes(6));

        let asked = browser.visit("/account/security/totp/remove").await;
        let half = browser.press(&asked, "submit", &[("password", cast::PASSWORD)]).await;
        let around = browser.visit("/account/security/totp/remove").await;

        assert_eq!((asked.step(), half.step()), ("password", "second-factor"));
        assert_ne!(around.path, "/account/security/totp/remove");
    });
}

/// S-097: a form that was open when the sign-in grew old changes nothing.
#[test]
fn a_form_from_before_is_not_enough() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (form, _) = browser.visit_as("/account/security/password", cast::ADA).await;
        at.wait(Lifetime::from_minutes(6));

        let page = browser.press(&form, "submit", &[("password", NEW_PASSWORD)]).await;

        assert_eq!(page.step(), "password");
        assert!(signs_in(at, cast::ADA, cast::PASSWORD).await);
    });
}

/// S-094, BC-05: with the new password every other session and its tokens end; this one goes on.
#[test]
fn a_new_password_ends_every_other_session() {
    on_both(async |at| {
        let (web, elsewhere, here) = (RelyingParty::new(at, "web"), Browser::new(at), Browser::new(at));
        let request = web.request("openid offline_access").with("prompt", "consent");
        let grant = web.grant_in(&elsewhere, &request, cast::ADA).await;
        let tokens: serde_json::Value = web.redeem(&grant).await.json();
        let (page, _) = here.visit_as("/account/security/password", cast::ADA).await;
        let before = here.cookies();

        let changed = here.press(&page, "submit", &[("password", NEW_PASSWORD)]).await;

        assert_eq!(changed.notice().as_deref(), Some("Your password is changed. Your other devices are signed out."));
        assert_eq!(web.refresh(tokens["refresh_token"].as_str().unwrap()).await.status, 400);
        assert_eq!(elsewhere.visit("/account").await.step(), "identify");
        assert_eq!(here.visit("/account").await.path, "/account");
        assert_ne!(here.cookies()["__Host-portreeve"], before["__Host-portreeve"], "S-092");
        assert!(!signs_in(at, cast::ADA, cast::PASSWORD).await);
        assert!(signs_in(at, cast::ADA, NEW_PASSWORD).await);
        assert_eq!(notice(at).await.0, NoticeOf::PasswordChanged);
    });
}

/// S-075, ASVS 6.2.1: the policy holds here too: 15 characters, or 8 beside an app where everybody needs a second factor.
#[test]
fn a_password_that_the_policy_forbids_is_not_set() {
    on_sqlite(async |at| {
        let ada = Browser::new(at);
        let (page, _) = ada.visit_as("/account/security/password", cast::ADA).await;
        let short = ada.press(&page, "submit", &[("password", "eleven.char")]).await;
        at.apply(MFA_REQUIRED).await;
        let grace = Browser::new(at);
        let (page, _) = grace.visit_as("/account/security/password", cast::GRACE).await;

        let enough = grace.press(&page, "submit", &[("password", "eleven.char")]).await;

        assert!(short.text_of("password-error").is_some());
        assert_eq!(enough.notice().as_deref(), Some("Your password is changed. Your other devices are signed out."));
        at.deliver_mails().await;
    });
}

/// S-075, ASVS 6.2.1: an app that may be removed again makes no short password good, neither here nor by a mailed link: it would be the
/// only factor one day.
#[test]
fn a_short_password_never_stands_alone() {
    on_both(async |at| {
        let grace = Browser::new(at);
        let (page, _) = grace.visit_as("/account/security/password", cast::GRACE).await;
        let refused = grace.press(&page, "submit", &[("password", "eleven.char")]).await;
        let owner = Browser::new(at);
        let page = owner.visit("/recover").await;
        owner.press(&page, "submit", &[("email", cast::GRACE)]).await;
        let [mail] = <[_; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::PasswordReset { link } = mail.content else { panic!("another mail than a reset") };
        let page = owner.visit(&link).await;

        let by_link = owner.press(&page, "submit", &[("password", "eleven.char")]).await;

        for page in [&refused, &by_link] {
            assert!(page.text_of("password-error").is_some_and(|said| said.contains("15")), "{}", page.html());
        }
        at.apply(MFA_REQUIRED).await;
        let page = owner.visit(&link).await;
        let set = owner.press(&page, "submit", &[("password", "eleven.char")]).await;
        assert!(set.text_of("password-error").is_none(), "{}", set.html());
        assert!(signs_in(at, cast::GRACE, "eleven.char").await);
        at.deliver_mails().await;
    });
}

/// An app is set up by its first code; from then on a sign-in asks for one. The codes are shown until they are saved.
#[test]
fn an_app_is_set_up_and_its_codes_are_shown_once() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/security/totp", cast::ALAN).await;
        let wrong = browser.press(&page, "submit", &[("code", "000000")]).await;
        assert!(wrong.text_of("code-error").is_some());
        let same_key = browser.visit("/account/security/totp").await;
        assert_eq!(same_key.text_of("secret"), page.text_of("secret"), "a reload keeps the key");

        let (codes, _) = scanned(at, &browser, &page).await;
        let reloaded = browser.visit("/account/security/recovery-codes").await;
        let saved = browser.press(&reloaded, "submit", &[]).await;
        let gone = browser.visit("/account/security/recovery-codes").await;

        assert_eq!(codes_on(&codes).len(), 10);
        assert_eq!(codes_on(&codes), codes_on(&reloaded));
        assert_eq!(saved.notice().as_deref(), Some("Keep your recovery codes where you find them without your phone."));
        assert!(!gone.html().contains(&codes_on(&codes)[0]));
        assert_eq!(notice(at).await.0, NoticeOf::TotpSetUp);
        let fresh = Browser::new(at);
        let page = fresh.visit("/account").await;
        let page = fresh.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;
        assert_eq!(page.step(), "second-factor");
    });
}

/// S-080: another app takes the place of the former one only after both factors; the former one's codes are dead then.
#[test]
fn an_app_is_replaced_and_the_former_one_is_dead() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (page, steps) = browser.visit_as("/account/security/totp", cast::GRACE).await;
        assert_eq!(steps, ["identify", "second-factor"]);

        let (_, secret) = scanned(at, &browser, &page).await;

        at.wait(Lifetime::from_minutes(1));
        let (old, new) = (totp::code(cast::TOTP_SECRET, at.seconds()), totp::code(&secret, at.seconds()));
        let fresh = Browser::new(at);
        let page = fresh.visit("/account").await;
        let page = fresh.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
        let refused = fresh.press(&page, "submit", &[("code", &old)]).await;
        let taken = fresh.press(&refused, "submit", &[("code", &new)]).await;
        assert_eq!((refused.step(), taken.path.as_str()), ("second-factor", "/account"));
        assert_eq!(at.events("credential.totp.replaced").await, 1);
        at.deliver_mails().await;
    });
}

/// Without the app the password alone lets in, and the recovery codes are dead.
#[test]
fn a_removed_app_is_gone_with_its_codes() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/security/totp/remove", cast::GRACE).await;

        let removed = browser.press(&page, "submit", &[]).await;

        assert_eq!(removed.notice().as_deref(), Some("The authenticator app is removed."));
        assert!(!removed.html().contains("id=\"recovery-codes\""));
        let (page, steps) = Browser::new(at).visit_as("/account", cast::GRACE).await;
        assert_eq!((page.path.as_str(), steps), ("/account", vec!["identify".to_owned()]));
        assert_eq!(notice(at).await.0, NoticeOf::FactorRemoved);
    });
}

/// S-098: where everybody needs a second factor it is replaced, never removed.
#[test]
fn the_last_factor_that_the_tenant_demands_stays() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (form, _) = browser.visit_as("/account/security/totp/remove", cast::GRACE).await;
        at.apply(MFA_REQUIRED).await;

        let asked = browser.visit("/account/security/totp/remove").await;
        let page = browser.press(&form, "submit", &[]).await;

        assert_eq!(asked.path, "/account/security");
        assert!(!page.html().contains("id=\"remove-totp\""));
        let fresh = Browser::new(at);
        let page = fresh.visit("/account").await;
        let page = fresh.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
        assert_eq!(page.step(), "second-factor");
    });
}

/// S-082: new codes kill the old ones, are shown once, and the owner is told.
#[test]
fn new_recovery_codes_kill_the_old_ones() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/security/totp", cast::ALAN).await;
        let (first, _) = scanned(at, &browser, &page).await;
        browser.press(&first, "submit", &[]).await;
        at.deliver_mails().await;

        let page = browser.visit("/account/security/recovery-codes/new").await;
        let second = browser.press(&page, "submit", &[]).await;
        browser.press(&second, "submit", &[]).await;

        assert_eq!(notice(at).await.0, NoticeOf::RecoveryCodesRenewed);
        let (old, new) = (codes_on(&first), codes_on(&second));
        assert!(old.iter().all(|code| !new.contains(code)));
        let fresh = Browser::new(at);
        let page = fresh.visit("/account").await;
        let page = fresh.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;
        let page = fresh.visit(&page.href_of("use-recovery-code").unwrap()).await;
        let dead = fresh.press(&page, "submit", &[("code", &old[0])]).await;
        let good = fresh.press(&dead, "submit", &[("code", &new[0])]).await;
        assert_eq!((dead.step(), good.path.as_str()), ("recovery-code", "/account"));
        at.deliver_mails().await;
    });
}

/// S-035, S-082: the link in a notice shuts everybody out at once and leads to a new password; second factors stay.
#[test]
fn this_was_not_me_shuts_everybody_out() {
    on_both(async |at| {
        let (web, attacker, owner) = (RelyingParty::new(at, "web"), Browser::new(at), Browser::new(at));
        let tokens = web.tokens("openid").await;
        let (page, _) = attacker.visit_as("/account/security/password", cast::ADA).await;
        attacker.press(&page, "submit", &[("password", NEW_PASSWORD)]).await;
        let (_, link) = notice(at).await;

        let page = owner.visit(&link).await;
        assert_eq!(attacker.visit("/account").await.path, "/account", "opening the link does nothing (S-087)");
        let done = owner.press(&page, "submit", &[]).await;

        assert_eq!(done.reply.status, 200, "{}", done.html());
        assert_eq!(attacker.visit("/account").await.step(), "identify");
        assert!(!web.sees_active(tokens.access()).await);
        assert!(!signs_in(at, cast::ADA, NEW_PASSWORD).await, "the attacker's password is off");
        assert_eq!(owner.visit(&link).await.reply.status, 410, "once only");
        let [mail] = <[_; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::PasswordReset { link } = mail.content else { panic!("another mail than a reset") };
        let page = owner.visit(&link).await;
        owner.press(&page, "submit", &[("password", "three hats on a garden chair")]).await;
        assert!(signs_in(at, cast::ADA, "three hats on a garden chair").await);
        at.deliver_mails().await;
    });
}

/// S-087: a notice's link works for seven days, and not for an account of another tenant.
#[test]
fn the_link_in_a_notice_dies_after_seven_days() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/security/password", cast::ADA).await;
        browser.press(&page, "submit", &[("password", NEW_PASSWORD)]).await;
        let (_, link) = notice(at).await;
        let path = link.strip_prefix(cast::ISSUER).unwrap();

        assert_eq!(browser.visit(&format!("/t/acme{path}")).await.reply.status, 410);
        at.wait(Lifetime::from_minutes(7 * 24 * 60 - 1));
        assert_eq!(browser.visit(path).await.reply.status, 200);
        at.wait(Lifetime::from_minutes(2));
        assert_eq!(browser.visit(path).await.reply.status, 410);
    });
}

/// S-097: two tabs set up an app at once: one wins, and the other's key never counts.
#[test]
fn of_two_tabs_one_sets_up_an_app() {
    on_both(async |at| {
        let (one, two) = (Browser::new(at), Browser::new(at));
        let (first, _) = one.visit_as("/account/security/totp", cast::ALAN).await;
        let (second, _) = two.visit_as("/account/security/totp", cast::ALAN).await;
        let before = at.events("credential.totp.enrolled").await;
        let (won, _) = scanned(at, &one, &first).await;

        let (lost, _) = scanned(at, &two, &second).await;

        assert_eq!(won.step(), "recovery-codes");
        assert_ne!(lost.step(), "recovery-codes");
        assert_eq!(at.events("credential.totp.enrolled").await, before + 1);
        at.deliver_mails().await;
    });
}
