//! OD-06 for every profile: each member of the metadata is shown to be true, and what it does not list does not work.
//!
//! Every member has a row here, or the test fails with its name: who adds one to the document says here how it is shown.
//! Lists are compared with everything their registry knows: advertised values are taken, all others are refused.
//! OIDC Discovery §3, RFC 8414 §2.

mod registries;

use std::{fs, path::Path};

use axum::body::Body;
use http::Method;
use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::Browser,
    cast,
    certificates::certificates,
    deployment::{Deployment, on_sqlite, request},
    relying_party::RelyingParty,
};
use serde_json::{Map, Value, json};

use registries::{CONTENT_ENCRYPTION, GRANTS, KEY_MANAGEMENT, METHODS, RESPONSE_TYPES, SIGNATURES};

/// Every profile, and the tenant of the tests that has it.
const TENANTS: [(&str, &str); 3] = [("default", "oauth21"), ("certified", "oidc"), ("strict", "fapi2")];

/// Lists whose values a client registers: the member of the metadata, the field, and everything its registry knows.
const REGISTERED: [(&str, &str, &[&str]); 21] = [
    ("grant_types_supported", "grant_types", GRANTS),
    ("subject_types_supported", "subject_type", &["public", "pairwise", "anonymous"]),
    ("token_endpoint_auth_methods_supported", "token_endpoint_auth_method", METHODS),
    ("response_types_supported", "response_types", RESPONSE_TYPES),
    ("id_token_signing_alg_values_supported", "id_token_signed_response_alg", SIGNATURES),
    ("id_token_encryption_alg_values_supported", "id_token_encrypted_response_alg", KEY_MANAGEMENT),
    ("id_token_encryption_enc_values_supported", "id_token_encrypted_response_enc", CONTENT_ENCRYPTION),
    ("userinfo_signing_alg_values_supported", "userinfo_signed_response_alg", SIGNATURES),
    ("userinfo_encryption_alg_values_supported", "userinfo_encrypted_response_alg", KEY_MANAGEMENT),
    ("userinfo_encryption_enc_values_supported", "userinfo_encrypted_response_enc", CONTENT_ENCRYPTION),
    ("request_object_signing_alg_values_supported", "request_object_signing_alg", SIGNATURES),
    ("request_object_encryption_alg_values_supported", "request_object_encryption_alg", KEY_MANAGEMENT),
    ("request_object_encryption_enc_values_supported", "request_object_encryption_enc", CONTENT_ENCRYPTION),
    ("authorization_signing_alg_values_supported", "authorization_signed_response_alg", SIGNATURES),
    ("authorization_encryption_alg_values_supported", "authorization_encrypted_response_alg", KEY_MANAGEMENT),
    ("authorization_encryption_enc_values_supported", "authorization_encrypted_response_enc", CONTENT_ENCRYPTION),
    ("introspection_signing_alg_values_supported", "introspection_signed_response_alg", SIGNATURES),
    ("introspection_encryption_alg_values_supported", "introspection_encrypted_response_alg", KEY_MANAGEMENT),
    ("introspection_encryption_enc_values_supported", "introspection_encrypted_response_enc", CONTENT_ENCRYPTION),
    ("backchannel_token_delivery_modes_supported", "backchannel_token_delivery_mode", &["poll", "ping", "push"]),
    (
        "backchannel_authentication_request_signing_alg_values_supported",
        "backchannel_authentication_request_signing_alg",
        SIGNATURES,
    ),
];

/// Lists whose values an authorization request names: the member, the parameter, and others than the advertised.
const REQUESTED: [(&str, &str, &[&str]); 4] = [
    (
        "response_modes_supported",
        "response_mode",
        &["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt", "web_message"],
    ),
    ("prompt_values_supported", "prompt", &["none", "login", "consent", "select_account", "create", "sometimes"]),
    ("code_challenge_methods_supported", "code_challenge_method", &["plain", "S256", "S512"]),
    ("scopes_supported", "scope", &["openid", "nonsense", "admin", "OPENID"]),
];

/// Endpoints: the member, and where it would be.
const ENDPOINTS: [(&str, &str); 13] = [
    ("authorization_endpoint", "/oauth2/authorize"),
    ("token_endpoint", "/oauth2/token"),
    ("jwks_uri", "/oauth2/jwks"),
    ("userinfo_endpoint", "/oauth2/userinfo"),
    ("introspection_endpoint", "/oauth2/introspect"),
    ("revocation_endpoint", "/oauth2/revoke"),
    ("end_session_endpoint", "/oauth2/logout"),
    ("registration_endpoint", "/oauth2/register"),
    ("pushed_authorization_request_endpoint", "/oauth2/par"),
    ("device_authorization_endpoint", "/oauth2/device_authorization"),
    ("backchannel_authentication_endpoint", "/oauth2/bc-authorize"),
    ("check_session_iframe", "/oauth2/check-session"),
    ("mtls_endpoint_aliases", "/oauth2/mtls"),
];

