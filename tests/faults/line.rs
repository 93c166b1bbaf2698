//! A line to the database on which every answer takes a while longer, or on which nothing passes.

use std::{
    io::ErrorKind,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use portreeve_tests::postgres::PostgresUrls;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::fleet::runtime;

/// How often what waits for the line looks at it.
const LOOK: Duration = Duration::from_millis(5);

/// A line that carries connections to the database.
pub(crate) struct Line {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    delay: AtomicU64,
    /// How often it was cut and mended: odd while it is cut.
    turns: AtomicUsize,
}

impl Line {
    /// A line before a database, and the addresses of that one for a server that uses the line.
    pub(crate) fn before(urls: &PostgresUrls) -> (Self, PostgresUrls) {
        let address = urls.server_url.split(['@', '/']).find_map(|part| part.parse().ok()).expect("an address");
        let line = Self::to(address);
        let server_url = urls.server_url.replace(&address.to_string(), &line.address.to_string());
        (line, PostgresUrls { server_url, ..urls.clone() })
    }

    fn to(database: SocketAddr) -> Self {
        let (state, (told, address)) = (Arc::new(State::default()), mpsc::channel());
        let of_line = Arc::clone(&state);
        thread::spawn(move || {
            runtime().block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a line");
                told.send(listener.local_addr().expect("its address")).expect("somebody asks");
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(carry(client, database, Arc::clone(&of_line)));
                }
            });
        });
        Self { address: address.recv().expect("a line"), state }
    }

    /// From now on every answer takes so much longer.
    pub(crate) fn delay(&self, millis: u64) {
        self.state.delay.store(millis, Ordering::SeqCst);
    }

    /// Drops every packet from now on. What has a connection hears nothing on it any more, also when the line is mended: its
    /// packets are sent again at intervals as long as the outage was.
    pub(crate) fn cut(&self) {
        self.state.turns.fetch_add(1, Ordering::SeqCst);
    }

    /// Carries again whatever connects, or has tried to meanwhile.
    pub(crate) fn mend(&self) {
        self.state.turns.fetch_add(1, Ordering::SeqCst);
    }
}

impl State {
    fn turns(&self) -> usize {
        self.turns.load(Ordering::SeqCst)
    }

    /// Returns when a connection that was begun at `turn` is carried.
    async fn passes(&self, turn: usize) {
        while self.turns() != turn.next_multiple_of(2) {
            sleep(LOOK).await;
        }
    }
}

/// Carries one connection until one side ends it, and the line is there to say so.
async fn carry(client: TcpStream, database: SocketAddr, state: Arc<State>) -> std::io::Result<()> {
    let turn = state.turns();
    state.passes(turn).await;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_database, mut to_database) = TcpStream::connect(database).await?.into_split();
    let there = async {
        forward(&mut from_client, &mut to_database, &state, turn, |_| 0).await?;
        // Lost, all of it but the end, which is said until it is heard.
        tokio::io::copy(&mut from_client, &mut tokio::io::sink()).await?;
        while state.turns() % 2 == 1 {
            sleep(LOOK).await;
        }
        Ok(())
    };
    let back = async {
        let delay = |state: &State| state.delay.load(Ordering::SeqCst);
        forward(&mut from_database, &mut to_client, &state, turn, delay).await?;
        std::future::pending().await
    };
    tokio::select! {
        ended = there => ended,
        ended = back => ended,
    }
}

/// Passes on what comes from one side, each piece after a delay in milliseconds, until the line is cut. An error when that side ends
/// before.
async fn forward(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    state: &State,
    turn: usize,
    delay: impl Fn(&State) -> u64,
) -> std::io::Result<()> {
    let (mut bytes, carried) = (vec![0; 64 * 1024], turn.next_multiple_of(2));
    loop {
        let length = from.read(&mut bytes).await?;
        if state.turns() != carried {
            return Ok(());
        }
        if length == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        sleep(Duration::from_millis(delay(state))).await;
        if state.turns() != carried {
            return Ok(());
        }
        to.write_all(&bytes[..length]).await?;
    }
}
