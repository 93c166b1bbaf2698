//! Hosts that the server fetches from and that do it no good: silent, slow, endless, empty. Nobody else notices.

use std::{
    cell::RefCell,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use http::StatusCode;
use portreeve_issuer::Clock;
use portreeve_tests::{
    dpop::ProofKey,
    relying_party::ASSERTION_TYPE,
    server::{Deployment, Node},
    visitor::{Nodes, Visitor},
};
use serde_json::json;
use tokio::task::LocalSet;

use crate::{
    fleet::{MEMBERS, enrol, runtime},
    login_storm::{look, millis},
    member::{Member, PASSWORD},
    report::{quantile, rounds, say},
};

/// How many clients publish their keys at each host, each at an address of its own.
const CLIENTS: usize = 12;
/// How many more there are, who are not fetched for before the host is known.
const NEWCOMERS: usize = 2;
/// How long a request to a host may take, and what a machine that runs other tests adds.
const BUDGET: Duration = Duration::from_secs(8);
/// How soon somebody is answered who need not wait for a host.
const AT_ONCE: Duration = Duration::from_secs(1);
/// How many connections to a host that does not answer may have been made before it is left alone: eight at once, five failures,
/// and a try.
const CONNECTIONS: usize = 16;
/// How long a host that does not answer is left alone before one request tries it.
const HOST_RESTS: Duration = Duration::from_secs(30);
/// How long an address where nothing of use is is not asked for again.
const ADDRESS_RESTS: Duration = Duration::from_secs(60);
/// What may be sent to the server on a connection, in MiB: the buffers of both ends.
const SENT_MIB: usize = 4;
/// How long a client waits that was refused.
const PAUSE: Duration = Duration::from_millis(200);
/// The length of a body that never ends, in bytes: ten GB.
const ENDLESS: u64 = 10_000_000_000;

/// What a host does to whoever connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Nothing, for half a minute.
    Silent,
    /// One byte a second.
    Drips,
    /// A body of ten GB.
    Endless,
    /// There is no such document.
    Missing,
}

impl Way {
    const ALL: [Self; 4] = [Self::Silent, Self::Drips, Self::Endless, Self::Missing];

    /// How many connections to such a host may be made while it is asked for so long.
    fn connections(self, time: Duration) -> usize {
        let times = |rest: Duration| (time.as_secs() / rest.as_secs()) as usize;
        match self {
            Self::Silent | Self::Drips => CONNECTIONS + times(HOST_RESTS),
            // It answers, so that only what was asked for is left alone.
            Self::Endless | Self::Missing => (CLIENTS + NEWCOMERS) * (1 + times(ADDRESS_RESTS)),
        }
    }
}

/// A host, and what was seen there.
struct Host {
    way: Way,
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    /// In bytes, on the connection that took the most.
    sent: Arc<AtomicUsize>,
}

impl Host {
    /// Opens a host; it is there until the test process ends.
    fn open(way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = Self {
            way,
            address: listener.local_addr().expect("an address"),
            connections: Arc::default(),
            sent: Arc::default(),
        };
        let (connections, sent) = (Arc::clone(&host.connections), Arc::clone(&host.sent));
        thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                connections.fetch_add(1, Ordering::SeqCst);
                let sent = Arc::clone(&sent);
                thread::spawn(move || drop(serve(way, stream, &sent)));
            }
        });
        host
    }

    fn clients(&self) -> String {
        let client = |number| {
            format!(
                "[[clients]]\nclient_id = \"{}\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
                 grant_types = [\"client_credentials\"]\nresponse_types = []\njwks_uri = \"http://{}/{number}\"\n",
                self.client(number),
                self.address
            )
        };
        (0..CLIENTS + NEWCOMERS).map(client).collect()
    }

    fn client(&self, number: usize) -> String {
        format!("at-{:?}-{number}", self.way).to_lowercase()
    }
}

/// Answers until the server is gone.
fn serve(way: Way, mut stream: TcpStream, sent: &AtomicUsize) -> std::io::Result<()> {
    let _ = stream.read(&mut [0; 4096])?;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {ENDLESS}\r\n\r\n");
    match way {
        Way::Silent => thread::sleep(Duration::from_secs(30)),
        Way::Missing => stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")?,
        Way::Drips => {
            for byte in head.bytes().chain([b' '; 60]) {
                stream.write_all(&[byte])?;
                thread::sleep(Duration::from_secs(1));
            }
        }
        Way::Endless => {
            stream.write_all(head.as_bytes())?;
            let mut taken = 0;
            loop {
                taken += stream.write(&[b' '; 65536])?;
                sent.fetch_max(taken, Ordering::SeqCst);
            }
        }
    }
    Ok(())
}

/// Presents an assertion whose key is at a host, and returns how long it took to be refused.
async fn refused(visitor: &Visitor, issuer: &str, client: &str, jti: usize) -> Duration {
    let now = Clock::System.now().as_seconds();
    let claims = json!({
        "iss": client, "sub": client, "aud": issuer, "iat": now, "exp": now + 60, "jti": format!("{client}-{jti}"),
    });
    let assertion = ProofKey::new().sign(&json!({ "typ": "JWT", "alg": "ES256", "kid": "k" }), &claims);
    let pairs = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion.as_str()),
    ];
    let asked = Instant::now();
    let reply = visitor.post("/oauth2/token", &[], &pairs).await;
    assert_eq!(reply.error(), (StatusCode::UNAUTHORIZED.as_u16(), "invalid_client".to_owned()), "{client}");
    asked.elapsed()
}

