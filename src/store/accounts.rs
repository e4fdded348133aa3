//! Accounts' states.
//!
//! Invariant: a row is written only where something a report would show changed. An unknown night keeps the last certain
//! cause beside it; an invalid one leaves the row alone, for it says nothing about access. What nobody expected ends on
//! the first certain night on which somebody does: an account that is unexpected again, or missing, is so anew.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::error::unreadable;
use super::landmarks::Landmarks;
use super::names::{NOBODY, Names};
use super::packed::{self, Packed};
use super::present::{Growing, Met, OfAccount, Present, PresentAccount, Shelf, print};
use super::runs::signed;
use super::sql::{self, Transaction};
use crate::domain::{
    AccountId, AccountKey, Baseline, ByClient, Cause, Change, Client, ClientKey, Finding, History, PastGap, Remembered,
    StatedRole, Status,
};

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
    tx: &mut Transaction,
    marks: &Landmarks,
    history: &mut History,
    present: &mut Present,
    keep_present: bool,
) -> sqlx::Result<()> {
    let baseline = marks.baseline.as_ref().map_or(i64::MIN, |(seq, ..)| *seq);
    let mut clients: BTreeMap<i64, Growing<Loaded>> = BTreeMap::new();
    let mut gaps: HashMap<(i64, AccountId), PastGap> = HashMap::new();
    let mut after = [i64::MIN, 0, 0];
    while let Some(page) = packed::page(tx, PACK, after).await? {
        let mut packed = Packed(&page);
        while !packed.is_empty() {
            let (seq, client, id) = (packed.number()?, packed.number()?, packed.field()?);
            let state = unpack(&mut packed)?;
            let account = AccountId::parse(id).map_err(|_| unreadable("an account's id"))?;
            after = [seq, client, signed(account.get())];
            let loaded = clients.entry(client).or_default().entry(account, || Loaded::new(account));
            if seq <= marks.earlier {
                let now = remembered(&state);
                let was_gap = std::mem::replace(&mut loaded.earlier, now).is_some_and(is_gap);
                if let Some(now) = now.filter(|now| is_gap(*now)) {
                    gaps.insert((client, account), past_gap(now, &state, &present.names, client));
                } else if was_gap {
                    gaps.remove(&(client, account));
                    if let Some(now) = now {
                        let key = AccountKey { client: client_key(&present.names, client)?, account_id: account };
                        history.mended_on.insert(key, now.since);
                    }
                }
            }
            if seq <= baseline {
                loaded.was_ok = state.certain().is_some_and(|cause| cause.status() == Status::Ok);
            }
            loaded.now = PresentAccount {
                account,
                print: print(state),
                cause: state.cause,
                certain: state.certain().zip(state.since),
                certain_until: state.certain_until,
            };
        }
    }
    let mut ok = ByClient::default();
    for (client, accounts) in clients {
        let (key, accounts) = (client_key(&present.names, client)?, accounts.grown());
        let earlier = accounts.iter().filter_map(|loaded| Some((loaded.now.account, loaded.earlier?)));
        history.accounts.put(key.clone(), earlier.collect());
        let was_ok = accounts.iter().filter(|loaded| loaded.was_ok);
        ok.put(key, was_ok.map(|loaded| (loaded.now.account, ())).collect());
        if keep_present {
            present.accounts.insert(client, Shelf::new(accounts.iter().map(|loaded| loaded.now)));
        }
    }
    for ((client, account_id), gap) in gaps {
        history.gaps.insert(AccountKey { client: client_key(&present.names, client)?, account_id }, gap);
    }
    history.baseline = marks.baseline.clone().map(|(_, run_id, register_rows)| Baseline { run_id, register_rows, ok });
    Ok(())
}

/// The newest rows of an account, up to three different days.
struct Loaded {
    now: PresentAccount,
    /// As of the newest earlier day; none if nothing was certain then.
    earlier: Option<Remembered>,
    /// As of the baseline; where nothing was certain that night, as it last was.
    was_ok: bool,
}

