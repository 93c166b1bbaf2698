//! Unusual sign-ins: what is told, what is asked, and what is not. SECURITY S-146; decision 0031.

use portreeve_domain::Lifetime;
use portreeve_issuer::configure::NewInvitation;
use portreeve_issuer::{MailContent, MailedCode, OutgoingMail};
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
};
use serde_json::{Value, json};

const NOBODY: &str = "nobody@example.com";
const HALF: &str = "half@example.com";
const NEW_PASSWORD: &str = "seven boats behind the lighthouse";
/// The score and the signals of a browser and a network that are new.
const NEW: (u64, &str, [&str; 2]) = (30, "elevated", ["new_device", "new_network"]);

async fn set(at: &Deployment, settings: &str) {
    at.apply(&format!("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\n{settings}\n")).await;
}

async fn confirm(at: &Deployment) {
    set(at, "risk = \"confirm\"").await;
}

async fn first_page(browser: &Browser<'_>, at: &Deployment) -> Page {
    browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await
}

/// The page after address and password.
async fn signs_in(browser: &Browser<'_>, at: &Deployment, email: &str, password: &str) -> Page {
    let page = first_page(browser, at).await;
    browser.press(&page, "submit", &[("email", email), ("password", password)]).await
}

async fn types(browser: &Browser<'_>, page: &Page, code: &str) -> Page {
    browser.press(page, "submit", &[("code", code)]).await
}

/// The code of the one mail that waits, which goes to `to` and confirms a sign-in.
async fn mailed(at: &Deployment, to: &str) -> String {
    let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
    assert_eq!(mail.to, to);
    match mail.content {
        MailContent::ConfirmSignIn { code, .. } => code.text,
        _ => panic!("another mail"),
    }
}

fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

fn is_in(page: &Page) -> bool {
    page.is_redirect() && page.callback().get("code").is_some()
}

async fn claims(at: &Deployment, page: &Page) -> Value {
    let client = RelyingParty::new(at, "first-party");
    let grant = Grant { code: page.callback().code(), redirect_uri: client.redirect_uri.clone() };
    jwt::claims(client.redeem(&grant).await.success()["id_token"].as_str().unwrap())
}

/// Leaves a browser the cookie by which it is known, and no session.
fn forgets_its_session(browser: &Browser<'_>) {
    browser.set_cookies(browser.cookies().into_iter().filter(|(name, _)| name.contains("device")).collect());
}

/// S-146: a new browser in a new network confirms by a code, says why, and is known from then on. Mail is no second factor.
#[test]
fn an_unusual_sign_in_is_confirmed_once() {
    on_both(async |at| {
        confirm(at).await;
        let browser = Browser::new(at);

        let asked = signs_in(&browser, at, cast::ADA, cast::PASSWORD).await;
        assert_eq!(asked.step(), "email-code", "{}", asked.html());
        let why = asked.text_of("why").expect("reasons");
        assert!(why.contains("risk:new_device") && why.contains("risk:new_network"), "{why}");
        assert!(asked.html().contains(cast::ADA) && asked.href_of("other-way").is_none());
        assert_eq!(browser.visit("/account").await.step(), "identify", "nobody is signed in yet");
        let done = types(&browser, &asked, &mailed(at, cast::ADA).await).await;

        assert!(is_in(&done), "{}", done.html());
        let claims = claims(at, &done).await;
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("aal1"), &json!(["pwd", "otp"])));
        let (score, level, signals) = NEW;
        let facts = at.facts_of_events("risk.evaluated").await;
        assert_eq!(facts, [json!({ "score": score, "level": level, "signals": signals })]);
        assert_eq!(at.read_new_device_mails().await.len(), 1);

        forgets_its_session(&browser);
        assert!(is_in(&signs_in(&browser, at, cast::ADA, cast::PASSWORD).await), "the device is known");
        assert_eq!((at.read_new_device_mails().await.len(), at.events("risk.evaluated").await), (0, 1));
    });
}

