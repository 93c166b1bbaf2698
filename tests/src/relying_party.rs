//! Clients at the machine endpoints.
//!
//! Owns how each registered client authenticates, and the way from a grant to tokens. Leaves the person's part to
//! `browser`.

use axum::body::Body;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{Request, header::AUTHORIZATION};
use portreeve_crypto::sha256;
use portreeve_domain::{ClientAuthMethod, ClientId, ClientMetadata, TenantId};
use portreeve_storage::{clients, directory_versions};
use serde_json::{Value, json};

use crate::{
    authorization::{AuthorizationRequest, VERIFIER},
    browser::Browser,
    cast,
    certificates::{certificates, showing},
    deployment::{Deployment, form, post_request},
    jwt,
    patience::within_a_second,
    reply::Reply,
};

/// The `client_assertion_type` of RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A registered client.
pub struct RelyingParty<'d> {
    at: &'d Deployment,
    /// The slug of its tenant; None for the default one.
    tenant: Option<&'static str>,
    /// Its `client_id`.
    pub id: String,
    /// Its first redirect URI, or nothing.
    pub redirect_uri: String,
    method: ClientAuthMethod,
}

/// A code and what is needed to redeem it.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The code.
    pub code: String,
    /// The redirect URI it was sent to.
    pub redirect_uri: String,
}

/// The answer of the token endpoint.
#[derive(Clone, Debug)]
pub struct Tokens(pub Value);

impl Tokens {
    /// Returns the access token.
    pub fn access(&self) -> &str {
        self.text("access_token")
    }

    /// Returns the refresh token.
    pub fn refresh(&self) -> &str {
        self.text("refresh_token")
    }

    /// Returns the ID token.
    pub fn id(&self) -> &str {
        self.text("id_token")
    }

    fn text(&self, member: &str) -> &str {
        self.0[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", self.0))
    }
}

impl<'d> RelyingParty<'d> {
    /// Finds a registered client of the default tenant.
    ///
    /// # Panics
    ///
    /// When there is none of that name.
    pub fn new(at: &'d Deployment, id: &str) -> Self {
        Self::find(at, None, id)
    }

    /// Finds a registered client of another tenant.
    ///
    /// # Panics
    ///
    /// When there is none of that name.
    pub fn of_tenant(at: &'d Deployment, slug: &'static str, id: &str) -> Self {
        Self::find(at, Some(slug), id)
    }

    fn find(at: &'d Deployment, tenant: Option<&'static str>, id: &str) -> Self {
        let directory = match tenant {
            None => at.tenant(),
            Some(slug) => at.issuer.directory.by_slug(slug).expect("a tenant"),
        };
        let client = ClientId::parse(id).and_then(|id| directory.client(&id).cloned()).expect("a registered client");
        Self {
            at,
            tenant,
            id: id.to_owned(),
            redirect_uri: client.metadata.redirect_uris.first().cloned().unwrap_or_default(),
            method: client.metadata.token_endpoint_auth_method,
        }
    }

    /// Returns the issuer it is registered at.
    pub fn issuer(&self) -> String {
        format!("{}{}", cast::ISSUER, self.tenant.map(|slug| format!("/t/{slug}")).unwrap_or_default())
    }

    /// Has it registered anew with a change, as of now, in the default tenant.
    ///
    /// # Panics
    ///
    /// When the server fails.
    pub async fn register_anew(&self, change: impl FnOnce(&mut ClientMetadata)) {
        let (issuer, tenant) = (&self.at.issuer, TenantId::DEFAULT);
        let id = ClientId::parse(&self.id).expect("an identifier");
        let mut metadata = self.at.tenant().client(&id).expect("a registered client").metadata.clone();
        change(&mut metadata);
        let mut tx = issuer.store().begin(tenant).await.expect("a transaction");
        clients::upsert(&mut tx, tenant, &id, &metadata, self.at.clock.now()).await.expect("a registration");
        directory_versions::bump(&mut tx, tenant).await.expect("a version");
        tx.commit().await.expect("a commit");
        issuer.directory.refresh().await.expect("a directory");
    }

    /// Makes an authorization request.
    pub fn request(&self, scope: &str) -> AuthorizationRequest {
        let request = AuthorizationRequest::new(&self.id, &self.redirect_uri, scope);
        match self.tenant {
            None => request,
            Some(slug) => request.at_tenant(slug),
        }
    }

