//! Signing in with a password: what is told, what is counted, what is compared. SECURITY S-071 to S-075.

use portreeve_crypto::SecretText;
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::RelyingParty,
};

/// Tries to sign in once.
async fn attempt(browser: &Browser<'_>, at: &Deployment, email: &str, password: &str) -> Page {
    let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
    browser.press(&page, "submit", &[("email", email), ("password", password)]).await
}

fn is_in(page: &Page) -> bool {
    page.is_redirect() && page.callback().get("code").is_some()
}

/// The page without what differs by chance: form token, journey, what was typed.
fn comparable(page: &Page, email: &str) -> String {
    let csrf = page.value_of("csrf").unwrap_or_default();
    let journey = page.path.split('/').nth(2).unwrap_or_default();
    // Each page asks for a passkey with a challenge of its own.
    let options = page.passkey_options().unwrap_or_default();
    let challenge = options.split('"').skip_while(|part| *part != "challenge").nth(2).unwrap_or("none");
    let html = page.html().replace(challenge, "CHALLENGE");
    html.replace(&csrf, "CSRF").replace(email, "EMAIL").replace(journey, "JOURNEY")
}

/// S-071: an unknown address, a wrong password and a switched-off account are told in the same words.
#[test]
fn every_failure_looks_the_same() {
    on_both(async |at| {
        use portreeve_issuer::configure::AccountSwitch;
        at.issuer.switch_account(&at.tenant(), cast::ALAN, AccountSwitch::Off).await.unwrap();

        let wrong = attempt(&Browser::new(at), at, cast::ADA, "not the password of ada").await;
        let unknown = attempt(&Browser::new(at), at, "eve@example.com", "not the password of ada").await;
        let disabled = attempt(&Browser::new(at), at, cast::ALAN, cast::PASSWORD).await;
        let with_factor = attempt(&Browser::new(at), at, cast::GRACE, "not the password of ada").await;

        assert!(!is_in(&wrong));
        let expected = comparable(&wrong, cast::ADA);
        for (page, email) in [(&unknown, "eve@example.com"), (&disabled, cast::ALAN), (&with_factor, cast::GRACE)] {
            assert_eq!(page.reply.status, wrong.reply.status, "{email}");
            assert_eq!(comparable(page, email), expected, "{email}");
            let names = |page: &Page| page.reply.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(names(page), names(&wrong), "{email}");
        }
        assert_eq!(at.events("auth.factor.failed").await, 4, "each writes the same event");
        assert!(is_in(&attempt(&Browser::new(at), at, cast::ADA, cast::PASSWORD).await));
    });
}

/// S-072: with the preset `strict` the sixth attempt of a minute from one address is 429 with `Retry-After`.
#[test]
fn strict_limits_stop_the_sixth_attempt() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nrate_limits = \"strict\"\n").await;
        let browser = Browser::new(at);
        for index in 0..5 {
            let page = attempt(&browser, at, &format!("user{index}@example.com"), "wrong wrong wrong wrong").await;
            assert_eq!(page.reply.status, 200);
        }

        let sixth = attempt(&browser, at, cast::ADA, cast::PASSWORD).await;

        assert_eq!(sixth.reply.status, 429);
        let wait: i64 = sixth.reply.header("retry-after").unwrap().parse().unwrap();
        assert!(wait > 0);
        assert!(is_in(&attempt(&Browser::new(at), at, cast::ADA, cast::PASSWORD).await), "another address");
        at.wait(portreeve_domain::Lifetime::from_seconds(wait));
        assert!(is_in(&attempt(&browser, at, cast::ADA, cast::PASSWORD).await), "after the wait");
    });
}

/// S-072, S-074: five attempts a minute are five on all nodes together, however the address is spelt, and a restart gives
/// none back.
#[test]
fn limits_hold_on_every_node_and_over_restarts() {
    for preset in ["standard", "strict"] {
        on_both(async |at| {
            at.apply(&format!(
                "[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nrate_limits = \"{preset}\"\n"
            ))
            .await;
            let other = at.another_node().await;
            let here = Browser::new(at);
            let there = Browser::on_node(&other, &here);
            for (index, spelling) in ["ada@example.com", "ADA@example.com", " ada@example.com"].iter().enumerate() {
                let page = attempt(&here, at, spelling, "wrong wrong wrong wrong").await;
                assert_eq!(page.reply.status, 200, "{preset}: {index}");
            }
            for spelling in ["Ada@EXAMPLE.com ", "\u{ff41}da@example.com"] {
                let page = attempt(&there, &other, spelling, "wrong wrong wrong wrong").await;
                assert_eq!(page.reply.status, 200, "{preset}: {spelling}");
            }

            let sixth = attempt(&there, &other, cast::ADA, cast::PASSWORD).await;
            let here_too = attempt(&here, at, cast::ADA, cast::PASSWORD).await;
            let restarted = at.another_node().await;
            let after_restart =
                attempt(&Browser::on_node(&restarted, &here), &restarted, cast::ADA, cast::PASSWORD).await;

            for page in [&sixth, &here_too, &after_restart] {
                assert_eq!(page.reply.status, 429, "{preset}");
                assert!(page.reply.header("retry-after").is_some(), "{preset}");
            }
            assert!(
                is_in(&attempt(&Browser::new(at), at, cast::ADA, cast::PASSWORD).await),
                "{preset}: another address"
            );
        });
    }
}

