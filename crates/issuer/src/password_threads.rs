//! Password hashing on threads of its own: bounded, so that a storm of sign-ins cannot slow anything else down.
//!
//! Owns the threads, which come after everything else that wants the processor. Leaves whose turn it is to `password_lines`, the
//! memory to `hash_memories` and the hashing to `authenticators`.
//! DESIGN §7, SECURITY rule 24.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use portreeve_authenticators::{HashMemory, Password, Verification};
use portreeve_domain::{Fault, TenantId};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::directory::TenantDirectory;
use crate::hash_memories::HashMemories;
use crate::password_lines::{Lines, Place, Turn};

/// How many passwords may wait for each thread; beyond that, and the share of its tenant, a request is told to come back.
const QUEUE_PER_THREAD: usize = 32;

/// How long the 19 MiB that a password was hashed in are kept for the next one.
const KEEPS_MEMORY: Duration = Duration::from_secs(20);

/// The priority of the threads, as `nice` counts: the least there is.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 19;

/// The outcome of comparing a password.
pub(crate) enum Compared {
    /// It is the password.
    Matches {
        /// A new hash to be stored, when the stored one was made with other parameters.
        rehashed: Option<String>,
    },
    /// It is not, or there is none.
    Differs,
}

type Work = Box<dyn FnOnce(&mut HashMemory) + Send>;

/// The hashing threads. Cheap to clone; they end with the last clone and the last place, when what waits is done.
#[derive(Clone)]
pub struct PasswordThreads {
    open: Arc<Open>,
    load: Arc<Load>,
}

/// The lines while somebody may come.
struct Open(Lines<Work>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// A place in the queue for one password. Whoever counts an attempt takes it before: nobody's attempts are used up by a server
/// that has no time to look at them.
pub(crate) struct QueuePlace {
    open: Arc<Open>,
    load: Arc<Load>,
    place: Place<Work>,
}

/// What the queue has seen since the start.
#[derive(Default)]
struct Load {
    waiting: AtomicU64,
    begun: AtomicU64,
    waited_micros: AtomicU64,
    refused: AtomicU64,
}

/// The queue in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordLoad {
    /// How many passwords wait for a thread now.
    pub waiting: u64,
    /// How many a thread has taken up since the start.
    pub begun: u64,
    /// How long all of those waited, together.
    pub waited: Duration,
    /// How many found the queue full and were told to come back.
    pub refused: u64,
}

impl PasswordThreads {
    /// Starts `threads` threads (at least one).
    ///
    /// # Errors
    /// A fault when the system gives no thread.
    pub fn start(threads: usize) -> Result<Self, Fault> {
        Self::start_keeping_memory(threads, KEEPS_MEMORY)
    }

    fn start_keeping_memory(threads: usize, keeps: Duration) -> Result<Self, Fault> {
        let threads = threads.max(1);
        let open = Arc::new(Open(Lines::new(threads * QUEUE_PER_THREAD)));
        let memories = Arc::new(HashMemories::new(keeps));
        for number in 0..threads {
            let (lines, memories) = (open.0.clone(), Arc::clone(&memories));
            let name = format!("password-{number}");
            let hash = move || hash_until_closed(&lines, &memories);
            std::thread::Builder::new().name(name).spawn(hash).map_err(Fault::new)?;
        }
        Ok(Self { open, load: Arc::default() })
    }

    /// How busy the threads are and were.
    pub fn load(&self) -> PasswordLoad {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        PasswordLoad {
            waiting: read(&self.load.waiting),
            begun: read(&self.load.begun),
            waited: Duration::from_micros(read(&self.load.waited_micros)),
            refused: read(&self.load.refused),
        }
    }

    /// A place in the queue for somebody of `tenant`, free again when a thread takes the password up, or when it is dropped.
    ///
    /// # Errors
    /// A transient fault when the queue is full and the tenant has its share of it.
    pub(crate) fn place(&self, tenant: TenantId) -> Result<QueuePlace, Fault> {
        let Some(place) = self.open.0.place(tenant) else {
            self.load.refused.fetch_add(1, Ordering::Relaxed);
            return Err(Fault::transient("every password thread is busy"));
        };
        Ok(QueuePlace { open: Arc::clone(&self.open), load: Arc::clone(&self.load), place })
    }
}

impl QueuePlace {
    /// Compares a password with a stored hash; `None` costs as much and never matches.
    ///
    /// `salt` is fresh and random: a password that matches an outdated hash is hashed again while it is at hand.
    ///
    /// # Errors
    /// A fault when the stored hash is unusable.
    pub(crate) async fn verify(
        self,
        at: &Arc<TenantDirectory>,
        password: Password,
        stored: Option<String>,
        salt: [u8; 16],
    ) -> Result<Compared, Fault> {
        let at = Arc::clone(at);
        let work = move |memory: &mut HashMemory| {
            let passwords = &at.keys.passwords;
            Ok(match passwords.verify(&password, stored.as_deref(), memory).map_err(Fault::new)? {
                Verification::Differs => Compared::Differs,
                Verification::Matches { needs_rehash: false } => Compared::Matches { rehashed: None },
                Verification::Matches { needs_rehash: true } => {
                    Compared::Matches { rehashed: Some(passwords.hash(&password, salt, memory).map_err(Fault::new)?) }
                }
            })
        };
        self.run(work).await
    }

