//! Prometheus' text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
//!
//! Invariant: one block a metric, and whatever a label's value holds, it stays within its quotes. Written here and not by a
//! crate: all are gauges of one moment, and the official crate writes OpenMetrics, which a Pushgateway does not speak.

use std::fmt::Write as _;

/// Before every name.
const PREFIX: &str = "tiktok_access_";

/// What is written so far.
#[derive(Default)]
pub(super) struct Exposition(String);

/// A metric whose values come next.
pub(super) struct Family<'a> {
    text: &'a mut String,
    name: &'static str,
}

impl Exposition {
    /// Begins a metric: its name without the prefix, and its meaning on one line.
    pub(super) fn gauge(&mut self, name: &'static str, help: &str) -> Family<'_> {
        // Writing into a text cannot fail.
        let _ = write!(self.0, "# HELP {PREFIX}{name} {help}\n# TYPE {PREFIX}{name} gauge\n");
        Family { text: &mut self.0, name }
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

impl Family<'_> {
    /// A metric without labels.
    pub(super) fn is(self, value: f64) {
        let _ = writeln!(self.text, "{PREFIX}{} {value}", self.name);
    }

    /// One of its series.
    pub(super) fn of(&mut self, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<String> = labels.iter().map(|(name, text)| format!("{name}=\"{}\"", escaped(text))).collect();
        let _ = writeln!(self.text, "{PREFIX}{}{{{}}} {value}", self.name, labels.join(","));
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
