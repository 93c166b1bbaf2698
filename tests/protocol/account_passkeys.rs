//! The passkeys of an account: listed, added, named, removed. SECURITY S-080, S-085, S-097, S-098, S-118.

use portreeve_domain::Lifetime;
use portreeve_issuer::{MailContent, NoticeOf};
use portreeve_tests::{
    authenticator::{Authenticator, BACKED_UP},
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
};
use serde_json::Value;

const LIST: &str = "/account/security/passkeys";
const NEW: &str = "/account/security/passkeys/new";
const OUTDATED: &str = "That page was out of date, so nothing was sent. This is where you are now.";

/// Adds a passkey on the account page and returns where that led, with its authenticator.
async fn added(browser: &Browser<'_>, page: &Page) -> (Page, Authenticator) {
    let mut authenticator = Authenticator::at(cast::ISSUER);
    let page = browser.add_passkey(page, &mut authenticator).await;
    (page, authenticator)
}

/// A browser in which a person has just signed in and added a passkey, with its authenticator; the mail is delivered.
async fn with_passkey<'d>(at: &'d Deployment, email: &str) -> (Browser<'d>, Authenticator) {
    let browser = Browser::new(at);
    let (page, _) = browser.visit_as(NEW, email).await;
    let (page, authenticator) = added(&browser, &page).await;
    if page.step() == "recovery-codes" {
        browser.press(&page, "submit", &[]).await;
    }
    at.deliver_mails().await;
    (browser, authenticator)
}

/// What the one mail that waits tells of.
async fn notice(at: &Deployment) -> NoticeOf {
    let [mail] = <[_; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
    match mail.content {
        MailContent::Notice { of, .. } => of,
        _ => panic!("another mail than a notice"),
    }
}

/// The page that a browser reaches who signs in with a password and nothing else.
async fn after_password(at: &Deployment, email: &str) -> String {
    let browser = Browser::new(at);
    let page = browser.visit("/account").await;
    let page = browser.press(&page, "submit", &[("email", email), ("password", cast::PASSWORD)]).await;
    page.step().to_owned()
}

/// Whether a passkey signs in by itself.
async fn signs_in(at: &Deployment, authenticator: &Authenticator) -> bool {
    let browser = Browser::new(at);
    let page = browser.visit("/account").await;
    browser.show_passkey(&page, authenticator).await.path == "/account"
}

/// Presses a button of the list and confirms on the page that comes.
async fn remove(browser: &Browser<'_>, index: usize) -> Page {
    let page = browser.visit(LIST).await;
    let question = browser.press(&page, &format!("remove-{index}"), &[]).await;
    browser.press(&question, "submit", &[]).await
}

/// Which credentials the page tells the browser to keep.
fn accepted(page: &Page) -> Value {
    serde_json::from_str(&page.accepted_passkeys().expect("the browser is told")).unwrap()
}

/// N11: a passkey is added after a fresh sign-in, counts at once, and the owner is told; the first one comes with recovery codes.
#[test]
fn a_passkey_is_added_and_signs_in() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (page, steps) = browser.visit_as(NEW, cast::ALAN).await;
        let before = browser.cookies();

        let (codes, authenticator) = added(&browser, &page).await;

        assert_eq!((steps, codes.step()), (vec!["identify".to_owned()], "recovery-codes"));
        assert_ne!(browser.cookies()["__Host-portreeve"], before["__Host-portreeve"], "S-092");
        browser.press(&codes, "submit", &[]).await;
        assert_eq!(notice(at).await, NoticeOf::PasskeyAdded);
        assert!(signs_in(at, &authenticator).await);
        assert_eq!(
            after_password(at, cast::ALAN).await,
            "passkey",
            "the password alone is not enough any more (S-078)"
        );
        let security = browser.visit("/account/security").await;
        assert!(security.text_of("passkeys").unwrap().contains("passkey"));
        assert!(security.text_of("recovery-codes").is_some());
    });
}

/// S-097: neither the list nor the page that adds one is shown to a sign-in that is older than five minutes, and no form is taken.
#[test]
fn passkeys_are_behind_a_fresh_sign_in() {
    on_both(async |at| {
        let (browser, authenticator) = with_passkey(at, cast::ALAN).await;
        let list = browser.visit(LIST).await;
        let new = browser.visit(NEW).await;
        at.wait(Lifetime::from_minutes(6));

        let late = [
            browser.visit(LIST).await,
            browser.visit(NEW).await,
            browser.press(&list, "remove-1", &[]).await,
            browser.press(&new, "passkey", &[("credential", "{}")]).await,
        ];

        for page in late {
            assert!(page.path.starts_with("/j/"), "{}", page.path);
        }
        assert!(signs_in(at, &authenticator).await);
    });
}

