//! The same faults on identity, states and witness: none of them may make a gap, and what they say is not needed for one.

use tiktok_simulator::Endpoint;

use super::kinds::{Ends, kinds};
use super::matrix::{Case, DAY, complaints, forgotten};
use super::table::play;
use crate::harness::acme;
use crate::rehearsal::Rehearsal;
use crate::worlds::{MISSING, one_member_with_witness, two_clients};

#[test]
fn no_fault_on_identity_states_or_witness_makes_a_mail() {
    let mut cases = Vec::new();
    for endpoint in [Endpoint::UserInfo, Endpoint::AdvertiserInfo, Endpoint::Oauth2AdvertiserGet] {
        for kind in kinds(1, 1, &acme(7)) {
            for times in [Some(1), None] {
                let kind = kind.clone();
                cases.push(Case { kind, endpoint, place: "", business_center: None, page: None, times });
            }
        }
    }
    play(cases, |case| async move {
        let mut stage = Rehearsal::of(two_clients(one_member_with_witness())).await;
        case.strike(&mut stage);
        let night = stage.judged(DAY).await;
        let mut complaints = complaints(&stage, &night, ending(&case), &MISSING);
        // The listings alone are enough for a gap: they were read twice.
        if !matches!(case.kind.ends, Ends::Kills | Ends::Quota) && case.kind.everywhere && !says_gone(&case) {
            complaints.extend(MISSING.iter().filter_map(|(client, number, _)| forgotten(&night, client, *number)));
        }
        complaints
    });
}

/// Complete and code, where every endpoint comes to the same.
fn ending(case: &Case) -> Option<(bool, u8)> {
    let single = case.endpoint == Endpoint::AdvertiserInfo;
    match case.kind.ends {
        _ if !case.kind.everywhere => None,
        // What stands in fields that nobody reads may be anything, and a witness's scope is no scope of the reading.
        _ if matches!(case.kind.name, "invalid UTF-8" | "deep JSON") => None,
        Ends::Kills if case.endpoint == Endpoint::Oauth2AdvertiserGet && case.kind.name == "code 40001, scope" => None,
        // About single accounts a refusal is an answer, and a lacking scope a state that was not read.
        Ends::Refuses | Ends::Kills if single && !matches!(case.kind.name, "code 40102" | "code 40105") => None,
        Ends::Harmless => Some((true, 0)),
        Ends::Passes | Ends::Quota if case.times == Some(1) => Some((true, 0)),
        Ends::Passes | Ends::Refuses | Ends::Quota => Some((false, 4)),
        Ends::Kills => Some((false, 3)),
        Ends::Lies => None,
    }
}

/// TikTok says of the account that is missing that it does not exist: that is for the data team.
fn says_gone(case: &Case) -> bool {
    case.endpoint == Endpoint::AdvertiserInfo && case.kind.name == "code 40007"
}
