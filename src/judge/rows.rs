//! The register's rows, one finding each: seen, absent, in conflict, or set aside.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use super::absent::{self, Absence};
use super::index::{self, Index, Seen};
use super::places::Map;
use super::sighted::{place, seen_confidence, sighting};
use super::unexpected::Unexpected;
use super::{Look, Scene, change, wording};
use crate::domain::{
    AccountId, AccountInfo, AccountState, ActionOwner, BadRow, BadRowCause, BusinessCenterId, Cause, Client, ClientKey,
    ExpectedAccount, Finding, MemberView, RegisterFacts, Role, SecondLook, StatedRole, Status,
};

/// Pairs each row that is to be reported with the conflict that makes it invalid.
///
/// Rows of one client are duplicates of the first; rows of clients that do not belong together are all invalid. Rows
/// conflict only where their own periods share a day; a row that only waits for its first day then stays silent.
pub(super) fn conflicts<'a>(
    rows: &[&'a ExpectedAccount],
    today: NaiveDate,
) -> Vec<(&'a ExpectedAccount, Option<Cause>)> {
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

/// Judges a row that conflicts with none.
pub(super) fn expected<'a>(
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
    finding.set_cause(cause);
    finding.confidence = seen_confidence(view, own, cause);
    finding.last_seen_on = Some(scene.today);
    finding.evidence = wording::seen(scene, own, effective, cause);
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
    finding.set_cause(absence.cause);
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
pub(super) fn invalid(row: &ExpectedAccount, cause: Cause, rows: &[&ExpectedAccount]) -> Finding {
    let mut finding = blank(row);
    finding.set_cause(cause);
    finding.evidence = wording::conflict(row, cause, rows);
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
    let mut finding = Finding::new(cause, account.account_id.as_str());
    finding.account_id = AccountId::parse(account.account_id.trim()).ok();
    finding.client = Some(Arc::new(client));
    finding.evidence = format!("{} line {}, {}: {}", bad.file, bad.line, bad.field, bad.reason);
    finding.next_step = wording::next_step(&finding);
    Some(finding)
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
        ..Finding::new(Cause::SharedAsExpected, row.account_id.to_string())
    }
}
