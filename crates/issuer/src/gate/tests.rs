//! Tests of the gate: every way a grant ends, at every place that asks.

use portreeve_domain::{ClientMetadata, GrantType, Scope, SessionEnd, TenantId};
use portreeve_oidc::Cause;
use portreeve_storage::{Tx, clients, consents, sessions, subject_keys, tenants, token_families, users};

use super::{GateRefusal, admit_client, admit_user};
use crate::testing::{GrantOf, World, cause, text, with_bearer};
use crate::{IntrospectionForm, SenderEvidence};

/// What may happen to a grant.
#[derive(Clone, Copy, Debug)]
enum Blow {
    TenantSuspended,
    ClientDisabled,
    ClientDeleted,
    GrantTaken,
    UserDisabled,
    UserErased,
    KeyDestroyed,
    SessionEnded,
    ConsentWithdrawn,
    ConsentNarrowed,
}

const BLOWS: [Blow; 10] = [
    Blow::TenantSuspended,
    Blow::ClientDisabled,
    Blow::ClientDeleted,
    Blow::GrantTaken,
    Blow::UserDisabled,
    Blow::UserErased,
    Blow::KeyDestroyed,
    Blow::SessionEnded,
    Blow::ConsentWithdrawn,
    Blow::ConsentNarrowed,
];

async fn strike(world: &World, blow: Blow, tx: &mut Tx) {
    let (tenant, now, web) = (TenantId::DEFAULT, world.clock.now(), world.client("web"));
    let done = match blow {
        Blow::TenantSuspended => tenants::suspend(tx, tenant, Some(now)).await.unwrap(),
        Blow::ClientDisabled => clients::disable(tx, tenant, &web.id, Some(now)).await.unwrap(),
        Blow::ClientDeleted => clients::delete(tx, tenant, &web.id, now).await.unwrap(),
        Blow::GrantTaken => {
            let metadata = ClientMetadata { grant_types: Vec::new(), ..web.metadata.clone() };
            clients::upsert(tx, tenant, &web.id, &metadata, now).await.is_ok()
        }
        Blow::UserDisabled => users::disable(tx, tenant, world.ada, Some(now)).await.unwrap(),
        Blow::UserErased => users::erase(tx, tenant, world.ada, now).await.unwrap(),
        Blow::KeyDestroyed => subject_keys::destroy(tx, tenant, world.ada, now).await.unwrap(),
        Blow::SessionEnded => sessions::end(tx, tenant, world.session.id, SessionEnd::Revoked, now).await.unwrap(),
        Blow::ConsentWithdrawn => consents::withdraw(tx, tenant, world.ada, &web.id, now).await.unwrap(),
        Blow::ConsentNarrowed => {
            let scope = Scope::parse("openid").unwrap();
            consents::give(tx, tenant, world.ada, &web.id, &scope, now).await.is_ok()
        }
    };
    assert!(done, "{blow:?}");
}

