//! Writes about mails that wait at the same moment go into one transaction: one forced write to the disk for all.
//!
//! Invariant: who is told what came of a write is told after its commit, and only of a fault that is its own: after a
//! fault of several, each is written alone.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

use super::outbox::apply;
use super::{Error, Intended, Lease, MailIntent, Store, StoredMail};
use crate::domain::MailOutcome;

/// What is to be written about a mail.
#[derive(Debug)]
pub(super) enum Write {
    /// It is about to be sent.
    Intend(Box<MailIntent>),
    /// A deferred one is about to be sent again, by `Message-ID`.
    Again(String),
    /// It ended.
    Settle { message_id: String, outcome: MailOutcome, reply: Option<String>, at: DateTime<Utc> },
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Written {
    Intended(Intended),
    /// None if it was not deferred.
    Again(Option<StoredMail>),
    /// Whether it was intended.
    Settled(bool),
}

/// Those who wait, and the pen that one of them holds and writes with for all.
#[derive(Debug, Default)]
pub(super) struct Together {
    waiting: Mutex<Vec<Waiting>>,
    pen: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Waiting {
    write: Arc<Write>,
    told: oneshot::Sender<Written>,
}

impl Store {
    /// Writes it, along with whatever else waits.
    pub(super) async fn write(&self, write: Write, purpose: &'static str, lease: &Lease) -> Result<Written, Error> {
        let write = Arc::new(write);
        let (told, mut written) = oneshot::channel();
        self.waiting(|waiting| waiting.push(Waiting { write: Arc::clone(&write), told }));
        let _pen = self.together.pen.lock().await;
        match written.try_recv() {
            Ok(written) => return Ok(written),
            Err(TryRecvError::Empty) => {
                let all = self.waiting(std::mem::take);
                match self.write_all(all.iter().map(|waiting| &*waiting.write), purpose, lease).await {
                    Ok(results) => {
                        for (Waiting { told, .. }, result) in all.into_iter().zip(results) {
                            // Nobody listens any more to who gave up waiting.
                            let _ = told.send(result);
                        }
                        return written.await.map_err(|_| Error::NotIntended { place: self.place() });
                    }
                    Err(error) if all.len() == 1 => return Err(error),
                    Err(_) => {}
                }
            }
            Err(TryRecvError::Closed) => {}
        }
        // What was written for all failed. Alone, each meets the fault itself, or none.
        let alone = self.write_all([&*write].into_iter(), purpose, lease).await?.pop();
        alone.ok_or_else(|| Error::NotIntended { place: self.place() })
    }

    /// Writes in one transaction; says of each what came of it.
    async fn write_all(
        &self,
        all: impl Iterator<Item = &Write>,
        purpose: &'static str,
        lease: &Lease,
    ) -> Result<Vec<Written>, Error> {
        let mut tx = self.fenced(lease, purpose).await?;
        let mut results = Vec::new();
        for write in all {
            results.push(apply(&mut tx, write).await.map_err(self.failed(purpose))?);
        }
        tx.commit().await.map_err(self.failed(purpose))?;
        Ok(results)
    }

    fn waiting<T>(&self, act: impl FnOnce(&mut Vec<Waiting>) -> T) -> T {
        act(&mut self.together.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
