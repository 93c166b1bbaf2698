//! Authorization details: what exactly is asked for, from the request to the resource server. RFC 9396.

use portreeve_tests::{
    authorization::AuthorizationRequest,
    backchannel::Asker,
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    device::Device,
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
};
use serde_json::{Value, json};

use crate::request_objects::{claims_of, signed};

const BANK: &str = "https://bank.example.com";
const VAULT: &str = "https://vault.example.com";

/// Two APIs with a type each, one of them with opaque tokens, and clients that introspect for them.
async fn bank(at: &Deployment) {
    at.apply(
        r#"
[[resource_servers]]
resource = "https://bank.example.com"
name = "Bank"
scopes = ["accounts"]

[[resource_servers.authorization_details_types]]
type = "payment"
texts = { en = { title = "Pay from your account", description = "One payment." } }
schema = { required = ["amount"], properties = { amount = { title = "Amount", type = "string", pattern = "^[0-9]+[.][0-9]{2}$" }, creditor = { title = "Paid to", type = "string" } } }

[[resource_servers]]
resource = "https://vault.example.com"
token_profile = "opaque"

[[resource_servers.authorization_details_types]]
type = "unlock"
texts = { en = { title = "Open a box" } }
schema = { properties = { box = { type = "integer" } } }

[[clients]]
client_id = "bank-gateway"
client_secret = { file = "secret" }
grant_types = ["client_credentials"]
introspects = ["https://bank.example.com"]

[[clients]]
client_id = "payer"
client_secret = { file = "secret" }
redirect_uris = ["https://payer.example/cb"]
grant_types = ["authorization_code"]
authorization_details_types = ["payment"]
"#,
    )
    .await;
}

fn payment(amount: &str) -> Value {
    json!({ "type": "payment", "amount": amount, "creditor": "Ann <b>Bob</b>" })
}

fn asking(party: &RelyingParty<'_>, details: &Value) -> AuthorizationRequest {
    party.request("openid").with("authorization_details", &details.to_string())
}

/// The error of a request that is refused before a page is shown.
async fn refused(at: &Deployment, request: &AuthorizationRequest) -> String {
    Browser::new(at).authorize(request).await.callback().error().to_owned()
}

/// RA-01, RA-02: what is malformed, unknown, not in the schema or against it.
#[test]
fn bad_details_are_refused() {
    on_sqlite(async |at| {
        bank(at).await;
        let web = RelyingParty::new(at, "web");
        for details in [
            json!({ "type": "payment" }),
            json!([]),
            json!([{ "amount": "1.00" }]),
            json!([{ "type": "unheard" }]),
            json!([{ "type": "payment", "amount": "much" }]),
            json!([{ "type": "payment" }]),
            json!([{ "type": "payment", "amount": "1.00", "other": 1 }]),
        ] {
            assert_eq!(refused(at, &asking(&web, &details)).await, "invalid_authorization_details", "{details}");
            let pushed = web.push(&asking(&web, &details)).await;
            assert_eq!(pushed.error(), (400, "invalid_authorization_details".to_owned()), "{details}");
        }
        assert_eq!(
            refused(at, &web.request("openid").with("authorization_details", "x")).await,
            "invalid_authorization_details"
        );
    });
}

/// RA-03, RA-05: what was granted is in the token response, in the access token, and told to who introspects for its API.
#[test]
fn granted_details_reach_the_resource_server() {
    on_both(async |at| {
        bank(at).await;
        let web = RelyingParty::new(at, "web");
        let details = json!([payment("1.00"), payment("2.00")]);

        let tokens = web.tokens_for(&asking(&web, &details)).await;

        assert_eq!(tokens.0["authorization_details"], details);
        let claims = jwt::claims(tokens.access());
        assert_eq!((&claims["aud"], &claims["authorization_details"]), (&json!(BANK), &details));
        for caller in ["web", "bank-gateway"] {
            let told = RelyingParty::new(at, caller).introspect(tokens.access()).await.success();
            assert_eq!(told["authorization_details"], details, "{caller}");
        }
        let other = RelyingParty::new(at, "gateway").introspect(tokens.access()).await.success();
        assert_eq!(other, json!({ "active": false }));
        let refresh = web.introspect(tokens.refresh()).await.success();
        assert_eq!(refresh["authorization_details"], details);
    });
}

