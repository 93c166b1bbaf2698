//! Requests that the pages of `docs/protocol` have for each grant, sent as they stand. See `documented_clients` for the rest.

use portreeve_tests::{
    authorization::VERIFIER,
    backchannel::Asker,
    browser::{Browser, Page as Shown},
    cast,
    deployment::Deployment,
    device::{Asked, Device},
    documented::{Page, SECRET, on_misprinted_page, on_page, pages_with_requests},
    idp::Idp,
    jwt,
    relying_party::{RelyingParty, basic},
};
use serde_json::{Value, json};

/// Signs Ada in at an address of a page and returns the code.
pub(crate) async fn code_of(at: &Deployment, address: &str) -> String {
    let browser = Browser::new(at);
    let page: Shown = browser.visit(address).await;
    browser.complete(page, cast::ADA).await.code()
}

/// Redeems a code of a client whose settings stand on a page.
async fn redeemed(at: &Deployment, client: &str, (code, redirect_uri): (&str, &str)) -> Value {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    at.post("/oauth2/token", &[("authorization", &basic(client, SECRET))], &pairs).await.success()
}

async fn authorization_code(at: &Deployment, page: &Page<'_>) {
    page.apply("").await;
    page.knows("$CODE", &code_of(at, &page.address()).await);

    let tokens = page.curl().await.success();

    page.shows(&tokens);
    at.verified(tokens["id_token"].as_str().unwrap(), "JWT").await;
}

async fn client_credentials(at: &Deployment, page: &Page<'_>) {
    page.apply("").await;

    let answer = page.curl().await.success();

    page.shows(&answer);
    at.verified(answer["access_token"].as_str().unwrap(), "at+jwt").await;
}

#[test]
fn the_page_of_the_authorization_code_can_be_copied() {
    on_page("authorization-code", authorization_code);
}

#[test]
fn the_page_of_client_credentials_can_be_copied() {
    on_page("client-credentials", client_credentials);
}

/// The control: a parameter that is misprinted in a command fails.
#[test]
#[should_panic(expected = "unsupported_grant_type")]
fn a_misprinted_grant_is_found() {
    let misprint = ("grant_type=client_credentials", "grant_type=client_credential");
    on_misprinted_page("client-credentials", misprint, client_credentials);
}

/// The control: so does a parameter whose name is misprinted.
#[test]
#[should_panic(expected = "invalid_grant")]
fn a_misprinted_parameter_is_found() {
    on_misprinted_page("authorization-code", ("-d code_verifier=", "-d code_verifyer="), authorization_code);
}

/// The control: one in an address.
#[test]
#[should_panic(expected = "code_challenge")]
fn a_misprinted_address_is_found() {
    on_misprinted_page(
        "authorization-code",
        ("code_challenge_method=S256", "code_challenge_method=S265"),
        authorization_code,
    );
}

/// The control: one in the settings.
#[test]
#[should_panic(expected = "unknown variant")]
fn a_misprinted_setting_is_found() {
    on_misprinted_page(
        "client-credentials",
        ("[\"client_credentials\"]", "[\"client_credential\"]"),
        client_credentials,
    );
}

/// The control: one in the answer that is shown.
#[test]
#[should_panic(expected = "the page shows other members")]
fn a_misprinted_answer_is_found() {
    on_misprinted_page("client-credentials", ("\"expires_in\"", "\"expires\""), client_credentials);
}

/// The control: a command that no test sends.
#[test]
#[should_panic(expected = "not sent")]
fn a_request_that_nobody_sends_is_found() {
    on_page("client-credentials", async |_, page| page.apply("").await);
}

#[test]
fn the_page_of_refresh_tokens_can_be_copied() {
    on_page("refresh-tokens", async |at, page| {
        page.apply(
            "[[clients]]\nclient_id = \"shop\"\nclient_secret = { env = \"SHOP_SECRET\" }\n\
             redirect_uris = [\"https://shop.example.com/cb\"]\ngrant_types = [\"authorization_code\", \"refresh_token\"]\n",
        )
        .await;
        let code = code_of(at, &RelyingParty::new(at, "shop").request("openid").path()).await;
        let tokens = redeemed(at, "shop", (&code, "https://shop.example.com/cb")).await;
        page.knows("$REFRESH_TOKEN", tokens["refresh_token"].as_str().unwrap());

        let second = page.curl().await.success();
        page.knows("$REFRESH_TOKEN", second["refresh_token"].as_str().unwrap());
        assert_eq!(page.curl().await.status, 200);

        let pairs = [("grant_type", "refresh_token"), ("refresh_token", second["refresh_token"].as_str().unwrap())];
        let dead = at.post("/oauth2/token", &[("authorization", &basic("shop", SECRET))], &pairs).await;
        assert_eq!(dead.error().1, "invalid_grant", "it was given back");
    });
}

