//! What is so, why, and who is told. PURE: values in, values out; no clock, network, database or environment.
//!
//! Invariant: an account is called missing only on complete evidence (promise 1).

mod absent;
mod change;
mod digest;
mod guard;
mod index;
mod near;
mod places;
mod remind;
mod summary;
#[cfg(test)]
mod tests;
mod wording;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

pub use digest::digest;
pub use guard::{Held, guards};
pub use remind::{Only, Person, Reminded, WhyNot, remind};
pub use summary::{Ending, exits, summarize, unread};

use crate::domain::{
    AccountId, AccountInfo, AccountState, Address, BadRowCause, BusinessCenterId, Cause, Client, Confidence,
    ExpectedAccount, Finding, History, MemberView, Observation, Reading, Register, RegisterFacts, ReminderFacts, Role,
    Rules, SecondLook, Sighting, StatedRole, Status, Witness,
};
use absent::Absence;
use index::{Index, Seen};
use places::Map;

/// Everything that a judgement rests on.
pub struct Scene<'a> {
    /// What should be shared.
    pub register: &'a Register,
    /// What is shared.
    pub observation: &'a Observation,
    /// What earlier runs left.
    pub history: &'a History,
    /// The configured rules.
    pub rules: &'a Rules,
    /// The calendar day of the run.
    pub today: NaiveDate,
}

impl Scene<'_> {
    /// Name of a Business Center as the member's list has it tonight, else as it was last listed; may be empty.
    fn name_of(&self, member: &Address, id: BusinessCenterId) -> Arc<str> {
        let tonight = self.observation.of(member).and_then(|view| view.list.business_centers.get(&id));
        match tonight {
            Some(bc) => bc.name.clone(),
            None => self
                .history
                .business_centers
                .get(&(member.clone(), id))
                .map_or_else(|| Arc::from(""), |past| past.name.clone()),
        }
    }
}

/// What must be read again before an absence is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Look {
    None,
    List,
    Listings(Vec<BusinessCenterId>),
}

/// The judgement of a night.
#[derive(Debug)]
pub struct Judgement {
    /// One finding a judged row, a bad row, an unexpected account, and a gap that ended without a row.
    pub findings: Vec<Finding>,
    /// What must be looked at again before it may be believed; empty after the second look.
    pub doubts: SecondLook,
}

/// Accounts that are seen and expected by nobody.
pub(crate) struct Unexpected {
    by_place: HashMap<(Address, BusinessCenterId), Vec<AccountId>>,
    by_member: HashMap<Address, Vec<AccountId>>,
}

impl Unexpected {
    fn new(index: &Index<'_>, named: &BTreeSet<AccountId>) -> Self {
        let mut unexpected = Self { by_place: HashMap::new(), by_member: HashMap::new() };
        for seen in index.sightings() {
            let account = seen.listed.account_id;
            if index.rows_of(account).is_empty() && !named.contains(&account) {
                let member = seen.member.clone();
                unexpected.by_place.entry((member.clone(), seen.business_center)).or_default().push(account);
                unexpected.by_member.entry(member).or_default().push(account);
            }
        }
        unexpected
    }

    /// Candidates for a mistyped id: in these Business Centers, anywhere if none is known.
    pub(crate) fn candidates(&self, member: &Address, places: &BTreeSet<BusinessCenterId>) -> Vec<AccountId> {
        if places.is_empty() {
            return self.by_member.get(member).cloned().unwrap_or_default();
        }
        places.iter().filter_map(|id| self.by_place.get(&(member.clone(), *id))).flatten().copied().collect()
    }
}

/// Judges every row, every bad row and every unexpected account.
#[must_use]
pub fn judge(scene: &Scene<'_>) -> Judgement {
    let index = Index::new(scene);
    let map = Map::new(scene, &index);
    let named = named_by_bad_rows(scene.register);
    let unexpected = Unexpected::new(&index, &named);
    let mut findings = Vec::with_capacity(index.rows().len());
    let mut doubts = SecondLook::default();

    for rows in index.rows().chunk_by(|a, b| a.account_id == b.account_id) {
        for (row, conflict) in conflicts(rows, scene.today) {
            let finding = match conflict {
                Some(cause) => invalid(row, cause, rows),
                None => expected(scene, &index, &map, &unexpected, row, &mut doubts),
            };
            findings.push(finding);
        }
    }
    findings.extend(scene.register.bad_rows.iter().filter_map(bad_row));
    findings.extend(unexpected_accounts(scene, &index, &map, &named));
    change::compare(scene, &mut findings);
    Judgement { findings, doubts }
}

