//! The nights of the trend.
//!
//! Invariant: a day is its last run that ended; what a run did not store is not guessed.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::sql::Transaction;
use super::{RunSeq, runs};
use crate::domain::{ChangeCounts, Status, TREND_DAYS, TrendNight};

/// What the trend takes from a stored summary.
#[derive(Deserialize)]
struct Stored {
    complete: bool,
    counts: HashMap<String, HashMap<String, u64>>,
    changes: ChangeCounts,
}

/// The nights before today that the trend covers, oldest first.
pub(super) async fn load(tx: &mut Transaction, today: NaiveDate) -> sqlx::Result<Vec<TrendNight>> {
    let first = today.checked_sub_days(Days::new(u64::from(TREND_DAYS) - 1)).unwrap_or(NaiveDate::MIN);
    let ended = tx
        .query(
            "SELECT day, max(seq) FROM runs WHERE ended_at IS NOT NULL AND day >= $1 AND day < $2
             GROUP BY day ORDER BY day",
        )
        .bind(first)
        .bind(today)
        .all()
        .await?;
    let mut nights = Vec::with_capacity(ended.len());
    for row in &ended {
        // One at a time: a summary names every bad row of its night.
        let summary = runs::summary(tx, RunSeq(row.get(1)?)).await?;
        // A run that ended before it judged left no summary that could be read.
        let Some(stored) = summary.and_then(|text| serde_json::from_str::<Stored>(&text).ok()) else { continue };
        nights.push(night(row.get(0)?, &stored));
    }
    Ok(nights)
}

fn night(day: NaiveDate, stored: &Stored) -> TrendNight {
    let counts: BTreeMap<Status, u64> = stored
        .counts
        .iter()
        .filter_map(|(status, causes)| Some((Status::parse(status)?, causes.values().sum())))
        .collect();
    TrendNight { day, complete: stored.complete, counts, changes: stored.changes }
}
