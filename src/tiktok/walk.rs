//! Whether a list was read completely.
//!
//! Invariant: [`Walk::finish`] says complete only if every page was read, the pages agree on how much there is, and there
//! are exactly as many distinct ids. No order and no snapshot is promised between pages (fact sheet §1.1), so rows may
//! come twice or slip away while they are read; that shows in the count.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::ask::Answer;
use super::failure::Failure;
use super::wire::{PAGE_SIZE, Page, PageInfo};
use crate::domain::{BusinessCenter, BusinessCenterId, ListedAccount, Role, StatedRole};

/// More rows than any list has: a larger `total_number` is a lie and is not followed.
const MOST_ROWS: u64 = 1_000_000;
/// After so many failed pages the rest is not asked for.
const MOST_FAILED_PAGES: usize = 8;

/// A row of a list: has an id, and a rank among rows of the same id.
pub(super) trait Row {
    /// What must be distinct.
    type Id: Ord;
    fn id(&self) -> Self::Id;
    /// Orders rows of one id, the one to keep first. Total, so that the order of the answers changes nothing.
    fn rank(&self, other: &Self) -> Ordering;
    /// The id as a number, to recognize a page that came before.
    fn mark(&self) -> u64;
}

impl Row for ListedAccount {
    type Id = crate::domain::AccountId;
    fn id(&self) -> Self::Id {
        self.account_id
    }
    fn rank(&self, other: &Self) -> Ordering {
        let height = |role: &StatedRole| match role {
            StatedRole::Known(Role::Admin) => 0,
            StatedRole::Known(Role::Operator) => 1,
            StatedRole::Known(Role::Analyst) => 2,
            StatedRole::New(_) => 3,
            StatedRole::Absent => 4,
        };
        let (a, b) = (&*self.terms, &*other.terms);
        (height(&a.role), &a.role, &self.name, &a.owner).cmp(&(height(&b.role), &b.role, &other.name, &b.owner))
    }
    fn mark(&self) -> u64 {
        self.account_id.get()
    }
}

impl Row for (BusinessCenterId, BusinessCenter) {
    type Id = BusinessCenterId;
    fn id(&self) -> Self::Id {
        self.0
    }
    fn rank(&self, other: &Self) -> Ordering {
        let key = |row: &Self| match &row.1.status {
            crate::domain::BusinessCenterStatus::Usable => None,
            crate::domain::BusinessCenterStatus::Suspended(word) => Some(word.clone()),
        };
        (key(self), &self.1.name).cmp(&(key(other), &other.1.name))
    }
    fn mark(&self) -> u64 {
        self.0.get()
    }
}

/// One id, one row: the highest stated role wins. Sorted by id.
pub(super) fn one_row_an_id<R: Row>(rows: &mut Vec<R>) {
    rows.sort_unstable_by(|a, b| a.id().cmp(&b.id()).then_with(|| a.rank(b)));
    rows.dedup_by(|later, kept| later.id() == kept.id());
    rows.shrink_to_fit();
}

/// One reading of a list, page by page, in whatever order they come.
pub(super) struct Walk<R> {
    rows: Vec<R>,
    info: Option<PageInfo>,
    pages_read: u32,
    /// The lowest page with a contradiction, and what it is.
    contradiction: Option<(u32, String)>,
    failure: Option<(u32, Failure)>,
    failed_pages: usize,
    /// Nothing that is still unread could make it complete.
    hopeless: bool,
    /// The lowest page of each content.
    seen_pages: HashMap<u64, u32>,
    last: (u32, Option<String>),
}

/// What a reading came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Complete,
    /// The answers contradict themselves.
    Contradiction(String),
    Failed(Failure),
}

/// A finished reading.
#[derive(Debug)]
pub(super) struct Walked<R> {
    pub(super) outcome: Outcome,
    /// Everything that was seen, one row an id.
    pub(super) rows: Vec<R>,
    /// Of the highest page that was answered.
    pub(super) request_id: Option<String>,
}

impl<R: Row> Walk<R> {
    pub(super) fn new() -> Self {
        Self {
            rows: Vec::new(),
            info: None,
            pages_read: 0,
            contradiction: None,
            failure: None,
            failed_pages: 0,
            hopeless: false,
            seen_pages: HashMap::new(),
            last: (0, None),
        }
    }

