//! An issuer, ours or the control, as the clients of these tests use it: by its metadata alone.

use std::{fs::File, io::Read, net::SocketAddr};

use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value;

use crate::{authority::Authority, browser::Browser};

/// The person at the browser.
pub(crate) const EMAIL: &str = "ada@example.com";

/// Another person, who has an authenticator app.
pub(crate) const EMAIL_OF_TWO_FACTORS: &str = "bea@example.com";

/// The client that calls APIs on its own behalf.
pub(crate) const SERVICE: &str = "nightly-export";

/// The client that calls APIs for the person.
const APPLICATION: &str = "orders-app";
/// Where nobody listens: the browser's driver reads the address and stops.
const REDIRECT_URI: &str = "https://localhost/orders-app/callback";

/// The example of RFC 7636 appendix B.
const CODE_VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What these tests need beyond the pages.
const CAST: &str = r#"
[[users]]
email = "ada@example.com"
email_verified = true
password = { env = "ADA_PASSWORD" }
claims = { name = "Ada Lovelace", given_name = "Ada", family_name = "Lovelace" }

[[users]]
email = "bea@example.com"
email_verified = true
password = { env = "BEA_PASSWORD" }
totp_secret = { env = "BEA_TOTP" }

[[clients]]
client_id = "orders-app"
client_secret = { env = "ORDERS_APP_SECRET" }
client_name = "Orders"
grant_types = ["authorization_code"]
redirect_uris = ["https://localhost/orders-app/callback"]
"#;

/// The environment variables that the pages and [`CAST`] name.
const SECRETS: [&str; 8] = [
    "ADA_PASSWORD",
    "BEA_PASSWORD",
    "INTRANET_PASSPHRASE",
    "INTRANET_SECRET",
    "NIGHTLY_EXPORT_SECRET",
    "ORDERS_APP_SECRET",
    "PAYMENTS_GATEWAY_SECRET",
    "REPORTS_GATEWAY_SECRET",
];

/// The resource files of an issuer and the environment that holds their secrets.
pub(crate) struct Resources {
    /// One TOML document.
    pub(crate) text: String,
    /// Names and values.
    pub(crate) secrets: Vec<(&'static str, String)>,
    /// Where the issuer reaches its clients, although no address there is public.
    pub(crate) reached: Vec<SocketAddr>,
}

impl Resources {
    /// Adds the cast to resources from the pages, and makes every secret.
    pub(crate) fn new(text: &str) -> Self {
        let mut secrets = Vec::from(SECRETS.map(|name| (name, random_secret())));
        secrets.push(("BEA_TOTP", random_base32()));
        Self { text: format!("{text}{CAST}"), secrets, reached: Vec::new() }
    }

    /// Returns the secret of a name.
    pub(crate) fn secret(&self, name: &str) -> &str {
        self.secrets
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, secret)| secret.as_str())
            .expect("a known secret")
    }
}

/// An issuer that answers.
pub(crate) struct Issuer {
    /// Its identifier.
    pub(crate) url: String,
    http: Client,
    metadata: Value,
    service_secret: String,
    application_secret: String,
}

impl Issuer {
    /// Reads the metadata of the issuer `url`.
    pub(crate) async fn discover(url: String, authority: &Authority, resources: &Resources) -> Self {
        let http = authority.client();
        let response =
            http.get(format!("{url}/.well-known/openid-configuration")).send().await.expect("ask for metadata");
        let metadata: Value = response.json().await.expect("metadata is JSON");
        assert_eq!(metadata["issuer"], url);
        let service_secret = resources.secret("NIGHTLY_EXPORT_SECRET").to_owned();
        let application_secret = resources.secret("ORDERS_APP_SECRET").to_owned();
        Self { url, http, metadata, service_secret, application_secret }
    }

    /// Returns an endpoint or other URL from the metadata.
    pub(crate) fn endpoint(&self, name: &str) -> &str {
        self.metadata[name].as_str().unwrap_or_else(|| panic!("no {name} in the metadata"))
    }

