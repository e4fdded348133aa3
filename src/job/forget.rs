//! `forget`: a person is removed from the store.

use super::recording::Recorder;
use super::{Order, Refusal};
use crate::domain::{Address, Exit};
use crate::store::{Error, Forgotten, Store};

/// Removes everything that is stored about a person; nothing where no store is.
///
/// # Errors
/// Another run holds the lease, or the store cannot be written.
pub async fn forget(order: &Order<'_>, person: &Address) -> Result<Forgotten, Refusal> {
    let refused = |error: Error| Refusal::new(Exit::NotWritten, error.to_string());
    match Store::open_read_only(&order.config.store.url).await {
        Ok(None) => return Ok(Forgotten::default()),
        Ok(Some(looked)) => looked.close().await,
        // To be brought up to date below.
        Err(Error::OlderSchema { .. }) => {}
        Err(error) => return Err(refused(error)),
    }
    let recorder = Recorder::open(order).await?;
    let forgotten = recorder.store.forget(person, recorder.lease()).await;
    recorder.close().await;
    forgotten.map_err(refused)
}
