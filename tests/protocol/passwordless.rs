//! Tenants without passwords: a mailed code or a passkey is the way in, and no door takes, sets or resets a password.
//! SECURITY S-040, S-071, S-078, S-087, S-097, S-098, S-100; decision 0030.

use portreeve_crypto::SecretText;
use portreeve_domain::{Email, Failure, Lifetime, TenantId};
use portreeve_issuer::configure::{AccountSwitch, NewAccount, OperatorRefusal};
use portreeve_issuer::{MailContent, OutgoingMail, people};
use portreeve_storage::password_credentials;
use portreeve_tests::{
    authenticator::Authenticator,
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty},
};
use serde_json::json;

use crate::email_codes::comparable;

const NEW: &str = "new@example.com";
/// Nobody has proven the address.
const HALF: &str = "half@example.com";

/// Switches the passwords of the first tenant off, in which people have some.
async fn switch_off(at: &Deployment, more: &str) {
    let tenant =
        "[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\npasswords = \"off\"\nemail_sign_in = \"allowed\"";
    at.apply(&format!("{tenant}\nregistration = true\n{more}\n")).await;
}

/// A new browser at the first page.
async fn at_first_page(at: &Deployment) -> (Browser<'_>, Page) {
    let browser = Browser::new(at);
    let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid profile email")).await;
    assert_eq!(page.step(), "identify");
    (browser, page)
}

async fn mail(at: &Deployment) -> OutgoingMail {
    let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
    mail
}

async fn code(at: &Deployment) -> String {
    match mail(at).await.content {
        MailContent::EmailCode(code) => code.text,
        _ => panic!("another mail"),
    }
}

/// Signs in by a code and puts the offered passkey off, up to wherever that leads.
async fn by_code(browser: &Browser<'_>, at: &Deployment, page: &Page, email: &str) -> Page {
    let asked = browser.press(page, "mail-code", &[("email", email)]).await;
    let page = browser.press(&asked, "submit", &[("code", &code(at).await)]).await;
    match page.step() {
        "enrol-passkey" => browser.press(&page, "skip", &[]).await,
        _ => page,
    }
}

/// The page after the registration form.
async fn registers(browser: &Browser<'_>, page: &Page, email: &str) -> Page {
    let form = browser.visit(&page.href_of("register").expect("registration is open")).await;
    browser.press(&form, "submit", &[("name", "New Person"), ("email", email)]).await
}

fn is_in(page: &Page) -> bool {
    page.is_redirect() && page.callback().get("code").is_some()
}

fn speaks_of_passwords(page: &Page) -> bool {
    let html = page.html().to_lowercase();
    ["type=\"password\"", "forgot-password", "change-password", "/recover", "password</"]
        .iter()
        .any(|w| html.contains(w))
}

/// The form of a page as it was when there were passwords.
async fn posts_password(browser: &Browser<'_>, page: &Page, email: &str) -> Page {
    let (action, mut fields) = page.filled_form("mail-code", &[("email", email), ("password", cast::PASSWORD)]);
    fields.retain(|(name, _)| name != "action");
    let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post_own(&action, &pairs).await
}

async fn has_password(at: &Deployment, email: &str) -> bool {
    let mut conn = at.issuer.store().read(TenantId::DEFAULT).await.unwrap();
    let found = people::find_by_email(&mut conn, &at.tenant(), &Email::parse(email).unwrap()).await.unwrap();
    let user = found.expect("an account").id;
    password_credentials::find(&mut conn, TenantId::DEFAULT, user).await.unwrap().is_some()
}

/// The first page asks for the address and a code or a passkey, and a code signs in.
#[test]
fn a_code_or_a_passkey_is_the_way_in() {
    on_both(async |at| {
        switch_off(at, "").await;
        let (browser, page) = at_first_page(at).await;
        assert!(page.has_button("mail-code") && page.passkey_options().is_some() && !page.has_button("submit"));
        assert!(!speaks_of_passwords(&page), "{}", page.html());

        let done = by_code(&browser, at, &page, cast::ADA).await;

        assert!(is_in(&done), "{}", done.html());
        let own = RelyingParty::new(at, "first-party");
        let grant = Grant { code: done.callback().code(), redirect_uri: own.redirect_uri.clone() };
        let claims = jwt::claims(own.redeem(&grant).await.success()["id_token"].as_str().unwrap());
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("aal1"), &json!(["otp"])));
    });
}

