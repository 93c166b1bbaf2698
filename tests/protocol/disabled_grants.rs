//! Grants that a tenant does without: nothing answers, nothing tells of them, and what they gave is over. SECURITY S-157.

use axum::body::Body;
use http::Method;
use portreeve_domain::Lifetime;
use portreeve_tests::{
    backchannel::{self, Asker},
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, request},
    device::{self, Device},
    relying_party::{RelyingParty, Tokens},
};
use serde_json::{Value, json};

use crate::registered::{allow, register, web};

async fn disable(at: &Deployment, grants: &[&str]) {
    let grants: Vec<_> = grants.iter().map(|grant| format!("\"{grant}\"")).collect();
    allow(at, "initial_access_token", &format!("disabled_grant_types = [{}]", grants.join(", "))).await;
}

fn lists(document: &Value, grant: &str) -> bool {
    document["grant_types_supported"].as_array().unwrap().contains(&json!(grant))
}

/// What each method gets at an address.
async fn answers(at: &Deployment, path: &str) -> Vec<u16> {
    let mut answers = vec![];
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        answers.push(at.send(request(method, path, &[], Body::empty())).await.status.as_u16());
    }
    answers
}

/// S-157: what is not there is not there for any method.
#[test]
fn every_method_gets_one_answer() {
    on_both(async |at| {
        let addresses = ["/oauth2/device_authorization", "/device", "/device/allowed", "/oauth2/bc-authorize"];
        let addresses = [&addresses[..], &["/approve", "/approve/apr_AAAA", "/approve/ended/allowed"]].concat();
        for path in &addresses {
            assert!(answers(at, path).await.contains(&405), "{path}");
        }

        disable(at, &[device::GRANT, backchannel::GRANT]).await;

        for path in &addresses {
            assert_eq!(answers(at, path).await, [404; 5], "{path}");
        }
        assert!(answers(at, "/t/acme/device").await.contains(&405), "another tenant's");
        for path in ["/t/nowhere/oauth2/token", "/t/nowhere/device", "/t/default/device"] {
            assert_eq!(answers(at, path).await, [404; 5], "{path}");
        }
        for path in ["/oauth2/register", "/oauth2/register/dyn_x", "/oauth2/challenge"] {
            assert_eq!(answers(at, &format!("/t/acme{path}")).await, [404; 5], "{path}");
        }
    });
}

/// S-157: neither endpoint nor page of the device grant is there, its code buys nothing, and its tokens are dead; all is back
/// when the operator wants it back.
#[test]
fn a_tenant_without_devices_has_nothing_for_them() {
    on_both(async |at| {
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[("scope", "openid")]).await;
        tv.approve(&asked, cast::ADA).await;
        let tokens = Tokens(tv.poll(&asked).await.success());
        let later = tv.ask(&[("scope", "openid")]).await;
        assert_eq!(at.userinfo(tokens.access()).await.status, 200);

        disable(at, &[device::GRANT]).await;

        assert_eq!(tv.try_ask(&[("scope", "openid")]).await.status, 404);
        for path in ["/device", "/device?user_code=BCD-FGH-JKL", "/device/allowed"] {
            assert_eq!(Browser::new(at).visit(path).await.reply.status, 404, "{path}");
        }
        assert_eq!(tv.poll(&later).await.error(), (400, "unauthorized_client".to_owned()));
        assert_eq!(at.userinfo(tokens.access()).await.status, 401);
        let document = at.discovery().await;
        assert_eq!((lists(&document, device::GRANT), document.get("device_authorization_endpoint")), (false, None));
        let hour = Lifetime::from_hours(1);
        let (_, token) = at.issuer.make_initial_access_token(&at.tenant(), 1, hour).await.unwrap();
        let wanted = web(json!({ "grant_types": ["authorization_code", device::GRANT] }));
        assert_eq!(
            register(at, Some(token.expose()), &wanted).await.error(),
            (400, "invalid_client_metadata".to_owned())
        );

        disable(at, &[]).await;
        assert_eq!(tv.try_ask(&[("scope", "openid")]).await.status, 200);
        assert_eq!(at.userinfo(tokens.access()).await.status, 200);
    });
}

/// S-157: the same for requests by the back channel.
#[test]
fn a_tenant_without_the_back_channel_has_nothing_for_it() {
    on_both(async |at| {
        let till = Asker::new(at, "till");
        let asked = till.ask(&[]).await;
        at.deliver_approval_links().await;

        disable(at, &[backchannel::GRANT]).await;

        let pairs = [("scope", "openid"), ("login_hint", cast::ADA)];
        assert_eq!(till.try_ask(&pairs).await.status, 404);
        for path in ["/approve", "/approve/apr_AAAA", "/approve/ended/allowed"] {
            assert_eq!(Browser::new(at).visit(path).await.reply.status, 404, "{path}");
        }
        assert_eq!(till.poll(&asked).await.error(), (400, "unauthorized_client".to_owned()));
        let document = at.discovery().await;
        assert!(!lists(&document, backchannel::GRANT));
        assert!(document.as_object().unwrap().keys().all(|name| !name.starts_with("backchannel_authentication")));
    });
}

/// S-157: a grant without an address of its own is refused at the token endpoint; that of people cannot be switched off.
#[test]
fn any_other_grant_can_be_done_without() {
    on_both(async |at| {
        let service = RelyingParty::new(at, "service");
        let scope = [("scope", "orders.read")];
        assert_eq!(service.client_credentials(&scope).await.status, 200);

        disable(at, &["client_credentials"]).await;

        assert_eq!(service.client_credentials(&scope).await.error(), (400, "unauthorized_client".to_owned()));
        assert!(!lists(&at.discovery().await, "client_credentials"));
        let refused =
            at.try_apply("[[tenants]]\nslug = \"default\"\ndisabled_grant_types = [\"authorization_code\"]\n").await;
        assert!(refused.is_err());
    });
}