impl Loaded {
    fn new(account: AccountId) -> Self {
        let now = PresentAccount { account, print: 0, cause: None, certain: None, certain_until: None };
        Self { now, earlier: None, was_ok: false }
    }
}

impl OfAccount for Loaded {
    fn account(&self) -> AccountId {
        self.now.account
    }
}

fn is_gap(past: Remembered) -> bool {
    past.cause.status().is_gap()
}

/// Who expects the accounts with this short name.
fn client_key(names: &Names, client: i64) -> sqlx::Result<Option<ClientKey>> {
    match names.client(client) {
        Some(written) => Ok(Some(written.key.clone())),
        None if client == NOBODY => Ok(None),
        None => Err(unreadable("an account's client")),
    }
}

/// A page of rows, each as its key and numbers, then the lengths of its texts, then the texts.
const PACK: &str = "SELECT string_agg(concat(
    seq, ',', client_id, ',', account_id, ',', cause, ',', certain_cause, ',', since, ',', certain_until, ',', member_id,
    ',', business_center_id, ',', octet_length(account_name), ',', octet_length(actual_role), ',', account_name,
    actual_role), '')
    FROM (SELECT * FROM account_states WHERE (seq, client_id, account_id) > ($1, $2, $3)
          ORDER BY seq, client_id, account_id LIMIT 4096) AS page";

fn unpack<'a>(packed: &mut Packed<'a>) -> sqlx::Result<State<'a>> {
    let (cause, certain_cause) = (cause(packed.field()?)?, cause(packed.field()?)?);
    let (since, certain_until) = (packed.day()?, packed.day()?);
    let (member, business_center) = (packed.number_or_null()?, packed.number_or_null()?);
    let (name_length, role_length) = (packed.number_or_null()?, packed.number_or_null()?);
    let (account_name, actual_role) = (packed.text(name_length)?, packed.text(role_length)?);
    Ok(State { cause, certain_cause, since, certain_until, account_name, member, business_center, actual_role })
}

/// A cause's word; empty stands for NULL.
pub(super) fn cause(word: &str) -> sqlx::Result<Option<Cause>> {
    if word.is_empty() {
        return Ok(None);
    }
    Cause::parse(word).map(Some).ok_or_else(|| unreadable("an account's cause"))
}

/// An account's id from its column.
pub(super) fn account_id(number: i64) -> sqlx::Result<AccountId> {
    AccountId::parse(&number.to_string()).map_err(|_| unreadable("an account's id"))
}

/// What the judgement knows of an account with this state; none if nothing was ever certain.
fn remembered(state: &State<'_>) -> Option<Remembered> {
    let (cause, since) = state.certain().zip(state.since)?;
    Some(Remembered { cause, since, certain_until: state.certain_until })
}

fn past_gap(remembered: Remembered, state: &State<'_>, names: &Names, client: i64) -> PastGap {
    PastGap {
        remembered,
        client: names.client(client).cloned(),
        account_name: state.account_name.unwrap_or_default().into(),
        member: state.member.and_then(|id| names.member(id)).cloned(),
    }
}

/// A row to be written: a finding's, or that of an account that nobody judges any more. There can be a million: what
/// they hold is found when they are written.
struct Changed<'a> {
    client: i64,
    account: AccountId,
    finding: Option<&'a Finding>,
}

