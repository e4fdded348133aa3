//! Others are told of a run: Prometheus by metrics, a service outside of the cluster by a heartbeat.
//!
//! Invariant: what is told changes no run and no exit code, and holds no name, id, address, token or URL. Values come in;
//! this room knows the domain and nothing else.
//!
//! [`Gauges`] is a run in numbers and [`text`](Gauges::text) what Prometheus reads of them; [`Pushgateway`] takes them to
//! where Prometheus finds them, [`Heartbeat`] says that a night began, was complete, or failed.

mod exposition;
mod gauges;
mod heartbeat;
mod pushgateway;
#[cfg(test)]
mod tests;
mod web;

pub use gauges::{Gauges, Night, Toll};
pub use heartbeat::{Heartbeat, Pulse};
pub use pushgateway::Pushgateway;
