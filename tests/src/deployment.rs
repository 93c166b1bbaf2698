//! A whole server inside a test: every door on one database, with a clock that stands still.
//!
//! Owns starting it, sending it requests without a socket, and looking at the end that nothing went wrong unnoticed: an
//! error logged, an outbox row undelivered. Leaves what is in it to `cast`, who talks to it to `browser` and
//! `relying_party`, and how to look at what it did to `published` and `aftermath`.

use std::{
    cell::Cell,
    fs, mem,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use portreeve_crypto::Random;
use portreeve_domain::{Lifetime, OutboxMessage, TenantId};
use portreeve_http_kit::listener::PeerAddress;
use portreeve_issuer::{
    Ambient, Clock, Issuer, MutualTls, RowIds, Settings, TenantDirectory,
    configure::{Problem, Resources, Unlisted},
};
use portreeve_jose::SigningKey;
use portreeve_networks::Networks;
use portreeve_storage::{Store, Wall, outbox};
use tokio::runtime::Builder;
use tower::ServiceExt;

use crate::{
    doors::doors,
    faults::Faults,
    reply::Reply,
    template::{self, Copied, Template},
};

/// The media type of forms.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// How often a request that found the server busy is sent.
const PATIENCE: usize = 40;

/// How long to wait before it is sent again.
const BREATH: Duration = Duration::from_millis(50);

/// Which database a deployment runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// The embedded one.
    Sqlite,
    /// PostgreSQL, as the role that owns nothing.
    Postgres,
}

/// A running server with the whole cast.
pub struct Deployment {
    /// The use cases, for what a test cannot reach by HTTP.
    pub issuer: Arc<Issuer>,
    /// Its clock, which moves only when a test moves it.
    pub clock: Clock,
    /// What it runs on.
    pub database: Database,
    router: Router,
    faults: Faults,
    expects_faults: Cell<bool>,
    addresses: AtomicU32,
    nodes: AtomicU8,
    copied: Arc<Copied>,
}

/// Runs a test on SQLite.
///
/// # Panics
///
/// When the test does, or leaves a fault or an undelivered message behind.
pub fn on_sqlite(test: impl AsyncFn(&Deployment)) {
    on(Database::Sqlite, test);
}

/// Runs a test on SQLite, then on PostgreSQL.
///
/// # Panics
///
/// When the test does, or leaves a fault or an undelivered message behind.
pub fn on_both(test: impl AsyncFn(&Deployment)) {
    on(Database::Sqlite, &test);
    on(Database::Postgres, &test);
}

fn on(database: Database, test: impl AsyncFn(&Deployment)) {
    let template = Template::of(database);
    let faults = Faults::default();
    let dispatch = faults.dispatch();
    let for_threads = dispatch.clone();
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        // The thread ends with the runtime, so it never logs anywhere else.
        .on_thread_start(move || mem::forget(tracing::dispatcher::set_default(&for_threads)))
        .build()
        .expect("a runtime");
    let _guard = tracing::dispatcher::set_default(&dispatch);
    runtime.block_on(async {
        let deployment = Deployment::start(template, faults).await;
        test(&deployment).await;
        deployment.check_nothing_is_left().await;
    });
}

/// How many tokens a node remembers, as a server on PostgreSQL does.
const REMEMBERED: usize = 1024;

impl Deployment {
    async fn start(template: &Template, faults: Faults) -> Self {
        let copied = template.copy();
        template::write_secrets(copied.folder.path());
        let clock = Clock::manual(template::starts_at());
        Self::on_copy(Arc::new(copied), clock, 1, faults, template::settings()).await
    }

    async fn on_copy(copied: Arc<Copied>, clock: Clock, node: u8, faults: Faults, settings: Settings) -> Self {
        let database = copied.database;
        // A seed for each node, and none the template's: the same secrets twice would hide a comparison that lacks one.
        let random = Random::seeded([node + 1; 32]);
        let ambient = Ambient::new(clock.clone(), random.clone(), RowIds::new(node.into(), clock.now()));
        let store = Store::open(&copied.url).expect("open the copy");
        store.remember(REMEMBERED);
        let kek = Template::of(database).kek();
        let issuer = Arc::new(Issuer::start(store, ambient, kek, settings).await.expect("start"));
        Self {
            router: doors(&issuer, random, copied.folder.path()),
            issuer,
            clock,
            database,
            faults,
            expects_faults: Cell::new(false),
            addresses: AtomicU32::new(0),
            nodes: AtomicU8::new(node),
            copied,
        }
    }