/// Writes what tonight changed.
pub(super) async fn remember(
    tx: &mut Transaction,
    seq: i64,
    today: NaiveDate,
    findings: &[Finding],
    present: &mut Present,
) -> sqlx::Result<()> {
    let mut last: Option<&Arc<Client>> = None;
    for finding in findings {
        // The rows of a client come together and share its value.
        if let Some(client) = finding.client.as_ref().filter(|client| last.is_none_or(|l| !Arc::ptr_eq(l, client))) {
            last = Some(client);
            present.names.learn_client(tx, client).await?;
        }
        if let Some(member) = &finding.member {
            present.names.learn_member(tx, member).await?;
        }
    }
    let mut changed = Vec::new();
    let mut known: Option<(*const Client, i64)> = None;
    for finding in findings {
        let client = match (&finding.client, known) {
            (None, _) => NOBODY,
            _ if finding.status == Status::Unexpected => NOBODY,
            (Some(client), Some((last, id))) if last == Arc::as_ptr(client) => id,
            (Some(client), _) => present.names.client_id(&client.key).unwrap_or(NOBODY),
        };
        if let Some(written) = finding.client.as_ref().filter(|_| client != NOBODY) {
            known = Some((Arc::as_ptr(written), client));
        }
        changed.extend(change_of(finding, client, today, present));
    }
    for (client, shelf) in &present.accounts {
        // A gap that is absent tonight waits for the judge to withdraw it; anything else is no longer expected.
        let gone = shelf.unmet().filter(|entry| {
            entry.cause.is_some() && !entry.certain.is_some_and(|(certain, _)| certain.status().is_gap())
        });
        changed.extend(gone.map(|entry| Changed { client: *client, account: entry.account, finding: None }));
    }
    changed.extend(expected_at_last(findings, present));
    // In the table's order, which SQLite appends to; of two findings with one key the first counts.
    changed.sort_by_key(|row| (row.client, row.account.get()));
    changed.dedup_by_key(|row| (row.client, row.account));
    let present = &*present;
    sql::write(
        tx,
        "account_states (seq, client_id, account_id, cause, certain_cause, since, certain_until, account_name, member_id,
         business_center_id, actual_role)",
        "",
        &changed,
        |Changed { client, account, finding }| {
            let state = finding.map_or(State::GONE, |finding| {
                let there = present.accounts.get(client).and_then(|shelf| shelf.get(*account));
                state_of(finding, today, there, present)
            });
            [
                seq.into(),
                (*client).into(),
                account.get().into(),
                state.cause.map(Cause::as_str).into(),
                state.certain_cause.map(Cause::as_str).into(),
                state.since.into(),
                state.certain_until.into(),
                state.account_name.into(),
                state.member.into(),
                state.business_center.into(),
                state.actual_role.into(),
            ]
        },
    )
    .await
}

/// Accounts that nobody expected, and that a client's finding of tonight is certain about: from now on they are that
/// client's. A night of doubt leaves the judge what it knows.
fn expected_at_last<'a>(findings: &[Finding], present: &Present) -> Vec<Changed<'a>> {
    // They are few and the findings many.
    let unexpected: HashSet<AccountId> = (present.accounts.get(&NOBODY).into_iter().flat_map(Shelf::unmet))
        .filter(|entry| entry.cause.is_some())
        .map(|entry| entry.account)
        .collect();
    if unexpected.is_empty() {
        return Vec::new();
    }
    findings
        .iter()
        .filter(|finding| finding.client.is_some() && finding.change != Some(Change::Withdrawn))
        .filter(|finding| finding.status.is_certain() && finding.status != Status::Unexpected)
        .filter_map(|finding| finding.account_id.filter(|account| unexpected.contains(account)))
        .map(|account| Changed { client: NOBODY, account, finding: None })
        .collect()
}

/// The row that a finding makes necessary.
fn change_of<'a>(finding: &'a Finding, client: i64, today: NaiveDate, present: &mut Present) -> Option<Changed<'a>> {
    let account = finding.account_id?;
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
    let same = match there {
        None => gone,
        Some(there) if gone => there.cause.is_none(),
        Some(there) => there.print == print(state_of(finding, today, Some(&there), present)),
    };
    (!same).then_some(Changed { client, account, finding: (!gone).then_some(finding) })
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
        actual_role: finding.actual_role.as_ref().map(StatedRole::as_str),
    }
}
