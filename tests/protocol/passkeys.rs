//! Passkeys as the whole of a sign-in: added, shown, refused. Web Authentication Level 3 §7, SECURITY S-085, S-086.

use portreeve_domain::{Email, Lifetime, MailPurpose, TenantId, UserId};
use portreeve_issuer::people;
use portreeve_storage::{Conn, passkeys as rows, users};
use portreeve_tests::{
    authenticator::{Authenticator, BACKED_UP, BACKUP_ELIGIBLE, USER_PRESENT, USER_VERIFIED},
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty},
};

/// An essential claim that only a passkey meets.
pub(crate) const PHISHING_RESISTANT: &str = r#"{"id_token":{"acr":{"essential":true,"values":["phr"]}}}"#;

/// Gives a person with a password a passkey in a new authenticator.
pub(crate) async fn enrolled(at: &Deployment, email: &str) -> Authenticator {
    enrolled_with(at, email, Authenticator::at(cast::ISSUER)).await
}

async fn enrolled_with(at: &Deployment, email: &str, mut authenticator: Authenticator) -> Authenticator {
    let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
    let page = browser.authorize(&own.request("openid").with("claims", PHISHING_RESISTANT)).await;
    let page = browser.press(&page, "submit", &[("email", email), ("password", cast::PASSWORD)]).await;
    assert_eq!(page.step(), "enrol-passkey", "{}", page.html());
    let page = browser.add_passkey(&page, &mut authenticator).await;
    assert_eq!(page.step(), "recovery-codes", "{}", page.html());
    assert!(is_in(&browser.press(&page, "submit", &[]).await));
    assert_eq!(at.deliver_mails().await, [(MailPurpose::PasskeyAdded, "en".to_owned())]);
    authenticator
}

pub(crate) fn is_in(page: &Page) -> bool {
    page.is_redirect() && page.callback().get("code").is_some()
}

async fn person(at: &Deployment, conn: &mut Conn, email: &str) -> UserId {
    let email = Email::parse(email).unwrap();
    people::find_by_email(conn, &at.tenant(), &email).await.unwrap().unwrap().id
}

/// A new browser at the first page.
async fn at_first_page<'d>(at: &'d Deployment) -> (Browser<'d>, Page) {
    let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
    let page = browser.authorize(&own.request("openid")).await;
    assert_eq!(page.step(), "identify");
    (browser, page)
}

/// N12, RFC 8176: a passkey is a whole sign-in, two factors and resistant to phishing; nothing else is asked for.
#[test]
fn a_passkey_is_a_whole_sign_in() {
    on_both(async |at| {
        let authenticator = enrolled(at, cast::ALAN).await;
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        let page = browser.authorize(&own.request("openid")).await;

        let page = browser.show_passkey(&page, &authenticator).await;

        assert!(is_in(&page), "{}", page.html());
        let grant = Grant { code: page.callback().code(), redirect_uri: own.redirect_uri.clone() };
        let tokens = own.redeem(&grant).await.success();
        let claims = jwt::claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(claims["acr"], "phr");
        assert_eq!(claims["amr"], serde_json::json!(["swk", "user", "mfa"]));
        assert_eq!(at.events("auth.factor.proven").await, 2);
    });
}

/// S-086: the question on the first page names no account, and is one more way: the form for a password is there.
#[test]
fn the_first_page_asks_for_any_passkey_and_for_a_password() {
    on_both(async |at| {
        let (_, page) = at_first_page(at).await;

        let options: serde_json::Value = serde_json::from_str(&page.passkey_options().unwrap()).unwrap();
        assert_eq!(options["allowCredentials"], serde_json::json!([]));
        assert_eq!((&options["rpId"], &options["userVerification"]), (&"id.example".into(), &"required".into()));
        assert!(page.has_button("submit"));
        assert!(page.html().contains("autocomplete=\"username webauthn\""));
        assert!(page.reply.header("content-security-policy").unwrap().contains("script-src 'self';"));
    });
}

/// Where the host is none for passkeys, or the tenant has switched them off, nothing speaks of them and no script runs.
#[test]
fn a_tenant_without_passkeys_has_a_page_without_script() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\npasskeys = { use = \"off\" }").await;
        let (_, page) = at_first_page(at).await;

        assert_eq!(page.passkey_options(), None);
        assert!(!page.html().contains("webauthn") && !page.html().contains("<script"));
        assert!(!page.reply.header("content-security-policy").unwrap().contains("script-src"));
        assert_eq!(at.discovery().await["acr_values_supported"], serde_json::json!(["aal1", "aal2"]));
    });
}

