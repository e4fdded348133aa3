//! Business Centers by member, and the clients whose accounts were ever seen in them.
//!
//! Invariant: what a row said before its newest day stays beside it, so that a second run on one day compares with the
//! days before, as the first one did. That an earlier run of the day listed accounts is not forgotten either: whatever
//! falls silent within a day, is silent for the first night.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::error::unreadable;
use super::names::Names;
use super::present::Present;
use super::sightings::business_center_id;
use super::sql::{self, Row, Transaction};
use crate::domain::{
    Address, BusinessCenterId, BusinessCenterStatus, Family, Finding, History, Observation, PastBusinessCenter, Status,
};

/// What complete readings of a listing said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Readings {
    pub(super) last_read_on: Option<NaiveDate>,
    pub(super) listed_accounts: bool,
    pub(super) empty_since: Option<NaiveDate>,
}

impl Readings {
    /// After one more complete reading.
    fn then(self, today: NaiveDate, lists_accounts: bool) -> Self {
        let empty_since = if lists_accounts {
            None
        } else if self.listed_accounts {
            Some(today)
        } else {
            self.empty_since
        };
        Self { last_read_on: Some(today), listed_accounts: lists_accounts, empty_since }
    }
}

/// A row.
#[derive(Clone, Debug)]
pub(super) struct StoredBusinessCenter {
    name: Arc<str>,
    status: String,
    first_listed_on: NaiveDate,
    last_listed_on: NaiveDate,
    pub(super) now: Readings,
    before: Readings,
    last_request_id: Option<String>,
}

impl StoredBusinessCenter {
    /// What was so before today.
    fn earlier(&self, today: NaiveDate) -> Readings {
        if self.now.last_read_on.is_some_and(|day| day >= today) { self.before } else { self.now }
    }

    /// Whether a run of today saw accounts in it, or today is the first day on which it lists none.
    fn listed_until(&self, today: NaiveDate) -> bool {
        self.now.last_read_on == Some(today) && (self.now.listed_accounts || self.now.empty_since == Some(today))
    }

    /// What was so before this run.
    fn until_now(&self, today: NaiveDate) -> Readings {
        if self.listed_until(today) {
            Readings { listed_accounts: true, empty_since: None, ..self.now }
        } else {
            self.earlier(today)
        }
    }
}

pub(super) async fn load(
    tx: &mut Transaction,
    names: &Names,
) -> sqlx::Result<BTreeMap<(Address, BusinessCenterId), StoredBusinessCenter>> {
    tx.query(
        "SELECT member_id, business_center_id, name, status, first_listed_on, last_listed_on, last_read_on,
         listed_accounts, empty_since, prev_last_read_on, prev_listed_accounts, prev_empty_since, last_request_id
         FROM business_centers",
    )
    .all()
    .await?
    .iter()
    .map(|row| {
        let member = names.member(row.get(0)?).ok_or_else(|| unreadable("a Business Center's member"))?;
        let stored = StoredBusinessCenter {
            name: row.get::<&str>(2)?.into(),
            status: row.get(3)?,
            first_listed_on: row.get(4)?,
            last_listed_on: row.get(5)?,
            now: readings(row, 6)?,
            before: readings(row, 9)?,
            last_request_id: row.get(12)?,
        };
        Ok(((member.clone(), business_center_id(row.get(1)?)?), stored))
    })
    .collect()
}

fn readings(row: &Row, column: usize) -> sqlx::Result<Readings> {
    Ok(Readings {
        last_read_on: row.get(column)?,
        listed_accounts: row.get(column + 1)?,
        empty_since: row.get(column + 2)?,
    })
}

/// Its name when it was last listed; empty if it never was.
pub(super) async fn name(tx: &mut Transaction, id: BusinessCenterId) -> sqlx::Result<String> {
    let row = tx
        .query("SELECT name FROM business_centers WHERE business_center_id = $1 ORDER BY last_listed_on DESC, member_id LIMIT 1")
        .bind(id.get())
        .first()
        .await?;
    row.map_or_else(|| Ok(String::new()), |row| row.get(0))
}

/// The Business Centers as the judgement knows them; those of today alone are left out, unless they listed accounts.
pub(super) fn as_of_earlier_runs(present: &Present, today: NaiveDate, history: &mut History) {
    for (key, stored) in &present.business_centers {
        if stored.first_listed_on < today || stored.listed_until(today) {
            let Readings { listed_accounts, empty_since, .. } = stored.until_now(today);
            let name = Arc::clone(&stored.name);
            history.business_centers.insert(key.clone(), PastBusinessCenter { name, listed_accounts, empty_since });
        }
    }
}

