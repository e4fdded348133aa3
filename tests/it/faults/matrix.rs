//! R1: every kind of fault × first, middle, last and only page × once, three times, for ever.

use std::fmt;

use tiktok_simulator::{Endpoint, When, World};

use super::kinds::{Ends, Kind, kinds};
use super::table::play;
use crate::harness::{ACME, BETA, CANARY, MEMBER, acme};
use crate::rehearsal::{Night, Rehearsal, Scene};

const DAY: &str = "2026-11-23";
/// Accounts that are not shared: in a Business Center of three pages, in one of one page, and of a client without one.
const MISSING: [(&str, usize, &str); 3] = [("C07", 901, ACME), ("C08", 902, BETA), ("C09", 903, "")];

/// Acme shares 120 accounts on three pages, Beta the account 1 001 and two more.
pub(crate) fn two_clients() -> Scene {
    let world = World::new().member(MEMBER, CANARY);
    let mut scene = Scene { world, ..Scene::default() }.business_center(ACME, "Acme BC");
    for number in 1..=120 {
        scene = scene.shares("C07", &acme(number));
    }
    scene = scene.business_center(BETA, "Beta BC");
    for number in 1001..=1003 {
        scene = scene.shares("C08", &acme(number));
    }
    for (client, number, bc) in MISSING {
        scene = scene.expects(client, &acme(number), bc);
    }
    scene
}

#[derive(Clone, Debug)]
struct Case {
    kind: Kind,
    endpoint: Endpoint,
    place: &'static str,
    business_center: Option<&'static str>,
    page: u64,
    times: Option<u64>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = self.times.map_or_else(|| "for ever".to_owned(), |times| format!("{times} ×"));
        write!(f, "{} | {} | {times}", self.kind.name, self.place)
    }
}

impl Case {
    fn when(&self) -> When {
        let mut when = When::asked(self.endpoint).on_page(self.page);
        if let Some(bc) = self.business_center {
            when = when.about(bc);
        }
        if let Some(times) = self.times { when.times(times) } else { when.forever() }
    }
}

#[test]
fn no_fault_in_a_listing_makes_a_mail_and_what_passes_leaves_no_trace() {
    let places =
        [("first page", ACME, 1, 3), ("middle page", ACME, 2, 3), ("last page", ACME, 3, 3), ("only page", BETA, 1, 1)];
    let mut cases = Vec::new();
    for (place, bc, page, pages) in places {
        for mut kind in kinds(page, pages) {
            if let tiktok_simulator::What::Vanishes { id } = &mut kind.what {
                *id = if bc == BETA { acme(1002) } else { acme(7) };
            }
            for times in [Some(1), Some(3), None] {
                let kind = kind.clone();
                cases.push(Case {
                    kind,
                    endpoint: Endpoint::BcAssetGet,
                    place,
                    business_center: Some(bc),
                    page,
                    times,
                });
            }
        }
    }
    play(cases, |case| async move {
        let stage = Rehearsal::of(two_clients()).await;
        stage.tiktok.add_fault(case.when().gives(case.kind.what.clone()));
        let night = stage.night(DAY).await;
        let mut complaints = complaints(&case, &stage, &night);
        // The Business Center that is not hit is judged as ever, unless the whole reading ended.
        let ended = matches!(case.kind.ends, Ends::Kills | Ends::Quota);
        let bystanders = MISSING.iter().filter(|(_, _, bc)| !bc.is_empty() && Some(*bc) != case.business_center);
        for (client, number, _) in bystanders.filter(|_| !ended) {
            complaints.extend(forgotten(&night, client, *number));
        }
        complaints
    });
}

/// What is wrong with a night, whatever was hit.
fn complaints(case: &Case, stage: &Rehearsal, night: &Night) -> Vec<String> {
    let mut complaints = night.false_alarms();
    if !stage.tiktok.requests().iter().any(|request| request.fault.is_some()) {
        complaints.push("the fault never struck".to_owned());
    }
    complaints.extend(stage.tiktok.violations());
    let once = case.times == Some(1);
    let expected = match case.kind.ends {
        Ends::Harmless => Some((true, 0)),
        Ends::Passes | Ends::Quota | Ends::Lies if once => Some((true, 0)),
        Ends::Passes | Ends::Refuses => Some((false, 4)),
        Ends::Quota if case.times.is_none() => Some((false, 4)),
        Ends::Kills => Some((false, 3)),
        // Three answers of three different questions are not three in a row.
        Ends::Quota | Ends::Lies => None,
    };
    let found = (night.is_complete(), night.code());
    if expected.is_some_and(|expected| expected != found) {
        complaints.push(format!("complete, code: {found:?} and not {expected:?}: {:?}", night.outcome.summary.unread));
    }
    if expected == Some((true, 0)) {
        for (client, number, _) in MISSING {
            complaints.extend(forgotten(night, client, number));
        }
    }
    complaints
}

/// An account that is truly missing must be called so, and its client told.
fn forgotten(night: &Night, client: &str, number: usize) -> Option<String> {
    let account = acme(number);
    let found = (night.is_missing(&account), night.mailed(client, &account));
    (found != (true, true)).then(|| {
        format!("{client}'s account is missing, and (said, mailed) = {found:?}: {}", night.cause(&account).as_str())
    })
}