    /// Hashes a password to be stored, as a PHC string.
    ///
    /// # Errors
    /// A fault when the library cannot.
    pub(crate) async fn hash(
        self,
        at: &Arc<TenantDirectory>,
        password: Password,
        salt: [u8; 16],
    ) -> Result<String, Fault> {
        let at = Arc::clone(at);
        self.run(move |memory| at.keys.passwords.hash(&password, salt, memory).map_err(Fault::new)).await
    }

    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut HashMemory) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, answered) = oneshot::channel();
        // The threads last for as long as somebody waits for them.
        let Self { open: _open, load, place } = self;
        let (seen, queued) = (Arc::clone(&load), Instant::now());
        let work: Work = Box::new(move |memory| {
            seen.begin(queued.elapsed());
            // Nobody waits any more when the browser has gone away.
            let _ = answer.send(work(memory));
        });
        load.waiting.fetch_add(1, Ordering::Relaxed);
        place.wait(work);
        answered.await.map_err(|_| Fault::impossible("a hash panicked"))?
    }
}

impl Load {
    fn begin(&self, waited: Duration) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.begun.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
        self.waited_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

fn hash_until_closed(lines: &Lines<Work>, memories: &HashMemories) {
    give_way();
    loop {
        match lines.turn(memories.give_back()) {
            Turn::Work(work) => {
                let mut memory = memories.take();
                // A panic is the fault of whoever asked: those who wait need the thread.
                if catch_unwind(AssertUnwindSafe(|| work(&mut memory))).is_ok() {
                    memories.keep(memory);
                }
            }
            Turn::Rest => (),
            Turn::End => return,
        }
    }
}

/// A hash takes tens of milliseconds of a processor, for which a token request would otherwise wait. Only Linux knows
/// priorities of threads.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "a thread that hashes passwords keeps its priority");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use crate::hash_memories;

    use super::*;

    /// SECURITY rule 24: whatever else wants the processor goes before a hash.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_hash_gives_way() {
        let own = rustix::process::getpriority_process(None).unwrap();
        let threads = PasswordThreads::start(1).unwrap();

        let niceness = threads
            .place(TenantId::DEFAULT)
            .unwrap()
            .run(|_| Ok(rustix::process::getpriority_process(None).unwrap()))
            .await
            .unwrap();

        assert_eq!(niceness, NICENESS);
        assert_eq!(rustix::process::getpriority_process(None).unwrap(), own);
    }

    /// DESIGN §7: who waits behind a hash that panics waits for nothing, unless the thread goes on.
    #[tokio::test]
    async fn a_hash_that_panics_is_a_fault_of_its_own() {
        let threads = PasswordThreads::start(1).unwrap();
        let place = || threads.place(TenantId::DEFAULT).unwrap();

        let panics = tokio::spawn(place().run(|_| -> Result<(), Fault> { panic!("on purpose") }));
        let behind = tokio::spawn(place().run(|_| Ok("hashed")));

        let waited = tokio::time::timeout(Duration::from_secs(10), async { (panics.await, behind.await) }).await;
        let (fault, hashed) = waited.expect("nobody waits forever");
        assert!(!fault.unwrap().unwrap_err().is_transient());
        assert_eq!(hashed.unwrap().unwrap(), "hashed");
        assert_eq!((threads.load().waiting, threads.load().begun), (0, 2));
    }

    /// DESIGN §7: the memory of a hash is kept for the next one. Not for ever: where nobody signs in it is of use to others.
    #[tokio::test]
    async fn the_memory_of_a_hash_is_kept_for_a_while() {
        for (keeps, is_kept) in [(Duration::MAX, true), (Duration::ZERO, false)] {
            let threads = PasswordThreads::start_keeping_memory(1, keeps).unwrap();
            let place = || threads.place(TenantId::DEFAULT).unwrap();
            place().run(|memory| Ok(std::mem::replace(memory, hash_memories::used()))).await.unwrap();

            let kept = place().run(|memory| Ok(!memory.is_empty())).await.unwrap();

            assert_eq!(kept, is_kept, "{keeps:?}");
        }
    }

    /// A thread that waits for work gives back what nobody uses, without having to be asked for anything.
    #[test]
    fn who_waits_gives_memory_back() {
        let (lines, memories) = (Lines::new(1), Arc::new(HashMemories::new(Duration::from_millis(20))));
        memories.keep(hash_memories::used());
        let (of_thread, given_back) =
            ((lines.clone(), Arc::clone(&memories)), Instant::now() + Duration::from_secs(10));

        let thread = std::thread::spawn(move || hash_until_closed(&of_thread.0, &of_thread.1));
        while !memories.is_empty() && Instant::now() < given_back {
            std::thread::yield_now();
        }

        assert!(memories.is_empty());
        lines.close();
        thread.join().unwrap();
    }

    /// SECURITY rule 24: a queue that is full refuses at once, and says so in its numbers.
    #[tokio::test]
    async fn what_waits_and_what_is_refused_is_counted() {
        let threads = PasswordThreads::start(1).unwrap();
        let (open, closed) = mpsc::channel::<()>();
        let first = threads.place(TenantId::DEFAULT).unwrap();
        let first = tokio::spawn(first.run(move |_| Ok(closed.recv().is_err())));
        while threads.load().begun == 0 {
            tokio::task::yield_now().await;
        }
        let waiting: Vec<_> = (0..QUEUE_PER_THREAD)
            .map(|_| tokio::spawn(threads.place(TenantId::DEFAULT).unwrap().run(|_| Ok(()))))
            .collect();
        while threads.load().waiting < QUEUE_PER_THREAD as u64 {
            tokio::task::yield_now().await;
        }

        let refused = threads.place(TenantId::DEFAULT).err().expect("no place");

        assert!(refused.is_transient());
        assert_eq!((threads.load().refused, threads.load().begun), (1, 1));
        drop(open);
        assert!(first.await.unwrap().unwrap());
        for one in waiting {
            one.await.unwrap().unwrap();
        }
        let load = threads.load();
        assert_eq!((load.waiting, load.begun, load.refused), (0, 1 + QUEUE_PER_THREAD as u64, 1));
    }
}