    /// Returns the code of a person who signs in and agrees, in a browser of their own.
    pub async fn grant(&self, scope: &str, email: &str) -> Grant {
        self.grant_for(&self.request(scope), email).await
    }

    /// Returns the code for a request.
    pub async fn grant_for(&self, request: &AuthorizationRequest, email: &str) -> Grant {
        let browser = Browser::new(self.at);
        self.grant_in(&browser, request, email).await
    }

    /// Returns the code for a request in an open browser.
    pub async fn grant_in(&self, browser: &Browser<'_>, request: &AuthorizationRequest, email: &str) -> Grant {
        let code = browser.sign_in(request, email).await.code();
        Grant { code, redirect_uri: request.get("redirect_uri").unwrap_or_default().to_owned() }
    }

    /// Returns the tokens of Ada, who signs in and agrees.
    pub async fn tokens(&self, scope: &str) -> Tokens {
        self.tokens_of(scope, cast::ADA).await
    }

    /// Returns the tokens of a person who signs in and agrees.
    pub async fn tokens_of(&self, scope: &str, email: &str) -> Tokens {
        let grant = self.grant(scope, email).await;
        Tokens(self.redeem(&grant).await.success())
    }

    /// Returns Ada's tokens for a request.
    pub async fn tokens_for(&self, request: &AuthorizationRequest) -> Tokens {
        let grant = self.grant_for(request, cast::ADA).await;
        Tokens(self.redeem(&grant).await.success())
    }

    /// Exchanges a code.
    pub async fn redeem(&self, grant: &Grant) -> Reply {
        self.redeem_with(grant, &[]).await
    }

    /// Exchanges a code with parameters changed; an empty value leaves the parameter out.
    pub async fn redeem_with(&self, grant: &Grant, changes: &[(&str, &str)]) -> Reply {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", grant.code.as_str()),
            ("redirect_uri", grant.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let kept = usual.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let pairs: Vec<_> = kept.chain(changes.iter().copied().filter(|(_, value)| !value.is_empty())).collect();
        self.token(&pairs).await
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, token: &str) -> Reply {
        self.refresh_with(token, &[]).await
    }

    /// Uses a refresh token with further parameters.
    pub async fn refresh_with(&self, token: &str, more: &[(&str, &str)]) -> Reply {
        self.token(&[&[("grant_type", "refresh_token"), ("refresh_token", token)], more].concat()).await
    }

    /// Asks for a token on its own behalf.
    pub async fn client_credentials(&self, more: &[(&str, &str)]) -> Reply {
        self.token(&[&[("grant_type", "client_credentials")], more].concat()).await
    }

    /// Sends a token request.
    pub async fn token(&self, pairs: &[(&str, &str)]) -> Reply {
        self.post("/oauth2/token", pairs).await
    }

    /// Asks about a token.
    pub async fn introspect(&self, token: &str) -> Reply {
        self.post("/oauth2/introspect", &[("token", token)]).await
    }

    /// Whether a token that has ended is told to be inactive within a second: as soon as that another node hears of it.
    pub async fn sees_ended(&self, token: &str) -> bool {
        within_a_second(async || !self.sees_active(token).await).await
    }

    /// Whether a token is active for this client.
    pub async fn sees_active(&self, token: &str) -> bool {
        self.introspect(token).await.success()["active"] == true
    }

    /// Gives a token back.
    pub async fn revoke(&self, token: &str) -> Reply {
        self.post("/oauth2/revoke", &[("token", token)]).await
    }

    /// Pushes an authorization request.
    pub async fn push(&self, request: &AuthorizationRequest) -> Reply {
        self.at.send(self.prepared_push(request)).await
    }

    /// Returns a push of an authorization request, to be sent later.
    pub fn prepared_push(&self, request: &AuthorizationRequest) -> Request<Body> {
        let pairs = request.pairs();
        // Whoever authenticates says who it is in its own way.
        let pairs: Vec<_> = pairs.into_iter().filter(|(name, _)| *name != "client_id").collect();
        self.prepared("/oauth2/par", &pairs)
    }

    /// Returns the address that a browser is sent to with a pushed request, below the host.
    pub fn pushed_path(&self, request_uri: &str) -> String {
        let bare = AuthorizationRequest::bare(&self.id).with("request_uri", request_uri);
        self.tenant.map_or(bare.clone(), |slug| bare.at_tenant(slug)).path()
    }

    /// Posts a form with this client's credentials.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        self.at.send(self.prepared(path, pairs)).await
    }

