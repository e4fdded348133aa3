//! Where members see accounts.
//!
//! Invariant: a sighting ends only where its absence proves something: a complete listing without it, or a complete list
//! without its Business Center. While it lasts, its last day is the last one on which its Business Center was read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::error::unreadable;
use super::packed::{self, Packed};
use super::present::{Met, Present, PresentSighting, print};
use super::runs::signed;
use super::sql::{self, Transaction};
use crate::domain::{AccountId, Address, BusinessCenterId, History, Observation, PastSighting};

/// Reads all rows in the order of the runs, so that a later one overwrites an earlier one.
pub(super) async fn load(
    tx: &mut Transaction,
    history: &mut History,
    present: &mut Present,
    keep_present: bool,
) -> sqlx::Result<()> {
    let mut owners: HashSet<Arc<str>> = HashSet::new();
    let mut place: Option<Place> = None;
    let mut after = [i64::MIN, 0, 0, 0];
    while let Some(page) = packed::page(tx, PACK, &after).await? {
        let mut packed = Packed(&page);
        while !packed.is_empty() {
            let (seq, member_id, center, id) = (packed.number()?, packed.number()?, packed.number()?, packed.field()?);
            let (first_seen_on, last_seen_on) = (packed.day()?, packed.day()?);
            let (owner_length, role_length) = (packed.number_or_null()?, packed.number_or_null()?);
            let (owner, role) = (packed.text(owner_length)?, packed.text(role_length)?.unwrap_or_default());
            let account_id = AccountId::parse(id).map_err(|_| unreadable("a sighting's account"))?;
            let first_seen_on = first_seen_on.ok_or_else(|| unreadable("a sighting's first day"))?;
            after = [seq, member_id, center, signed(account_id.get())];
            let place = match &mut place {
                Some(place) if place.member_id == member_id && place.center == center => place,
                place => place.insert(Place::find(member_id, center, present)?),
            };
            if keep_present {
                let print = print((owner, role));
                let entry = PresentSighting { account: account_id.get(), print, first_seen_on, last_seen_on };
                present.sightings.entry((member_id, center.unsigned_abs())).or_default().push(entry);
            }
            let sighting = PastSighting {
                member: place.member.clone(),
                business_center: place.business_center,
                owner: owner.map(|name| intern(&mut owners, name)),
                first_seen_on,
                last_seen_on: last_seen_on.or(place.last_read_on).map_or(first_seen_on, |day| day.max(first_seen_on)),
            };
            keep(&mut history.sightings, account_id, sighting);
        }
    }
    for shelf in present.sightings.values_mut() {
        shelf.settle();
    }
    Ok(())
}

/// A page of rows, each as its key and days, then the lengths of its texts, then the texts.
const PACK: &str = "SELECT string_agg(concat(
    seq, ',', member_id, ',', business_center_id, ',', account_id, ',', first_seen_on, ',', last_seen_on, ',',
    octet_length(owner), ',', octet_length(role), ',', owner, role), '')
    FROM (SELECT * FROM sighting_states WHERE (seq, member_id, business_center_id, account_id) > ($1, $2, $3, $4)
          ORDER BY seq, member_id, business_center_id, account_id LIMIT $5) AS page";

/// A listing that rows come from.
struct Place {
    member_id: i64,
    center: i64,
    member: Address,
    business_center: BusinessCenterId,
    last_read_on: Option<NaiveDate>,
}

impl Place {
    fn find(member_id: i64, center: i64, present: &Present) -> sqlx::Result<Self> {
        let member = present.names.member(member_id).ok_or_else(|| unreadable("a sighting's member"))?.clone();
        let business_center = business_center_id(center)?;
        let stored = present.business_centers.get(&(member.clone(), business_center));
        let last_read_on = stored.and_then(|stored| stored.now.last_read_on);
        Ok(Self { member_id, center, member, business_center, last_read_on })
    }
}

/// A Business Center's id from its column.
pub(super) fn business_center_id(number: i64) -> sqlx::Result<BusinessCenterId> {
    BusinessCenterId::parse(&number.to_string()).map_err(|_| unreadable("a Business Center's id"))
}

fn intern(names: &mut HashSet<Arc<str>>, name: &str) -> Arc<str> {
    if let Some(known) = names.get(name) {
        return Arc::clone(known);
    }
    let name: Arc<str> = name.into();
    names.insert(Arc::clone(&name));
    name
}

/// Adds a sighting, or replaces an earlier row of the same place.
fn keep(sightings: &mut HashMap<AccountId, Vec<PastSighting>>, account: AccountId, sighting: PastSighting) {
    let of_account = sightings.entry(account).or_insert_with(|| Vec::with_capacity(1));
    let same_place = |known: &&mut PastSighting| {
        known.business_center == sighting.business_center && known.member == sighting.member
    };
    match of_account.iter_mut().find(same_place) {
        // The row of an ending names no owner: he is the one of the row before.
        Some(known) => *known = PastSighting { owner: sighting.owner.or(known.owner.take()), ..sighting },
        None => of_account.push(sighting),
    }
}

/// A row to be written.
struct Changed<'a> {
    member: i64,
    center: u64,
    account: u64,
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
                let (owner, role) = (account.owner.as_deref(), account.role.as_str());
                let first_seen_on = match shelf.meet(account.account_id.get()) {
                    Some(Met::Again) => continue,
                    Some(Met::First(there)) if there.last_seen_on.is_none() && there.print == print((owner, role)) => {
                        continue;
                    }
                    Some(Met::First(there)) => there.first_seen_on,
                    None => today,
                };
                let (center, account) = (center.get(), account.account_id.get());
                changed.push(Changed { member, center, account, owner, role, first_seen_on, last_seen_on: None });
            }
            if listing.reading.is_complete() {
                changed.extend(ended(member, center.get(), shelf.unmet(), last_read_on));
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
    changed.sort_by_key(|row| (row.member, row.center, row.account));
    changed.dedup_by_key(|row| (row.member, row.center, row.account));
    write(tx, seq, &changed).await
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
        last_seen_on: Some(last_read_on.map_or(there.first_seen_on, |day| day.max(there.first_seen_on))),
    })
}

async fn write(tx: &mut Transaction, seq: i64, changed: &[Changed<'_>]) -> sqlx::Result<()> {
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
                row.account.into(),
                row.owner.into(),
                row.role.into(),
                row.first_seen_on.into(),
                row.last_seen_on.into(),
            ]
        },
    )
    .await
}
