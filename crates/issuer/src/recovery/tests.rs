//! Passwords reset by mail: who gets a link, when it is dead, and what it must not do.

use portreeve_domain::journey::Step;
use portreeve_domain::{EventType, Lifetime, MfaPolicy, PersonClaims, TenantId, TenantSettings};
use portreeve_storage::{Wall, sessions, tenants, token_families, totp_credentials};

use super::*;
use crate::configure::AccountSwitch;
use crate::new_passwords::PasswordRefusal;
use crate::people::NewPerson;
use crate::testing::{GrantOf, World};
use crate::testing_pages::{NEW_PASSWORD, PASSWORD};
use crate::{Acted, LinkAsks, MailContent, NoticeOf, Problem};

const BOB: &str = "bob@example.com";

async fn world_with_bob() -> World {
    let world = World::new().await;
    world.add_person(BOB, true).await;
    world
}

/// S-089, S-071: whatever account there is, the answer is the same, with one event; mail goes to a proven address only.
#[tokio::test]
async fn every_address_gets_the_same_answer_and_only_a_proven_one_gets_mail() {
    let world = world_with_bob().await;
    world.add_person("unverified@example.com", false).await;
    world.add_person("disabled@example.com", true).await;
    world.issuer.switch_account(&world.at(), "disabled@example.com", AccountSwitch::Off).await.unwrap();

    let cases = [(BOB, 1), ("unverified@example.com", 0), ("disabled@example.com", 0), ("nobody@example.com", 0)];
    for (n, (email, mails)) in cases.into_iter().enumerate() {
        assert_eq!(world.asks_for_reset(email, 1).await, ResetRequest::Taken, "{email}");
        assert_eq!(world.count(EventType::PasswordResetRequested).await, n + 1, "{email}");
        assert_eq!(world.send_mails().await.len(), mails, "{email}");
    }
}

/// S-089: the mail goes to the stored address, not to what was typed; an account gone before it is sent gets none.
#[tokio::test]
async fn a_mail_goes_to_the_stored_address_of_a_living_account() {
    let world = world_with_bob().await;

    world.asks_for_reset("  BOB@EXAMPLE.COM", 1).await;
    assert_eq!(world.send_mails().await[0].to, BOB);

    world.asks_for_reset(BOB, 1).await;
    world.issuer.switch_account(&world.at(), BOB, AccountSwitch::Off).await.unwrap();
    assert!(world.send_mails().await.is_empty());
}

/// S-143: five mails an hour to one account, from however many networks they are asked for.
#[tokio::test]
async fn an_account_gets_five_mails_an_hour() {
    let world = world_with_bob().await;

    for network in 0..20 {
        assert_eq!(world.asks_for_reset(BOB, network).await, ResetRequest::Taken);
    }

    assert_eq!(world.send_mails().await.len(), 5);
}

/// S-072: one network has a budget, the same for addresses with and without an account.
#[tokio::test]
async fn one_network_asks_five_times_a_minute() {
    let world = world_with_bob().await;
    for email in [BOB, "nobody@example.com"] {
        for _ in 0..5 {
            world.asks_for_reset(email, 1).await;
        }

        let sixth = world.asks_for_reset(email, 1).await;

        assert_eq!(sixth, ResetRequest::TooMany { wait: Lifetime::from_seconds(12) }, "{email}");
    }
}

/// S-087: opening a link changes nothing, however often a scanner does it; using it works once.
#[tokio::test]
async fn a_link_is_used_once_and_opening_it_is_no_use() {
    let world = world_with_bob().await;
    world.asks_for_reset(BOB, 1).await;
    let link = world.mailed_link().await;
    for _ in 0..3 {
        assert!(world.open_link(&link, None).await.is_some());
    }

    let first = world.use_link(&link, None, NEW_PASSWORD).await;
    let second = world.use_link(&link, None, NEW_PASSWORD).await;

    assert_eq!((first, second), (LinkOutcome::PasswordChanged, LinkOutcome::Dead));
}

/// S-087: two tabs press the button at once: one of them wins.
#[tokio::test]
async fn a_link_opened_twice_is_used_once() {
    let world = world_with_bob().await;
    world.asks_for_reset(BOB, 1).await;
    let link = world.mailed_link().await;
    let (one, other) = (world.open_link(&link, None).await.unwrap(), world.open_link(&link, None).await.unwrap());
    let from = crate::testing_pages::posted_from(1);

    let first = world.issuer.use_link(&world.at(), one, NEW_PASSWORD, &from).await.unwrap();
    let second = world.issuer.use_link(&world.at(), other, PASSWORD, &from).await.unwrap();

    assert_eq!((first, second), (LinkOutcome::PasswordChanged, LinkOutcome::Dead));
}

