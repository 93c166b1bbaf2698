//! Links that an operator hands over, by which a person sets a password. SECURITY rules 26, 27.

use http::StatusCode;
use portreeve_domain::Lifetime;
use portreeve_issuer::configure::NewAccount;
use portreeve_tests::{
    browser::{Browser, Page},
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::{Grant, RelyingParty, Tokens},
};

const ROOT: &str = "root@example.com";
const PASSWORD: &str = "violet harbour tram seventeen";

/// Adds an administrator who has no password.
async fn add_administrator(at: &Deployment) {
    let account = NewAccount { email: ROOT.to_owned(), password: None, email_verified: false, is_admin: true };
    at.issuer.add_account(&at.tenant(), &account).await.unwrap();
}

/// Has a link printed and returns its path.
async fn link(at: &Deployment) -> String {
    let link = at.issuer.account_setup_link(&at.tenant(), ROOT).await.unwrap();
    let issuer = at.tenant().issuer.clone();
    link.expose().strip_prefix(&issuer).unwrap().to_owned()
}

/// Opens a link and sets a password by it.
async fn set_password(at: &Deployment, path: &str, password: &str) -> Page {
    let browser = Browser::new(at);
    let page = browser.visit(path).await;
    browser.press(&page, "submit", &[("password", password)]).await
}

fn is_dead(page: &Page) -> bool {
    page.reply.status == StatusCode::GONE && !page.has_button("submit")
}

/// The first administrator sets a password by the printed link, and signs in with it. No password was there before.
#[test]
fn a_printed_link_sets_the_first_password() {
    on_both(async |at| {
        add_administrator(at).await;
        let path = link(at).await;
        assert_eq!(Browser::new(at).visit(&path).await.value_of("email").unwrap(), ROOT);

        set_password(at, &path, PASSWORD).await;

        let web = RelyingParty::new(at, "web");
        let request = web.request("openid email");
        let browser = Browser::new(at);
        let page = browser.authorize(&request).await;
        let code = browser.complete_with(page, ROOT, PASSWORD).await.code();
        let grant = Grant { code, redirect_uri: web.redirect_uri.clone() };
        let tokens = Tokens(web.redeem(&grant).await.success());
        let person = at.userinfo(tokens.access()).await.success();
        assert_eq!(person["email"], ROOT);
        // Who was handed a link has not shown that the address is theirs.
        assert_eq!(person["email_verified"], false);
        assert_eq!((at.events("link.printed").await, at.events("link.used").await), (1, 1));
    });
}

/// S-087: a link works once, and opening it counts for nothing.
#[test]
fn a_printed_link_works_once() {
    on_sqlite(async |at| {
        add_administrator(at).await;
        let path = link(at).await;
        let (first, second) = (Browser::new(at), Browser::new(at));
        let (page, late_page) = (first.visit(&path).await, second.visit(&path).await);

        assert!(!is_dead(&first.press(&page, "submit", &[("password", PASSWORD)]).await));

        assert!(is_dead(&second.press(&late_page, "submit", &[("password", PASSWORD)]).await));
        assert!(is_dead(&Browser::new(at).visit(&path).await));
    });
}

/// S-087: of browsers that use a link at once one does.
#[test]
fn a_link_used_by_many_at_once_works_once() {
    on_both(async |at| {
        add_administrator(at).await;
        let path = link(at).await;
        let browsers: Vec<_> = (0..4).map(|_| Browser::new(at)).collect();
        let mut pages = vec![];
        for browser in &browsers {
            pages.push(browser.visit(&path).await);
        }

        let use_it = |index: usize| browsers[index].prepared_press(&pages[index], "submit", &[("password", PASSWORD)]);
        let replies = at.send_all(pages.len(), use_it).await;

        assert_eq!(replies.iter().filter(|reply| reply.status != 410).count(), 1);
    });
}

/// S-087: half an hour, and not a moment longer.
#[test]
fn a_printed_link_lives_for_half_an_hour() {
    on_sqlite(async |at| {
        add_administrator(at).await;
        let path = link(at).await;

        at.wait(Lifetime::from_seconds(30 * 60 - 1));
        assert!(!is_dead(&Browser::new(at).visit(&path).await));

        at.wait(Lifetime::from_seconds(1));
        assert!(is_dead(&Browser::new(at).visit(&path).await));
    });
}

/// S-087: only the newest link of an account works, and a password set by an operator ends it as well.
#[test]
fn a_newer_link_and_a_new_password_end_a_printed_link() {
    on_sqlite(async |at| {
        add_administrator(at).await;
        let (first, second) = (link(at).await, link(at).await);

        assert!(is_dead(&Browser::new(at).visit(&first).await));
        assert!(!is_dead(&Browser::new(at).visit(&second).await));

        let password = portreeve_issuer::SecretText::new(PASSWORD.to_owned());
        at.issuer.set_account_password(&at.tenant(), ROOT, &password).await.unwrap();
        assert!(is_dead(&Browser::new(at).visit(&second).await));
    });
}

/// S-118: the link of one tenant is none in another.
#[test]
fn a_printed_link_works_in_its_own_tenant_only() {
    on_sqlite(async |at| {
        add_administrator(at).await;
        let path = link(at).await;

        assert!(is_dead(&Browser::new(at).visit(&format!("/t/acme{path}")).await));
        assert!(!is_dead(&Browser::new(at).visit(&path).await));
    });
}