/// S-146: what is looked at, told and asked is the tenant's choice; a new device is told of in any case.
#[test]
fn the_tenant_chooses_what_is_made_of_risk() {
    on_both(async |at| {
        for (settings, events) in [("", 1), ("risk = \"notice\"", 2), ("risk = \"off\"", 2)] {
            set(at, settings).await;
            assert!(is_in(&signs_in(&Browser::new(at), at, cast::ADA, cast::PASSWORD).await), "{settings}");
            // One network is new but once.
            let alone = Browser::at_address(at, &format!("203.0.{events}.{}", settings.len()));
            signs_in(&alone, at, cast::ALAN, cast::PASSWORD).await;
            assert_eq!(at.read_new_device_mails().await.len(), 2, "{settings}");
        }
        let facts = at.facts_of_events("risk.evaluated").await;
        assert!(facts.iter().all(|facts| facts["signals"] == json!(NEW.2)), "{facts:?}");
        assert_eq!(facts.len(), 3, "Ada's network is known, Alan's two are new");
    });
}

/// S-146: who has a second factor is asked for it, and for nothing else.
#[test]
fn a_second_factor_needs_no_confirmation() {
    on_both(async |at| {
        confirm(at).await;
        let browser = Browser::new(at);

        let asked = signs_in(&browser, at, cast::GRACE, cast::PASSWORD).await;
        assert_eq!(asked.step(), "second-factor");
        assert!(!asked.html().contains("risk:"), "{}", asked.html());
        let done = browser.press(&asked, "submit", &[("code", &browser.totp_code())]).await;

        assert!(is_in(&done), "{}", done.html());
        assert_eq!((at.read_mails().await.len(), at.events("risk.evaluated").await), (0, 1));
    });
}

/// S-146: never the sole gate: who has no proven address cannot be asked and goes on.
#[test]
fn who_has_no_proven_address_goes_on() {
    on_both(async |at| {
        confirm(at).await;
        at.apply(&format!("[[users]]\nemail = \"{HALF}\"\npassword = {{ file = \"password\" }}\n")).await;
        at.wait(Lifetime::from_minutes(1));

        assert!(is_in(&signs_in(&Browser::new(at), at, HALF, cast::PASSWORD).await));
        assert_eq!((at.read_mails().await.len(), at.events("risk.evaluated").await), (0, 1));
    });
}

/// S-146, S-080: a second factor is set up after the confirmation: a stolen password alone does not make one.
#[test]
fn nothing_is_set_up_before_the_confirmation() {
    on_both(async |at| {
        set(at, "risk = \"confirm\"\nmfa = \"required\"").await;
        let browser = Browser::new(at);

        let asked = signs_in(&browser, at, cast::ADA, cast::PASSWORD).await;
        let (action, _) = asked.form_of("submit");
        let skipped = browser.visit(&action.replace("email-code", "enrol-totp")).await;
        assert_eq!((asked.step(), skipped.step()), ("email-code", "email-code"));

        assert_eq!(types(&browser, &asked, &mailed(at, cast::ADA).await).await.step(), "enrol-totp");
    });
}

/// S-146, S-083: the code is that of the journey, the newest, works five tries and ten minutes; back, forward and a reload keep the page.
#[test]
fn the_code_is_limited_as_every_code() {
    on_both(async |at| {
        confirm(at).await;
        let (browser, other) = (Browser::new(at), Browser::new(at));
        let asked = signs_in(&browser, at, cast::ADA, cast::PASSWORD).await;
        let first = mailed(at, cast::ADA).await;
        let elsewhere = signs_in(&other, at, cast::ADA, cast::PASSWORD).await;
        let others = mailed(at, cast::ADA).await;
        assert!(first == others || !is_in(&types(&browser, &asked, &others).await), "of another journey");
        at.wait(Lifetime::from_minutes(10));
        assert!(!is_in(&types(&other, &elsewhere, &others).await), "too old");
        for page in ["identify", "password", "email-code", ""] {
            let path = asked.path.replace("email-code", page);
            assert_eq!(browser.visit(path.trim_end_matches('/')).await.step(), "email-code", "{page}");
        }
        let again = browser.press(&asked, "resend", &[]).await;
        let newer = mailed(at, cast::ADA).await;
        assert!(first == newer || !is_in(&types(&browser, &again, &first).await), "an older one");
        for _ in 0..5 {
            at.wait(Lifetime::from_seconds(12));
            assert!(!is_in(&types(&browser, &again, &wrong(&newer)).await));
        }
        at.wait(Lifetime::from_seconds(12));
        assert!(!is_in(&types(&browser, &again, &newer).await), "the sixth");

        let last = browser.press(&again, "resend", &[]).await;
        at.wait(Lifetime::from_seconds(12));
        assert!(is_in(&types(&browser, &last, &mailed(at, cast::ADA).await).await));
    });
}