    /// Puts back the database as it was when the test began, with the same keys and people, and starts a node on it.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn as_it_began(&self) -> Self {
        let copied = Template::of(self.database).copy();
        template::write_secrets(copied.folder.path());
        let (clock, faults) = (self.clock.clone(), self.faults.clone());
        Self::on_copy(Arc::new(copied), clock, 1, faults, template::settings()).await
    }

    /// Starts another node on the same database, with the same clock and a number of its own.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn another_node(&self) -> Self {
        self.started(self.clock.clone(), template::settings()).await
    }

    /// Starts another node on the same database, whose clock is `by` ahead and stands until it is moved itself.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn another_node_ahead(&self, by: Lifetime) -> Self {
        self.started(Clock::manual(self.clock.now().plus(by)), template::settings()).await
    }

    /// Starts another node on the same database, which asks for certificates below another address than the issuer's.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn another_node_with_certificates_at(&self, base: &str) -> Self {
        let mutual_tls = Some(MutualTls { base: Some(base.to_owned()) });
        self.started(self.clock.clone(), Settings { mutual_tls, ..template::settings() }).await
    }

    /// Starts another node on the same database, which knows something of networks.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn another_node_with_networks(&self, networks: Arc<Networks>) -> Self {
        self.started(self.clock.clone(), Settings { networks, ..template::settings() }).await
    }

    async fn started(&self, clock: Clock, settings: Settings) -> Self {
        let node = self.nodes.fetch_add(1, Ordering::Relaxed) + 1;
        Self::on_copy(Arc::clone(&self.copied), clock, node, self.faults.clone(), settings).await
    }

    /// Returns a client address that nobody has used yet, so that limits on addresses do not add up.
    pub fn fresh_address(&self) -> IpAddr {
        let first = u32::from(Ipv4Addr::new(198, 18, 0, 0));
        IpAddr::V4(Ipv4Addr::from(first + self.addresses.fetch_add(1, Ordering::Relaxed)))
    }

    /// Moves the clock on.
    pub fn wait(&self, time: Lifetime) {
        self.clock.advance(time);
    }

    /// Returns the time in Unix seconds.
    pub fn seconds(&self) -> i64 {
        self.clock.now().as_seconds()
    }

    /// Sends a request from an address and returns the reply.
    ///
    /// # Panics
    ///
    /// When the reply breaks off.
    pub async fn send_from(&self, address: IpAddr, mut request: Request<Body>) -> Reply {
        request.extensions_mut().insert(PeerAddress(SocketAddr::new(address, 40_000)));
        answered(self.router.clone(), request).await
    }

    /// Sends a request as a machine does, without cookies.
    ///
    /// # Panics
    ///
    /// When the reply breaks off.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        self.send_from(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), request).await
    }

    /// As `send`, for a test that is about being told to come back: that is the reply.
    ///
    /// # Panics
    ///
    /// When the reply breaks off.
    pub async fn send_once(&self, mut request: Request<Body>) -> Reply {
        request.extensions_mut().insert(PeerAddress(SocketAddr::new(self.fresh_address(), 40_000)));
        received(self.router.clone(), request).await
    }

    /// Sends `count` requests at once, each on a task of its own, and returns the replies in the same order.
    ///
    /// # Panics
    ///
    /// When a reply breaks off.
    pub async fn send_all(&self, count: usize, request: impl Fn(usize) -> Request<Body>) -> Vec<Reply> {
        let tasks: Vec<_> = (0..count)
            .map(|index| {
                let mut request = request(index);
                request.extensions_mut().insert(PeerAddress(SocketAddr::new(self.fresh_address(), 40_000)));
                tokio::spawn(answered(self.router.clone(), request))
            })
            .collect();
        let mut replies = vec![];
        for task in tasks {
            replies.push(task.await.expect("a reply"));
        }
        replies
    }

    /// Gets a path below the issuer's host, with headers.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(request(Method::GET, path, headers, Body::empty())).await
    }

    /// Posts a form to a path below the issuer's host, with headers.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], pairs: &[(&str, &str)]) -> Reply {
        self.send(post_request(path, headers, pairs)).await
    }

    /// Calls userinfo with an access token in the header.
    pub async fn userinfo(&self, access_token: &str) -> Reply {
        self.get("/oauth2/userinfo", &[("authorization", &format!("Bearer {access_token}"))]).await
    }

    /// Returns the bytes of every file of an embedded database.
    ///
    /// # Panics
    ///
    /// When a file cannot be read.
    pub fn database_bytes(&self) -> Vec<u8> {
        let files = fs::read_dir(self.copied.folder.path()).expect("the folder");
        let files = files.map(|entry| entry.expect("an entry").path());
        let of_database = files.filter(|path| path.to_string_lossy().contains(".db"));
        of_database.flat_map(|path| fs::read(path).expect("read the database")).collect()
    }

    /// Returns the private key of the client `keyed`.
    pub fn client_key(&self) -> SigningKey {
        Template::of(self.database).client_key()
    }

    /// Returns the directory of the tenant `default`.
    pub fn tenant(&self) -> Arc<TenantDirectory> {
        self.issuer.directory.by_id(TenantId::DEFAULT).expect("the tenant default")
    }

    /// Applies a resource file on top of the cast, as an operator would.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    ///
    /// # Panics
    ///
    /// When the server fails.
    pub async fn try_apply(&self, text: &str) -> Result<(), Vec<Problem>> {
        let file = self.copied.folder.path().join("resources.toml");
        fs::write(&file, text).expect("write the resources");
        let resources = Resources::read(&[file])?;
        match self.issuer.apply(&resources, Unlisted::Keep).await {
            Ok(_) => Ok(()),
            Err(portreeve_domain::Failure::Refused(problems)) => Err(problems),
            Err(portreeve_domain::Failure::Fault(fault)) => panic!("{fault}"),
        }
    }

    /// Applies a resource file that has nothing wrong.
    ///
    /// # Panics
    ///
    /// When something is wrong with it.
    pub async fn apply(&self, text: &str) {
        if let Err(problems) = self.try_apply(text).await {
            panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
    }

    /// Says that this test provokes a fault.
    pub fn expect_faults(&self) {
        self.expects_faults.set(true);
    }

    async fn check_nothing_is_left(&self) {
        let faults = self.faults.take();
        assert!(faults.is_empty() || self.expects_faults.get(), "unexpected faults were logged: {faults:#?}");
        let mut conn = self.issuer.store().read(Wall::All).await.expect("a connection");
        self.waiting(OutboxMessage::MAIL).await;
        let waiting = outbox::pending(&mut conn).await.expect("the outbox");
        assert_eq!(waiting, 0, "messages wait in the outbox; a test that causes mails delivers them");
    }
}

