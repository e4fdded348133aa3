//! Where members see accounts.
//!
//! Invariant: a sighting ends only where its absence proves something: a complete listing without it, or a complete list
//! without its Business Center. While it lasts, its last day is the last one on which its Business Center was read.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

use super::error::unreadable;
use super::packed::{self, Packed};
use super::present::{Growing, Met, OfAccount, Present, PresentSighting, Shelf, print};
use super::runs::signed;
use super::sql::{self, Transaction};
use crate::domain::{AccountId, BusinessCenterId, History, Observation, PastPlace, PastSighting};

/// Reads all rows in the order of the runs, so that a later one overwrites an earlier one.
pub(super) async fn load(
    tx: &mut Transaction,
    history: &mut History,
    present: &mut Present,
    keep_present: bool,
) -> sqlx::Result<()> {
    let mut listings: BTreeMap<(i64, i64), PastListing> = BTreeMap::new();
    let mut after = [i64::MIN, 0, 0, 0];
    while let Some(page) = packed::page(tx, PACK, after).await? {
        let mut packed = Packed(&page);
        while !packed.is_empty() {
            let (seq, member_id, center, id) = (packed.number()?, packed.number()?, packed.number()?, packed.field()?);
            let (first_seen_on, last_seen_on) = (packed.day()?, packed.day()?);
            let (owner_length, role_length) = (packed.number_or_null()?, packed.number_or_null()?);
            let (owner, role) = (packed.text(owner_length)?, packed.text(role_length)?.unwrap_or_default());
            let account = AccountId::parse(id).map_err(|_| unreadable("a sighting's account"))?;
            let first_seen_on = first_seen_on.ok_or_else(|| unreadable("a sighting's first day"))?;
            after = [seq, member_id, center, signed(account.get())];
            let listing = match listings.entry((member_id, center)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(PastListing::find(member_id, center, present)?),
            };
            let now = PresentSighting { account, print: print((owner, role)), first_seen_on, last_seen_on };
            let place = owner.map(|owner| listing.owned_by(owner));
            let loaded = listing.accounts.entry(account, || Loaded { now, place: Arc::clone(&listing.place) });
            loaded.now = now;
            // The row of an ending names no owner: he is the one of the row before.
            if let Some(place) = place {
                loaded.place = place;
            }
        }
    }
    let mut sightings = Vec::with_capacity(listings.values().map(|listing| listing.accounts.len()).sum());
    for ((member_id, center), PastListing { accounts, last_read_on, .. }) in listings {
        let accounts = accounts.grown();
        if keep_present {
            let shelf = Shelf::new(accounts.iter().map(|loaded| loaded.now));
            present.sightings.insert((member_id, center.unsigned_abs()), shelf);
        }
        sightings.extend(accounts.into_iter().map(|Loaded { now, place }| PastSighting {
            account_id: now.account,
            place,
            first_seen_on: now.first_seen_on,
            last_seen_on: last_day(now.first_seen_on, now.last_seen_on.or(last_read_on)),
        }));
    }
    history.sightings = sightings.into();
    Ok(())
}

/// The newest row of a sighting.
struct Loaded {
    now: PresentSighting,
    place: Arc<PastPlace>,
}

impl OfAccount for Loaded {
    fn account(&self) -> AccountId {
        self.now.account
    }
}

/// A listing that rows come from.
struct PastListing {
    accounts: Growing<Loaded>,
    /// Of accounts without a stated owner.
    place: Arc<PastPlace>,
    by_owner: HashMap<Arc<str>, Arc<PastPlace>>,
    last_read_on: Option<NaiveDate>,
}

impl PastListing {
    fn find(member_id: i64, center: i64, present: &Present) -> sqlx::Result<Self> {
        let member = present.names.member(member_id).ok_or_else(|| unreadable("a sighting's member"))?.clone();
        let business_center = business_center_id(center)?;
        let stored = present.business_centers.get(&(member.clone(), business_center));
        let last_read_on = stored.and_then(|stored| stored.now.last_read_on);
        let place = Arc::new(PastPlace { member, business_center, owner: None });
        Ok(Self { accounts: Growing::default(), place, by_owner: HashMap::new(), last_read_on })
    }

    fn owned_by(&mut self, owner: &str) -> Arc<PastPlace> {
        if let Some(known) = self.by_owner.get(owner) {
            return Arc::clone(known);
        }
        let owner: Arc<str> = owner.into();
        let place = Arc::new(PastPlace { owner: Some(Arc::clone(&owner)), ..PastPlace::clone(&self.place) });
        self.by_owner.insert(owner, Arc::clone(&place));
        place
    }
}

/// The last day of a sighting that was last read on a day.
fn last_day(first_seen_on: NaiveDate, last_read_on: Option<NaiveDate>) -> NaiveDate {
    last_read_on.map_or(first_seen_on, |day| day.max(first_seen_on))
}