/// S-040: whatever ends a grant ends it for the code, the refresh token and every place that believes the access token.
#[tokio::test]
async fn what_ends_a_grant_ends_it_everywhere() {
    for blow in BLOWS {
        let world = World::new().await;
        let (code, tokens) = (world.code(GrantOf::default()).await, world.tokens(GrantOf::default()).await);
        let web = world.client("web");

        world.change(async |tx| strike(&world, blow, tx).await).await;

        // The requests are made by hand: the client may be gone from the directory.
        let credentials = [("client_id", web.id.as_str()), ("client_secret", crate::testing::SECRET)];
        let form = |more: &[(&str, &str)]| crate::testing::parameters(&[&credentials, more].concat());
        let redeemed = form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", crate::testing::REDIRECT_URI),
            ("code_verifier", crate::testing::VERIFIER),
        ]);
        let refreshed = form(&[("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))]);
        for request in [redeemed, refreshed] {
            assert!(
                world.issuer.token(&world.at(), &[], &SenderEvidence::default(), &request).await.is_err(),
                "{blow:?}"
            );
        }
        let sender = SenderEvidence::default();
        let request = with_bearer(text(&tokens, "access_token"), &sender);
        let userinfo = world.issuer.userinfo(&world.at(), &request).await.map_err(cause);
        assert_eq!(userinfo.unwrap_err(), Cause::TokenUnusable, "{blow:?}");
        let introspection = form(&[("token", text(&tokens, "access_token"))]);
        let told = world
            .issuer
            .introspect(&world.at(), &[], &SenderEvidence::default(), IntrospectionForm::Json, &introspection)
            .await;
        assert!(told.map_or(true, |body| body == br#"{"active":false}"#), "{blow:?}");
    }
}

/// S-040: every cause is told apart, for the log.
#[tokio::test]
async fn the_gate_names_what_is_wrong() {
    for (blow, expected) in [
        (Blow::TenantSuspended, GateRefusal::TenantSuspended),
        (Blow::ClientDisabled, GateRefusal::ClientDisabled),
        (Blow::GrantTaken, GateRefusal::GrantNotAllowed),
        (Blow::UserDisabled, GateRefusal::UserDisabled),
        (Blow::UserErased, GateRefusal::UserGone),
        (Blow::SessionEnded, GateRefusal::SessionEnded),
        (Blow::ConsentNarrowed, GateRefusal::ConsentWithdrawn),
    ] {
        let world = World::new().await;
        let family = world.family(GrantOf::default());
        world.change(async |tx| strike(&world, blow, tx).await).await;

        let (at, now) = (world.at(), world.clock.now());
        let mut conn = world.issuer.store().read(at.id()).await.unwrap();
        let admitted =
            admit_user(&mut conn, &at, &world.client("web"), &family, GrantType::AuthorizationCode, now).await;
        assert_eq!(admitted.unwrap().unwrap_err(), expected);
    }
}

/// S-037: a family is its client's, and a revoked one is nobody's.
#[tokio::test]
async fn a_family_is_for_its_own_client_while_it_lives() {
    let world = World::new().await;
    let (at, now) = (world.at(), world.clock.now());
    let family = world.family(GrantOf::default());
    let ended = portreeve_domain::TokenFamily { revoked_at: Some(now), ..family.clone() };
    let mut conn = world.issuer.store().read(at.id()).await.unwrap();

    for (client, family, grant, expected) in [
        ("other", &family, GrantType::AuthorizationCode, GateRefusal::ClientDiffers),
        ("web", &ended, GrantType::RefreshToken, GateRefusal::FamilyEnded),
        ("service", &family, GrantType::ClientCredentials, GateRefusal::GrantNotAllowed),
    ] {
        let admitted = admit_user(&mut conn, &at, &world.client(client), family, grant, now).await.unwrap();
        assert_eq!(admitted.unwrap_err(), expected, "{client}");
    }
}

/// OA-17: a client is admitted on its own behalf only by the grant made for that, and only with credentials.
#[tokio::test]
async fn a_client_is_admitted_for_client_credentials_only() {
    let world = World::new().await;
    let admitted = |client: &str, grant| admit_client(&world.at(), &world.client(client), grant).map(drop);

    assert_eq!(admitted("service", GrantType::ClientCredentials), Ok(()));
    assert_eq!(admitted("web", GrantType::AuthorizationCode), Err(GateRefusal::GrantNotAllowed));
    assert_eq!(admitted("spa", GrantType::ClientCredentials), Err(GateRefusal::GrantNotAllowed));
}

/// A pass is for one family: another cannot be minted with it.
#[tokio::test]
async fn a_pass_is_for_one_family() {
    let world = World::new().await;
    let (at, now) = (world.at(), world.clock.now());
    let (mine, another) = (world.family(GrantOf::default()), world.family(GrantOf::default()));
    let mut tx = world.issuer.store().begin(at.id()).await.unwrap();
    token_families::insert(&mut tx, &mine).await.unwrap();

    let pass = admit_user(&mut tx, &at, &world.client("web"), &mine, GrantType::AuthorizationCode, now).await;
    let pass = pass.unwrap().unwrap();

    assert!(pass.check_is_for(&mine).is_ok());
    assert!(pass.check_is_for(&another).is_err());
}
