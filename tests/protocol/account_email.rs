//! Another address for an account. SECURITY S-071, S-087, S-090, S-097, S-100.

use http::Method;
use portreeve_domain::Lifetime;
use portreeve_issuer::{MailContent, OutgoingMail};
use portreeve_tests::{
    browser::{Browser, Page, own_headers},
    cast,
    deployment::{Deployment, form, on_both, on_sqlite},
    jwt,
    relying_party::RelyingParty,
};

const EMAIL: &str = "/account/profile/email";
const NEW: &str = "ada.king@example.com";
const THIRD: &str = "countess@example.com";

/// Signs in and asks for another address.
async fn wish(browser: &Browser<'_>, person: &str, email: &str) -> Page {
    let (page, _) = browser.visit_as(EMAIL, person).await;
    browser.press(&page, "submit", &[("email", email)]).await
}

/// The one mail that waits.
async fn mail(at: &Deployment) -> OutgoingMail {
    let [mail] = <[_; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
    mail
}

/// The link of the one mail that waits, which asks `to` to confirm.
async fn link_to_confirm(at: &Deployment, to: &str) -> String {
    let mail = mail(at).await;
    assert_eq!(mail.to, to);
    match mail.content {
        MailContent::ConfirmEmailChange { link } => link,
        _ => panic!("another mail"),
    }
}

/// The link of the one mail that waits, which tells `to` of the change.
async fn link_to_undo(at: &Deployment, to: &str) -> String {
    let mail = mail(at).await;
    assert_eq!(mail.to, to);
    match mail.content {
        MailContent::EmailChanged { undo_link } => undo_link,
        _ => panic!("another mail"),
    }
}

/// Presses the one button of a link's page.
async fn follow(browser: &Browser<'_>, link: &str) -> Page {
    let page = browser.visit(link).await;
    if page.has_button("submit") { browser.press(&page, "submit", &[]).await } else { page }
}

async fn signs_in(at: &Deployment, email: &str) -> bool {
    let browser = Browser::new(at);
    let page = browser.visit("/account").await;
    let page = browser.press(&page, "submit", &[("email", email), ("password", cast::PASSWORD)]).await;
    page.step() != "identify"
}

fn is_dead(page: &Page) -> bool {
    page.reply.status == 410 && !page.has_button("submit")
}

/// Gives Ada's account to `email`, and returns the link that undoes it.
async fn changed(at: &Deployment, browser: &Browser<'_>, from: &str, email: &str) -> String {
    wish(browser, from, email).await;
    let link = link_to_confirm(at, email).await;
    assert_eq!(follow(browser, &link).await.text_of("continue").as_deref(), Some("Continue"));
    link_to_undo(at, from).await
}

/// S-090: the address changes when the link at the new one is followed, and not before; the former one is told.
#[test]
fn an_address_is_confirmed_at_the_new_one_and_told_at_the_former() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let tokens = web.tokens("openid email").await;

        let asked = wish(&browser, cast::ADA, NEW).await;

        assert_eq!(asked.notice().as_deref(), Some("We have sent a mail to your new address."));
        assert!(asked.text_of("wished").unwrap().contains(NEW));
        assert!(signs_in(at, cast::ADA).await && !signs_in(at, NEW).await);
        let link = link_to_confirm(at, NEW).await;
        let opened = browser.visit(&link).await;
        assert_eq!(at.userinfo(tokens.access()).await.success()["email"], cast::ADA, "opening does nothing (S-087)");

        browser.press(&opened, "submit", &[]).await;

        let person = at.userinfo(tokens.access()).await.success();
        assert_eq!((&person["email"], &person["email_verified"]), (&NEW.into(), &true.into()));
        assert!(signs_in(at, NEW).await && !signs_in(at, cast::ADA).await);
        assert!(is_dead(&browser.visit(&link).await));
        link_to_undo(at, cast::ADA).await;
        assert_eq!(at.events("user.email_change.confirmed").await, 1);
    });
}

