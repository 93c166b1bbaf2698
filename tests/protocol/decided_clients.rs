//! What an operator decides about clients that speak for themselves, and what becomes of clients that files have no more.

use portreeve_issuer::configure::{Resources, Unlisted};
use portreeve_tests::{
    authorization::AuthorizationRequest, browser::Browser, cast, deployment::on_both, temp::TempFolder,
};

fn read(text: &str) -> (TempFolder, Resources) {
    let folder = TempFolder::new("decided");
    let file = folder.path().join("resources.toml");
    std::fs::write(&file, text).unwrap();
    let Ok(resources) = Resources::read(&[file]) else { panic!("the file is good") };
    (folder, resources)
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