/// The accounts that each member sees and the register expects of it: those whose state is asked.
#[must_use]
pub fn wanted_states(scene: &Scene<'_>) -> BTreeMap<Address, BTreeSet<AccountId>> {
    let index = Index::new(scene);
    let mut wanted: BTreeMap<Address, BTreeSet<AccountId>> = BTreeMap::new();
    for row in index.rows() {
        if index.seen(row.account_id).iter().any(|seen| *seen.member == row.member) {
            wanted.entry(row.member.clone()).or_default().insert(row.account_id);
        }
    }
    wanted
}

/// Pairs each row that is to be reported with the conflict that makes it invalid.
///
/// Rows of one client are duplicates of the first; rows of clients that do not belong together are all invalid. Rows
/// conflict only where their own periods share a day; a row that only waits for its first day then stays silent.
fn conflicts<'a>(rows: &[&'a ExpectedAccount], today: NaiveDate) -> Vec<(&'a ExpectedAccount, Option<Cause>)> {
    if let [only] = rows {
        return vec![(*only, None)];
    }
    let mut reported = Vec::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let others = || rows.iter().enumerate().filter(move |(j, _)| *j != i).map(|(j, other)| (j, *other));
        let claimed = others().any(|(_, other)| row.overlaps(other) && row.client.family() != other.client.family());
        let same_client = |other: &ExpectedAccount| other.client.key == row.client.key;
        let duplicate = others().any(|(j, other)| j < i && same_client(other) && row.overlaps(other));
        let waits = !row.covers(today) && others().any(|(_, other)| same_client(other) && other.covers(today));
        if claimed {
            reported.push((*row, Some(Cause::ClaimedBySeveralClients)));
        } else if duplicate {
            reported.push((*row, Some(Cause::DuplicateRow)));
        } else if !waits {
            reported.push((*row, None));
        }
    }
    reported
}

/// Ids that bad rows still name: such an account is not expected by nobody.
fn named_by_bad_rows(register: &Register) -> BTreeSet<AccountId> {
    register
        .bad_rows
        .iter()
        .filter_map(|row| row.account.as_ref())
        .filter_map(|account| AccountId::parse(account.account_id.trim()).ok())
        .collect()
}

fn expected<'a>(
    scene: &Scene<'a>,
    index: &Index<'a>,
    map: &Map<'a>,
    unexpected: &Unexpected,
    row: &ExpectedAccount,
    doubts: &mut SecondLook,
) -> Finding {
    let all = index.seen(row.account_id);
    let (own, others): (Vec<Seen<'a>>, Vec<Seen<'a>>) = all.iter().partition(|seen| *seen.member == row.member);
    let mut finding = blank(row);
    finding.sightings = all.iter().map(sighting).collect();
    let configured = scene.observation.of(&row.member);
    if let (Some(view), Some(effective)) = (configured, index::effective(&own)) {
        judge_seen(scene, view, &own, effective, &mut finding);
        return finding;
    }
    let absence = absent::judge(scene, index, map, unexpected, row, &others);
    doubt(scene, row, &absence, doubts);
    describe_absence(scene, row, &absence, &others, &mut finding);
    finding
}

/// An account that its member sees: role first, then the state of the account.
fn judge_seen(scene: &Scene<'_>, view: &MemberView, own: &[Seen<'_>], effective: Seen<'_>, finding: &mut Finding) {
    let account = effective.listed.account_id;
    let state = match view.infos.get(&account) {
        Some(AccountInfo::Visible(state)) => Some(*state),
        Some(AccountInfo::Forbidden | AccountInfo::Gone | AccountInfo::Silent(_)) | None => None,
    };
    let cause = match (&effective.listed.role, state) {
        (StatedRole::Known(Role::Operator | Role::Admin), _) => Cause::RoleTooHigh,
        (StatedRole::Absent | StatedRole::New(_), _) => Cause::RoleNotStated,
        (StatedRole::Known(Role::Analyst), Some(AccountState::Closed)) => Cause::AccountClosed,
        (StatedRole::Known(Role::Analyst), Some(AccountState::Suspended)) => Cause::AccountSuspended,
        (StatedRole::Known(Role::Analyst), Some(AccountState::InReview)) => Cause::AccountInReview,
        (StatedRole::Known(Role::Analyst), Some(AccountState::Enabled | AccountState::NotStated) | None) => {
            Cause::SharedAsExpected
        }
    };
    place(scene, effective, finding);
    set_cause(finding, cause);
    finding.confidence = seen_confidence(view, own, cause);
    finding.last_seen_on = Some(scene.today);
    finding.evidence = wording::seen(scene, own, effective, cause);
    finding.next_step = wording::next_step(finding);
}