type Wrong = (&'static str, fn(&mut Authenticator));

/// S-085: an answer that is wrong in one thing signs nobody in, and the page has another question.
#[test]
fn a_wrong_answer_signs_nobody_in() {
    const WRONG: [Wrong; 9] = [
        ("another site", |a| a.site = Some("evil.example".to_owned())),
        ("a host that ends alike", |a| a.origin = "https://evilid.example".to_owned()),
        ("another port", |a| a.origin = "https://id.example:8443".to_owned()),
        ("without TLS", |a| a.origin = "http://id.example".to_owned()),
        ("in a frame of another site", |a| a.cross_origin = true.into()),
        ("nobody present", |a| a.flags = USER_VERIFIED | BACKUP_ELIGIBLE),
        ("nobody verified", |a| a.flags = USER_PRESENT | BACKUP_ELIGIBLE),
        ("eligible for backup no more", |a| a.flags = USER_PRESENT | USER_VERIFIED),
        ("of the other ceremony", |a| a.ceremony = Some("webauthn.create")),
    ];
    on_both(async |at| {
        let mut authenticator = enrolled(at, cast::ALAN).await;
        for (what, spoil) in WRONG {
            let (flags, failed) = (authenticator.flags, at.events("auth.factor.failed").await);
            spoil(&mut authenticator);
            let (browser, page) = at_first_page(at).await;

            let shown = browser.show_passkey(&page, &authenticator).await;

            assert_eq!((shown.step(), shown.reply.status.as_u16()), ("identify", 200), "{what}");
            assert!(shown.text_of("error-summary").is_some(), "{what}");
            assert_ne!(shown.passkey_options(), page.passkey_options(), "{what}");
            assert_eq!(at.events("auth.factor.failed").await, failed + 1, "{what}");
            let mut good = Authenticator::at(cast::ISSUER);
            (authenticator.site, authenticator.ceremony, authenticator.flags) = (None, None, flags);
            (authenticator.origin, authenticator.cross_origin) = (good.origin, good.cross_origin.take());
            assert!(is_in(&browser.show_passkey(&shown, &authenticator).await), "{what}");
        }
    });
}

/// S-085: an answer counts once, on its journey, in its browser, and not for long.
#[test]
fn an_answer_counts_once_and_where_it_was_asked() {
    on_both(async |at| {
        let authenticator = enrolled(at, cast::ALAN).await;
        let (browser, page) = at_first_page(at).await;
        let (elsewhere, other_page) = at_first_page(at).await;
        let answer = authenticator.get(&page.passkey_options().unwrap());

        let crossed = elsewhere.press(&other_page, "passkey", &[("credential", &answer)]).await;
        assert!(!is_in(&crossed), "an answer of another journey");

        assert!(is_in(&browser.press(&page, "passkey", &[("credential", &answer)]).await));
        let again = browser.press(&page, "passkey", &[("credential", &answer)]).await;
        assert!(!is_in(&again), "the same answer again");

        let (late, late_page) = at_first_page(at).await;
        let answer = authenticator.get(&late_page.passkey_options().unwrap());
        at.wait(Lifetime::from_minutes(10));
        let refused = late.press(&late_page, "passkey", &[("credential", &answer)]).await;
        assert_eq!((refused.step(), is_in(&refused)), ("identify", false));
        assert!(is_in(&late.show_passkey(&refused, &authenticator).await));
    });
}

/// S-085: of two who post one answer at once, on two nodes, one is signed in.
#[test]
fn of_two_who_post_one_answer_one_is_signed_in() {
    on_both(async |at| {
        let authenticator = enrolled(at, cast::ALAN).await;
        let other = at.another_node().await;
        let (browser, page) = at_first_page(at).await;
        let beside = Browser::on_node(&other, &browser);
        beside.set_cookies(browser.cookies());
        let answer = authenticator.get(&page.passkey_options().unwrap());

        let shown = [("credential", answer.as_str())];
        let (one, two) = tokio::join!(browser.press(&page, "passkey", &shown), beside.press(&page, "passkey", &shown));

        assert_eq!([one, two].iter().filter(|page| is_in(page)).count(), 1);
    });
}

/// A page that was open for a while has a question that can still be answered.
#[test]
fn a_page_that_is_shown_late_asks_anew() {
    on_sqlite(async |at| {
        let authenticator = enrolled(at, cast::ALAN).await;
        let (browser, page) = at_first_page(at).await;
        let soon = browser.visit(&page.path).await;
        at.wait(Lifetime::from_minutes(6));
        let later = browser.visit(&page.path).await;

        assert_eq!(page.passkey_options(), soon.passkey_options());
        assert_ne!(page.passkey_options(), later.passkey_options());
        at.wait(Lifetime::from_minutes(9));
        assert!(is_in(&browser.show_passkey(&later, &authenticator).await));
    });
}

/// S-085: a counter that has not grown is refused, told to the owner, and on record.
#[test]
fn a_counter_that_does_not_grow_is_an_alarm() {
    on_both(async |at| {
        let mut counting = Authenticator::at(cast::ISSUER);
        (counting.counter, counting.flags) = (7, USER_PRESENT | USER_VERIFIED);
        let mut authenticator = enrolled_with(at, cast::ALAN, counting).await;
        authenticator.counter = 9;
        let (browser, page) = at_first_page(at).await;
        assert!(is_in(&browser.show_passkey(&page, &authenticator).await));

        for counter in [9, 8, 0] {
            authenticator.counter = counter;
            let (browser, page) = at_first_page(at).await;
            let page = browser.show_passkey(&page, &authenticator).await;
            assert!(!is_in(&page), "{counter}");
            assert_eq!(at.deliver_mails().await, [(MailPurpose::PasskeyCopied, "en".to_owned())], "{counter}");
        }

        assert_eq!(at.events("credential.passkey.counter_regressed").await, 3);
        authenticator.counter = 10;
        let (browser, page) = at_first_page(at).await;
        assert!(is_in(&browser.show_passkey(&page, &authenticator).await));
    });
}

/// S-085: a key of somebody else, whose account the authenticator names, and no name at all where nobody was named before.
#[test]
fn a_key_counts_for_its_own_account_only() {
    on_both(async |at| {
        let mut alan = enrolled(at, cast::ALAN).await;
        let ada = enrolled(at, cast::ADA).await;

        for handle in [ada.handle.clone(), None] {
            alan.handle = handle;
            let (browser, page) = at_first_page(at).await;
            assert!(!is_in(&browser.show_passkey(&page, &alan).await));
        }
        let (browser, page) = at_first_page(at).await;
        let mut stolen = Authenticator::at(cast::ISSUER);
        stolen.credential_id.clone_from(&ada.credential_id);
        stolen.handle.clone_from(&ada.handle);
        assert!(!is_in(&browser.show_passkey(&page, &stolen).await), "another key under Ada's id");
    });
}

/// S-085, S-078: at the question for the signed-in account's passkey, another person's is no answer.
#[test]
fn another_persons_passkey_does_not_confirm_an_account() {
    on_both(async |at| {
        let (alan, ada) = (enrolled(at, cast::ALAN).await, enrolled(at, cast::ADA).await);
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        let page = browser.authorize(&own.request("openid")).await;
        assert!(is_in(&browser.show_passkey(&page, &alan).await));
        at.wait(Lifetime::from_seconds(1));
        let page = browser.authorize(&own.request("openid").with("prompt", "login")).await;
        assert_eq!(page.step(), "password");

        let refused = browser.show_passkey(&page, &ada).await;

        assert_eq!((refused.step(), is_in(&refused)), ("password", false));
        assert!(is_in(&browser.show_passkey(&refused, &alan).await));
    });
}

/// W27: the browser is told to forget a passkey that was removed here, and no other: one that another tenant of this host
/// knows must stay.
#[test]
fn a_removed_passkey_is_dead_and_the_browser_is_told() {
    on_both(async |at| {
        let removed = enrolled(at, cast::ALAN).await;
        let strange = {
            let mut strange = Authenticator::at(cast::ISSUER);
            strange.handle = Some(vec![1; 16]);
            strange
        };
        let tenant = TenantId::DEFAULT;
        let mut tx = at.issuer.store().begin(tenant).await.unwrap();
        let alan = person(at, &mut tx, cast::ALAN).await;
        let row = rows::of_user(&mut tx, tenant, alan).await.unwrap().remove(0);
        assert!(rows::remove(&mut tx, tenant, alan, &row.index, at.clock.now()).await.unwrap());
        tx.commit().await.unwrap();

        for (authenticator, is_dead) in [(&removed, true), (&strange, false)] {
            let (browser, page) = at_first_page(at).await;
            let page = browser.show_passkey(&page, authenticator).await;
            assert_eq!((is_in(&page), page.tells_of_a_dead_passkey()), (false, is_dead));
        }
    });
}

/// S-118: the passkeys of one tenant are unknown at another on the same host, and stay in the browser.
#[test]
fn a_passkey_is_for_one_tenant() {
    on_both(async |at| {
        let authenticator = enrolled(at, cast::ALAN).await;
        at.apply(
            "[[clients]]\ntenant = \"acme\"\nclient_id = \"first-party\"\nclient_secret = { file = \"secret\" }\n\
             redirect_uris = [\"https://own.example/cb\"]\nfirst_party = true",
        )
        .await;
        let (own, browser) = (RelyingParty::of_tenant(at, "acme", "first-party"), Browser::new(at));
        let page = browser.authorize(&own.request("openid")).await;

        let page = browser.show_passkey(&page, &authenticator).await;

        assert_eq!((page.step(), is_in(&page), page.tells_of_a_dead_passkey()), ("identify", false, false));
    });
}

/// A switched-off account has no passkey that works.
#[test]
fn a_switched_off_person_is_not_signed_in() {
    on_both(async |at| {
        let authenticator = enrolled(at, cast::ALAN).await;
        let mut tx = at.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
        let alan = person(at, &mut tx, cast::ALAN).await;
        assert!(users::disable(&mut tx, TenantId::DEFAULT, alan, Some(at.clock.now())).await.unwrap());
        tx.commit().await.unwrap();
        let (browser, page) = at_first_page(at).await;

        assert!(!is_in(&browser.show_passkey(&page, &authenticator).await));
    });
}

/// Rubbish in the field is an answer like any other: the same page, no fault.
#[test]
fn rubbish_is_refused_on_the_page() {
    on_sqlite(async |at| {
        for rubbish in ["", "{}", "null", "{\"response\":{}}", &"[".repeat(15_000)] {
            let (browser, page) = at_first_page(at).await;
            let page = browser.press(&page, "passkey", &[("credential", rubbish)]).await;
            assert_eq!((page.step(), page.reply.status.as_u16()), ("identify", 200));
        }
    });
}

/// A passkey that is copied to other devices says so, and stays the same.
#[test]
fn a_passkey_may_be_backed_up_later() {
    on_sqlite(async |at| {
        let mut authenticator = enrolled(at, cast::ALAN).await;
        authenticator.flags |= BACKED_UP;
        let (browser, page) = at_first_page(at).await;

        assert!(is_in(&browser.show_passkey(&page, &authenticator).await));
    });
}

/// Web Authentication §5.11: related origins are told where there are some, and their answers are taken by the tenant that
/// lists them.
#[test]
fn related_origins_are_published_and_accepted() {
    on_sqlite(async |at| {
        assert_eq!(at.get("/.well-known/webauthn", &[]).await.status, 404);
        at.apply(
            "[[tenants]]\nslug = \"default\"\npasskeys = { related_origins = [\"https://id.example.de\"] }\n\
             [[tenants]]\nslug = \"acme\"\npasskeys = { related_origins = [\"https://acme.example\"] }",
        )
        .await;

        let document = at.get("/.well-known/webauthn", &[]).await;
        let expected = serde_json::json!({ "origins": ["https://acme.example", "https://id.example.de"] });
        assert_eq!((document.header("content-type"), document.json()), (Some("application/json"), expected));
        let mut authenticator = enrolled(at, cast::ALAN).await;
        for (origin, is_good) in [("https://acme.example", false), ("https://id.example.de", true)] {
            authenticator.origin = origin.to_owned();
            let (browser, page) = at_first_page(at).await;
            assert_eq!(is_in(&browser.show_passkey(&page, &authenticator).await), is_good, "{origin}");
        }
    });
}

/// A setting that would let nobody in, or that nobody could read later, is refused with its line.
#[test]
fn settings_that_cannot_work_are_refused() {
    on_sqlite(async |at| {
        for (settings, word) in [
            ("mfa = \"phishing_resistant\"\npasskeys = { use = \"off\" }", "nobody could sign in"),
            ("passkeys = { related_origins = [\"http://id.example.de\"] }", "related origin"),
            ("passkeys = { related_origins = [\"https://id.example.de/\"] }", "related origin"),
            ("passkeys = { attestation = { aaguids = [], roots = [] } }", "no model"),
            ("passkeys = { used = \"first\" }", "used"),
        ] {
            let problems = at.try_apply(&format!("[[tenants]]\nslug = \"default\"\n{settings}")).await.unwrap_err();
            let told = problems.iter().map(ToString::to_string).collect::<String>();
            assert!(told.contains(word), "{settings}: {told}");
        }
    });
}
