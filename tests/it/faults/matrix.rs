//! R1: every kind of fault × first, middle, last and only page × once, three times, for ever.

use std::fmt;
use std::time::Duration;

use tiktok_simulator::{Endpoint, What, When};

use super::kinds::{Ends, Kind, kinds};
use super::table::play;
use crate::harness::{ACME, BETA, acme};
use crate::rehearsal::{Night, Rehearsal};
use crate::worlds::{MISSING, many_clients, numbered, one_member, two_clients};

pub(crate) const DAY: &str = "2026-11-23";
/// How long an answer that does not come is waited for.
pub(crate) const SHORT: Duration = Duration::from_millis(700);

/// One fault, and where and how often it strikes.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) kind: Kind,
    pub(crate) endpoint: Endpoint,
    pub(crate) place: &'static str,
    pub(crate) business_center: Option<&'static str>,
    pub(crate) page: Option<u64>,
    pub(crate) times: Option<u64>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = self.times.map_or_else(|| "for ever".to_owned(), |times| format!("{times} ×"));
        write!(f, "{} | {} {} | {times}", self.kind.name, self.endpoint.path(), self.place)
    }
}

impl Case {
    pub(crate) fn strike(&self, stage: &mut Rehearsal) {
        if matches!(self.kind.what, What::Hang | What::SlowBody { .. }) {
            stage.config.tiktok.request_timeout = SHORT; // elsewhere a busy machine must not look like a fault
        }
        let mut when = When::asked(self.endpoint);
        if let Some(page) = self.page {
            when = when.on_page(page);
        }
        if let Some(bc) = self.business_center {
            when = when.about(bc);
        }
        let when = if let Some(times) = self.times { when.times(times) } else { when.forever() };
        stage.tiktok.add_fault(when.gives(self.kind.what.clone()));
    }

    /// Whether the night was complete and its code, where they are certain.
    fn ending(&self) -> Option<(bool, u8)> {
        let once = self.times == Some(1);
        match self.kind.ends {
            Ends::Harmless => Some((true, 0)),
            Ends::Passes | Ends::Quota | Ends::Lies if once => Some((true, 0)),
            Ends::Passes | Ends::Refuses => Some((false, 4)),
            Ends::Quota if self.times.is_none() => Some((false, 4)),
            Ends::Kills => Some((false, 3)),
            // Three answers to three different questions are not three in a row; a lie is nothing unread.
            Ends::Quota | Ends::Lies => None,
        }
    }
}

/// Everything of [`two_clients`]' listings: each kind on each sort of page, so many times.
fn in_listings(times: &[Option<u64>]) -> Vec<Case> {
    let places =
        [("first page", ACME, 1, 3), ("middle page", ACME, 2, 3), ("last page", ACME, 3, 3), ("only page", BETA, 1, 1)];
    let mut cases = Vec::new();
    for (place, bc, page, pages) in places {
        let vanishing = if bc == BETA { acme(1002) } else { acme(7) };
        for kind in kinds(page, pages, &vanishing) {
            cases.extend(times.iter().map(|times| Case {
                kind: kind.clone(),
                endpoint: Endpoint::BcAssetGet,
                place,
                business_center: Some(bc),
                page: Some(page),
                times: *times,
            }));
        }
    }
    cases
}

#[test]
fn no_fault_in_a_listing_makes_a_mail_and_what_passes_leaves_no_trace() {
    let cases = in_listings(&[Some(1), Some(3), None]);
    assert!(cases.len() > 24 * 3 * 3);
    play(cases, |case| async move {
        let mut stage = Rehearsal::of(two_clients(one_member())).await;
        case.strike(&mut stage);
        of_a_listing(&case, &stage, &stage.judged(DAY).await)
    });
}

#[test]
fn no_fault_in_a_listing_makes_a_mail_in_a_whole_run_with_reports_memory_and_messages() {
    // Each kind on one of the four pages, once or for ever, by turns: mails and files depend on neither.
    let all = in_listings(&[Some(1), None]);
    let kinds = all.len() / 8;
    let by_turns = (0..kinds).map(|kind| all[(kind % 4 * kinds + kind) * 2 + kind / 4 % 2].clone());
    play(by_turns.collect(), |case| async move {
        let mut stage = Rehearsal::of(two_clients(one_member())).await;
        case.strike(&mut stage);
        let night = stage.night(DAY).await;
        let mut complaints = of_a_listing(&case, &stage, &night);
        let summary = std::fs::read_to_string(stage.path("reports/latest/summary.json")).unwrap_or_default();
        if !summary.contains(&format!("\"exit_code\": {}", night.code())) {
            complaints.push(format!("the report does not say how the run ended: {summary}"));
        }
        complaints
    });
}

