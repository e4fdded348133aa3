//! A strict and hostile stand-in for TikTok's API for Business v1.3.
//!
//! It serves the five GET calls that a nightly reading needs, as strictly as the real gateway (or stricter), and does on
//! demand what gateways, networks and listings do on bad nights. It shares no type with the product: a misreading of the
//! API must not pass on both sides.
//!
//! Modules in reading order:
//!
//! - [`world`]: who is a member of which Business Center and what is assigned to whom; knows neither HTTP nor JSON.
//! - [`endpoint`]: the five calls, their parameters and scopes.
//! - `request`, `rules`: one HTTP request, and whether TikTok would take it.
//! - `answer`: the JSON that an honest TikTok gives.
//! - [`fault`]: what goes wrong, when, and what it does to an answer.
//! - [`quota`](Quota): requests per second, minute and day of one developer app.
//! - [`log`](LoggedRequest): what was asked and answered; never a secret.
//! - `server`: the order of all these for one request; `reply`, `wire`: an answer, and its bytes.
//! - [`Simulator`]: starts, watches, changes and stops it.

mod answer;
pub mod endpoint;
pub mod fault;
mod log;
mod options;
mod quota;
mod reply;
mod request;
mod rules;
mod server;
mod simulator;
mod wire;
pub mod world;

pub use endpoint::Endpoint;
pub use fault::{Fault, What, When};
pub use log::LoggedRequest;
pub use options::{ForbiddenAdvertisers, ForeignBusinessCenter, Options};
pub use quota::{Quota, Windows};
pub use simulator::Simulator;
pub use world::{World, WorldFileError};

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