/// S-046: to every client a person with another address and another name is who they were.
#[test]
fn the_subject_stays_with_another_address_and_name() {
    on_both(async |at| {
        let subjects = async |email: &str| {
            let mut subjects = vec![];
            for client in ["web", "pair-one", "pair-elsewhere"] {
                let tokens = RelyingParty::new(at, client).tokens_of("openid", email).await;
                subjects.push(jwt::claims(tokens.id())["sub"].clone());
            }
            subjects
        };
        let (before, browser) = (subjects(cast::ADA).await, Browser::new(at));

        changed(at, &browser, cast::ADA, NEW).await;
        let page = browser.visit("/account/profile").await;
        browser.press(&page, "submit", &[("name", "Ada King")]).await;

        assert_eq!(browser.visit("/account/profile").await.value_of("name").as_deref(), Some("Ada King"));
        assert_eq!(subjects(NEW).await, before);
    });
}

/// S-090, S-097: a session alone is not enough to ask for it.
#[test]
fn another_address_asks_for_a_fresh_sign_in() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (form, _) = browser.visit_as(EMAIL, cast::GRACE).await;
        at.wait(Lifetime::from_minutes(6));

        let posted = browser.press(&form, "submit", &[("email", NEW)]).await;
        let (_, steps) = browser.visit_as(EMAIL, cast::GRACE).await;

        assert_eq!(posted.step(), "password");
        assert_eq!(steps, ["password", "second-factor"]);
        assert!(at.deliver_mails().await.is_empty());
    });
}

/// S-090, S-100: who reads the mail and is not signed in to the account signs in first; another person cannot lend it theirs.
#[test]
fn the_link_at_the_new_address_asks_for_a_sign_in_to_the_account() {
    on_both(async |at| {
        let (asking, elsewhere, stranger) = (Browser::new(at), Browser::new(at), Browser::new(at));
        wish(&asking, cast::ADA, NEW).await;
        let link = link_to_confirm(at, NEW).await;

        let (at_link, steps) = elsewhere.visit_as(&link, cast::ADA).await;
        let own = stranger.visit_as("/account", cast::ALAN).await;
        let others = stranger.visit(&link).await;
        let path = link.strip_prefix(cast::ISSUER).unwrap();
        let forced = stranger.post_own(path, &[("csrf", ""), ("version", "")]).await;

        assert_eq!((steps, at_link.has_button("submit")), (vec!["identify".to_owned()], true));
        assert_eq!(
            (own.0.path.as_str(), others.step(), forced.step()),
            ("/account", "select-account", "select-account")
        );
        assert!(!signs_in(at, NEW).await);
        elsewhere.press(&at_link, "submit", &[]).await;
        assert!(signs_in(at, NEW).await);
        link_to_undo(at, cast::ADA).await;
    });
}

/// S-071, S-090: an address that has an account gets the same page; its owner is told, and nothing changes.
#[test]
fn a_taken_address_gets_the_same_answer() {
    on_both(async |at| {
        let (first, second) = (Browser::new(at), Browser::new(at));
        let free = wish(&first, cast::ADA, "adb@example.com").await;
        link_to_confirm(at, "adb@example.com").await;

        let taken = wish(&second, cast::GRACE, cast::ALAN).await;

        let told = mail(at).await;
        assert_eq!(told.to, cast::ALAN);
        assert!(matches!(told.content, MailContent::AddressTaken { .. }));
        let seen = |page: &Page, typed: &str| {
            (page.reply.status, page.notice(), page.text_of("wished").map(|text| text.replace(typed, "-")))
        };
        assert_eq!(seen(&free, "adb@example.com"), seen(&taken, cast::ALAN));
    });
}

/// An address that nobody can have, and the account's own, are refused at the field.
#[test]
fn what_is_no_new_address_is_refused_at_the_field() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as(EMAIL, cast::ADA).await;

        for (typed, said) in [
            ("", "Enter your e-mail address."),
            ("ada", "Enter a full e-mail address, such as name@example.com."),
            ("Ada@Example.com", "This is your address already."),
        ] {
            let refused = browser.press(&page, "submit", &[("email", typed)]).await;
            assert_eq!(refused.text_of("email-error").as_deref(), Some(said), "{typed}");
        }
        assert!(at.deliver_mails().await.is_empty());
    });
}

