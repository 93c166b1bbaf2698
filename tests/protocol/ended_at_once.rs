//! What is granted, and who signs in, at the very moment at which everything of an account ends. On SQLite one writes after the other; on
//! PostgreSQL each would not see what the other one is about to write. SECURITY S-039, S-068, S-088, S-090, S-094; rule 26.

use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr};

use portreeve_domain::{Lifetime, TenantId};
use portreeve_issuer::{DeletionOutcome, MailContent, MailedCode, Need, OutgoingMail, PostedFrom, Visit, Visitor};
use portreeve_storage::users;
use portreeve_tests::{
    authenticator::Authenticator,
    backchannel::Asker,
    browser::{Browser, Page},
    cast,
    deployment::{Database, Deployment, on_both},
    device::Device,
    idp::Idp,
    relying_party::RelyingParty,
    totp,
};
use serde_json::json;

use crate::account_deletion::id_of;
use crate::concurrency::waiting_for_locks;

const HOLD_GRANTS: &str = "UPDATE token_families SET created_at = created_at";
/// Rows that whoever ends everything of an account changes, the account held.
const ROWS: [&str; 6] = [
    "UPDATE password_credentials SET tenant_id = tenant_id",
    "UPDATE totp_credentials SET tenant_id = tenant_id",
    "UPDATE recovery_codes SET tenant_id = tenant_id",
    "UPDATE passkeys SET tenant_id = tenant_id",
    "UPDATE factor_failures SET tenant_id = tenant_id",
    "UPDATE journeys SET tenant_id = tenant_id",
];

async fn until(is_so: impl AsyncFn() -> bool) {
    while !is_so().await {
        tokio::task::yield_now().await;
    }
}

/// Lets `ending` come as far as the grants of the account, which it is about to revoke; then begins `beginning`, and lets both go on when
/// that waits or is done.
async fn at_once<Ended, Begun>(
    at: &Deployment,
    ending: impl Future<Output = Ended>,
    beginning: impl Future<Output = Begun>,
) -> (Ended, Begun) {
    if at.database == Database::Sqlite {
        return (ending.await, beginning.await);
    }
    let mut held = at.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
    held.execute(HOLD_GRANTS, &[]).await.unwrap();
    let is_done = Cell::new(false);
    let beginning = async {
        until(async || waiting_for_locks(at).await == 1).await;
        let begun = beginning.await;
        is_done.set(true);
        begun
    };
    let release = async {
        until(async || is_done.get() || waiting_for_locks(at).await == 2).await;
        drop(held);
    };
    let (ended, begun, ()) = tokio::join!(ending, beginning, release);
    (ended, begun)
}

/// The page behind "this was not me" in the last notice that waits, in the owner's browser.
async fn not_me(at: &Deployment) -> (Browser<'_>, Page) {
    let notice = at.read_new_device_mails().await.pop().expect("a notice");
    let MailContent::NewDevice { not_me_link, .. } = notice.content else { panic!("another mail") };
    let owner = Browser::new(at);
    let page = owner.visit(&not_me_link).await;
    (owner, page)
}

/// A browser that has come to a client as far as the second factor of Grace.
async fn at_second_factor(at: &Deployment) -> (Browser<'_>, Page) {
    // No code of an app counts twice.
    at.wait(Lifetime::from_seconds(totp::STEP_SECONDS));
    let browser = Browser::new(at);
    let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
    let page = browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
    assert_eq!(page.step(), "second-factor", "{}", page.html());
    (browser, page)
}

async fn visitor(at: &Deployment, browser: &Browser<'_>, page: &str) -> Box<Visitor> {
    let cookie = &browser.cookies()["__Host-portreeve"];
    let visit = at.issuer.visit(&at.tenant(), Some(cookie), page, Need::Fresh).await.unwrap();
    let Visit::Here(visitor) = visit else { panic!("not signed in") };
    visitor
}

fn from() -> PostedFrom {
    PostedFrom { network: IpAddr::V4(Ipv4Addr::LOCALHOST), device: None, locale: "en".to_owned() }
}

