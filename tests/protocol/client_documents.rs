//! Clients whose identifier is the URL of a document, and what MCP asks for. OAuth Client ID Metadata Document; MCP.

use portreeve_domain::{ClientId, Lifetime};
use portreeve_issuer::configure::AccountSwitch;
use portreeve_tests::{
    authorization::{AuthorizationRequest, VERIFIER},
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    device,
    hosted::Hosted,
    relying_party::{ASSERTION_TYPE, assertion, assertion_claims},
    reply::Reply,
};
use serde_json::{Value, json};

/// The redirect URI of the clients here.
pub(crate) const REDIRECT_URI: &str = "https://app.example/cb";

/// Lets clients be named by their documents in the default tenant.
pub(crate) async fn allow(at: &Deployment) {
    at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nclient_id_metadata_documents = true\n")
        .await;
}

/// A document at an address of its own that names it.
pub(crate) struct Described(pub(crate) Hosted);

impl Described {
    pub(crate) fn new(change: Value) -> Self {
        let hosted = Hosted::new("application/json", "{}");
        let described = Self(hosted);
        described.says(change);
        described
    }

    /// Puts this into the document beside what it must say.
    pub(crate) fn says(&self, change: Value) {
        let mut members = json!({ "client_id": self.0.url(), "client_name": "Notes", "redirect_uris": [REDIRECT_URI] });
        members.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        self.0.replace(&members.to_string());
    }

    pub(crate) fn request(&self) -> AuthorizationRequest {
        AuthorizationRequest::new(&self.0.url(), REDIRECT_URI, "openid")
    }

