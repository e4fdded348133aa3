//! Every night: which ad accounts should be shared with our TikTok member, which are, and who is asked for what.
//!
//! The map, in reading order:
//!
//! * [`domain`] – the field's words as values; knows nothing outside itself.
//! * [`judge`] – what is so, why, and who is told: values in, values out.
//! * [`config`] – as written, then as validated; the only reader of the environment.

pub mod config;
pub mod domain;
pub mod judge;