/// S-040: a password from before opens no door, and neither does a link that would have set one; nothing leads there.
#[test]
fn a_password_from_before_opens_no_door() {
    on_both(async |at| {
        let (own, early) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        early.sign_in(&own.request("openid"), cast::ADA).await;
        let half_way = Browser::new(at);
        let page = half_way.authorize(&own.request("openid")).await;
        let second = half_way.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
        assert_eq!(second.step(), "second-factor");
        let forgetful = Browser::new(at);
        let page = forgetful.visit("/recover").await;
        forgetful.press(&page, "submit", &[("email", cast::ADA)]).await;
        let MailContent::PasswordReset { link: reset } = mail(at).await.content else { panic!("another mail") };
        forgetful.press(&page, "submit", &[("email", cast::ALAN)]).await;
        let setup = at.issuer.account_setup_link(&at.tenant(), cast::ALAN).await.ok().unwrap();

        switch_off(at, "").await;

        assert!(at.read_mails().await.is_empty(), "a reset that was asked for before is not mailed");
        for link in [reset.as_str(), setup.expose()] {
            assert_eq!(forgetful.visit(link).await.reply.status, 410);
            let path = link.strip_prefix(cast::ISSUER).unwrap();
            assert_eq!(
                forgetful.post_own(path, &[("password", "seven boats behind the lighthouse")]).await.reply.status,
                410
            );
        }
        let (stranger, page) = at_first_page(at).await;
        assert_eq!(posts_password(&stranger, &page, cast::ADA).await.step(), "identify");
        let after = half_way.press(&second, "submit", &[("code", &half_way.totp_code())]).await;
        assert_eq!(after.step(), "password", "{}", after.html());
        let again = early.visit("/account").await;
        assert_eq!(again.step(), "password", "a session that a password began is to be proven anew");
        assert!(!speaks_of_passwords(&again), "{}", again.html());
        assert_eq!(posts_password(&early, &again, cast::ADA).await.step(), "password");
        for page in ["/recover", "/account/security/password"] {
            assert_eq!(early.visit(page).await.reply.status, 404, "{page}");
            assert_eq!(
                early.post_own(page, &[("email", cast::ADA), ("password", "x")]).await.reply.status,
                404,
                "{page}"
            );
        }
        assert!(by_code(&early, at, &again, cast::ADA).await.html().contains(cast::ADA));
        assert!(has_password(at, cast::ADA).await, "it is kept, and of no use");
    });
}

/// A password that was kept works again where passwords are allowed again.
#[test]
fn what_was_switched_off_can_be_switched_on() {
    on_sqlite(async |at| {
        switch_off(at, "").await;
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\n").await;

        let callback =
            Browser::new(at).sign_in(&RelyingParty::new(at, "first-party").request("openid"), cast::ADA).await;

        assert!(callback.get("code").is_some());
    });
}

/// Registration: name and address, a code, and the account is there; a passkey is offered, and needs no script to put off.
#[test]
fn an_account_is_made_by_a_code() {
    on_both(async |at| {
        switch_off(at, "").await;
        let (browser, page) = at_first_page(at).await;

        let asked = registers(&browser, &page, " New@Example.com ").await;
        assert_eq!((asked.step(), mail_to(at, NEW).await), ("email-code", ()));
        assert!(!speaks_of_passwords(&asked) && asked.html().contains("New@Example.com"));
        let again = browser.press(&asked, "resend", &[]).await;
        let offered = browser.press(&again, "submit", &[("code", &code(at).await)]).await;
        assert_eq!(offered.step(), "enrol-passkey", "{}", offered.html());
        let done = browser.press(&offered, "skip", &[]).await;

        assert!(is_in(&done), "{}", done.html());
        assert!(!has_password(at, NEW).await);
        let security = browser.visit("/account/security").await;
        assert!(!speaks_of_passwords(&security) && security.text_of("passkeys").is_some(), "{}", security.html());
        let (account, name) = (browser.visit("/account").await, "New Person");
        assert!(account.html().contains(name) && account.html().contains("New@Example.com"));
    });
}

async fn mail_to(at: &Deployment, email: &str) {
    assert_eq!(mail(at).await.to, email);
}

