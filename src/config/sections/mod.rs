//! The sections of the file, each with its keys, defaults and ranges.
//!
//! Invariant: a section's reader asks for every key that the section has, also for those that the other keys make idle.

mod expected;
mod mail;
mod report;
mod rules;
mod tiktok;

pub(super) use expected::{expected, store};
pub(super) use mail::mail;
pub(super) use report::report;
pub(super) use rules::{guards, observe, reminders, schedule};
pub(super) use tiktok::tiktok;