    async fn redeem(&self, at: &Deployment, code: &str) -> Reply {
        let url = self.0.url();
        let pairs = [
            ("grant_type", "authorization_code"),
            ("client_id", url.as_str()),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        at.post("/oauth2/token", &[], &pairs).await
    }

    /// Has Ada sign in and agree, and returns the access token.
    async fn agreed_to(&self, at: &Deployment, browser: &Browser<'_>) -> String {
        let code = browser.sign_in(&self.request(), cast::ADA).await.code();
        self.redeem(at, &code).await.success()["access_token"].as_str().unwrap().to_owned()
    }
}

async fn asked(at: &Deployment, request: &AuthorizationRequest) -> Page {
    Browser::new(at).authorize(request).await
}

fn is_refused(page: &Page) -> bool {
    page.reply.status == 400 && !page.is_redirect()
}

async fn consent(at: &Deployment, request: &AuthorizationRequest) -> Page {
    let browser = Browser::new(at);
    let page = browser.authorize(request).await;
    let page = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
    assert_eq!(page.step(), "consent", "{}", page.html());
    page
}

/// MC-04, S-157: off unless the tenant says so: the URL is then an unknown client and nobody is asked; the metadata says which.
#[test]
fn documents_are_used_where_the_tenant_says_so() {
    on_sqlite(async |at| {
        let client = Described::new(json!({}));
        assert!(is_refused(&asked(at, &client.request()).await));
        assert_eq!(client.0.fetches(), 0);
        assert_eq!(at.discovery().await["client_id_metadata_document_supported"], false);

        allow(at).await;

        assert_eq!(at.discovery().await["client_id_metadata_document_supported"], true);
        assert!(!is_refused(&asked(at, &client.request()).await));
    });
}

/// CM-02, CM-04, MC-01: a client that describes itself works like any public client, on every node and after the sign-in.
#[test]
fn a_client_that_describes_itself_works() {
    on_both(async |at| {
        allow(at).await;
        let client = Described::new(json!({ "grant_types": ["authorization_code", "refresh_token"] }));

        let code = Browser::new(at).sign_in(&client.request(), cast::ADA).await.code();
        let tokens = client.redeem(at, &code).await.success();

        at.userinfo(tokens["access_token"].as_str().unwrap()).await.success();
        let (url, refresh) = (client.0.url(), tokens["refresh_token"].as_str().unwrap());
        let pairs = [("grant_type", "refresh_token"), ("client_id", url.as_str()), ("refresh_token", refresh)];
        let node = at.another_node().await;
        let rotated = node.post("/oauth2/token", &[], &pairs).await.success();
        // MC-05: the refresh token of a public client rotates.
        assert_ne!(rotated["refresh_token"], tokens["refresh_token"]);
        assert_eq!(client.0.fetches(), 1);
        let claims = portreeve_tests::jwt::claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(claims["aud"], url.as_str());
    });
}

/// CM-02, CM-04: it may push its first request, or ask for a device, before any browser has come with its name; keys in
/// the document prove who it is.
#[test]
fn a_client_may_be_first_seen_at_a_machines_door() {
    on_sqlite(async |at| {
        allow(at).await;
        let device = Described::new(json!({
            "redirect_uris": [], "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"]
        }));
        let url = device.0.url();
        at.post("/oauth2/device_authorization", &[], &[("client_id", &url), ("scope", "openid")]).await.success();

        let key = at.client_key();
        let keyed = Described::new(json!({
            "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [Value::Object(key.public_jwk())] }
        }));
        let (url, request) = (keyed.0.url(), keyed.request());
        let assertion = assertion(at, &assertion_claims(at, &url));
        let mut pairs = request.pairs();
        pairs.extend([("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.as_str())]);
        assert_eq!(at.post("/oauth2/par", &[], &pairs).await.status, 201);

        let public = [("client_id", url.as_str()), ("redirect_uri", REDIRECT_URI), ("response_type", "code")];
        assert_eq!(at.post("/oauth2/par", &[], &public).await.error(), (401, "invalid_client".to_owned()));
    });
}

/// CM-01, CM-03, S-058: what is no such URL, or where the server must not go, is an unknown client; nothing is stored.
#[test]
fn not_every_url_is_fetched() {
    on_both(async |at| {
        allow(at).await;
        for url in [
            "https://app.example",
            "http://app.example/client.json",
            "https://user@app.example/client.json",
            "https://app.example/client.json#x",
            "https://app.example/a/../client.json",
            "https://127.0.0.1/client.json",
            "https://10.0.0.1/client.json",
            "https://[::1]/client.json",
            "https://169.254.169.254/client.json",
            "http://127.0.0.1:1/client.json",
        ] {
            let page = asked(at, &AuthorizationRequest::new(url, REDIRECT_URI, "openid")).await;
            assert!(is_refused(&page), "{url}");
        }
        assert!(at.tenant().clients.keys().all(|id| !id.as_str().contains("://")));
    });
}

/// CM-02, CM-03, CM-04, S-058: a document that is not JSON, too large, about somebody else, or with a secret is none.
#[test]
fn not_every_document_is_taken() {
    on_both(async |at| {
        allow(at).await;
        for change in [
            json!({ "client_id": "https://app.example/client.json" }),
            json!({ "client_id": null }),
            json!({ "client_secret": "known to everybody" }),
            json!({ "token_endpoint_auth_method": "client_secret_basic" }),
            json!({ "redirect_uris": [] }),
            json!({ "first_party": true }),
            json!({ "client_name": "x".repeat(6000) }),
        ] {
            assert!(is_refused(&asked(at, &Described::new(change.clone()).request()).await), "{change}");
        }
        let html = Hosted::new("text/html", "<html></html>");
        assert!(is_refused(&asked(at, &AuthorizationRequest::new(&html.url(), REDIRECT_URI, "openid")).await));
    });
}

/// CM-05: a document is read again after five minutes and not before; what failed is not kept.
#[test]
fn documents_are_kept_for_a_while_and_failures_are_not() {
    on_sqlite(async |at| {
        allow(at).await;
        let client = Described::new(json!({ "redirect_uris": [] }));
        assert!(is_refused(&asked(at, &client.request()).await));
        client.says(json!({}));
        assert!(!is_refused(&asked(at, &client.request()).await));
        assert_eq!(client.0.fetches(), 2);

        at.wait(Lifetime::from_seconds(299));
        asked(at, &client.request()).await;
        assert_eq!(client.0.fetches(), 2);
        at.wait(Lifetime::from_seconds(1));
        asked(at, &client.request()).await;
        assert_eq!(client.0.fetches(), 3);
    });
}

/// CM-05: a document's server says how long it is good, between five minutes and an hour.
#[test]
fn the_server_of_a_document_says_how_long_it_is_good() {
    on_sqlite(async |at| {
        allow(at).await;
        for (said, seconds) in [("max-age=1800", 1800), ("max-age=86400", 3600), ("no-store", 300)] {
            let client = Described::new(json!({}));
            client.0.says_cache_control(said);
            asked(at, &client.request()).await;

            at.wait(Lifetime::from_seconds(seconds - 1));
            asked(at, &client.request()).await;
            assert_eq!(client.0.fetches(), 1, "{said}");
            at.wait(Lifetime::from_seconds(1));
            asked(at, &client.request()).await;
            assert_eq!(client.0.fetches(), 2, "{said}");
        }
    });
}

/// CM-06: the redirect URI is one of the document's, as text; consent shows whose document it is, and no logo.
#[test]
fn consent_shows_whose_document_it_is() {
    on_sqlite(async |at| {
        allow(at).await;
        let client = Described::new(json!({ "logo_uri": "https://app.example/logo.png" }));
        for other in ["https://app.example/cb/", "https://app.example/cb?x", "https://evil.example/cb"] {
            assert!(is_refused(&asked(at, &client.request().with("redirect_uri", other)).await), "{other}");
        }

        let page = consent(at, &client.request()).await;

        let host = client.0.url().split('/').nth(2).unwrap().to_owned();
        assert!(page.text_of("described-at").is_some_and(|text| text.contains(&host)), "{}", page.html());
        assert!(page.text_of("unverified").is_some());
        assert!(page.html().contains("app.example") && !page.html().contains("logo.png"));
        assert_eq!(page.text_of("on-device"), None);
    });
}

/// CM-05, CM-06, S-001: beginning again reads the document again when it is time, as a request does: a redirect URI that its owner took out
/// does not work for as long as somebody begins again.
#[test]
fn beginning_again_goes_by_the_document_of_now() {
    on_both(async |at| {
        allow(at).await;
        let client = Described::new(json!({}));
        let browser = Browser::new(at);
        let page = browser.authorize(&client.request()).await;
        at.wait(Lifetime::from_minutes(31));
        let late = browser.visit(&page.path).await;
        client.says(json!({ "redirect_uris": ["https://app.example/new"] }));

        let again = browser.press(&late, "start-again", &[]).await;

        assert!(is_refused(&again), "{}", again.html());
        assert_eq!(client.0.fetches(), 2);
    });
}

/// CM-07: who agreed is asked again when the document says something else, and its tokens are dead until then.
#[test]
fn a_changed_document_is_agreed_to_again() {
    on_both(async |at| {
        allow(at).await;
        let client = Described::new(json!({}));
        let browser = Browser::new(at);
        let token = client.agreed_to(at, &browser).await;
        assert!(browser.authorize(&client.request()).await.is_redirect(), "agreed to already");

        client.says(json!({ "client_name": "Other notes" }));
        at.wait(Lifetime::from_minutes(5));
        let page = browser.authorize(&client.request()).await;

        assert_eq!(page.step(), "consent");
        assert!(page.html().contains("Other notes"));
        assert_eq!(at.userinfo(&token).await.status, 401);
    });
}

/// CM-07, S-157: a document that lists a grant which the tenant does without has said nothing new when it is read again.
#[test]
fn a_document_with_a_grant_that_is_not_there_is_agreed_to_once() {
    on_both(async |at| {
        let tenant = "[[tenants]]\nslug = \"default\"\nclient_id_metadata_documents = true\n";
        at.apply(&format!("{tenant}disabled_grant_types = [\"{}\"]\n", device::GRANT)).await;
        let client = Described::new(json!({ "grant_types": ["authorization_code", device::GRANT] }));
        let browser = Browser::new(at);
        let token = client.agreed_to(at, &browser).await;

        at.wait(Lifetime::from_minutes(5));
        asked(at, &client.request()).await;

        assert_eq!(client.0.fetches(), 2);
        assert_eq!(at.userinfo(&token).await.status, 200);
        assert!(browser.authorize(&client.request()).await.is_redirect(), "agreed to already");
    });
}

/// S-060, CM-07: a client that an operator holds to one API is held to it when its document is read again; the operator's word is nothing
/// new that the document says.
#[test]
fn what_the_operator_decided_is_no_news_of_a_document() {
    on_both(async |at| {
        allow(at).await;
        let client = Described::new(json!({}));
        let browser = Browser::new(at);
        let token = client.agreed_to(at, &browser).await;
        at.apply(&format!(
            "[[clients]]\nclient_id = {:?}\nclient_name = \"Notes\"\nredirect_uris = [{REDIRECT_URI:?}]\n\
             token_endpoint_auth_method = \"none\"\nresources = [{:?}]\n",
            client.0.url(),
            cast::BILLS
        ))
        .await;

        at.wait(Lifetime::from_minutes(5));
        let page = browser.authorize(&client.request()).await;

        assert_eq!(client.0.fetches(), 2);
        assert!(page.is_redirect(), "agreed to already");
        assert_eq!(at.userinfo(&token).await.status, 200);
        let orders = client.request().with("resource", cast::ORDERS);
        assert_eq!(browser.authorize(&orders).await.callback().error(), "invalid_target");
    });
}

/// S-058: a client that the operator switched off stays off, whatever its document says.
#[test]
fn a_disabled_client_stays_off() {
    on_sqlite(async |at| {
        allow(at).await;
        let client = Described::new(json!({}));
        asked(at, &client.request()).await;
        let id = ClientId::parse(&client.0.url()).unwrap();
        assert!(at.issuer.switch_client(&at.tenant(), &id, AccountSwitch::Off).await.is_ok());
        at.issuer.directory.refresh().await.unwrap();

        client.says(json!({ "client_name": "Other notes" }));
        at.wait(Lifetime::from_minutes(5));

        assert!(is_refused(&asked(at, &client.request()).await));
    });
}

/// MC-07: consent shows where it leads, and warns of a client that is on the device only; any port will do there.
#[test]
fn consent_warns_of_clients_on_the_device() {
    on_sqlite(async |at| {
        allow(at).await;
        let client = Described::new(json!({ "redirect_uris": ["http://127.0.0.1/cb", "http://localhost:3000/cb"] }));

        let page = consent(at, &client.request().with("redirect_uri", "http://127.0.0.1:49152/cb")).await;

        assert!(page.text_of("on-device").is_some());
        assert!(page.html().contains("127.0.0.1"));
    });
}

/// MC-03, MC-06: metadata under both names with the same issuer, S256, `iss` in answers, `offline_access`.
#[test]
fn the_metadata_says_what_mcp_looks_for() {
    on_sqlite(async |at| {
        for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
            let document = at.get(path, &[]).await.success();
            assert_eq!(document["issuer"], cast::ISSUER);
            assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
            assert_eq!(document["authorization_response_iss_parameter_supported"], true);
            assert!(document["scopes_supported"].as_array().unwrap().contains(&json!("offline_access")));
        }
    });
}

/// CM-07: identifiers that the server makes can be no URL.
#[test]
fn identifiers_of_ours_are_no_urls() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nclient_registration = \"open\"\n").await;
        let client = crate::registered::Registered::new(at, &crate::registered::web(json!({}))).await;

        assert!(!client.id().contains(':'));
    });
}