/// S-087: a newer link kills the older one.
#[tokio::test]
async fn only_the_newest_link_works() {
    let world = world_with_bob().await;
    world.asks_for_reset(BOB, 1).await;
    let older = world.mailed_link().await;
    world.asks_for_reset(BOB, 1).await;
    let newer = world.mailed_link().await;

    assert_eq!(world.use_link(&older, None, NEW_PASSWORD).await, LinkOutcome::Dead);
    assert_eq!(world.use_link(&newer, None, NEW_PASSWORD).await, LinkOutcome::PasswordChanged);
}

/// S-087, R-07: thirty minutes, counted from sending: a mail server that was away for an hour costs the person nothing.
#[tokio::test]
async fn a_link_lives_for_half_an_hour_from_sending() {
    let world = world_with_bob().await;
    world.asks_for_reset(BOB, 1).await;
    world.clock.advance(Lifetime::from_hours(1));
    let link = world.mailed_link().await;

    world.clock.advance(Lifetime::from_millis(30 * 60 * 1000 - 1));
    assert!(world.open_link(&link, None).await.is_some());

    world.clock.advance(Lifetime::from_millis(1));
    assert_eq!(world.use_link(&link, None, NEW_PASSWORD).await, LinkOutcome::Dead);
}

/// S-087: a link dies with the address it went to.
#[tokio::test]
async fn a_link_to_a_former_address_is_dead() {
    let world = world_with_bob().await;
    world.asks_for_reset(BOB, 1).await;
    let link = world.mailed_link().await;
    let bob = world.person(BOB).await.unwrap();
    let moved = NewPerson {
        email: "robert@example.com",
        email_verified_at: bob.email_verified_at,
        claims: PersonClaims::default(),
        is_admin: false,
    };
    let at = world.at();
    world
        .change(async |tx| assert!(people::update(tx, world.issuer.ambient(), &at, &bob, &moved).await.unwrap()))
        .await;

    assert!(world.open_link(&link, None).await.is_none());
}

/// S-087: a link of one tenant is none in another.
#[tokio::test]
async fn a_link_of_another_tenant_is_none() {
    let world = world_with_bob().await;
    world.asks_for_reset(BOB, 1).await;
    let link = world.mailed_link().await;
    let mut tx = world.issuer.store().begin(Wall::All).await.unwrap();
    tenants::insert(&mut tx, "other", &TenantSettings::default(), world.issuer.ambient().now()).await.unwrap();
    tx.commit().await.unwrap();
    world.issuer.directory.reload().await.unwrap();
    let other = world.issuer.directory.by_slug("other").unwrap();

    assert!(world.issuer.open_link(&other, &link.token, None, None).await.unwrap().is_none());
}

/// S-087: garbage, a wrong secret and another kind of token are no links.
#[tokio::test]
async fn what_is_no_link_is_dead() {
    let world = world_with_bob().await;
    world.asks_for_reset(BOB, 1).await;
    let link = world.mailed_link().await;
    let mut other_secret = link.token.clone();
    let at = other_secret.len() - 20;
    let letter = if &other_secret[at..=at] == "A" { "B" } else { "A" };
    other_secret.replace_range(at..=at, letter);

    for text in ["", "ptml_", other_secret.as_str(), &link.token.replace("ptml_", "ptac_")] {
        assert!(world.issuer.open_link(&world.at(), text, None, None).await.unwrap().is_none(), "{text}");
    }
}

