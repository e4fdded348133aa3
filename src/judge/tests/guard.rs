//! When the night is too strange to be mailed.

use rstest::rstest;

use super::*;
use crate::judge::*;

/// Limits of which only the share of first mails can be passed.
fn limits(max_first_mailed_share: f64) -> Guards {
    Guards {
        max_regressed_share: 1.0,
        min_regressed: 1,
        max_first_mailed_share,
        min_first_mailed: 1,
        max_input_drop_share: 1.0,
        max_invalid_share: 1.0,
        max_mails_per_run: 500,
    }
}

/// Two gaps of four accounts would be mailed for the first time; so many others are withdrawn, or no longer shared.
#[rstest]
#[case::at_the_limit(0.5, 0, false)]
#[case::beyond_it(0.4, 0, true)]
#[case::what_ended_was_not_judged(0.4, 4, true)]
fn first_mails_are_counted_among_what_was_judged(#[case] limit: f64, #[case] ended: u64, #[case] held: bool) {
    let mut night = Night::new();
    let id = |n: u64| (7_106_541_027_904_700_000 + 37 * n).to_string();
    for n in 0..4 {
        night.in_acme("C07", &id(n));
    }
    night.analyst(ACME, &id(0)).analyst(ACME, &id(1));
    for n in 0..ended {
        let unexpected = AccountKey { client: None, account_id: account(&id(200 + n)) };
        night.remember("C07", &id(100 + n), Cause::NotAssigned, "2026-11-01");
        night.seen_before(ACME, &id(200 + n)).remember_as(unexpected, Cause::NotOnboarded, "2026-11-01");
    }
    let findings = night.judge().findings;
    assert_eq!(findings.len() as u64, 4 + 2 * ended);
    let held_by =
        guards(&night.scene(), &limits(limit), &findings, Held { letters: 1, first_mailed: 2, store_lost: false });
    assert_eq!(
        held_by.iter().map(|guard| &*guard.name).collect::<Vec<_>>(),
        if held { vec!["first_mailed"] } else { vec![] }
    );
}

/// Ok at the baseline, missing on a held night, and tonight no longer in the register: nothing is lost.
#[test]
fn what_is_withdrawn_has_not_regressed() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).analyst(ACME, ONE).remember("C07", TWO, Cause::NotAssigned, "2026-11-22");
    let ok =
        [ONE, TWO].map(|id| (AccountKey { client: Some(ClientKey::new("DK", "C07")), account_id: account(id) }, ()));
    night.history.baseline = Some(Baseline { ok: ok.into_iter().collect(), ..Baseline::default() });
    let limits = Guards { max_regressed_share: 0.0, ..limits(1.0) };
    let held = Held { letters: 0, first_mailed: 0, store_lost: false };
    assert_eq!(guards(&night.scene(), &limits, &night.judge().findings, held), []);
}