#[test]
fn no_fault_in_the_list_of_business_centers_makes_a_mail_and_what_passes_leaves_no_trace() {
    let one_of_a_sort = [
        "code 40100",
        "code 40001",
        "code 40001, scope",
        "code 40105",
        "code 50000",
        "code 99999",
        "HTTP 504 HTML",
        "HTTP 200 HTML",
        "truncated JSON",
        "gzip error",
        "hang",
        "data null",
    ];
    let mut cases = Vec::new();
    for (place, page) in [("first page", 1), ("middle page", 2), ("last page", 3)] {
        let kinds = kinds(page, 3, &numbered(60));
        let kinds = kinds.into_iter().filter(|kind| !kind.everywhere || one_of_a_sort.contains(&kind.name));
        for kind in kinds.filter(|kind| !kind.name.starts_with("role")) {
            for times in [Some(1), Some(3), None] {
                let (kind, endpoint) = (kind.clone(), Endpoint::BcGet);
                cases.push(Case { kind, endpoint, place, business_center: None, page: Some(page), times });
            }
        }
    }
    // Three times is for ever where a request has three attempts and a list two readings: one page will do.
    cases.retain(|case| case.times != Some(3) || case.page == Some(2));
    play(cases, |case| async move {
        let scene = many_clients(one_member(), 101);
        let scene = scene.expects("M101", &acme(901), &numbered(101)).expects("C09", &acme(903), "");
        let mut stage = Rehearsal::of(scene).await;
        case.strike(&mut stage);
        let night = stage.judged(DAY).await;
        let ending = match case.kind.what {
            // Nothing is in the list: that proves nothing, and asks for a person.
            What::EmptyList | What::NullListZeroTotals if case.page == Some(1) => Some((false, 3)),
            _ => case.ending(),
        };
        complaints(&stage, &night, ending, &[("M101", 901, ""), ("C09", 903, "")])
    });
}

fn of_a_listing(case: &Case, stage: &Rehearsal, night: &Night) -> Vec<String> {
    let mut complaints = complaints(stage, night, case.ending(), &MISSING);
    // The Business Center that is not hit is judged as ever, unless the whole reading ended.
    let ended = matches!(case.kind.ends, Ends::Kills | Ends::Quota);
    let bystanders = MISSING.iter().filter(|(_, _, bc)| !bc.is_empty() && Some(*bc) != case.business_center);
    complaints
        .extend(bystanders.filter(|_| !ended).filter_map(|(client, number, _)| forgotten(night, client, *number)));
    complaints
}

/// What is wrong with a night that should have ended so; if nothing was in its way, what is missing must have been found.
pub(crate) fn complaints(
    stage: &Rehearsal,
    night: &Night,
    ending: Option<(bool, u8)>,
    missing: &[(&str, usize, &str)],
) -> Vec<String> {
    let mut complaints = night.false_alarms();
    if !stage.tiktok.requests().iter().any(|request| request.fault.is_some()) {
        complaints.push("the fault never struck".to_owned());
    }
    complaints.extend(stage.tiktok.violations());
    let found = (night.is_complete(), night.code());
    if ending.is_some_and(|ending| ending != found) {
        complaints.push(format!("(complete, code) is {found:?} and not {ending:?}: {:?}", night.summary.unread));
    }
    if ending == Some((true, 0)) {
        complaints.extend(missing.iter().filter_map(|(client, number, _)| forgotten(night, client, *number)));
    }
    complaints
}

/// An account that is truly missing must be called so, and its client told.
pub(crate) fn forgotten(night: &Night, client: &str, number: usize) -> Option<String> {
    let account = acme(number);
    let found = (night.is_missing(&account), night.mailed(client, &account));
    (found != (true, true)).then(|| {
        format!("{client}'s account is missing, and (said, mailed) = {found:?}: {}", night.cause(&account).as_str())
    })
}
