//! The door through which every row enters, whatever it was read from.

use super::column::Column;
use super::row::Row;
use crate::domain::Register;

/// One of the three registers.
pub(super) trait Table {
    /// Its columns; a row counts them in this order.
    const COLUMNS: &'static [Column];

    /// Adds a row to the register, or sets it aside there.
    fn take(&mut self, row: &Row<'_>, register: &mut Register);
}