/// S-146: the way out is another account, which is looked at anew; whoever comes back to the first one is asked again.
#[test]
fn another_account_is_a_way_out_and_no_way_around() {
    on_both(async |at| {
        confirm(at).await;
        let browser = Browser::new(at);
        let asked = signs_in(&browser, at, cast::ADA, cast::PASSWORD).await;
        let first = mailed(at, cast::ADA).await;
        let page = browser.press(&asked, "another-account", &[]).await;
        let asked = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!(asked.step(), "email-code", "{}", asked.html());
        assert!(first == mailed(at, cast::ADA).await || !is_in(&types(&browser, &asked, &first).await));

        let page = browser.press(&asked, "another-account", &[]).await;
        let asked = browser.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;

        assert_eq!((page.step(), asked.step()), ("identify", "email-code"));
        assert!(is_in(&types(&browser, &asked, &mailed(at, cast::ALAN).await).await));
        assert_eq!(at.events("risk.evaluated").await, 2);
    });
}

/// S-146, S-071: a stranger learns nothing and causes nothing: until the password is right every address gets the same pages, no mail and no event,
/// and no code is taken.
#[test]
fn a_stranger_learns_nothing() {
    on_both(async |at| {
        set(at, "risk = \"confirm\"\npasskeys.use = \"off\"").await;
        let mut seen = vec![];
        for email in [cast::ADA, cast::GRACE, NOBODY] {
            let browser = Browser::new(at);
            let page = signs_in(&browser, at, email, "not the password of anybody").await;
            let early = browser.visit(&page.path.replace("identify", "email-code")).await;
            let (action, mut fields) = page.filled_form("submit", &[("email", email)]);
            fields.push(("code".to_owned(), "000000".to_owned()));
            let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let posted = browser.post_own(&action.replace("identify", "email-code"), &pairs).await;
            assert_eq!((early.step(), posted.step()), ("identify", "identify"));
            seen.push([&page, &early].map(|page| crate::email_codes::comparable(page, email)));
        }

        assert_eq!(seen[1], seen[0]);
        assert_eq!(seen[2], seen[0]);
        assert_eq!((at.read_mails().await.len(), at.events("risk.evaluated").await), (0, 0));
    });
}

/// S-146, S-143: strangers use up neither the mails nor the tries of a confirmation, and whoever has the password uses up none of the next one:
/// a reset by mail is always a way on.
#[test]
fn nobody_is_shut_out_by_others() {
    on_both(async |at| {
        confirm(at).await;
        for _ in 0..6 {
            let stranger = Browser::new(at);
            let page = stranger.visit("/recover").await;
            stranger.press(&page, "submit", &[("email", cast::ADA)]).await;
        }
        assert_eq!(at.read_mails().await.len(), 5);
        for mails in [1, 1, 1, 1, 1, 0] {
            let thief = Browser::new(at);
            let page = signs_in(&thief, at, cast::ADA, cast::PASSWORD).await;
            assert_eq!((page.step(), at.read_mails().await.len()), ("email-code", mails));
        }
        at.wait(Lifetime::from_minutes(61));
        let owner = Browser::new(at);
        let page = owner.visit("/recover").await;
        owner.press(&page, "submit", &[("email", cast::ADA)]).await;
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::PasswordReset { link } = mail.content else { panic!("another mail") };
        for _ in 0..5 {
            signs_in(&Browser::new(at), at, cast::ADA, cast::PASSWORD).await;
        }
        at.read_mails().await;
        let page = owner.visit(&link).await;
        owner.press(&page, "submit", &[("password", NEW_PASSWORD)]).await;
        at.deliver_mails().await;

        let asked = signs_in(&owner, at, cast::ADA, NEW_PASSWORD).await;

        assert!(is_in(&types(&owner, &asked, &mailed(at, cast::ADA).await).await));
    });
}

