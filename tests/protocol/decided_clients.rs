//! What an operator decides about clients that speak for themselves, and what becomes of clients that files have no more.

use std::sync::{Arc, Barrier};

use http::Method;
use portreeve_domain::{ClientId, ClientMetadata, Failure, Lifetime, TenantId};
use portreeve_issuer::configure::{AccountSwitch, Change, Resources, Unlisted};
use portreeve_storage::{
    client_documents::{self, DocumentAge},
    clients, directory_versions,
};
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    hosted::Hosted,
    temp::TempFolder,
};
use serde_json::{Value, json};

use crate::client_documents::{self as documents, Described};
use crate::registered::{self, Registered, web};

/// How many clients of a tenant are known by their documents at most.
const MAX_DOCUMENTS: usize = 2_000;

/// An entry that holds a client to one API.
fn held_to_bills(id: &str) -> String {
    format!("[[clients]]\nclient_id = {id:?}\nresources = [{:?}]\n", cast::BILLS)
}

/// The same for a client that registered itself, with words that are its own to say.
fn registered_entry(client: &Registered) -> String {
    let own = format!("client_name = \"Theirs\"\nredirect_uris = [{:?}]\n", registered::REDIRECT_URI);
    held_to_bills(client.id()) + &own
}

/// The same for a client of a document.
fn described_entry(client: &Described) -> String {
    let own = "client_name = \"Theirs\"\ntoken_endpoint_auth_method = \"none\"\n";
    format!("{}{own}redirect_uris = [{:?}]\n", held_to_bills(&client.0.url()), documents::REDIRECT_URI)
}

/// What `plan` says of a resource file: the changes, or what is wrong.
async fn plan(at: &Deployment, text: &str, unlisted: Unlisted) -> Result<Vec<String>, String> {
    let (_folder, resources) = read(text);
    match at.issuer.plan(&resources, unlisted).await {
        Ok(changes) => Ok(changes.iter().map(Change::to_string).collect()),
        Err(Failure::Refused(problems)) => Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
        Err(Failure::Fault(fault)) => panic!("{fault}"),
    }
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

/// S-056, S-060: of a client that registered itself files say what only the operator decides; its words, its secret and what becomes of
/// them are its own, and a plan is empty once it was carried out.
#[test]
fn files_leave_a_registered_client_its_words() {
    on_both(async |at| {
        registered::allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({ "client_name": "Net" }))).await;
        let file = registered_entry(&client);
        assert_eq!(
            plan(at, &file, Unlisted::Keep).await.unwrap(),
            [format!("~ client {} in default: resources", client.id())]
        );

        at.apply(&file).await;

        let metadata = known(at, client.id()).await.unwrap();
        assert_eq!(
            (metadata.client_name.as_deref(), metadata.resources.as_slice()),
            (Some("Net"), &[cast::BILLS.to_owned()][..])
        );
        let secretless = client.with_id(json!({ "client_name": "Mine", "token_endpoint_auth_method": "none" }));
        client.manage(at, Method::PUT, &secretless).await.success();
        assert_eq!(plan(at, &file, Unlisted::Keep).await.unwrap(), Vec::<String>::new());
        // An entry need not repeat them; what it does not decide any more is undecided.
        at.apply(&format!("[[clients]]\nclient_id = {:?}\n", client.id())).await;
        let metadata = known(at, client.id()).await.unwrap();
        assert_eq!((metadata.client_name.as_deref(), metadata.resources.len()), (Some("Mine"), 0));
    });
}

/// S-056: a client that has removed itself is told with the line of its entry; it does not come back as the operator's own.
#[test]
fn files_do_not_bring_back_a_client_that_removed_itself() {
    on_both(async |at| {
        registered::allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({}))).await;
        let file = registered_entry(&client);
        at.apply(&file).await;

        assert_eq!(client.manage(at, Method::DELETE, &Value::Null).await.status, 204);
        let file = format!("{file}token_endpoint_auth_method = \"none\"\n");

        let refused = plan(at, &file, Unlisted::Keep).await.unwrap_err();
        assert!(refused.contains("resources.toml:2: client dyn_") && refused.contains("is gone"), "{refused}");
        assert!(at.try_apply(&file).await.is_err());
        assert_eq!(known(at, client.id()).await, None);
    });
}