/// A page of rows, each as its key and days, then the lengths of its texts, then the texts.
const PACK: &str = "SELECT string_agg(concat(
    seq, ',', member_id, ',', business_center_id, ',', account_id, ',', first_seen_on, ',', last_seen_on, ',',
    octet_length(owner), ',', octet_length(role), ',', owner, role), '')
    FROM (SELECT * FROM sighting_states WHERE (seq, member_id, business_center_id, account_id) > ($1, $2, $3, $4)
          ORDER BY seq, member_id, business_center_id, account_id LIMIT 4096) AS page";

/// A Business Center's id from its column.
pub(super) fn business_center_id(number: i64) -> sqlx::Result<BusinessCenterId> {
    BusinessCenterId::parse(&number.to_string()).map_err(|_| unreadable("a Business Center's id"))
}

/// A row to be written.
struct Changed<'a> {
    member: i64,
    center: u64,
    account: AccountId,
    owner: Option<&'a str>,
    role: &'a str,
    first_seen_on: NaiveDate,
    last_seen_on: Option<NaiveDate>,
}

/// Writes what tonight changed.
pub(super) async fn remember(
    tx: &mut Transaction,
    seq: i64,
    today: NaiveDate,
    observation: &Observation,
    present: &mut Present,
) -> sqlx::Result<()> {
    let mut changed = Vec::new();
    for view in &observation.members {
        let member = present.names.learn_member(tx, &view.member).await?;
        for (center, listing) in &view.listings {
            let stored = present.business_centers.get(&(view.member.clone(), *center));
            let last_read_on = stored.and_then(|stored| stored.now.last_read_on);
            let shelf = present.sightings.entry((member, center.get())).or_default();
            for account in &listing.accounts {
                let (owner, role) = (account.terms.owner.as_deref(), account.terms.role.as_str());
                let first_seen_on = match shelf.meet(account.account_id) {
                    Some(Met::Again) => continue,
                    Some(Met::First(there)) if there.last_seen_on.is_none() && there.print == print((owner, role)) => {
                        continue;
                    }
                    Some(Met::First(there)) => there.first_seen_on,
                    None => today,
                };
                let (center, account) = (center.get(), account.account_id);
                changed.push(Changed { member, center, account, owner, role, first_seen_on, last_seen_on: None });
            }
            if listing.reading.is_complete() {
                changed.extend(ended(member, center.get(), shelf.unmet(), last_read_on));
            }
            if changed.len() >= MANY {
                write(tx, seq, &mut changed).await?;
            }
        }
        if view.list.reading.is_complete() {
            for ((_, center), shelf) in present.sightings.range((member, 0)..=(member, u64::MAX)) {
                let id = business_center_id(signed(*center))?;
                let listed = view.list.business_centers.contains_key(&id) || view.listings.contains_key(&id);
                if !listed {
                    let stored = present.business_centers.get(&(view.member.clone(), id));
                    let last_read_on = stored.and_then(|stored| stored.now.last_read_on);
                    changed.extend(ended(member, *center, shelf.unmet(), last_read_on));
                }
            }
        }
    }
    write(tx, seq, &mut changed).await
}

/// The rows that end sightings; those that ended before are left alone.
fn ended<'a, 'b>(
    member: i64,
    center: u64,
    unmet: impl Iterator<Item = &'a PresentSighting>,
    last_read_on: Option<NaiveDate>,
) -> impl Iterator<Item = Changed<'b>> {
    unmet.filter(|there| there.last_seen_on.is_none()).map(move |there| Changed {
        member,
        center,
        account: there.account,
        owner: None,
        role: "",
        first_seen_on: there.first_seen_on,
        last_seen_on: Some(last_day(there.first_seen_on, last_read_on)),
    })
}

/// Rows that wait to be written together: on a first night there can be a million.
const MANY: usize = 10_000;

/// Writes whole listings.
async fn write(tx: &mut Transaction, seq: i64, changed: &mut Vec<Changed<'_>>) -> sqlx::Result<()> {
    changed.sort_by_key(|row| (row.member, row.center, row.account.get()));
    changed.dedup_by_key(|row| (row.member, row.center, row.account));
    sql::write(
        tx,
        "sighting_states (seq, member_id, business_center_id, account_id, owner, role, first_seen_on, last_seen_on)",
        "",
        changed,
        |row| {
            [
                seq.into(),
                row.member.into(),
                row.center.into(),
                row.account.get().into(),
                row.owner.into(),
                row.role.into(),
                row.first_seen_on.into(),
                row.last_seen_on.into(),
            ]
        },
    )
    .await?;
    changed.clear();
    Ok(())
}
