//! Every night: which ad accounts should be shared with our TikTok member, which are, and who is asked for what.
//!
//! The map, in reading order:
//!
//! * [`domain`] – the field's words as values; knows nothing outside itself.
//! * [`config`] – as written, then as validated; the only reader of the environment.
//! * [`mail`] – letters become messages, messages leave; the only one that knows lettre.

pub mod config;
pub mod domain;
pub mod mail;
