//! Sectors of pairwise subjects, named by a document. OIDC Registration §5, OIDC Core §8.1.

use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    hosted::Hosted,
    jwt,
    reply::Reply,
};
use serde_json::json;

use crate::registered::{Registered, allow, register};

/// The redirect URIs of the clients here, on two hosts.
const URIS: [&str; 2] = ["https://one.example/cb", "https://two.example/cb"];

async fn registered(at: &Deployment, sector: &str) -> Reply {
    let metadata = json!({ "redirect_uris": URIS, "subject_type": "pairwise", "sector_identifier_uri": sector });
    register(at, None, &metadata).await
}

async fn subject(at: &Deployment, client: &Registered) -> String {
    let request = client.request("openid").with("redirect_uri", URIS[0]);
    let code = Browser::new(at).sign_in(&request, cast::ADA).await.code();
    let tokens = client.redeem_at(at, &code, URIS[0]).await.success();
    jwt::claims(tokens["id_token"].as_str().unwrap())["sub"].as_str().unwrap().to_owned()
}

/// DR-07: a sector's document lists every redirect URI, or the client is refused.
#[test]
fn the_document_lists_every_redirect_uri() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let (one, two) = (URIS[0], URIS[1]);
        let cases = [
            (Hosted::new("application/json", &json!([one, two, "https://three.example/"]).to_string()), 201),
            (Hosted::new("application/json", &json!([one]).to_string()), 400),
            (Hosted::new("application/json", &json!([one, "https://two.example/cb/"]).to_string()), 400),
            (Hosted::new("application/json", "[]"), 400),
            (Hosted::new("application/json", &json!({ "uris": URIS }).to_string()), 400),
            (Hosted::new("application/json", &json!([one, two, 3]).to_string()), 400),
            (Hosted::new("application/json", "not JSON"), 400),
            (Hosted::new("text/html", &json!(URIS).to_string()), 400),
        ];
        for (document, status) in cases {
            let reply = registered(at, &document.url()).await;

            assert_eq!((reply.status.as_u16(), document.fetches()), (status, 1), "{}", reply.text());
            if status == 400 {
                assert_eq!(reply.json()["error"], "invalid_client_metadata");
                assert!(reply.text().contains("sector_identifier_uri"));
            }
        }
    });
}

/// DR-07, S-029: a document that is not there, or where the server may not go, is none.
#[test]
fn a_document_that_cannot_be_had_is_none() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        for uri in ["http://127.0.0.1:1/x", "https://127.0.0.1/x", "https://nowhere.invalid/x"] {
            assert_eq!(registered(at, uri).await.error(), (400, "invalid_client_metadata".to_owned()), "{uri}");
        }
    });
}

/// DR-07: a replacement and a resource file are checked as a registration is.
#[test]
fn every_way_of_registering_is_checked() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let document = Hosted::new("application/json", &json!(["https://self.example/cb"]).to_string());
        let client = Registered::new(at, &json!({ "redirect_uris": ["https://self.example/cb"] })).await;
        let file = format!(
            "[[clients]]\nclient_id = \"pair\"\ntoken_endpoint_auth_method = \"none\"\nsubject_type = \"pairwise\"\n\
             redirect_uris = [\"https://other.example/cb\"]\nsector_identifier_uri = \"{}\"\n",
            document.url()
        );

        let replaced = client
            .manage(
                at,
                http::Method::PUT,
                &json!({
                    "client_id": client.id(),
                    "redirect_uris": ["https://other.example/cb"],
                    "sector_identifier_uri": document.url(),
                }),
            )
            .await;
        let applied = at.try_apply(&file).await;

        assert_eq!(replaced.error(), (400, "invalid_client_metadata".to_owned()));
        let problems = applied.unwrap_err();
        assert!(problems[0].to_string().contains("resources.toml:6: client pair"), "{}", problems[0]);
    });
}

/// DR-08: pairwise with several hosts demands a sector; clients of one sector see the same subject.
#[test]
fn clients_of_one_sector_see_the_same_subject() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let document = Hosted::new("application/json", &json!(URIS).to_string());
        let without = register(at, None, &json!({ "redirect_uris": URIS, "subject_type": "pairwise" })).await;
        assert_eq!(without.error(), (400, "invalid_client_metadata".to_owned()));
        let one = Registered(registered(at, &document.url()).await.json());
        let two = Registered(registered(at, &document.url()).await.json());

        assert_eq!(subject(at, &one).await, subject(at, &two).await);
    });
}
