//! Every night: which ad accounts should be shared with our TikTok member, which are, and who is asked for what.
//!
//! The map, in reading order:
//!
//! * [`domain`] – the field's words as values; knows nothing outside itself.
//! * [`tiktok`] – what TikTok shows, read within its quota; nothing but GET.
//! * [`config`] – as written, then as validated; the only reader of the environment.

pub mod config;
pub mod domain;
pub mod tiktok;