#[test]
fn the_page_of_device_authorization_can_be_copied() {
    on_page("device-authorization", async |at, page| {
        // The commands are for the demo, which has the same client under another name.
        page.apply_with("", &[("\"tv\"", "\"demo-device\"")]).await;

        let answer = page.curl().await.success();
        page.shows(&answer);
        let text = |member: &str| answer[member].as_str().unwrap().to_owned();
        let asked = Asked { device_code: text("device_code"), user_code: text("user_code"), answer: answer.clone() };
        Device::new(at, "demo-device").approve(&asked, cast::ADA).await;
        page.knows("ptdc_…", &asked.device_code);

        assert!(page.curl().await.success()["refresh_token"].is_string());
    });
}

#[test]
fn the_page_of_back_channel_authentication_can_be_copied() {
    on_page("ciba", async |at, page| {
        let jwk = members(at);
        page.apply(&format!(
            "[[clients]]\nclient_id = \"kiosk\"\nclient_secret = {{ env = \"KIOSK_SECRET\" }}\nresponse_types = []\n\
             grant_types = [\"urn:openid:params:grant-type:ciba\"]\nbackchannel_token_delivery_mode = \"poll\"\n\
             backchannel_authentication_request_signing_alg = \"ES256\"\njwks = {{ keys = [{{ {jwk} }}] }}\n"
        ))
        .await;

        let answer = page.curl().await.success();
        page.shows(&answer);
        Asker::new(at, "till").decide("allow").await;
        page.knows("ptar_…", answer["auth_req_id"].as_str().unwrap());
        assert!(page.curl().await.success()["id_token"].is_string());

        let now = at.seconds();
        let claims = json!({
            "iss": "kiosk", "aud": cast::ISSUER, "iat": now, "nbf": now, "exp": now + 300, "jti": "1",
            "scope": "openid", "login_hint": "ada@example.com", "binding_message": "W4SCT",
        });
        page.knows("$SIGNED_REQUEST", &at.client_key().sign("JWT", claims.to_string().as_bytes()).unwrap());
        assert!(page.curl().await.success()["auth_req_id"].is_string());
        at.deliver_approval_links().await;
    });
}

#[test]
fn the_page_of_token_exchange_can_be_copied() {
    on_page("token-exchange", async |at, page| {
        page.apply("[[resource_servers]]\nresource = \"https://stock.example.com\"\nscopes = [\"orders.read\"]\n")
            .await;
        let web = RelyingParty::new(at, "web");
        let request = web.request("openid orders.read orders.write").with("resource", cast::ORDERS);
        page.knows("$TOKEN", web.tokens_for(&request).await.access());

        let answer = page.curl().await.success();

        page.shows(&answer);
        let claims = at.verified(answer["access_token"].as_str().unwrap(), "at+jwt").await;
        assert_eq!(claims["act"], json!({ "sub": "orders-api" }));
    });
}

#[test]
fn the_page_of_jwt_bearer_can_be_copied() {
    on_page("jwt-bearer", async |at, page| {
        let key = "{ kty = \"EC\", crv = \"P-256\", kid = \"1\", x = \"…\", y = \"…\" }";
        page.apply_with("", &[(key, &format!("{{ {} }}", members(at)))]).await;
        let changes = json!({ "iss": "https://idp.example.com", "sub": "00u1a2b3" });
        page.knows("$ASSERTION", &Idp::new(at).assertion(changes));

        let answer = page.curl().await.success();

        let claims = jwt::claims(answer["access_token"].as_str().unwrap());
        assert_eq!((&claims["aud"], &claims["scope"]), (&json!(cast::ORDERS), &json!("orders.read")));
    });
}

/// The public key of `keyed` as members of a TOML table.
pub(crate) fn members(at: &Deployment) -> String {
    let members = at.client_key().public_jwk().into_iter().map(|(name, value)| format!("{name} = {value}"));
    members.collect::<Vec<_>>().join(", ")
}

/// A page with a request to copy has a test that sends it.
#[test]
fn every_page_with_a_request_is_copied() {
    let sources = [include_str!("documented_grants.rs"), include_str!("documented_clients.rs")];
    for page in pages_with_requests() {
        let named = format!("on_page(\"{page}\"");
        assert!(sources.iter().any(|source| source.contains(&named)), "nobody sends the requests of {page}.md");
    }
}
