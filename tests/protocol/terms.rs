//! Terms that are agreed to in versions: asked for wherever somebody signs in, written down once, and in nobody's way elsewhere.
//! SECURITY S-079, S-149, S-150; OIDC Core §3.1.2.1, §3.1.2.6.

use portreeve_issuer::{MailContent, OutgoingMail};
use portreeve_tests::{
    backchannel::Asker,
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    device::Device,
    relying_party::RelyingParty,
};
use serde_json::Value;

const READ_AT: &str = "https://id.example/tos/";

/// Has terms hold everywhere, or where `more` says.
async fn publish(at: &Deployment, version: &str, more: &str) {
    let (text, german) = (format!("{READ_AT}{version}"), format!("{READ_AT}de/{version}"));
    at.apply(&format!(
        "[[terms]]\nid = \"tos\"\nversion = \"{version}\"\n{more}\n\
         texts.en = {{ name = \"House rules\", uri = \"{text}\" }}\n\
         texts.de = {{ name = \"Hausordnung\", uri = \"{german}\" }}\n"
    ))
    .await;
}

/// A browser in which Ada has signed in to a client of the operator's, as far as the page that follows.
async fn signed_in<'d>(at: &'d Deployment, client: &str) -> (Browser<'d>, Page) {
    let browser = Browser::new(at);
    let page = browser.authorize(&RelyingParty::new(at, client).request("openid")).await;
    let page = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
    (browser, page)
}

async fn agreed(at: &Deployment) -> usize {
    at.events("terms.accepted").await
}

/// S-079: nothing is granted before the person agrees; the page names what is to be read, in the person's language.
#[test]
fn whoever_signs_in_agrees_before_anything_is_granted() {
    on_both(async |at| {
        publish(at, "7", "").await;
        let (browser, page) = signed_in(at, "first-party").await;

        assert_eq!((page.step(), page.text_of("terms-1").is_some()), ("terms", true), "{}", page.html());
        assert!(page.text_of("terms-1").unwrap().contains("House rules"), "{}", page.html());
        assert_eq!(page.href_of("read-1").as_deref(), Some("https://id.example/tos/7"));
        assert!(
            page.html().contains("target=\"_blank\" rel=\"noopener")
                || page.html().contains("rel=\"noopener noreferrer\" target=\"_blank\"")
        );
        let german = browser.send(http::Method::GET, &page.path, &[("accept-language", "de")], String::new()).await;
        assert!(german.text().contains("https://id.example/tos/de/7"), "{}", german.text());
        assert_eq!((at.events("token.code.issued").await, agreed(at).await), (0, 0));

        let done = browser.press(&page, "allow", &[]).await;

        assert!(!done.callback().code().is_empty());
        assert_eq!(agreed(at).await, 1);
        let (_, again) = signed_in(at, "first-party").await;
        assert!(again.leaves(), "agreed to once: {}", again.path);
        let other = browser.authorize(&RelyingParty::new(at, "web").request("openid")).await;
        assert_eq!(other.step(), "consent", "agreed to everywhere");
    });
}

/// Another version is asked for again, also of somebody who is signed in.
#[test]
fn another_version_is_asked_for_again() {
    on_both(async |at| {
        publish(at, "7", "").await;
        let (browser, page) = signed_in(at, "first-party").await;
        browser.press(&page, "allow", &[]).await.callback().code();
        let request = RelyingParty::new(at, "first-party").request("openid");
        assert!(browser.authorize(&request).await.leaves());

        publish(at, "8", "").await;

        let page = browser.authorize(&request).await;
        assert_eq!(page.step(), "terms");
        assert!(page.text_of("terms-1").unwrap().contains("Changed since you agreed"), "{}", page.html());
        browser.press(&page, "allow", &[]).await.callback().code();
        publish(at, "7", "").await;
        assert!(browser.authorize(&request).await.leaves(), "who agreed to it before need not again");
        assert_eq!(agreed(at).await, 2);
    });
}

/// Terms of one client are asked for there and nowhere else.
#[test]
fn terms_of_a_client_hold_there_only() {
    on_both(async |at| {
        publish(at, "7", "clients = [\"web\"]").await;

        assert!(signed_in(at, "first-party").await.1.leaves());
        let (browser, page) = signed_in(at, "web").await;

        assert_eq!(page.step(), "terms");
        assert_eq!(browser.press(&page, "allow", &[]).await.step(), "consent", "and then what the client asks");
    });
}