    /// Returns a token request that redeems a code, to be sent later.
    pub fn prepared_redemption(&self, grant: &Grant) -> Request<Body> {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", grant.code.as_str()),
            ("redirect_uri", grant.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        self.prepared("/oauth2/token", &pairs)
    }

    /// Returns a token request that uses a refresh token, to be sent later.
    pub fn prepared_refresh(&self, token: &str) -> Request<Body> {
        self.prepared("/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// Returns a form with this client's credentials, to be sent later.
    pub fn prepared(&self, path: &str, pairs: &[(&str, &str)]) -> Request<Body> {
        let authorization = basic(&self.id, cast::SECRET);
        let assertion = self.assertion_if_needed();
        let own: Vec<(&str, &str)> = match self.method {
            // What else shows who it is stands in the handshake, or in headers that are the test's own.
            ClientAuthMethod::None
            | ClientAuthMethod::TlsClientAuth
            | ClientAuthMethod::SelfSignedTlsClientAuth
            | ClientAuthMethod::AttestJwtClientAuth
            | ClientAuthMethod::AttestJwtClientAuthDpop => vec![("client_id", &self.id)],
            ClientAuthMethod::ClientSecretPost => vec![("client_id", &self.id), ("client_secret", cast::SECRET)],
            ClientAuthMethod::ClientSecretBasic => vec![],
            ClientAuthMethod::PrivateKeyJwt | ClientAuthMethod::ClientSecretJwt => {
                vec![("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)]
            }
        };
        let headers: &[(&str, &str)] = match self.method {
            ClientAuthMethod::ClientSecretBasic => &[(AUTHORIZATION.as_str(), &authorization)],
            _ => &[],
        };
        let base = self.tenant.map(|slug| format!("/t/{slug}")).unwrap_or_default();
        let request = post_request(&format!("{base}{path}"), headers, &[pairs, &own].concat());
        match self.method {
            ClientAuthMethod::TlsClientAuth => showing(request, &certificates().issued),
            ClientAuthMethod::SelfSignedTlsClientAuth => showing(request, &certificates().self_signed),
            _ => request,
        }
    }

    fn assertion_if_needed(&self) -> String {
        let mut claims = assertion_claims(self.at, &self.id);
        claims["aud"] = json!(self.issuer());
        match self.method {
            ClientAuthMethod::PrivateKeyJwt => assertion(self.at, &claims),
            ClientAuthMethod::ClientSecretJwt => mac_assertion(&claims, cast::SECRET),
            _ => String::new(),
        }
    }
}

/// Makes a client assertion with a MAC under a secret: HS256 (RFC 7518 §3.2).
pub fn mac_assertion(claims: &Value, secret: &str) -> String {
    mac_token(&json!({ "alg": "HS256" }), claims, secret)
}

/// Makes a JWT with this header and an HMAC with SHA-256 (RFC 2104 §2), whatever the header says.
pub fn mac_token(header: &Value, claims: &Value, secret: impl AsRef<[u8]>) -> String {
    let input = format!("{}.{}", jwt::encoded(header), jwt::encoded(claims));
    let mut key = [0; 64];
    let secret = secret.as_ref();
    if secret.len() <= key.len() {
        key[..secret.len()].copy_from_slice(secret);
    } else {
        key[..32].copy_from_slice(sha256(secret).as_bytes());
    }
    let inner = sha256(&[&key.map(|byte| byte ^ 0x36)[..], input.as_bytes()].concat());
    let tag = sha256(&[&key.map(|byte| byte ^ 0x5c)[..], inner.as_bytes()].concat());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag.as_bytes()))
}

/// Returns the header of HTTP Basic with both parts form-encoded (RFC 6749 §2.3.1).
pub fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| form(&[("", text)]).split_off(1);
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))))
}

/// Returns the claims of a good client assertion; its `jti` is new at each call.
pub fn assertion_claims(at: &Deployment, client_id: &str) -> Value {
    json!({
        "iss": client_id,
        "sub": client_id,
        "aud": cast::ISSUER,
        "iat": at.seconds(),
        "exp": at.seconds() + 60,
        "jti": at.fresh_address().to_string(),
    })
}

/// Signs a client assertion with the key of `keyed`.
///
/// # Panics
///
/// When it cannot be signed.
pub fn assertion(at: &Deployment, claims: &Value) -> String {
    at.client_key().sign("JWT", claims.to_string().as_bytes()).expect("sign an assertion")
}
