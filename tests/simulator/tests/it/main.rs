//! What the simulator promises, seen over the wire.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod client;
mod faults;
mod quota;
mod rules;
mod world_file;
