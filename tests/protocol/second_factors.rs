//! Authenticator apps and recovery codes. RFC 6238 §5.2, SECURITY S-080 to S-082.

use http::Method;
use portreeve_domain::{Lifetime, MailPurpose};
use portreeve_tests::{
    browser::{Browser, Page, own_headers},
    cast,
    deployment::{Deployment, form, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty},
    totp,
};

/// A new browser in which the password was given and the second factor is due.
async fn at_second_factor<'d>(at: &'d Deployment, email: &str) -> (Browser<'d>, Page) {
    let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
    let page = browser.authorize(&own.request("openid")).await;
    let page = browser.press(&page, "submit", &[("email", email), ("password", cast::PASSWORD)]).await;
    assert_eq!(page.step(), "second-factor");
    (browser, page)
}

/// Gives Alan an authenticator app and returns its secret and the recovery codes.
async fn enrolled(at: &Deployment) -> (String, Vec<String>) {
    let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["aal2"]}}}"#;
    let page = browser.authorize(&own.request("openid").with("claims", claims)).await;
    let page = browser.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;
    assert_eq!(page.step(), "enrol-totp");
    let secret = page.text_of("secret").unwrap().replace(char::is_whitespace, "");
    let page = browser.press(&page, "submit", &[("code", &totp::code(&secret, at.seconds()))]).await;
    assert_eq!(page.step(), "recovery-codes", "{}", page.html());
    let codes = page.text_of("recovery-codes").unwrap().split_whitespace().map(str::to_owned).collect();
    assert!(browser.press(&page, "submit", &[]).await.is_redirect());
    assert_eq!(at.deliver_mails().await, [(MailPurpose::FactorAdded, "en".to_owned())]);
    (secret, codes)
}

fn is_in(page: &Page) -> bool {
    page.is_redirect() && page.callback().get("code").is_some()
}

/// S-081: a code counts once, in whatever browser.
#[test]
fn a_code_counts_once() {
    on_both(async |at| {
        let (first, first_page) = at_second_factor(at, cast::GRACE).await;
        let (second, second_page) = at_second_factor(at, cast::GRACE).await;
        let code = first.totp_code();

        let used = first.press(&first_page, "submit", &[("code", &code)]).await;
        let replayed = second.press(&second_page, "submit", &[("code", &code)]).await;

        assert!(is_in(&used));
        assert!(!is_in(&replayed));
        at.wait(Lifetime::from_seconds(totp::STEP_SECONDS));
        let fresh = second.press(&replayed, "submit", &[("code", &second.totp_code())]).await;
        assert!(is_in(&fresh), "{}", fresh.html());
    });
}

/// S-081: an older code than the last used one is refused, also when the clock allows it.
#[test]
fn codes_do_not_go_back() {
    on_sqlite(async |at| {
        let (first, first_page) = at_second_factor(at, cast::GRACE).await;
        let (second, second_page) = at_second_factor(at, cast::GRACE).await;
        let (now, before) = (first.totp_code(), totp::code(cast::TOTP_SECRET, at.seconds() - totp::STEP_SECONDS));
        assert!(is_in(&first.press(&first_page, "submit", &[("code", &now)]).await));

        assert!(!is_in(&second.press(&second_page, "submit", &[("code", &before)]).await));
    });
}

/// S-081: one step before and after is accepted, two are not.
#[test]
fn the_window_is_one_step() {
    on_sqlite(async |at| {
        for (steps, is_good) in [(-2, false), (2, false), (-1, true), (1, true)] {
            at.wait(Lifetime::from_minutes(10));
            let (browser, page) = at_second_factor(at, cast::GRACE).await;
            let code = totp::code(cast::TOTP_SECRET, at.seconds() + steps * totp::STEP_SECONDS);

            let page = browser.press(&page, "submit", &[("code", &code)]).await;

            assert_eq!(is_in(&page), is_good, "{steps} steps");
        }
    });
}

/// S-081: after five wrong codes the factor rests, for every browser, then works again.
#[test]
fn guessing_is_slowed_down() {
    on_both(async |at| {
        let (browser, mut page) = at_second_factor(at, cast::GRACE).await;
        let good = browser.totp_code();
        let wrong = |digit: u32| format!("{:06}", (good.parse::<u32>().unwrap() + 77_777 * digit) % 1_000_000);
        for digit in 1..=5 {
            page = browser.press(&page, "submit", &[("code", &wrong(digit))]).await;
            assert_eq!(page.reply.status, 200);
        }

        let sixth = browser.press(&page, "submit", &[("code", &good)]).await;
        let (elsewhere, other_page) = at_second_factor(at, cast::GRACE).await;
        let seventh = elsewhere.press(&other_page, "submit", &[("code", &good)]).await;

        assert_eq!((sixth.reply.status.as_u16(), seventh.reply.status.as_u16()), (429, 429));
        let wait: i64 = sixth.reply.header("retry-after").unwrap().parse().unwrap();
        at.wait(Lifetime::from_seconds(wait));
        let rested = browser.press(&sixth, "submit", &[("code", &browser.totp_code())]).await;
        assert!(is_in(&rested), "{}", rested.html());
    });
}

