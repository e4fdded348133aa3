//! Accounts' states.
//!
//! Invariant: a row is written only where something a report would show changed. An unknown night keeps the last certain
//! cause beside it; an invalid one leaves the row alone, for it says nothing about access.

use std::collections::HashSet;

use chrono::NaiveDate;
use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::bulk;
use super::error::unreadable;
use super::landmarks::Landmarks;
use super::names::{NOBODY, Names};
use super::present::{Met, Present, PresentAccount, print, role_text};
use super::runs::signed;
use crate::domain::{AccountId, AccountKey, Baseline, Cause, Change, Finding, History, Remembered, Status};

/// A row's columns but its key.
#[derive(Clone, Copy, Debug, Hash)]
struct State<'a> {
    cause: Option<Cause>,
    certain_cause: Option<Cause>,
    since: Option<NaiveDate>,
    certain_until: Option<NaiveDate>,
    account_name: Option<&'a str>,
    member: Option<i64>,
    business_center: Option<i64>,
    actual_role: Option<&'a str>,
}

impl State<'_> {
    /// Nobody judges the account any more.
    const GONE: Self = Self {
        cause: None,
        certain_cause: None,
        since: None,
        certain_until: None,
        account_name: None,
        member: None,
        business_center: None,
        actual_role: None,
    };

    /// The last certain cause.
    fn certain(&self) -> Option<Cause> {
        self.cause.filter(|cause| cause.status().is_certain()).or(self.certain_cause)
    }
}

/// Reads all rows in the order of the runs, so that a later one overwrites an earlier one, and keeps three views of
/// them: as of the newest earlier day, as of the baseline, and the present.
pub(super) async fn load(
    conn: &mut SqliteConnection,
    marks: &Landmarks,
    history: &mut History,
    present: &mut Present,
    keep_present: bool,
) -> sqlx::Result<()> {
    let mut baseline = marks.baseline.clone().map(|(seq, run_id, register_rows)| {
        let ok = HashSet::new();
        (seq, Baseline { run_id, register_rows, ok })
    });
    let mut rows = sqlx::query(
        "SELECT seq, client_id, account_id, cause, certain_cause, since, certain_until, account_name, member_id,
         business_center_id, actual_role FROM account_states ORDER BY seq, client_id, account_id",
    )
    .fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let (seq, client, account) = (row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?, row.try_get::<i64, _>(2)?);
        let state = state_of_row(&row)?;
        let written = present.names.client(client);
        if written.is_none() && client != NOBODY {
            return Err(unreadable("an account's client"));
        }
        let account_id = account_id(account)?;
        let key = || AccountKey { client: written.map(|client| client.key.clone()), account_id };
        if seq <= marks.earlier {
            match remembered(&state, &present.names, client) {
                Some(remembered) => history.accounts.insert(key(), remembered),
                None => history.accounts.remove(&key()),
            };
        }
        if let Some((_, baseline)) = baseline.as_mut().filter(|(at, _)| seq <= *at) {
            if state.cause.is_some_and(|cause| cause.status() == Status::Ok) {
                baseline.ok.insert(key());
            } else {
                baseline.ok.remove(&key());
            }
        }
        if keep_present {
            present.accounts.entry(client).or_default().push(PresentAccount {
                account: account.unsigned_abs(),
                print: print(state),
                cause: state.cause,
                certain: state.certain().zip(state.since),
                certain_until: state.certain_until,
            });
        }
    }
    for shelf in present.accounts.values_mut() {
        shelf.settle();
    }
    history.baseline = baseline.map(|(_, baseline)| baseline);
    Ok(())
}

fn state_of_row(row: &SqliteRow) -> sqlx::Result<State<'_>> {
    Ok(State {
        cause: cause(row.try_get(3)?)?,
        certain_cause: cause(row.try_get(4)?)?,
        since: row.try_get(5)?,
        certain_until: row.try_get(6)?,
        account_name: row.try_get(7)?,
        member: row.try_get(8)?,
        business_center: row.try_get(9)?,
        actual_role: row.try_get(10)?,
    })
}

fn cause(word: Option<&str>) -> sqlx::Result<Option<Cause>> {
    word.map(|word| Cause::parse(word).ok_or_else(|| unreadable("an account's cause"))).transpose()
}

/// An account's id from its column.
pub(super) fn account_id(number: i64) -> sqlx::Result<AccountId> {
    AccountId::parse(&number.to_string()).map_err(|_| unreadable("an account's id"))
}

