//! Accounts for whoever proves an address: the same page for every address, and nothing that survives a claim.

use portreeve_domain::journey::Step;
use portreeve_domain::{Lifetime, TenantId};
use portreeve_storage::totp_credentials;

use super::*;
use crate::testing::World;
use crate::testing_pages::{AtPages, Link, NEW_PASSWORD, PASSWORD, posted_from};
use crate::{LinkAsks, LinkOutcome, MailContent, Progress};

const EVE: &str = "eve@example.com";

fn form(email: &str) -> RegistrationForm {
    RegistrationForm { name: "Eve".to_owned(), email: email.to_owned(), password: PASSWORD.to_owned() }
}

async fn world() -> World {
    let world = World::new().await;
    world.open_registration().await;
    world
}

async fn register(world: &World, pages: &AtPages, form: RegistrationForm) -> Acted {
    let journey = world.stop(pages).await.journey;
    world.issuer.register(&world.at(), journey, form, &posted_from(1)).await.unwrap()
}

/// A browser in which the form was sent off, and the link it brought.
async fn registered(world: &World, email: &str) -> (AtPages, Link) {
    let pages = world.arrive(&[("prompt", "create")]).await;
    register(world, &pages, form(email)).await;
    let link = world.mailed_link().await;
    (pages, link)
}

async fn events(world: &World) -> usize {
    let mut all = 0;
    for kind in EventType::ALL {
        all += world.count(*kind).await;
    }
    all
}

/// S-071: new, taken and half-made addresses: the same page, the same events, one message each; nothing is made yet.
#[tokio::test]
async fn every_address_leads_to_the_same_page() {
    let world = world().await;
    world.add_person("taken@example.com", true).await;
    world.add_person("unverified@example.com", false).await;

    let cases = [
        (EVE, MailPurpose::VerifyEmail),
        ("taken@example.com", MailPurpose::AccountExists),
        ("unverified@example.com", MailPurpose::VerifyEmail),
    ];
    for (email, mail) in cases {
        let pages = world.arrive(&[("prompt", "create")]).await;
        let before = events(&world).await;

        let acted = register(&world, &pages, form(email)).await;

        assert!(matches!(acted, Acted::Moved(Progress::Page { step: Step::Register, .. })), "{email}");
        assert_eq!(events(&world).await, before + 1, "{email}");
        assert_eq!(world.waiting_mails().await, [mail], "{email}");
        let stop = world.stop(&pages).await;
        assert_eq!((stop.step, stop.journey.awaits_address()), (Step::Register, Some(email)));
        assert_eq!(world.send_mails().await.len(), 1);
    }
    assert!(world.person(EVE).await.is_none());
}

/// S-147: a thousand registrations from one network bring as many mails as its limit lets through, and no account.
#[tokio::test]
async fn a_thousand_registrations_are_a_few() {
    let world = world().await;
    let (mut taken, mut refused) = (0, 0);

    for number in 0..1000 {
        let pages = world.arrive(&[("prompt", "create")]).await;
        let email = format!("eve{number}@example.com");
        match register(&world, &pages, form(&email)).await {
            Acted::Moved(_) => taken += 1,
            Acted::Problem(Problem::TooMany { .. }) => refused += 1,
            Acted::Problem(_) | Acted::Stale => panic!("{email} was refused for another reason"),
        }
    }

    assert!(taken <= 60 && taken + refused == 1000, "{taken} were taken");
    assert_eq!(world.waiting_mails().await.len(), taken);
    assert!(world.person("eve0@example.com").await.is_none());
}

/// OC-59: whoever confirms in the browser that registered is signed in there, with the password as the one factor.
#[tokio::test]
async fn confirming_in_the_same_browser_lets_the_journey_go_on() {
    let world = world().await;
    let (pages, link) = registered(&world, EVE).await;
    assert_eq!(world.open_link(&link, Some(&pages)).await.unwrap().asks, LinkAsks::Confirmation);

    let outcome = world.use_link(&link, Some(&pages), "").await;

    assert_eq!(outcome, LinkOutcome::AddressConfirmed);
    let eve = world.person(EVE).await.unwrap();
    assert!(eve.email_verified_at.is_some());
    let stop = world.stop(&pages).await;
    assert_eq!((stop.journey.user(), stop.step), (Some(eve.id), Step::Consent));
    let finished = world.issuer.allow(&world.at(), stop.journey).await.unwrap();
    assert!(matches!(finished, Acted::Moved(Progress::Answer { user: Some(user), .. }) if user == eve.id));
    assert_eq!(world.use_link(&link, Some(&pages), "").await, LinkOutcome::Dead);
}

