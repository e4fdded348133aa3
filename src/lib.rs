//! Every night: which ad accounts should be shared with our TikTok member, which are, and who is asked for what.
//!
//! The map, in reading order:
//!
//! * [`domain`] – the field's words as values; knows nothing outside itself.
//! * [`config`] – as written, then as validated; the only reader of the environment.
//! * [`expected`] – the registers: what should be shared; every row a value or a bad row.

pub mod config;
pub mod domain;
pub mod expected;