/// S-080: whoever has shown a password alone cannot add a second factor to an account that has one.
#[test]
fn a_half_signed_in_person_adds_nothing() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        let page = browser.visit(NEW).await;
        let half = browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;

        let around = browser.visit(NEW).await;

        assert_eq!(half.step(), "second-factor");
        assert!(around.path.starts_with("/j/"), "{}", around.path);
        assert_eq!(at.events("credential.passkey.added").await, 0);
    });
}

/// S-085: an answer to another question adds nothing, and each question is answered once.
#[test]
fn a_question_is_answered_once_and_only_by_its_answer() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as(NEW, cast::ALAN).await;
        let mut authenticator = Authenticator::at(cast::ISSUER);
        let right = authenticator.create(&page.passkey_options().unwrap());
        authenticator.challenge = Some("c29tZXRoaW5nIGVsc2Ugb2YgdGhpcnR5LXR3byBieXRlcw".to_owned());
        let wrong = authenticator.create(&page.passkey_options().unwrap());

        let refused = browser.press(&page, "passkey", &[("credential", &wrong)]).await;
        let late = browser.press(&page, "passkey", &[("credential", &right)]).await;

        assert!(refused.text_of("error-summary").is_some(), "{}", refused.html());
        assert_ne!(refused.passkey_options(), page.passkey_options(), "another question");
        assert!(late.passkey_options().is_some(), "{}", late.path);
        assert_eq!(at.events("credential.passkey.added").await, 0);
    });
}

/// A reload asks the same question, so that an answer that is under way counts.
#[test]
fn a_reload_keeps_the_question() {
    on_sqlite(async |at| {
        let (browser, _) = with_passkey(at, cast::ALAN).await;
        let first = browser.visit(NEW).await;
        at.wait(Lifetime::from_minutes(4));

        let reloaded = browser.visit(NEW).await;

        assert_eq!(reloaded.passkey_options(), first.passkey_options());
    });
}

/// Each passkey has its name, since when, when it was used, and whether it is copied; the owner gives it another name.
#[test]
fn passkeys_are_listed_and_named() {
    on_both(async |at| {
        let (browser, mut authenticator) = with_passkey(at, cast::ALAN).await;
        let new = browser.visit(LIST).await.text_of("passkey-1").unwrap();
        authenticator.flags |= BACKED_UP;
        assert!(signs_in(at, &authenticator).await);
        at.wait(Lifetime::from_minutes(2));

        let page = browser.visit(LIST).await;
        let naming = browser.press(&page, "name-1", &[]).await;
        let long = browser.press(&naming, "submit", &[("passkey_name", &"n".repeat(65))]).await;
        let renamed = browser.press(&long, "submit", &[("passkey_name", " My <phone> ")]).await;

        assert!(
            new.contains("just now") && new.contains("Not used yet") && new.contains("On one device only"),
            "{new}"
        );
        assert!(long.text_of("passkey_name-error").is_some());
        assert_eq!(renamed.notice().as_deref(), Some("Saved."));
        let told = renamed.text_of("passkey-1").unwrap();
        assert!(told.contains("My <phone>") && told.contains("2\u{2069} minutes ago"), "{told}");
        assert!(told.contains("Copied to your other devices"), "{told}");
        assert_eq!(at.events("credential.passkey.renamed").await, 1);
    });
}

/// A removed passkey signs nobody in, the browser is told to forget it, and the owner gets a mail; with the last second factor
/// the recovery codes are gone.
#[test]
fn a_removed_passkey_is_gone_and_the_browser_is_told() {
    on_both(async |at| {
        let (browser, authenticator) = with_passkey(at, cast::ALAN).await;
        let before = accepted(&browser.visit(LIST).await);

        let page = remove(&browser, 1).await;

        assert_eq!(page.notice().as_deref(), Some("The passkey is removed."));
        assert_eq!(before["allAcceptedCredentialIds"].as_array().unwrap().len(), 1);
        let after = accepted(&page);
        assert_eq!((&after["rpId"], &after["userId"]), (&"id.example".into(), &before["userId"]));
        assert_eq!(after["allAcceptedCredentialIds"], serde_json::json!([]));
        assert_eq!(notice(at).await, NoticeOf::PasskeyRemoved);
        assert!(!signs_in(at, &authenticator).await);
        assert_eq!(after_password(at, cast::ALAN).await, "account");
        assert!(browser.visit("/account/security").await.text_of("recovery-codes").is_none());
        assert_eq!(at.events("credential.passkey.removed").await, 1);
    });
}

