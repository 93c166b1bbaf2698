//! Who a person is to a client: public and pairwise subjects. OIDC Core §8.

use portreeve_domain::TenantId;
use portreeve_storage::users;
use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{RelyingParty, Tokens},
};

async fn subject(at: &Deployment, client: &str, email: &str) -> String {
    let tokens = RelyingParty::new(at, client).tokens_of("openid", email).await;
    jwt::claims(tokens.id())["sub"].as_str().unwrap().to_owned()
}

/// OC-48, S-046: inside a sector one value, in another sector another; the same at each sign-in, never the public one.
#[test]
fn pairwise_subjects_are_those_of_the_sector() {
    on_both(async |at| {
        let (one, two) = (subject(at, "pair-one", cast::ADA).await, subject(at, "pair-two", cast::ADA).await);
        let elsewhere = subject(at, "pair-elsewhere", cast::ADA).await;
        let public = subject(at, "web", cast::ADA).await;

        assert_eq!(one, two);
        assert_ne!(one, elsewhere);
        assert_ne!(one, public);
        assert_ne!(elsewhere, public);
        assert_eq!(one, subject(at, "pair-one", cast::ADA).await);
        assert_ne!(one, subject(at, "pair-one", cast::ALAN).await);
        assert!(!one.contains(&public) && !one.contains("ada"));
    });
}

/// OC-48: public subjects are the same for every client.
#[test]
fn public_subjects_are_the_same_everywhere() {
    on_sqlite(async |at| {
        assert_eq!(subject(at, "web", cast::ADA).await, subject(at, "other", cast::ADA).await);
        assert_ne!(subject(at, "web", cast::ADA).await, subject(at, "web", cast::ALAN).await);
    });
}

/// OC-57, S-046: whoever gets the address of an erased person is somebody else.
#[test]
fn a_subject_is_never_given_again() {
    on_both(async |at| {
        let before = (subject(at, "web", cast::ADA).await, subject(at, "pair-one", cast::ADA).await);
        let people = at.issuer.list_people(&at.tenant()).await.unwrap();
        let ada = people.iter().find(|person| person.email.as_deref() == Some(cast::ADA)).unwrap();
        let (tenant, now) = (TenantId::DEFAULT, at.clock.now());
        let mut tx = at.issuer.store().begin(tenant).await.unwrap();
        assert!(users::erase(&mut tx, tenant, ada.id, now).await.unwrap());
        tx.commit().await.unwrap();
        at.apply("[[users]]\nemail = \"ada@example.com\"\nemail_verified = true\npassword = { file = \"password\" }\n")
            .await;

        let after = (subject(at, "web", cast::ADA).await, subject(at, "pair-one", cast::ADA).await);

        assert_ne!(before.0, after.0);
        assert_ne!(before.1, after.1);
    });
}

/// OC-49: ID token, userinfo, introspection and JWT access token say the same subject.
#[test]
fn the_pairwise_subject_is_the_same_in_every_place() {
    on_sqlite(async |at| {
        let pair = RelyingParty::new(at, "pair-one");
        let tokens = pair.tokens("openid").await;
        let expected = jwt::claims(tokens.id())["sub"].clone();
        let request = pair.request("openid orders.read bills.read");
        let for_orders = pair.tokens_for(&request.clone().with("resource", cast::ORDERS)).await;
        let for_bills = pair.tokens_for(&request.with("resource", cast::BILLS)).await;

        let userinfo = at.userinfo(tokens.access()).await.success();
        let own = pair.introspect(tokens.access()).await.success();
        let gateway = RelyingParty::new(at, "gateway");
        let opaque = gateway.introspect(for_bills.access()).await.success();
        let jwt_told = gateway.introspect(for_orders.access()).await.success();
        let refreshed = Tokens(pair.refresh(tokens.refresh()).await.success());

        assert_eq!(userinfo["sub"], expected);
        assert_eq!(own["sub"], expected);
        assert_eq!(opaque["sub"], expected);
        assert_eq!(jwt_told["sub"], expected);
        assert_eq!(jwt::claims(for_orders.access())["sub"], expected);
        assert_eq!(jwt::claims(refreshed.id())["sub"], expected);
    });
}

/// S-046: the same address in another tenant is another person.
#[test]
fn tenants_do_not_share_subjects() {
    on_both(async |at| {
        let here = subject(at, "web", cast::ADA).await;
        let there = RelyingParty::of_tenant(at, "acme", "web").tokens("openid").await;

        assert_ne!(jwt::claims(there.id())["sub"], here.as_str());
    });
}
