//! Free loopback addresses for servers that a test starts.
//!
//! A server binds its port some time after it was chosen, so a port must stay this test's own until then. The system gives
//! outgoing connections and listeners without a wish ports of its ephemeral range, so these are taken from below it; and a
//! locked file keeps them from test processes that run at the same time.

use std::{
    env,
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::MetadataExt,
    path::PathBuf,
    process,
    sync::{Mutex, PoisonError},
};

/// Below the ephemeral range of Linux, which begins at 32768.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// The locks of this process and the port to look at next.
static TAKEN: Mutex<Option<Taken>> = Mutex::new(None);

struct Taken {
    folder: PathBuf,
    next: u16,
    locks: Vec<File>,
}

/// Returns an address on 127.0.0.1 whose port nobody listens on, and that no test gets again while this process lives.
///
/// # Panics
///
/// When the machine has no free port left.
pub fn free_address() -> SocketAddr {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = taken.get_or_insert_with(Taken::nothing);
    for _ in PORTS {
        if let Some(address) = taken.try_next() {
            return address;
        }
    }
    panic!("no port from {} to {} is free on 127.0.0.1", PORTS.start, PORTS.end);
}

impl Taken {
    fn nothing() -> Self {
        // A folder for each user: another one's files could not be locked.
        let user = fs::metadata("/proc/self").expect("read /proc/self").uid();
        let folder = env::temp_dir().join(format!("portreeve-test-ports-{user}"));
        fs::create_dir_all(&folder).expect("make the folder of port locks");
        // Processes that run at the same time begin apart, so that they seldom meet.
        let start = u16::try_from(process::id() * 41 % PORTS.len() as u32).expect("a port is 16 bits");
        Self { folder, next: PORTS.start + start, locks: vec![] }
    }

    /// Looks at the next port: `None` when it is somebody else's.
    fn try_next(&mut self) -> Option<SocketAddr> {
        let port = self.next;
        self.next = if port + 1 < PORTS.end { port + 1 } else { PORTS.start };
        let lock = File::create(self.folder.join(port.to_string())).expect("make a port lock");
        lock.try_lock().ok()?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|listener| listener.local_addr()).ok()?;
        self.locks.push(lock);
        Some(address)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_address_is_given_twice() {
        let addresses: BTreeSet<_> = (0..200).map(|_| free_address()).collect();

        assert_eq!(addresses.len(), 200);
        assert!(addresses.iter().all(|address| TcpListener::bind(address).is_ok()));
    }

    /// The lock is another file handle's, as in another process.
    #[test]
    fn a_port_that_another_process_has_taken_is_passed_over() {
        let mine = free_address();
        let folder = TAKEN.lock().unwrap().as_ref().unwrap().folder.clone();

        let theirs = File::create(folder.join(mine.port().to_string())).unwrap();

        assert!(theirs.try_lock().is_err());
    }
}
