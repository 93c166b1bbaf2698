//! Signing in by a code in a mail. SECURITY S-071 to S-073, S-083, S-084, S-087, S-091, S-100, S-143, S-157.

use portreeve_domain::Lifetime;
use portreeve_issuer::configure::AccountSwitch;
use portreeve_issuer::{MailContent, MailedCode, OutgoingMail};
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty},
};
use serde_json::{Value, json};

const NOBODY: &str = "nobody@example.com";
/// Nobody has proven the address, and the password is not its owner's.
const HALF: &str = "half@example.com";

/// A code and the link that fills it in.
struct Mailed {
    to: String,
    code: String,
    link: String,
}

impl Mailed {
    /// Another code of six digits.
    fn wrong(&self) -> String {
        format!("{:06}", (self.code.parse::<u32>().unwrap() + 1) % 1_000_000)
    }
}

async fn allow_codes(at: &Deployment) {
    at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nemail_sign_in = \"allowed\"\n").await;
}

/// A person at the first page who asks for a code.
async fn asks(browser: &Browser<'_>, at: &Deployment, email: &str) -> Page {
    let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
    browser.press(&page, "mail-code", &[("email", email)]).await
}

/// The one mail that waits, which has a code.
async fn mailed(at: &Deployment) -> Mailed {
    let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
    match mail.content {
        MailContent::EmailCode(MailedCode { text: code, link, .. }) => Mailed { to: mail.to, code, link },
        _ => panic!("another mail"),
    }
}

async fn types(browser: &Browser<'_>, page: &Page, code: &str) -> Page {
    browser.press(page, "submit", &[("code", code)]).await
}

fn is_in(page: &Page) -> bool {
    page.is_redirect() && page.callback().get("code").is_some()
}

/// The claims of the ID token that the client gets for what the browser brings it.
async fn claims(at: &Deployment, page: &Page) -> Value {
    let client = RelyingParty::new(at, "first-party");
    let grant = Grant { code: page.callback().code(), redirect_uri: client.redirect_uri.clone() };
    jwt::claims(client.redeem(&grant).await.success()["id_token"].as_str().unwrap())
}

/// A code that was asked for signs its person in; that is one factor, and says so.
#[test]
fn a_mailed_code_signs_in() {
    on_both(async |at| {
        allow_codes(at).await;
        let browser = Browser::new(at);

        let asked = asks(&browser, at, "  Ada@Example.COM").await;
        let mail = mailed(at).await;
        let done = types(&browser, &asked, &format!(" {} {} ", &mail.code[..3], &mail.code[3..])).await;

        assert_eq!((asked.step(), mail.to.as_str()), ("email-code", cast::ADA));
        assert!(is_in(&done), "{}", done.html());
        let claims = claims(at, &done).await;
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("aal1"), &json!(["otp"])));
        assert_eq!(at.read_new_device_mails().await.len(), 1, "told of the new browser");
        assert_eq!(at.events("auth.email_code.requested").await, 1);
        assert_eq!(at.events("auth.email_code.sent").await, 1);
    });
}

/// S-083: a code is used once, in the journey it was asked for on, and a newer one kills it.
#[test]
fn a_code_is_of_one_journey_and_the_newest_and_used_once() {
    on_both(async |at| {
        allow_codes(at).await;
        let (here, there) = (Browser::new(at), Browser::new(at));
        let first = asks(&here, at, cast::ADA).await;
        let older = mailed(at).await;
        let other = asks(&there, at, cast::ADA).await;
        let others = mailed(at).await;

        assert!(!is_in(&types(&here, &first, &others.code).await), "of another journey");
        let again = here.press(&first, "resend", &[]).await;
        let newer = mailed(at).await;
        assert!(!is_in(&types(&here, &again, &older.code).await), "an older one");
        let tab = here.visit(&again.path).await;
        assert!(is_in(&types(&here, &again, &newer.code).await));
        assert!(!is_in(&types(&here, &tab, &newer.code).await), "used");
        assert!(is_in(&types(&there, &other, &others.code).await), "the other journey goes on");
    });
}

/// S-083: ten minutes from sending, and no longer.
#[test]
fn a_code_works_for_ten_minutes() {
    on_sqlite(async |at| {
        allow_codes(at).await;
        for (seconds, is_good) in [(599, true), (600, false)] {
            let browser = Browser::new(at);
            let asked = asks(&browser, at, cast::ADA).await;
            at.wait(Lifetime::from_minutes(15));
            let mail = mailed(at).await;

            at.wait(Lifetime::from_seconds(seconds));

            assert_eq!(is_in(&types(&browser, &asked, &mail.code).await), is_good, "{seconds}");
        }
    });
}

