//! Free loopback addresses for servers that a test starts.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Returns an address on 127.0.0.1 whose port nobody listens on now.
///
/// The port is not reserved: whoever wants it must bind it soon, and may still lose it to another process.
///
/// # Panics
///
/// When the machine has no free port left.
pub fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port on 127.0.0.1")
}