/// OC-13: no page may be shown, so the client is told that one is needed.
#[test]
fn prompt_none_says_that_a_page_is_needed() {
    on_both(async |at| {
        let (browser, page) = signed_in(at, "first-party").await;
        page.callback().code();
        let silent = RelyingParty::new(at, "first-party").request("openid").with("prompt", "none");
        assert!(!browser.authorize(&silent).await.callback().code().is_empty());

        publish(at, "7", "").await;

        assert_eq!(browser.authorize(&silent).await.callback().error(), "interaction_required");
        let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        browser.press(&page, "allow", &[]).await.callback().code();
        assert!(!browser.authorize(&silent).await.callback().code().is_empty());
    });
}

/// Giving up is `access_denied`, nothing is noted as agreed to, and the next sign-in asks again.
#[test]
fn who_does_not_agree_goes_back_with_nothing() {
    on_both(async |at| {
        publish(at, "7", "").await;
        let (browser, page) = signed_in(at, "first-party").await;

        let back = browser.press(&page, "deny", &[]).await.callback();

        assert_eq!((back.error(), agreed(at).await), ("access_denied", 0));
        assert_eq!(at.events("terms.refused").await, 1);
        let again = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        assert_eq!(again.step(), "terms");
    });
}

/// Nobody agrees to a version that they were not shown: the page comes again with the one that holds, at every node.
#[test]
fn a_version_that_was_replaced_meanwhile_is_not_agreed_to() {
    on_both(async |at| {
        publish(at, "7", "").await;
        let (browser, page) = signed_in(at, "first-party").await;
        let (behind, late) = signed_in(at, "first-party").await;
        let node = at.another_node().await;
        let elsewhere = Browser::on_node(&node, &behind);
        elsewhere.set_cookies(behind.cookies());

        publish(at, "8", "").await;

        for (browser, page) in [(&browser, &page), (&elsewhere, &late)] {
            let again = browser.press(page, "allow", &[]).await;
            assert_eq!((again.step(), agreed(at).await), ("terms", 0), "{}", again.html());
            assert!(again.notice().is_some(), "it says why");
            assert_eq!(again.href_of("read-1").as_deref(), Some("https://id.example/tos/8"));
            assert_eq!(again.value_of("terms").as_deref(), Some("tos:8"));
        }
        let again = browser.visit(&page.path).await;
        assert!(!browser.press(&again, "allow", &[]).await.callback().code().is_empty());
        assert_eq!(agreed(at).await, 1);
    });
}

/// S-079: a form that names something else than what is due agrees to nothing, and so does one without a decision.
#[test]
fn a_form_agrees_to_what_its_page_showed_and_to_nothing_else() {
    on_both(async |at| {
        publish(at, "7", "").await;
        let (browser, page) = signed_in(at, "first-party").await;

        for (field, value) in
            [("terms", ""), ("terms", "tos:6"), ("terms", "tos:7 tos:7"), ("terms", "privacy:1"), ("decision", "")]
        {
            let again = browser.press(&page, "allow", &[(field, value)]).await;
            assert_eq!((again.step(), agreed(at).await), ("terms", 0), "{field}={value}");
        }
        browser.press(&page, "allow", &[]).await.callback().code();
    });
}

/// Of several terms all are agreed to, those that were agreed to before are not asked for.
#[test]
fn everything_that_is_due_is_agreed_to_at_once() {
    on_sqlite(async |at| {
        publish(at, "7", "").await;
        let (browser, page) = signed_in(at, "first-party").await;
        browser.press(&page, "allow", &[]).await.callback().code();
        let uri = "https://id.example/privacy";
        for id in ["privacy", "club"] {
            let texts = format!("texts.fr = {{ name = \"{id}\", uri = \"{uri}\" }}");
            at.apply(&format!("[[terms]]\nid = \"{id}\"\nversion = \"1\"\n{texts}\n")).await;
        }

        let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;

        assert_eq!(page.value_of("terms").as_deref(), Some("club:1 privacy:1"));
        assert!(page.text_of("terms-2").unwrap().contains("privacy"), "in whatever language there is");
        browser.press(&page, "allow", &[]).await.callback().code();
        assert_eq!(agreed(at).await, 3);
    });
}