/// Where the tenant demands a passkey, the one that is offered elsewhere is demanded; with it the next sign-in is one press.
#[test]
fn a_passkey_is_added_on_the_way() {
    on_sqlite(async |at| {
        switch_off(at, "mfa = \"phishing_resistant\"").await;
        let (browser, page) = at_first_page(at).await;
        let asked = registers(&browser, &page, NEW).await;
        let page = browser.press(&asked, "submit", &[("code", &code(at).await)]).await;
        assert_eq!(page.step(), "enrol-passkey", "{}", page.html());

        let mut authenticator = Authenticator::at(cast::ISSUER);
        let page = browser.add_passkey(&page, &mut authenticator).await;
        assert!(is_in(&browser.press(&page, "submit", &[]).await));
        at.deliver_mails().await;

        let (elsewhere, page) = at_first_page(at).await;
        assert!(is_in(&elsewhere.show_passkey(&page, &authenticator).await));
    });
}

/// S-071: registering with an address that has an account, a switched-off or unproven one, or none, gives the same pages, events
/// and outbox rows; whoever reads the mail is in, with the account that was there.
#[test]
fn registering_tells_nobody_who_has_an_account() {
    on_both(async |at| {
        at.apply(&format!("[[users]]\nemail = \"{HALF}\"\npassword = {{ file = \"password\" }}\n")).await;
        switch_off(at, "").await;
        at.issuer.switch_account(&at.tenant(), cast::ALAN, AccountSwitch::Off).await.unwrap();
        let mut seen = vec![];
        for (email, mails) in [(NEW, 1), (cast::ADA, 1), (cast::GRACE, 1), (HALF, 1), (cast::ALAN, 0)] {
            let (browser, page) = at_first_page(at).await;
            let rows = at.events("user.registration.requested").await;
            let asked = registers(&browser, &page, email).await;
            assert_eq!(at.events("user.registration.requested").await, rows + 1);
            assert_eq!(at.read_mails().await.len(), mails, "{email}");
            let wrong = browser.press(&asked, "submit", &[("code", "000000")]).await;
            seen.push((comparable(&asked, email), comparable(&wrong, email)));
        }
        for other in &seen[1..] {
            assert_eq!(other, &seen[0]);
        }

        let (browser, page) = at_first_page(at).await;
        let asked = registers(&browser, &page, cast::ADA).await;
        let page = browser.press(&asked, "submit", &[("code", &code(at).await)]).await;
        assert!(is_in(&browser.press(&page, "skip", &[]).await));
        assert!(browser.visit("/account").await.html().contains("Ada Lovelace"), "the account and its name stay");
    });
}

/// S-100: whoever proves the address by registering has the account alone; nothing is left of who had set it up.
#[test]
fn nothing_of_an_unproven_account_survives_its_registration() {
    on_both(async |at| {
        at.apply(&format!("[[users]]\nemail = \"{HALF}\"\npassword = {{ file = \"password\" }}\n")).await;
        let hijacker = Browser::new(at);
        hijacker.visit_as("/account", HALF).await;
        let mut planted = Authenticator::at(cast::ISSUER);
        let (page, _) = hijacker.visit_as("/account/security/passkeys/new", HALF).await;
        hijacker.add_passkey(&page, &mut planted).await;
        at.deliver_mails().await;
        switch_off(at, "").await;

        let (owner, page) = at_first_page(at).await;
        let asked = registers(&owner, &page, HALF).await;
        let page = owner.press(&asked, "submit", &[("code", &code(at).await)]).await;
        assert!(is_in(&owner.press(&page, "skip", &[]).await));

        assert_eq!(hijacker.visit("/account").await.step(), "identify", "the session has ended");
        let (tried, page) = at_first_page(at).await;
        assert_eq!(tried.show_passkey(&page, &planted).await.step(), "identify", "the passkey is gone");
        assert!(!has_password(at, HALF).await);
    });
}

/// A registration that waits for its link when passwords are switched off ends without a password.
#[test]
fn a_link_from_before_sets_no_password() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nregistration = true\n").await;
        let (browser, page) = at_first_page(at).await;
        let form = browser.visit(&page.href_of("register").unwrap()).await;
        let secret = "seven boats behind the lighthouse";
        browser.press(&form, "submit", &[("name", "N"), ("email", NEW), ("password", secret)]).await;
        let MailContent::VerifyEmail { link } = mail(at).await.content else { panic!("another mail") };
        switch_off(at, "").await;

        let page = browser.visit(&link).await;
        let done = browser.press(&page, "submit", &[]).await;

        assert!(!speaks_of_passwords(&page), "{}", page.html());
        assert_eq!(done.reply.status, 200);
        assert!(!has_password(at, NEW).await);
        let next = browser.visit(&done.href_of("continue").unwrap()).await;
        assert!(is_in(&by_code(&browser, at, &next, NEW).await));
    });
}