/// S-083: five tries; the right code is refused at the sixth, and a new one gives five more.
#[test]
fn the_sixth_try_is_refused() {
    on_both(async |at| {
        allow_codes(at).await;
        let browser = Browser::new(at);
        let asked = asks(&browser, at, cast::ADA).await;
        let mail = mailed(at).await;
        for _ in 0..5 {
            at.wait(Lifetime::from_seconds(12));
            let page = types(&browser, &asked, &mail.wrong()).await;
            assert_eq!((page.reply.status.as_u16(), is_in(&page)), (200, false));
        }
        at.wait(Lifetime::from_seconds(12));

        let sixth = types(&browser, &asked, &mail.code).await;

        assert_eq!((sixth.reply.status.as_u16(), is_in(&sixth)), (200, false));
        let again = browser.press(&sixth, "resend", &[]).await;
        let newer = mailed(at).await;
        at.wait(Lifetime::from_seconds(12));
        assert!(is_in(&types(&browser, &again, &newer.code).await));
    });
}

/// S-072, S-083: codes and passwords are one budget: neither is a way around the limit of the other.
#[test]
fn attempts_with_codes_and_passwords_are_counted_together() {
    on_sqlite(async |at| {
        allow_codes(at).await;
        let browser = Browser::new(at);
        let asked = asks(&browser, at, cast::ADA).await;
        let mail = mailed(at).await;
        for _ in 0..3 {
            types(&browser, &asked, &mail.wrong()).await;
        }
        let other = browser.visit(&asked.href_of("other-way").unwrap()).await;
        for _ in 0..2 {
            browser.press(&other, "submit", &[("email", cast::ADA), ("password", "not the password of ada")]).await;
        }

        let by_code = types(&browser, &asked, &mail.code).await;
        let by_password = browser.press(&other, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;

        assert_eq!((by_code.reply.status.as_u16(), by_password.reply.status.as_u16()), (429, 429));
    });
}

/// S-072, S-073, S-083: after a hundred wrong codes in a row an account's codes are long until one is right. A guesser has no more tries, and
/// the owner is not locked out.
#[test]
fn too_many_wrong_codes_make_the_next_ones_long() {
    on_sqlite(async |at| {
        allow_codes(at).await;
        for _ in 0..19 {
            five_wrong(at).await;
        }
        at.wait(Lifetime::from_minutes(61));
        let owner = Browser::new(at);
        let waiting = asks(&owner, at, cast::ADA).await;
        let short = mailed(at).await;
        assert_eq!(short.code.len(), 6, "ninety-five are not too many");
        let stranger = Browser::new(at);
        let asked = asks(&stranger, at, cast::ADA).await;
        let mail = mailed(at).await;
        for _ in 0..5 {
            types(&stranger, &asked, &mail.wrong()).await;
        }

        let wrong = types(&owner, &waiting, &short.wrong()).await;
        assert!(wrong.html().contains("This code is not right"), "as for an address without an account (S-071)");
        let refused = types(&owner, &waiting, &short.code).await;
        assert_eq!(refused.step(), "email-code", "a guesser's would be the 101st");
        assert!(refused.html().contains("Codes for this address are longer now"), "{}", refused.html());
        let kept = types(&owner, &waiting, &short.code).await;
        assert!(kept.html().contains("This code is not right"), "a guesser cannot keep it: {}", kept.html());
        let again = owner.press(&refused, "resend", &[]).await;
        let long = mailed(at).await;

        assert_eq!(long.code.chars().filter(char::is_ascii_digit).count(), 24, "{}", long.code);
        let filled = owner.visit(&long.link).await;
        assert_eq!(filled.value_of("code"), Some(long.code.replace(' ', "")), "the link fills it in");
        assert!(is_in(&types(&owner, &again, &long.code).await));
        let next = Browser::new(at);
        asks(&next, at, cast::ADA).await;
        assert_eq!(mailed(at).await.code.len(), 6, "the right one ends it");
    });
}

/// S-073: a browser that is known for the account may use a code of six digits that was on its way, and what was guessed by others is over then.
#[test]
fn a_known_browser_is_not_locked_out_by_guesses() {
    on_sqlite(async |at| {
        allow_codes(at).await;
        let owner = Browser::new(at);
        let asked = asks(&owner, at, cast::ADA).await;
        assert!(is_in(&types(&owner, &asked, &mailed(at).await.code).await));
        at.deliver_mails().await;
        for _ in 0..19 {
            five_wrong(at).await;
        }
        at.wait(Lifetime::from_minutes(61));
        let request = RelyingParty::new(at, "first-party").request("openid").with("prompt", "login");
        let page = owner.authorize(&request).await;
        let waiting = owner.press(&page, "mail-code", &[("email", cast::ADA)]).await;
        let short = mailed(at).await;
        let stranger = Browser::new(at);
        let guessing = asks(&stranger, at, cast::ADA).await;
        let mail = mailed(at).await;
        for _ in 0..5 {
            types(&stranger, &guessing, &mail.wrong()).await;
        }

        assert_eq!(short.code.len(), 6);
        let done = types(&owner, &waiting, &short.code).await;

        assert!(is_in(&done), "{}", done.html());
        asks(&Browser::new(at), at, cast::ADA).await;
        assert_eq!(mailed(at).await.code.len(), 6, "the right one ended it");
    });
}

/// S-073, S-083: wrong codes that are typed at once are all counted.
#[test]
fn wrong_codes_at_once_are_all_counted() {
    on_both(async |at| {
        allow_codes(at).await;
        for _ in 0..18 {
            five_wrong(at).await;
        }
        at.wait(Lifetime::from_minutes(61));
        let (one, other) = (Browser::new(at), Browser::new(at));
        let (of_one, one_mail) = (asks(&one, at, cast::ADA).await, mailed(at).await);
        let (of_other, other_mail) = (asks(&other, at, cast::ADA).await, mailed(at).await);

        let replies = at.send_all(10, |index| match index % 2 {
            0 => one.prepared_press(&of_one, "submit", &[("code", &one_mail.wrong())]),
            _ => other.prepared_press(&of_other, "submit", &[("code", &other_mail.wrong())]),
        });
        assert!(replies.await.iter().all(|reply| reply.status == 200));

        asks(&Browser::new(at), at, cast::ADA).await;
        assert_eq!(mailed(at).await.code.replace(' ', "").len(), 24, "ninety and ten");
    });
}

/// S-073: what is typed where no code can be right any more is nobody's try.
#[test]
fn only_tries_at_a_code_are_counted() {
    on_sqlite(async |at| {
        allow_codes(at).await;
        let stranger = Browser::new(at);
        let asked = asks(&stranger, at, cast::ADA).await;
        let mail = mailed(at).await;
        for _ in 0..22 {
            at.wait(Lifetime::from_minutes(1));
            for _ in 0..5 {
                assert_eq!(types(&stranger, &asked, &mail.wrong()).await.reply.status, 200);
            }
        }

        let owner = Browser::new(at);
        let asked = asks(&owner, at, cast::ADA).await;
        let mail = mailed(at).await;

        assert_eq!(mail.code.len(), 6);
        assert!(is_in(&types(&owner, &asked, &mail.code).await));
    });
}

/// Somebody asks for a code for Ada, an hour after the last one, and types five wrong ones.
async fn five_wrong(at: &Deployment) {
    at.wait(Lifetime::from_minutes(61));
    let browser = Browser::new(at);
    let asked = asks(&browser, at, cast::ADA).await;
    let mail = mailed(at).await;
    for _ in 0..5 {
        types(&browser, &asked, &mail.wrong()).await;
    }
}

/// S-084, S-078: mail is one factor. A person with a second one is asked for it, and mail is no second one after a password
/// that was set by mail.
#[test]
fn mail_is_never_the_second_factor() {
    on_both(async |at| {
        allow_codes(at).await;
        let browser = Browser::new(at);
        let asked = asks(&browser, at, cast::GRACE).await;
        let second = types(&browser, &asked, &mailed(at).await.code).await;
        assert_eq!(second.step(), "second-factor", "{}", second.html());
        assert_eq!(browser.visit("/account").await.step(), "identify", "no session");
        let done = browser.press(&second, "submit", &[("code", &browser.totp_code())]).await;
        let strong = claims(at, &done).await;
        assert_eq!((&strong["acr"], &strong["amr"]), (&json!("aal2"), &json!(["otp", "mfa"])));

        let (reset, ada) = (Browser::new(at), "seven boats behind the lighthouse");
        let page = reset.visit("/recover").await;
        reset.press(&page, "submit", &[("email", cast::ADA)]).await;
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::PasswordReset { link } = mail.content else { panic!("another mail") };
        let page = reset.visit(&link).await;
        reset.press(&page, "submit", &[("password", ada)]).await;
        at.deliver_mails().await;
        let client = RelyingParty::new(at, "first-party");
        let page = reset.authorize(&client.request("openid")).await;
        assert!(is_in(&reset.press(&page, "submit", &[("email", cast::ADA), ("password", ada)]).await));
        at.wait(Lifetime::from_seconds(1));
        let page = reset.authorize(&client.request("openid").with("prompt", "login")).await;
        let asked = reset.press(&page, "mail-code", &[]).await;
        let done = types(&reset, &asked, &mailed(at).await.code).await;
        assert_eq!(claims(at, &done).await["acr"], json!("aal1"), "password and mail are one factor");

        let essential = r#"{"id_token":{"acr":{"essential":true,"values":["aal2"]}}}"#;
        let page = reset.authorize(&client.request("openid").with("claims", essential)).await;
        assert_eq!(page.step(), "enrol-totp", "a second factor is to be had otherwise");
    });
}

/// S-091: the link of the mail fills the code in where the person began, and does nothing anywhere else; fetching it, as
/// scanners do, uses nothing up.
#[test]
fn the_link_works_in_the_browser_that_began_and_by_its_button() {
    on_both(async |at| {
        allow_codes(at).await;
        let (browser, elsewhere, scanner) = (Browser::new(at), Browser::new(at), Browser::new(at));
        asks(&browser, at, cast::ADA).await;
        let mail = mailed(at).await;
        for _ in 0..3 {
            assert_eq!(scanner.visit(&mail.link).await.value_of("code"), None);
            assert_eq!(browser.visit(&mail.link).await.value_of("code").as_deref(), Some(mail.code.as_str()));
        }

        let opened = elsewhere.visit(&mail.link).await;
        let path = mail.link.strip_prefix(cast::ISSUER).unwrap().split('?').next().unwrap();
        let forced = elsewhere.post_own(path, &[("csrf", ""), ("version", "2"), ("code", &mail.code)]).await;

        assert!(opened.has_button("start-again"), "{}", opened.html());
        assert!(!opened.html().contains(&mail.code) && !is_in(&forced));
        assert_eq!(at.events("auth.factor.proven").await, 0);
        let here = browser.visit(&mail.link).await;
        assert!(is_in(&browser.press(&here, "submit", &[]).await));
    });
}

/// The page without what differs by chance: status, names of headers, HTML.
pub(crate) fn comparable(page: &Page, email: &str) -> (u16, Vec<String>, String) {
    let csrf = page.value_of("csrf").unwrap_or_default();
    let journey = page.path.split('/').nth(2).unwrap_or_default();
    let html = page.html().replace(&csrf, "CSRF").replace(email, "EMAIL").replace(journey, "JOURNEY");
    let names = page.reply.headers.keys().map(ToString::to_string).collect();
    (page.reply.status.as_u16(), names, html)
}

/// S-071, S-089: with an account, without one, switched off, with a second factor: the same pages and the same events, to the sixth
/// wrong code; only who has an account gets a mail.
#[test]
fn an_address_without_an_account_looks_like_any_other() {
    on_both(async |at| {
        allow_codes(at).await;
        at.issuer.switch_account(&at.tenant(), cast::ALAN, AccountSwitch::Off).await.unwrap();
        let mut seen = vec![];
        for (email, mails) in [(cast::ADA, 1), (NOBODY, 0), (cast::ALAN, 0), (cast::GRACE, 1)] {
            let browser = Browser::new(at);
            let asked = asks(&browser, at, email).await;
            assert_eq!(at.read_mails().await.len(), mails, "{email}");
            let mut pages = vec![comparable(&asked, email)];
            for guess in 0..6 {
                at.wait(Lifetime::from_seconds(12));
                let page = types(&browser, &asked, &format!("{guess:06}")).await;
                pages.push(comparable(&page, email));
            }
            seen.push(pages);
        }

        for other in &seen[1..] {
            assert_eq!(other, &seen[0]);
        }
        assert_eq!(at.events("auth.email_code.requested").await, 4);
        assert_eq!(at.events("auth.factor.failed").await, 24);
    });
}

/// S-143: five mails an hour to an account, and from one network five requests a minute, for addresses with and without one.
#[test]
fn codes_are_mailed_as_seldom_as_links() {
    on_sqlite(async |at| {
        allow_codes(at).await;
        for email in [cast::ADA, NOBODY] {
            let browser = Browser::new(at);
            let mut asked = asks(&browser, at, email).await;
            for _ in 0..4 {
                asked = browser.press(&asked, "resend", &[]).await;
            }
            assert_eq!(browser.press(&asked, "resend", &[]).await.reply.status, 429, "{email}");
        }
        for _ in 0..6 {
            asks(&Browser::new(at), at, cast::ADA).await;
        }
        assert_eq!(at.read_mails().await.len(), 5, "eleven times it was asked for Ada");
    });
}

/// S-157: where codes are off there is no button, no page, and a form that asks for one does nothing.
#[test]
fn where_codes_are_off_nobody_gets_one() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        assert!(!page.has_button("mail-code"));
        let (action, mut fields) = page.filled_form("submit", &[("email", cast::ADA)]);
        fields.push(("action".to_owned(), "mail_code".to_owned()));
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(browser.post_own(&action, &pairs).await.step(), "identify");
        assert!(at.read_mails().await.is_empty());

        allow_codes(at).await;
        let asked = asks(&browser, at, cast::ADA).await;
        let mail = mailed(at).await;
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\n").await;
        assert_eq!(types(&browser, &asked, &mail.code).await.step(), "identify", "switched off meanwhile");
    });
}