/// Flags that promise a parameter of the authorization request: the member, the parameter, a value, and what is answered
/// where the flag is false or absent.
const PARAMETERS: [(&str, &str, &str, &str); 2] = [
    ("request_parameter_supported", "request", "x", "request_not_supported"),
    ("request_uri_parameter_supported", "request_uri", "https://rp.example/r", "request_uri_not_supported"),
];

/// Flags that promise a field of a registration.
const FIELDS: [(&str, &str, &str); 6] = [
    ("backchannel_logout_supported", "backchannel_logout_uri", "\"https://new.example/back\""),
    ("backchannel_logout_session_supported", "backchannel_logout_session_required", "true"),
    ("frontchannel_logout_supported", "frontchannel_logout_uri", "\"https://new.example/front\""),
    ("frontchannel_logout_session_supported", "frontchannel_logout_session_required", "true"),
    ("tls_client_certificate_bound_access_tokens", "tls_client_certificate_bound_access_tokens", "true"),
    ("backchannel_user_code_parameter_supported", "backchannel_user_code_parameter", "true"),
];

/// Members that tests of their own show to be true, and where those are.
const SHOWN_ELSEWHERE: [(&str, &str); 18] = [
    ("issuer", "discovery, authorization_response"),
    ("authorization_details_types_supported", "authorization_details"),
    ("acr_values_supported", "passkeys"),
    ("claims_supported", "discovery"),
    ("claim_types_supported", "discovery"),
    ("claims_parameter_supported", "discovery"),
    ("token_endpoint_auth_signing_alg_values_supported", "discovery, assertion_algorithms"),
    ("introspection_endpoint_auth_methods_supported", "discovery"),
    ("introspection_endpoint_auth_signing_alg_values_supported", "discovery, assertion_algorithms"),
    ("revocation_endpoint_auth_methods_supported", "discovery"),
    ("revocation_endpoint_auth_signing_alg_values_supported", "discovery, assertion_algorithms"),
    ("authorization_response_iss_parameter_supported", "discovery, authorization_response"),
    ("require_request_uri_registration", "discovery, request_uris"),
    ("require_signed_request_object", "request_objects"),
    ("require_pushed_authorization_requests", "pushed_requests"),
    ("dpop_signing_alg_values_supported", "dpop"),
    ("protected_resources", "resource_metadata"),
    ("client_id_metadata_document_supported", "client_documents"),
];

/// The modulus of RFC 7638 §3.1.
const RSA_MODULUS: &str = concat!(
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM",
    "stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5",
    "hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
);

/// A tenant with its document.
struct Tenant<'d> {
    at: &'d Deployment,
    slug: &'static str,
    document: Map<String, Value>,
}

impl<'d> Tenant<'d> {
    async fn new(at: &'d Deployment, slug: &'static str, profile: &str) -> Self {
        at.apply(&format!(
            "[[tenants]]\nslug = \"{slug}\"\nprofile = \"{profile}\"\nclient_registration = \"initial_access_token\"\n"
        ))
        .await;
        let path = format!("{}/.well-known/openid-configuration", base(slug));
        let Value::Object(document) = at.get(&path, &[]).await.success() else { panic!("no object") };
        Self { at, slug, document }
    }

    fn lists(&self, member: &str, value: &str) -> bool {
        self.document.get(member).and_then(Value::as_array).is_some_and(|list| list.contains(&json!(value)))
    }

    fn says(&self, member: &str) -> bool {
        self.document.get(member).is_some_and(|value| *value == json!(true))
    }

