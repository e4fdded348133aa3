//! Waiting for a store.
//!
//! Invariant: every wait ends, at a time that was set before; after SIGTERM soon enough for the run to end in time.

use std::time::Duration;

use object_store::Result;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::Bucket;
use super::fault::Fault;

/// What a report has after SIGTERM: more than the mail in hand, less than the run.
const LAST_WORDS: Duration = Duration::from_millis(4_400);

/// When waiting has no use any more.
#[derive(Debug, Default)]
pub(super) struct Patience {
    over: CancellationToken,
    _watch: Option<AbortOnDropHandle<()>>,
}

impl Patience {
    /// Over soon after this is cancelled, whoever waits then.
    pub(super) fn heeding(stop: CancellationToken) -> Self {
        let over = CancellationToken::new();
        let told = over.clone();
        let watch = tokio::spawn(async move {
            stop.cancelled().await;
            sleep(LAST_WORDS).await;
            told.cancel();
        });
        Self { over, _watch: Some(AbortOnDropHandle::new(watch)) }
    }
}

impl Bucket {
    /// Waits for an answer. The tables are written by plain functions that know of no runtime; so the thread waits, and
    /// the runtime's other tasks go on beside it.
    pub(super) fn wait<T>(&self, by: Instant, answer: impl Future<Output = Result<T>>) -> Result<T, Fault> {
        // Who was frozen in between begins nothing any more.
        if Instant::now() >= by {
            return Err(Fault::Slow);
        }
        let answer_in_time = async {
            tokio::select! {
                biased;
                () = self.patience.over.cancelled() => Err(Fault::Stopped),
                answer = answer => Ok(answer?),
                () = sleep_until(by) => Err(Fault::Slow),
            }
        };
        block_in_place(|| Handle::current().block_on(answer_in_time))
    }
}
