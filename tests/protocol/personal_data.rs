//! A copy of everything that is known about a person. GDPR Articles 15 and 20; SECURITY S-097, S-150.

use std::collections::BTreeSet;

use portreeve_domain::{Lifetime, TenantId, UserId};
use portreeve_storage::{Wall, factor_failures};
use portreeve_tests::{
    authenticator::Authenticator,
    backchannel::Asker,
    browser::{Browser, Page},
    cast,
    catalogue::{self, Dialect},
    deployment::{Database, Deployment, on_both, on_sqlite},
    idp::{IDP, Idp},
    relying_party::RelyingParty,
};
use serde_json::Value;

const DATA: &str = "/account/data";
const NEW_ADDRESS: &str = "ada.king@example.com";

/// Tables that refer to people, and the member of the copy that tells what stands in them.
const TOLD: [(&str, &str); 14] = [
    ("backchannel_authentications", "requests"),
    ("consents", "consents"),
    ("email_changes", "email_changes"),
    ("factor_failures", "failures"),
    ("mailed_links", "mailed_links"),
    ("passkeys", "passkeys"),
    ("password_credentials", "factors"),
    ("recovery_codes", "recovery_codes"),
    ("sessions", "sign_ins"),
    ("subject_links", "other_issuers"),
    ("terms_acceptances", "terms"),
    ("token_families", "grants"),
    ("totp_credentials", "factors"),
    ("users", "account"),
];

/// Tables that refer to people and are not told of.
const UNTOLD: [&str; 5] = [
    // What a grant is used with, for minutes; the grant is told of.
    "access_tokens",
    // Whoever can ask for a copy has signed in, which takes the wish back.
    "account_deletions",
    // Whoever can ask for a copy has signed in with every factor, which ends the request.
    "factor_recoveries",
    // A code that is waited for, for half an hour; the number is told of.
    "phone_codes",
    // A key, and nothing else.
    "subject_keys",
];

async fn id_of(at: &Deployment, email: &str) -> UserId {
    let people = at.issuer.list_people(&at.tenant()).await.unwrap();
    people.iter().find(|person| person.email.as_deref() == Some(email)).unwrap().id
}

/// Has Ada do everything that leaves a row, in a browser in which she has just signed in with all she has.
async fn everything_of_ada(at: &Deployment) -> Browser<'_> {
    at.apply(&format!("[[users]]\nemail = \"{}\"\ntotp_secret = {{ file = \"totp\" }}\n", cast::ADA)).await;
    Idp::new(at).be_trusted_for("agent").await;
    let browser = Browser::new(at);
    let (page, _) = browser.visit_as("/account/security/passkeys/new", cast::ADA).await;
    let codes = browser.add_passkey(&page, &mut Authenticator::at(cast::ISSUER)).await;
    assert_eq!(codes.step(), "recovery-codes");
    browser.press(&codes, "submit", &[]).await;
    let page = browser.visit("/account/profile/email").await;
    browser.press(&page, "submit", &[("email", NEW_ADDRESS)]).await;
    at.apply("[[terms]]\nid = \"tos\"\nversion = \"7\"\ntexts.en = { name = \"House rules\", uri = \"https://id.example/tos/7\" }\n").await;
    let web = RelyingParty::new(at, "web");
    web.grant_in(&browser, &web.request("openid email").with("prompt", "consent"), cast::ADA).await;
    Asker::new(at, "till").ask(&[("binding_message", "W4SCT")]).await;
    at.read_mails().await;
    let (tenant, ada, now) = (TenantId::DEFAULT, id_of(at, cast::ADA).await, at.clock.now());
    let mut tx = at.issuer.store().begin(tenant).await.unwrap();
    factor_failures::charge(&mut tx, tenant, ada, "recovery_code", now).await.unwrap();
    tx.commit().await.unwrap();
    browser
}

/// Presses the button that gives the file away.
async fn download(browser: &Browser<'_>) -> Page {
    let page = browser.visit(DATA).await;
    assert_eq!(page.path, DATA, "{}", page.html());
    browser.press(&page, "submit", &[]).await
}

/// S-150: whatever table refers to people is told of, or stands above with the reason; a table that is added later fails here.
#[test]
fn every_table_that_refers_to_people_is_told_of_or_excused() {
    on_both(async |at| {
        let dialect = if at.database == Database::Sqlite { Dialect::Sqlite } else { Dialect::Postgres };
        let mut conn = at.issuer.store().read(Wall::All).await.unwrap();
        let tables = catalogue::tables(&mut conn, dialect).await.unwrap();

        let of_people = tables.iter().filter(|table| table.has("user_id") || table.name == "users");
        let of_people: BTreeSet<_> = of_people.map(|table| table.name.as_str()).collect();
        let listed: BTreeSet<_> = TOLD.iter().map(|(table, _)| *table).chain(UNTOLD).collect();
        assert_eq!(of_people, listed);
    });
}