/// S-039, S-088, S-090, rule 26: what is agreed to in the moment in which somebody is shut out, and would outlive the session, is not
/// granted.
#[test]
fn nothing_is_granted_while_everything_ends() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let request = web.request("openid offline_access").with("prompt", "consent");
        browser.sign_in(&request, cast::ADA).await;
        let consent = browser.authorize(&request).await;
        assert_eq!(consent.step(), "consent", "{}", consent.html());
        let (owner, button) = not_me(at).await;

        let (ended, page) =
            at_once(at, owner.press(&button, "submit", &[]), browser.press(&consent, "allow", &[])).await;

        assert_eq!(ended.reply.status, 200, "{}", ended.html());
        assert!(!page.leaves(), "{}", page.html());
        assert_eq!(at.events("token.code.issued").await, 1);
        at.deliver_mails().await;
    });
}

/// S-039, S-088, S-090, rule 26: nor to a device.
#[test]
fn no_device_is_approved_while_everything_ends() {
    on_both(async |at| {
        RelyingParty::new(at, "web").tokens("openid").await;
        let (tv, browser) = (Device::new(at, "tv"), Browser::new(at));
        let waits = tv.ask(&[("scope", "openid offline_access")]).await;
        let question = tv.question(&browser, &waits, cast::ADA).await;
        let (owner, button) = not_me(at).await;

        let allow = browser.press(&question, "allow", &[("own_device", "yes")]);
        at_once(at, owner.press(&button, "submit", &[]), allow).await;

        assert_eq!(tv.poll(&waits).await.error(), (400, "authorization_pending".to_owned()));
        at.deliver_mails().await;
    });
}

/// S-039, S-088, S-090, rule 26: nor to a client that waits at the back channel.
#[test]
fn no_client_of_the_back_channel_is_answered_while_everything_ends() {
    on_both(async |at| {
        RelyingParty::new(at, "web").tokens("openid").await;
        let (till, browser) = (Asker::new(at, "till"), Browser::new(at));
        let waits = till.ask(&[("scope", "openid offline_access")]).await;
        let question = till.question(&browser, cast::ADA).await;
        let (owner, button) = not_me(at).await;

        at_once(at, owner.press(&button, "submit", &[]), browser.press(&question, "allow", &[])).await;

        assert_eq!(till.poll(&waits).await.error(), (400, "authorization_pending".to_owned()));
        at.deliver_mails().await;
    });
}

/// S-068: on the word of another issuer nothing is granted of an account whose owner wishes it deleted at that moment.
#[test]
fn no_word_of_another_issuer_is_taken_while_a_deletion_is_asked_for() {
    on_both(async |at| {
        let (idp, agent) = (Idp::new(at), RelyingParty::new(at, "agent"));
        idp.be_trusted_for("agent").await;
        RelyingParty::new(at, "web").tokens("openid").await;
        let browser = Browser::new(at);
        browser.visit_as("/account/delete", cast::ADA).await;
        let owner = visitor(at, &browser, "/account/delete").await;
        let assertion = idp.assertion(json!({}));
        let asking = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", assertion.as_str()),
            ("scope", "orders.read"),
        ];

        let (tenant, from) = (at.tenant(), from());
        let ending = at.issuer.request_deletion(&tenant, &owner, &from);
        let (ended, granted) = at_once(at, ending, agent.token(&asking)).await;

        assert_eq!(ended.unwrap(), DeletionOutcome::Begun);
        assert_eq!(granted.error(), (400, "invalid_grant".to_owned()));
        at.deliver_mails().await;
    });
}

/// S-088, S-090, rule 26: who has shown the password, and shows the second factor in the moment in which somebody is shut out, is not
/// signed in.
#[test]
fn nobody_signs_in_by_a_second_factor_while_everything_ends() {
    on_both(async |at| {
        RelyingParty::new(at, "web").tokens_of("openid", cast::GRACE).await;
        let (browser, page) = at_second_factor(at).await;
        let (owner, button) = not_me(at).await;
        let code = browser.totp_code();

        let show = async { browser.press(&page, "submit", &[("code", &code)]).await };
        let (_, page) = at_once(at, owner.press(&button, "submit", &[]), show).await;

        assert!(!page.leaves(), "{}", page.html());
        assert_eq!(browser.visit("/account").await.step(), "identify");
        at.deliver_mails().await;
    });
}

