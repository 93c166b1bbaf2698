//! Work that goes on when the client goes away.
//!
//! Between using a code up and answering there must be no place where a closed connection stops the work: axum drops a
//! handler's future then. So use cases that write run on tasks of their own. SECURITY rule 4, DESIGN §3.

use std::future::Future;

use portreeve_domain::{Failure, Fault};
use portreeve_issuer::patiently;

/// Runs a use case to its end, also when nobody waits for it any more; it waits for the database no longer than a request may.
///
/// # Errors
/// What the use case says; a fault when it panicked. The panic's message is not repeated: it may quote a secret.
///
/// No `async fn`: what a handler waits for would hold `work`, thousands of bytes that axum moves three times.
pub(crate) fn to_its_end<T: Send + 'static, R: Send + 'static>(
    work: impl Future<Output = Result<T, Failure<R>>> + Send + 'static,
) -> impl Future<Output = Result<T, Failure<R>>> + Send {
    let task = tokio::spawn(patiently(work));
    async {
        match task.await {
            Ok(result) => result,
            Err(_) => Err(Fault::impossible("a use case panicked or was cut off").into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portreeve_domain::Failure;
    use tokio::sync::Notify;

    use super::to_its_end;

    #[tokio::test]
    async fn work_goes_on_when_nobody_waits_for_it() {
        let (begin, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (begun, finished) = (Arc::clone(&begin), Arc::clone(&done));
        let mut waiting = Box::pin(to_its_end::<(), ()>(async move {
            begun.notified().await;
            finished.notify_one();
            Ok(())
        }));
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("it has not begun"),
            () = tokio::task::yield_now() => {}
        }

        drop(waiting);
        begin.notify_one();

        done.notified().await;
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_that_does_not_quote_it() {
        let failure = to_its_end::<(), ()>(async { panic!("secret") }).await.unwrap_err();

        let Failure::Fault(fault) = failure else { panic!("not a fault") };
        assert!(!fault.to_string().contains("secret"));
    }
}