/// Writes what tonight's lists and listings say: one row a Business Center.
pub(super) async fn remember(
    tx: &mut Transaction,
    today: NaiveDate,
    observation: &Observation,
    present: &mut Present,
) -> sqlx::Result<()> {
    let mut rows = Vec::new();
    for view in &observation.members {
        let member = present.names.learn_member(tx, &view.member).await?;
        for (id, center) in &view.list.business_centers {
            let listing = view.listings.get(id);
            let before = present.business_centers.get(&(view.member.clone(), *id));
            let complete = listing.filter(|listing| listing.reading.is_complete());
            let until_now = before.map(|before| before.until_now(today)).unwrap_or_default();
            let earlier = before.map(|before| before.earlier(today)).unwrap_or_default();
            let (now, earlier) = match (complete, before) {
                (Some(listing), _) => (until_now.then(today, !listing.accounts.is_empty()), earlier),
                (None, Some(before)) => (before.now, before.before),
                (None, None) => <_>::default(),
            };
            let status = match &center.status {
                BusinessCenterStatus::Usable => "usable".to_owned(),
                BusinessCenterStatus::Suspended(word) => word.to_string(),
            };
            let stored = StoredBusinessCenter {
                name: Arc::clone(&center.name),
                status,
                first_listed_on: before.map_or(today, |before| before.first_listed_on),
                last_listed_on: today,
                now,
                before: earlier,
                last_request_id: listing.and_then(|listing| listing.request_id.clone()),
            };
            rows.push((member, *id, stored));
        }
    }
    rows.sort_by_key(|(member, id, _)| (*member, id.get()));
    write(tx, &rows).await
}

async fn write(tx: &mut Transaction, rows: &[(i64, BusinessCenterId, StoredBusinessCenter)]) -> sqlx::Result<()> {
    sql::write(
        tx,
        "business_centers (member_id, business_center_id, name, status, first_listed_on, last_listed_on, last_read_on,
         listed_accounts, empty_since, prev_last_read_on, prev_listed_accounts, prev_empty_since, last_request_id)",
        "ON CONFLICT (member_id, business_center_id) DO UPDATE SET name = excluded.name, status = excluded.status,
         first_listed_on = excluded.first_listed_on, last_listed_on = excluded.last_listed_on,
         last_read_on = excluded.last_read_on, listed_accounts = excluded.listed_accounts,
         empty_since = excluded.empty_since, prev_last_read_on = excluded.prev_last_read_on,
         prev_listed_accounts = excluded.prev_listed_accounts, prev_empty_since = excluded.prev_empty_since,
         last_request_id = excluded.last_request_id",
        rows,
        |(member, id, stored)| {
            [
                (*member).into(),
                id.get().into(),
                (&*stored.name).into(),
                (&stored.status).into(),
                stored.first_listed_on.into(),
                stored.last_listed_on.into(),
                stored.now.last_read_on.into(),
                stored.now.listed_accounts.into(),
                stored.now.empty_since.into(),
                stored.before.last_read_on.into(),
                stored.before.listed_accounts.into(),
                stored.before.empty_since.into(),
                stored.last_request_id.as_deref().into(),
            ]
        },
    )
    .await
}

/// Reads whose accounts were ever seen where.
pub(super) async fn load_clients(
    tx: &mut Transaction,
    history: &mut History,
    present: &mut Present,
) -> sqlx::Result<()> {
    let rows = tx.query("SELECT business_center_id, client_id, parent_code FROM business_center_clients").all().await?;
    for row in rows {
        let (center, client, parent): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let key = &present.names.client(client).ok_or_else(|| unreadable("a Business Center's client"))?.key;
        let families = history.clients_of.entry(business_center_id(center)?).or_default();
        families.insert(key.clone(), Family::new(key, &parent));
        present.clients_of.insert((center.unsigned_abs(), client), parent);
    }
    Ok(())
}

/// Writes whose accounts were seen where tonight, if that is news.
pub(super) async fn remember_clients(
    tx: &mut Transaction,
    today: NaiveDate,
    findings: &[Finding],
    present: &mut Present,
) -> sqlx::Result<()> {
    let mut news: BTreeMap<(u64, i64), String> = BTreeMap::new();
    let mut last = None;
    for finding in findings.iter().filter(|finding| !matches!(finding.status, Status::Unexpected | Status::Invalid)) {
        let Some(client) = &finding.client else { continue };
        for sighting in finding.sightings.iter() {
            // Accounts of a client and a Business Center come together: most need no look-up.
            let place = sighting.business_center;
            if last.replace((client, place)).is_some_and(|(last, there)| Arc::ptr_eq(last, client) && there == place) {
                continue;
            }
            let Some(id) = present.names.client_id(&client.key) else { continue };
            let parent = match client.family() {
                Family::Parent(parent) => parent,
                Family::Single(_) => String::new(),
            };
            let key = (sighting.business_center.get(), id);
            if present.clients_of.get(&key) != Some(&parent) {
                news.insert(key, parent);
            }
        }
    }
    let rows: Vec<_> = news.into_iter().collect();
    sql::write(
        tx,
        "business_center_clients (business_center_id, client_id, parent_code, first_seen_on)",
        "ON CONFLICT (business_center_id, client_id) DO UPDATE SET parent_code = excluded.parent_code",
        &rows,
        |((center, client), parent)| [(*center).into(), (*client).into(), parent.into(), today.into()],
    )
    .await
}