/// S-146, S-073: after a hundred wrong codes, from whoever has the password, the next ones are long; another password begins anew.
#[test]
fn wrong_codes_are_counted_for_each_password() {
    on_sqlite(async |at| {
        confirm(at).await;
        for _ in 0..20 {
            at.wait(Lifetime::from_minutes(61));
            let browser = Browser::new(at);
            let asked = signs_in(&browser, at, cast::ADA, cast::PASSWORD).await;
            let code = mailed(at, cast::ADA).await;
            for _ in 0..5 {
                types(&browser, &asked, &wrong(&code)).await;
            }
        }
        at.wait(Lifetime::from_minutes(61));
        let browser = Browser::new(at);
        signs_in(&browser, at, cast::ADA, cast::PASSWORD).await;
        assert_eq!(mailed(at, cast::ADA).await.replace(' ', "").len(), 24);
        let page = browser.visit("/recover").await;
        browser.press(&page, "submit", &[("email", cast::ADA)]).await;
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::PasswordReset { link } = mail.content else { panic!("another mail") };
        let page = browser.visit(&link).await;
        browser.press(&page, "submit", &[("password", NEW_PASSWORD)]).await;
        at.deliver_mails().await;

        let asked = signs_in(&browser, at, cast::ADA, NEW_PASSWORD).await;
        let code = mailed(at, cast::ADA).await;

        assert_eq!(code.len(), 6);
        assert!(is_in(&types(&browser, &asked, &code).await));
    });
}

/// S-146, S-088: the code is worth nothing without the password: with another one set meanwhile the person begins again.
#[test]
fn a_code_without_the_password_is_worth_nothing() {
    on_both(async |at| {
        confirm(at).await;
        let (thief, owner) = (Browser::new(at), Browser::new(at));
        let asked = signs_in(&thief, at, cast::ADA, cast::PASSWORD).await;
        let code = mailed(at, cast::ADA).await;
        let page = owner.visit("/recover").await;
        owner.press(&page, "submit", &[("email", cast::ADA)]).await;
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::PasswordReset { link } = mail.content else { panic!("another mail") };
        let page = owner.visit(&link).await;
        owner.press(&page, "submit", &[("password", NEW_PASSWORD)]).await;
        at.deliver_mails().await;

        let after = types(&thief, &asked, &code).await;

        assert_eq!(after.step(), "password", "{}", after.html());
        assert!(!after.html().contains("risk:"));
    });
}

/// S-146: a mailed code that signs in, or registers, is the confirmation: nobody is asked for two.
#[test]
fn a_mailed_code_is_not_asked_for_twice() {
    on_both(async |at| {
        for settings in ["", "\npasswords = \"off\"\nregistration = true"] {
            set(at, &format!("risk = \"confirm\"\nemail_sign_in = \"allowed\"{settings}")).await;
            let browser = Browser::at_address(at, &format!("203.0.{}.7", settings.len()));
            let page = first_page(&browser, at).await;
            let asked = browser.press(&page, "mail-code", &[("email", cast::ALAN)]).await;
            let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
            let MailContent::EmailCode(MailedCode { text: code, .. }) = mail.content else { panic!("another mail") };

            let done = types(&browser, &asked, &code).await;

            assert!(is_in(&done) || done.step() == "enrol-passkey", "{}", done.html());
            assert_eq!(at.read_mails().await.len(), 0, "{settings}");
        }
        assert_eq!(at.events("risk.evaluated").await, 2);
        let browser = Browser::new(at);
        let page = first_page(&browser, at).await;
        let form = browser.visit(&page.href_of("register").unwrap()).await;
        let asked = browser.press(&form, "submit", &[("name", "New Person"), ("email", "new@example.com")]).await;
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::EmailCode(MailedCode { text: code, .. }) = mail.content else { panic!("another mail") };
        assert_eq!(types(&browser, &asked, &code).await.step(), "enrol-passkey");
        assert_eq!(at.events("risk.evaluated").await, 2, "who has made the account on the way has no habits");
    });
}