/// S-100: the code proves the address, and nothing survives that somebody else has set up for the account before.
#[test]
fn a_code_claims_an_account_whose_address_nobody_had_proven() {
    on_both(async |at| {
        allow_codes(at).await;
        let half = format!("[[users]]\nemail = \"{HALF}\"\npassword = {{ file = \"password\" }}\n");
        at.apply(&half).await;
        let hijacker = Browser::new(at);
        hijacker.visit_as("/account", HALF).await;

        let owner = Browser::new(at);
        let asked = asks(&owner, at, HALF).await;
        let done = types(&owner, &asked, &mailed(at).await.code).await;

        assert!(is_in(&done), "{}", done.html());
        assert_eq!(at.events("user.email.verified").await, 1);
        assert_eq!(hijacker.visit("/account").await.step(), "identify", "the session has ended");
        let page = hijacker.visit("/account").await;
        let tried = hijacker.press(&page, "submit", &[("email", HALF), ("password", cast::PASSWORD)]).await;
        assert_eq!(tried.step(), "identify", "the password lets nobody in");
    });
}

/// S-087, S-090: with another address since, the code of the former one is dead, and so is what it has proven.
#[test]
fn a_code_dies_with_the_address() {
    on_sqlite(async |at| {
        allow_codes(at).await;
        let (waiting, proven) = (Browser::new(at), Browser::new(at));
        let first = asks(&waiting, at, cast::GRACE).await;
        let code = mailed(at).await.code;
        let second = asks(&proven, at, cast::GRACE).await;
        let second = types(&proven, &second, &mailed(at).await.code).await;
        assert_eq!(second.step(), "second-factor");
        let owner = Browser::new(at);
        let (page, _) = owner.visit_as("/account/profile/email", cast::GRACE).await;
        owner.press(&page, "submit", &[("email", "grace.hopper@example.com")]).await;
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::ConfirmEmailChange { link } = mail.content else { panic!("another mail") };
        let page = owner.visit(&link).await;
        owner.press(&page, "submit", &[]).await;
        at.deliver_mails().await;
        at.wait(Lifetime::from_minutes(1));

        assert_eq!(types(&waiting, &first, &code).await.step(), "email-code");
        let after = proven.press(&second, "submit", &[("code", &proven.totp_code())]).await;
        assert_eq!(after.step(), "password", "{}", after.html());
    });
}