/// S-100: a stranger registers the address; its owner opens the link elsewhere and sets an own password: the stranger's
/// password and journey are worth nothing.
#[tokio::test]
async fn a_link_opened_elsewhere_leaves_nothing_of_who_registered() {
    let world = world().await;
    let (mut stranger, link) = registered(&world, EVE).await;
    let asks = world.open_link(&link, None).await.unwrap().asks;
    assert_eq!(asks, LinkAsks::NewPassword { minimum: 15 });
    assert!(matches!(world.use_link(&link, None, "").await, LinkOutcome::Refused(PasswordRefusal::Missing)));

    assert_eq!(world.use_link(&link, None, NEW_PASSWORD).await, LinkOutcome::AddressConfirmed);

    assert_eq!(world.step(&stranger).await, Step::Identify);
    let wrong = world.sign_in_with(&mut stranger, EVE, PASSWORD).await;
    assert!(matches!(wrong, Acted::Problem(Problem::WrongCredentials)));
    let mut owner = world.arrive(&[]).await;
    assert!(matches!(world.sign_in_with(&mut owner, EVE, NEW_PASSWORD).await, Acted::Moved(_)));
}

/// S-100: of two registrations of one address the one whose link is used first gets it; the other is dead.
#[tokio::test]
async fn a_second_registration_of_an_address_dies_with_the_first_claim() {
    let world = world().await;
    let (stranger, strangers) = registered(&world, EVE).await;
    let (owner, owners) = registered(&world, EVE).await;

    assert_eq!(world.use_link(&owners, Some(&owner), "").await, LinkOutcome::AddressConfirmed);

    assert_eq!(world.use_link(&strangers, Some(&stranger), "").await, LinkOutcome::Dead);
    assert_eq!(world.step(&stranger).await, Step::Register);
    assert_eq!(world.step(&owner).await, Step::Consent);
}

/// S-100: an account whose address nobody had proven loses password and second factor to whoever proves it.
#[tokio::test]
async fn an_unclaimed_account_holds_nothing_after_the_claim() {
    let world = world().await;
    let squatted = world.add_person(EVE, false).await;
    world
        .change(async |tx| {
            let now = world.issuer.ambient().now();
            assert!(totp_credentials::insert(tx, TenantId::DEFAULT, squatted, b"sealed", 0, now).await.unwrap());
        })
        .await;
    let pages = world.arrive(&[("prompt", "create")]).await;
    register(&world, &pages, RegistrationForm { password: NEW_PASSWORD.to_owned(), ..form(EVE) }).await;
    let link = world.mailed_link().await;

    assert_eq!(world.use_link(&link, Some(&pages), "").await, LinkOutcome::AddressConfirmed);

    let mut conn = world.issuer.store().read(TenantId::DEFAULT).await.unwrap();
    assert!(totp_credentials::find(&mut conn, TenantId::DEFAULT, squatted).await.unwrap().is_none());
    let mut squatter = world.arrive(&[]).await;
    let old = world.sign_in_with(&mut squatter, EVE, PASSWORD).await;
    assert!(matches!(old, Acted::Problem(Problem::WrongCredentials)));
}

/// Rule 30: what an operator has made is not taken over by registering: an administrator's account keeps its address.
#[tokio::test]
async fn an_unverified_administrator_is_not_claimed() {
    let world = world().await;
    let password = Some(crate::SecretText::new(PASSWORD.to_owned()));
    let account =
        crate::configure::NewAccount { email: EVE.to_owned(), password, email_verified: false, is_admin: true };
    world.issuer.add_account(&world.at(), &account).await.unwrap();
    let pages = world.arrive(&[("prompt", "create")]).await;

    register(&world, &pages, form(EVE)).await;

    assert!(world.send_mails().await.is_empty());
}

/// S-071: signing in before the link was used says the same whether or not the address has an account.
#[tokio::test]
async fn an_impatient_person_is_shown_to_the_mailbox_again() {
    let world = world().await;
    world.add_person("taken@example.com", true).await;
    for email in [EVE, "taken@example.com"] {
        let mut pages = world.arrive(&[("prompt", "create")]).await;
        register(&world, &pages, form(email)).await;

        let acted = world.sign_in_with(&mut pages, email, "not the password of anybody").await;

        assert!(matches!(acted, Acted::Moved(Progress::Page { step: Step::Register, .. })), "{email}");
    }
}

