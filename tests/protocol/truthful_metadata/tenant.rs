//! A tenant of each profile, and what a client of it registers and asks.

use std::fmt;

use axum::body::Body;
use http::Method;
use portreeve_domain::Lifetime;
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::{Browser, Page},
    certificates::certificates,
    deployment::{Deployment, on_both, on_sqlite, request},
    relying_party::RelyingParty,
};
use serde_json::{Map, Value, json};

/// Where certificates are asked for, when that is another place.
pub(super) const MTLS: &str = "https://mtls.id.example";

/// Every profile, and the tenant of the tests that has it.
const TENANTS: [(&str, &str); 3] = [("default", "oauth21"), ("certified", "oidc"), ("strict", "fapi2")];

/// The modulus of RFC 7638 §3.1.
const RSA_MODULUS: &str = concat!(
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM",
    "stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5",
    "hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
);

/// What can be switched on beside a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switches {
    /// As a tenant is that says nothing.
    Off,
    /// Attestations with challenges, client documents, signed requests alone, and another base for certificates.
    On,
}

/// A tenant with its document.
pub(super) struct Tenant<'d> {
    pub(super) at: &'d Deployment,
    pub(super) slug: &'static str,
    pub(super) switches: Switches,
    pub(super) document: Map<String, Value>,
    /// With which clients register.
    token: String,
}

impl fmt::Display for Tenant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with switches {:?} on {:?}", self.slug, self.switches, self.at.database)
    }
}

impl<'d> Tenant<'d> {
    async fn new(at: &'d Deployment, slug: &'static str, profile: &str, switches: Switches) -> Self {
        let more = match switches {
            Switches::Off => "",
            Switches::On => {
                "client_attestation = \"challenged\"\nclient_id_metadata_documents = true\n\
                 require_signed_request_object = true\n"
            }
        };
        let server = match switches {
            Switches::Off => String::new(),
            Switches::On => format!(
                "[[resource_servers]]\ntenant = \"{slug}\"\nresource = \"https://bank.example.com\"\n\
                 [[resource_servers.authorization_details_types]]\ntype = \"payment\"\nschema = {{}}\n\
                 texts = {{ en = {{ title = \"Pay\" }} }}\n"
            ),
        };
        let public = match profile {
            "fapi2" => String::new(),
            _ => format!(
                "[[clients]]\ntenant = \"{slug}\"\nclient_id = \"open\"\ntoken_endpoint_auth_method = \"none\"\n\
                 redirect_uris = [\"https://open.example/cb\"]\n"
            ),
        };
        let key: Vec<_> =
            at.client_key().public_jwk().into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
        at.apply(&format!(
            "[[tenants]]\nslug = \"{slug}\"\nprofile = \"{profile}\"\n\
             client_registration = \"initial_access_token\"\n{more}\
             [[clients]]\ntenant = \"{slug}\"\nclient_id = \"signer\"\ngrant_types = [\"authorization_code\"]\n\
             token_endpoint_auth_method = \"private_key_jwt\"\nredirect_uris = [\"https://signer.example/cb\"]\n\
             jwks = {{ keys = [{{ {} }}] }}\n{public}{server}",
            key.join(", ")
        ))
        .await;
        let path = format!("{}/.well-known/openid-configuration", base(slug));
        let Value::Object(document) = at.get(&path, &[]).await.success() else { panic!("no object") };
        let (tenant, hour) = (at.issuer.directory.by_slug(slug).unwrap(), Lifetime::from_hours(1));
        let (_, token) = at.issuer.make_initial_access_token(&tenant, 1000, hour).await.unwrap();
        Self { at, slug, switches, document, token: token.expose().to_owned() }
    }

