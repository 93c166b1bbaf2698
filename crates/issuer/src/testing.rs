//! A tenant with an API, clients, a person and her session, on a file of its own; what the tests of this crate start from.

use std::sync::Arc;

use portreeve_authenticators::HashParameters;
use portreeve_crypto::{Bearer, KeyEncryptionKey, Random, SecretBytes, sha256};
use portreeve_domain::{
    Acr, BrowserId, Client, ClientAuthMethod, ClientId, ClientMetadata, EventId, EventType, Failure, FamilyId,
    GrantType, Lifetime, PersonClaims, Proof, ProofKind, ResourceServer, Scope, Session, SessionId, TenantId,
    TextMessageRules, Timestamp, TokenFamily, TokenKind, TokenProfile, UserId,
};
use portreeve_oidc::bearer::{PresentedToken, Scheme};
use portreeve_oidc::{Cause, Parameters};
use portreeve_storage::{
    Store, Tx, clients, consents, directory_versions, events, migrations, resource_servers, sessions,
};
use serde_json::Value;

use crate::people::{self, NewPerson};
use crate::tokens::code::{self, CodeRequest};
use crate::{
    Ambient, Clock, IntrospectionForm, Issuer, ResourceRequest, RowIds, SenderEvidence, Settings, TenantDirectory, gate,
};

pub(crate) const ISSUER: &str = "https://id.example";
/// Its tokens are JWTs.
pub(crate) const ORDERS: &str = "https://orders.example.com";
/// Its tokens are opaque.
pub(crate) const BILLS: &str = "https://bills.example.com";
pub(crate) const REDIRECT_URI: &str = "https://rp.example/cb";
/// The pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The secret of every confidential client.
pub(crate) const SECRET: &str = "a secret of two hundred and fifty-six random bits";

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const WHOLE_SCOPE: &str = "openid profile email offline_access orders.read orders.write bills.read";

/// The world of one test.
pub(crate) struct World {
    pub(crate) issuer: Issuer,
    pub(crate) clock: Clock,
    pub(crate) ada: UserId,
    pub(crate) session: Session,
    folder: tempfile::TempDir,
}

/// What a grant may differ in.
#[derive(Clone, Copy)]
pub(crate) struct GrantOf<'a> {
    pub(crate) client: &'a str,
    pub(crate) scope: &'a str,
    pub(crate) resources: &'a [&'a str],
    pub(crate) claims: Option<&'a str>,
}

impl Default for GrantOf<'_> {
    fn default() -> Self {
        Self { client: "web", scope: "openid email orders.read", resources: &[], claims: None }
    }
}

fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(&format!("sqlite:{}", folder.path().join("test.db").display())).unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        migrations::up(&store, NOW).await.unwrap();
        let clock = Clock::manual(NOW);
        let ambient = Ambient::new(clock.clone(), Random::seeded([7; 32]), RowIds::new(0, NOW));
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
            text_messages: Some(TextMessageRules::new(vec!["+49".to_owned()], 20).unwrap()),
        };
        let issuer = Issuer::start(store, ambient, kek, settings).await.unwrap();
        register(&issuer).await;
        let (ada, session) = sign_in(&issuer).await;
        Self { issuer, clock, ada, session, folder }
    }

    pub(crate) fn at(&self) -> Arc<TenantDirectory> {
        self.issuer.directory.by_id(TenantId::DEFAULT).unwrap()
    }

    /// Opens the database once more, as another process does.
    pub(crate) fn another_store(&self) -> Store {
        open(&self.folder)
    }

    pub(crate) fn client(&self, id: &str) -> Arc<Client> {
        self.at().client(&ClientId::parse(id).unwrap()).cloned().unwrap()
    }

    /// Changes rows as an operator or the person would, and lets the directory follow.
    pub(crate) async fn change(&self, change: impl AsyncFnOnce(&mut Tx)) {
        let mut tx = self.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
        change(&mut tx).await;
        directory_versions::bump(&mut tx, TenantId::DEFAULT).await.unwrap();
        tx.commit().await.unwrap();
        self.issuer.directory.reload().await.unwrap();
    }

    /// Ada grants something, and the client gets a code bound to [`REDIRECT_URI`] and [`VERIFIER`].
    pub(crate) async fn code(&self, grant: GrantOf<'_>) -> String {
        let family = self.family(grant);
        let (at, ambient) = (self.at(), self.issuer.ambient());
        let client = self.client(grant.client);
        let mut tx = self.issuer.store().begin(at.id()).await.unwrap();
        let admitted =
            gate::admit_user(&mut tx, &at, &client, &family, GrantType::AuthorizationCode, ambient.now()).await;
        let request = CodeRequest {
            redirect_uri: REDIRECT_URI,
            redirect_uri_was_sent: true,
            code_challenge: Some(CHALLENGE),
            key: None,
        };
        let code = code::issue(&mut tx, ambient, &at, &admitted.unwrap().unwrap(), &family, &request).await.unwrap();
        tx.commit().await.unwrap();
        code.expose().to_owned()
    }

    pub(crate) fn family(&self, grant: GrantOf<'_>) -> TokenFamily {
        let scope = Scope::parse(grant.scope).unwrap();
        TokenFamily {
            tenant: TenantId::DEFAULT,
            id: FamilyId::new(self.issuer.ambient().row_id()),
            client: ClientId::parse(grant.client).unwrap(),
            origin: GrantType::AuthorizationCode,
            user: self.ada,
            session: Some(self.session.id),
            sid: self.session.sid.clone(),
            offline: scope.contains("offline_access"),
            scope,
            resources: grant.resources.iter().map(|&resource| resource.to_owned()).collect(),
            claims: grant.claims.map(str::to_owned),
            proofs: self.session.proofs.clone(),
            acr: Acr::Aal1,
            nonce: Some("n-0S6_WzA2Mj".to_owned()),
            wants_auth_time: false,
            authenticated_at: self.session.authenticated_at(),
            ancestors: Vec::new(),
            actors: Vec::new(),
            trusted_issuer: None,
            details_sealed: None,
            ends_at: None,
            created_at: self.issuer.ambient().now(),
            revoked_at: None,
        }
    }

    /// A token request of `client`, with its secret if it has one.
    pub(crate) async fn token(&self, client: &str, pairs: &[(&str, &str)]) -> Result<Value, Cause> {
        let issued = self.issuer.token(&self.at(), &[], &SenderEvidence::default(), &self.request(client, pairs)).await;
        issued.map(|tokens| serde_json::from_slice(&tokens.to_json().unwrap()).unwrap()).map_err(cause)
    }

    pub(crate) async fn redeem(&self, client: &str, code: &str) -> Result<Value, Cause> {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        self.token(client, &pairs).await
    }

    pub(crate) async fn refresh(&self, client: &str, token: &str, more: &[(&str, &str)]) -> Result<Value, Cause> {
        let pairs = [&[("grant_type", "refresh_token"), ("refresh_token", token)], more].concat();
        self.token(client, &pairs).await
    }

    /// The tokens of a fresh grant.
    pub(crate) async fn tokens(&self, grant: GrantOf<'_>) -> Value {
        let code = self.code(grant).await;
        self.redeem(grant.client, &code).await.unwrap()
    }

    pub(crate) async fn introspect_bytes(&self, caller: &str, token: &str) -> Result<Vec<u8>, Cause> {
        let form = IntrospectionForm::Json;
        self.issuer
            .introspect(&self.at(), &[], &SenderEvidence::default(), form, &self.request(caller, &[("token", token)]))
            .await
            .map_err(cause)
    }

    pub(crate) async fn introspect(&self, caller: &str, token: &str) -> Value {
        serde_json::from_slice(&self.introspect_bytes(caller, token).await.unwrap()).unwrap()
    }

    pub(crate) async fn is_active(&self, client: &str, token: &str) -> bool {
        self.introspect(client, token).await["active"] == true
    }

    pub(crate) async fn revoke(&self, client: &str, token: &str) -> Result<(), Cause> {
        self.issuer
            .revoke(&self.at(), &[], &SenderEvidence::default(), &self.request(client, &[("token", token)]))
            .await
            .map_err(cause)
    }

    /// A text of the same row as `text` with another secret, checksum and all: what only we could write.
    pub(crate) fn forged(&self, kind: TokenKind, text: &str) -> String {
        let at = self.at();
        let real = Bearer::parse(text, kind.prefix(), &at.keys.permutation).unwrap();
        let forged = Bearer::mint(kind.prefix(), real.id, &SecretBytes::new([0; 32]), &at.keys.permutation).unwrap();
        forged.expose().to_owned()
    }

    /// How many events of a kind were written.
    pub(crate) async fn count(&self, kind: EventType) -> usize {
        self.facts_of(kind).await.len()
    }

    /// The facts of every event of a type.
    pub(crate) async fn facts_of(&self, kind: EventType) -> Vec<Value> {
        let mut conn = self.issuer.store().read(TenantId::DEFAULT).await.unwrap();
        let all = events::after(&mut conn, TenantId::DEFAULT, EventId::new(0)).await.unwrap();
        let of_kind = all.iter().filter(|event| event.kind == kind.name());
        of_kind.map(|event| serde_json::from_str(&event.facts).unwrap()).collect()
    }

    /// A form of `client` with its credentials.
    pub(crate) fn request(&self, client: &str, pairs: &[(&str, &str)]) -> Parameters {
        let mut all = vec![("client_id", client)];
        if !self.client(client).is_public() {
            all.push(("client_secret", SECRET));
        }
        all.extend_from_slice(pairs);
        parameters(&all)
    }
}

/// A request with a token that is borne.
pub(crate) fn with_bearer<'a>(token: &'a str, sender: &'a SenderEvidence) -> ResourceRequest<'a> {
    ResourceRequest { token: PresentedToken { scheme: Scheme::Bearer, text: token }, sender, target: None }
}

