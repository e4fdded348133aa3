//! The program as its users run it: the real binary, a simulated TikTok over HTTP, files on a disk.

mod architecture;
mod commands;
mod faults;
mod harness;
mod nights;
mod rehearsal;
mod worlds;