/// S-150: the file tells of everything, in words and without a secret, to be kept by nobody on the way.
#[test]
fn the_file_tells_of_everything_and_of_no_secret() {
    on_both(async |at| {
        let browser = everything_of_ada(at).await;

        let file = download(&browser).await.reply;

        assert_eq!((file.status.as_u16(), file.header("content-type")), (200, Some("application/json")));
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"personal-data.json\""));
        assert_eq!(file.header("cache-control"), Some("no-store"));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        let text = String::from_utf8(file.body.to_vec()).unwrap();
        let copy: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(copy["issuer"], cast::ISSUER);
        for (table, member) in TOLD {
            assert!(!copy["data"][member].as_array().unwrap().is_empty(), "{table}: {text}");
        }
        for known in [
            cast::ADA,
            "Lovelace",
            NEW_ADDRESS,
            IDP,
            "u-1",
            "W4SCT",
            "openid email",
            "till",
            "verify",
            "House rules",
            "tos:7",
        ] {
            let known = known.replace("openid email", "\"email\"").replace("verify", "confirm_email_change");
            assert!(text.contains(&known), "{known}: {text}");
        }
        for secret in ["argon2", cast::PASSWORD, cast::TOTP_SECRET, "hash", "sealed", "\"sid\""] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        assert_eq!(at.events("user.data.exported").await, 1);
        at.deliver_mails().await;
    });
}

/// The page shows what the file has, in the words of the page's language.
#[test]
fn the_page_shows_what_is_known() {
    on_sqlite(async |at| {
        let browser = everything_of_ada(at).await;

        let page = browser.visit(DATA).await;

        for (_, member) in TOLD {
            assert!(page.text_of(member).is_some(), "{member}");
        }
        // Words for people, not those that are stored.
        for (kind, words) in [
            ("factors", "Authenticator app"),
            ("failures", "Recovery code"),
            ("mailed_links", "Use this address"),
            ("consents", "See your e-mail address"),
        ] {
            assert!(page.text_of(kind).unwrap().contains(words), "{kind}: {:?}", page.text_of(kind));
        }
        let all: String = TOLD.iter().filter_map(|(_, member)| page.text_of(member)).collect();
        for stored in ["totp", "recovery_code", "confirm_email_change", "not_me", "openid"] {
            assert!(!all.contains(stored), "{stored}: {all}");
        }
        assert!(
            page.text_of("sign_ins").unwrap().contains("203.0.113") || page.text_of("sign_ins").unwrap().contains('*')
        );
        assert_eq!(page.reply.header("cache-control"), Some("no-store"));
        assert_eq!(at.events("user.data.exported").await, 0);
        at.deliver_mails().await;
    });
}

/// S-097, S-150: both ask for a sign-in of the last five minutes, and a form of another account is none.
#[test]
fn a_copy_needs_a_fresh_sign_in_of_its_owner() {
    on_both(async |at| {
        let (ada, alan) = (Browser::new(at), Browser::new(at));
        let (page, _) = ada.visit_as(DATA, cast::ADA).await;
        let (other, _) = alan.visit_as(DATA, cast::ALAN).await;

        let foreign = ada.post_own(DATA, &[("csrf", &other.value_of("csrf").unwrap())]).await;
        assert_eq!((foreign.path.as_str(), foreign.reply.header("content-disposition")), (DATA, None));
        at.wait(Lifetime::from_minutes(6));

        assert_eq!(ada.press(&page, "submit", &[]).await.step(), "password");
        assert_eq!(ada.visit(DATA).await.step(), "password");
        assert_eq!(at.events("user.data.exported").await, 0);
    });
}

/// S-150: a person gets six copies a minute, on whichever page, and others are not held up by that.
#[test]
fn copies_are_limited() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as(DATA, cast::ADA).await;
        for _ in 0..5 {
            assert_eq!(browser.press(&page, "submit", &[]).await.reply.status, 200);
        }

        let refused = browser.press(&page, "submit", &[]).await.reply;

        assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, Some("10")));
        assert_eq!(browser.visit(DATA).await.reply.status, 429);
        assert_eq!(Browser::new(at).visit_as(DATA, cast::ALAN).await.0.reply.status, 200);
        at.wait(Lifetime::from_seconds(10));
        assert_eq!(browser.visit(DATA).await.reply.status, 200);
        assert_eq!(at.events("user.data.exported").await, 5);
    });
}
