//! The owner of an account is told of a sign-in at a browser that was not known. SECURITY S-094, S-143; ASVS 6.3.5.

use portreeve_domain::Lifetime;
use portreeve_issuer::{MailContent, MailedCode, OutgoingMail};
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::RelyingParty,
    totp,
};

/// Signs in at the account page.
async fn sign_in(browser: &Browser<'_>, email: &str) {
    let (page, _) = browser.visit_as("/account", email).await;
    assert_eq!(page.path, "/account", "{}", page.html());
}

/// The link of the one notice that waits.
async fn link(at: &Deployment) -> String {
    let [mail] = <[OutgoingMail; 1]>::try_from(at.read_new_device_mails().await).ok().expect("one notice");
    match mail.content {
        MailContent::NewDevice { not_me_link, .. } => not_me_link,
        _ => panic!("another mail"),
    }
}

/// S-094: told once, at the account's address, from where and with what; the same browser is known from then on.
#[test]
fn a_sign_in_at_a_new_browser_is_told_once() {
    on_both(async |at| {
        let browser = Browser::new(at);
        sign_in(&browser, cast::ADA).await;

        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_new_device_mails().await).ok().expect("one notice");
        assert_eq!(mail.to, cast::ADA);
        let MailContent::NewDevice { origin, not_me_link } = mail.content else { panic!("another mail") };
        assert!(origin.network.ends_with('*'), "{}", origin.network);
        assert!(not_me_link.starts_with(&format!("{}/link/", cast::ISSUER)));

        // Signed in again, after the session has ended and its cookie is gone: the device is still known.
        let kept = browser.cookies().into_iter().filter(|(name, _)| name.contains("device")).collect();
        browser.set_cookies(kept);
        sign_in(&browser, cast::ADA).await;
        assert!(at.read_new_device_mails().await.is_empty());
        sign_in(&Browser::new(at), cast::ADA).await;
        assert_eq!(at.read_new_device_mails().await.len(), 1);
    });
}

/// A browser that is known for one account is new to another.
#[test]
fn a_browser_is_known_account_by_account() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        sign_in(&browser, cast::ADA).await;
        at.read_new_device_mails().await;
        browser.set_cookies(browser.cookies().into_iter().filter(|(name, _)| name.contains("device")).collect());

        sign_in(&browser, cast::ALAN).await;

        let mails = at.read_new_device_mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [cast::ALAN]);
    });
}

/// S-087, S-088: fetching the link changes nothing, its button shuts everybody out, once, within seven days.
#[test]
fn the_button_of_the_notice_shuts_everybody_out_once() {
    on_both(async |at| {
        let intruder = Browser::new(at);
        sign_in(&intruder, cast::ADA).await;
        let link = link(at).await;
        let owner = Browser::new(at);
        let page = owner.visit(&link).await;
        assert_eq!(intruder.visit("/account").await.path, "/account");

        let done = owner.press(&page, "submit", &[]).await;

        assert_eq!(done.reply.status, 200, "{}", done.html());
        assert_eq!(intruder.visit("/account").await.step(), "identify");
        let [reset] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        assert!(matches!(reset.content, MailContent::PasswordReset { .. }));
        assert_eq!(owner.visit(&link).await.reply.status, 410);
        assert_eq!(at.events("account.change.disowned").await, 1);
    });
}

/// The button is dead after seven days.
#[test]
fn the_button_of_the_notice_works_for_seven_days() {
    on_sqlite(async |at| {
        sign_in(&Browser::new(at), cast::ADA).await;
        let link = link(at).await;
        at.wait(Lifetime::from_seconds(7 * 24 * 3600 - 1));
        assert_eq!(Browser::new(at).visit(&link).await.reply.status, 200);

        at.wait(Lifetime::from_seconds(1));

        assert_eq!(Browser::new(at).visit(&link).await.reply.status, 410);
    });
}

/// S-143: whoever took an account over cannot use up a limit of notices and go on unseen; and they use up no other mails.
#[test]
fn no_number_of_notices_hides_the_next_one() {
    on_both(async |at| {
        for _ in 0..7 {
            sign_in(&Browser::new(at), cast::ADA).await;
            at.wait(Lifetime::from_minutes(1));
        }

        assert_eq!(at.read_new_device_mails().await.len(), 7);
        let browser = Browser::new(at);
        let page = browser.visit("/recover").await;
        browser.press(&page, "submit", &[("email", cast::ADA)]).await;
        assert_eq!(at.read_mails().await.len(), 1);
    });
}

/// S-088: what a stranger has proven on a sign-in that is still open, with a code that was given away, is worth nothing once the owner has
/// shut everybody out; a sign-in of the owner's own goes on afterwards.
#[test]
fn an_open_sign_in_does_not_outlive_being_shut_out() {
    on_both(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nemail_sign_in = \"allowed\"\n").await;
        sign_in(&Browser::new(at), cast::GRACE).await;
        let link = link(at).await;
        let to_second_factor = async || {
            let browser = Browser::new(at);
            let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
            let page = browser.press(&page, "mail-code", &[("email", cast::GRACE)]).await;
            let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
            let MailContent::EmailCode(MailedCode { text: code, .. }) = mail.content else { panic!("another mail") };
            let page = browser.press(&page, "submit", &[("code", &code)]).await;
            assert_eq!(page.step(), "second-factor", "{}", page.html());
            (browser, page)
        };
        let (stranger, page) = to_second_factor().await;

        let owner = Browser::new(at);
        owner.press(&owner.visit(&link).await, "submit", &[]).await;

        assert_eq!(stranger.visit(&page.path).await.step(), "password", "the code counts no more");
        let code = totp::code(cast::TOTP_SECRET, at.seconds());
        assert_eq!(stranger.press(&page, "submit", &[("code", &code)]).await.step(), "password");
        at.deliver_mails().await;
        at.wait(Lifetime::from_millis(1));
        to_second_factor().await;
    });
}