/// S-090: for seven days the former address gets the account back: everybody is shut out, and a link leads to a new password.
#[test]
fn the_former_address_gets_the_account_back() {
    on_both(async |at| {
        let (attacker, owner) = (Browser::new(at), Browser::new(at));
        let undo = changed(at, &attacker, cast::ADA, NEW).await;
        at.wait(Lifetime::from_seconds(7 * 24 * 3600 - 1));

        let page = owner.visit(&undo).await;
        let back = owner.press(&page, "submit", &[]).await;

        assert_eq!(back.text_of("continue"), Some("Continue".to_owned()));
        assert_eq!(attacker.visit("/account").await.step(), "identify");
        let reset = mail(at).await;
        assert_eq!(reset.to, cast::ADA);
        let MailContent::PasswordReset { link } = reset.content else { panic!("another mail") };
        let page = owner.visit(&link).await;
        assert_eq!(page.value_of("email").as_deref(), Some(cast::ADA));
        assert!(!signs_in(at, cast::ADA).await && !signs_in(at, NEW).await, "the password is off");
        assert!(is_dead(&follow(&owner, &undo).await));
        assert_eq!(at.events("user.email_change.undone").await, 1);
    });
}

/// S-090: who gets the account back keeps it, also when whoever took it over has asked for its deletion meanwhile.
#[test]
fn the_former_address_keeps_an_account_that_is_to_be_deleted() {
    on_both(async |at| {
        let (attacker, owner) = (Browser::new(at), Browser::new(at));
        let undo = changed(at, &attacker, cast::ADA, NEW).await;
        let (form, _) = attacker.visit_as("/account/delete", NEW).await;
        attacker.press(&form, "submit", &[]).await;
        assert_eq!(at.events("user.deletion.requested").await, 1);
        at.deliver_mails().await;

        let back = follow(&owner, &undo).await;

        assert_eq!(back.reply.status, 200, "{}", back.html());
        assert_eq!(at.events("user.deletion.cancelled").await, 1);
        let mails = at.read_mails().await;
        assert!(mails.iter().all(|mail| mail.to == cast::ADA), "the address that is back is told");
        assert_eq!(mails.len(), 2);
        assert!(mails.iter().any(|mail| matches!(mail.content, MailContent::DeletionCancelled { .. })));
        at.wait(Lifetime::from_days(30));
        assert_eq!(at.issuer.erase_due_accounts().await.unwrap(), 0);
    });
}

/// S-090: a former address that can have the account back is told of its deletion, and can for as long as before; afterwards it is not told.
#[test]
fn a_former_address_is_told_of_a_deletion_while_it_has_a_way_back() {
    on_both(async |at| {
        let (attacker, owner) = (Browser::new(at), Browser::new(at));
        changed(at, &attacker, cast::ADA, NEW).await;
        let week = at.clock.now().plus(Lifetime::from_days(7));
        at.wait(Lifetime::from_days(6));
        let (form, _) = attacker.visit_as("/account/delete", NEW).await;
        attacker.press(&form, "submit", &[]).await;

        let mails = at.read_mails().await;

        assert_eq!(mails.len(), 2);
        let (at_former, at_current) = mails.iter().partition::<Vec<_>, _>(|mail| mail.to == cast::ADA);
        assert!(at_current.iter().all(|mail| mail.to == NEW));
        assert!(at_current.iter().all(|mail| matches!(mail.content, MailContent::DeletionRequested { .. })));
        let MailContent::FormerDeletionRequested { undo_link, undo_until, .. } = &at_former[0].content else {
            panic!("another mail")
        };
        assert_eq!(*undo_until, week);
        follow(&owner, undo_link).await;
        assert_eq!(at.events("user.deletion.cancelled").await, 1);
        assert!(at.read_mails().await.iter().all(|mail| mail.to == cast::ADA));
    });
}

/// S-090: an address that has no way back any more is not told what becomes of the account.
#[test]
fn a_former_address_without_a_way_back_is_told_of_no_deletion() {
    on_sqlite(async |at| {
        let attacker = Browser::new(at);
        changed(at, &attacker, cast::ADA, NEW).await;
        at.wait(Lifetime::from_days(7));
        let (form, _) = attacker.visit_as("/account/delete", NEW).await;
        attacker.press(&form, "submit", &[]).await;

        assert_eq!(mail(at).await.to, NEW);
    });
}

/// S-090: after seven days the change stands.
#[test]
fn a_change_is_not_undone_after_seven_days() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        let undo = changed(at, &browser, cast::ADA, NEW).await;

        at.wait(Lifetime::from_days(7));

        assert!(is_dead(&Browser::new(at).visit(&undo).await));
        assert!(signs_in(at, NEW).await);
    });
}