/// S-097: what asks for a fresh sign-in takes a code, and no password is asked for; who has a second factor shows that as well.
#[test]
fn a_fresh_sign_in_needs_no_password() {
    on_both(async |at| {
        switch_off(at, "").await;
        let (browser, page) = at_first_page(at).await;
        by_code(&browser, at, &page, cast::GRACE).await;
        let page = browser.visit("/account/delete").await;
        let page = by_code(&browser, at, &page, cast::GRACE).await;
        assert_eq!(page.step(), "second-factor", "{}", page.html());
        let page = browser.press(&page, "submit", &[("code", &browser.totp_code())]).await;
        assert_eq!(browser.press(&page, "skip", &[]).await.path, "/account/delete");
        at.wait(Lifetime::from_minutes(6));

        let page = browser.visit("/account/delete").await;
        assert_eq!((page.step(), speaks_of_passwords(&page)), ("password", false), "{}", page.html());
        let asked = browser.press(&page, "mail-code", &[]).await;
        let page = browser.press(&asked, "submit", &[("code", &code(at).await)]).await;
        assert_eq!(page.step(), "second-factor");
        let page = browser.press(&page, "submit", &[("code", &browser.totp_code())]).await;
        assert_eq!(browser.press(&page, "skip", &[]).await.path, "/account/delete");
    });
}

/// S-098: the last passkey may go, for a code is another way in; the notice of it speaks of no password, and its button mails no
/// link to set one.
#[test]
fn a_code_is_the_other_way_in() {
    on_sqlite(async |at| {
        switch_off(at, "").await;
        let (browser, page) = at_first_page(at).await;
        let asked = registers(&browser, &page, NEW).await;
        let page = browser.press(&asked, "submit", &[("code", &code(at).await)]).await;
        let mut authenticator = Authenticator::at(cast::ISSUER);
        let page = browser.add_passkey(&page, &mut authenticator).await;
        browser.press(&page, "submit", &[]).await;
        let MailContent::Notice { not_me_link, .. } = mail(at).await.content else { panic!("another mail") };
        let page = browser.visit("/account/security/passkeys").await;
        assert!(page.html().contains("remove"), "{}", page.html());

        let page = browser.visit(&not_me_link).await;
        assert!(!speaks_of_passwords(&page) && !page.html().to_lowercase().contains("password"), "{}", page.html());
        let done = browser.press(&page, "submit", &[]).await;

        assert_eq!(done.reply.status, 200);
        assert!(!done.html().to_lowercase().contains("password"), "{}", done.html());
        assert!(at.read_mails().await.is_empty());
        assert_eq!(browser.visit("/account").await.step(), "identify");
    });
}

/// What an operator cannot mean is refused with the way to mend it: no way in at all, and passwords for people who have none.
#[test]
fn settings_that_contradict_each_other_are_refused() {
    on_sqlite(async |at| {
        for more in ["", "passkeys = { use = \"off\" }\n", "passkeys = { use = \"first\" }\n"] {
            let problems = at.try_apply(&format!("[[tenants]]\nslug = \"default\"\npasswords = \"off\"\n{more}")).await;
            let [problem] = <[_; 1]>::try_from(problems.unwrap_err()).unwrap();
            assert_eq!(problem.place.line, 3);
            assert!(problem.mend.contains("email_sign_in"), "{problem}");
        }
        switch_off(at, "").await;
        for field in
            ["password = { file = \"password\" }", "password_hash = \"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA\""]
        {
            let problems = at.try_apply(&format!("[[users]]\nemail = \"{NEW}\"\n{field}\n")).await.unwrap_err();
            assert!(problems[0].what.contains("has no passwords") && problems[0].place.line == 3, "{}", problems[0]);
        }
        at.apply(&format!("[[users]]\nemail = \"{HALF}\"\nemail_verified = true\n")).await;

        let (tenant, secret) = (at.tenant(), || SecretText::new("seven boats behind the lighthouse".to_owned()));
        let new = NewAccount { email: NEW.to_owned(), password: Some(secret()), email_verified: true, is_admin: false };
        for refused in [
            at.issuer.add_account(&tenant, &new).await,
            at.issuer.set_account_password(&tenant, cast::ADA, &secret()).await,
            at.issuer.account_setup_link(&tenant, cast::ADA).await.map(drop),
        ] {
            assert!(matches!(refused, Err(Failure::Refused(OperatorRefusal::WithoutPasswords))));
        }
    });
}
