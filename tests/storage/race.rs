//! Fifty at once.

use std::{future::Future, sync::Arc};

use portreeve_storage::Store;
use tokio::{sync::Barrier, task::JoinSet};

use crate::database::Database;

/// How many take part.
pub(crate) const RUNNERS: usize = 50;

/// Lets fifty tasks, half of them on another store of the same database, run `attempt` at the same moment, and returns
/// how many of them won.
pub(crate) async fn winners<Attempt>(db: &Database, attempt: impl Fn(Store, i64) -> Attempt) -> usize
where
    Attempt: Future<Output = bool> + Send + 'static,
{
    let stores = [db.store.clone(), db.another_store()];
    let start = Arc::new(Barrier::new(RUNNERS));
    let mut tasks = JoinSet::new();
    for (store, number) in stores.iter().cycle().zip(0..).take(RUNNERS) {
        let (start, attempt) = (Arc::clone(&start), attempt(store.clone(), number));
        tasks.spawn(async move {
            start.wait().await;
            attempt.await
        });
    }
    tasks.join_all().await.into_iter().filter(|won| *won).count()
}