/// Fills in where the effective sighting is.
fn place(scene: &Scene<'_>, effective: Seen<'_>, finding: &mut Finding) {
    finding.actual_role = Some(effective.listed.role.clone());
    finding.business_center = Some(effective.business_center);
    finding.business_center_name = scene.name_of(effective.member, effective.business_center);
    finding.client_business_centers = vec![(effective.business_center, finding.business_center_name.clone())];
    if finding.account_name.is_empty() {
        finding.account_name = effective.listed.name.clone();
    }
}

fn seen_confidence(view: &MemberView, own: &[Seen<'_>], cause: Cause) -> Option<Confidence> {
    if !cause.status().is_certain() {
        return None;
    }
    let account = own.first()?.listed.account_id;
    let witnessed = matches!(view.infos.get(&account), Some(AccountInfo::Visible(_)))
        || matches!(&view.witness, Witness::Answered(accounts) if accounts.contains(&account));
    let twice = || {
        own.iter().any(|seen| {
            matches!(
                view.listings.get(&seen.business_center).map(|l| &l.reading),
                Some(Reading::Complete { twice: true })
            )
        })
    };
    Some(if witnessed {
        Confidence::Witnessed
    } else if twice() {
        Confidence::ReadTwice
    } else {
        Confidence::ReadOnce
    })
}

/// Notes what must be read again: for gaps that were not believed before, and for places that fell silent.
fn doubt(scene: &Scene<'_>, row: &ExpectedAccount, absence: &Absence, doubts: &mut SecondLook) {
    // Open before, and not to be mailed now for the first time because its cause became the client's.
    let clients = |cause: Cause| cause.action_owner() == Some(crate::domain::ActionOwner::Client);
    let believed = absence.cause.status() == Status::Missing
        && change::remembered(scene, Some(&row.client.key), row.account_id).is_some_and(|past| {
            past.cause.status() == Status::Missing && (clients(past.cause) || !clients(absence.cause))
        });
    match &absence.look {
        Look::None => return,
        _ if believed => return,
        Look::List => {
            doubts.lists.insert(row.member.clone());
        }
        Look::Listings(ids) => doubts.listings.extend(ids.iter().map(|id| (row.member.clone(), *id))),
    }
    if absence.cause != Cause::BusinessCenterSuspended {
        doubts.accounts.insert((row.member.clone(), row.account_id));
    }
}

fn describe_absence(
    scene: &Scene<'_>,
    row: &ExpectedAccount,
    absence: &Absence,
    others: &[Seen<'_>],
    finding: &mut Finding,
) {
    let name = |id: BusinessCenterId| (id, scene.name_of(&row.member, id));
    let named: BTreeSet<BusinessCenterId> =
        if absence.joined.is_empty() { absence.places.business_centers.clone() } else { absence.joined.clone() };
    finding.client_business_centers = named.into_iter().map(name).collect();
    if let [(id, name)] = finding.client_business_centers.as_slice() {
        finding.business_center = Some(*id);
        finding.business_center_name = name.clone();
    }
    set_cause(finding, absence.cause);
    finding.confidence = absence.confidence;
    finding.suggested_account = absence.suggestion.map(|(account, _)| account);
    if absence.cause == Cause::SharedWithOtherMember {
        finding.other_member = others.first().map(|seen| seen.member.clone());
    }
    if let Some(past) = &absence.last_seen {
        finding.last_seen_on = Some(past.last_seen_on);
        finding.last_seen_in = Some((past.business_center, scene.name_of(&past.member, past.business_center)));
    }
    finding.evidence = wording::absent(scene, row, absence, others);
    finding.next_step = wording::next_step(finding);
}

/// An invalid row: it conflicts with another one.
fn invalid(row: &ExpectedAccount, cause: Cause, rows: &[&ExpectedAccount]) -> Finding {
    let mut finding = blank(row);
    set_cause(&mut finding, cause);
    finding.evidence = wording::conflict(row, cause, rows);
    finding.next_step = wording::next_step(&finding);
    finding
}

/// The report's line for a row that was set aside.
fn bad_row(bad: &crate::domain::BadRow) -> Option<Finding> {
    let account = bad.account.as_ref()?;
    let cause = match account.cause {
        BadRowCause::MalformedId => Cause::MalformedId,
        BadRowCause::MalformedRow => Cause::MalformedRow,
    };
    let client = Client {
        key: crate::domain::ClientKey::new(&account.country, &account.client_code),
        country: account.country.clone(),
        code: account.client_code.clone(),
        name: account.client_name.clone(),
        parent_code: String::new(),
    };
    let mut finding = empty(cause, account.account_id.as_str().into());
    finding.account_id = AccountId::parse(account.account_id.trim()).ok();
    finding.client = Some(Arc::new(client));
    finding.evidence = format!("{} line {}, {}: {}", bad.file, bad.line, bad.field, bad.reason);
    finding.next_step = wording::next_step(&finding);
    Some(finding)
}

fn unexpected_accounts<'a>(
    scene: &Scene<'a>,
    index: &Index<'a>,
    map: &Map<'a>,
    named: &BTreeSet<AccountId>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for seen in index.sightings().chunk_by(|a, b| a.listed.account_id == b.listed.account_id) {
        let Some(effective) = index::effective(seen) else { continue };
        let account = effective.listed.account_id;
        if !index.rows_of(account).is_empty() || named.contains(&account) {
            continue;
        }
        let mut finding = empty(Cause::NotOnboarded, account.to_string().into());
        finding.account_id = Some(account);
        finding.member = Some(effective.member.clone());
        finding.sightings = seen.iter().map(sighting).collect();
        place(scene, effective, &mut finding);
        finding.client = map.only_client(effective.business_center, index);
        finding.last_seen_on = Some(scene.today);
        if let Some(view) = scene.observation.of(effective.member) {
            finding.confidence = seen_confidence(view, seen, Cause::NotOnboarded);
        }
        finding.evidence = wording::unexpected(scene, effective, seen, index.dormant_rows_of(account));
        finding.next_step = wording::next_step(&finding);
        findings.push(finding);
    }
    findings
}

fn sighting(seen: &Seen<'_>) -> Sighting {
    Sighting {
        member: seen.member.clone(),
        business_center: seen.business_center,
        role: seen.listed.role.clone(),
        owner: seen.listed.owner.clone(),
    }
}

fn set_cause(finding: &mut Finding, cause: Cause) {
    finding.cause = cause;
    finding.status = cause.status();
    finding.action_owner = cause.action_owner();
}

/// A finding about an expected row, before it is judged.
fn blank(row: &ExpectedAccount) -> Finding {
    Finding {
        client: Some(row.client.clone()),
        account_id: Some(row.account_id),
        account_name: row.account_name.clone(),
        register: Some(RegisterFacts {
            state: row.state,
            start: row.start,
            end: row.end,
            added_by: row.added_by.clone(),
            tags: row.tags.clone(),
        }),
        member: Some(row.member.clone()),
        expected_role: Some(Role::Analyst),
        ..empty(Cause::SharedAsExpected, row.account_id.to_string().into())
    }
}

fn empty(cause: Cause, account_text: Box<str>) -> Finding {
    Finding {
        change: None,
        status: cause.status(),
        cause,
        action_owner: cause.action_owner(),
        confidence: None,
        client: None,
        account_id: None,
        account_text,
        account_name: "".into(),
        register: None,
        member: None,
        expected_role: None,
        actual_role: None,
        business_center: None,
        business_center_name: Arc::from(""),
        client_business_centers: Vec::new(),
        sightings: Vec::new(),
        since: None,
        days_open: None,
        last_seen_on: None,
        last_seen_in: None,
        suggested_account: None,
        other_member: None,
        evidence: String::new(),
        next_step: String::new(),
        reminder: ReminderFacts::default(),
    }
}
