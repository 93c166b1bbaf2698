//! Registered clients that read, replace and delete their registration. RFC 7592, OIDC Registration 1.0 §4.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use http::Method;
use portreeve_domain::{ClientId, Lifetime};
use portreeve_issuer::configure::{AccountSwitch, ExportScope, Resources, Unlisted};
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    device,
    hosted::Hosted,
    relying_party::{RelyingParty, basic},
    reply::Reply,
    temp::TempFolder,
};
use serde_json::{Value, json};

use crate::registered::{ENDPOINT, REDIRECT_URI, Registered, allow, send, web};

const UNUSABLE: (u16, &str) = (401, "invalid_token");

fn error(reply: &Reply) -> (u16, String) {
    reply.error()
}

fn unusable() -> (u16, String) {
    (UNUSABLE.0, UNUSABLE.1.to_owned())
}

async fn read(at: &Deployment, path: &str, token: &str) -> Reply {
    send(at, Method::GET, path, Some(token), &Value::Null).await
}

/// DR-16: the client reads what is registered, with its token and address, and the secret is not told again.
#[test]
fn a_client_reads_its_registration() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({ "client_name": "Net" }))).await;

        let reply = client.manage(at, Method::GET, &Value::Null).await;

        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let mut expected = client.0.clone();
        expected.as_object_mut().unwrap().remove("client_secret");
        assert_eq!(reply.success(), expected);
    });
}

/// DR-17: a replacement replaces: what it leaves out is gone or has its default.
#[test]
fn a_replacement_replaces_everything() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({ "client_name": "Net", "default_max_age": 60 }))).await;
        let before = at.events("client.updated").await;

        let reply = client.manage(at, Method::PUT, &client.with_id(json!({ "client_name#de": "Netz" }))).await;

        let told = reply.success();
        assert_eq!((told.get("client_name"), told.get("default_max_age")), (None, None));
        assert_eq!(told["client_name#de"], "Netz");
        assert_eq!(told["client_id_issued_at"], client.0["client_id_issued_at"]);
        assert_eq!(told.get("client_secret"), None, "the one it has stays and is not told again");
        assert_eq!(at.events("client.updated").await, before + 1);
        let code = Browser::new(at).sign_in(&client.request("openid"), cast::ADA).await.code();
        client.redeem(at, &code).await.success();
    });
}

/// S-056, S-060: a client that an operator holds to one API is held to it when it replaces what it registered, and is not told so.
#[test]
fn a_replacement_is_not_rid_of_what_the_operator_decided() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({}))).await;
        let browser = Browser::new(at);
        browser.sign_in(&RelyingParty::new(at, "web").request("openid"), cast::ADA).await.code();
        let for_api = async |resource| browser.authorize(&client.request("openid").with("resource", resource)).await;
        assert_eq!(for_api(cast::ORDERS).await.step(), "consent", "any API before");
        at.apply(&format!(
            "[[clients]]\nclient_id = {:?}\nredirect_uris = [{REDIRECT_URI:?}]\nresources = [{:?}]\n",
            client.id(),
            cast::BILLS
        ))
        .await;

        let told = client.manage(at, Method::PUT, &client.with_id(json!({ "client_name": "Mine" }))).await.success();

        assert_eq!((&told["client_name"], told.get("resources")), (&json!("Mine"), None));
        assert_eq!(for_api(cast::ORDERS).await.callback().error(), "invalid_target");
        assert_eq!(for_api(cast::BILLS).await.step(), "consent");
    });
}

/// S-056, S-060: what the operator decides while a replacement is under way is not undone by it. The client is told to come back, and
/// does, as every one here.
#[test]
fn a_replacement_does_not_undo_what_was_decided_meanwhile() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({}))).await;
        let sector = Hosted::new("application/json", &json!([REDIRECT_URI]).to_string());
        let barrier = Arc::new(Barrier::new(2));
        sector.answers_at(&barrier);
        let replacement = client.with_id(json!({ "sector_identifier_uri": sector.url() }));
        let decide = async || {
            while sector.fetches() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            at.apply(&format!(
                "[[clients]]\nclient_id = {:?}\nredirect_uris = [{REDIRECT_URI:?}]\nresources = [{:?}]\n",
                client.id(),
                cast::BILLS
            ))
            .await;
            barrier.wait();
        };

        let (replaced, ()) = tokio::join!(client.manage(at, Method::PUT, &replacement), decide());

        assert_eq!(replaced.success()["sector_identifier_uri"], sector.url());
        let id = ClientId::parse(client.id()).unwrap();
        assert_eq!(at.tenant().client(&id).unwrap().metadata.resources, [cast::BILLS]);
    });
}

