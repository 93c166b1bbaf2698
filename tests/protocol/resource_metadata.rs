//! Protected resource metadata of userinfo and of registered APIs. RFC 9728.

use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::RelyingParty,
    reply::Reply,
};
use serde_json::json;

/// The `resource_metadata` of a challenge, below the host.
fn metadata_of(reply: &Reply) -> String {
    let challenge = reply.header("www-authenticate").unwrap_or_default();
    let (_, rest) = challenge.split_once("resource_metadata=\"").unwrap_or_else(|| panic!("{challenge}"));
    let address = rest.split('"').next().unwrap_or_default();
    address.strip_prefix(cast::ISSUER).unwrap_or_else(|| panic!("{address} is elsewhere")).to_owned()
}

async fn asked(at: &Deployment, path: &str, token: &str) -> Reply {
    at.get(path, &[("authorization", &format!("Bearer {token}"))]).await
}

/// PR-01: the document is where its identifier says, with the well-known path in the middle, and names itself as a client
/// names it.
#[test]
fn the_document_is_where_its_identifier_says() {
    on_sqlite(async |at| {
        for (path, issuer) in [
            ("/.well-known/oauth-protected-resource/oauth2/userinfo", "https://id.example".to_owned()),
            ("/.well-known/oauth-protected-resource/t/acme/oauth2/userinfo", "https://id.example/t/acme".to_owned()),
        ] {
            let reply = at.get(path, &[]).await;

            assert_eq!(reply.header("content-type"), Some("application/json"));
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
            let document = reply.success();
            assert_eq!(document["resource"], format!("{issuer}/oauth2/userinfo"));
            assert_eq!(document["authorization_servers"], json!([issuer]));
        }
        for path in [
            "/.well-known/oauth-protected-resource/t/nowhere/oauth2/userinfo",
            "/.well-known/oauth-protected-resource/t/default/oauth2/userinfo",
            "/.well-known/oauth-protected-resource",
            "/gateway/resource-metadata/nowhere",
        ] {
            assert_eq!(at.get(path, &[]).await.status, 404, "{path}");
        }
    });
}

/// PR-02: whoever is refused, without a token or with a bad one, is told where the document is, and it is there.
#[test]
fn a_refused_client_is_told_where_the_document_is() {
    on_sqlite(async |at| {
        for path in ["/oauth2/userinfo", "/t/acme/oauth2/userinfo"] {
            for reply in [at.get(path, &[]).await, asked(at, path, "garbage").await] {
                assert_eq!(reply.status, 401);
                let document = at.get(&metadata_of(&reply), &[]).await.success();
                assert_eq!(document["resource"], format!("{}{path}", cast::ISSUER));
            }
        }
        for (app, resource) in [("Orders", cast::ORDERS), ("bills.example.com", cast::BILLS)] {
            let path = format!("/gateway/auth-request/{app}");
            for reply in [at.get(&path, &[]).await, asked(at, &path, "garbage").await] {
                assert_eq!(reply.status, 401);
                assert_eq!(at.get(&metadata_of(&reply), &[]).await.success()["resource"], resource);
            }
        }
    });
}

/// PR-04: a registered API takes its tokens in the header only, and says which scopes it has.
#[test]
fn a_registered_api_says_what_it_takes() {
    on_sqlite(async |at| {
        let document = at.get("/gateway/resource-metadata/Orders", &[]).await.success();

        assert_eq!(
            document,
            json!({
                "resource": cast::ORDERS,
                "authorization_servers": [cast::ISSUER],
                "scopes_supported": ["orders.read", "orders.write"],
                "bearer_methods_supported": ["header"],
                "resource_name": "Orders",
            })
        );
    });
}

/// PR-04, OD-06: userinfo takes a token in each way it says, and in no other.
#[test]
fn userinfo_takes_tokens_in_the_ways_it_says() {
    on_sqlite(async |at| {
        let token = RelyingParty::new(at, "web").tokens("openid").await;
        let document = at.get("/.well-known/oauth-protected-resource/oauth2/userinfo", &[]).await.success();
        let methods: Vec<_> = document["bearer_methods_supported"].as_array().unwrap().clone();
        let takes = async |method: &str| match method {
            "header" => at.userinfo(token.access()).await,
            "body" => at.post("/oauth2/userinfo", &[], &[("access_token", token.access())]).await,
            "query" => at.get(&format!("/oauth2/userinfo?access_token={}", token.access()), &[]).await,
            other => panic!("{other} is no method of RFC 6750"),
        };

        for method in ["header", "body", "query"] {
            assert_eq!(takes(method).await.status == 200, methods.contains(&json!(method)), "{method}");
        }
    });
}

/// PR-03: what the server's metadata names as protected has a document that names the server.
#[test]
fn what_the_server_names_as_protected_names_the_server() {
    on_sqlite(async |at| {
        for prefix in ["", "/t/acme"] {
            let server = at.get(&format!("{prefix}/.well-known/openid-configuration"), &[]).await.success();
            for resource in server["protected_resources"].as_array().unwrap() {
                let path = resource.as_str().unwrap().strip_prefix(cast::ISSUER).unwrap();
                let document = at.get(&format!("/.well-known/oauth-protected-resource{path}"), &[]).await.success();
                assert_eq!(&document["resource"], resource);
                assert_eq!(document["authorization_servers"], json!([server["issuer"]]));
            }
        }
    });
}

/// PR-01, RI-03: the identifier of the document can be named as `resource` and gives a token for userinfo.
#[test]
fn the_identifier_of_the_document_gives_a_token_for_it() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let grant = web.grant_for(&web.request("openid orders.read").with("resource", cast::ORDERS), cast::ADA).await;

        let ours = [("resource", "https://id.example/oauth2/userinfo")];
        let tokens = web.redeem_with(&grant, &ours).await.success();

        at.userinfo(tokens["access_token"].as_str().unwrap()).await.success();
    });
}
