//! What should be shared: reads the registers of Campaign Mapping, from files, a database or a web service.
//!
//! Invariant: every row is either a value of the [`Register`] or one of its bad rows; a source of which that cannot be
//! said is refused whole, so that what breaks off never looks like a register that shrank. Nothing here compares rows
//! with one another: that is judged later. Wherever a row comes from, it enters through `table`.

mod accounts;
mod blocks;
mod column;
mod contacts;
mod csv;
mod draft;
mod exceptions;
mod faults;
mod files;
mod http;
mod laid;
mod record;
mod row;
mod sql;
mod table;
#[cfg(test)]
mod tests;

use chrono_tz::Tz;

pub use draft::{draft, draft_json};
pub use faults::{Error, Fault};

use crate::config::{Expected, Source};
use crate::domain::{Address, Register};

/// Reads all registers; a row without a member of its own gets the default, a moment is a day in the zone.
///
/// # Errors
/// [`Error::Refused`] with every fault of every register, where one cannot be read; [`Error::Broken`] after a panic.
pub async fn read(settings: &Expected, default_member: &Address, zone: Tz) -> Result<Register, Error> {
    let read = match &settings.source {
        Source::Csv => {
            let (settings, member) = (settings.clone(), default_member.clone());
            // A million rows are a second of work, which would hold up everything else.
            tokio::task::spawn_blocking(move || files::read(&settings, &member)).await?
        }
        Source::Sql { url } => sql::read(url, settings, default_member, zone).await,
        Source::Http { authorization } => http::read(authorization.as_ref(), settings, default_member, zone).await,
    };
    let mut register = read.map_err(Error::Refused)?;
    register.accounts.shrink_to_fit();
    Ok(register)
}
