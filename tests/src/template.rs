//! The database that every deployment starts from.
//!
//! Owns making it once a process and kind: schema, keys and the whole cast. Deployments copy it, because an RSA key and
//! a few password hashes for each test would cost more than the tests.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
};

use portreeve_authenticators::HashParameters;
use portreeve_crypto::{KeyEncryptionKey, Random};
use portreeve_domain::{Lifetime, TextMessageRules, Timestamp, polling};
use portreeve_issuer::{
    Ambient, Clock, Issuer, MutualTls, RowIds, Settings,
    configure::{Resources, Unlisted},
};
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_outbound::Rules;
use portreeve_storage::{Store, migrations};
use tokio::runtime::Runtime;

use crate::{
    cast,
    certificates::certificates,
    deployment::Database,
    hosted,
    postgres::{self, PostgresUrls},
    temp::TempFolder,
};

/// When the template was made: 2027-01-15T08:00:00Z.
const MADE_AT: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A filled database and the keys to it.
pub(crate) struct Template {
    place: Place,
    /// The key-encryption key, as text.
    kek: String,
    /// The private key of the client `keyed`.
    client_key: Vec<u8>,
}

enum Place {
    /// The folder is kept until the process ends; its database is `portreeve.db`.
    Sqlite(TempFolder),
    Postgres(PostgresUrls),
}

/// A copy of the template: its URL for the server, and what must outlive it.
pub(crate) struct Copied {
    pub(crate) database: Database,
    pub(crate) url: String,
    pub(crate) folder: TempFolder,
}

impl Template {
    /// Returns the template of this process, made by the first call.
    pub(crate) fn of(database: Database) -> &'static Self {
        static SQLITE: OnceLock<Template> = OnceLock::new();
        static POSTGRES: OnceLock<Template> = OnceLock::new();
        let template = match database {
            Database::Sqlite => &SQLITE,
            Database::Postgres => &POSTGRES,
        };
        // On a thread of its own: whoever calls may be inside a runtime already.
        template.get_or_init(|| thread::spawn(move || Self::make(database)).join().expect("make the template"))
    }

    /// Copies the database.
    pub(crate) fn copy(&self) -> Copied {
        let folder = TempFolder::new("deployment");
        let (database, url) = match &self.place {
            Place::Postgres(urls) => (Database::Postgres, postgres::copy_of(urls).server_url),
            Place::Sqlite(original) => {
                let file = database_file(folder.path());
                fs::copy(database_file(original.path()), &file).expect("copy the template");
                (Database::Sqlite, sqlite_url(&file))
            }
        };
        Copied { database, url, folder }
    }

    /// Returns the key-encryption key.
    pub(crate) fn kek(&self) -> KeyEncryptionKey {
        KeyEncryptionKey::parse(&self.kek).expect("the key just made")
    }

    /// Returns the private key of the client `keyed`.
    pub(crate) fn client_key(&self) -> SigningKey {
        SigningKey::from_pkcs8(Algorithm::Es256, &self.client_key).expect("the key just made")
    }

    fn make(database: Database) -> Self {
        let folder = TempFolder::new("template");
        let random = Random::seeded([1; 32]);
        let kek = KeyEncryptionKey::generate(&random).expect("a key");
        let kek_text = kek.to_text().expose().to_owned();
        let client_key = SigningKey::generate(Algorithm::Es256).expect("a key").pkcs8.to_vec();
        let (owner_url, server_url, place) = match database {
            Database::Sqlite => {
                let url = sqlite_url(&database_file(folder.path()));
                (url.clone(), url, None)
            }
            Database::Postgres => {
                let urls = postgres::fresh_database();
                (urls.owner_url.clone(), urls.server_url.clone(), Some(Place::Postgres(urls)))
            }
        };
        let resources = resources(folder.path(), &client_key);
        Runtime::new().expect("a runtime").block_on(async {
            migrations::up(&Store::open(&owner_url).expect("open"), MADE_AT).await.expect("migrate");
            let store = Store::open(&server_url).expect("open");
            let ambient = Ambient::new(Clock::manual(MADE_AT), random, RowIds::new(0, MADE_AT));
            let issuer = Issuer::start(store, ambient, kek, settings()).await.expect("start");
            issuer.apply(&resources, Unlisted::Keep).await.expect("apply the cast");
        });
        Self { place: place.unwrap_or(Place::Sqlite(folder)), kek: kek_text, client_key }
    }
}

/// Returns the time at which deployments start: a minute after the template was made.
pub(crate) fn starts_at() -> Timestamp {
    MADE_AT.plus(Lifetime::from_minutes(1))
}

/// Returns the settings of every deployment.
pub(crate) fn settings() -> Settings {
    Settings {
        public_url: cast::ISSUER.to_owned(),
        key_publish_ahead: Lifetime::from_hours(24),
        hash_parameters: HashParameters::default(),
        password_threads: 1,
        outbound: Rules::allowing([hosted::address().as_str()]).expect("an address and port"),
        networks: Default::default(),
        mutual_tls: Some(MutualTls { base: None }),
        waiting_requests: polling::WAITING_FOR_ONE,
        text_messages: Some(TextMessageRules::new(vec!["+49".to_owned()], 20).expect("a country code")),
    }
}

/// Writes the secrets that resource files refer to.
pub(crate) fn write_secrets(folder: &Path) {
    for (name, secret) in [("secret", cast::SECRET), ("password", cast::PASSWORD), ("totp", cast::TOTP_SECRET)] {
        fs::write(folder.join(name), secret).expect("write a secret");
    }
}

fn resources(folder: &Path, client_key: &[u8]) -> Resources {
    write_secrets(folder);
    let key = SigningKey::from_pkcs8(Algorithm::Es256, client_key).expect("the key just made");
    let members: Vec<_> = key.public_jwk().into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let file = folder.join("cast.toml");
    let text = cast::RESOURCES.replace("{JWKS}", &format!("{{ {} }}", members.join(", ")));
    let registered: Vec<_> = certificates().jwks["keys"][0].as_object().expect("a key").iter().collect();
    let registered: Vec<_> = registered.into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let text = text.replace("{CERTIFICATE}", &format!("{{ {} }}", registered.join(", ")));
    fs::write(&file, text).expect("write the cast");
    Resources::read(&[file]).expect("read the cast")
}

fn database_file(folder: &Path) -> PathBuf {
    folder.join("portreeve.db")
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}
