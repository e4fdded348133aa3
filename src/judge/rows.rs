//! The register's rows, one finding each: seen, absent, in conflict, or set aside.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

use super::absent::{self, Absence};
use super::index::{self, Expected, Index, Seen};
use super::places::{KnownBy, Map};
use super::sighted::{is_witnessed, place, seen_confidence, sighting};
use super::unexpected::Unexpected;
use super::{Look, Scene, Silent, add, change, wording};
use crate::domain::{
    AccountId, AccountInfo, AccountState, ActionOwner, Address, BadRow, BadRowCause, BusinessCenterId, Cause, Client,
    ClientKey, Confidence, ExpectedAccount, Family, Finding, MemberView, Role, Said, SecondLook, StatedRole, Status,
    Text,
};

/// The position of each row that is to be reported, with the conflict that makes it invalid.
///
/// Rows of one client are duplicates of the first, whatever parent code each has; rows of clients that do not belong
/// together are all invalid. Rows conflict only where their own periods share a day; a row that only waits for its first
/// day then stays silent, and of several that wait all but the first to begin.
pub(super) fn conflicts(rows: &[&ExpectedAccount], today: NaiveDate) -> Vec<(usize, Option<Cause>)> {
    let families: Vec<Family> = rows.iter().map(|row| row.client.family()).collect();
    // A placeholder can stand in thousands of rows: nobody is compared with all of them where one says enough.
    let are_several = families.iter().any(|family| *family != families[0]);
    let mut reported = Vec::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let others = || rows.iter().enumerate().filter(move |(j, _)| *j != i).map(|(j, other)| (j, *other));
        let same_client = |other: &ExpectedAccount| other.client.key == row.client.key;
        let foreign = |j: usize, other: &ExpectedAccount| families[j] != families[i] && !same_client(other);
        let is_claimed = || others().any(|(j, other)| foreign(j, other) && row.overlaps(other));
        let is_duplicate = || others().take(i).any(|(_, other)| same_client(other) && row.overlaps(other));
        let begins_before = |j: usize, other: &ExpectedAccount| (other.facts.start, j) < (row.facts.start, i);
        let comes_first = |j, other: &ExpectedAccount| other.covers(today) || begins_before(j, other);
        let waits = || {
            !row.covers(today)
                && others().any(|(j, other)| same_client(other) && !row.overlaps(other) && comes_first(j, other))
        };
        if are_several && is_claimed() {
            reported.push((i, Some(Cause::ClaimedBySeveralClients)));
        } else if is_duplicate() {
            reported.push((i, Some(Cause::DuplicateRow)));
        } else if !waits() {
            reported.push((i, None));
        }
    }
    reported
}

/// Judges rows, one after the other.
pub(super) struct Judge<'s, 'a> {
    scene: &'s Scene<'a>,
    index: &'s Index<'a>,
    map: &'s Map<'a>,
    unexpected: &'s Unexpected,
    /// What was said of accounts that are well and seen once: of nearly all of a client's accounts the same.
    usual: HashMap<Usual, Arc<Said>>,
    last: Option<(Usual, Arc<Said>)>,
    /// What must be read again, found on the way.
    pub(super) doubts: SecondLook,
    /// The Business Centers that fell silent, and without which an account cannot be called missing.
    pub(super) silent: Silent,
}

/// On what depends all that is said of an account that is well and seen once: the client, who sees it, where, what was
/// made of that, and whether a second endpoint agrees. A client and a member are one value each for a night, so their
/// addresses in memory stand for them.
type Usual = (*const Client, *const Address, BusinessCenterId, Cause, bool);

impl<'s, 'a> Judge<'s, 'a> {
    pub(super) fn new(
        scene: &'s Scene<'a>,
        index: &'s Index<'a>,
        map: &'s Map<'a>,
        unexpected: &'s Unexpected,
    ) -> Self {
        let (usual, doubts, silent) = (HashMap::new(), SecondLook::default(), Silent::new());
        Self { scene, index, map, unexpected, usual, last: None, doubts, silent }
    }

    /// Judges a row; with the first of those that name one account, all of these.
    pub(super) fn judge(&mut self, expected: &Expected<'a>, findings: &mut Vec<Finding>) {
        match self.index.several(expected) {
            None => add(findings, self.expected(expected)),
            Some(rows) if std::ptr::eq(rows[0].row, expected.row) => {
                let accounts: Vec<&ExpectedAccount> = rows.iter().map(|expected| expected.row).collect();
                for (at, conflict) in conflicts(&accounts, self.scene.today) {
                    let finding = match conflict {
                        Some(cause) => invalid(rows[at].row, cause, &accounts),
                        None => self.expected(&rows[at]),
                    };
                    add(findings, finding);
                }
            }
            Some(_) => {}
        }
    }

