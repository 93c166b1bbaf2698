//! What a form does that was posted in time and comes to its turn when its session has ended. SECURITY S-080, S-088, S-090, S-094, S-097,
//! S-100; rule 26.

use std::net::{IpAddr, Ipv4Addr};

use portreeve_domain::{EventId, Lifetime, TenantId};
use portreeve_issuer::{
    Acted, Answers, Arrival, DeletionOutcome, EmailOutcome, Journey, MailContent, Naming, Need, OutgoingText,
    PasskeyOutcome, PasswordOutcome, PhoneOutcome, PostedFrom, ProfileOutcome, Removal, TextContent, TotpOutcome,
    Visit, Visitor,
};
use portreeve_storage::events;
use portreeve_tests::{
    authenticator::Authenticator,
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both},
    relying_party::RelyingParty,
    totp,
};

use crate::passkeys::PHISHING_RESISTANT;

const PASSWORD_PAGE: &str = "/account/security/password";
const NEW_PASSWORD: &str = "seven boats behind the lighthouse";
const AAL2: &str = r#"{"id_token":{"acr":{"essential":true,"values":["aal2"]}}}"#;

fn from() -> PostedFrom {
    PostedFrom { network: IpAddr::V4(Ipv4Addr::LOCALHOST), device: None, locale: "en".to_owned() }
}

fn cookie(browser: &Browser<'_>) -> String {
    browser.cookies()["__Host-portreeve"].clone()
}

/// Who has just signed in at a browser, as a form of an account page finds them.
async fn visitor(at: &Deployment, browser: &Browser<'_>) -> Box<Visitor> {
    let visit = at.issuer.visit(&at.tenant(), Some(&cookie(browser)), PASSWORD_PAGE, Need::Fresh).await.unwrap();
    let Visit::Here(visitor) = visit else { panic!("not signed in") };
    visitor
}

/// Somebody who has just signed in at a new browser.
async fn signed_in<'d>(at: &'d Deployment, email: &str) -> (Browser<'d>, Box<Visitor>) {
    // No code of an app counts twice.
    at.wait(Lifetime::from_seconds(totp::STEP_SECONDS));
    let browser = Browser::new(at);
    browser.visit_as(PASSWORD_PAGE, email).await;
    let visitor = visitor(at, &browser).await;
    (browser, visitor)
}

/// The owner presses "this was not me" in the first notice that waits.
async fn disown(at: &Deployment) {
    let notice = at.read_new_device_mails().await.into_iter().next().expect("a notice");
    let MailContent::NewDevice { not_me_link, .. } = notice.content else { panic!("another mail") };
    let owner = Browser::new(at);
    let page = owner.visit(&not_me_link).await;
    assert_eq!(owner.press(&page, "submit", &[]).await.reply.status, 200);
}

/// How many events of all kinds there are.
async fn everything_recorded(at: &Deployment) -> usize {
    let mut conn = at.issuer.store().read(TenantId::DEFAULT).await.unwrap();
    let (mut last, mut found) = (EventId::new(0), 0);
    loop {
        let page = events::after(&mut conn, TenantId::DEFAULT, last).await.unwrap();
        let Some(event) = page.last() else { return found };
        (last, found) = (event.id, found + page.len());
    }
}

async fn signs_in(at: &Deployment, email: &str, password: &str) -> bool {
    let browser = Browser::new(at);
    let page = browser.visit("/account").await;
    let page = browser.press(&page, "submit", &[("email", email), ("password", password)]).await;
    page.step() != "identify"
}

/// S-090, S-097, S-100, rule 26: a new password that was on its way to be hashed when the owner said "this was not me" is not set, and
/// whoever posted it gets no session for it.
#[test]
fn whoever_was_shut_out_meanwhile_sets_no_password() {
    on_both(async |at| {
        let (intruder, visitor) = signed_in(at, cast::ADA).await;
        disown(at).await;
        let before = everything_recorded(at).await;

        let outcome = at.issuer.change_password(&at.tenant(), &visitor, NEW_PASSWORD, &from()).await.unwrap();

        assert!(matches!(outcome, PasswordOutcome::Stale));
        assert_eq!(everything_recorded(at).await, before);
        assert!(!signs_in(at, cast::ADA, NEW_PASSWORD).await);
        assert_eq!(intruder.visit("/account").await.step(), "identify");
        at.deliver_mails().await;
    });
}

