//! What every request needs and few change: tenants, clients, resource servers, keys, in one immutable snapshot.
//!
//! Owns loading and replacing the snapshot. A request takes it once (one atomic load) and sees one state throughout.
//! The database holds a version; a node that sees another one loads again. DESIGN §7, §8.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use portreeve_authenticators::PasskeySite;
use portreeve_crypto::KeyEncryptionKey;
use portreeve_domain::{
    Acr, Asked, Attribute, Client, ClientId, ClientMetadata, ClientOrigin, ClientRegistration, DpopNonces, Fault,
    PasskeyUse, RequirementRule, ResourceServer, ScopeMeaning, Strength, Tenant, TenantId, TenantSettings, Terms,
    TrustedIssuer,
};
use portreeve_oidc::paths;
use portreeve_storage::encryption_keys::EncryptionKeyRow;
use portreeve_storage::signing_keys::SigningKeyRow;
use portreeve_storage::{
    Store, Wall, attributes, clients, directory_versions, encryption_keys, requirement_rules, resource_servers, scopes,
    signing_keys, tenants, terms, trusted_issuers,
};

use crate::client_keys::ClientKeys;
use crate::encryption_keys::EncryptionKeys;
use crate::recent_signatures::RecentSignatures;
use crate::requests::Admissions;
use crate::signing_keys::SigningKeys;
use crate::tenant_keys::{self, TenantKeys};
use crate::{Ambient, MutualTls, Settings};

/// One tenant with everything registered in it.
pub struct TenantDirectory {
    /// The tenant.
    pub tenant: Tenant,
    /// Its issuer identifier.
    pub issuer: String,
    /// Its clients by identifier.
    pub clients: HashMap<ClientId, Arc<Client>>,
    /// Those that are known by documents where these are not wanted any more: gone, but for whoever would declare them.
    pub(crate) unwanted: HashMap<ClientId, Arc<Client>>,
    /// Our own pages, where a journey names who began it. Not among the clients: no endpoint knows it.
    own_pages: Arc<Client>,
    /// The keys of those that have some.
    pub(crate) client_keys: HashMap<ClientId, ClientKeys>,
    /// Its resource servers, by resource.
    pub servers: Vec<Arc<ResourceServer>>,
    /// Whether this tenant, or one of its clients, demands nonces in DPoP proofs.
    pub(crate) uses_dpop_nonces: bool,
    /// Where its clients are asked for certificates, with the tenant's own base.
    pub(crate) mutual_tls: Option<MutualTls>,
    /// What their scopes mean, by name.
    pub scopes: Vec<Arc<ScopeMeaning>>,
    /// What it wants to know about people, in the order in which it is shown.
    pub attributes: Vec<Arc<Attribute>>,
    /// What people agree to on the way to its clients, by id.
    pub terms: Vec<Arc<Terms>>,
    /// What its operator demands of sign-ins beyond its settings, by id.
    pub requirement_rules: Vec<Arc<RequirementRule>>,
    /// The site its passkeys are for; `None` where there are none, by its settings or because its host is an IP address.
    pub(crate) passkeys: Option<PasskeySite>,
    /// The issuers whose assertions it takes as grants.
    pub trusted_issuers: Vec<Arc<TrustedIssuer>>,
    /// The keys of each trusted issuer, in the same order.
    pub(crate) trusted_keys: Vec<ClientKeys>,
    /// Its signing keys.
    pub signing: SigningKeys,
    /// The keys that others encrypt to it with.
    pub encryption: EncryptionKeys,
    /// Its secret keys.
    pub(crate) keys: Arc<TenantKeys>,
    /// What its signing keys were seen to have signed; of all tenants.
    pub(crate) recent: Arc<RecentSignatures>,
    /// What this node has let in of its requests; the same in every snapshot.
    pub(crate) admissions: Arc<Admissions>,
}

impl TenantDirectory {
    /// The tenant's number.
    pub fn id(&self) -> TenantId {
        self.tenant.id
    }

    /// A registered client; also a switched-off one, which the caller must refuse.
    pub fn client(&self, id: &ClientId) -> Option<&Arc<Client>> {
        self.clients.get(id)
    }

    /// Who begins a journey: a registered client, or our own pages.
    pub(crate) fn began_by(&self, id: &ClientId) -> Option<&Arc<Client>> {
        if *id == self.own_pages.id { Some(&self.own_pages) } else { self.client(id) }
    }