/// S-098: where only a passkey is enough, the last one stays; another one may go.
#[test]
fn the_last_passkey_that_the_tenant_demands_stays() {
    on_both(async |at| {
        let (browser, first) = with_passkey(at, cast::ALAN).await;
        at.wait(Lifetime::from_seconds(1));
        let page = browser.visit(NEW).await;
        added(&browser, &page).await;
        at.deliver_mails().await;
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nmfa = \"phishing_resistant\"\n").await;
        let list = browser.visit(LIST).await;
        let (one, two) = (browser.press(&list, "remove-1", &[]).await, browser.press(&list, "remove-2", &[]).await);

        let removed = browser.press(&two, "submit", &[]).await;
        let refused = browser.press(&one, "submit", &[]).await;

        assert_eq!(removed.notice().as_deref(), Some("The passkey is removed."));
        assert_eq!(refused.notice().as_deref(), Some(OUTDATED));
        assert!(!refused.has_button("remove-1") && refused.has_button("name-1"));
        assert!(signs_in(at, &first).await);
        at.deliver_mails().await;
    });
}

/// S-098: an authenticator app and a passkey stand in for each other where a second factor is demanded, and one of them stays. The
/// recovery codes stay as long as there is anything that they stand in for.
#[test]
fn one_second_factor_stays_where_it_is_demanded() {
    on_both(async |at| {
        let (browser, _) = with_passkey(at, cast::GRACE).await;
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nmfa = \"required\"\n").await;
        let list = browser.visit(LIST).await;
        let question = browser.press(&list, "remove-1", &[]).await;
        let app = browser.visit("/account/security/totp/remove").await;

        let removed = browser.press(&app, "submit", &[]).await;
        let refused = browser.press(&question, "submit", &[]).await;

        assert_eq!(removed.notice().as_deref(), Some("The authenticator app is removed."));
        assert!(removed.text_of("recovery-codes").is_some());
        assert_eq!(refused.notice().as_deref(), Some(OUTDATED));
        assert_eq!(after_password(at, cast::GRACE).await, "passkey");
        at.deliver_mails().await;
    });
}

/// S-118: the passkey of somebody else is unknown, and so is a text that names none.
#[test]
fn nobody_names_or_removes_somebody_elses_passkey() {
    on_both(async |at| {
        let (ada, hers) = with_passkey(at, cast::ADA).await;
        let (alan, _) = with_passkey(at, cast::ALAN).await;
        let theirs = ada.visit(LIST).await.value_of("passkey").unwrap();
        let page = alan.visit(LIST).await;

        for choice in [theirs.as_str(), "00000000000000000000000000000000", ""] {
            for action in ["name", "rename", "ask", "remove"] {
                let form = [("passkey", choice), ("action", action), ("passkey_name", "Mine")];
                let (address, fields) = page.filled_form("name-1", &form);
                let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let page = alan.post_own(&address, &pairs).await;
                assert_eq!(page.notice().as_deref(), Some(OUTDATED), "{action} {choice}");
            }
        }

        assert!(signs_in(at, &hers).await);
        assert!(!ada.visit(LIST).await.html().contains("Mine"));
    });
}

/// A credential is one account's, once: an authenticator that ignores what it is told adds nothing.
#[test]
fn the_same_passkey_is_not_added_twice() {
    on_sqlite(async |at| {
        let (browser, mut authenticator) = with_passkey(at, cast::ALAN).await;
        let page = browser.visit(NEW).await;

        let again = browser.add_passkey(&page, &mut authenticator).await;

        assert!(again.passkey_options().is_some() && again.notice().is_none(), "{}", again.html());
        assert_eq!(at.events("credential.passkey.added").await, 1);
    });
}

/// A tenant without passkeys speaks of none.
#[test]
fn a_tenant_without_passkeys_has_no_such_pages() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\npasskeys = { use = \"off\" }\n").await;
        let browser = Browser::new(at);
        browser.visit_as(LIST, cast::ALAN).await;

        let (list, new) = (browser.visit(LIST).await, browser.visit(NEW).await);

        assert_eq!((list.path.as_str(), new.path.as_str()), ("/account/security", "/account/security"));
        assert!(list.text_of("passkeys").is_none());
    });
}

/// S-088, S-100: "this was not me" takes a passkey that is new away, which is a whole way in; one from before stays.
#[test]
fn this_was_not_me_removes_a_passkey_that_is_new() {
    on_both(async |at| {
        let (_, old) = with_passkey(at, cast::ALAN).await;
        at.wait(Lifetime::from_days(20));
        let attacker = Browser::new(at);
        let page = attacker.visit(NEW).await;
        let page = attacker.show_passkey(&page, &old).await;
        let (_, new) = added(&attacker, &page).await;
        let [mail] = <[_; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::Notice { not_me_link, .. } = mail.content else { panic!("another mail than a notice") };
        let owner = Browser::new(at);

        let page = owner.visit(&not_me_link).await;
        owner.press(&page, "submit", &[]).await;
        at.wait(Lifetime::from_millis(1));

        assert!(!signs_in(at, &new).await);
        assert!(signs_in(at, &old).await);
        assert_eq!(at.events("credential.passkey.removed").await, 1);
        at.deliver_mails().await;
    });
}