/// Whoever has forgotten that there is an account signs in on the same journey.
#[tokio::test]
async fn an_owner_who_registers_again_can_sign_in() {
    let world = world().await;
    world.add_person("taken@example.com", true).await;
    let mut pages = world.arrive(&[("prompt", "create")]).await;
    register(&world, &pages, form("taken@example.com")).await;
    let mails = world.send_mails().await;
    let [mail] = mails.as_slice() else { panic!("one mail") };
    assert!(
        matches!(&mail.content, MailContent::AccountExists { sign_in_link } if sign_in_link.contains(&pages.journey))
    );

    world.sign_in_with(&mut pages, "taken@example.com", PASSWORD).await;

    assert_eq!(world.step(&pages).await, Step::Consent);
}

/// Rule 27: the newest link works; asking again kills the former one.
#[tokio::test]
async fn a_mail_sent_again_kills_the_former_link() {
    let world = world().await;
    let (pages, former) = registered(&world, EVE).await;
    let journey = world.stop(&pages).await.journey;
    world.issuer.resend_registration(&world.at(), journey, &posted_from(1)).await.unwrap();
    let newer = world.mailed_link().await;

    assert!(world.open_link(&former, Some(&pages)).await.is_none());
    assert!(world.open_link(&newer, Some(&pages)).await.is_some());
}

/// Rule 27: a link proves the address it went to, not one that was entered afterwards.
#[tokio::test]
async fn a_link_does_not_prove_an_address_entered_later() {
    let world = world().await;
    let (pages, link) = registered(&world, EVE).await;

    register(&world, &pages, form("victim@example.com")).await;

    assert!(world.open_link(&link, Some(&pages)).await.is_none());
    assert!(world.person("victim@example.com").await.is_none());
}

/// S-087: a link of a registration dies after thirty minutes, and without its journey it is none.
#[tokio::test]
async fn a_registration_link_needs_its_journey_and_dies_of_age() {
    let world = world().await;
    let (pages, link) = registered(&world, EVE).await;
    let bare = Link { token: link.token.clone(), journey: None };
    assert!(world.open_link(&bare, Some(&pages)).await.is_none());

    world.clock.advance(Lifetime::from_minutes(30));

    assert!(world.open_link(&link, Some(&pages)).await.is_none());
}

/// An account that exists with an unproven address proves it before it goes on; a mail is asked for once by itself.
#[tokio::test]
async fn an_unverified_account_proves_its_address_first() {
    let world = world().await;
    let user = world.add_person(EVE, false).await;
    let mut pages = world.arrive(&[]).await;
    world.sign_in_with(&mut pages, EVE, PASSWORD).await;
    assert_eq!(world.step(&pages).await, Step::VerifyEmail);
    let link = world.mailed_link().await;
    assert_eq!(world.open_link(&link, Some(&pages)).await.unwrap().asks, LinkAsks::Confirmation);

    assert_eq!(world.use_link(&link, Some(&pages), "").await, LinkOutcome::AddressConfirmed);

    let stop = world.stop(&pages).await;
    assert_eq!((stop.step, stop.journey.user()), (Step::Consent, Some(user)));
    assert!(world.waiting_mails().await.is_empty());
}

/// S-075, S-106: each field says what is wrong with it, and nothing is stored or sent.
#[tokio::test]
async fn a_form_that_is_not_acceptable_says_what_is_wrong() {
    let world = world().await;
    let pages = world.arrive(&[("prompt", "create")]).await;

    let acted =
        register(&world, &pages, RegistrationForm { name: " ".into(), email: "eve".into(), password: "short".into() });

    let Acted::Problem(Problem::Registration(problems)) = acted.await else { panic!("it was taken") };
    assert_eq!(problems.name, Some(NameRefusal::Missing));
    assert_eq!(problems.email, Some(EmailError::Malformed));
    assert_eq!(problems.password, Some(PasswordRefusal::TooShort { minimum: 15 }));
    assert!(world.waiting_mails().await.is_empty());
}

/// OC-59: where registration has been closed since, the journey goes to the sign-in page.
#[tokio::test]
async fn registration_that_was_closed_meanwhile_leads_to_signing_in() {
    let world = world().await;
    let pages = world.arrive(&[("prompt", "create")]).await;
    let journey = world.stop(&pages).await.journey;
    world.close_registration().await;

    let acted = world.issuer.register(&world.at(), journey, form(EVE), &posted_from(1)).await.unwrap();

    assert!(matches!(acted, Acted::Moved(_)));
    assert_eq!(world.step(&pages).await, Step::Identify);
    assert!(world.waiting_mails().await.is_empty());
}