    /// Returns the path of an endpoint.
    pub(crate) fn path(&self, name: &str) -> String {
        Url::parse(self.endpoint(name)).expect("an endpoint is a URL").path().to_owned()
    }

    /// Gets the service an access token for `resource`.
    pub(crate) async fn token(&self, resource: &str, scope: &str) -> String {
        let form = [("grant_type", "client_credentials"), ("resource", resource), ("scope", scope)];
        access_token(self.post("token_endpoint", self.service(), &form).await).await
    }

    /// Returns where tokens are given to who shows a certificate (RFC 8705 §5); everybody else may ask there, too.
    pub(crate) fn certified_token_endpoint(&self) -> &str {
        let alias = self.metadata["mtls_endpoint_aliases"]["token_endpoint"].as_str();
        alias.unwrap_or_else(|| self.endpoint("token_endpoint"))
    }

    /// Gets the service a token for `resource` with `http`, whose certificate it is bound to, or with a proof, whose key it
    /// is bound to.
    pub(crate) async fn bound_token(&self, http: &Client, resource: &str, scope: &str, proof: Option<&str>) -> String {
        let form = [("grant_type", "client_credentials"), ("resource", resource), ("scope", scope)];
        let (client, secret) = self.service();
        let mut request = http.post(self.certified_token_endpoint()).basic_auth(client, Some(secret)).form(&form);
        if let Some(proof) = proof {
            request = request.header("DPoP", proof);
        }
        access_token(request.send().await.expect("an answer of the issuer")).await
    }

    /// Has the person sign in and consent in `browser`, and gets the application an access token for `resource`.
    pub(crate) async fn token_of_person(&self, browser: &Browser, resource: &str, scope: &str) -> String {
        let request = [
            ("response_type", "code"),
            ("client_id", APPLICATION),
            ("redirect_uri", REDIRECT_URI),
            ("scope", scope),
            ("resource", resource),
            ("code_challenge", CODE_CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let address = Url::parse_with_params(self.endpoint("authorization_endpoint"), request).expect("an address");
        let back = Url::parse(&browser.leave(address.as_str(), REDIRECT_URI)).expect("an address");
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap_or_else(|| panic!("no code: {back}")).1;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", CODE_VERIFIER),
        ];
        let client = (APPLICATION, self.application_secret.as_str());
        access_token(self.post("token_endpoint", client, &form).await).await
    }

    /// Has the service revoke its token.
    pub(crate) async fn revoke(&self, token: &str) {
        let response = self.post("revocation_endpoint", self.service(), &[("token", token)]).await;
        assert_eq!(response.status(), StatusCode::OK);
    }

    /// Returns the published keys.
    pub(crate) async fn keys(&self) -> Value {
        let response = self.http.get(self.endpoint("jwks_uri")).send().await.expect("ask for keys");
        response.json().await.expect("keys are JSON")
    }

    fn service(&self) -> (&str, &str) {
        (SERVICE, &self.service_secret)
    }

    async fn post(&self, endpoint: &str, (client, secret): (&str, &str), form: &[(&str, &str)]) -> Response {
        let request = self.http.post(self.endpoint(endpoint)).basic_auth(client, Some(secret)).form(form);
        request.send().await.expect("an answer of the issuer")
    }
}

async fn access_token(response: Response) -> String {
    let status = response.status();
    let reply: Value = response.json().await.expect("a token response is JSON");
    assert_eq!(status, StatusCode::OK, "{reply}");
    reply["access_token"].as_str().expect("an access token").to_owned()
}

/// 256 random bits.
pub(crate) fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut bytes)).expect("randomness");
    bytes
}

/// A secret as the pages have readers make it, `openssl rand -hex 32`: the same with and without the form encoding of
/// RFC 6749 §2.3.1, which many clients leave out.
fn random_secret() -> String {
    random_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 160 random bits as an authenticator app is given them.
fn random_base32() -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    random_bytes().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}