/// RA-05: a token is for one API and holds what was granted there, opaque ones too.
#[test]
fn a_token_holds_the_details_of_its_audience() {
    on_both(async |at| {
        bank(at).await;
        let web = RelyingParty::new(at, "web");
        let details = json!([payment("1.00"), { "type": "unlock", "box": 7 }]);
        let grant = web.grant_for(&asking(&web, &details), cast::ADA).await;

        let at_vault = Tokens(web.redeem_with(&grant, &[("resource", VAULT)]).await.success());
        let at_bank = web.refresh_with(at_vault.refresh(), &[("resource", BANK)]).await.success();

        assert_eq!(at_vault.0["authorization_details"], json!([details[1]]));
        assert_eq!(web.introspect(at_vault.access()).await.success()["authorization_details"], json!([details[1]]));
        assert_eq!(at_bank["authorization_details"], json!([details[0]]));
    });
}

/// RA-04: a token request can narrow what was granted, and a refresh gets no more than that.
#[test]
fn a_token_request_narrows_and_never_widens() {
    on_both(async |at| {
        bank(at).await;
        let web = RelyingParty::new(at, "web");
        let details = json!([payment("1.00"), payment("2.00")]);
        let tokens = web.tokens_for(&asking(&web, &details)).await;
        let one = json!([payment("2.00")]).to_string();

        let narrowed = web.refresh_with(tokens.refresh(), &[("authorization_details", &one)]).await.success();
        assert_eq!(narrowed["authorization_details"], json!([payment("2.00")]));
        let access = narrowed["access_token"].as_str().unwrap();
        assert_eq!(jwt::claims(access)["authorization_details"], json!([payment("2.00")]));
        assert_eq!(web.introspect(access).await.success()["authorization_details"], json!([payment("2.00")]));

        let refresh = narrowed["refresh_token"].as_str().unwrap();
        for more in [json!([payment("3.00")]), json!([payment("1.00"), payment("9.00")]), json!({})] {
            let reply = web.refresh_with(refresh, &[("authorization_details", &more.to_string())]).await;
            assert_eq!(reply.error(), (400, "invalid_authorization_details".to_owned()), "{more}");
        }
        assert_eq!(web.refresh(refresh).await.success()["authorization_details"], details, "a refusal costs nothing");
        let service = RelyingParty::new(at, "service");
        let by_nobody = service.client_credentials(&[("authorization_details", &one)]).await;
        assert_eq!(by_nobody.error(), (400, "invalid_authorization_details".to_owned()));
    });
}

/// RA-06: the types are advertised, and a client is held to those it registered.
#[test]
fn types_are_advertised_and_a_client_keeps_to_its_own() {
    on_sqlite(async |at| {
        assert_eq!(at.discovery().await.get("authorization_details_types_supported"), None);
        bank(at).await;
        assert_eq!(at.discovery().await["authorization_details_types_supported"], json!(["payment", "unlock"]));
        let payer = RelyingParty::new(at, "payer");

        let unlock = asking(&payer, &json!([{ "type": "unlock", "box": 1 }]));

        assert_eq!(refused(at, &unlock).await, "invalid_authorization_details");
        assert!(!Browser::new(at).authorize(&asking(&payer, &json!([payment("1.00")]))).await.is_redirect());
    });
}