/// S-081, R-11: what was guessed while a node's clock was an hour ahead holds nobody up where it is right.
#[test]
fn a_clock_that_was_ahead_holds_nobody_up() {
    on_both(async |at| {
        let ahead = at.another_node_ahead(Lifetime::from_hours(1)).await;
        let (there, mut page) = at_second_factor(&ahead, cast::GRACE).await;
        let good: u32 = there.totp_code().parse().unwrap();
        for digit in 1..=6 {
            let wrong = format!("{:06}", (good + 77_777 * digit) % 1_000_000);
            page = there.press(&page, "submit", &[("code", &wrong)]).await;
        }
        assert_eq!(page.reply.status, 429);

        let (browser, page) = at_second_factor(at, cast::GRACE).await;
        let proven = browser.press(&page, "submit", &[("code", &browser.totp_code())]).await;

        assert!(is_in(&proven), "{}", proven.html());
    });
}

/// S-081: a hundred guesses at once, on two nodes, are five.
#[test]
fn guessing_at_once_on_two_nodes_gains_nothing() {
    on_both(async |at| {
        let other = at.another_node().await;
        let (here, first) = at_second_factor(at, cast::GRACE).await;
        let (there, second) = at_second_factor(&other, cast::GRACE).await;
        let good: usize = here.totp_code().parse().unwrap();
        // None of them is the code of a step before or after, but for a chance that the fixed clock excludes.
        let wrong = |index: usize| format!("{:06}", (good + 7_919 * (index + 1)) % 1_000_000);
        let failed = at.events("auth.factor.failed").await;

        let guess = |browser: &Browser<'_>, page: &Page, index: usize| {
            let (action, fields) = page.filled_form("submit", &[("code", &wrong(index))]);
            let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            browser.prepared(Method::POST, &action, &own_headers(), form(&pairs))
        };

        let (mut replies, elsewhere) = tokio::join!(
            at.send_all(25, |index| guess(&here, &first, 2 * index)),
            other.send_all(25, |index| guess(&there, &second, 2 * index + 1)),
        );

        replies.extend(elsewhere);
        let with_status = |status: u16| replies.iter().filter(|reply| reply.status.as_u16() == status).count();
        assert_eq!((with_status(200), with_status(429)), (5, 45));
        assert_eq!(at.events("auth.factor.failed").await - failed, 5);
    });
}

/// S-078, S-081: the password alone gives a person with a second factor no code and no session.
#[test]
fn the_password_alone_is_not_enough() {
    on_sqlite(async |at| {
        let (browser, _) = at_second_factor(at, cast::GRACE).await;

        for client in ["web", "first-party"] {
            let request = RelyingParty::new(at, client).request("openid");
            let silent = browser.authorize(&request.with("prompt", "none")).await.callback();
            assert_eq!(silent.error(), "login_required", "{client}");
        }
        assert_eq!(at.events("session.created").await, 0);
    });
}

/// S-080: who has given only the password cannot add a factor, over the one that is there or beside it.
#[test]
fn a_half_signed_in_browser_cannot_enrol() {
    on_both(async |at| {
        let enrolments = at.events("credential.totp.enrolled").await;
        let (browser, page) = at_second_factor(at, cast::GRACE).await;
        let journey = page.path.rsplit_once('/').unwrap().0.to_owned();
        let path = format!("{journey}/enrol-totp");
        let fields = [
            ("csrf", page.value_of("csrf").unwrap()),
            ("version", page.value_of("version").unwrap()),
            ("code", browser.totp_code()),
        ];
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();

        let shown = browser.visit(&path).await;
        let posted = browser.post_own(&path, &pairs).await;

        assert_eq!((shown.step(), posted.step()), ("second-factor", "second-factor"));
        assert_eq!(at.events("credential.totp.enrolled").await, enrolments);
    });
}

/// S-080: an account that has a factor is never offered to enrol one over it.
#[test]
fn nobody_enrols_over_a_factor() {
    on_sqlite(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        let claims = r#"{"id_token":{"acr":{"essential":true,"values":["aal2"]}}}"#;
        let page = browser.authorize(&own.request("openid").with("claims", claims)).await;

        let page = browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;

        assert_eq!(page.step(), "second-factor");
    });
}

