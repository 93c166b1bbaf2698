//! What stands half-finished at a browser when somebody signs out there. SECURITY S-092, S-094, S-100.

use portreeve_domain::{ClientId, Lifetime};
use portreeve_issuer::MailContent;
use portreeve_issuer::configure::NewInvitation;
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both},
    relying_party::RelyingParty,
};

const NEW: &str = "new@example.com";
const PASSWORD: &str = "seven boats behind the lighthouse";

/// The address below the host of the link in the only mail that waits.
async fn mailed_link(at: &Deployment) -> String {
    let mut mails = at.read_mails().await;
    let link = match mails.pop().map(|mail| mail.content) {
        Some(MailContent::Invitation { link, .. } | MailContent::VerifyEmail { link }) => link,
        _ => panic!("no such mail"),
    };
    assert!(mails.is_empty(), "one mail");
    link.strip_prefix(cast::ISSUER).unwrap().to_owned()
}

async fn signs_out(browser: &Browser<'_>) -> Page {
    browser.visit("/oauth2/logout").await
}

/// S-094: who has accepted an invitation and signs out leaves no form for an account with their address to whoever comes next.
#[test]
fn an_accepted_invitation_does_not_outlive_signing_out() {
    on_both(async |at| {
        let client: Option<&ClientId> = None;
        let invitation = NewInvitation { email: NEW, client, expires_in: Lifetime::from_days(7), locale: "en" };
        at.issuer.invite(&at.tenant(), &invitation).await.unwrap();
        let (browser, link) = (Browser::new(at), mailed_link(at).await);
        let form = browser.press(&browser.visit(&link).await, "submit", &[]).await;
        assert_eq!(form.step(), "register");
        let people = at.events("user.created").await;

        signs_out(&browser).await;
        let taken = browser.press(&form, "submit", &[("name", "Next"), ("password", PASSWORD)]).await;
        let found = browser.visit(&form.path).await;

        for page in [&taken, &found] {
            assert!(!page.html().contains(NEW) && page.step() != "register", "{}: {}", page.path, page.html());
        }
        assert_eq!(at.events("user.created").await, people);
        let again = browser.press(&browser.visit(&link).await, "submit", &[]).await;
        browser.press(&again, "submit", &[("name", "New"), ("password", PASSWORD)]).await;
        assert_eq!(browser.visit("/account").await.path, "/account", "whoever reads the mail begins again");
    });
}

/// S-100: the mail of somebody who had registered an address that is not theirs, and signed out, is opened at the same browser: a password of
/// its reader's own is asked for.
#[test]
fn a_registration_does_not_outlive_signing_out() {
    on_both(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nregistration = true\n").await;
        for signs_out_first in [false, true] {
            let email = format!("new-{signs_out_first}@example.com");
            let browser = Browser::new(at);
            let request = RelyingParty::new(at, "first-party").request("openid").with("prompt", "create");
            let form = browser.authorize(&request).await;
            let filled = [("name", "Mallory"), ("email", email.as_str()), ("password", PASSWORD)];
            let sent = browser.press(&form, "submit", &filled).await;
            assert!(sent.html().contains(&email), "{}", sent.html());
            let link = mailed_link(at).await;

            if signs_out_first {
                signs_out(&browser).await;
            }

            let opened = browser.visit(&link).await;
            let asks_password = opened.html().contains("type=\"password\"");
            assert_eq!(asks_password, signs_out_first, "{}", opened.html());
        }
    });
}
