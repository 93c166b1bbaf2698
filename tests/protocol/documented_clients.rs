//! Requests that the pages of `docs/protocol` have about clients, requests, tokens and sessions, sent as they stand.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portreeve_domain::Lifetime;
use portreeve_jose::{
    Content, ContentEncryption, DecryptionKey, DecryptionKeyType, Encryption, KeyManagement, RecipientKeys,
};
use portreeve_tests::{
    authorization::{CHALLENGE, VERIFIER},
    browser::Browser,
    cast,
    deployment::{Deployment, form},
    documented::{SECRET, on_page},
    dpop::{ProofKey, proof_claims, tokens},
    hosted::Hosted,
    jwt,
    relying_party::{RelyingParty, Tokens, assertion, assertion_claims, basic},
};
use serde_json::{Value, json};

use crate::attested::Wallet;
use crate::documented_grants::{code_of, members};
use crate::request_objects::{claims_of, signed};

/// A client with a secret, as pages take it for granted.
fn client(id: &str, more: &str) -> String {
    format!("[[clients]]\nclient_id = \"{id}\"\nclient_secret = {{ env = \"SECRET\" }}\n{more}\n")
}

/// The client that most pages speak of.
fn web(more: &str) -> String {
    client("web", &format!("redirect_uris = [\"https://web.example/cb\"]\n{more}"))
}

/// Keys at an address: the one of `keyed`, and one to encrypt to.
fn published(at: &Deployment) -> Hosted {
    let made = DecryptionKey::generate(DecryptionKeyType::Elliptic).unwrap();
    let reader = DecryptionKey::from_pkcs8(DecryptionKeyType::Elliptic, &made).unwrap();
    let keys = json!({ "keys": [Value::Object(at.client_key().public_jwk()), reader.public_jwk()] });
    Hosted::new("application/json", &keys.to_string())
}