/// What the judgement knows of an account with this state; none if nothing was ever certain.
fn remembered(state: &State<'_>, names: &Names, client: i64) -> Option<Remembered> {
    let (cause, since) = state.certain().zip(state.since)?;
    Some(Remembered {
        cause,
        since,
        certain_until: state.certain_until,
        client: names.client(client).cloned(),
        account_name: state.account_name.unwrap_or_default().into(),
        member: state.member.and_then(|id| names.member(id)).cloned(),
    })
}

/// A row to be written.
struct Changed<'a> {
    client: i64,
    account: u64,
    state: State<'a>,
}

/// Writes what tonight changed.
pub(super) async fn remember(
    conn: &mut SqliteConnection,
    seq: i64,
    today: NaiveDate,
    findings: &[Finding],
    present: &mut Present,
) -> sqlx::Result<()> {
    for finding in findings {
        if let Some(client) = &finding.client {
            present.names.learn_client(conn, client).await?;
        }
        if let Some(member) = &finding.member {
            present.names.learn_member(conn, member).await?;
        }
    }
    let mut changed = Vec::new();
    for finding in findings {
        changed.extend(change_of(finding, today, present));
    }
    for (client, shelf) in &present.accounts {
        // A gap that is absent tonight waits for the judge to withdraw it; anything else is no longer expected.
        let gone = shelf.unmet().filter(|entry| {
            entry.cause.is_some() && !entry.certain.is_some_and(|(certain, _)| certain.status().is_gap())
        });
        changed.extend(gone.map(|entry| Changed { client: *client, account: entry.account, state: State::GONE }));
    }
    // In the table's order, which SQLite appends to; of two findings with one key the first counts.
    changed.sort_by_key(|row| (row.client, row.account));
    changed.dedup_by_key(|row| (row.client, row.account));
    bulk::write(
        conn,
        "INSERT INTO account_states (seq, client_id, account_id, cause, certain_cause, since, certain_until,
         account_name, member_id, business_center_id, actual_role)",
        11,
        "",
        &changed,
        |statement, Changed { client, account, state }| {
            statement
                .bind(seq)
                .bind(*client)
                .bind(signed(*account))
                .bind(state.cause.map(Cause::as_str))
                .bind(state.certain_cause.map(Cause::as_str))
                .bind(state.since)
                .bind(state.certain_until)
                .bind(state.account_name.map(ToOwned::to_owned))
                .bind(state.member)
                .bind(state.business_center)
                .bind(state.actual_role.map(ToOwned::to_owned))
        },
    )
    .await
}

/// The row that a finding makes necessary.
fn change_of<'a>(finding: &'a Finding, today: NaiveDate, present: &mut Present) -> Option<Changed<'a>> {
    let account = finding.account_id?.get();
    let client = match (finding.status, &finding.client) {
        (Status::Unexpected, _) | (_, None) => NOBODY,
        (_, Some(client)) => present.names.client_id(&client.key)?,
    };
    let shelf = present.accounts.get_mut(&client);
    if finding.status == Status::Invalid {
        // It has the key of a good row beside it (a duplicate), or says nothing.
        if let Some(shelf) = shelf {
            shelf.excuse(account);
        }
        return None;
    }
    let there = match shelf.and_then(|shelf| shelf.meet(account)) {
        Some(Met::Again) => return None,
        Some(Met::First(there)) => Some(there),
        None => None,
    };
    let gone = finding.change == Some(Change::Withdrawn)
        || (finding.status == Status::Unexpected && finding.change == Some(Change::Resolved));
    let state = if gone { State::GONE } else { state_of(finding, today, there.as_ref(), present) };
    let same = match there {
        None => gone,
        Some(there) if gone => there.cause.is_none(),
        Some(there) => there.print == print(state),
    };
    (!same).then_some(Changed { client, account, state })
}

/// The columns that a finding asks for.
fn state_of<'a>(
    finding: &'a Finding,
    today: NaiveDate,
    there: Option<&PresentAccount>,
    present: &Present,
) -> State<'a> {
    let before = there.filter(|there| there.cause.is_some());
    let (certain_cause, since, certain_until) = if finding.status.is_certain() {
        (None, Some(finding.since.unwrap_or(today)), None)
    } else {
        let certain = before.and_then(|before| before.certain);
        // Certain until now: the last day was that of the run before.
        let until = before.and_then(|before| before.certain_until).or(present.day);
        (certain.map(|(cause, _)| cause), certain.map(|(_, since)| since), certain.and(until))
    };
    State {
        cause: Some(finding.cause),
        certain_cause,
        since,
        certain_until,
        account_name: Some(&finding.account_name),
        member: finding.member.as_ref().and_then(|member| present.names.member_id(member)),
        business_center: finding.business_center.map(|id| signed(id.get())),
        actual_role: finding.actual_role.as_ref().map(role_text),
    }
}
