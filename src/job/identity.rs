//! What names a run: its id and its moment.

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest as _, Sha256};

use super::{Order, Refusal};
use crate::domain::{Exit, History};

/// `YYYYMMDDTHHMMSSZ-xxxx`, `xxxx` from a hash of the moment and the input.
pub(super) fn run_id(now: DateTime<Utc>, input: &[u8; 32]) -> String {
    let hash = Sha256::new().chain_update(now.timestamp_micros().to_be_bytes()).chain_update(input).finalize();
    format!("{}-{:02x}{:02x}", now.format("%Y%m%dT%H%M%SZ"), hash[0], hash[1])
}

pub(super) fn rfc3339(now: DateTime<Utc>) -> String {
    now.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Refuses a given moment before the newest stored run: it would write history backwards.
pub(super) fn refuse_the_past(order: &Order<'_>, history: &History) -> Result<(), Refusal> {
    match &history.newest_run {
        Some(newest) if order.now_is_given && order.now < newest.now => Err(Refusal::new(
            Exit::Refused,
            format!(
                "--now {} is before the newest stored run {} ({}); give a later moment, or another store",
                rfc3339(order.now),
                newest.run_id,
                rfc3339(newest.now)
            ),
        )),
        _ => Ok(()),
    }
}
