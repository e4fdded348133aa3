//! The night in numbers: what was not read, which exit codes apply, and `summary.json`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::absent::SILENCE;
use super::index::Index;
use super::{Scene, Silent};
use crate::domain::{
    AccountId, AccountInfo, Address, BadRowNote, BusinessCenterId, Cause, Change, ChangeCounts, Excepted, Exit,
    Finding, GuardTrip, MailCounts, MemberView, Standing, Summary, Unread, Witness,
};

/// Why a member's silence about every account proves nothing.
pub(super) const NO_BUSINESS_CENTER: &str = "the list of Business Centers is empty, which proves nothing";

/// What only the end of a run knows.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    /// Run id.
    pub run_id: String,
    /// The moment the run took for the present, RFC 3339 in UTC.
    pub now: String,
    /// `run`, `plan` or `release`.
    pub command: String,
    /// Guards that hold.
    pub guards: Vec<GuardTrip>,
    /// Mails by outcome.
    pub mails: MailCounts,
    /// Codes that arose outside the judgement, such as a state that could not be written.
    pub also: BTreeSet<Exit>,
}

/// Everything that TikTok should have answered and was not read completely, excused or not.
pub(super) fn unread(scene: &Scene<'_>, index: &Index<'_>, silent: &Silent) -> Vec<Unread> {
    let mut unread = BTreeSet::new();
    for view in &scene.observation.members {
        let mut note = |id: Option<BusinessCenterId>, reason: String| {
            unread.insert(Unread {
                member: view.member.as_str().to_owned(),
                business_center_id: id.map(|id| id.to_string()).unwrap_or_default(),
                reason,
            });
        };
        if let Standing::Unconfirmed { reason } = &view.standing {
            note(None, format!("identity: {reason}"));
        }
        if let Some(reason) = view.list.reading.reason() {
            note(None, format!("list of Business Centers: {reason}"));
        }
        if view.shows_nothing() {
            note(None, NO_BUSINESS_CENTER.to_owned());
        }
        for (id, listing) in &view.listings {
            if let Some(reason) = listing.reading.reason() {
                note(Some(*id), reason.to_owned());
            }
        }
        if let Witness::Silent(reason) = &view.witness {
            note(None, format!("/oauth2/advertiser/get/: {reason}"));
        }
        let mut silent: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, info) in view.infos.iter() {
            if let AccountInfo::Silent(reason) = info {
                *silent.entry(reason).or_default() += 1;
            }
        }
        for (reason, count) in silent {
            note(None, format!("/advertiser/info/ for {count} accounts: {reason}"));
        }
    }
    unread.extend(silent.iter().map(|(member, id)| Unread {
        member: member.as_str().to_owned(),
        business_center_id: id.to_string(),
        reason: format!("it {SILENCE}"),
    }));
    for (member, accounts) in unasked(scene, index) {
        unread.insert(Unread {
            member: member.as_str().to_owned(),
            business_center_id: String::new(),
            reason: format!("/advertiser/info/ was not asked for {accounts} accounts"),
        });
    }
    unread.into_iter().collect()
}

/// By member, how many accounts' states should have been asked and were not.
fn unasked<'a>(scene: &Scene<'a>, index: &Index<'a>) -> BTreeMap<&'a Address, usize> {
    let mut unasked: BTreeMap<&Address, usize> = BTreeMap::new();
    let mut counted: HashSet<(&Address, AccountId)> = HashSet::new();
    for expected in index.wanted_states() {
        let row = expected.row;
        let asked = |view: &MemberView| view.infos.contains(row.account_id);
        if !scene.observation.of(&row.member).is_none_or(asked)
            && (!index.is_one_of_several(expected) || counted.insert((&row.member, row.account_id)))
        {
            *unasked.entry(&row.member).or_default() += 1;
        }
    }
    unasked
}

/// Whether something is unread that no exception excuses and no refused token explains (exit code 4).
fn is_incomplete(scene: &Scene<'_>, unread: &[Unread]) -> bool {
    let excused: BTreeSet<String> = scene
        .register
        .exceptions
        .iter()
        .filter(|exception| exception.until >= scene.today)
        .filter_map(|exception| match exception.what {
            Excepted::BusinessCenter(id) => Some(id.to_string()),
            Excepted::Client(_) | Excepted::Account(_) => None,
        })
        .collect();
    let refused: BTreeSet<&str> =
        scene.observation.members.iter().filter(|view| view.is_useless()).map(|view| view.member.as_str()).collect();
    unread.iter().any(|u| {
        !refused.contains(u.member.as_str())
            && (u.business_center_id.is_empty() || !excused.contains(&u.business_center_id))
    })
}

/// Every exit code that applies, in the order of precedence; never empty.
fn exits(scene: &Scene<'_>, unread: &[Unread], ending: &Ending) -> Vec<Exit> {
    let mut exits = ending.also.clone();
    if scene.observation.members.iter().any(MemberView::is_useless) {
        exits.insert(Exit::TokenRefused);
    }
    if is_incomplete(scene, unread) {
        exits.insert(Exit::NotReadCompletely);
    }
    if !ending.guards.is_empty() {
        exits.insert(Exit::Held);
    }
    if ending.mails.failed + ending.mails.doubtful + ending.mails.suppressed > 0 {
        exits.insert(Exit::MailsNotAccepted);
    }
    if exits.is_empty() {
        exits.insert(Exit::Done);
    }
    exits.into_iter().collect()
}

/// Sums the night up.
#[must_use]
pub fn summarize(scene: &Scene<'_>, findings: &[Finding], unread: &[Unread], ending: &Ending) -> Summary {
    let exits = exits(scene, unread, ending);
    let mut by_cause = [0_u64; Cause::ALL.len()];
    let mut changes = ChangeCounts::default();
    for finding in findings {
        match finding.change {
            Some(Change::New) => changes.new += 1,
            Some(Change::Open) => changes.open += 1,
            Some(Change::Resolved) => changes.resolved += 1,
            Some(Change::Withdrawn) => changes.withdrawn += 1,
            None => {}
        }
        if finding.is_judged() {
            by_cause[finding.cause as usize] += 1;
        }
    }
    let mut counts: BTreeMap<&'static str, BTreeMap<&'static str, u64>> = BTreeMap::new();
    for cause in Cause::ALL.iter().filter(|cause| by_cause[**cause as usize] > 0) {
        counts.entry(cause.status().as_str()).or_default().insert(cause.as_str(), by_cause[*cause as usize]);
    }
    let mut codes: Vec<u8> = exits.iter().map(|exit| exit.code()).collect();
    let exit_code = codes.first().copied().unwrap_or(0);
    codes.sort_unstable();
    Summary {
        run_id: ending.run_id.clone(),
        now: ending.now.clone(),
        command: ending.command.clone(),
        exit_code,
        exit_codes: codes,
        complete: !exits.contains(&Exit::TokenRefused) && !exits.contains(&Exit::NotReadCompletely),
        counts,
        changes,
        guards: ending.guards.clone(),
        unread: unread.to_vec(),
        bad_rows: scene
            .register
            .bad_rows
            .iter()
            .map(|row| BadRowNote {
                file: row.file.clone(),
                line: row.line,
                field: row.field.clone(),
                reason: row.reason.clone(),
            })
            .collect(),
        mails: ending.mails,
    }
}