    fn expected(&mut self, expected: &Expected<'a>) -> Finding {
        let row = expected.row;
        let all = self.index.seen_of(expected);
        let view = self.scene.observation.of(&row.member);
        if let ([only], Some(view)) = (all, view)
            && *only.member == row.member
        {
            return self.seen_once(view, row, *only);
        }
        let (own, others): (Vec<Seen<'a>>, Vec<Seen<'a>>) = all.iter().partition(|seen| *seen.member == row.member);
        let mut finding = blank(row);
        if !all.is_empty() {
            finding.sightings = all.iter().map(sighting).collect();
        }
        if let (Some(view), Some(effective)) = (view, index::effective(&own)) {
            let cause = seen_cause(view, effective);
            let confidence = seen_confidence(view, &own, cause);
            describe_sighting(self.scene, (cause, confidence), &own, effective, &mut finding);
            return finding;
        }
        let absence = absent::judge(self.scene, self.index, self.map, self.unexpected, row, &others);
        doubt(self.scene, row, &absence, &mut self.doubts);
        self.silent.extend(absence.silent.iter().map(|id| (row.member.clone(), *id)));
        describe_absence(self.scene, self.map, row, &absence, &others, &mut finding);
        finding
    }

    fn seen_once(&mut self, view: &MemberView, row: &ExpectedAccount, only: Seen<'a>) -> Finding {
        let cause = seen_cause(view, only);
        let witnessed = is_witnessed(view, row.account_id);
        let usual: Usual = (Arc::as_ptr(&row.client), only.member, only.business_center, cause, witnessed);
        let same = self.last.as_ref().filter(|(last, _)| *last == usual).map(|(_, said)| said);
        if let Some(said) = same.or_else(|| self.usual.get(&usual)) {
            let mut finding = Finding::saying(said, row.account_id);
            finding.account_name = name(row, only);
            finding.register = Some(row.facts.clone());
            if same.is_none() {
                self.last = Some((usual, said.clone()));
            }
            return finding;
        }
        let mut finding = blank(row);
        finding.sightings = [sighting(&only)].into();
        let confidence = seen_confidence(view, &[only], cause);
        describe_sighting(self.scene, (cause, confidence), &[only], only, &mut finding);
        if cause.status() == Status::Ok {
            self.usual.insert(usual, finding.said().clone());
        }
        finding
    }
}

/// The register's name of an account, else TikTok's.
fn name(row: &ExpectedAccount, effective: Seen<'_>) -> Text {
    if row.account_name.is_empty() { effective.listed.name.clone() } else { row.account_name.clone() }
}

/// An account that its member sees: role first, then the state of the account.
fn seen_cause(view: &MemberView, effective: Seen<'_>) -> Cause {
    let state = match view.infos.get(effective.listed.account_id) {
        Some(AccountInfo::Visible(state)) => Some(*state),
        Some(AccountInfo::Forbidden | AccountInfo::Gone | AccountInfo::Silent(_)) | None => None,
    };
    match (&effective.listed.terms.role, state) {
        (StatedRole::Known(Role::Operator | Role::Admin), _) => Cause::RoleTooHigh,
        (StatedRole::Absent | StatedRole::New(_), _) => Cause::RoleNotStated,
        (StatedRole::Known(Role::Analyst), Some(AccountState::Closed)) => Cause::AccountClosed,
        (StatedRole::Known(Role::Analyst), Some(AccountState::Suspended)) => Cause::AccountSuspended,
        (StatedRole::Known(Role::Analyst), Some(AccountState::InReview)) => Cause::AccountInReview,
        (StatedRole::Known(Role::Analyst), Some(AccountState::Enabled | AccountState::NotStated) | None) => {
            Cause::SharedAsExpected
        }
    }
}