/// S-072: the spray detector counts accounts on all nodes together: the 31st of one address in ten minutes is refused.
#[test]
fn spraying_over_nodes_is_seen() {
    on_sqlite(async |at| {
        let other = at.another_node().await;
        let here = Browser::new(at);
        let there = Browser::on_node(&other, &here);
        for index in 0..15 {
            for (browser, node) in [(&here, at), (&there, &other)] {
                let email = format!("user{index}-{}@example.com", std::ptr::eq(node, at));
                assert_eq!(attempt(browser, node, &email, "wrong wrong wrong wrong").await.reply.status, 200);
            }
        }

        let sprayed = attempt(&here, at, cast::ADA, "wrong wrong wrong wrong").await;

        assert_eq!(sprayed.reply.status, 429);
        at.wait(portreeve_domain::Lifetime::from_minutes(10));
        assert!(is_in(&attempt(&here, at, cast::ADA, cast::PASSWORD).await), "after ten minutes");
    });
}

/// S-072: the preset `standard` limits an account at an address.
#[test]
fn standard_limits_stop_the_sixth_attempt_on_an_account() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        for _ in 0..5 {
            attempt(&browser, at, cast::ADA, "wrong wrong wrong wrong").await;
        }

        let sixth = attempt(&browser, at, cast::ADA, cast::PASSWORD).await;

        assert_eq!(sixth.reply.status, 429);
        assert!(sixth.reply.header("retry-after").is_some());
        assert!(is_in(&attempt(&browser, at, cast::ALAN, cast::PASSWORD).await), "a colleague at the same address");
    });
}

/// S-072, S-073: a hundred failures from anywhere close the account to strangers, not to its owner's device.
#[test]
fn a_stranger_cannot_lock_the_owner_out() {
    on_sqlite(async |at| {
        let owner = Browser::new(at);
        assert!(is_in(&attempt(&owner, at, cast::ADA, cast::PASSWORD).await));
        for _ in 0..101 {
            attempt(&Browser::new(at), at, cast::ADA, "wrong wrong wrong wrong").await;
        }

        let stranger = attempt(&Browser::new(at), at, cast::ADA, cast::PASSWORD).await;
        at.wait(portreeve_domain::Lifetime::from_seconds(1));
        let request = RelyingParty::new(at, "first-party").request("openid").with("prompt", "login");
        let again = owner.authorize(&request).await;
        let at_known_device = owner.press(&again, "submit", &[("password", cast::PASSWORD)]).await;

        assert_eq!(stranger.reply.status, 429);
        assert!(is_in(&at_known_device), "{}", at_known_device.html());
    });
}

/// S-074: every spelling of an address has the same budget.
#[test]
fn spellings_of_an_address_share_a_budget() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        for spelling in
            ["ada@example.com", "ADA@example.com", " ada@example.com", "Ada@EXAMPLE.com ", "\u{ff41}da@example.com"]
        {
            let page = attempt(&browser, at, spelling, "wrong wrong wrong wrong").await;
            assert_eq!(page.reply.status, 200, "{spelling}");
        }

        let sixth = attempt(&browser, at, "aDa@example.com", cast::PASSWORD).await;

        assert_eq!(sixth.reply.status, 429);
    });
}

/// S-075: every byte of a long password counts.
#[test]
fn every_byte_of_a_password_counts() {
    on_both(async |at| {
        // 250 characters of two bytes, all different.
        let long: String = ('\u{430}'..).filter(|character| character.is_alphabetic()).take(250).collect();
        at.issuer.set_account_password(&at.tenant(), cast::ADA, &SecretText::new(long.clone())).await.unwrap();
        let mut changed: Vec<char> = long.chars().collect();
        changed[36] = 'z';
        let byte_73: String = changed.iter().collect();
        let last = format!("{}z", long.chars().take(249).collect::<String>());

        for wrong in [byte_73.as_str(), &last, &long[..72], &format!("{long} ")] {
            assert!(!is_in(&attempt(&Browser::new(at), at, cast::ADA, wrong).await), "{} bytes", wrong.len());
        }
        assert!(is_in(&attempt(&Browser::new(at), at, cast::ADA, &long).await));
        at.deliver_mails().await;
    });
}

/// S-075: a password above a kilobyte, or a form above the limit, is refused without a hash.
#[test]
fn huge_passwords_are_refused() {
    on_both(async |at| {
        for size in [1025, 60_000, 1 << 20] {
            let page = attempt(&Browser::new(at), at, cast::ADA, &"x".repeat(size)).await;
            assert!(!is_in(&page), "{size}");
            assert!(page.reply.status.is_client_error() || page.step() == "identify", "{size}: {}", page.reply.status);
            assert!(!page.html().contains("xxxxxxxx"), "{size}");
        }
        let marks = format!("a{}", "\u{301}".repeat(4096));
        assert!(!is_in(&attempt(&Browser::new(at), at, cast::ADA, &marks).await));
        assert_eq!(at.events("auth.factor.failed").await, 0, "nothing was compared");
        assert!(is_in(&attempt(&Browser::new(at), at, cast::ADA, cast::PASSWORD).await));
    });
}

/// S-075: nothing typed is trimmed or folded.
#[test]
fn a_password_is_taken_as_typed() {
    on_both(async |at| {
        for near in [format!(" {}", cast::PASSWORD), format!("{} ", cast::PASSWORD), cast::PASSWORD.to_uppercase()] {
            assert!(!is_in(&attempt(&Browser::new(at), at, cast::ADA, &near).await), "{near}");
        }
    });
}

/// S-047: pages of the sign-in never show what was typed as a password.
#[test]
fn a_page_never_repeats_the_password() {
    on_both(async |at| {
        let page = attempt(&Browser::new(at), at, cast::ADA, "my wrong password 123").await;

        assert!(!page.html().contains("my wrong password 123"));
        assert_eq!(page.value_of("password").as_deref(), Some(""));
        assert_eq!(page.value_of("email").as_deref(), Some(cast::ADA));
    });
}