    /// A client of it that has a key.
    pub(super) fn client(&self) -> RelyingParty<'d> {
        match self.slug {
            "default" => RelyingParty::new(self.at, "signer"),
            slug => RelyingParty::of_tenant(self.at, slug, "signer"),
        }
    }

    pub(super) fn lists(&self, member: &str, value: &str) -> bool {
        self.document.get(member).and_then(Value::as_array).is_some_and(|list| list.contains(&json!(value)))
    }

    pub(super) fn says(&self, member: &str) -> bool {
        self.document.get(member).is_some_and(|value| *value == json!(true))
    }

    /// Whether a client can register these members, and is told that it has.
    pub(super) async fn registers(&self, members: &Value) -> bool {
        let bearer = format!("Bearer {}", self.token);
        let members = self.completed(members);
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        let path = format!("{}/oauth2/register", base(self.slug));
        let sent = request(Method::POST, &path, &headers, Body::from(members.to_string()));
        let reply = self.at.send_from(self.at.fresh_address(), sent).await;
        assert!(reply.status.as_u16() < 500, "{members}: {}", reply.text());
        // What nobody knows is ignored: taken is what is told back.
        let told = if reply.status == 201 { reply.json() } else { return false };
        members.as_object().unwrap().iter().all(|(name, value)| told.get(name) == Some(value))
    }

    /// The members, with a method that the tenant takes where they name none.
    fn completed(&self, members: &Value) -> Value {
        let mut members = members.clone();
        let method = "token_endpoint_auth_method";
        if members.get(method).is_none() && !self.lists("token_endpoint_auth_methods_supported", "client_secret_basic")
        {
            members[method] = json!("private_key_jwt");
            if members.get("jwks").is_none() {
                members["jwks"] = jwks();
            }
        }
        members
    }

    /// The error that a request with this parameter gets, signed where requests must be.
    pub(super) async fn error_for(&self, name: &str, value: &str) -> Option<String> {
        let request = self.client().request("openid").with(name, value);
        let is_object = matches!(name, "request" | "request_uri");
        if self.switches == Switches::Off || is_object {
            return self.error_of(&request).await;
        }
        self.error_of(&self.signed(&request)).await
    }

    /// The error that a request gets in the way in which the tenant takes requests.
    pub(super) async fn error_of(&self, request: &AuthorizationRequest) -> Option<String> {
        if self.says("require_pushed_authorization_requests") {
            let pushed = self.client().push(request).await;
            return (pushed.status != 201).then(|| pushed.error().1);
        }
        let page = Browser::new(self.at).authorize(request).await;
        if page.reply.status.is_client_error() {
            return Some("shown to the person".to_owned());
        }
        page.is_redirect().then(|| page.callback().get("error").map(str::to_owned)).flatten()
    }

    /// Where a request leads a browser in which nobody is signed in, in the way in which the tenant takes requests.
    pub(super) async fn page_of(&self, request: &AuthorizationRequest) -> Page {
        let request = match self.switches {
            Switches::Off => request.clone(),
            Switches::On => self.signed(request),
        };
        if !self.says("require_pushed_authorization_requests") {
            return Browser::new(self.at).authorize(&request).await;
        }
        let pushed = self.client().push(&request).await;
        assert_eq!(pushed.status, 201, "{self}: {}", pushed.text());
        let path = self.client().pushed_path(pushed.json()["request_uri"].as_str().unwrap());
        Browser::new(self.at).visit(&path).await
    }

    /// The same request as an object; beside it stands what must (OIDC Core §6.1).
    pub(super) fn signed(&self, request: &AuthorizationRequest) -> AuthorizationRequest {
        let (client, now) = (self.client(), self.at.seconds());
        let mut claims = json!({ "iss": client.id, "aud": client.issuer(), "nbf": now, "exp": now + 300 });
        for (name, value) in request.pairs() {
            claims[name] = json!(value);
        }
        let object = self.at.client_key().sign("oauth-authz-req+jwt", claims.to_string().as_bytes()).unwrap();
        let bare = match self.slug {
            "certified" => client.request("openid"),
            "default" => AuthorizationRequest::bare(&client.id),
            slug => AuthorizationRequest::bare(&client.id).at_tenant(slug),
        };
        bare.with("request", &object)
    }
}

pub(super) fn base(slug: &str) -> String {
    if slug == "default" { String::new() } else { format!("/t/{slug}") }
}

