//! Rows on their way out.

use sqlx::postgres::{PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{Decode, Row as _, Type};

/// A row of either database.
pub(in crate::store) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What both databases can give.
pub(in crate::store) trait Column<'r>:
    Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

impl<'r, T> Column<'r> for T where T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres> {}

impl Row {
    /// A column by its place.
    pub(in crate::store) fn get<'r, T: Column<'r>>(&'r self, at: usize) -> sqlx::Result<T> {
        match self {
            Self::Sqlite(row) => row.try_get(at),
            Self::Postgres(row) => row.try_get(at),
        }
    }

    /// A count; they are stored as signed numbers.
    pub(in crate::store) fn count(&self, at: usize) -> sqlx::Result<u64> {
        Ok(self.get::<i64>(at)?.unsigned_abs())
    }
}
