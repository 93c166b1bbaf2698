//! Waiting for what another node hears of a moment later.

use std::time::Duration;

/// How long a node may take to hear that something has ended, and how often it is looked at.
const A_SECOND: usize = 100;
const PAUSE: Duration = Duration::from_millis(10);

/// Whether a condition holds now or within a second.
pub async fn within_a_second(holds: impl AsyncFn() -> bool) -> bool {
    for _ in 0..A_SECOND {
        if holds().await {
            return true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}
