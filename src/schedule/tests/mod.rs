//! Years of nights, in zones whose clocks change, without a clock.

mod agenda;
mod timetable;
mod vitals;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::{Agenda, Timetable};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn table(cron: &str, zone: Tz) -> Timetable {
    Timetable::new(cron, zone).unwrap()
}

/// All moments from one until before another.
fn moments(table: &Timetable, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let mut found = Vec::new();
    let mut moment = from;
    while let Some(next) = table.next_after(moment).filter(|next| *next < until) {
        found.push(next);
        moment = next;
    }
    found
}

fn wall(moment: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    moment.with_timezone(&zone).naive_local()
}

fn day(moment: DateTime<Utc>, zone: Tz) -> NaiveDate {
    wall(moment, zone).date()
}