/// RA-07: the page says it in words, escaped, and each time anew.
#[test]
fn consent_shows_the_details() {
    on_sqlite(async |at| {
        bank(at).await;
        let web = RelyingParty::new(at, "web");
        let browser = Browser::new(at);
        let request = asking(&web, &json!([payment("123.50")]));
        browser.sign_in(&request, cast::ADA).await.code();

        let page = browser.authorize(&request).await;

        assert_eq!(page.step(), "consent");
        let text = page.text_of("details-1").unwrap();
        for words in ["Pay from your account", "One payment.", "Amount", "123.50", "Paid to", "Ann <b>Bob</b>"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(page.html().contains("Ann &#60;b&#62;Bob") || page.html().contains("Ann &lt;b&gt;Bob"));
        assert!(!page.html().contains("{&#34;") && !page.html().contains("{&quot;"), "no JSON");
        assert_eq!(refused(at, &request.with("prompt", "none")).await, "login_required");
    });
}

/// RA-03, RFC 9101 §4: in a signed request they are JSON.
#[test]
fn a_signed_request_holds_details_as_json() {
    on_sqlite(async |at| {
        bank(at).await;
        let keyed = RelyingParty::new(at, "keyed");
        let mut claims = claims_of(&keyed.request("openid"));
        claims["authorization_details"] = json!([payment("1.00")]);
        let pushed = keyed.post("/oauth2/par", &[("request", &signed(at, &claims))]).await.json();
        let browser = Browser::new(at);
        let page = browser.visit(&keyed.pushed_path(pushed["request_uri"].as_str().unwrap())).await;
        let code = browser.complete(page, cast::ADA).await.code();

        let grant = Grant { code, redirect_uri: keyed.redirect_uri.clone() };
        assert_eq!(keyed.redeem(&grant).await.success()["authorization_details"], json!([payment("1.00")]));
    });
}

/// S-134: what a person agreed to pay, and to whom, is not in the database in the clear.
#[test]
fn granted_details_are_sealed() {
    on_sqlite(async |at| {
        bank(at).await;
        let web = RelyingParty::new(at, "web");

        web.tokens_for(&asking(&web, &json!([payment("98765.43")]))).await;

        let bytes = at.database_bytes();
        assert!(!bytes.windows(8).any(|window| window == b"98765.43"));
    });
}

/// A type means one thing in a tenant, and its schema stands alone.
#[test]
fn bad_types_cannot_be_declared() {
    on_sqlite(async |at| {
        bank(at).await;
        for (types, problem) in [
            (r#"[{ type = "a", texts = {}, schema = { "$ref" = "https://schemas.example/x" } }]"#, "schema of a"),
            (r#"[{ type = "a", texts = {}, schema = {} }, { type = "a", texts = {}, schema = {} }]"#, "defined twice"),
            (r#"[{ type = "a b", texts = {}, schema = {} }]"#, "visible ASCII"),
            (r#"[{ type = "payment", texts = {}, schema = {} }]"#, "defined twice"),
        ] {
            let text = format!(
                "[[resource_servers]]\nresource = \"https://x.example\"\nauthorization_details_types = {types}\n"
            );
            let problems = at.try_apply(&text).await.unwrap_err();
            assert!(problems[0].to_string().contains(problem), "{}", problems[0]);
        }
    });
}

/// RA-03, RA-07: a device and a client at the back channel ask the same way, and the person reads it before saying yes.
#[test]
fn details_are_agreed_to_elsewhere_too() {
    on_both(async |at| {
        bank(at).await;
        let details = json!([payment("1.00")]);
        let text = details.to_string();
        let asked = [("scope", "openid"), ("authorization_details", text.as_str())];
        let bad = [("scope", "openid"), ("authorization_details", r#"[{"type":"payment"}]"#)];
        let refused = (400, "invalid_authorization_details".to_owned());

        let tv = Device::new(at, "tv");
        assert_eq!(tv.try_ask(&bad).await.error(), refused);
        let waiting = tv.ask(&asked).await;
        let browser = Browser::new(at);
        let page = tv.question(&browser, &waiting, cast::ADA).await;
        assert!(page.text_of("details-1").unwrap().contains("1.00"));
        browser.press(&page, "allow", &[("own_device", "yes")]).await;
        let more = [("authorization_details", bad[1].1)];
        assert_eq!(tv.poll_with(&waiting, &more).await.error(), refused, "costs nothing");
        let tokens = tv.poll(&waiting).await.success();
        assert_eq!((&tokens["authorization_details"], at_audience(&tokens)), (&details, json!(BANK)));

        let till = Asker::new(at, "till");
        assert_eq!(till.try_ask(&[bad[0], bad[1], ("login_hint", cast::ADA)]).await.error(), refused);
        let waiting = till.ask(&asked).await;
        let browser = Browser::new(at);
        let page = till.question(&browser, cast::ADA).await;
        assert!(page.text_of("details-1").unwrap().contains("1.00"));
        browser.press(&page, "allow", &[]).await;
        assert_eq!(till.poll(&waiting).await.success()["authorization_details"], details);
    });
}

fn at_audience(tokens: &Value) -> Value {
    jwt::claims(tokens["access_token"].as_str().unwrap())["aud"].clone()
}

/// RA-04: what one client was told is not passed on by token exchange, and cannot be asked for there.
#[test]
fn details_are_not_exchanged() {
    on_sqlite(async |at| {
        bank(at).await;
        at.apply(EXCHANGER).await;
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens_for(&asking(&web, &json!([payment("1.00")]))).await;
        let clerk = RelyingParty::new(at, "clerk");
        let exchange = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", tokens.access()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("resource", cast::ORDERS),
        ];
        let asked = payment("1.00").to_string();

        let exchanged = clerk.token(&exchange).await.success();
        let refused = clerk.token(&[&exchange[..], &[("authorization_details", asked.as_str())]].concat()).await;

        assert_eq!(exchanged.get("authorization_details"), None);
        let claims = jwt::claims(exchanged["access_token"].as_str().unwrap());
        assert_eq!(claims.get("authorization_details"), None);
        assert_eq!(refused.error(), (400, "invalid_authorization_details".to_owned()));
    });
}

const EXCHANGER: &str = r#"
[[clients]]
client_id = "clerk"
client_secret = { file = "secret" }
grant_types = ["urn:ietf:params:oauth:grant-type:token-exchange"]
response_types = []

[[clients.exchanges]]
from = ["https://bank.example.com"]
to = ["https://orders.example.com"]
"#;