async fn orders_token(at: &Deployment) -> String {
    let answer = RelyingParty::new(at, "service").client_credentials(&[("scope", "orders.read")]).await.success();
    answer["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn the_page_of_client_authentication_can_be_copied() {
    on_page("client-authentication", async |at, page| {
        let wallet = Wallet { at, attester: ProofKey::new(), instance: ProofKey::new() };
        let keys = Hosted::new("application/json", &json!({ "keys": [wallet.attester.jwk()] }).to_string());
        page.apply_with("", &[("https://attester.example/jwks.json", &keys.url())]).await;

        page.knows("$ASSERTION", &assertion(at, &assertion_claims(at, "keyed")));
        page.curl().await.success();

        let challenge = at.post("/oauth2/challenge", &[], &[]).await.success()["attestation_challenge"].clone();
        page.knows("$ATTESTATION", &wallet.attestation("wallet"));
        page.knows("$PROOF", &wallet.proof(json!({ "challenge": challenge })));
        page.knows("$CODE", &code_of(at, &wallet.party("wallet").request("openid").path()).await);
        page.knows("$VERIFIER", VERIFIER);
        assert!(page.curl().await.success()["id_token"].is_string());
    });
}

#[test]
fn the_page_of_client_keys_can_be_copied() {
    on_page("client-keys", async |at, page| {
        let keys = published(at);
        page.apply_with("", &[("https://service.example/jwks.json", &keys.url())]).await;
        page.knows("$JWT", &assertion(at, &assertion_claims(at, "service")));

        page.curl().await.success();

        assert_eq!(keys.fetches(), 1);
    });
}

#[test]
fn the_page_of_client_documents_can_be_copied() {
    on_page("client-documents", async |at, page| {
        page.apply("").await;
        let (mut shown, document) = (page.example(), Hosted::new("application/json", "{}"));
        shown["client_id"] = json!(document.url());
        document.replace(&shown.to_string());
        let url = form(&[("", &document.url())]).split_off(1);

        let address = page.address().replace("https%3A%2F%2Fapp.example.com%2Fclient.json", &url);

        assert!(!code_of(at, &address).await.is_empty());
    });
}

#[test]
fn the_page_of_registration_can_be_copied() {
    on_page("registration", async |at, page| {
        let vendor = published(at);
        page.apply_with("", &[("https://vendor.example/jwks.json", &vendor.url())]).await;
        let (_, token) = at.issuer.make_initial_access_token(&at.tenant(), 1, Lifetime::from_hours(1)).await.unwrap();
        page.knows("ptia_…", token.expose());

        let registered = page.curl().await.json();
        assert_eq!(registered["client_name#de"], "Netz", "{registered}");
        let text = |answer: &Value, member: &str| answer[member].as_str().unwrap().to_owned();
        page.knows("dyn_…", &text(&registered, "client_id"));
        page.knows("ptrg_…", &text(&registered, "registration_access_token"));
        assert_eq!(page.curl().await.success()["client_id"], registered["client_id"]);
        let replaced = page.curl().await.success();
        assert_eq!(replaced["redirect_uris"], json!(["https://rp.example.com/callback"]));
        page.knows("ptrg_…", &text(&replaced, "registration_access_token"));
        assert_eq!(page.curl().await.status, 204);

        at.apply("[[tenants]]\nslug = \"default\"\nclient_registration = \"open\"\n").await;
        let said = json!({ "iss": "https://vendor.example", "software_id": "app" });
        page.knows("eyJ…", &at.client_key().sign("JWT", said.to_string().as_bytes()).unwrap());
        assert_eq!(page.curl().await.json()["software_id"], "app");
    });
}

#[test]
fn the_page_of_pushed_requests_can_be_copied() {
    on_page("pushed-requests", async |at, page| {
        page.apply(&web("")).await;
        page.knows("$STATE", "s");
        page.knows("$CHALLENGE", CHALLENGE);

        let reply = page.curl().await;

        assert_eq!(reply.status, 201, "{}", reply.text());
        let path = RelyingParty::new(at, "web").pushed_path(reply.json()["request_uri"].as_str().unwrap());
        assert!(!code_of(at, &path).await.is_empty());
    });
}

#[test]
fn the_page_of_authorization_details_can_be_copied() {
    on_page("authorization-details", async |at, page| {
        page.apply(&web("")).await;
        page.knows("$CHALLENGE", CHALLENGE);

        let reply = page.curl().await;

        assert_eq!(reply.status, 201, "{}", reply.text());
        let path = RelyingParty::new(at, "web").pushed_path(reply.json()["request_uri"].as_str().unwrap());
        let browser = Browser::new(at);
        let first = browser.visit(&path).await;
        let consent = browser.press(&first, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        for word in ["Pay from your account", "123.50", "Ann"] {
            assert!(consent.html().contains(word), "{word}: {}", consent.html());
        }
    });
}

#[test]
fn the_page_of_request_objects_can_be_copied() {
    on_page("request-objects", async |at, page| {
        let (keys, object) = (published(at), Hosted::new("application/jwt", ""));
        let more = format!("jwks_uri = \"{}\"\nrequest_uris = [\"{}\"]", keys.url(), object.url());
        page.apply(&web(&more)).await;
        let request = signed(at, &claims_of(&RelyingParty::new(at, "web").request("openid")));
        object.replace(&request);
        page.knows("$OBJECT", &request);
        page.knows("$HASH", &URL_SAFE_NO_PAD.encode(portreeve_crypto::sha256(request.as_bytes()).as_bytes()));

        assert!(!code_of(at, &page.address()).await.is_empty());
        assert_eq!(page.curl().await.status, 201);
        let hosted = form(&[("", &object.url())]).split_off(1);
        let address = page.address().replace("https%3A%2F%2Fweb.example%2Frequest.jwt", &hosted);
        assert!(!code_of(at, &address).await.is_empty());
    });
}

#[test]
fn the_page_of_encryption_can_be_copied() {
    on_page("encryption", async |at, page| {
        let keys = published(at);
        page.apply_with("", &[("https://web.example/jwks.json", &keys.url())]).await;

        let ours = RecipientKeys::from_jwks(&page.curl().await.success()).unwrap();
        let request = signed(at, &claims_of(&RelyingParty::new(at, "web").request("openid")));
        let way = Encryption { key_management: KeyManagement::EcdhEs, content: ContentEncryption::A256Gcm };
        page.knows("$ENCRYPTED", &ours.encrypt(Content::SignedJwt(&request), way).unwrap());
        let reply = page.curl().await;

        assert_eq!(reply.status, 201, "{}", reply.text());
    });
}

#[test]
fn the_page_of_profile_fapi2_can_be_copied() {
    on_page("fapi2", async |at, page| {
        let key = "{ kty = \"EC\", crv = \"P-256\", x = \"…\", y = \"…\" }";
        page.apply_with("", &[(key, &format!("{{ {} }}", members(at)))]).await;
        let mut claims = claims_of(&RelyingParty::new(at, "bank-app").request("openid"));
        claims["nbf"] = json!(at.seconds());
        claims["exp"] = json!(at.seconds() + 300);
        page.knows("$SIGNED_REQUEST", &signed(at, &claims));
        page.knows("$ASSERTION", &assertion(at, &assertion_claims(at, "bank-app")));

        let reply = page.curl().await;

        assert_eq!(reply.status, 201, "{}", reply.text());
    });
}

#[test]
fn the_page_of_dpop_can_be_copied() {
    on_page("dpop", async |at, page| {
        let key = ProofKey::new();
        page.apply(&client("nightly-export", "grant_types = [\"client_credentials\"]\nresponse_types = []")).await;
        page.knows("$PROOF", &key.proof(&proof_claims(at, "POST", "/oauth2/token")));
        assert_eq!(page.curl().await.success()["token_type"], "DPoP");

        let of_ada = tokens(&RelyingParty::new(at, "web"), at, "openid", &key).await;
        page.knows("$TOKEN", of_ada.access());
        page.knows("$PROOF", &key.resource_proof(at, "/oauth2/userinfo", of_ada.access()));
        assert!(page.curl().await.success()["sub"].is_string());
    });
}

#[test]
fn the_page_of_mutual_tls_can_be_copied() {
    on_page("mutual-tls", async |at, page| {
        let method = "token_endpoint_auth_method = \"tls_client_auth\"\ntls_client_auth_san_dns = \"client.example\"\n\
                      tls_client_certificate_bound_access_tokens = true";
        let more = format!("[[clients]]\nclient_id = \"nightly-export\"\n{method}\n{}", SERVICE);
        page.apply(&more).await;

        let answer = page.curl().await.success();

        let claims = at.verified(answer["access_token"].as_str().unwrap(), "at+jwt").await;
        assert!(claims["cnf"]["x5t#S256"].is_string(), "{claims}");
    });
}

/// What a client says that acts on its own behalf.
const SERVICE: &str = "grant_types = [\"client_credentials\"]\nresponse_types = []\n";

#[test]
fn the_page_of_introspection_can_be_copied() {
    on_page("introspection", async |at, page| {
        page.apply(&client("gateway", &format!("{SERVICE}introspects = [\"{}\"]", cast::ORDERS))).await;
        page.knows("$TOKEN", &orders_token(at).await);

        assert_eq!(page.curl().await.success()["active"], true);
        let told = page.curl().await.text();

        assert_eq!(jwt::claims(&told)["token_introspection"]["active"], true);
    });
}

#[test]
fn the_page_of_resource_metadata_can_be_copied() {
    on_page("resource-metadata", async |_, page| {
        let refused = page.curl().await;
        assert_eq!(refused.status, 401);
        let document = page.curl().await.success();

        let address = format!("{}/.well-known/oauth-protected-resource/oauth2/userinfo", cast::ISSUER);
        let named = format!("resource_metadata=\"{address}\"");
        assert!(refused.header("www-authenticate").is_some_and(|challenge| challenge.contains(&named)));
        assert_eq!(document["authorization_servers"], json!([cast::ISSUER]));
    });
}

#[test]
fn the_page_of_responses_can_be_copied() {
    on_page("responses", async |at, page| {
        page.apply(
            "[[clients]]\nclient_id = \"viewer\"\ntoken_endpoint_auth_method = \"none\"\n\
             redirect_uris = [\"https://rp.example.com/cb\"]\ngrant_types = [\"implicit\"]\nresponse_types = [\"id_token token\"]\n",
        )
        .await;
        for members in [["code", "id_token"], ["access_token", "id_token"]] {
            let browser = Browser::new(at);
            let first = browser.visit(&page.address()).await;
            let callback = browser.complete(first, cast::ADA).await;
            assert!(members.iter().all(|member| callback.get(member).is_some()), "{}", callback.url);
        }
    });
}

#[test]
fn the_page_of_logout_can_be_copied() {
    on_page("logout", async |at, page| {
        page.apply(&client(
            "hinted",
            "redirect_uris = [\"https://hinted.example/cb\"]\npost_logout_redirect_uris = [\"https://rp.example.com/bye\"]",
        ))
        .await;
        let (hinted, browser) = (RelyingParty::new(at, "hinted"), Browser::new(at));
        let code = browser.sign_in(&hinted.request("openid"), cast::ADA).await.code();
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", hinted.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let header = basic("hinted", SECRET);
        let tokens = Tokens(at.post("/oauth2/token", &[("authorization", &header)], &pairs).await.success());
        page.knows("eyJ…", tokens.id());

        let done = browser.visit(&page.address()).await;

        assert_eq!(done.reply.location(), Some("https://rp.example.com/bye?state=af0ifjsldkj"));
    });
}

#[test]
fn the_page_of_sign_ins_that_start_elsewhere_can_be_copied() {
    on_page("login-initiation", async |at, page| {
        let rest = "client_id = \"shop\"\ntoken_endpoint_auth_method = \"none\"\nredirect_uris = [\"https://shop.example.com/cb\"]";
        page.apply_with("", &[("client_id = \"shop\"", rest)]).await;

        for parameters in [&["iss"][..], &["iss", "login_hint", "target_link_uri"]] {
            let led = Browser::new(at).visit(&page.address()).await.callback();
            assert!(led.url.starts_with("https://shop.example.com/login?"), "{}", led.url);
            assert!(parameters.iter().all(|name| led.get(name).is_some()), "{}", led.url);
        }
    });
}