/// S-090: no later change and no new password takes the way back away, and the later way back dies with it.
#[test]
fn whoever_took_an_account_over_cannot_cut_the_way_back() {
    on_both(async |at| {
        let attacker = Browser::new(at);
        let owners = changed(at, &attacker, cast::ADA, NEW).await;
        at.wait(Lifetime::from_minutes(1));
        let attackers = changed(at, &attacker, NEW, THIRD).await;
        let (page, _) = attacker.visit_as("/account/security/password", THIRD).await;
        attacker.press(&page, "submit", &[("password", "seven boats behind the lighthouse")]).await;
        at.deliver_mails().await;

        follow(&Browser::new(at), &owners).await;

        assert_eq!(mail(at).await.to, cast::ADA);
        assert!(is_dead(&Browser::new(at).visit(&attackers).await));
        assert!(!signs_in(at, NEW).await && !signs_in(at, THIRD).await);
    });
}

/// S-090: a wish dies with the password it was made under, and when the person drops it.
#[test]
fn a_wish_dies_with_the_password() {
    on_both(async |at| {
        let attacker = Browser::new(at);
        wish(&attacker, cast::ADA, NEW).await;
        let link = link_to_confirm(at, NEW).await;
        let owner = Browser::new(at);
        let page = owner.visit("/recover").await;
        owner.press(&page, "submit", &[("email", cast::ADA)]).await;
        let MailContent::PasswordReset { link: reset } = mail(at).await.content else { panic!("another mail") };
        let page = owner.visit(&reset).await;
        owner.press(&page, "submit", &[("password", "seven boats behind the lighthouse")]).await;
        at.deliver_mails().await;

        assert!(is_dead(&attacker.visit(&link).await));
        assert_eq!(at.events("user.email_change.dropped").await, 1);

        let grace = Browser::new(at);
        let asked = wish(&grace, cast::GRACE, NEW).await;
        let link = link_to_confirm(at, NEW).await;
        let dropped = grace.press(&asked, "drop", &[]).await;
        assert_eq!(dropped.notice().as_deref(), Some("Your address stays as it is."));
        assert!(is_dead(&grace.visit(&link).await));
    });
}

/// S-090: of two wishes of one account only the later one can be confirmed.
#[test]
fn of_two_wishes_the_later_one_counts() {
    on_both(async |at| {
        let browser = Browser::new(at);
        wish(&browser, cast::ADA, NEW).await;
        let first = link_to_confirm(at, NEW).await;
        wish(&browser, cast::ADA, THIRD).await;
        let second = link_to_confirm(at, THIRD).await;

        assert!(is_dead(&follow(&browser, &first).await));
        follow(&browser, &second).await;

        assert!(signs_in(at, THIRD).await);
        link_to_undo(at, cast::ADA).await;
    });
}

/// S-090: two accounts race for one address: one gets it, the other is told that its link is dead, and nothing breaks.
#[test]
fn of_two_accounts_that_race_for_an_address_one_gets_it() {
    on_both(async |at| {
        let (ada, alan) = (Browser::new(at), Browser::new(at));
        let mut requests = vec![];
        for (browser, person) in [(&ada, cast::ADA), (&alan, cast::ALAN)] {
            wish(browser, person, NEW).await;
            let link = link_to_confirm(at, NEW).await;
            let path = link.strip_prefix(cast::ISSUER).unwrap().to_owned();
            requests.push((browser, path));
        }
        let post = |index: usize| {
            let (browser, path) = &requests[index % 2];
            browser.prepared(Method::POST, path, &own_headers(), form(&[("csrf", ""), ("version", "")]))
        };

        let replies = at.send_all(20, post).await;

        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert_eq!(replies.iter().filter(|reply| reply.status == 410).count(), 19);
        assert!(signs_in(at, NEW).await);
        assert_ne!(signs_in(at, cast::ADA).await, signs_in(at, cast::ALAN).await);
        assert_eq!(at.deliver_mails().await.len(), 1);
    });
}

/// S-143: an address gets five mails an hour, whoever wishes it.
#[test]
fn wishes_do_not_flood_an_address() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        for _ in 0..7 {
            wish(&browser, cast::ADA, NEW).await;
            at.wait(Lifetime::from_seconds(20));
        }

        assert_eq!(at.deliver_mails().await.len(), 5);
    });
}
