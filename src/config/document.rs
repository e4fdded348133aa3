//! The file and the overrides as one tree, each value with the place where it was written.
//!
//! Invariant: the tree says nothing about meaning; an override replaces a value and keeps the name of its variable.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::environment::Environment;
use super::faults::{Fault, Place};

/// What begins the name of a variable that overrides a key.
pub(super) const PREFIX: &str = "RECONCILER__";

/// Where a key or a value was written.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// In the file, at these bytes.
    File(Range<usize>),
    /// In a variable: all of it, with this text.
    Variable { name: String, raw: String },
    /// In a list or a table that a variable holds, with this text of its own.
    Within { name: String, raw: String },
}

/// A value of the file or of a variable.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

impl Node {
    /// A text. Whoever sets a whole variable writes no quotes: there a number is one, too.
    pub(super) fn text(&self) -> Option<&str> {
        match (&self.value, &self.origin) {
            (Value::Text(text), _) => Some(text),
            (Value::List(_) | Value::Table(_), _) | (_, Origin::File(_) | Origin::Within { .. }) => None,
            (_, Origin::Variable { raw, .. }) => Some(raw),
        }
    }
}

/// TOML's values, as far as the configuration tells them apart.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    /// None: beyond 128 bits.
    Integer(Option<i128>),
    Float(f64),
    Boolean(bool),
    Date(String),
    List(Vec<Node>),
    Table(Table),
}

/// Keys with their values.
pub(super) type Table = BTreeMap<String, Entry>;

/// A key's value, and where the key stands.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: Origin,
    pub(super) node: Node,
}

/// Reads TOML; a text that is none gives one fault for each place.
pub(super) fn parse(source: &str) -> Result<Table, Vec<Fault>> {
    let (table, errors) = DeTable::parse_recoverable(source);
    if errors.is_empty() {
        return Ok(entries(table.into_inner(), &|span| Origin::File(span)));
    }
    let mut faults: Vec<Fault> = errors
        .iter()
        .map(|error| Fault {
            key: String::new(),
            place: error.span().map_or(Place::Nowhere, Place::File),
            value: None,
            problem: format!("this is not TOML: {}", error.message().replace('\n', ", ")),
            remedy: "correct the line; strings stand in quotes, and each key is written once in its section".into(),
        })
        .collect();
    // One slip often upsets the rest of its line.
    faults.dedup_by_key(|fault| fault.place.line(source));
    Err(faults)
}

fn entries(table: DeTable<'_>, origin: &dyn Fn(Range<usize>) -> Origin) -> Table {
    let mut all = Table::new();
    for (key, value) in table {
        let place = origin(key.span());
        all.insert(key.into_inner().into_owned(), Entry { key: place, node: node(value, origin) });
    }
    all
}

fn node(spanned: Spanned<DeValue<'_>>, origin: &dyn Fn(Range<usize>) -> Origin) -> Node {
    let place = origin(spanned.span());
    let value = match spanned.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => Value::Integer(i128::from_str_radix(number.as_str(), number.radix()).ok()),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(yes) => Value::Boolean(yes),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(list) => Value::List(list.into_iter().map(|item| node(item, origin)).collect()),
        DeValue::Table(table) => Value::Table(entries(table, origin)),
    };
    Node { value, origin: place }
}

/// Lays every `RECONCILER__SECTION__KEY` over the tree; whether such a key exists is found out when the tree is read.
pub(super) fn override_from(environment: &Environment, root: &mut Table) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, raw) in environment.iter() {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        let path = path.to_lowercase();
        let place = Origin::Variable { name: name.to_owned(), raw: raw.to_owned() };
        let entry = Entry { key: place.clone(), node: variable(name, raw) };
        match path.split("__").collect::<Vec<_>>()[..] {
            [key] if !key.is_empty() && !root.get(key).is_some_and(|e| matches!(e.node.value, Value::Table(_))) => {
                root.insert(key.to_owned(), entry);
            }
            [section, key] if !section.is_empty() && !key.is_empty() => {
                let section = root.entry(section.to_owned()).or_insert_with(|| Entry {
                    key: entry.key.clone(),
                    node: Node { value: Value::Table(Table::new()), origin: entry.key.clone() },
                });
                // A section that is no table is a fault of its own.
                if let Value::Table(table) = &mut section.node.value {
                    table.insert(key.to_owned(), entry);
                }
            }
            _ => faults.push(misnamed(name, &path)),
        }
    }
    faults
}

/// The value is TOML, else a string.
fn variable(name: &str, raw: &str) -> Node {
    let origin = Origin::Variable { name: name.to_owned(), raw: raw.to_owned() };
    let within = |span: Range<usize>| Origin::Within {
        name: name.to_owned(),
        raw: raw.get(span).unwrap_or_default().to_owned(),
    };
    match DeValue::parse(raw) {
        Ok(value) => Node { origin, ..node(value, &within) },
        Err(_) => Node { value: Value::Text(raw.to_owned()), origin },
    }
}

fn misnamed(name: &str, path: &str) -> Fault {
    let remedy = if path.starts_with("tiktok__members__") {
        format!(
            "a member cannot be changed by its number; set {PREFIX}TIKTOK__MEMBERS to the whole list, or edit the file"
        )
    } else {
        format!("name it {PREFIX}SECTION__KEY, such as {PREFIX}MAIL__TRANSPORT, or {PREFIX}TIMEZONE; else remove it")
    };
    Fault {
        key: path.replace("__", "."),
        place: Place::Variable(name.to_owned()),
        value: None,
        problem: "this variable names no single key".into(),
        remedy,
    }
}