/// S-088, S-090, rule 26: nor is who shows the password that ends in that moment.
#[test]
fn nobody_signs_in_by_a_password_that_ends_at_that_moment() {
    on_both(async |at| {
        RelyingParty::new(at, "web").tokens("openid").await;
        let browser = Browser::new(at);
        let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        let (owner, button) = not_me(at).await;

        let show = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]);
        let (_, page) = at_once(at, owner.press(&button, "submit", &[]), show).await;

        assert!(!page.leaves(), "{}", page.html());
        assert_eq!(browser.visit("/account").await.step(), "identify");
        at.deliver_mails().await;
    });
}

/// Holds an account, lets `signing_in` come to wait for it, and changes what else there is of the account: where that were locked already,
/// the two would wait for one another.
async fn behind_the_account<Begun>(at: &Deployment, email: &str, signing_in: impl Future<Output = Begun>) -> Begun {
    if at.database == Database::Sqlite {
        return signing_in.await;
    }
    let user = id_of(at, email).await;
    let mut held = at.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
    assert!(users::hold(&mut held, TenantId::DEFAULT, user).await.unwrap());
    held.execute("SET LOCAL lock_timeout = 500", &[]).await.unwrap();
    let is_done = Cell::new(false);
    let signing_in = async {
        let begun = signing_in.await;
        is_done.set(true);
        begun
    };
    let change = async {
        until(async || is_done.get() || waiting_for_locks(at).await == 1).await;
        for row in ROWS {
            held.execute(row, &[]).await.unwrap();
        }
        drop(held);
    };
    tokio::join!(signing_in, change).0
}

/// S-088: whoever signs in takes the account before any other row of it, as whoever ends everything does: by a password, a mailed code,
/// a passkey, an app or a recovery code.
#[test]
fn whoever_signs_in_takes_the_account_first() {
    on_both(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nemail_sign_in = \"allowed\"\n").await;
        let own = RelyingParty::new(at, "first-party");
        let (at_home, mut key) = (Browser::new(at), Authenticator::at(cast::ISSUER));
        let (page, _) = at_home.visit_as("/account/security/passkeys/new", cast::GRACE).await;
        at_home.add_passkey(&page, &mut key).await;
        let owner = visitor(at, &at_home, "/account").await;
        assert!(at.issuer.renew_recovery_codes(&at.tenant(), &owner, &from()).await.unwrap());
        let recovery_code = at.issuer.unsaved_codes(&at.tenant(), &owner).await.unwrap().expect("codes").0.remove(0);
        let arrive = async || {
            let browser = Browser::new(at);
            let page = browser.authorize(&own.request("openid")).await;
            (browser, page)
        };

        let (browser, page) = arrive().await;
        let show = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]);
        let by_password = behind_the_account(at, cast::ADA, show).await;
        let (browser, page) = arrive().await;
        let page = browser.press(&page, "mail-code", &[("email", cast::ADA)]).await;
        let mail = at.read_mails().await.into_iter().find_map(|OutgoingMail { content, .. }| match content {
            MailContent::EmailCode(MailedCode { text, .. }) => Some(text),
            _ => None,
        });
        let code = mail.expect("a code");
        let by_mail = behind_the_account(at, cast::ADA, browser.press(&page, "submit", &[("code", &code)])).await;
        let (browser, page) = arrive().await;
        let by_passkey = behind_the_account(at, cast::GRACE, browser.show_passkey(&page, &key)).await;
        let (browser, page) = at_second_factor(at).await;
        let code = browser.totp_code();
        let by_app = behind_the_account(at, cast::GRACE, browser.press(&page, "submit", &[("code", &code)])).await;
        let (browser, page) = at_second_factor(at).await;
        let page = browser.visit(&page.href_of("use-recovery-code").unwrap()).await;
        let show = async { browser.press(&page, "submit", &[("code", &recovery_code)]).await };
        let by_recovery_code = behind_the_account(at, cast::GRACE, show).await;

        for page in [by_password, by_mail, by_passkey, by_app, by_recovery_code] {
            assert!(page.leaves(), "{}", page.html());
        }
        at.deliver_mails().await;
    });
}
