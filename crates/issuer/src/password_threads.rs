//! Password hashing on threads of its own: bounded, so that a storm of sign-ins cannot slow anything else down.
//!
//! Owns the queue and the threads, each with its own block of Argon2 memory. Leaves the hashing to `authenticators`.
//! DESIGN §7, SECURITY rule 24.

use std::sync::{Arc, Mutex, PoisonError, mpsc};

use portreeve_authenticators::{HashMemory, Password, Verification};
use portreeve_domain::Fault;
use tokio::sync::oneshot;

use crate::directory::TenantDirectory;

/// How many passwords may wait for each thread; beyond that a request is told to come back.
const QUEUE_PER_THREAD: usize = 32;

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

/// The hashing threads. Cheap to clone; they end with the last clone.
#[derive(Clone)]
pub struct PasswordThreads(mpsc::SyncSender<Work>);

impl PasswordThreads {
    /// Starts `threads` threads (at least one).
    ///
    /// # Errors
    /// A fault when the system gives no thread.
    pub fn start(threads: usize) -> Result<Self, Fault> {
        let threads = threads.max(1);
        let (queue, work) = mpsc::sync_channel::<Work>(threads * QUEUE_PER_THREAD);
        let work = Arc::new(Mutex::new(work));
        for number in 0..threads {
            let work = Arc::clone(&work);
            let name = format!("password-{number}");
            std::thread::Builder::new().name(name).spawn(move || hash_until_closed(&work)).map_err(Fault::new)?;
        }
        Ok(Self(queue))
    }

    /// Compares a password with a stored hash; `None` costs as much and never matches.
    ///
    /// `salt` is fresh and random: a password that matches an outdated hash is hashed again while it is at hand.
    ///
    /// # Errors
    /// A transient fault when the queue is full; a fault when the stored hash is unusable.
    pub(crate) async fn verify(
        &self,
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
    /// As `verify`.
    pub(crate) async fn hash(
        &self,
        at: &Arc<TenantDirectory>,
        password: Password,
        salt: [u8; 16],
    ) -> Result<String, Fault> {
        let at = Arc::clone(at);
        self.run(move |memory| at.keys.passwords.hash(&password, salt, memory).map_err(Fault::new)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut HashMemory) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |memory| {
            // Nobody waits any more when the browser has gone away.
            let _ = answer.send(work(memory));
        });
        self.0.try_send(work).map_err(|_| Fault::transient("every password thread is busy"))?;
        answered.await.map_err(|_| Fault::impossible("a password thread died"))?
    }
}

fn hash_until_closed(work: &Mutex<mpsc::Receiver<Work>>) {
    let mut memory = HashMemory::new();
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(work) => work(&mut memory),
            Err(mpsc::RecvError) => return,
        }
    }
}
