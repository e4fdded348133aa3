//! One account's past: every state, sighting and mail of it that is stored.
//!
//! Invariant: all of it is one moment's. It is found by a pass over the tables, in the order of the runs: an index by
//! account would cost every night a good part of its writing, and a person asks seldom.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::business_centers;
use super::error::unreadable;
use super::mails::{number, outcome, person};
use super::names::{NOBODY, Names};
use super::notes;
use super::runs::{newest_judged, signed, summary};
use super::sightings::business_center_id;
use super::sql::{Access, Row, Transaction};
use super::{Error, RunRow, Store, accounts};
use crate::domain::{
    AccountId, AccountNote, Address, BusinessCenterId, Cause, Client, ClientKey, MailOutcome, Role, StatedRole,
};

/// An account's past, oldest first.
#[derive(Debug, Default)]
pub struct AccountStory {
    /// The newest run whose states are stored; none: nothing was ever judged.
    pub as_of: Option<RunRow>,
    /// The bytes of its `summary.json`, if it ended.
    pub summary: Option<String>,
    /// What was judged of it, a row where that changed; of each client that expected it.
    pub states: Vec<PastState>,
    /// Where it is and was seen, a row a member and Business Center.
    pub places: Vec<PastPlace>,
    /// Mails to persons that listed it.
    pub mails: Vec<ListedIn>,
    /// While nobody expects it: the only client whose accounts were ever seen in its Business Center.
    pub neighbour: Option<Arc<Client>>,
    /// What the newest run that ended said of it, by client; none: nobody expects it.
    pub notes: Vec<(Option<ClientKey>, AccountNote)>,
}

/// What held of an account from a run on.
#[derive(Clone, Debug, PartialEq)]
pub struct PastState {
    /// The run's day and id; none if the run is kept no longer.
    pub run: Option<(NaiveDate, String)>,
    /// Who expected it, as written last; none: nobody.
    pub client: Option<Arc<Client>>,
    /// Why it was as it was; none: it was judged no more.
    pub cause: Option<Cause>,
    /// Beside an unknown cause: the last certain one.
    pub certain_cause: Option<Cause>,
    /// First certain day of its series.
    pub since: Option<NaiveDate>,
    /// Beside an unknown cause: the last certain day.
    pub certain_until: Option<NaiveDate>,
    /// Its name then.
    pub account_name: String,
    /// The expected member, or the one that saw an unexpected account.
    pub member: Option<Address>,
    /// Where it was seen, else the client's.
    pub business_center: Option<BusinessCenterId>,
    /// Its name when last listed; may be empty.
    pub business_center_name: String,
    /// The role; none: it was not seen.
    pub actual_role: Option<StatedRole>,
}

/// A place where a member sees or saw the account.
#[derive(Clone, Debug, PartialEq)]
pub struct PastPlace {
    /// Who.
    pub member: Address,
    /// Where.
    pub business_center: BusinessCenterId,
    /// Its name when last listed; may be empty.
    pub business_center_name: String,
    /// Owner's name then.
    pub owner: Option<String>,
    /// The role; the last one, where it is seen no more.
    pub role: StatedRole,
    /// First day.
    pub first_seen_on: NaiveDate,
    /// Last day on which it was certain.
    pub last_seen_on: NaiveDate,
    /// Whether a later reading proved that it is there no more.
    pub is_over: bool,
}

/// A mail that listed the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedIn {
    /// To whom.
    pub person: Address,
    /// Its day.
    pub day: NaiveDate,
    /// Its number in the person's episode.
    pub number: u32,
    /// How it ended.
    pub outcome: MailOutcome,
    /// Whether it was listed to him as the owner who looks after it; else he was asked.
    pub as_owner: bool,
    /// Whose gap it was.
    pub client: Option<ClientKey>,
}

impl Store {
    /// Everything that is stored of an account.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn account_story(&self, account: AccountId) -> Result<AccountStory, Error> {
        let read = async { story(&mut self.pool.begin(Access::Read).await?, account).await };
        read.await.map_err(self.failed("read the account's past"))
    }
}

async fn story(tx: &mut Transaction, account: AccountId) -> sqlx::Result<AccountStory> {
    let names = Names::load(tx).await?;
    let states = states(tx, &names, account).await?;
    let as_of = newest_judged(tx).await?;
    Ok(AccountStory {
        summary: match &as_of {
            Some(run) => summary(tx, run.seq).await?,
            None => None,
        },
        as_of,
        neighbour: neighbour(tx, &names, &states).await?,
        states,
        places: places(tx, &names, account).await?,
        mails: mails(tx, account).await?,
        notes: notes::of(tx, &names, account).await?,
    })
}