    /// Whether requirements, terms or attributes are for a client by its name: a file in which they stand is refused without it.
    pub(crate) fn names(&self, id: &ClientId) -> bool {
        let in_rules = self.requirement_rules.iter().flat_map(|rule| &rule.when.clients);
        let in_terms = self.terms.iter().flat_map(|terms| &terms.clients);
        let in_attributes = self.attributes.iter().filter_map(|attribute| match &attribute.asked {
            Asked::Clients(clients) => Some(clients),
            _ => None,
        });
        in_rules.chain(in_terms).chain(in_attributes.flatten()).any(|named| named == id)
    }

    /// The resource server named `resource`.
    pub fn server(&self, resource: &str) -> Option<&Arc<ResourceServer>> {
        self.servers.iter().find(|server| server.resource == resource)
    }

    /// What the scope `name` means, when somebody has said it.
    pub fn scope(&self, name: &str) -> Option<&Arc<ScopeMeaning>> {
        self.scopes.iter().find(|scope| scope.name == name)
    }

    /// The attributes that whoever signs in at `client` is asked for.
    pub fn attributes_at<'a>(&'a self, client: &'a Client) -> impl Iterator<Item = &'a Arc<Attribute>> {
        self.attributes.iter().filter(|attribute| attribute.is_asked_at(client))
    }

    /// What people see of themselves on their profile: their names, and what the tenant wants to know.
    pub fn profile_attributes(&self) -> Vec<Arc<Attribute>> {
        let built_in = Attribute::built_in(&self.attributes).map(Arc::new);
        let mut all: Vec<_> = built_in.chain(self.attributes.iter().cloned()).collect();
        all.sort_by(|one, other| one.order().cmp(&other.order()));
        all
    }

    /// The scopes that release claims of the tenant's own, each once.
    pub fn claim_scopes(&self) -> Vec<&str> {
        let scopes: BTreeSet<&str> = self.attributes.iter().filter_map(|one| one.scope.as_deref()).collect();
        scopes.into_iter().collect()
    }

    /// How strong every sign-in at `client` must be here, whatever the client asks for.
    pub(crate) fn level_demanded_at(&self, client: &Client) -> Strength {
        let by_rules = self.requirement_rules.iter().map(|rule| rule.least_at(client));
        by_rules.fold(self.tenant.settings.mfa.least(), Ord::max)
    }

    /// Whether the address of whoever uses `client` must be proven here: where anybody can get an account, and by the operator's rules.
    pub(crate) fn demands_verified_email_at(&self, client: &Client) -> bool {
        let by_rules = || self.requirement_rules.iter().any(|rule| rule.demands_verified_email_at(client));
        self.tenant.settings.registration || by_rules()
    }

    /// The terms that hold for whoever signs in at `client`.
    pub fn terms_at<'a>(&'a self, client: &'a Client) -> impl Iterator<Item = &'a Arc<Terms>> {
        self.terms.iter().filter(|terms| terms.hold_at(client))
    }

    /// Whether an address is there: one of a grant that the tenant does without is not (S-157), nor one of registration where
    /// clients do not register, nor that of challenges where none is demanded. `path` is a route below the issuer.
    pub fn has_address(&self, path: &str) -> bool {
        let settings = &self.tenant.settings;
        if path == paths::CHALLENGE {
            return self.demands_challenges();
        }
        if path.starts_with(paths::REGISTER) {
            return settings.client_registration != ClientRegistration::Off;
        }
        paths::grant_of(path).is_none_or(|grant| settings.has_grant(grant))
    }

    /// The authentication contexts that somebody can reach here.
    pub fn acrs(&self) -> &'static [Acr] {
        if self.passkeys.is_some() { &Acr::ALL } else { &Acr::WITHOUT_PASSKEYS }
    }

    /// Whether a client is one the operator answers for, or lets pass for one.
    pub fn trusts(&self, client: &Client) -> bool {
        client.origin.is_answered_for() || self.tenant.settings.trust_registered_clients
    }

    /// The trusted issuer that calls itself `issuer`, byte for byte.
    pub fn trusted_issuer(&self, issuer: &str) -> Option<&Arc<TrustedIssuer>> {
        self.trusted_issuers.iter().find(|trusted| trusted.issuer == issuer)
    }

    /// A trusted issuer with what is known of its keys.
    pub(crate) fn trusted_signer(&self, issuer: &str) -> Option<(&Arc<TrustedIssuer>, &ClientKeys)> {
        self.trusted_issuers.iter().zip(&self.trusted_keys).find(|(trusted, _)| trusted.issuer == issuer)
    }

    /// The resource servers as the pure rules want them.
    pub fn server_list(&self) -> Vec<&ResourceServer> {
        self.servers.iter().map(Arc::as_ref).collect()
    }
}