/// S-090, S-094, S-097: who was signed out from another device changes nothing on any page that was open, ends nobody's session, and gets
/// no new one.
#[test]
fn whoever_was_signed_out_meanwhile_changes_nothing() {
    on_both(async |at| {
        at.apply("[[attributes]]\nname = \"phone_number\"\ntype = \"text\"\nconfirmed = true\n").await;
        let (tenant, issuer, from) = (at.tenant(), &at.issuer, &from());
        let (at_home, owner) = signed_in(at, cast::GRACE).await;
        let page = at_home.visit("/account/security/passkeys/new").await;
        at_home.add_passkey(&page, &mut Authenticator::at(cast::ISSUER)).await;
        RelyingParty::new(at, "web")
            .grant_in(&at_home, &RelyingParty::new(at, "web").request("openid"), cast::GRACE)
            .await;
        let told = Answers::new([("phone_number".to_owned(), "+49 30 901820".to_owned())]);
        assert_eq!(issuer.save_profile(&tenant, &owner, "Grace", &told).await.unwrap(), ProfileOutcome::Saved);
        let wished = issuer.wish_email(&tenant, &owner, "hopper@example.com", from).await.unwrap();
        assert_eq!(wished, EmailOutcome::Asked);
        let (_, plants) = signed_in(at, cast::GRACE).await;
        let question = issuer.passkey_setup(&tenant, &plants).await.unwrap().expect("a question");
        let answer = Authenticator::at(cast::ISSUER).create(&question);
        let (_, scans) = signed_in(at, cast::GRACE).await;
        let secret = issuer.totp_setup(&tenant, &scans).await.unwrap().expect("a key").secret;
        let (_, idle) = signed_in(at, cast::GRACE).await;
        let (browser, intruder) = signed_in(at, cast::GRACE).await;
        assert!(issuer.renew_recovery_codes(&tenant, &intruder, from).await.unwrap());
        let codes = issuer.unsaved_codes(&tenant, &intruder).await.unwrap().expect("codes").0;
        assert_eq!(issuer.request_phone_code(&tenant, &intruder, from).await.unwrap(), PhoneOutcome::Asked);
        let [text] = <[OutgoingText; 1]>::try_from(at.read_text_messages().await).ok().expect("one text message");
        let TextContent::PhoneCode { code: number_code, .. } = text.content else { panic!("another text message") };
        let passkey = issuer.own_passkeys(&tenant, &intruder).await.unwrap().unwrap().passkeys.remove(0).value;
        assert!(issuer.sign_out_elsewhere(&tenant, &owner).await.unwrap());
        let [left] = <[_; 1]>::try_from(issuer.sign_ins(&tenant, &owner).await.unwrap()).ok().expect("one session");
        let before = everything_recorded(at).await;

        let code = totp::code(&secret, at.seconds());
        let mallory = &Answers::default();
        let is_signed_out = issuer.sign_out_session(&tenant, &intruder, &left.value).await.unwrap();
        let password = issuer.change_password(&tenant, &intruder, NEW_PASSWORD, from).await.unwrap();
        let app = issuer.set_up_totp(&tenant, &scans, &code, from).await.unwrap();
        let added = issuer.set_up_passkey(&tenant, &plants, &answer, from).await.unwrap();
        let named = issuer.rename_passkey(&tenant, &intruder, &passkey, "Mallory's").await.unwrap();
        let passkey = issuer.remove_passkey(&tenant, &intruder, &passkey, from).await.unwrap();
        let wished = issuer.wish_email(&tenant, &intruder, "mallory@example.com", from).await.unwrap();
        let number = issuer.confirm_own_number(&tenant, &intruder, &number_code).await.unwrap();
        let asked = issuer.request_phone_code(&tenant, &intruder, from).await.unwrap();
        let nothing = [
            ("session", !is_signed_out),
            ("password", matches!(password, PasswordOutcome::Stale)),
            ("app", matches!(app, TotpOutcome::Stale)),
            ("passkey", matches!(added, PasskeyOutcome::Stale)),
            ("name of a passkey", named == Naming::Stale),
            ("passkey removed", passkey == Removal::Stale),
            ("app removed", issuer.remove_totp(&tenant, &intruder, from).await.unwrap() == Removal::Stale),
            ("new app", issuer.totp_setup(&tenant, &idle).await.unwrap().is_none()),
            ("question for a passkey", issuer.passkey_setup(&tenant, &idle).await.unwrap().is_none()),
            ("recovery codes", !issuer.renew_recovery_codes(&tenant, &intruder, from).await.unwrap()),
            ("codes saved", !issuer.codes_saved(&tenant, &intruder).await.unwrap()),
            ("address", wished == EmailOutcome::Stale),
            ("address kept", !issuer.drop_email_wish(&tenant, &intruder).await.unwrap()),
            (
                "profile",
                issuer.save_profile(&tenant, &intruder, "Mallory", mallory).await.unwrap() == ProfileOutcome::Stale,
            ),
            ("number", number == PhoneOutcome::Stale),
            ("code for the number", asked == PhoneOutcome::Stale),
            ("recovery", !issuer.stop_own_recovery(&tenant, &intruder, from).await.unwrap()),
            ("application", !issuer.withdraw_application(&tenant, &intruder, "web").await.unwrap()),
            ("sessions", !issuer.sign_out_elsewhere(&tenant, &intruder).await.unwrap()),
            ("deletion", issuer.request_deletion(&tenant, &intruder, from).await.unwrap() == DeletionOutcome::Stale),
        ];

        let done: Vec<_> = nothing.iter().filter(|(_, is_nothing)| !is_nothing).map(|(what, _)| *what).collect();
        assert!(done.is_empty(), "{done:?}");
        assert_eq!(everything_recorded(at).await, before);
        assert_eq!(issuer.unsaved_codes(&tenant, &intruder).await.unwrap().expect("codes").0, codes);
        let wished = issuer.wished_email(&tenant, &owner).await.unwrap();
        assert_eq!(wished.as_deref(), Some("hopper@example.com"));
        assert!(at_home.visit("/account").await.path == "/account", "the owner is signed in");
        assert!(signs_in(at, cast::GRACE, cast::PASSWORD).await);
        assert_eq!(browser.visit("/account").await.step(), "identify");
        at.deliver_mails().await;
    });
}