/// S-057: a replacement brings a new token; the old one is dead from then on.
#[test]
fn a_replaced_token_is_dead() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({}))).await;

        let renewed = Registered(client.manage(at, Method::PUT, &client.with_id(json!({}))).await.success());

        assert_ne!(client.token(), renewed.token());
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            assert_eq!(error(&client.manage(at, method, &client.with_id(json!({}))).await), unusable());
        }
        renewed.manage(at, Method::GET, &Value::Null).await.success();
    });
}

/// S-157, DR-17: what a client was told it may send back, also a grant that its tenant does without by now; it gets no new one.
#[test]
fn a_grant_that_is_gone_may_be_sent_back() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({ "grant_types": ["authorization_code", "refresh_token"] }))).await;
        let disabled = format!("disabled_grant_types = [\"refresh_token\", \"{}\"]", device::GRANT);
        allow(at, "open", &disabled).await;
        let told = client.manage(at, Method::GET, &Value::Null).await.success()["grant_types"].clone();
        let more = client.with_id(json!({ "grant_types": ["authorization_code", device::GRANT] }));

        assert_eq!(error(&client.manage(at, Method::PUT, &more).await), (400, "invalid_client_metadata".to_owned()));
        let same = client.with_id(json!({ "grant_types": told, "client_name": "Net" }));
        assert_eq!(client.manage(at, Method::PUT, &same).await.success()["client_name"], "Net");
    });
}

/// DR-17, DR-18, S-056: a replacement obeys the rules of a registration and some more; a refused one changes nothing.
#[test]
fn a_replacement_obeys_the_same_rules() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({ "client_name": "Net" }))).await;
        let cases = [
            ("invalid_redirect_uri", json!({ "redirect_uris": ["https://self.example/cb#f"] })),
            ("invalid_client_metadata", json!({ "grant_types": ["authorization_code", "client_credentials"] })),
            ("invalid_client_metadata", json!({ "first_party": true })),
            ("invalid_client_metadata", json!({ "introspects": [cast::ORDERS] })),
            ("invalid_client_metadata", json!({ "client_id": "web" })),
            ("invalid_client_metadata", json!({ "client_id": null })),
            ("invalid_client_metadata", json!({ "client_secret": "a secret that the client has chosen" })),
            ("invalid_client_metadata", json!({ "registration_access_token": client.token() })),
            ("invalid_client_metadata", json!({ "registration_client_uri": client.text("registration_client_uri") })),
            ("invalid_client_metadata", json!({ "client_secret_expires_at": 0 })),
            ("invalid_client_metadata", json!({ "client_id_issued_at": 0 })),
        ];
        for (code, change) in cases {
            let mut metadata = client.with_id(json!({}));
            metadata.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());

            let reply = client.manage(at, Method::PUT, &metadata).await;

            assert_eq!(error(&reply), (400, code.to_owned()), "{change}");
        }
        let held = client.with_id(json!({ "client_secret": client.text("client_secret"), "client_name": "Net" }));
        assert_eq!(client.manage(at, Method::GET, &Value::Null).await.success()["client_name"], "Net");
        client.manage(at, Method::PUT, &held).await.success();
    });
}

/// DR-02, DR-18: a client that changes its method gets a secret when it needs one and loses it when it does not.
#[test]
fn a_secret_comes_and_goes_with_the_method() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let public = Registered::new(at, &web(json!({ "token_endpoint_auth_method": "none" }))).await;

        let with_secret = public.with_id(json!({ "token_endpoint_auth_method": "client_secret_basic" }));
        let confidential = Registered(public.manage(at, Method::PUT, &with_secret).await.success());
        let code = Browser::new(at).sign_in(&confidential.request("openid"), cast::ADA).await.code();
        confidential.redeem(at, &code).await.success();
        let without = confidential.with_id(json!({ "token_endpoint_auth_method": "none" }));
        let again = Registered(confidential.manage(at, Method::PUT, &without).await.success());

        assert_eq!(confidential.0["client_secret_expires_at"], 0);
        assert_eq!(again.0.get("client_secret"), None);
        let id = ClientId::parse(again.id()).unwrap();
        assert!(at.tenant().client(&id).unwrap().secrets.is_empty());
    });
}

