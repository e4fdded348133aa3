//! Every night: which ad accounts should be shared with our TikTok member, which are, and who is asked for what.
//!
//! The map, in reading order:
//!
//! * [`domain`] – the field's words as values; knows nothing outside itself.
//! * [`judge`] – what is so, why, and who is told: values in, values out.
//! * [`job`] – the story of one run, on one screen; the only one that knows all the others.
//! * [`expected`] – the registers of what should be shared, from files, a database or a web service.
//! * [`tiktok`] – what is shared; can send nothing but GET.
//! * [`store`] – what is remembered from night to night; the only one that writes SQL.
//! * [`mail`] – letters and digests as messages, and how they are handed over.
//! * [`report`] – tables, workbook, page and summary, whole or absent, in a folder or a bucket.
//! * [`observe`] – metrics and heartbeat: how others hear of a run.
//! * [`schedule`] – when a run is due, and the doors that others knock at while none is.
//! * [`config`] – as written, then as validated; the only reader of the environment but for what libraries read.
//! * `trial` – whether a folder could take what a run puts there; for the store and the reports.
//! * `sqlite_file` – what the store and a register have in common on a volume that cannot be written.
//! * [`commands`] – one file a command; [`cli`] names them, [`telemetry`] logs.

pub mod cli;
pub mod commands;
pub mod config;
pub mod domain;
pub mod expected;
pub mod job;
pub mod judge;
pub mod mail;
pub mod observe;
pub mod report;
pub mod schedule;
mod sqlite_file;
pub mod store;
pub mod telemetry;
pub mod tiktok;
mod trial;