    /// Takes a page's answer. The first page comes first: it says how much there is.
    pub(super) fn take(&mut self, page: u32, answer: Result<Answer<Page<R>>, Failure>) {
        match answer {
            Ok(answer) => {
                if page >= self.last.0 {
                    self.last = (page, answer.request_id);
                }
                self.take_rows(page, answer.content);
            }
            Err(failure) => {
                self.failed_pages += 1;
                self.hopeless |= self.failed_pages >= MOST_FAILED_PAGES || matches!(failure, Failure::Ended(_));
                let ended = |failure: &Failure| matches!(failure, Failure::Ended(_));
                // The run's end is no page's fault and goes before; else the lowest page speaks.
                let speaks = match &self.failure {
                    None => true,
                    Some((lowest, known)) => (!ended(&failure), page) < (!ended(known), *lowest),
                };
                if speaks {
                    self.failure = Some((page, failure));
                }
            }
        }
    }

    fn take_rows(&mut self, page: u32, content: Page<R>) {
        self.pages_read += 1;
        let first = self.info;
        match (content.info, first) {
            (None, _) => self.contradict(page, "says not how much there is".to_owned()),
            (Some(info), _) if info.page.is_some_and(|stated| stated != u64::from(page)) => {
                self.contradict(page, "takes itself for another page".to_owned());
            }
            (Some(info), Some(first)) if info.total_number != first.total_number => {
                self.contradict(page, format!("says {} in all, page 1 said {}", info.total_number, first.total_number));
            }
            (Some(info), _) if info.total_page > u64::from(pages(info.total_number).unwrap_or(u32::MAX)) => {
                self.contradict(page, format!("says {} in all on {} pages", info.total_number, info.total_page));
            }
            (Some(_), _) => {}
        }
        if page == 1 {
            self.info = content.info;
            if content.info.is_some_and(|info| info.total_number > MOST_ROWS) {
                self.contradict(page, format!("says more than {MOST_ROWS} in all"));
            }
        } else if content.rows.is_empty() {
            self.contradict(page, "is empty".to_owned());
            self.hopeless = true;
        }
        if content.rows.len() as u64 > PAGE_SIZE {
            // Nothing bounds the next one either. What was seen counts.
            self.contradict(page, format!("has {} rows, {PAGE_SIZE} were asked for", content.rows.len()));
            self.hopeless = true;
        }
        if !content.rows.is_empty() {
            let marks: Vec<u64> = content.rows.iter().map(Row::mark).collect();
            let mark = BuildHasherDefault::<DefaultHasher>::default().hash_one(marks);
            if let Some(other) = self.seen_pages.insert(mark, page) {
                let lowest = page.min(other);
                self.seen_pages.insert(mark, lowest);
                self.contradict(page.max(other), format!("repeats page {lowest}"));
                self.hopeless = true;
            }
        }
        self.rows.extend(content.rows);
    }

    fn contradict(&mut self, page: u32, what: String) {
        if self.contradiction.as_ref().is_none_or(|(lowest, _)| page < *lowest) {
            self.contradiction = Some((page, what));
        }
    }

    /// The pages after the first: ⌈`total_number` / 50⌉ in all, whatever `total_page` says, so that no lie makes it endless.
    pub(super) fn further_pages(&self) -> std::ops::RangeInclusive<u32> {
        let count = self.info.and_then(|info| pages(info.total_number)).unwrap_or(1);
        2..=count
    }

    /// Whether asking on is vain.
    pub(super) fn is_hopeless(&self) -> bool {
        self.hopeless
    }

    /// Closes the reading.
    pub(super) fn finish(mut self) -> Walked<R> {
        let came = self.rows.len();
        one_row_an_id(&mut self.rows);
        let outcome = match (self.failure, self.contradiction, self.info) {
            (Some((_, failure)), _, _) => Outcome::Failed(failure),
            (None, Some((page, what)), _) => Outcome::Contradiction(format!("page {page} {what}")),
            (None, None, None) => Outcome::Contradiction("no page says how much there is".to_owned()),
            (None, None, Some(info)) => {
                let distinct = self.rows.len() as u64;
                let all_pages = pages(info.total_number).is_some_and(|count| self.pages_read == count);
                if all_pages && distinct == info.total_number {
                    Outcome::Complete
                } else {
                    let twice = came as u64 - distinct;
                    let twice = if twice > 0 { format!(" ({twice} came more than once)") } else { String::new() };
                    Outcome::Contradiction(format!("{} in all, but {distinct} were listed{twice}", info.total_number))
                }
            }
        };
        Walked { outcome, rows: self.rows, request_id: self.last.1 }
    }
}

/// Pages of a list; an empty one has one. None for a number that is a lie.
fn pages(total_number: u64) -> Option<u32> {
    if total_number > MOST_ROWS {
        return None;
    }
    u32::try_from(total_number.div_ceil(PAGE_SIZE)).ok().map(|count| count.max(1))
}

#[cfg(test)]
mod tests;