/// DR-19: with the client end its codes, grants and tokens, at once; its address answers 401 from then on.
#[test]
fn a_deleted_client_takes_everything_along() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let refreshing = json!({ "grant_types": ["authorization_code", "refresh_token"] });
        let client = Registered::new(at, &web(refreshing)).await;
        let code = async || Browser::new(at).sign_in(&client.request("openid"), cast::ADA).await.code();
        let tokens = client.redeem(at, &code().await).await.success();
        let (unredeemed, access) = (code().await, tokens["access_token"].as_str().unwrap());
        let before = at.events("client.deleted").await;

        let reply = client.manage(at, Method::DELETE, &Value::Null).await;

        assert_eq!((reply.status.as_u16(), reply.body.len()), (204, 0));
        assert_eq!(at.events("client.deleted").await, before + 1);
        assert_eq!(at.userinfo(access).await.status, 401);
        assert_eq!(client.redeem(at, &unredeemed).await.error().1, "invalid_client");
        let authorization = basic(client.id(), client.text("client_secret"));
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
        let refreshed = at.post("/oauth2/token", &[("authorization", &authorization)], &pairs).await;
        assert_eq!(refreshed.error().1, "invalid_client");
        assert!(!Browser::new(at).authorize(&client.request("openid")).await.is_redirect());
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            assert_eq!(error(&client.manage(at, method, &client.with_id(json!({}))).await), unusable());
        }
    });
}

/// DR-20, S-057: one client's token at another one's address, at one that is nobody's, and a token of another kind get
/// the same answer.
#[test]
fn a_token_is_good_at_its_own_address_only() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let (one, two) = (Registered::new(at, &web(json!({}))).await, Registered::new(at, &web(json!({}))).await);
        let access = RelyingParty::new(at, "web").tokens("openid").await;
        let (_, initial) = at.issuer.make_initial_access_token(&at.tenant(), 1, Lifetime::from_hours(1)).await.unwrap();
        let nobody = format!("{ENDPOINT}/dyn_{}", "0".repeat(32));
        let foreign = format!("/t/acme{}", one.path());
        let cases = [
            (two.path(), one.token()),
            (nobody.as_str(), one.token()),
            ("/oauth2/register/web", one.token()),
            (one.path(), access.access()),
            (one.path(), initial.expose()),
            (one.path(), "garbage"),
        ];
        let mut bodies = vec![];
        for (path, token) in cases {
            for method in [Method::GET, Method::PUT, Method::DELETE] {
                let reply = send(at, method, path, Some(token), &two.with_id(json!({}))).await;
                assert_eq!(error(&reply), unusable(), "{path}");
                bodies.push(reply.body);
            }
        }
        bodies.dedup();

        assert_eq!(bodies.len(), 1);
        assert_eq!(read(at, &foreign, one.token()).await.status, 404);
        assert_eq!(send(at, Method::GET, one.path(), None, &Value::Null).await.status, 401);
        read(at, one.path(), one.token()).await.success();
    });
}

/// S-057: a client that the operator switched off cannot switch itself on again.
#[test]
fn a_disabled_client_cannot_manage_itself() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({}))).await;
        let id = ClientId::parse(client.id()).unwrap();
        assert!(at.issuer.switch_client(&at.tenant(), &id, AccountSwitch::Off).await.is_ok());

        for method in [Method::GET, Method::PUT, Method::DELETE] {
            assert_eq!(error(&client.manage(at, method, &client.with_id(json!({}))).await), unusable());
        }
        at.issuer.directory.refresh().await.unwrap();
        assert!(at.tenant().client(&id).unwrap().disabled_at.is_some());
    });
}

/// files never declare a client that registered itself, so a prune does not take it and an export leaves it out.
#[test]
fn files_leave_registered_clients_alone() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({}))).await;

        let folder = TempFolder::new("prune");
        let file = folder.path().join("resources.toml");
        std::fs::write(&file, "[[tenants]]\nslug = \"default\"\nclient_registration = \"open\"\n").unwrap();
        let Ok(resources) = Resources::read(&[file]) else { panic!("the file is good") };
        let Ok(changes) = at.issuer.plan(&resources, Unlisted::Delete).await else { panic!("the plan is good") };
        let exported = at.issuer.export(ExportScope::Configuration).await.unwrap();

        assert!(changes.iter().any(|change| change.name == "web"), "{changes:?}");
        assert!(changes.iter().all(|change| change.name != client.id()), "{changes:?}");
        assert!(!exported.contains(client.id()));
    });
}
