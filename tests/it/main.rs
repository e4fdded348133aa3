//! The program as its users run it: the real binary, a simulated TikTok over HTTP, files on a disk.

#![expect(unreachable_pub, reason = "the harness is for all scenarios of this crate")]
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on shall stop where it stands")]

mod answers;
mod architecture;
mod breaks;
mod bucket;
mod checks;
mod commands;
mod drafts;
mod ear;
mod faults;
mod forgotten;
mod full_disk;
mod harness;
mod killed;
mod kills;
mod lease;
mod manifests;
mod memory;
mod nights;
mod page;
mod peer;
mod readme;
mod refused;
mod registers;
mod rehearsal;
mod relay;
mod running;
mod s3;
mod scheduled;
mod service;
mod smtp_sink;
mod spreadsheet;
mod stopped;
mod stores;
mod story;
mod told;
mod worlds;
