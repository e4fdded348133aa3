//! What is so, why, and who is told. PURE: values in, values out; no clock, network, database or environment.
//!
//! Invariant: an account is called missing only on complete evidence (promise 1).

mod absent;
mod change;
mod digest;
mod draft;
mod guard;
mod index;
mod near;
mod places;
mod register;
mod remind;
mod rows;
mod sighted;
mod summary;
#[cfg(test)]
mod tests;
mod unexpected;
mod unreadable;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

pub use digest::{digest, verdict};
pub use draft::draft;
pub use guard::{Held, guards};
pub use register::{contacts_of, set_aside};
pub use remind::{Only, Person, Reminded, WhyNot, memory_days, over, remind};
pub use summary::{Ending, summarize};
pub use wording::{SeenAs, place, seen_in};

use crate::domain::{
    AccountId, Address, BusinessCenterId, Finding, History, MemberView, Observation, PastPlace, Register, Rules,
    SecondLook, Unread, fold,
};
use index::{Expected, Index};
use places::Map;
use rows::Judge;
use unexpected::Unexpected;

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
    /// Name of a Business Center: as the member's list has it tonight, else as any member's has it, else as it was last
    /// listed; may be empty.
    fn name_of(&self, member: &Address, id: BusinessCenterId) -> Arc<str> {
        let listed = |view: &MemberView| view.list.business_centers.get(&id).map(|bc| bc.name.clone());
        let past = || self.history.business_centers.get(&(member.clone(), id)).map(|past| past.name.clone());
        self.observation
            .of(member)
            .and_then(listed)
            .or_else(|| self.observation.members.iter().find_map(listed))
            .or_else(past)
            .unwrap_or_else(|| Arc::from(""))
    }

    /// The owner of an account that was seen there, if he is another than the Business Center.
    ///
    /// What it was called then is not stored beside the sighting. A Business Center that is renamed has two names on
    /// the night of its renaming: tonight's, and the one of the last night on which it was listed. Its own accounts
    /// name either as their owner.
    fn other_owner<'p>(&self, place: &'p PastPlace) -> Option<&'p str> {
        let owner = place.owner.as_deref().filter(|owner| !owner.trim().is_empty())?;
        let members = || self.observation.members.iter();
        let tonight = members().filter_map(|view| view.list.business_centers.get(&place.business_center));
        let past = members().map(|view| &view.member).chain([&place.member]).filter_map(|member| {
            self.history.business_centers.get(&(member.clone(), place.business_center)).map(|past| &past.name)
        });
        let mut names = tonight.map(|bc| &bc.name).chain(past).filter(|name| !name.trim().is_empty()).peekable();
        let is_known = names.peek().is_some();
        (is_known && names.all(|name| fold(name) != fold(owner))).then_some(owner)
    }
}

/// What must be read again before an absence is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Look {
    None,
    List,
    Listings(Vec<BusinessCenterId>),
}

/// By member, the Business Centers that listed accounts before, list none at all tonight, and are not believed.
type Silent = BTreeSet<(Address, BusinessCenterId)>;

/// The judgement of a night.
#[derive(Debug)]
pub struct Judgement {
    /// One finding a judged row, a bad row, an unexpected account, and a gap that ended without a row.
    pub findings: Vec<Finding>,
    /// What must be looked at again before it may be believed; empty after the second look.
    pub doubts: SecondLook,
    /// Everything that TikTok should have answered and was not read completely, excused or not.
    pub unread: Vec<Unread>,
}

/// Rows judged at a time; the findings of a part give their memory back once they lie with the others.
const PART: usize = 1 << 12;

/// Judges every row, every bad row and every unexpected account.
#[must_use]
pub fn judge(scene: &Scene<'_>) -> Judgement {
    let index = Index::new(scene);
    let map = Map::new(scene, &index);
    let named = named_by_bad_rows(scene.register);
    let unexpected = Unexpected::new(&index, &named);
    let judge = |rows: &[Expected<'_>]| {
        let mut judge = Judge::new(scene, &index, &map, &unexpected);
        let parts = rows.chunks(PART).map(|rows| {
            let mut findings = Vec::with_capacity(rows.len());
            rows.iter().for_each(|expected| judge.judge(expected, &mut findings));
            findings
        });
        let parts: Vec<_> = parts.collect();
        (parts, judge.doubts, judge.silent)
    };
    // Rows are judged one by one, so that two halves are judged at once.
    let (first, second) = index.rows().split_at(index.rows().len() / 2);
    let ((first, mut doubts, mut silent), (second, more_doubts, more_silent)) = std::thread::scope(|scope| {
        let second = scope.spawn(|| judge(second));
        (judge(first), second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    doubts.extend(more_doubts);
    silent.extend(more_silent);
    let mut findings = Vec::with_capacity(index.rows().len());
    findings.extend(first.into_iter().chain(second).flatten());
    findings.extend(scene.register.bad_rows.iter().filter_map(rows::bad_row));
    findings.extend(unexpected::findings(scene, &index, &map, &named));
    for (member, id, account) in change::compare(scene, &index, &mut findings) {
        doubts.listings.insert((member.clone(), id));
        doubts.accounts.insert((member.clone(), account));
        silent.insert((member, id));
    }
    Judgement { findings, doubts, unread: summary::unread(scene, &index, &silent) }
}

/// Adds a finding, which mostly says what the one before it says too.
fn add(findings: &mut Vec<Finding>, mut finding: Finding) {
    if let Some(before) = findings.last() {
        finding.share_with(before);
    }
    findings.push(finding);
}

/// The accounts that each member sees and the register expects of it: those whose state is asked.
#[must_use]
pub fn wanted_states(scene: &Scene<'_>) -> BTreeMap<Address, BTreeSet<AccountId>> {
    let mut wanted: BTreeMap<Address, Vec<AccountId>> = BTreeMap::new();
    for expected in Index::new(scene).wanted_states() {
        let row = expected.row;
        wanted.entry(row.member.clone()).or_default().push(row.account_id);
    }
    wanted.into_iter().map(|(member, accounts)| (member, accounts.into_iter().collect())).collect()
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
