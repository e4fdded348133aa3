//! One beat a second.
//!
//! Invariant: it decides nothing. tokio-cron-scheduler keeps the beat and no more: its own schedules are an hour off after a
//! change of the clock, it starts a job while the last one runs, and its shutdown neither waits nor keeps a last job from
//! starting. A beat that is not taken is dropped.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// Every second, in UTC.
const EVERY_SECOND: &str = "* * * * * *";

/// The beat could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the beat of the schedule could not be started: a fault of the program")]
pub struct NoBeat(#[from] JobSchedulerError);

/// A heart.
pub struct Beat {
    beats: Arc<Notify>,
    /// Dropped last, with the process.
    _scheduler: JobScheduler,
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
        Ok(Self { beats, _scheduler: scheduler })
    }

    /// The next beat.
    pub async fn next(&self) {
        self.beats.notified().await;
    }
}