/// S-065, S-066: what waits elsewhere is approved by the same journey, so terms come first there as well; who gives up turns it away.
#[test]
fn devices_and_back_channel_requests_wait_for_it_too() {
    on_both(async |at| {
        publish(at, "7", "").await;
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[("scope", "openid")]).await;
        let browser = Browser::new(at);
        let page = browser.visit("/device").await;
        let page = browser.press(&page, "submit", &[("user_code", &asked.user_code)]).await;
        let page = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!(page.step(), "terms");
        let end = browser.press(&page, "deny", &[]).await;
        assert_eq!(end.path, "/device/refused", "{}", end.html());
        assert_eq!(tv.poll(&asked).await.error(), (400, "access_denied".to_owned()));
        assert_eq!(agreed(at).await, 0);

        let asked = tv.ask(&[("scope", "openid")]).await;
        tv.approve(&asked, cast::ADA).await;
        tv.poll(&asked).await.success();
        assert_eq!(agreed(at).await, 1);

        publish(at, "8", "").await;
        let till = Asker::new(at, "till");
        let asked = till.ask(&[]).await;
        till.decide("allow").await;
        till.poll(&asked).await.success();
        assert_eq!(agreed(at).await, 2);
        at.deliver_mails().await;
    });
}

/// What was granted goes on: an application that works while nobody looks is not cut off by a new version.
#[test]
fn refreshing_goes_on_without_agreement() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens("openid").await;

        publish(at, "7", "").await;

        let refreshed = web.refresh(tokens.refresh()).await.success();
        assert_eq!(at.userinfo(refreshed["access_token"].as_str().unwrap()).await.status, 200);
    });
}

/// S-150: whoever does not agree still reaches their account, takes their data, and can leave.
#[test]
fn the_account_is_open_without_agreement_and_tells_what_was_agreed_to() {
    on_both(async |at| {
        publish(at, "7", "").await;
        let browser = Browser::new(at);
        let (home, steps) = browser.visit_as("/account", cast::ADA).await;
        assert_eq!((home.path.as_str(), steps), ("/account", vec!["identify".to_owned()]));
        assert_eq!(browser.visit("/account/delete").await.reply.status, 200);
        let profile = browser.visit("/account/profile").await;
        assert_eq!(profile.href_of("show-terms").as_deref(), Some("/account/terms"));
        assert_eq!(browser.visit("/account/terms").await.text_of("accepted-1"), None);

        let page = browser.authorize(&RelyingParty::new(at, "web").request("openid")).await;
        browser.press(&page, "allow", &[]).await;
        publish(at, "8", "").await;

        let told = browser.visit("/account/terms").await.text_of("accepted-1").unwrap();
        for known in ["House rules", "7", "just now", "Web"] {
            assert!(told.contains(known), "{known}: {told}");
        }
        assert_eq!(
            browser.visit("/account/terms").await.href_of("read-1").as_deref(),
            Some("https://id.example/tos/7")
        );
        let page = browser.visit("/account/data").await;
        let copy: Value = serde_json::from_str(&browser.press(&page, "submit", &[]).await.reply.text()).unwrap();
        let entry = &copy["data"]["terms"][0];
        let known = ["terms", "version", "read_at", "client"].map(|member| entry[member].as_str().unwrap());
        assert_eq!(known, ["House rules", "tos:7", "https://id.example/tos/7", "web"]);
        assert!(entry["since"].is_string());
    });
}

/// Registration asks on the same ground: a new account agrees before it is let in to the client.
#[test]
fn a_new_account_agrees_as_well() {
    on_both(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nregistration = true\n").await;
        publish(at, "7", "").await;
        let browser = Browser::new(at);
        let request = RelyingParty::new(at, "first-party").request("openid").with("prompt", "create");
        let page = browser.authorize(&request).await;
        let filled = [("name", "Mary"), ("email", "mary@example.com"), ("password", "a pony without wheels")];
        browser.press(&page, "submit", &filled).await;
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::VerifyEmail { link } = mail.content else { panic!("another mail") };
        let confirm = browser.visit(&link).await;
        browser.press(&confirm, "submit", &[]).await;

        let mut page = browser.visit(page.path.rsplit_once('/').unwrap().0).await;
        if page.step() == "password" {
            page = browser.press(&page, "submit", &[("password", "a pony without wheels")]).await;
        }

        assert_eq!((page.step(), agreed(at).await), ("terms", 0), "{}", page.html());
        assert!(!browser.press(&page, "allow", &[]).await.callback().code().is_empty());
        assert_eq!(agreed(at).await, 1);
        at.deliver_mails().await;
    });
}
