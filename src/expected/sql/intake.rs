//! One query's rows on their way into the register.

use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

use super::faults::Why;
use crate::domain::Register;
use crate::expected::column;
use crate::expected::laid::{Cell, Laid};
use crate::expected::table::Table;

/// Takes row after row.
pub(super) struct Intake<'r, T> {
    table: T,
    laid: Laid,
    rows: u64,
    register: &'r mut Register,
    hash: &'r mut Sha256,
}

impl<'r, T: Table> Intake<'r, T> {
    pub(super) fn new(table: T, zone: Tz, register: &'r mut Register, hash: &'r mut Sha256) -> Self {
        Self { table, laid: Laid::new(T::COLUMNS, zone), rows: 0, register, hash }
    }

    /// Where each of our columns is in the result: ours, theirs.
    pub(super) fn places(names: &[&str]) -> Result<Vec<(usize, usize)>, Why> {
        let normal: Vec<String> = names.iter().map(|name| column::normal(name)).collect();
        let found = column::find(T::COLUMNS, &normal).map_err(|wrong| Why::Columns { wrong, found: normal })?;
        Ok(found.into_iter().enumerate().filter_map(|(ours, theirs)| Some((ours, theirs?))).collect())
    }

    pub(super) fn begin(&mut self) {
        self.laid.begin();
    }

    pub(super) fn put(&mut self, at: usize, cell: &Cell<'_>) {
        self.laid.put(at, cell);
    }

    /// The row is whole.
    pub(super) fn take(&mut self) {
        self.rows += 1;
        self.laid.add_to(self.hash);
        self.table.take(&self.laid.row(self.rows), self.register);
    }

    /// There are no more rows; with their number, no row can move to the next query unseen.
    pub(super) fn end(self) {
        self.hash.update(self.rows.to_le_bytes());
    }
}
