//! Clients that register themselves, for the suites about them.

use axum::body::Body;
use http::Method;
use portreeve_tests::{
    authorization::{AuthorizationRequest, VERIFIER},
    cast,
    deployment::{Deployment, request},
    relying_party::basic,
    reply::Reply,
};
use serde_json::{Value, json};

/// Where clients register.
pub(crate) const ENDPOINT: &str = "/oauth2/register";
/// The redirect URI of the clients here.
pub(crate) const REDIRECT_URI: &str = "https://self.example/cb";

/// Lets clients of the default tenant register.
pub(crate) async fn allow(at: &Deployment, mode: &str, more: &str) {
    at.apply(&format!(
        "[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nclient_registration = \"{mode}\"\n{more}\n"
    ))
    .await;
}

/// Sends JSON to an address below the host, from an address of its own.
pub(crate) async fn send(at: &Deployment, method: Method, path: &str, token: Option<&str>, body: &Value) -> Reply {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    at.send_from(at.fresh_address(), request(method, path, &headers, body)).await
}

pub(crate) async fn register(at: &Deployment, token: Option<&str>, metadata: &Value) -> Reply {
    send(at, Method::POST, ENDPOINT, token, metadata).await
}

/// A web client with one redirect URI and these members.
pub(crate) fn web(more: Value) -> Value {
    let mut metadata = json!({ "redirect_uris": [REDIRECT_URI] });
    let Value::Object(more) = more else { panic!("no object") };
    metadata.as_object_mut().unwrap().extend(more);
    metadata
}

/// A registered client as it knows itself.
pub(crate) struct Registered(pub(crate) Value);

impl Registered {
    pub(crate) async fn new(at: &Deployment, metadata: &Value) -> Self {
        let reply = register(at, None, metadata).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        Self(reply.json())
    }

    pub(crate) fn text(&self, member: &str) -> &str {
        self.0[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", self.0))
    }

    pub(crate) fn id(&self) -> &str {
        self.text("client_id")
    }

    pub(crate) fn token(&self) -> &str {
        self.text("registration_access_token")
    }

    /// Its own address, below the host.
    pub(crate) fn path(&self) -> &str {
        self.text("registration_client_uri").strip_prefix(cast::ISSUER).expect("below the issuer")
    }

    pub(crate) async fn manage(&self, at: &Deployment, method: Method, body: &Value) -> Reply {
        send(at, method, self.path(), Some(self.token()), body).await
    }

    /// The same with the metadata of a replacement.
    pub(crate) fn with_id(&self, metadata: Value) -> Value {
        let mut metadata = web(metadata);
        metadata["client_id"] = json!(self.id());
        metadata
    }

    pub(crate) async fn redeem(&self, at: &Deployment, code: &str) -> Reply {
        self.redeem_at(at, code, REDIRECT_URI).await
    }

    /// As `redeem`, for a code that was sent to another redirect URI.
    pub(crate) async fn redeem_at(&self, at: &Deployment, code: &str, redirect_uri: &str) -> Reply {
        let authorization = basic(self.id(), self.text("client_secret"));
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        at.post("/oauth2/token", &[("authorization", &authorization)], &pairs).await
    }

    pub(crate) fn request(&self, scope: &str) -> AuthorizationRequest {
        AuthorizationRequest::new(self.id(), REDIRECT_URI, scope)
    }
}
