//! Every way to a token against everything that ends a grant. SECURITY rule 5, S-040.

use portreeve_domain::{ClientId, SessionEnd, TenantId, Timestamp, UserId};
use portreeve_issuer::configure::AccountSwitch;
use portreeve_storage::{Wall, consents, directory_versions, sessions, tenants, users};
use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both},
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
};

/// What ends a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    UserDisabled,
    UserErased,
    ClientDisabled,
    TenantSuspended,
    ConsentWithdrawn,
    SessionEnded,
    KeyRevoked,
}

const ENDS: [End; 7] = [
    End::UserDisabled,
    End::UserErased,
    End::ClientDisabled,
    End::TenantSuspended,
    End::ConsentWithdrawn,
    End::SessionEnded,
    End::KeyRevoked,
];

/// What a client holds when the end comes.
struct Held {
    code: Grant,
    opaque: Tokens,
    jwt: Tokens,
    service: String,
}

async fn held(at: &Deployment) -> Held {
    let (web, service) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "service"));
    let request = web.request("openid orders.read").with("resource", cast::ORDERS);
    let own = service.client_credentials(&[("scope", "orders.read"), ("resource", cast::ORDERS)]).await.success();
    let (opaque, jwt) = (web.tokens("openid").await, web.tokens_for(&request).await);
    // The last consent is the widest: it covers every grant here.
    let code = web.grant("openid orders.read", cast::ADA).await;
    Held { code, opaque, jwt, service: own["access_token"].as_str().unwrap().to_owned() }
}

async fn user(at: &Deployment) -> UserId {
    let people = at.issuer.list_people(&at.tenant()).await.unwrap();
    people.into_iter().find(|person| person.email.as_deref() == Some(cast::ADA)).unwrap().id
}

async fn bring(at: &Deployment, end: End, held: &Held) {
    let (now, web): (Timestamp, _) = (at.clock.now(), ClientId::parse("web").unwrap());
    let (issuer, tenant, ada) = (&at.issuer, TenantId::DEFAULT, user(at).await);
    match end {
        End::UserDisabled => issuer.switch_account(&at.tenant(), cast::ADA, AccountSwitch::Off).await.unwrap(),
        End::ClientDisabled => {
            for client in ["web", "service"] {
                let id = ClientId::parse(client).unwrap();
                issuer.switch_client(&at.tenant(), &id, AccountSwitch::Off).await.unwrap();
            }
        }
        End::KeyRevoked => {
            let kid = jwt::header(held.jwt.access())["kid"].as_str().unwrap().to_owned();
            issuer.revoke_key(&at.tenant(), &kid).await.unwrap();
        }
        End::TenantSuspended => {
            let mut tx = issuer.store().begin(Wall::All).await.unwrap();
            assert!(tenants::suspend(&mut tx, tenant, Some(now)).await.unwrap());
            directory_versions::bump(&mut tx, tenant).await.unwrap();
            tx.commit().await.unwrap();
        }
        End::UserErased | End::ConsentWithdrawn | End::SessionEnded => {
            let mut tx = issuer.store().begin(tenant).await.unwrap();
            match end {
                End::UserErased => assert!(users::erase(&mut tx, tenant, ada, now).await.unwrap()),
                End::ConsentWithdrawn => {
                    assert!(consents::withdraw(&mut tx, tenant, ada, &web, now).await.unwrap());
                }
                _ => {
                    sessions::end_all(&mut tx, tenant, ada, SessionEnd::SignedOut, now).await.unwrap();
                }
            }
            tx.commit().await.unwrap();
        }
    }
    issuer.directory.refresh().await.unwrap();
}

/// S-040: whatever ends a grant, no grant type mints a token for it and no token of it is reported active.
#[test]
fn nothing_outlives_what_ends_a_grant() {
    for end in ENDS {
        on_both(async |at| {
            let held = held(at).await;
            let (web, gateway) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "gateway"));
            let service = RelyingParty::new(at, "service");
            for token in [held.jwt.access(), &held.service] {
                assert!(gateway.sees_active(token).await, "{end:?}: before");
            }
            assert!(web.sees_active(held.opaque.access()).await, "{end:?}: before");

            bring(at, end, &held).await;

            if end == End::KeyRevoked {
                // What the key signed is dead; what it did not sign is not.
                assert!(!gateway.sees_active(held.jwt.access()).await);
                assert!(!gateway.sees_active(&held.service).await);
                assert_eq!(web.redeem(&held.code).await.status, 200);
                return;
            }
            assert_ne!(web.redeem(&held.code).await.status, 200, "{end:?}: code");
            for tokens in [&held.opaque, &held.jwt] {
                assert_ne!(web.refresh(tokens.refresh()).await.status, 200, "{end:?}: refresh");
            }
            assert_ne!(at.userinfo(held.opaque.access()).await.status, 200, "{end:?}: userinfo");
            let told = gateway.introspect(held.jwt.access()).await;
            assert!(told.status != 200 || told.json()["active"] == false, "{end:?}: introspection: {}", told.text());
            let is_about_the_client = matches!(end, End::ClientDisabled | End::TenantSuspended);
            let minted = service.client_credentials(&[("scope", "orders.read")]).await;
            assert_eq!(minted.status != 200, is_about_the_client, "{end:?}: client credentials");
            let told = gateway.introspect(&held.service).await;
            let is_active = told.status == 200 && told.json()["active"] == true;
            assert_eq!(!is_active, is_about_the_client, "{end:?}: the service's token");
        });
    }
}

/// S-040: whoever is switched off cannot sign in, and nobody can at a suspended tenant.
#[test]
fn nobody_signs_in_after_the_end() {
    use portreeve_tests::browser::Browser;
    for end in [End::UserDisabled, End::UserErased, End::ClientDisabled, End::TenantSuspended] {
        on_both(async |at| {
            let (held, browser) = (held(at).await, Browser::new(at));
            let request = RelyingParty::new(at, "web").request("openid");
            browser.sign_in(&request, cast::ADA).await;

            bring(at, end, &held).await;

            let silent = browser.authorize(&request).await;
            assert!(!silent.is_redirect() || silent.callback().get("code").is_none(), "{end:?}: the open session");
            let page = Browser::new(at).authorize(&request).await;
            if page.step() == "identify" && page.reply.status == 200 {
                let page = Browser::new(at);
                let form = page.authorize(&request).await;
                let end_page = page.press(&form, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
                let code = end_page.is_redirect() && end_page.callback().get("code").is_some();
                assert!(!code && end_page.step() != "consent", "{end:?}: signed in");
            }
        });
    }
}
