//! The program as its users run it: the real binary, a simulated TikTok over HTTP, files on a disk.

#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test may fail, and its rooms are all of one house")]

mod architecture;
mod commands;
mod harness;
mod killed;
mod nights;
mod running;
mod smtp_sink;
mod stopped;