/// S-056: what a client says of itself while a file is carried out stays.
#[test]
fn files_do_not_undo_what_a_client_says_meanwhile() {
    on_both(async |at| {
        registered::allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({ "client_name": "Net" }))).await;
        let uri = "https://notes.example/cb";
        let sector = Hosted::new("application/json", &json!([uri]).to_string());
        let barrier = Arc::new(Barrier::new(2));
        sector.answers_at(&barrier);
        let file = format!(
            "{}[[clients]]\nclient_id = \"notes\"\ntoken_endpoint_auth_method = \"none\"\nredirect_uris = [{uri:?}]\n\
             sector_identifier_uri = {:?}\n",
            registered_entry(&client),
            sector.url()
        );
        let rename = async || {
            while sector.fetches() == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            let said = client.with_id(json!({ "client_name": "Mine" }));
            client.manage(at, Method::PUT, &said).await.success();
            barrier.wait();
        };

        tokio::join!(at.apply(&file), rename());

        let metadata = known(at, client.id()).await.unwrap();
        assert_eq!((metadata.client_name.as_deref(), metadata.resources), (Some("Mine"), vec![cast::BILLS.to_owned()]));
    });
}

/// clients that speak for themselves stay when files are pruned, so what is demanded at them is no mistake then.
#[test]
fn a_requirement_may_name_a_client_that_no_file_declares() {
    on_sqlite(async |at| {
        registered::allow(at, "open", "").await;
        let client = Registered::new(at, &web(json!({}))).await;
        let rule = format!(
            "[[tenants]]\nslug = \"default\"\nclient_registration = \"open\"\n\
             [[requirements]]\nid = \"r\"\nmax_age = 60\nwhen.clients = [{:?}]\n",
            client.id()
        );

        for unlisted in [Unlisted::Keep, Unlisted::Delete] {
            let changes = plan(at, &rule, unlisted).await.unwrap();
            assert!(changes.iter().all(|change| !change.contains(client.id())), "{changes:?}");
        }
    });
}

/// S-058: the words of a client that a document describes are the document's, whatever an entry for it says.
#[test]
fn files_leave_a_described_client_its_words() {
    on_both(async |at| {
        documents::allow(at).await;
        let client = Described::new(json!({}));
        assert!(asked(at, &client).await);
        let file = described_entry(&client);

        at.apply(&file).await;

        let metadata = known(at, &client.0.url()).await.unwrap();
        assert_eq!((metadata.client_name.as_deref(), metadata.resources.len()), (Some("Notes"), 1));
        client.says(json!({ "client_name": "Other notes" }));
        at.wait(Lifetime::from_minutes(5));
        assert!(asked(at, &client).await);
        assert_eq!(known(at, &client.0.url()).await.unwrap().client_name.as_deref(), Some("Other notes"));
        assert_eq!(plan(at, &file, Unlisted::Keep).await.unwrap(), Vec::<String>::new());
    });
}

/// R-25, S-157: a client that is known by its document does not exist where documents are off, and a file that has one is told so.
#[test]
fn a_described_client_cannot_be_declared_where_documents_are_off() {
    on_both(async |at| {
        let (on, off) = ("client_id_metadata_documents = true\n", "client_id_metadata_documents = false\n");
        let tenant = "[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\n";
        documents::allow(at).await;
        let client = Described::new(json!({}));
        assert!(asked(at, &client).await);
        let entry = described_entry(&client);

        let refused = plan(at, &format!("{tenant}{off}{entry}"), Unlisted::Keep).await.unwrap_err();
        assert!(refused.contains("resources.toml:6: client ") && refused.contains("is off"), "{refused}");
        at.apply(&format!("{tenant}{off}")).await;
        let refused = plan(at, &entry, Unlisted::Keep).await.unwrap_err();
        assert!(refused.contains("resources.toml:2: client ") && refused.contains("is off"), "{refused}");

        at.apply(&format!("{tenant}{on}{entry}")).await;
        assert_eq!(plan(at, &format!("{tenant}{on}{entry}"), Unlisted::Keep).await.unwrap(), Vec::<String>::new());
        let metadata = known(at, &client.0.url()).await.unwrap();
        assert_eq!((metadata.client_name.as_deref(), metadata.resources.len()), (Some("Notes"), 1));
    });
}
