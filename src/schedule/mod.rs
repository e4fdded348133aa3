//! What `schedule` needs beside the job: when a run is due, the beat that asks, and the doors that others knock at.
//!
//! Invariant: a wall time of the configuration's cron is due once, whatever the clocks of its zone do, and at most one run
//! is at work. `timetable` and `agenda` are pure; the beat only says that a second has passed.
//!
//! * [`Timetable`] – the moments of a cron in a zone · [`Agenda`] – what is due, and whether it is tried again
//! * [`Beat`] – one a second · [`Vitals`] – how it goes · [`doors`](serve) – `/healthz`, `/readyz`, `/metrics`

mod agenda;
mod beat;
mod doors;
#[cfg(test)]
mod tests;
mod timetable;
mod vitals;

pub use agenda::Agenda;
pub use beat::{Beat, NoBeat};
pub use doors::serve;
pub use timetable::Timetable;
pub use vitals::{Readiness, Vitals};