/// What the database holds of every tenant, before it is divided among them.
struct Rows {
    clients: Vec<Client>,
    servers: Vec<(TenantId, ResourceServer)>,
    scopes: Vec<(TenantId, ScopeMeaning)>,
    attributes: Vec<(TenantId, Attribute)>,
    terms: Vec<(TenantId, Terms)>,
    rules: Vec<(TenantId, RequirementRule)>,
    trusted: Vec<(TenantId, TrustedIssuer)>,
    signing: Vec<SigningKeyRow>,
    encryption: Vec<EncryptionKeyRow>,
}

/// Everything at one moment.
struct Snapshot {
    version: i64,
    tenants: Vec<Arc<TenantDirectory>>,
}

/// The current snapshot and how to make the next.
pub struct Directory {
    store: Store,
    ambient: Ambient,
    kek: KeyEncryptionKey,
    settings: Settings,
    recent: Arc<RecentSignatures>,
    current: ArcSwap<Snapshot>,
    loading: tokio::sync::Mutex<()>,
}

impl Directory {
    /// Loads the first snapshot.
    ///
    /// # Errors
    /// A fault when the database is away or a stored key does not open with `kek`.
    pub(crate) async fn load(
        store: Store,
        ambient: Ambient,
        kek: KeyEncryptionKey,
        settings: Settings,
    ) -> Result<Self, Fault> {
        let empty = ArcSwap::from_pointee(Snapshot { version: -1, tenants: Vec::new() });
        let (recent, loading) = (Arc::default(), tokio::sync::Mutex::new(()));
        let directory = Self { store, ambient, kek, settings, recent, current: empty, loading };
        directory.reload().await?;
        Ok(directory)
    }

    /// The tenant whose number is `id`.
    pub fn by_id(&self, id: TenantId) -> Option<Arc<TenantDirectory>> {
        self.current.load().tenants.iter().find(|tenant| tenant.id() == id).cloned()
    }

    /// The tenant named `slug`; unknown ones are unknown, never the default.
    pub fn by_slug(&self, slug: &str) -> Option<Arc<TenantDirectory>> {
        self.current.load().tenants.iter().find(|tenant| tenant.tenant.slug == slug).cloned()
    }

    /// Every tenant.
    pub fn all(&self) -> Vec<Arc<TenantDirectory>> {
        self.current.load().tenants.clone()
    }

    /// Loads again if the database has another version; true when it did.
    ///
    /// # Errors
    /// A fault when the database is away; the former snapshot stays.
    pub async fn refresh(&self) -> Result<bool, Fault> {
        let version = directory_versions::current(&mut self.store.read(Wall::All).await?).await?;
        if version == self.current.load().version {
            return Ok(false);
        }
        self.reload().await.map(|()| true)
    }

    /// Loads the snapshot, after a change or because a key's phase has changed with time.
    ///
    /// # Errors
    /// As `refresh`.
    pub async fn reload(&self) -> Result<(), Fault> {
        let _one_at_a_time = self.loading.lock().await;
        let mut conn = self.store.read(Wall::All).await?;
        // The version is read first: a change in between makes the next look load again, never miss it.
        let version = directory_versions::current(&mut conn).await?;
        let tenants = tenants::all(&mut conn).await?;
        let rows = Rows {
            clients: clients::all(&mut conn).await?,
            servers: resource_servers::all(&mut conn).await?,
            scopes: scopes::all(&mut conn).await?,
            attributes: attributes::all(&mut conn).await?,
            terms: terms::all(&mut conn).await?,
            rules: requirement_rules::all(&mut conn).await?,
            trusted: trusted_issuers::all(&mut conn).await?,
            signing: signing_keys::all(&mut conn).await?,
            encryption: encryption_keys::all(&mut conn).await?,
        };
        drop(conn);
        let mut loaded = Vec::with_capacity(tenants.len());
        for tenant in tenants {
            loaded.push(Arc::new(self.assemble(tenant, &rows).await?));
        }
        self.current.store(Arc::new(Snapshot { version, tenants: loaded }));
        Ok(())
    }

