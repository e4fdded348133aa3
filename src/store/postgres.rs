//! The store in PostgreSQL.
//!
//! Invariant: a commit is answered after it is on the disk (`synchronous_commit`), nothing waits for ever, and what a
//! vanished process left open is undone by the server. The database is encoded in UTF8. All tables are in the first
//! schema of the search path, so agencies can share a database with a schema each (`?options=-csearch_path%3Dagency`).

use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use super::error::Place;
use super::sql::{Access, Pool, Transaction};
use super::{Error, Store, migrate};
use crate::config::postgres_fault;

/// How long a run waits for a server that restarts.
const TO_WRITE: Duration = Duration::from_secs(30);

/// How long somebody who only looks waits for a connection.
const TO_LOOK: Duration = Duration::from_secs(10);

/// Said on each new connection, rather than in the connection's options, which poolers such as PgBouncer refuse.
const MANNERS: &str = "SET synchronous_commit = on; SET statement_timeout = '60s'; SET lock_timeout = '2s';
    SET idle_in_transaction_session_timeout = '60s'; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10;
    SET tcp_keepalives_count = 3; SET client_min_messages = error";

const ONLY_LOOKING: &str = "SET default_transaction_read_only = on";

pub(super) fn for_writing(url: &SecretString) -> Result<Store, Error> {
    let options = options(url)?;
    let place = place(&options);
    Ok(Store::new(Pool::Postgres(connect(options, TO_WRITE, &[MANNERS])), place))
}

/// The store with its schema's version; it says at once if a run could not create it.
pub(super) async fn for_reading(url: &SecretString) -> Result<Option<(Store, i64)>, Error> {
    let options = options(url)?;
    let place = place(&options);
    let store = Store::new(Pool::Postgres(connect(options, TO_LOOK, &[MANNERS, ONLY_LOOKING])), place);
    let read = async {
        let mut tx = store.pool.begin(Access::Read).await?;
        let encoding = other_encoding(&mut tx).await?;
        let found = migrate::version(&mut tx).await?;
        let schema = tx
            .query(
                "SELECT COALESCE(current_schema(), ''),
                        COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE)",
            )
            .one()
            .await?;
        Ok((encoding, found, schema.get::<String>(0)?, schema.get::<bool>(1)?))
    };
    let (encoding, found, schema, can_create) = read.await.map_err(store.failed("open the database"))?;
    if let Some(encoding) = encoding {
        return Err(Error::Encoding { place: store.place(), encoding });
    }
    if found == 0 && !can_create {
        return Err(Error::NoSchema { place: store.place(), schema });
    }
    Ok(Some((store, found)))
}

/// Refuses a database that is not encoded in UTF8, before anything is in it.
pub(super) async fn look_at_encoding(store: &Store) -> Result<(), Error> {
    let read = async { other_encoding(&mut store.pool.begin(Access::Read).await?).await };
    match read.await.map_err(store.failed("prepare the schema"))? {
        Some(encoding) => Err(Error::Encoding { place: store.place(), encoding }),
        None => Ok(()),
    }
}

/// How the database encodes texts, if not in UTF8: PostgreSQL counts their bytes as it keeps them, and we count ours.
async fn other_encoding(tx: &mut Transaction) -> sqlx::Result<Option<String>> {
    let encoding: String = tx.query("SELECT current_setting('server_encoding')").one().await?.get(0)?;
    Ok(Some(encoding).filter(|encoding| encoding != "UTF8"))
}

/// Reads the address.
fn options(url: &SecretString) -> Result<PgConnectOptions, Error> {
    let text = url.expose_secret();
    if let Some(reason) = postgres_fault(text) {
        return Err(Error::Url { reason });
    }
    let options = PgConnectOptions::from_str(text).map_err(|_| Error::Url { reason: "its parameters are wrong" })?;
    let options = match options.get_application_name() {
        Some(_) => options,
        None => options.application_name(env!("CARGO_PKG_NAME")),
    };
    Ok(options.disable_statement_logging())
}

/// Host, port and database; neither user nor password.
fn place(options: &PgConnectOptions) -> Place {
    let host = options.get_socket().map_or(options.get_host().to_owned(), |socket| socket.display().to_string());
    let database = options.get_database().unwrap_or_default();
    format!("postgres://{host}:{}/{database}", options.get_port()).into()
}

/// Connections that open when they are first needed, and are looked at before they are used again: one that broke is
/// replaced.
fn connect(options: PgConnectOptions, patience: Duration, manners: &'static [&'static str]) -> PgPool {
    PgPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(patience)
        .test_before_acquire(true)
        .after_connect(move |conn, _| {
            Box::pin(async move {
                for said in manners {
                    sqlx::raw_sql(*said).execute(&mut *conn).await?;
                }
                Ok(())
            })
        })
        .connect_lazy_with(options)
}