    /// Whether a client can register these members, and is told that it has.
    async fn registers(&self, members: &Value) -> bool {
        let tenant = self.at.issuer.directory.by_slug(self.slug).unwrap();
        let hour = Lifetime::from_hours(1);
        let (_, token) = self.at.issuer.make_initial_access_token(&tenant, 1, hour).await.unwrap();
        let bearer = format!("Bearer {}", token.expose());
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

    /// The error that a request with this parameter gets, in the way in which the tenant takes requests.
    async fn error_for(&self, name: &str, value: &str) -> Option<String> {
        let web = match self.slug {
            "default" => RelyingParty::new(self.at, "web"),
            slug => RelyingParty::of_tenant(self.at, slug, "web"),
        };
        let request = web.request("openid").with(name, value);
        if self.says("require_pushed_authorization_requests") {
            let pushed = web.push(&request).await;
            return (pushed.status != 201).then(|| pushed.error().1);
        }
        let page = Browser::new(self.at).authorize(&request).await;
        page.is_redirect().then(|| page.callback().get("error").map(str::to_owned)).flatten()
    }
}

fn base(slug: &str) -> String {
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
fn registration(field: &str, value: &str) -> Value {
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

fn on_each(test: impl AsyncFn(&Tenant<'_>)) {
    on_sqlite(async |at| {
        for (slug, profile) in TENANTS {
            test(&Tenant::new(at, slug, profile).await).await;
        }
    });
}

/// OD-06: a member that nobody here shows to be true must not be there.
#[test]
fn every_member_is_shown_to_be_true() {
    on_each(async |tenant| {
        let shown: Vec<&str> = REGISTERED
            .iter()
            .map(|(member, ..)| *member)
            .chain(REQUESTED.iter().map(|(member, ..)| *member))
            .chain(ENDPOINTS.iter().map(|(member, _)| *member))
            .chain(PARAMETERS.iter().map(|(member, ..)| *member))
            .chain(FIELDS.iter().map(|(member, ..)| *member))
            .chain(SHOWN_ELSEWHERE.iter().map(|(member, _)| *member))
            .collect();

        for member in tenant.document.keys() {
            assert!(shown.contains(&member.as_str()), "{member} is advertised and nothing here shows that it is true");
        }
    });
}

/// OD-06: the tests that are said to show a member speak of it.
#[test]
fn what_is_shown_elsewhere_is_named_there() {
    for (member, files) in SHOWN_ELSEWHERE {
        for file in files.split(", ") {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("protocol/{file}.rs"));
            assert!(path.is_file(), "{member}: {file}");
        }
        let first = files.split(", ").next().unwrap_or_default();
        let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("protocol/{first}.rs")));
        assert!(source.unwrap().contains(&format!("\"{member}\"")), "{first} says nothing of {member}");
    }
}

/// OD-06: what a list advertises can be registered, and nothing else of its registry.
#[test]
fn what_is_advertised_can_be_registered_and_nothing_else() {
    on_each(async |tenant| {
        for (member, field, registry) in REGISTERED {
            let advertised = tenant.document.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
            let advertised: Vec<_> = advertised.iter().filter_map(Value::as_str).collect();
            for value in &advertised {
                assert!(registry.contains(value), "{member} lists {value}, which its registry does not know");
            }
            for value in registry {
                let taken = tenant.registers(&registration(field, value)).await;
                assert_eq!(taken, tenant.lists(member, value), "{}: {member}: {value}", tenant.slug);
            }
        }
    });
}

/// OD-06: what a list advertises can be asked for, and nothing else of its registry.
#[test]
fn what_is_advertised_can_be_asked_for_and_nothing_else() {
    on_each(async |tenant| {
        for (member, parameter, registry) in REQUESTED {
            for value in registry {
                let error = tenant.error_for(parameter, value).await;
                // Nobody is signed in: `none` says so, and that is not a refusal of the value.
                let is_refused = error.is_some_and(|error| error != "login_required");
                assert_eq!(!is_refused, tenant.lists(member, value), "{}: {parameter}={value}", tenant.slug);
            }
        }
    });
}

/// OD-06: an endpoint is there when it is advertised, at the address that is advertised, and not otherwise.
#[test]
fn endpoints_are_there_when_they_are_advertised() {
    on_each(async |tenant| {
        for (member, path) in ENDPOINTS {
            let path = format!("{}{path}", base(tenant.slug));
            let status = tenant.at.post(&path, &[], &[]).await.status;
            match tenant.document.get(member).and_then(Value::as_str) {
                Some(address) => {
                    assert_eq!(address.strip_prefix(cast::ISSUER), Some(path.as_str()), "{member}");
                    assert_ne!(status, 404, "{member} is not there");
                }
                None => assert_eq!(status, 404, "{member} is not advertised and there"),
            }
        }
    });
}

/// OD-06: a flag that promises a parameter, or a field of a registration, is true when that works.
#[test]
fn flags_tell_what_works() {
    on_each(async |tenant| {
        for (member, parameter, value, refusal) in PARAMETERS {
            let error = tenant.error_for(parameter, value).await;
            // A push never takes a reference: to its client it is a wrong parameter (RFC 9126 §2.1).
            let is_pushed = tenant.says("require_pushed_authorization_requests") && parameter == "request_uri";
            let is_unsupported = error.as_deref() == Some(if is_pushed { "invalid_request" } else { refusal });
            assert_eq!(is_unsupported, !tenant.says(member), "{}: {member}: {error:?}", tenant.slug);
        }
        for (member, field, value) in FIELDS {
            let mut members = json!({ "redirect_uris": ["https://new.example/cb"] });
            if field.ends_with("_session_required") {
                let uri = field.replace("_session_required", "_uri");
                members[uri] = json!("https://new.example/logout");
            }
            members[field] = serde_json::from_str(value).unwrap();
            assert_eq!(tenant.registers(&members).await, tenant.says(member), "{}: {member}", tenant.slug);
        }
    });
}