/// Nothing here depends on the account where it is well: what is said may be said of the client's others, too.
fn describe_sighting(
    scene: &Scene<'_>,
    (cause, confidence): (Cause, Option<Confidence>),
    own: &[Seen<'_>],
    effective: Seen<'_>,
    finding: &mut Finding,
) {
    place(scene, effective, finding);
    finding.set_cause(cause);
    finding.confidence = confidence;
    finding.last_seen_on = Some(scene.today);
    finding.evidence = wording::seen(scene, own, effective, cause).into();
    finding.next_step = wording::next_step(finding);
}

/// Notes what must be read again: for gaps that were not believed before, and for places that fell silent.
fn doubt(scene: &Scene<'_>, row: &ExpectedAccount, absence: &Absence, doubts: &mut SecondLook) {
    // Open before, and not to be mailed now for the first time because its cause became the client's.
    let clients = |cause: Cause| cause.action_owner() == Some(ActionOwner::Client);
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

/// The Business Centers that a mail names: where another member sees the account, else where the client's are.
fn named(map: &Map<'_>, absence: &Absence, others: &[Seen<'_>]) -> BTreeSet<BusinessCenterId> {
    let own = if absence.joined.is_empty() { &absence.places.business_centers } else { &absence.joined };
    if absence.cause != Cause::SharedWithOtherMember {
        return own.clone();
    }
    let is_own = |id: &BusinessCenterId| !map.is_pool(*id);
    let shared: BTreeSet<_> = others.iter().map(|seen| seen.business_center).filter(is_own).collect();
    if !shared.is_empty() {
        shared
    } else if absence.places.known_by == KnownBy::Register {
        own.clone()
    } else {
        own.iter().copied().filter(is_own).collect()
    }
}

fn describe_absence(
    scene: &Scene<'_>,
    map: &Map<'_>,
    row: &ExpectedAccount,
    absence: &Absence,
    others: &[Seen<'_>],
    finding: &mut Finding,
) {
    let name = |id: BusinessCenterId| (id, scene.name_of(&row.member, id));
    finding.client_business_centers = named(map, absence, others).into_iter().map(name).collect();
    if let [(id, name)] = &*finding.client_business_centers {
        let (id, name) = (*id, name.clone());
        finding.business_center = Some(id);
        finding.business_center_name = name;
    }
    finding.set_cause(absence.cause);
    finding.confidence = absence.confidence;
    finding.suggested_account = absence.suggestion.map(|(account, _)| account);
    if absence.cause == Cause::SharedWithOtherMember {
        finding.other_member = others.first().map(|seen| seen.member.clone());
    }
    if let Some(past) = &absence.last_seen {
        finding.last_seen_on = Some(past.last_seen_on);
        let place = &past.place;
        finding.last_seen_in = Some((place.business_center, scene.name_of(&place.member, place.business_center)));
    }
    if !others.is_empty() {
        finding.last_seen_on = Some(scene.today);
    }
    finding.evidence = wording::absent(scene, row, absence, others).into();
    finding.next_step = wording::next_step(finding);
}

/// An invalid row: it conflicts with another one.
pub(super) fn invalid(row: &ExpectedAccount, cause: Cause, rows: &[&ExpectedAccount]) -> Finding {
    let mut finding = blank(row);
    finding.set_cause(cause);
    finding.evidence = wording::conflict(row, cause, rows).into();
    finding.next_step = wording::next_step(&finding);
    finding
}

/// The report's line for a row that was set aside.
pub(super) fn bad_row(bad: &BadRow) -> Option<Finding> {
    let account = bad.account.as_ref()?;
    let cause = match account.cause {
        BadRowCause::MalformedId => Cause::MalformedId,
        BadRowCause::MalformedRow => Cause::MalformedRow,
    };
    let client = Client {
        key: ClientKey::new(&account.country, &account.client_code),
        country: account.country.clone(),
        code: account.client_code.clone(),
        name: account.client_name.clone(),
        parent_code: String::new(),
    };
    let mut finding = Finding::of_written(cause, account.account_id.as_str());
    finding.account_id = AccountId::parse(account.account_id.trim()).ok();
    finding.client = Some(Arc::new(client));
    finding.evidence = format!("{} line {}, {}: {}", bad.file, bad.line, bad.field, bad.reason).into();
    finding.next_step = wording::next_step(&finding);
    Some(finding)
}

/// A finding about an expected row, before it is judged.
fn blank(row: &ExpectedAccount) -> Finding {
    let mut finding = Finding::new(Cause::SharedAsExpected, row.account_id);
    finding.account_name = row.account_name.clone();
    finding.register = Some(row.facts.clone());
    finding.client = Some(row.client.clone());
    finding.member = Some(row.member.clone());
    finding.expected_role = Some(Role::Analyst);
    finding
}