/// S-083, S-090, S-094, S-143: nor does it count: the owner has all tries and mails that there are.
#[test]
fn whoever_was_signed_out_meanwhile_uses_nothing_up() {
    on_both(async |at| {
        at.apply("[[attributes]]\nname = \"phone_number\"\ntype = \"text\"\nconfirmed = true\n").await;
        let (tenant, issuer, from) = (at.tenant(), &at.issuer, &from());
        let (at_home, owner) = signed_in(at, cast::GRACE).await;
        let told = Answers::new([("phone_number".to_owned(), "+49 30 901820".to_owned())]);
        assert_eq!(issuer.save_profile(&tenant, &owner, "Grace", &told).await.unwrap(), ProfileOutcome::Saved);
        let (_, intruder) = signed_in(at, cast::GRACE).await;
        let owner = visitor(at, &at_home).await;
        assert_eq!(issuer.request_phone_code(&tenant, &owner, from).await.unwrap(), PhoneOutcome::Asked);
        let [text] = <[OutgoingText; 1]>::try_from(at.read_text_messages().await).ok().expect("one text message");
        let TextContent::PhoneCode { code, .. } = text.content else { panic!("another text message") };
        let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
        assert!(issuer.sign_out_elsewhere(&tenant, &owner).await.unwrap());

        for _ in 0..20 {
            let wished = issuer.wish_email(&tenant, &intruder, "mallory@example.com", from).await.unwrap();
            let number = issuer.confirm_own_number(&tenant, &intruder, &wrong).await.unwrap();
            assert_eq!((wished, number), (EmailOutcome::Stale, PhoneOutcome::Stale));
        }

        let wished = issuer.wish_email(&tenant, &owner, "mallory@example.com", from).await.unwrap();
        let number = issuer.confirm_own_number(&tenant, &owner, &code).await.unwrap();
        assert_eq!((wished, number), (EmailOutcome::Asked, PhoneOutcome::Confirmed));
        at.deliver_mails().await;
    });
}

/// A new browser in which Alan's password was given and a factor is to be added, and the journey as a form that is posted there finds it.
async fn adding<'d>(at: &'d Deployment, claims: &str, step: &str) -> (Browser<'d>, Page, Journey) {
    let browser = Browser::new(at);
    let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid").with("claims", claims)).await;
    let page = browser.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;
    assert_eq!(page.step(), step, "{}", page.html());
    let address = page.path.split('/').nth(2).unwrap();
    let arrival = at.issuer.open_journey(&at.tenant(), address, Some(&cookie(&browser))).await.unwrap();
    let Arrival::Here(stop) = arrival else { panic!("another journey") };
    (browser, page, stop.journey)
}

/// S-080, S-088, S-090: the first code of an app that comes in the moment after "this was not me" sets no app up.
#[test]
fn whoever_was_shut_out_meanwhile_adds_no_app_on_the_way() {
    on_both(async |at| {
        signed_in(at, cast::ALAN).await;
        let (browser, page, journey) = adding(at, AAL2, "enrol-totp").await;
        let secret = page.text_of("secret").unwrap().replace(char::is_whitespace, "");
        disown(at).await;
        let before = everything_recorded(at).await;

        let code = totp::code(&secret, at.seconds());
        let acted = at.issuer.enrol_totp(&at.tenant(), journey, &code, &from()).await.unwrap();

        assert!(matches!(acted, Acted::Stale));
        assert_eq!(everything_recorded(at).await, before);
        assert_eq!(browser.visit(&page.path).await.step(), "password", "what was proven counts no more");
        at.deliver_mails().await;
    });
}

/// S-080, S-088, S-090, S-100: nor does the answer to the question for a passkey add one, which would be a whole way in.
#[test]
fn whoever_was_shut_out_meanwhile_adds_no_passkey_on_the_way() {
    on_both(async |at| {
        signed_in(at, cast::ALAN).await;
        let (browser, page, journey) = adding(at, PHISHING_RESISTANT, "enrol-passkey").await;
        let answer = Authenticator::at(cast::ISSUER).create(&page.passkey_options().unwrap());
        disown(at).await;
        let before = everything_recorded(at).await;

        let acted = at.issuer.enrol_passkey(&at.tenant(), journey, &answer, &from()).await.unwrap();

        assert!(matches!(acted, Acted::Stale));
        assert_eq!(everything_recorded(at).await, before);
        assert_eq!(browser.visit(&page.path).await.step(), "password", "what was proven counts no more");
        at.deliver_mails().await;
    });
}