/// S-088: a reset signs nobody in, ends every session and refresh token, and keeps the second factor.
#[tokio::test]
async fn a_reset_ends_what_the_old_password_had_opened_and_keeps_the_second_factor() {
    let world = World::new().await;
    let (ada, at) = (world.ada, world.at());
    world
        .change(async |tx| {
            let now = world.issuer.ambient().now();
            assert!(totp_credentials::insert(tx, at.id(), ada, b"sealed", 0, now).await.unwrap());
        })
        .await;
    let grant = GrantOf { scope: "openid offline_access", ..GrantOf::default() };
    let family = world.family(grant);
    world.change(async |tx| token_families::insert(tx, &family).await.unwrap()).await;
    world.asks_for_reset("ada@example.com", 1).await;
    let link = world.mailed_link().await;
    let created = world.count(EventType::SessionCreated).await;

    assert_eq!(world.use_link(&link, None, NEW_PASSWORD).await, LinkOutcome::PasswordChanged);

    let mut conn = world.issuer.store().read(TenantId::DEFAULT).await.unwrap();
    let session = sessions::find(&mut conn, at.id(), world.session.id).await.unwrap().unwrap();
    let family = token_families::find(&mut conn, at.id(), family.id).await.unwrap().unwrap();
    assert!(session.ended_at.is_some() && family.revoked_at.is_some());
    assert!(totp_credentials::find(&mut conn, at.id(), ada).await.unwrap().is_some());
    assert_eq!(world.count(EventType::SessionCreated).await, created);
    let mut pages = world.arrive(&[]).await;
    world.sign_in_with(&mut pages, "ada@example.com", NEW_PASSWORD).await;
    assert_eq!(world.step(&pages).await, Step::SecondFactor { totp: true });
}

/// S-088: who has proven the old password and stands at a later page starts over after the reset.
#[tokio::test]
async fn a_journey_begun_with_the_old_password_does_not_go_on() {
    let world = world_with_bob().await;
    let mut stranger = world.arrive(&[("acr_values", "aal2")]).await;
    world.sign_in_with(&mut stranger, BOB, PASSWORD).await;
    assert_eq!(world.step(&stranger).await, Step::EnrolSecondFactor { optional: true });
    world.asks_for_reset(BOB, 1).await;
    let link = world.mailed_link().await;

    world.use_link(&link, None, NEW_PASSWORD).await;

    assert_eq!(world.step(&stranger).await, Step::Password);
}

/// S-088: the new password works, the old one does not; the owner is told.
#[tokio::test]
async fn the_new_password_replaces_the_old_one_and_the_owner_is_told() {
    let world = world_with_bob().await;
    world.asks_for_reset(BOB, 1).await;
    let link = world.mailed_link().await;

    world.use_link(&link, None, NEW_PASSWORD).await;

    let notices = world.send_mails().await;
    assert!(
        matches!(notices.as_slice(), [notice] if matches!(notice.content, MailContent::Notice { of: NoticeOf::PasswordChanged, .. }))
    );
    let mut pages = world.arrive(&[]).await;
    let old = world.sign_in_with(&mut pages, BOB, PASSWORD).await;
    assert!(matches!(old, Acted::Problem(Problem::WrongCredentials)));
    assert!(matches!(world.sign_in_with(&mut pages, BOB, NEW_PASSWORD).await, Acted::Moved(_)));
}

/// S-075: a reset follows the policy: 15 characters, 8 beside an app where everybody needs a second factor; a refusal leaves the link good.
#[tokio::test]
async fn a_new_password_follows_the_policy() {
    let world = world_with_bob().await;
    world.asks_for_reset(BOB, 1).await;
    let link = world.mailed_link().await;
    let refused = |refusal| LinkOutcome::Refused(refusal);

    assert_eq!(world.use_link(&link, None, "").await, refused(PasswordRefusal::Missing));
    assert_eq!(world.use_link(&link, None, "qz-mea7o-lemon").await, refused(PasswordRefusal::TooShort { minimum: 15 }));
    assert_eq!(world.use_link(&link, None, "portreeve-default").await, refused(PasswordRefusal::Personal));

    let bob = world.person(BOB).await.unwrap().id;
    world
        .change(async |tx| {
            let now = world.issuer.ambient().now();
            assert!(totp_credentials::insert(tx, TenantId::DEFAULT, bob, b"sealed", 0, now).await.unwrap());
        })
        .await;
    // Here the app may be removed later, and the password would stand alone.
    assert_eq!(world.open_link(&link, None).await.unwrap().asks, LinkAsks::NewPassword { minimum: 15 });

    let settings = TenantSettings { mfa: MfaPolicy::Required, ..world.at().tenant.settings.clone() };
    let mut tx = world.issuer.store().begin(Wall::All).await.unwrap();
    tenants::update_settings(&mut tx, TenantId::DEFAULT, &settings).await.unwrap();
    tx.commit().await.unwrap();
    world.issuer.directory.reload().await.unwrap();
    assert_eq!(world.open_link(&link, None).await.unwrap().asks, LinkAsks::NewPassword { minimum: 8 });
    assert_eq!(world.use_link(&link, None, "qz-mea7o").await, LinkOutcome::PasswordChanged);
}
