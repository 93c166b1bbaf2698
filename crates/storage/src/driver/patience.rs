//! How long a request may wait for the database, over all its statements.
//!
//! Owns what is left of that time. Only waiting counts: what a request does otherwise has limits of its own. Whoever says
//! nothing waits for each statement as long as the driver does. R-06.

use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

tokio::task_local! {
    static LEFT: Cell<Duration>;
}

/// Runs `work`, whose statements together wait for `time` at most; what is due then is a transient fault. A commit that was
/// sent is not taken back.
///
/// No `async fn`, which would hold `work` twice: as what it was given, and as what it waits for.
pub fn within<T>(time: Duration, work: impl Future<Output = T>) -> impl Future<Output = T> {
    LEFT.scope(Cell::new(time), work)
}

/// `most`, or less where the request has less time left.
pub(crate) fn at_most(most: Duration) -> Duration {
    LEFT.try_with(Cell::get).map_or(most, |left| left.min(most))
}

/// Counts a wait.
pub(crate) fn spend(waited: Duration) {
    // Nobody counts outside a request.
    let _ = LEFT.try_with(|left| left.set(left.get().saturating_sub(waited)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn waits_add_up_until_nothing_is_left() {
        let left = within(3 * SECOND, async {
            spend(SECOND);
            let first = at_most(5 * SECOND);
            spend(SECOND);
            let second = (at_most(5 * SECOND), at_most(SECOND / 2));
            spend(5 * SECOND);
            (first, second, at_most(5 * SECOND))
        })
        .await;

        assert_eq!(left, (2 * SECOND, (SECOND, SECOND / 2), Duration::ZERO));
    }

    #[tokio::test]
    async fn outside_a_request_nothing_is_counted() {
        spend(5 * SECOND);

        assert_eq!(at_most(SECOND), SECOND);
    }
}
