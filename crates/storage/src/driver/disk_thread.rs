//! The thread on which the writer of SQLite waits: for the disk, and for another process that holds the file.
//!
//! It is there from the start and as long as the writer. Threads that the runtime makes when they are wanted are shared with whatever
//! else blocks, and where the system gives no more of them the runtime panics, which would end the committer for good.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;

use portreeve_domain::Fault;
use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

/// The thread; it ends when the last clone is gone. Cheap to clone.
#[derive(Clone)]
pub(super) struct DiskThread(mpsc::Sender<Work>);

impl DiskThread {
    /// Starts it.
    ///
    /// # Errors
    /// A fault when the system gives no thread.
    pub(super) fn start() -> Result<Self, Fault> {
        let (give, given) = mpsc::channel::<Work>();
        let work_until_closed = move || {
            for work in given {
                // Whoever waits for it hears that nothing comes.
                let _ = catch_unwind(AssertUnwindSafe(work));
            }
        };
        thread::Builder::new().name("disk".to_owned()).spawn(work_until_closed).map_err(Fault::new)?;
        Ok(Self(give))
    }

    /// Does `work` after what was given before. It is done to its end also when nobody waits for it any more.
    ///
    /// # Errors
    /// A fault when it panicked.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let (tell, told) = oneshot::channel();
        let work = move || {
            let _ = tell.send(work());
        };
        self.0.send(Box::new(work)).map_err(|_| Fault::impossible("the thread of the disk ended"))?;
        told.await.map_err(|_| Fault::impossible("work on the thread of the disk panicked"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_told_and_the_next_is_done() {
        let disk = DiskThread::start().unwrap();

        let panicked = disk.run(|| -> () { panic!("for the test") }).await;
        let next = disk.run(|| 7).await;

        assert!(panicked.is_err());
        assert_eq!(next.unwrap(), 7);
    }
}
