//! The trend: is it getting better?
//!
//! Invariant: a night without a run is a hole, not a zero.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use crate::domain::{Status, TREND_DAYS, TrendNight};

/// Size of the drawing, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 180.0;
/// Of a day's width, what its bar takes.
const BAR: f64 = 0.75;

/// The drawing and its table.
#[derive(Serialize)]
pub(super) struct Trend {
    /// How tonight compares, in words.
    sentence: String,
    /// The upper end of the scale, and half of it where that is a number.
    top: u64,
    middle: Option<u64>,
    first: String,
    last: String,
    width: f64,
    height: f64,
    bars: Vec<Bar>,
    /// Newest first.
    nights: Vec<Night>,
}

/// A night in the drawing: its gaps, and above them what could not be judged.
#[derive(Serialize)]
struct Bar {
    x: String,
    width: String,
    gaps_y: String,
    gaps_height: String,
    unknown_y: String,
    unknown_height: String,
    label: String,
}

/// A night in the table.
#[derive(Serialize)]
struct Night {
    day: String,
    complete: bool,
    ok: u64,
    missing: u64,
    wrong_role: u64,
    unknown: u64,
    unexpected: u64,
    new: u64,
    resolved: u64,
}

pub(super) fn trend(earlier: &[TrendNight], tonight: &TrendNight) -> Trend {
    let nights: Vec<&TrendNight> = earlier.iter().chain([tonight]).collect();
    let top = scale(nights.iter().map(|night| gaps(night) + night.of(Status::Unknown)).max().unwrap_or(0));
    let first = days_before(tonight.day, u64::from(TREND_DAYS) - 1);
    Trend {
        sentence: sentence(earlier, tonight),
        top,
        middle: top.is_multiple_of(2).then_some(top / 2),
        first: first.to_string(),
        last: tonight.day.to_string(),
        width: WIDTH,
        height: HEIGHT,
        bars: nights.iter().filter(|night| night.day >= first).map(|night| bar(night, first, top)).collect(),
        nights: nights.iter().rev().map(|night| row(night)).collect(),
    }
}

/// What the trend counts as open.
fn gaps(night: &TrendNight) -> u64 {
    night.of(Status::Missing) + night.of(Status::WrongRole)
}

/// The least of 1, 2, 4, 6, 8, 10, 20, 40, … that holds the highest bar.
fn scale(highest: u64) -> u64 {
    let mut ten = 1_u64;
    loop {
        for step in [1, 2, 4, 6, 8] {
            if step * ten >= highest {
                return step * ten;
            }
        }
        ten = ten.saturating_mul(10);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a drawing needs no more than 52 bits")]
fn bar(night: &TrendNight, first: NaiveDate, top: u64) -> Bar {
    let day = WIDTH / f64::from(TREND_DAYS);
    let height = |count: u64| HEIGHT * count as f64 / top as f64;
    let (gaps, unknown) = (gaps(night), night.of(Status::Unknown));
    let place = |number: f64| format!("{number:.1}");
    Bar {
        x: place((night.day - first).num_days() as f64 * day),
        width: place(day * BAR),
        gaps_y: place(HEIGHT - height(gaps)),
        gaps_height: place(height(gaps)),
        unknown_y: place(HEIGHT - height(gaps + unknown)),
        unknown_height: place(height(unknown)),
        label: format!("{}: {} open, {} unknown", night.day, super::counted(gaps), super::counted(unknown)),
    }
}

fn row(night: &TrendNight) -> Night {
    Night {
        day: night.day.to_string(),
        complete: night.complete,
        ok: night.of(Status::Ok),
        missing: night.of(Status::Missing),
        wrong_role: night.of(Status::WrongRole),
        unknown: night.of(Status::Unknown),
        unexpected: night.of(Status::Unexpected),
        new: night.changes.new,
        resolved: night.changes.resolved,
    }
}

/// `12 open tonight, 15 a week ago, 20 thirty days ago.`
fn sentence(earlier: &[TrendNight], tonight: &TrendNight) -> String {
    let mut parts = vec![format!("{} open tonight", super::counted(gaps(tonight)))];
    for (days, label) in [(7, "a week ago"), (30, "thirty days ago")] {
        // A night without a run is told by the one before it, if that is not too long ago.
        let (latest, earliest) = (days_before(tonight.day, days), days_before(tonight.day, days + 3));
        if let Some(night) = earlier.iter().rev().find(|night| night.day <= latest && night.day >= earliest) {
            parts.push(format!("{} {label}", super::counted(gaps(night))));
        }
    }
    if earlier.is_empty() {
        return format!("{}. The trend begins with this night.", parts.join(", "));
    }
    format!("{}.", parts.join(", "))
}

fn days_before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}
