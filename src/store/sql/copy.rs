//! New rows for PostgreSQL, by COPY in its binary form: the quickest way in.
//!
//! Invariant: a value's bytes are those of its column's type: BIGINT, TEXT, BOOLEAN, DATE, TIMESTAMPTZ, BYTEA or JSONB.
//! PostgreSQL checks every length and refuses what does not fit.

use sqlx::{PgConnection, Postgres, Transaction};

use super::value::without_nul;
use super::{Value, answered};

/// Rows a statement: a million in one would be a long time without a word from the server.
const ROWS: usize = 50_000;

/// Bytes that are sent at once.
const PIECE: usize = 256 * 1024;

const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: i16 = -1;

/// From 1970-01-01.
const DAYS_TO_2000: i32 = 10_957;
const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

pub(super) async fn write<R, const WIDTH: usize>(
    tx: &mut Transaction<'static, Postgres>,
    into: &'static str,
    rows: &[R],
    values: impl for<'r> Fn(&'r R) -> [Value<'r>; WIDTH],
) -> sqlx::Result<()> {
    let conn: &mut PgConnection = tx;
    for rows in rows.chunks(ROWS) {
        answered(copy(conn, into, rows, &values)).await?;
    }
    Ok(())
}

async fn copy<R, const WIDTH: usize>(
    conn: &mut PgConnection,
    into: &str,
    rows: &[R],
    values: impl for<'r> Fn(&'r R) -> [Value<'r>; WIDTH],
) -> sqlx::Result<()> {
    let mut copy = conn.copy_in_raw(&format!("COPY {into} FROM STDIN (FORMAT binary)")).await?;
    let mut piece = Vec::with_capacity(PIECE + 4096);
    piece.extend_from_slice(HEADER);
    for row in rows {
        piece.extend_from_slice(&i16::try_from(WIDTH).unwrap_or(i16::MAX).to_be_bytes());
        for value in values(row) {
            put(&mut piece, value);
        }
        if piece.len() >= PIECE {
            copy.send(&*piece).await?;
            piece.clear();
        }
    }
    piece.extend_from_slice(&TRAILER.to_be_bytes());
    copy.send(&*piece).await?;
    copy.finish().await.map(drop)
}

/// One field: its length, or -1 for NULL, and its bytes. Days and moments count from the year 2000.
fn put(piece: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Number(Some(number)) => field(piece, &number.to_be_bytes()),
        Value::Text(Some(text)) => field(piece, without_nul(text).as_bytes()),
        Value::Truth(truth) => field(piece, &[u8::from(truth)]),
        Value::Day(Some(day)) => field(piece, &(day.to_epoch_days() - DAYS_TO_2000).to_be_bytes()),
        Value::Moment(moment) => {
            field(piece, &(moment.timestamp_micros() - i64::from(DAYS_TO_2000) * MICROSECONDS_A_DAY).to_be_bytes());
        }
        Value::Bytes(bytes) => field(piece, bytes),
        Value::Json(json) => field(piece, format!("\u{1}{json}").as_bytes()),
        Value::Number(None) | Value::Text(None) | Value::Day(None) => piece.extend_from_slice(&(-1_i32).to_be_bytes()),
    }
}

fn field(piece: &mut Vec<u8>, bytes: &[u8]) {
    piece.extend_from_slice(&i32::try_from(bytes.len()).unwrap_or(i32::MAX).to_be_bytes());
    piece.extend_from_slice(bytes);
}