/// S-082: a recovery code has 80 bits, signs in once, and the owner is told.
#[test]
fn a_recovery_code_signs_in_once() {
    on_both(async |at| {
        let (_, codes) = enrolled(at).await;
        for code in &codes {
            let symbols = code.chars().filter(char::is_ascii_alphanumeric).count();
            assert!(symbols * 5 >= 80, "{code}");
        }
        let attempt = async |code: &str| {
            let (browser, page) = at_second_factor(at, cast::ALAN).await;
            let page = browser.visit(&page.href_of("use-recovery-code").unwrap()).await;
            browser.press(&page, "submit", &[("code", code)]).await
        };

        assert!(is_in(&attempt(&codes[0]).await));
        assert_eq!(at.deliver_mails().await, [(MailPurpose::RecoveryCodeUsed, "en".to_owned())]);
        assert!(!is_in(&attempt(&codes[0]).await));
        assert!(!is_in(&attempt("aaaaa-aaaaa-aaaaa-aaaaa").await));
        assert!(is_in(&attempt(&codes[1].to_uppercase()).await));
        at.deliver_mails().await;
    });
}

/// S-082: one recovery code in two browsers at once signs in one of them.
#[test]
fn a_recovery_code_in_two_browsers_signs_in_one() {
    on_both(async |at| {
        let (_, codes) = enrolled(at).await;
        let mut asked = vec![];
        for _ in 0..4 {
            let (browser, page) = at_second_factor(at, cast::ALAN).await;
            let page = browser.visit(&page.href_of("use-recovery-code").unwrap()).await;
            asked.push((browser, page));
        }

        let show = |index: usize| {
            let (browser, page) = &asked[index];
            browser.prepared_press(page, "submit", &[("code", &codes[0])])
        };
        let replies = at.send_all(asked.len(), show).await;

        assert_eq!(replies.iter().filter(|reply| reply.onward().is_some()).count(), 1);
        assert_eq!(at.deliver_mails().await.len(), 1);
    });
}

/// S-082: five tries of recovery codes an hour, on all nodes together.
#[test]
fn guessing_recovery_codes_is_slowed_down() {
    on_both(async |at| {
        let (_, codes) = enrolled(at).await;
        let other = at.another_node().await;
        let (elsewhere, other_page) = at_second_factor(&other, cast::ALAN).await;
        let other_page = elsewhere.visit(&other_page.href_of("use-recovery-code").unwrap()).await;
        let (browser, page) = at_second_factor(at, cast::ALAN).await;
        let mut page = browser.visit(&page.href_of("use-recovery-code").unwrap()).await;
        for _ in 0..5 {
            page = browser.press(&page, "submit", &[("code", "aaaaa-aaaaa-aaaaa-aaaaa")]).await;
        }

        let sixth = browser.press(&page, "submit", &[("code", &codes[0])]).await;
        let on_another_node = elsewhere.press(&other_page, "submit", &[("code", &codes[0])]).await;

        assert_eq!((sixth.reply.status.as_u16(), on_another_node.reply.status.as_u16()), (429, 429));
        assert_eq!(sixth.reply.header("retry-after"), Some("3600"));
    });
}

/// S-082: recovery codes are shown once and stored as hashes.
#[test]
fn recovery_codes_are_not_stored() {
    on_sqlite(async |at| {
        let (secret, codes) = enrolled(at).await;
        let stored = at.database_bytes();

        for text in codes.iter().chain([&secret]) {
            assert!(!stored.windows(text.len()).any(|window| window == text.as_bytes()), "{text}");
        }
    });
}

/// S-081, S-096: two factors are `aal2`, and the enrolment itself counts as one of them.
#[test]
fn an_enrolment_reaches_the_level() {
    on_sqlite(async |at| {
        enrolled(at).await;
        at.wait(Lifetime::from_minutes(1));
        let own = RelyingParty::new(at, "first-party");
        let (browser, page) = at_second_factor(at, cast::ALAN).await;
        let recovery = browser.visit(&page.href_of("use-recovery-code").unwrap()).await;
        assert_eq!(recovery.step(), "recovery-code");
        let (browser, page) = at_second_factor(at, cast::GRACE).await;

        let end = browser.press(&page, "submit", &[("code", &browser.totp_code())]).await;

        let grant = Grant { code: end.callback().code(), redirect_uri: own.redirect_uri.clone() };
        assert_eq!(jwt::claims(own.redeem(&grant).await.success()["id_token"].as_str().unwrap())["acr"], "aal2");
    });
}
