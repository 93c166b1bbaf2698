//! Documents that others host: one real listener for all tests of a process, whose address every deployment may reach.
//!
//! Owns serving whatever a test puts there and counting who asks. Each document has a path of its own, so that tests do
//! not see each other.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Barrier, LazyLock, Mutex, MutexGuard},
    thread,
};

static HOST: LazyLock<Host> = LazyLock::new(Host::start);

struct Host {
    address: SocketAddr,
    documents: Mutex<HashMap<String, Served>>,
}

#[derive(Clone, Default)]
struct Served {
    media_type: String,
    body: Vec<u8>,
    cache_control: String,
    fetches: usize,
    answers_at: Option<Arc<Barrier>>,
}

/// A document at an address of its own.
pub struct Hosted {
    path: String,
}

impl Hosted {
    /// Puts a document up.
    pub fn new(media_type: &str, body: &str) -> Self {
        Self::of_bytes(media_type, body.as_bytes())
    }

    /// Puts up what is no text.
    pub fn of_bytes(media_type: &str, body: &[u8]) -> Self {
        let mut documents = HOST.documents();
        let path = format!("/{}", documents.len());
        let served = Served { media_type: media_type.to_owned(), body: body.to_owned(), ..Served::default() };
        documents.insert(path.clone(), served);
        Self { path }
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        format!("http://{}{}", HOST.address, self.path)
    }

    /// Puts another one in its place.
    pub fn replace(&self, body: &str) {
        if let Some(served) = HOST.documents().get_mut(&self.path) {
            body.as_bytes().clone_into(&mut served.body);
        }
    }

    /// Says from now on how long the document is good.
    pub fn says_cache_control(&self, value: &str) {
        if let Some(served) = HOST.documents().get_mut(&self.path) {
            value.clone_into(&mut served.cache_control);
        }
    }

    /// Whoever fetches it from now on is answered when `barrier` lets them.
    pub fn answers_at(&self, barrier: &Arc<Barrier>) {
        if let Some(served) = HOST.documents().get_mut(&self.path) {
            served.answers_at = Some(Arc::clone(barrier));
        }
    }

    /// Returns how often it was fetched.
    pub fn fetches(&self) -> usize {
        HOST.documents().get(&self.path).map_or(0, |served| served.fetches)
    }
}

/// Returns the listener's address, as the allow-list of outbound requests names it.
pub(crate) fn address() -> String {
    HOST.address.to_string()
}

impl Host {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who hangs up before the answer has lost it.
                thread::spawn(move || drop(HOST.answer(&stream)));
            }
        });
        Self { address, documents: Mutex::default() }
    }

    fn documents(&self) -> MutexGuard<'_, HashMap<String, Served>> {
        self.documents.lock().expect("no test panics while it holds this")
    }

    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream).lines();
        let request = lines.next().transpose()?.unwrap_or_default();
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let path = request.split(' ').nth(1).unwrap_or_default();
        let served = self.documents().get_mut(path).map(|served| {
            served.fetches += 1;
            served.clone()
        });
        let (status, Served { media_type, body, cache_control, answers_at, .. }) =
            served.map_or_else(|| ("404 Not Found", Served::default()), |served| ("200 OK", served));
        if let Some(barrier) = answers_at {
            barrier.wait();
        }
        let length = body.len();
        write!(stream, "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n")?;
        if !cache_control.is_empty() {
            write!(stream, "Cache-Control: {cache_control}\r\n")?;
        }
        write!(stream, "\r\n")?;
        stream.write_all(&body)
    }
}