/// A code asked for under one address is worth nothing for another, whatever is asked for next on the same journey.
#[test]
fn a_code_is_of_one_address() {
    on_both(async |at| {
        allow_codes(at).await;
        let mallory = Browser::new(at);
        asks(&mallory, at, cast::ALAN).await;
        let own = mailed(at).await;
        let other = mallory.visit(&own.link.replace(&format!("email-code?code={}", own.code), "identify")).await;

        let asked = mallory.press(&other, "mail-code", &[("email", cast::ADA)]).await;
        let tried = types(&mallory, &asked, &own.code).await;

        assert_eq!((asked.step(), is_in(&tried)), ("email-code", false));
        mailed(at).await;
        assert!(!is_in(&types(&mallory, &asked, &own.code).await));
    });
}

/// What is no address is told at the field, and nothing is asked for.
#[test]
fn what_is_no_address_gets_no_code() {
    on_sqlite(async |at| {
        allow_codes(at).await;
        let browser = Browser::new(at);
        for typed in ["", "ada", "ada@"] {
            let page = asks(&browser, at, typed).await;
            assert_eq!((page.step(), page.text_of("email-error").is_some()), ("identify", true), "{typed}");
        }
        assert_eq!(at.events("auth.email_code.requested").await, 0);
    });
}
