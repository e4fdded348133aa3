//! What the simulator promises, seen over the wire.

mod client;
mod faults;
mod quota;
mod rules;
mod world_file;