/// Parameters from pairs.
pub(crate) fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    Parameters::from_pairs(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()).unwrap()
}

/// The cause of a refusal; a fault fails the test.
pub(crate) fn cause(failure: Failure<portreeve_oidc::Refusal>) -> Cause {
    match failure {
        Failure::Refused(refusal) => refusal.cause,
        Failure::Fault(fault) => panic!("{fault}"),
    }
}

/// A text member of an answer.
pub(crate) fn text<'v>(answer: &'v Value, member: &str) -> &'v str {
    answer[member].as_str().unwrap_or_else(|| panic!("no {member} in {answer}"))
}

/// Header and claims of a JWT that came straight from us, so its signature is not looked at.
pub(crate) fn read_jwt(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| serde_json::from_slice(&base64url(part)));
    (parts.next().unwrap().unwrap(), parts.next().unwrap().unwrap())
}

fn base64url(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut held, mut bits, mut bytes) = (0, 0, Vec::new());
    for letter in text.bytes() {
        held = (held << 6 | ALPHABET.iter().position(|&known| known == letter).unwrap()) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    bytes
}

async fn register(issuer: &Issuer) {
    let mut tx = issuer.store().begin(TenantId::DEFAULT).await.unwrap();
    for (resource, scopes, token_profile) in
        [(ORDERS, "orders.read orders.write", TokenProfile::Rfc9068), (BILLS, "bills.read", TokenProfile::Opaque)]
    {
        let scopes = Scope::parse(scopes).unwrap();
        let server = ResourceServer {
            resource: resource.to_owned(),
            name: None,
            scopes,
            authorization_details_types: Vec::new(),
            token_profile,
            access_token_lifetime: None,
        };
        resource_servers::upsert(&mut tx, TenantId::DEFAULT, &server, NOW).await.unwrap();
    }
    for (id, metadata) in registrations() {
        let id = ClientId::parse(id).unwrap();
        clients::upsert(&mut tx, TenantId::DEFAULT, &id, &metadata, NOW).await.unwrap();
        if metadata.token_endpoint_auth_method == ClientAuthMethod::ClientSecretPost {
            let hash = *sha256(SECRET.as_bytes()).as_bytes();
            clients::replace_secrets(&mut tx, TenantId::DEFAULT, &id, &[hash], NOW).await.unwrap();
        }
    }
    directory_versions::bump(&mut tx, TenantId::DEFAULT).await.unwrap();
    tx.commit().await.unwrap();
    issuer.directory.reload().await.unwrap();
}

/// `web` and `other` have a secret, `spa` has none; `service` acts for itself; `gateway` introspects for ORDERS and BILLS.
fn registrations() -> Vec<(&'static str, ClientMetadata)> {
    let web = ClientMetadata {
        redirect_uris: vec![REDIRECT_URI.to_owned()],
        token_endpoint_auth_method: ClientAuthMethod::ClientSecretPost,
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        response_types: vec!["code".to_owned()],
        ..ClientMetadata::default()
    };
    let service = ClientMetadata {
        redirect_uris: Vec::new(),
        response_types: Vec::new(),
        grant_types: vec![GrantType::ClientCredentials],
        ..web.clone()
    };
    vec![
        ("web", web.clone()),
        ("other", web.clone()),
        ("spa", ClientMetadata { token_endpoint_auth_method: ClientAuthMethod::None, ..web }),
        ("service", service.clone()),
        ("gateway", ClientMetadata { introspects: vec![ORDERS.to_owned(), BILLS.to_owned()], ..service }),
    ]
}

/// Makes Ada, who agreed to everything for the clients she uses, and signs her in.
async fn sign_in(issuer: &Issuer) -> (UserId, Session) {
    let at = issuer.directory.by_id(TenantId::DEFAULT).unwrap();
    let claims = PersonClaims { name: Some("Ada King".to_owned()), ..PersonClaims::default() };
    let ada = NewPerson { email: "Ada@example.com", email_verified_at: Some(NOW), claims, is_admin: false };
    let mut tx = issuer.store().begin(at.id()).await.unwrap();
    let ada = people::insert(&mut tx, issuer.ambient(), &at, &ada).await.unwrap().unwrap();
    let session = Session {
        tenant: at.id(),
        id: SessionId::new(issuer.ambient().row_id()),
        browser: BrowserId::new(1),
        user: ada,
        sid: "sid-1".to_owned(),
        proofs: vec![Proof { kind: ProofKind::Password, user: ada, at: NOW }],
        created_at: NOW,
        seen_at: NOW,
        ended_at: None,
    };
    sessions::insert(&mut tx, &session).await.unwrap();
    for client in ["web", "other", "spa"] {
        let (client, scope) = (ClientId::parse(client).unwrap(), Scope::parse(WHOLE_SCOPE).unwrap());
        consents::give(&mut tx, at.id(), ada, &client, &scope, NOW).await.unwrap();
    }
    tx.commit().await.unwrap();
    (ada, session)
}