/// S-146: whoever has just registered, or accepted an invitation, has shown the mailbox, also where a half-made account had the address.
#[test]
fn an_address_that_was_just_proven_is_not_asked_for_again() {
    on_both(async |at| {
        set(at, "risk = \"confirm\"\nregistration = true").await;
        at.apply(&format!("[[users]]\nemail = \"{HALF}\"\npassword = {{ file = \"password\" }}\n")).await;
        at.wait(Lifetime::from_minutes(1));
        for email in ["new@example.com", HALF] {
            let browser = Browser::new(at);
            let page = first_page(&browser, at).await;
            let form = browser.visit(&page.href_of("register").unwrap()).await;
            let filled = [("name", "New Person"), ("email", email), ("password", NEW_PASSWORD)];
            let page = browser.press(&form, "submit", &filled).await;
            let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
            let MailContent::VerifyEmail { link } = mail.content else { panic!("another mail") };
            let confirm = browser.visit(&link).await;
            browser.press(&confirm, "submit", &[]).await;

            let done = browser.visit(page.path.rsplit_once('/').unwrap().0).await;

            assert!(is_in(&done), "{email}: {} {}", done.path, done.html());
        }
        at.apply("[[users]]\nemail = \"late@example.com\"\npassword = { file = \"password\" }\n").await;
        at.wait(Lifetime::from_minutes(1));
        let browser = Browser::new(at);
        let page = signs_in(&browser, at, "late@example.com", cast::PASSWORD).await;
        assert_eq!(page.step(), "verify-email");
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::VerifyEmail { link } = mail.content else { panic!("another mail") };
        let confirm = browser.visit(&link).await;
        browser.press(&confirm, "submit", &[]).await;
        let done = browser.visit(page.path.rsplit_once('/').unwrap().0).await;
        assert!(is_in(&done), "{} {}", done.path, done.html());
        let expires_in = Lifetime::from_days(7);
        let new = NewInvitation { email: "invited@example.com", client: None, expires_in, locale: "en" };
        assert!(at.issuer.invite(&at.tenant(), &new).await.is_ok());
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::Invitation { link, .. } = mail.content else { panic!("another mail") };
        let browser = Browser::new(at);
        let page = browser.visit(&link).await;
        let form = browser.press(&page, "submit", &[]).await;
        let done = browser.press(&form, "submit", &[("name", "New Person"), ("password", NEW_PASSWORD)]).await;
        assert_eq!(done.path, "/account", "{}", done.html());
        assert_eq!(at.read_mails().await.len(), 0);
    });
}

/// S-146: a token that was presented twice raises the risk for seven days.
#[test]
fn a_replayed_token_is_a_signal() {
    on_both(async |at| {
        let spa = RelyingParty::new(at, "spa");
        let stolen = spa.tokens_of("openid", cast::ALAN).await;
        let second = Tokens(spa.refresh(stolen.refresh()).await.success());
        spa.refresh(second.refresh()).await;
        spa.refresh(stolen.refresh()).await;
        for (days, is_signal) in [(6, true), (2, false)] {
            at.wait(Lifetime::from_days(days));
            signs_in(&Browser::new(at), at, cast::ALAN, cast::PASSWORD).await;
            let facts = at.facts_of_events("risk.evaluated").await;
            let newest = facts.last().unwrap()["signals"].as_array().unwrap();
            assert_eq!(newest.contains(&json!("replayed_token")), is_signal, "{facts:?}");
            let known = Browser::at_address(at, &format!("203.0.113.{days}"));
            signs_in(&known, at, cast::ADA, cast::PASSWORD).await;
        }
    });
}

/// S-146: many wrong passwords before the right one are a signal, and no reason to ask who is at a known device (S-073).
#[test]
fn many_failures_are_a_signal() {
    on_both(async |at| {
        confirm(at).await;
        let owner = Browser::new(at);
        let asked = signs_in(&owner, at, cast::ADA, cast::PASSWORD).await;
        types(&owner, &asked, &mailed(at, cast::ADA).await).await;
        forgets_its_session(&owner);
        let fails = async || {
            for _ in 0..5 {
                at.wait(Lifetime::from_seconds(20));
                signs_in(&Browser::new(at), at, cast::ADA, "not the password of ada").await;
            }
        };
        fails().await;
        let abroad = Browser::at_address(at, "198.51.100.7");
        abroad.set_cookies(owner.cookies());
        assert!(is_in(&signs_in(&abroad, at, cast::ADA, cast::PASSWORD).await), "a known device in a new network");
        fails().await;

        let asked = signs_in(&Browser::new(at), at, cast::ADA, cast::PASSWORD).await;

        assert_eq!(asked.step(), "email-code");
        mailed(at, cast::ADA).await;
        let facts = at.facts_of_events("risk.evaluated").await;
        assert_eq!(facts[1]["signals"], json!(["new_device", "many_failures"]));
        let second = Browser::new(at);
        let again = signs_in(&second, at, cast::ADA, cast::PASSWORD).await;
        assert_eq!(again.step(), "email-code", "beginning anew is no way around it");
        types(&second, &again, &mailed(at, cast::ADA).await).await;
        assert!(
            is_in(&signs_in(&Browser::new(at), at, cast::ADA, cast::PASSWORD).await),
            "confirmed: the tries are over"
        );
    });
}

