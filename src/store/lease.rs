//! Who may write.
//!
//! Invariant: the fence rises each time the lease is taken, and every writing transaction begins with
//! [`Store::fenced`], which finds the holder's own fence in the row or fails. So a process that slept through its lease
//! and wakes can write nothing, and mail nothing, for a mail needs a written intent.
//!
//! It goes by the machine's clock, and by a beat rather than by stored times: nobody's clock is compared with another's.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::sql::{Access, Transaction};
use super::{Error, Store};

/// The right to write, renewed in the background until it is released or dropped.
#[derive(Debug)]
pub struct Lease {
    fence: i64,
    length: Duration,
    lost: CancellationToken,
    /// When it was last proven to be ours.
    proven: Proven,
    renewal: JoinHandle<()>,
}

/// A moment before the last statement that found our fence. Nobody can take the lease over within a length of it.
#[derive(Clone, Debug)]
struct Proven(Arc<Mutex<Instant>>);

impl Proven {
    fn at(moment: Instant) -> Self {
        Self(Arc::new(Mutex::new(moment)))
    }

    fn renew(&self, asked: Instant) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = asked.max(*last);
    }

    fn age(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

/// How an attempt to take the lease ended.
#[derive(Debug)]
pub enum Acquired {
    /// It is ours.
    Held(Lease),
    /// Another run is alive (exit code 8).
    Busy {
        /// Who, for people.
        holder: String,
    },
    /// The waiting was called off.
    CalledOff,
}

/// The row.
#[derive(Debug, PartialEq, Eq)]
struct Stand {
    held: bool,
    holder: String,
    fence: i64,
    beat: i64,
    length: Duration,
}

impl Lease {
    /// Takes the lease if it is free; else watches for one lease length whether its holder is alive, and takes it over
    /// if he is not.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn acquire(
        store: &Store,
        length: Duration,
        holder: &str,
        waiting: CancellationToken,
    ) -> Result<Acquired, Error> {
        let mut seen = store.lease_stand().await?;
        let mut watched_since = Instant::now();
        loop {
            // The holder renews by its own length, which can differ from ours after a change of configuration.
            let patience = length.max(seen.length);
            if !seen.held || watched_since.elapsed() >= patience {
                let asked = Instant::now();
                match store.take_lease(&seen, length, holder).await {
                    Ok(Some(fence)) => return Ok(Acquired::Held(Self::begin(store, fence, length, asked))),
                    Ok(None) => {}
                    // Who keeps the database locked is not dead.
                    Err(error) if error.is_busy() => return Ok(Acquired::Busy { holder: seen.holder }),
                    Err(error) => return Err(error),
                }
            }
            let pause = (patience / 10).max(Duration::from_millis(1));
            if waiting.run_until_cancelled(sleep(pause)).await.is_none() {
                return Ok(Acquired::CalledOff);
            }
            let now = store.lease_stand().await?;
            if now.held && (now.fence, now.beat) != (seen.fence, seen.beat) {
                return Ok(Acquired::Busy { holder: now.holder });
            }
            if !now.held {
                watched_since = Instant::now();
            }
            seen = now;
        }
    }

    /// Cancelled as soon as the lease is known to be lost; the run then stops.
    #[must_use]
    pub fn lost(&self) -> CancellationToken {
        self.lost.clone()
    }

    /// Ready whenever it is polled while the last proof is older than the lease: the process was frozen, and another one
    /// may have taken over. Whoever polls it before anything else does nothing more before [`Store::prove`].
    pub async fn stale(&self) {
        poll_fn(|_| if self.proven.age() >= self.length { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Frees the lease, so that the next run need not wait.
    ///
    /// # Errors
    /// The store cannot be written. A lease that was lost before is no error here.
    pub async fn release(self, store: &Store) -> Result<(), Error> {
        self.renewal.abort();
        let released = store.write_lease(async |tx| {
            tx.query("UPDATE lease SET held = FALSE, beat = beat + 1 WHERE id = 1 AND fence = $1")
                .bind(self.fence)
                .run()
                .await
        });
        released.await.map(drop).map_err(store.failed("release the lease"))
    }

    /// Stops the beat, as a frozen process does.
    #[cfg(test)]
    pub(super) fn freeze(&self) {
        self.renewal.abort();
    }

    fn begin(store: &Store, fence: i64, length: Duration, asked: Instant) -> Self {
        let (lost, proven) = (CancellationToken::new(), Proven::at(asked));
        let renewal = tokio::spawn(renew(store.clone(), fence, length / 4, lost.clone(), proven.clone()));
        Self { fence, length, lost, proven, renewal }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Beats until the lease is lost. A beat that fails is tried again with the next: the fence decides, not the beat.
async fn renew(store: Store, fence: i64, pause: Duration, lost: CancellationToken, proven: Proven) {
    loop {
        sleep(pause).await;
        let asked = Instant::now();
        match store.write_lease(async |tx| beat(tx, fence).await).await {
            Ok(true) => proven.renew(asked),
            Ok(false) => {
                lost.cancel();
                return;
            }
            Err(error) => tracing::warn!(%error, "the lease could not be renewed; trying again"),
        }
    }
}

impl Store {
    /// Begins a transaction that is the lease holder's. Its first statement takes the write lock, proves the fence and
    /// beats, so that a long write is not taken for death.
    pub(super) async fn fenced(&self, lease: &Lease, purpose: &'static str) -> Result<Transaction, Error> {
        let asked = Instant::now();
        let mut tx = self.pool.begin(Access::Write).await.map_err(self.failed(purpose))?;
        if !beat(&mut tx, lease.fence).await.map_err(self.failed(purpose))? {
            lease.lost.cancel();
            return Err(Error::LeaseLost { place: self.place() });
        }
        lease.proven.renew(asked);
        Ok(tx)
    }

    /// Proves that the lease is still ours, and beats.
    ///
    /// # Errors
    /// It is lost, or the store cannot be written.
    pub async fn prove(&self, lease: &Lease) -> Result<(), Error> {
        let purpose = "prove the lease";
        self.fenced(lease, purpose).await?.commit().await.map_err(self.failed(purpose))
    }

    async fn lease_stand(&self) -> Result<Stand, Error> {
        let read = async {
            let mut tx = self.pool.begin(Access::Read).await?;
            let row = tx.query("SELECT held, holder, fence, beat, length_ms FROM lease WHERE id = 1").one().await?;
            Ok(Stand {
                held: row.get(0)?,
                holder: row.get(1)?,
                fence: row.get(2)?,
                beat: row.get(3)?,
                length: Duration::from_millis(row.count(4)?),
            })
        };
        read.await.map_err(self.failed("read the lease"))
    }

    /// Takes the lease if it still stands as it was seen.
    async fn take_lease(&self, seen: &Stand, length: Duration, holder: &str) -> Result<Option<i64>, Error> {
        let taken = self.write_lease(async |tx| {
            tx.query(
                "UPDATE lease SET held = TRUE, holder = $1, fence = fence + 1, beat = beat + 1, length_ms = $2
                 WHERE id = 1 AND held = $3 AND fence = $4 AND beat = $5",
            )
            .bind(holder)
            .bind(i64::try_from(length.as_millis()).unwrap_or(i64::MAX))
            .bind(seen.held)
            .bind(seen.fence)
            .bind(seen.beat)
            .run()
            .await
        });
        let taken = taken.await.map_err(self.failed("take the lease"))?;
        Ok((taken == 1).then_some(seen.fence + 1))
    }

    /// One change of the lease's row, in a transaction of its own.
    async fn write_lease<T>(&self, change: impl AsyncFnOnce(&mut Transaction) -> sqlx::Result<T>) -> sqlx::Result<T> {
        let mut tx = self.pool.begin(Access::Write).await?;
        let changed = change(&mut tx).await?;
        tx.commit().await?;
        Ok(changed)
    }
}

/// Proves the fence and beats, in one statement; false if another process has taken the lease. On PostgreSQL its row
/// stays locked until the transaction ends: there is one writer at a time.
async fn beat(tx: &mut Transaction, fence: i64) -> sqlx::Result<bool> {
    let beat = tx.query("UPDATE lease SET beat = beat + 1 WHERE id = 1 AND held AND fence = $1").bind(fence);
    Ok(beat.run().await? > 0)
}
