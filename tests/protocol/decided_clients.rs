//! What an operator decides about clients that speak for themselves, and what becomes of clients that files have no more.

use portreeve_domain::{ClientId, ClientMetadata, Lifetime, TenantId};
use portreeve_issuer::configure::{AccountSwitch, Resources, Unlisted};
use portreeve_storage::{
    client_documents::{self, DocumentAge},
    clients, directory_versions,
};
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::Browser,
    cast,
    deployment::{Deployment, on_both},
    temp::TempFolder,
};
use serde_json::json;

use crate::client_documents::{self as documents, Described};

/// How many clients of a tenant are known by their documents at most.
const MAX_DOCUMENTS: usize = 2_000;

/// An entry that holds a client to one API.
fn held_to_bills(id: &str) -> String {
    format!("[[clients]]\nclient_id = {id:?}\nresources = [{:?}]\n", cast::BILLS)
}

/// The same for a client of a document, with words that are its own to say.
fn described_entry(client: &Described) -> String {
    let own = "client_name = \"Theirs\"\ntoken_endpoint_auth_method = \"none\"\n";
    format!("{}{own}redirect_uris = [{:?}]\n", held_to_bills(&client.0.url()), documents::REDIRECT_URI)
}

fn read(text: &str) -> (TempFolder, Resources) {
    let folder = TempFolder::new("decided");
    let file = folder.path().join("resources.toml");
    std::fs::write(&file, text).unwrap();
    let Ok(resources) = Resources::read(&[file]) else { panic!("the file is good") };
    (folder, resources)
}

async fn known(at: &Deployment, id: &str) -> Option<ClientMetadata> {
    at.issuer.directory.refresh().await.unwrap();
    Some(at.tenant().client(&ClientId::parse(id).unwrap())?.metadata.clone())
}

async fn asked(at: &Deployment, client: &Described) -> bool {
    Browser::new(at).authorize(&client.request()).await.reply.status != 400
}

/// Fills the place with clients of documents that nobody uses, all of them fetched now.
async fn fill(at: &Deployment) {
    let (tenant, now) = (TenantId::DEFAULT, at.clock.now());
    let mut tx = at.issuer.store().begin(tenant).await.unwrap();
    for number in 0..MAX_DOCUMENTS {
        let id = ClientId::parse(&format!("https://many.example/{number}")).unwrap();
        clients::upsert(&mut tx, tenant, &id, &ClientMetadata::default(), now).await.unwrap();
        client_documents::put(&mut tx, tenant, &id, DocumentAge { fetched_at: now, renew_at: now }).await.unwrap();
    }
    directory_versions::bump(&mut tx, tenant).await.unwrap();
    tx.commit().await.unwrap();
}

/// S-058: strangers who fill the place with documents make the server forget clients that nobody uses, and none for which the operator has
/// decided something, or that a requirement names: what was decided would go with it.
#[test]
fn what_the_operator_decided_is_not_forgotten_for_want_of_room() {
    on_both(async |at| {
        documents::allow(at).await;
        let (held, off, named, unused) = (
            Described::new(json!({})),
            Described::new(json!({})),
            Described::new(json!({})),
            Described::new(json!({})),
        );
        for client in [&held, &off, &named, &unused] {
            assert!(asked(at, client).await);
        }
        at.apply(&described_entry(&held)).await;
        let id = ClientId::parse(&off.0.url()).unwrap();
        assert!(at.issuer.switch_client(&at.tenant(), &id, AccountSwitch::Off).await.is_ok());
        at.apply(&format!("[[requirements]]\nid = \"r\"\nmax_age = 60\nwhen.clients = [{:?}]\n", named.0.url())).await;
        at.wait(Lifetime::from_seconds(1));
        fill(at).await;

        at.wait(Lifetime::from_hours(2));
        assert!(asked(at, &Described::new(json!({}))).await, "those that nobody uses make room");

        assert_eq!(known(at, &held.0.url()).await.unwrap().resources, [cast::BILLS]);
        assert!(known(at, &off.0.url()).await.is_some());
        assert!(known(at, &named.0.url()).await.is_some());
        assert_eq!(known(at, &unused.0.url()).await, None);
        assert!(at.tenant().client(&id).unwrap().disabled_at.is_some());
    });
}

/// DR-19: a client that files do not have any more was agreed to by nobody: one under the same identifier later is another one.
#[test]
fn a_client_under_a_former_name_is_agreed_to_anew() {
    on_both(async |at| {
        let uri = "https://notes.example/cb";
        let client = format!(
            "[[clients]]\nclient_id = \"notes\"\ntoken_endpoint_auth_method = \"none\"\nredirect_uris = [{uri:?}]\n"
        );
        at.apply(&client).await;
        let (browser, request) = (Browser::new(at), AuthorizationRequest::new("notes", uri, "openid"));
        browser.sign_in(&request, cast::ADA).await.code();
        assert!(browser.authorize(&request).await.is_redirect(), "agreed to already");

        let (_folder, without) = read("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\n");
        assert!(at.issuer.apply(&without, Unlisted::Delete).await.is_ok());
        at.apply(&client).await;

        assert_eq!(browser.authorize(&request).await.step(), "consent");
    });
}
