//! How long what a request asks for may wait for the database.
//!
//! Owns the time. Leaves counting to `storage`, and the answer to the doors: 503 with `Retry-After`. R-06.

use std::future::Future;
use std::time::Duration;

use portreeve_storage::patience;

/// All waits of one request together.
const REQUEST: Duration = Duration::from_secs(3);

/// Runs what a request asks for; it waits for the database for three seconds at most, over all its statements. What is due
/// then is a transient fault, and nothing of the transaction it is in was done, unless its commit was sent.
pub fn patiently<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    patience::within(REQUEST, work)
}
