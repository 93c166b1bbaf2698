//! The two databases a test body runs on.
//!
//! Owns making them, with the schema and two tenants in them, and short ways to read and write. A busy machine makes the
//! store give up soon, as it should; here that is tried again, so that no test fails for want of speed.

use portreeve_domain::{Fault, TenantId, TenantSettings, Timestamp};
use portreeve_storage::{Conn, Store, Tx, Wall, migrations, tenants};
use portreeve_tests::{postgres, temp::TempFolder};

/// The tenant that tests work for.
pub(crate) const ONE: TenantId = TenantId::DEFAULT;

/// The tenant whose rows must stay out of sight.
pub(crate) const TWO: TenantId = TenantId::new(2);

/// The time of all tests.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// How often a busy database is asked again; each time it takes 0.3 s to refuse.
const PATIENCE: usize = 100;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A database of one test's own; it is removed on drop.
pub(crate) struct Database {
    pub(crate) kind: Kind,
    /// As the server opens it.
    pub(crate) store: Store,
    /// The way in for migrations; on SQLite the same as the server's.
    pub(crate) owner_url: String,
    /// The server's way in.
    pub(crate) server_url: String,
    pub(crate) folder: TempFolder,
}

/// Runs `body` on SQLite and then on PostgreSQL, each with the schema and the tenants `ONE` and `TWO`.
pub(crate) async fn on_both(body: impl AsyncFn(&Database)) {
    on_both_empty(async |db| {
        db.migrate().await;
        body(db).await;
    })
    .await;
}

/// Runs `body` on PostgreSQL alone: what needs two writers at once, or row-level security.
pub(crate) async fn on_postgres(body: impl AsyncFn(&Database)) {
    let db = Database::empty(Kind::Postgres);
    db.migrate().await;
    body(&db).await;
}

/// Runs `body` on SQLite and then on PostgreSQL, both without a schema.
pub(crate) async fn on_both_empty(body: impl AsyncFn(&Database)) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let _named = NamesDatabase(kind);
        body(&Database::empty(kind)).await;
    }
}

/// Says on which database a test fails.
struct NamesDatabase(Kind);

impl Drop for NamesDatabase {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("^^^ on {:?}", self.0);
        }
    }
}

impl Database {
    /// A database without a schema.
    pub(crate) fn empty(kind: Kind) -> Self {
        let folder = TempFolder::new("storage");
        let (owner_url, server_url) = match kind {
            Kind::Sqlite => {
                let url = format!("sqlite:{}", folder.path().join("portreeve.db").display());
                (url.clone(), url)
            }
            Kind::Postgres => {
                let urls = postgres::fresh_database();
                (urls.owner_url, urls.server_url)
            }
        };
        let store = Store::open(&server_url).unwrap();
        Self { kind, store, owner_url, server_url, folder }
    }

    /// Makes the schema and the second tenant.
    pub(crate) async fn migrate(&self) {
        let owner = self.as_owner();
        retried(async || migrations::up(&owner, NOW).await).await;
        let two =
            self.write(Wall::All, async |tx| tenants::insert(tx, "two", &TenantSettings::default(), NOW).await).await;
        assert_eq!(two, TWO);
    }

    /// Opens the database again, as another node or process does.
    pub(crate) fn another_store(&self) -> Store {
        Store::open(&self.server_url).unwrap()
    }

    /// Opens the database as migrations do.
    pub(crate) fn as_owner(&self) -> Store {
        match self.kind {
            // One writer and no two processes unless the test asks for them.
            Kind::Sqlite => self.store.clone(),
            Kind::Postgres => Store::open(&self.owner_url).unwrap(),
        }
    }

    /// Runs `work` in a transaction and commits it.
    pub(crate) async fn write<T>(
        &self,
        wall: impl Into<Wall>,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T, Fault>,
    ) -> T {
        let mut tx = begin(&self.store, wall).await;
        let done = work(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        done
    }

    /// Runs `work` in a transaction and expects that the database refuses it for good, at once or with the commit.
    pub(crate) async fn refuses<T>(&self, wall: impl Into<Wall>, work: impl AsyncFnOnce(&mut Tx) -> Result<T, Fault>) {
        let mut tx = begin(&self.store, wall).await;
        let outcome = match work(&mut tx).await {
            Ok(_) => tx.commit().await,
            Err(fault) => Err(fault),
        };
        let fault = outcome.expect_err("the database must refuse this");
        assert!(!fault.is_transient(), "{fault}");
    }

    /// Runs `work`, which claims something, in a transaction: whether it has it, or somebody else does.
    pub(crate) async fn claims(
        &self,
        wall: impl Into<Wall>,
        work: impl AsyncFnOnce(&mut Tx) -> Result<(), Fault>,
    ) -> bool {
        let mut tx = begin(&self.store, wall).await;
        has_won(match work(&mut tx).await {
            Ok(()) => tx.commit().await,
            Err(fault) => Err(fault),
        })
    }

    /// Runs `work` on a connection for reading.
    pub(crate) async fn read<T>(
        &self,
        wall: impl Into<Wall>,
        work: impl AsyncFnOnce(&mut Conn) -> Result<T, Fault>,
    ) -> T {
        let wall = wall.into();
        let mut conn = retried(async || self.store.read(wall).await).await;
        work(&mut conn).await.unwrap()
    }

    /// How many rows `sql`, a `SELECT COUNT(*)`, counts, whosever they are.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.read(Wall::All, async |conn| conn.one(sql, &[], |row| row.integer(0)).await).await
    }
}

/// Whether a claim that came to `outcome` was the one that counts.
pub(crate) fn has_won(outcome: Result<(), Fault>) -> bool {
    outcome.map_or_else(|fault| !fault.is_overtaken() && panic!("{fault}"), |()| true)
}

/// Begins a transaction, however busy the machine is.
pub(crate) async fn begin(store: &Store, wall: impl Into<Wall>) -> Tx {
    let wall = wall.into();
    for _ in 1..PATIENCE {
        match store.begin(wall).await {
            Err(fault) if fault.is_transient() => {}
            settled => return settled.unwrap(),
        }
    }
    store.begin(wall).await.unwrap()
}

/// Repeats `work` while it fails for a reason that may pass.
pub(crate) async fn retried<T>(work: impl AsyncFn() -> Result<T, Fault>) -> T {
    for _ in 1..PATIENCE {
        match work().await {
            Err(fault) if fault.is_transient() => {}
            settled => return settled.unwrap(),
        }
    }
    work().await.unwrap()
}

/// The text of a statement made by a test: the store takes only texts that live as long as the program.
pub(crate) fn lasting(sql: String) -> &'static str {
    sql.leak()
}
