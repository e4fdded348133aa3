//! One beat a second.
//!
//! Invariant: it decides nothing. tokio-cron-scheduler keeps the beat and no more: its own schedules are an hour off after a
//! change of the clock, it starts a job while the last one runs, and its shutdown neither waits nor keeps a last job from
//! starting. A beat that is not taken is dropped. It goes by the machine's clock, and stops where that is set back, until it
//! is where it was: so a heart that was not heard for a while is replaced.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// Every second, in UTC.
const EVERY_SECOND: &str = "* * * * * *";
/// A heart that was not heard for so long is replaced; well before the process is called ill.
const PATIENCE: Duration = Duration::from_secs(10);

/// The beat could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the beat of the schedule could not be started: a fault of the program")]
pub struct NoBeat(#[from] JobSchedulerError);

/// A heart.
pub struct Beat {
    beats: Arc<Notify>,
    scheduler: JobScheduler,
}

impl Beat {
    /// Starts it.
    ///
    /// # Errors
    /// The scheduler does not start.
    pub async fn start() -> Result<Self, NoBeat> {
        let beats = Arc::new(Notify::new());
        let heart = Arc::clone(&beats);
        let scheduler = JobScheduler::new().await?;
        let job = Job::new(EVERY_SECOND, move |_, _| heart.notify_one())?;
        scheduler.add(job).await?;
        scheduler.start().await?;
        Ok(Self { beats, scheduler })
    }

    /// The next beat.
    pub async fn next(&mut self) {
        while timeout(PATIENCE, self.beats.notified()).await.is_err() {
            tracing::warn!("no beat for {PATIENCE:?}, as after a clock that was set back: the beat is started anew");
            // If it cannot be, the process is soon not well, and says so.
            let _ = self.scheduler.shutdown().await;
            if let Ok(beat) = Self::start().await {
                *self = beat;
            }
        }
    }
}