/// S-146: a password that everybody tries first cannot be set: there is no sign-in to look at.
#[test]
fn a_breached_password_is_refused_where_it_is_set() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        let page = browser.visit("/recover").await;
        browser.press(&page, "submit", &[("email", cast::ADA)]).await;
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::PasswordReset { link } = mail.content else { panic!("another mail") };
        let page = browser.visit(&link).await;

        for common in ["passwordpassword", "123456789012345", "qwertyuiopasdfghjkl"] {
            let refused = browser.press(&page, "submit", &[("password", common)]).await;
            assert!(refused.text_of("password-error").is_some(), "{common}");
        }
    });
}

/// S-146, S-079: a session of the same browser is no new sign-in: whoever strengthens one is not looked at.
#[test]
fn a_session_that_grows_is_not_looked_at() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        signs_in(&browser, at, cast::ADA, cast::PASSWORD).await;
        confirm(at).await;
        at.wait(Lifetime::from_seconds(5));
        let again = RelyingParty::new(at, "first-party").request("openid").with("prompt", "login");
        let moved = Browser::at_address(at, "203.0.113.7");
        moved.set_cookies(browser.cookies().into_iter().filter(|(name, _)| !name.contains("device")).collect());
        let page = moved.authorize(&again).await;

        assert!(is_in(&moved.press(&page, "submit", &[("password", cast::PASSWORD)]).await));
        assert_eq!(at.events("risk.evaluated").await, 1);
    });
}

/// S-146, S-071: whoever is only named has proven nothing: asking for a code for somebody who was signed in here once causes nothing.
#[test]
fn who_is_only_named_is_not_looked_at() {
    on_sqlite(async |at| {
        let own = RelyingParty::new(at, "first-party");
        let (browser, elsewhere) = (Browser::new(at), Browser::new(at));
        browser.sign_in(&own.request("openid"), cast::ADA).await;
        set(at, "risk = \"confirm\"\nemail_sign_in = \"allowed\"").await;
        at.wait(Lifetime::from_seconds(1));
        let page = browser.authorize(&own.request("openid").with("prompt", "login")).await;
        elsewhere.visit_as("/account", cast::ADA).await;
        let sessions = elsewhere.visit("/account/sessions").await;
        elsewhere.press(&sessions, "end-all", &[]).await;
        let before = at.events("risk.evaluated").await;

        let stranger = Browser::at_address(at, "203.0.113.7");
        stranger.set_cookies(browser.cookies().into_iter().filter(|(name, _)| !name.contains("device")).collect());
        let asked = stranger.press(&page, "mail-code", &[]).await;

        assert_eq!((page.step(), asked.step()), ("password", "email-code"), "{}", asked.html());
        assert!(!asked.html().contains("risk:") && asked.href_of("other-way").is_some());
        assert_eq!(at.events("risk.evaluated").await, before);
        at.read_mails().await;
    });
}

/// S-146: a password that was set by a mailed link on the way needs no second mail in that browser, and does in any other.
#[test]
fn a_reset_on_the_way_is_the_confirmation() {
    on_both(async |at| {
        confirm(at).await;
        for is_here in [true, false] {
            let (browser, elsewhere) = (Browser::new(at), Browser::new(at));
            let page = first_page(&browser, at).await;
            let forgot = browser.visit(&page.href_of("forgot-password").unwrap()).await;
            browser.press(&forgot, "submit", &[("email", cast::ADA)]).await;
            let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
            let MailContent::PasswordReset { link } = mail.content else { panic!("another mail") };
            let opener = if is_here { &browser } else { &elsewhere };
            let form = opener.visit(&link).await;
            opener.press(&form, "submit", &[("password", NEW_PASSWORD)]).await;
            at.deliver_mails().await;
            let page = browser.visit(page.path.rsplit_once('/').unwrap().0).await;

            let done = browser.press(&page, "submit", &[("email", cast::ADA), ("password", NEW_PASSWORD)]).await;

            assert_eq!((is_in(&done), done.step() == "email-code"), (is_here, !is_here), "{}", done.html());
            if is_here {
                disown(at).await;
            }
            at.wait(Lifetime::from_minutes(61));
        }
        at.read_mails().await;
    });
}

/// Has Ada's sessions disowned: none of their networks is known any more.
async fn disown(at: &Deployment) {
    let [mail] = <[OutgoingMail; 1]>::try_from(at.read_new_device_mails().await).ok().expect("one notice");
    let MailContent::NewDevice { not_me_link, .. } = mail.content else { panic!("another mail") };
    let browser = Browser::new(at);
    let page = browser.visit(&not_me_link).await;
    browser.press(&page, "submit", &[]).await;
    at.read_mails().await;
}
