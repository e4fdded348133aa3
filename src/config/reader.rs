//! Walks the tree, key by key, and goes on after a fault.
//!
//! Invariant: where a method gives nothing for what is required, a fault was recorded; what nobody asked for is a fault.

use std::collections::BTreeMap;

use super::document::{Entry, Node, Table, Value};
use super::environment::Environment;
use super::faults::{Fault, Place};
use super::log::{Log, Problem, Read, place, printable};
use super::nearest::nearest;

/// One table of the file.
pub(super) struct Section<'l> {
    path: String,
    place: Place,
    entries: Table,
    asked: Vec<&'static str>,
    log: &'l Log<'l>,
}

impl<'l> Section<'l> {
    /// The whole file.
    pub(super) fn root(entries: Table, log: &'l Log<'l>) -> Self {
        Self { path: String::new(), place: Place::Nowhere, entries, asked: Vec::new(), log }
    }

    pub(super) fn environment(&self) -> &'l Environment {
        self.log.environment
    }

    fn dotted(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn take(&mut self, key: &'static str) -> Option<Node> {
        self.asked.push(key);
        let dotted = self.dotted(key);
        let known =
            dotted.split_once('[').zip(dotted.split_once(']')).map(|((head, _), (_, tail))| [head, tail].concat());
        self.log.asked.borrow_mut().push(known.unwrap_or(dotted));
        self.entries.remove(key).map(|entry| entry.node)
    }

    /// A table under this one; empty where it is not written.
    pub(super) fn section(&mut self, key: &'static str) -> Section<'l> {
        // A variable that sets one key of it is not where the others belong.
        let place = self.entries.get(key).map(|entry| place(&entry.key));
        let place = place.filter(|place| matches!(place, Place::File(_))).unwrap_or(Place::Nowhere);
        let entries = match self.take(key) {
            Some(Node { value: Value::Table(entries), .. }) => entries,
            Some(node) => {
                let remedy = format!("write [{}] on a line of its own, and its keys below", self.dotted(key));
                self.log.refuse(
                    &self.dotted(key),
                    &node,
                    Problem::new("this is a section, not a value", remedy).hidden(),
                );
                Table::new()
            }
            None => Table::new(),
        };
        Section { path: self.dotted(key), place, entries, asked: Vec::new(), log: self.log }
    }

    /// Every table of an array of tables; nothing after a fault, none where it is not written.
    pub(super) fn sections(&mut self, key: &'static str) -> Option<Vec<Section<'l>>> {
        let Some(node) = self.take(key) else { return Some(Vec::new()) };
        let path = self.dotted(key);
        let misfit =
            || Problem::new("these are sections", format!("write [[{path}]] for each, and its keys below")).hidden();
        let Value::List(items) = node.value else {
            self.log.refuse(&path, &node, misfit());
            return None;
        };
        let mut sections = Vec::new();
        for (i, item) in items.into_iter().enumerate() {
            let (path, place) = (format!("{path}[{i}]"), place(&item.origin));
            match item.value {
                Value::Table(entries) => sections.push(Self { path, place, entries, asked: Vec::new(), log: self.log }),
                _ => self.log.refuse(&path, &item, misfit()),
            }
        }
        Some(sections)
    }

    /// A value that may be absent.
    pub(super) fn optional<T>(&mut self, key: &'static str, read: impl FnOnce(&Node) -> Read<T>) -> Option<T> {
        let node = self.take(key)?;
        read(&node).map_err(|problem| self.log.refuse(&self.dotted(key), &node, problem)).ok()
    }

    /// A value that must be there.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        read: impl FnOnce(&Node) -> Read<T>,
    ) -> Option<T> {
        if !self.entries.contains_key(key) {
            self.missing(key, example);
        }
        self.optional(key, read)
    }

    /// Records that a key must be written, as in the example.
    pub(super) fn missing(&mut self, key: &'static str, example: &str) {
        let section = if self.path.is_empty() { String::new() } else { format!(" in [{}]", self.path) };
        self.absent(key, format!("write {key} = {example}{section}"));
    }

    /// Records that a key must be written.
    pub(super) fn absent(&mut self, key: &'static str, remedy: String) {
        self.log.faults.borrow_mut().push(Fault {
            key: self.dotted(key),
            place: self.place.clone(),
            value: None,
            problem: "this is required and is not written".into(),
            remedy,
        });
    }

    /// A value, or its default.
    pub(super) fn or<T>(&mut self, key: &'static str, default: T, read: impl FnOnce(&Node) -> Read<T>) -> T {
        self.optional(key, read).unwrap_or(default)
    }

    /// A list with each item read on its own; none where it is not written.
    pub(super) fn list<T>(&mut self, key: &'static str, read: impl Fn(&Node) -> Read<T>) -> Option<Vec<T>> {
        let node = self.take(key)?;
        let path = self.dotted(key);
        let Value::List(items) = &node.value else {
            self.log.refuse(
                &path,
                &node,
                Problem::new("this is a list", "write the items in brackets: [\"…\", \"…\"]"),
            );
            return None;
        };
        let read = |(i, item): (usize, &Node)| {
            read(item).map_err(|problem| self.log.refuse(&format!("{path}[{i}]"), item, problem)).ok()
        };
        Some(items.iter().enumerate().filter_map(read).collect())
    }

    /// A table whose keys are data.
    pub(super) fn map<K: Ord, T>(
        &mut self,
        key: &'static str,
        name: impl Fn(&str) -> K,
        read: impl Fn(&Node) -> Read<T>,
    ) -> BTreeMap<K, T> {
        let mut all = BTreeMap::new();
        let Some(node) = self.take(key) else { return all };
        let path = self.dotted(key);
        let Value::Table(entries) = &node.value else {
            self.log.refuse(&path, &node, Problem::new("this is a table", "write it in braces: { DK = \"da\" }"));
            return all;
        };
        for (written, Entry { node, .. }) in entries {
            let path = format!("{path}.{written}");
            let value = read(node).and_then(|value| match all.insert(name(written), value) {
                None => Ok(()),
                Some(_) => Err(Problem::new("this is given twice, in different case", "keep one of the two")),
            });
            if let Err(problem) = value {
                self.log.refuse(&path, node, problem);
            }
        }
        all
    }

    /// Whether the key is written, before it is read.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Ends the reading: what was not asked for is unknown.
    pub(super) fn finish(self) {
        for (key, entry) in &self.entries {
            let remedy = match nearest(key, &self.asked) {
                Some(near) => format!("did you mean {near}? Else remove it"),
                None => format!("remove it; known here: {}", self.asked.join(", ")),
            };
            // What stands under an unknown key may be a secret under a slip of the pen.
            self.log.hide(&entry.node);
            self.log.faults.borrow_mut().push(Fault {
                key: printable(&self.dotted(key)),
                place: place(&entry.key),
                value: None,
                problem: "there is no such key".into(),
                remedy,
            });
        }
    }
}
