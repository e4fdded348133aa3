//! Logs on stderr, as text or as JSON, each line with the run's id.
//!
//! Invariant: whatever is logged holds no token, password or address; the values themselves see to that, because neither
//! secrets nor addresses can be formatted.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::LogFormat;
use crate::config;

/// Starts logging; a filter such as `debug` or `reconciler::tiktok=debug` comes from `RECONCILER_LOG`.
pub fn start(format: LogFormat) {
    let filter = config::log_filter().map_or_else(|| EnvFilter::new("warn,reconciler=info"), EnvFilter::new);
    let registry = tracing_subscriber::registry().with(filter);
    let terminal = std::io::stderr().is_terminal();
    match format {
        LogFormat::Text => registry
            .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(terminal).with_target(false))
            .init(),
        LogFormat::Json => registry
            .with(tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr))
            .init(),
    }
}
