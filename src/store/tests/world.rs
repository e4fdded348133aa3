//! A small world: two clients, one member, a store in a folder or schema of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::super::sql::Access;
use super::super::*;
use crate::domain::*;

pub(super) const CENTER: &str = "7564000000000000001";

/// The databases that tell the same story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Sqlite,
    Postgres,
}

/// Where a store is; goes with its test.
pub(super) struct Home {
    pub(super) url: SecretString,
    pub(super) folder: TempDir,
}

impl On {
    /// Where no store is yet.
    pub(super) fn home(self) -> Home {
        let folder = tempfile::tempdir().unwrap();
        let url = match self {
            Self::Sqlite => format!("sqlite://{}/state/reconciler.db", folder.path().display()),
            Self::Postgres => private_postgres::Server::shared().schema(),
        };
        Home { url: url.into(), folder }
    }
}

pub(super) struct World {
    pub(super) home: Home,
    pub(super) store: Store,
    pub(super) lease: Lease,
}

impl World {
    pub(super) async fn new(on: On) -> Self {
        Self::open(on.home()).await
    }

    pub(super) async fn open(home: Home) -> Self {
        let store = Store::open(&home.url).await.unwrap();
        let lease = held(Lease::acquire(&store, Duration::from_secs(60), "test", CancellationToken::new()).await);
        Self { home, store, lease }
    }

    /// A whole night: read what was, store what is.
    pub(super) async fn night(&self, day: &str, findings: &[Finding], seen: &Observation) -> RunSeq {
        let run = self.store.begin(&run_on(day), &self.lease).await.unwrap();
        let (_, present) = self.store.recall(date(day)).await.unwrap();
        self.store.remember(run, findings, seen, present, date(day), &self.lease).await.unwrap();
        self.store.end(run, &ending(true, false), findings, &self.lease).await.unwrap();
        run
    }

    pub(super) async fn history(&self, day: &str) -> History {
        self.store.history(date(day)).await.unwrap()
    }

    pub(super) async fn rows(&self, table: &str) -> i64 {
        self.store.number(format!("SELECT COUNT(*) FROM {table}").leak()).await
    }
}

impl Store {
    /// Changes something behind the store's back.
    pub(super) async fn meddle(&self, sql: &'static str) -> sqlx::Result<()> {
        let mut tx = self.pool.begin(Access::Write).await?;
        tx.script(sql).await?;
        tx.commit().await
    }

    /// The number that a query gives.
    pub(super) async fn number(&self, sql: &'static str) -> i64 {
        self.pool.begin(Access::Read).await.unwrap().query(sql).one().await.unwrap().get(0).unwrap()
    }
}

pub(super) fn held(acquired: Result<Acquired, Error>) -> Lease {
    match acquired.unwrap() {
        Acquired::Held(lease) => lease,
        other => panic!("not held but {other:?}"),
    }
}

pub(super) fn date(day: &str) -> NaiveDate {
    day.parse().unwrap()
}

pub(super) fn moment(day: &str) -> DateTime<Utc> {
    format!("{day}T04:30:00Z").parse().unwrap()
}

pub(super) fn run_on(day: &str) -> NewRun {
    NewRun {
        run_id: format!("{}T043000Z-0000", day.replace('-', "")),
        command: "run".to_owned(),
        now: moment(day),
        day: date(day),
        started_at: moment(day),
        register_rows: 10,
        bad_rows: 0,
    }
}

pub(super) fn ending(complete: bool, held: bool) -> RunEnding {
    RunEnding { complete, held, summary: "{}".to_owned(), ..RunEnding::default() }
}

pub(super) fn member() -> Address {
    Address::parse("data_extract@example.org").unwrap()
}

pub(super) fn client(code: &str) -> Arc<Client> {
    Arc::new(Client {
        key: ClientKey::new("DK", code),
        country: "DK".to_owned(),
        code: code.to_owned(),
        name: format!("Client {code}"),
        parent_code: "P1".to_owned(),
    })
}

pub(super) fn account(n: u64) -> AccountId {
    AccountId::parse(&(7_106_541_027_904_000_000 + n).to_string()).unwrap()
}

pub(super) fn center() -> BusinessCenterId {
    BusinessCenterId::parse(CENTER).unwrap()
}

pub(super) fn key(code: &str, n: u64) -> AccountKey {
    AccountKey { client: Some(ClientKey::new("DK", code)), account_id: account(n) }
}

/// A judged account of client C07.
pub(super) fn finding(n: u64, cause: Cause, since: &str) -> Finding {
    let mut finding = Finding::new(cause, account(n));
    finding.account_name = format!("Account {n}").into();
    finding.since = Some(date(since));
    finding.client = Some(client("C07"));
    finding.member = Some(member());
    finding.expected_role = Some(Role::Analyst);
    finding.actual_role = (cause.status() == Status::Ok).then_some(StatedRole::Known(Role::Analyst));
    finding.business_center = Some(center());
    finding.business_center_name = "Center".into();
    finding
}

pub(super) fn ok(n: u64, since: &str) -> Finding {
    let mut finding = finding(n, Cause::SharedAsExpected, since);
    let role = StatedRole::Known(Role::Analyst);
    finding.sightings = [Sighting { member: member(), business_center: center(), role }].into();
    finding
}

/// What the member sees in its one Business Center.
pub(super) fn seen(accounts: &[u64], reading: Reading) -> Observation {
    let listed = |n: &u64| ListedAccount {
        account_id: account(*n),
        name: format!("Account {n}").into(),
        terms: Arc::new(Terms { role: StatedRole::Known(Role::Analyst), owner: Some("Owner".into()) }),
    };
    let accounts = accounts.iter().map(listed).collect();
    let listing = Listing { reading, accounts, request_id: Some("r-1".to_owned()) };
    let named = BusinessCenter { name: "Center".into(), status: BusinessCenterStatus::Usable };
    observation(BTreeMap::from([(center(), named)]), BTreeMap::from([(center(), listing)]))
}

pub(super) fn observation(
    business_centers: BTreeMap<BusinessCenterId, BusinessCenter>,
    listings: BTreeMap<BusinessCenterId, Listing>,
) -> Observation {
    Observation {
        members: vec![MemberView {
            member: member(),
            standing: Standing::Good,
            list: BusinessCenterList { reading: COMPLETE, business_centers },
            listings,
            infos: ByAccount::default(),
            witness: Witness::NotAsked,
        }],
    }
}

pub(super) const COMPLETE: Reading = Reading::Complete { twice: false };

pub(super) fn incomplete() -> Reading {
    Reading::Incomplete { reason: "total_number differs".to_owned() }
}