/// A key for signatures and one for encryption (RFC 8037 appendix A.2, RFC 7517 appendix A.1).
fn jwks() -> Value {
    json!({ "keys": [{
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "use": "sig", "kid": "a",
    }, {
        "kty": "EC", "crv": "P-256", "use": "enc", "kid": "b",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    }, {
        "kty": "RSA", "use": "enc", "kid": "c", "e": "AQAB", "n": RSA_MODULUS,
    }] })
}

/// A registration with this value in this field, and whatever a client with it must say besides.
pub(super) fn registration(field: &str, value: &str) -> Value {
    let mut members = json!({ "redirect_uris": ["https://new.example/cb"] });
    let mut say = |name: &str, value: Value| members[name] = value;
    match (field, value) {
        ("grant_types", "refresh_token") => say("grant_types", json!(["authorization_code", "refresh_token"])),
        ("grant_types", "authorization_code") => say("grant_types", json!(["authorization_code"])),
        ("grant_types", "implicit") => {
            say("grant_types", json!(["implicit"]));
            say("response_types", json!(["id_token"]));
        }
        ("grant_types", "urn:openid:params:grant-type:ciba") => {
            say("grant_types", json!([value]));
            say("response_types", json!([]));
            say("backchannel_token_delivery_mode", json!("poll"));
            // Some profiles demand it of whoever uses the grant.
            say("backchannel_authentication_request_signing_alg", json!("ES256"));
            say("jwks", jwks());
        }
        ("grant_types", other) => {
            say("grant_types", json!([other]));
            say("response_types", json!([]));
        }
        ("token_endpoint_auth_method", "private_key_jwt") => {
            say("token_endpoint_auth_method", json!(value));
            say("jwks", jwks());
        }
        ("token_endpoint_auth_method", "self_signed_tls_client_auth") => {
            say("token_endpoint_auth_method", json!(value));
            say("jwks", certificates().jwks.clone());
        }
        ("token_endpoint_auth_method", "tls_client_auth") => {
            say("token_endpoint_auth_method", json!(value));
            say("tls_client_auth_san_dns", json!("new.example"));
        }
        ("token_endpoint_auth_signing_alg", _) => {
            let is_mac = value.starts_with("HS");
            say("token_endpoint_auth_method", json!(if is_mac { "client_secret_jwt" } else { "private_key_jwt" }));
            say(field, json!(value));
            if !is_mac {
                say("jwks", jwks());
            }
        }
        ("response_types", _) => {
            let grants = [("code", "authorization_code"), ("token", "implicit")];
            let needs = |word: &str| value.split(' ').any(|part| part.ends_with(word));
            let grants: Vec<_> = grants.iter().filter(|(word, _)| needs(word)).map(|(_, grant)| *grant).collect();
            say("grant_types", json!(grants));
            say("response_types", json!([value]));
        }
        ("backchannel_token_delivery_mode", _) => {
            say("grant_types", json!(["urn:openid:params:grant-type:ciba"]));
            say("response_types", json!([]));
            say(field, json!(value));
            say("backchannel_authentication_request_signing_alg", json!("ES256"));
            say("jwks", jwks());
            if value != "poll" {
                say("backchannel_client_notification_endpoint", json!("https://new.example/notify"));
            }
        }
        (field, _) => {
            say(field, json!(value));
            if let Some(of) = field.strip_suffix("_enc") {
                say(&format!("{of}_alg"), json!("ECDH-ES"));
            }
            if field.contains("encrypt") || field.contains("request_object") || field.contains("backchannel") {
                say("jwks", jwks());
            }
        }
    }
    members
}

/// Runs a test on tenants of every profile: as they are on SQLite, and with everything switched on on both databases.
pub(super) fn on_each(test: impl AsyncFn(&Tenant<'_>)) {
    on_sqlite(async |at| {
        for (slug, profile) in TENANTS {
            test(&Tenant::new(at, slug, profile, Switches::Off).await).await;
        }
    });
    on_both(async |at| {
        let node = at.another_node_with_certificates_at(MTLS).await;
        for (slug, profile) in TENANTS {
            test(&Tenant::new(&node, slug, profile, Switches::On).await).await;
        }
    });
}
