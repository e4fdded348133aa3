//! Every night: which ad accounts should be shared with our TikTok member, which are, and who is asked for what.
//!
//! The map, in reading order:
//!
//! * [`domain`] – the field's words as values; knows nothing outside itself.
//! * [`config`] – as written, then as validated; the only reader of the environment.
//! * [`store`] – what is remembered from night to night; the only one that knows SQL.
//! * [`report`] – a run's files, whole or absent.

pub mod config;
pub mod domain;
pub mod report;
pub mod store;