/// Makes a request.
///
/// # Panics
///
/// When a header or the path is none.
pub fn request(method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let request = headers
        .iter()
        .fold(Request::builder().method(method).uri(path), |request, (name, value)| request.header(*name, *value));
    request.body(body).expect("a request")
}

/// Makes a request with a form.
pub fn post_request(path: &str, headers: &[(&str, &str)], pairs: &[(&str, &str)]) -> Request<Body> {
    let headers = [headers, &[(header::CONTENT_TYPE.as_str(), FORM)]].concat();
    request(Method::POST, path, &headers, Body::from(form(pairs)))
}

/// Sends a request, and again what was answered 503 with `Retry-After`, as a good client does: a machine that runs many
/// tests at once sheds some requests, and what a test is about comes after that.
async fn answered(router: Router, request: Request<Body>) -> Reply {
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("the whole body").to_bytes();
    for _ in 0..PATIENCE {
        let request = Request::from_parts(head.clone(), Body::from(body.clone()));
        let reply = received(router.clone(), request).await;
        if reply.status != StatusCode::SERVICE_UNAVAILABLE || reply.header("retry-after").is_none() {
            return reply;
        }
        tokio::time::sleep(BREATH).await;
    }
    panic!("the server stays busy: {}", head.uri)
}

async fn received(router: Router, request: Request<Body>) -> Reply {
    let Ok(response) = router.oneshot(request).await;
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("the whole body").to_bytes().to_vec();
    Reply { status: head.status, headers: head.headers, body }
}

/// Writes pairs as a form body.
pub fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests;
