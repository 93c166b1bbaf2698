//! The doors as a client sees them: statuses, headers and bytes. What happens behind them is tested in `issuer`.

mod credentials;
mod failures;
mod metadata;
mod resources;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use portreeve_authenticators::HashParameters;
use portreeve_crypto::{KeyEncryptionKey, Random, sha256};
use portreeve_domain::{
    ClientAuthMethod, ClientId, ClientMetadata, GrantType, Lifetime, ResourceServer, Scope, TenantId, TenantSettings,
    Timestamp, TokenProfile,
};
use portreeve_http_kit::door::{Door, with_door};
use portreeve_http_kit::listener::PeerAddress;
use portreeve_http_kit::request_trace::{LoggedRequests, RequestTrace};
use portreeve_http_kit::security_headers::api_headers;
use portreeve_http_kit::transport::Transport;
use portreeve_issuer::{Ambient, Clock, Issuer, RowIds, Settings};
use portreeve_storage::{Store, Wall, clients, directory_versions, migrations, resource_servers, tenants};
use serde_json::Value;
use tower::ServiceExt as _;

const ISSUER: &str = "https://id.example";
const ORDERS: &str = "https://orders.example.com";
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// `service:secret`.
const BASIC: &str = "Basic c2VydmljZTpzZWNyZXQ=";
const GRANT: &str = "grant_type=client_credentials&scope=orders.read";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

struct Doors {
    issuer: Arc<Issuer>,
    router: Router,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Doors {
    /// The default tenant and `acme`, a confidential client that acts for itself, and a public one with pages.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("test.db").display())).unwrap();
        migrations::up(&store, NOW).await.unwrap();
        register(&store).await;
        let ambient = Ambient::new(Clock::manual(NOW), Random::seeded([7; 32]), RowIds::new(0, NOW));
        let kek = KeyEncryptionKey::generate(ambient.random()).unwrap();
        let settings = Settings {
            public_url: ISSUER.to_owned(),
            key_publish_ahead: Lifetime::from_hours(24),
            hash_parameters: HashParameters::default(),
            password_threads: 1,
            outbound: Default::default(),
            networks: Default::default(),
            mutual_tls: None,
            waiting_requests: portreeve_domain::polling::WAITING_FOR_ONE,
            text_messages: None,
        };
        let issuer = Arc::new(Issuer::start(store, ambient, kek, settings).await.unwrap());
        // As a process does beside its requests.
        issuer.keep_keys_on_schedule().await.unwrap();
        let trace = RequestTrace {
            logged: LoggedRequests::Failed,
            ids: Arc::new(|| "request-id".to_owned()),
            trusted_proxies: Arc::default(),
            observer: Arc::new(|_| {}),
        };
        let door = Door { trace, certificates: None, defaults: api_headers(Transport::Https) };
        Self { router: with_door(super::router(Arc::clone(&issuer)), door), issuer, _folder: folder }
    }

    async fn send(&self, method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let peer = PeerAddress(([203, 0, 113, 9], 1).into());
        let mut request = Request::builder().method(method).uri(uri).extension(peer);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, uri: &str) -> Answer {
        self.send("GET", uri, &[], "").await
    }

    async fn service_token(&self) -> String {
        let answer = self.send("POST", "/oauth2/token", &[FORM, ("authorization", BASIC)], GRANT).await;
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }
}

async fn register(store: &Store) {
    let mut tx = store.begin(Wall::All).await.unwrap();
    tenants::insert(&mut tx, "acme", &TenantSettings::default(), NOW).await.unwrap();
    let orders = ResourceServer {
        resource: ORDERS.to_owned(),
        name: Some("orders".to_owned()),
        scopes: Scope::parse("orders.read").unwrap(),
        authorization_details_types: Vec::new(),
        token_profile: TokenProfile::Rfc9068,
        access_token_lifetime: None,
    };
    resource_servers::upsert(&mut tx, TenantId::DEFAULT, &orders, NOW).await.unwrap();
    let service = ClientMetadata { grant_types: vec![GrantType::ClientCredentials], ..ClientMetadata::default() };
    let pages = ClientMetadata {
        token_endpoint_auth_method: ClientAuthMethod::None,
        grant_types: vec![GrantType::AuthorizationCode],
        redirect_uris: vec!["https://rp.example/cb".to_owned()],
        ..ClientMetadata::default()
    };
    for (id, metadata) in [("service", service), ("pages", pages)] {
        let id = ClientId::parse(id).unwrap();
        clients::upsert(&mut tx, TenantId::DEFAULT, &id, &metadata, NOW).await.unwrap();
    }
    let hash = *sha256(b"secret").as_bytes();
    let service = ClientId::parse("service").unwrap();
    clients::replace_secrets(&mut tx, TenantId::DEFAULT, &service, &[hash], NOW).await.unwrap();
    directory_versions::bump(&mut tx, TenantId::DEFAULT).await.unwrap();
    tx.commit().await.unwrap();
}
