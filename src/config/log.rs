//! The faults found on the way, and what must never be shown of the file.
//!
//! Invariant: a value enters a fault only through [`printable`], and only where its reader does not hide it.

use std::cell::RefCell;
use std::ops::Range;

use super::document::{Node, Origin, Value};
use super::environment::Environment;
use super::faults::{Fault, Place};

/// Why a value is refused.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) what: String,
    pub(super) remedy: String,
    /// The value may be a secret or an address.
    pub(super) hidden: bool,
}

impl Problem {
    pub(super) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), hidden: false }
    }

    /// The value is not to be shown.
    pub(super) fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }
}

/// What a reader of one value gives.
pub(super) type Read<T> = Result<T, Problem>;

/// The faults found so far, and what the sections need to name them.
pub(super) struct Log<'a> {
    pub(super) source: &'a str,
    pub(super) environment: &'a Environment,
    pub(super) faults: RefCell<Vec<Fault>>,
    /// Bytes of the file that are never shown.
    pub(super) hidden: RefCell<Vec<Range<usize>>>,
    /// Every key that was asked for, dotted, members without their number.
    pub(super) asked: RefCell<Vec<String>>,
}

impl<'a> Log<'a> {
    pub(super) fn new(source: &'a str, environment: &'a Environment) -> Self {
        let nothing = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { source, environment, faults: nothing.0, hidden: nothing.1, asked: nothing.2 }
    }

    /// Covers the values of a node in every rendering; keys stay readable.
    pub(super) fn hide(&self, node: &Node) {
        match (&node.value, &node.origin) {
            (Value::Table(entries), _) => entries.values().for_each(|entry| self.hide(&entry.node)),
            (Value::List(items), _) => items.iter().for_each(|item| self.hide(item)),
            (_, Origin::File(span)) => self.hidden.borrow_mut().push(span.clone()),
            (_, Origin::Variable { .. } | Origin::Within { .. }) => {}
        }
    }

    pub(super) fn refuse(&self, key: &str, node: &Node, problem: Problem) {
        let raw = match &node.origin {
            Origin::File(span) => self.source.get(span.clone()).unwrap_or_default(),
            Origin::Variable { raw, .. } | Origin::Within { raw, .. } => raw,
        };
        // An address, or a URL with something in it that may be a key.
        let hidden = problem.hidden || raw.contains('@') || (raw.contains("://") && raw.contains('?'));
        if hidden {
            self.hide(node);
        }
        self.faults.borrow_mut().push(Fault {
            key: printable(key),
            place: place(&node.origin),
            value: (!hidden).then(|| printable(raw)),
            problem: problem.what,
            remedy: problem.remedy,
        });
    }
}

/// Where a fault stands that is about what was written there.
pub(super) fn place(origin: &Origin) -> Place {
    match origin {
        Origin::File(span) => Place::File(span.clone()),
        Origin::Variable { name, .. } | Origin::Within { name, .. } => Place::Variable(name.clone()),
    }
}

/// One short line without control characters, and without what may be an address.
pub(super) fn printable(raw: &str) -> String {
    if raw.contains('@') {
        return "(not shown)".into();
    }
    let mut text: String = raw
        .chars()
        .take(60)
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect();
    if raw.chars().nth(60).is_some() {
        text.push('…');
    }
    text
}