async fn states(tx: &mut Transaction, names: &Names, account: AccountId) -> sqlx::Result<Vec<PastState>> {
    let rows = tx
        .query(
            "SELECT runs.day, runs.run_id, s.client_id, s.cause, s.certain_cause, s.since, s.certain_until,
             s.account_name, s.member_id, s.business_center_id, s.actual_role
             FROM account_states s LEFT JOIN runs ON runs.seq = s.seq
             WHERE s.account_id = $1 ORDER BY s.seq, s.client_id",
        )
        .bind(signed(account.get()))
        .all()
        .await?;
    let mut states = Vec::with_capacity(rows.len());
    let mut called: BTreeMap<BusinessCenterId, String> = BTreeMap::new();
    for row in &rows {
        let client: i64 = row.get(2)?;
        let written = names.client(client).cloned();
        if written.is_none() && client != NOBODY {
            return Err(unreadable("an account's client"));
        }
        let business_center = row.get::<Option<i64>>(9)?.map(business_center_id).transpose()?;
        if let Some(id) = business_center.filter(|id| !called.contains_key(id)) {
            called.insert(id, business_centers::name(tx, id).await?);
        }
        states.push(PastState {
            run: row.get::<Option<NaiveDate>>(0)?.zip(row.get(1)?),
            client: written,
            cause: cause(row, 3)?,
            certain_cause: cause(row, 4)?,
            since: row.get(5)?,
            certain_until: row.get(6)?,
            account_name: row.get::<Option<String>>(7)?.unwrap_or_default(),
            member: row.get::<Option<i64>>(8)?.and_then(|id| names.member(id)).cloned(),
            business_center,
            business_center_name: business_center.and_then(|id| called.get(&id)).cloned().unwrap_or_default(),
            actual_role: row.get::<Option<&str>>(10)?.map(stated),
        });
    }
    Ok(states)
}

async fn neighbour(tx: &mut Transaction, names: &Names, states: &[PastState]) -> sqlx::Result<Option<Arc<Client>>> {
    let unexpected = states.iter().rfind(|state| state.client.is_none());
    let Some(id) = unexpected.and_then(|state| state.business_center) else { return Ok(None) };
    let clients = tx.query("SELECT client_id FROM business_center_clients WHERE business_center_id = $1 LIMIT 2");
    match clients.bind(id.get()).all().await?.as_slice() {
        [only] => Ok(names.client(only.get(0)?).cloned()),
        _ => Ok(None),
    }
}

fn cause(row: &Row, column: usize) -> sqlx::Result<Option<Cause>> {
    accounts::cause(row.get::<Option<&str>>(column)?.unwrap_or_default())
}

/// A role as the tables hold it.
fn stated(word: &str) -> StatedRole {
    match word {
        "" => StatedRole::Absent,
        word => Role::ALL
            .iter()
            .find(|role| role.as_str() == word)
            .map_or_else(|| StatedRole::New(word.into()), |role| StatedRole::Known(*role)),
    }
}

async fn places(tx: &mut Transaction, names: &Names, account: AccountId) -> sqlx::Result<Vec<PastPlace>> {
    let rows = tx
        .query(
            "SELECT s.member_id, s.business_center_id, s.owner, s.role, s.first_seen_on, s.last_seen_on, b.last_read_on
             FROM sighting_states s LEFT JOIN business_centers b
             ON b.member_id = s.member_id AND b.business_center_id = s.business_center_id
             WHERE s.account_id = $1 ORDER BY s.seq, s.member_id, s.business_center_id",
        )
        .bind(signed(account.get()))
        .all()
        .await?;
    let mut places: Vec<PastPlace> = Vec::new();
    for row in &rows {
        let member = names.member(row.get(0)?).ok_or_else(|| unreadable("a sighting's member"))?.clone();
        let business_center = business_center_id(row.get(1)?)?;
        let (first_seen_on, ended): (NaiveDate, Option<NaiveDate>) = (row.get(4)?, row.get(5)?);
        let last = ended.or(row.get(6)?).unwrap_or(first_seen_on);
        let mut place = PastPlace {
            business_center_name: business_centers::name(tx, business_center).await?,
            member,
            business_center,
            owner: row.get(2)?,
            role: stated(row.get(3)?),
            first_seen_on,
            last_seen_on: last.max(first_seen_on),
            is_over: ended.is_some(),
        };
        let same = |known: &PastPlace| known.member == place.member && known.business_center == place.business_center;
        match places.iter().position(same) {
            Some(at) if place.is_over => {
                // The row of an ending names neither owner nor role: they are those of the row before.
                let before = places.remove(at);
                (place.owner, place.role) = (before.owner, before.role);
            }
            Some(at) => drop(places.remove(at)),
            None => {}
        }
        places.push(place);
    }
    Ok(places)
}

async fn mails(tx: &mut Transaction, account: AccountId) -> sqlx::Result<Vec<ListedIn>> {
    tx.query(
        "SELECT m.person, m.day, m.number, m.outcome, g.part, g.country_key, g.code_key
         FROM mail_gaps g JOIN mails m ON m.message_id = g.message_id
         WHERE g.account_id = $1 AND m.kind = 'person' ORDER BY m.day, m.person, g.country_key, g.code_key",
    )
    .bind(signed(account.get()))
    .all()
    .await?
    .iter()
    .map(|row| {
        Ok(ListedIn {
            person: person(row, 0)?.ok_or_else(|| unreadable("a person's address"))?,
            day: row.get(1)?,
            number: number(row, 2)?,
            outcome: outcome(row, 3)?,
            as_owner: row.get::<&str>(4)? == "owned",
            client: client_key(row.get(5)?, row.get(6)?),
        })
    })
    .collect()
}

/// The client of a listed gap; none where nobody expects the account.
pub(super) fn client_key(country: &str, code: &str) -> Option<ClientKey> {
    (!(country.is_empty() && code.is_empty())).then(|| ClientKey::new(country, code))
}