    async fn assemble(&self, tenant: Tenant, all: &Rows) -> Result<TenantDirectory, Fault> {
        let id = tenant.id;
        let (keys, admissions) = match self.by_id(id) {
            Some(known) => (Arc::clone(&known.keys), Arc::clone(&known.admissions)),
            None => {
                let root = tenant_keys::load_or_create(&self.store, &self.ambient, &self.kek, id).await?;
                (Arc::new(TenantKeys::derive(&root, self.settings.hash_parameters)?), Arc::default())
            }
        };
        let signing: Vec<_> = all.signing.iter().filter(|row| row.tenant == id).collect();
        let encryption: Vec<_> = all.encryption.iter().filter(|row| row.tenant == id).collect();
        let now = self.ambient.now();
        let encryption = EncryptionKeys::open(&encryption, &keys, now)?;
        // Where documents are not wanted any more, the clients they described are gone.
        let is_wanted =
            |client: &&Client| client.origin != ClientOrigin::Document || tenant.settings.client_id_metadata_documents;
        let known = all.clients.iter().filter(|client| client.tenant == id);
        let (clients, unwanted): (Vec<_>, Vec<_>) = known.partition(is_wanted);
        let by_id = |clients: Vec<&Client>| {
            let known = clients.into_iter().map(|c| (c.id.clone(), Arc::new(with_grants_of(&tenant.settings, c))));
            known.collect::<HashMap<_, _>>()
        };
        let have_keys = |client: &&&Client| client.metadata.jwks.is_some() || client.metadata.jwks_uri.is_some();
        Ok(TenantDirectory {
            uses_dpop_nonces: tenant.settings.dpop_nonces == DpopNonces::Required
                || clients.iter().any(|client| client.metadata.require_dpop_nonce),
            issuer: tenant.issuer(&self.settings.public_url),
            mutual_tls: self
                .settings
                .mutual_tls
                .as_ref()
                .map(|mutual| MutualTls { base: mutual.base.as_deref().map(|base| tenant.issuer(base)) }),
            client_keys: clients.iter().filter(have_keys).map(|c| (c.id.clone(), ClientKeys::default())).collect(),
            clients: by_id(clients),
            unwanted: by_id(unwanted),
            own_pages: Arc::new(own_pages(id)),
            servers: all.servers.iter().filter(|(t, _)| *t == id).map(|(_, s)| Arc::new(s.clone())).collect(),
            scopes: all.scopes.iter().filter(|(t, _)| *t == id).map(|(_, s)| Arc::new(s.clone())).collect(),
            attributes: attributes_of(id, all),
            terms: all.terms.iter().filter(|(t, _)| *t == id).map(|(_, terms)| Arc::new(terms.clone())).collect(),
            requirement_rules: all.rules.iter().filter(|(t, _)| *t == id).map(|(_, r)| Arc::new(r.clone())).collect(),
            trusted_issuers: all.trusted.iter().filter(|(t, _)| *t == id).map(|(_, i)| Arc::new(i.clone())).collect(),
            trusted_keys: all.trusted.iter().filter(|(t, _)| *t == id).map(|_| ClientKeys::default()).collect(),
            passkeys: passkey_site(&tenant, &self.settings.public_url),
            signing: SigningKeys::open(&signing, &keys, encryption.published(now), now)?,
            encryption,
            keys,
            recent: Arc::clone(&self.recent),
            admissions,
            tenant,
        })
    }
}

fn attributes_of(tenant: TenantId, all: &Rows) -> Vec<Arc<Attribute>> {
    let own = all.attributes.iter().filter(|(of, _)| *of == tenant);
    let mut own: Vec<_> = own.map(|(_, attribute)| Arc::new(attribute.clone())).collect();
    own.sort_by(|one, other| one.order().cmp(&other.order()));
    own
}

/// A client that knows which grants its tenant does without: whoever asks what it may use need not ask about the tenant.
fn with_grants_of(settings: &TenantSettings, client: &Client) -> Client {
    Client { disabled_grants: settings.disabled_grant_types.clone(), ..client.clone() }
}

/// Every tenant of a server is at one host and so at one site; which passkeys are whose is the rows' to say.
fn passkey_site(tenant: &Tenant, public_url: &str) -> Option<PasskeySite> {
    let settings = &tenant.settings.passkeys;
    let is_off = settings.usage == PasskeyUse::Off;
    (!is_off).then(|| PasskeySite::new(public_url, &settings.related_origins, tenant.display_name())).flatten()
}

/// Our own pages as what begins a journey: they are the operator's, so nobody is asked to agree.
fn own_pages(tenant: TenantId) -> Client {
    let metadata = ClientMetadata { first_party: true, ..ClientMetadata::default() };
    let (id, origin) = (ClientId::own_pages(), ClientOrigin::Operator);
    Client { tenant, id, metadata, secrets: Vec::new(), disabled_at: None, disabled_grants: Default::default(), origin }
}