/// Everybody whose key is at one of the hosts asks again and again until `until`; returns how long each was held.
fn besiege(hosts: &[Host], issuer: &str, node: &Node, until: Instant) -> Vec<Duration> {
    let (local, held) = (LocalSet::new(), Rc::new(RefCell::new(vec![])));
    let visitor = Visitor::new(node.public);
    for client in hosts.iter().flat_map(|host| (0..CLIENTS).map(|number| host.client(number))) {
        let (visitor, issuer, held) = (visitor.stranger(), issuer.to_owned(), Rc::clone(&held));
        local.spawn_local(async move {
            let mut jti = 0;
            while Instant::now() < until {
                jti += 1;
                let took = refused(&visitor, &issuer, &client, jti).await;
                held.borrow_mut().push(took);
                tokio::time::sleep(PAUSE).await;
            }
        });
    }
    runtime().block_on(local);
    held.take()
}

/// hosts where clients publish their keys are silent, send a byte a second, ten GB, or nothing of use. Whoever depends on one
/// is told within the five seconds that a fetch may take, and at once when the host is left alone; everybody else is served as
/// before, and people sign in. Nobody signs in by another provider here: it is the hosts of clients that the server asks. The short
/// form lasts 8 seconds, the long one two minutes.
#[test]
fn a_host_that_is_slow_or_hostile_is_felt_by_nobody_else() {
    let hosts = Way::ALL.map(Host::open);
    let deployment = Deployment::quiet(None);
    let issuer = format!("http://{}", deployment.public);
    enrol(&deployment);
    let service = "[[clients]]\nclient_id = \"service\"\nclient_secret = { file = \"secret\" }\n\
                   grant_types = [\"client_credentials\"]\nresponse_types = []\n";
    deployment.apply(&hosts.iter().map(Host::clients).fold(service.to_owned(), |all, one| all + &one));
    let allowed: Vec<_> = hosts.iter().map(|host| host.address.to_string()).collect();
    let node = deployment.serve_with(&["--set", &format!("outbound.allow={}", allowed.join(","))]);
    let mut client = Member::new(MEMBERS, deployment.public);
    client.go_to(&Nodes::new(vec![node.public]), deployment.public);
    runtime().block_on(client.begin()).expect("an answer");
    let mut person = Member::new(0, deployment.public);
    person.go_to(&Nodes::new(vec![node.public]), deployment.public);

    let calm = runtime().block_on(look(&node, &mut client, Instant::now() + Duration::from_secs(3)));
    let time = Duration::from_secs(rounds(8, 120) as u64);
    let until = Instant::now() + time;
    let (held, besieged, signed_in) = thread::scope(|scope| {
        let siege = scope.spawn(|| besiege(&hosts, &issuer, &node, until));
        let at_home = scope.spawn(|| {
            let asked = Instant::now();
            assert!(runtime().block_on(person.sign_in(PASSWORD)).expect("an answer"), "nobody signs in");
            asked.elapsed()
        });
        let besieged = runtime().block_on(look(&node, &mut client, until));
        (siege.join().expect("everybody is refused"), besieged, at_home.join().expect("somebody signs in"))
    });
    let visitor = Visitor::new(node.public);
    let newcomer =
        |host: &Host, number| runtime().block_on(refused(&visitor, &issuer, &host.client(CLIENTS + number), 0));
    let left_alone = hosts.iter().filter(|host| matches!(host.way, Way::Silent | Way::Drips));
    // The first may be the one that tries a host whose rest is over.
    let (tried, at_once): (Vec<_>, Vec<_>) = left_alone.map(|host| (newcomer(host, 0), newcomer(host, 1))).unzip();

    let connections = hosts.each_ref().map(|host| host.connections.load(Ordering::SeqCst));
    let sent = hosts.iter().map(|host| host.sent.load(Ordering::SeqCst)).max().unwrap_or_default() / (1024 * 1024);
    say(&format!(
        "R-09: {} requests of {} clients whose keys are at four hosts (silent, a byte a second, ten GB, nothing there), held {:.0} ms at \
         most, half of them {:.1}; connections {connections:?}, {sent} MiB sent on one at most; a new one at a host that is left alone {:.0} ms; a \
         sign-in {:.0} ms; the others, half/99 % in ms: before: {}; meanwhile: {}",
        held.len(),
        4 * CLIENTS,
        millis(quantile(&held, 100)),
        millis(quantile(&held, 50)),
        millis(quantile(&at_once, 100)),
        millis(signed_in),
        calm.shown(),
        besieged.shown()
    ));
    assert!(quantile(&held, 100) < BUDGET, "{:?}", quantile(&held, 100));
    assert!(tried.iter().all(|took| *took < BUDGET), "{tried:?}");
    assert!(at_once.iter().all(|took| *took < AT_ONCE), "{at_once:?}");
    assert!(sent <= SENT_MIB, "{sent} MiB were sent on a connection");
    for (host, connections) in hosts.iter().zip(connections) {
        assert!(connections <= host.way.connections(time), "{:?}: {connections} connections", host.way);
    }
    for (name, all) in &besieged.named {
        assert!(quantile(all, 99) < AT_ONCE, "{name} took {:?}", quantile(all, 99));
    }
}
