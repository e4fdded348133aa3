//! R2: listings that change while they are read.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use reconciler::domain::{Cause, Status};
use tiktok_simulator::{Endpoint, What, When};

use super::matrix::DAY;
use super::table::play;
use crate::harness::{ACME, acme};
use crate::rehearsal::{Night, Rehearsal};
use crate::worlds::{Scene, one_member};

struct Seed(u64);

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}", self.0)
    }
}

/// 120 accounts, twelve of which are expected, and one that is missing.
fn acme_only() -> Scene {
    let mut scene = one_member().business_center(ACME, "Acme BC");
    for number in 1..=120 {
        scene.world = scene.world.account(&acme(number), "An account");
    }
    (1..=12).fold(scene, |scene, n| scene.expects("C07", &acme(n * 10), ACME)).expects("C07", &acme(901), ACME)
}

/// Before the `number`-th listing page that is asked for, something comes, goes, moves, or is replaced.
fn change(stage: &Rehearsal, number: u64, seed: u64) {
    let change = What::ListingChanges { seed, change: None };
    stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).from_call(number).once().gives(change));
}

fn is_unverified(night: &Night) -> bool {
    night.findings.iter().any(|finding| finding.cause == Cause::ListingIncomplete)
}

#[test]
fn a_listing_that_changes_once_while_it_is_read_is_verified_and_hides_nothing() {
    const SEEDS: u64 = 1000;
    let (unverified, found) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let began = Instant::now();
    play((0..SEEDS).map(Seed).collect(), |Seed(seed)| {
        let (unverified, found) = (&unverified, &found);
        async move {
            let stage = Rehearsal::of(acme_only()).await;
            change(&stage, 1 + seed % 6, seed);
            let night = stage.judged(DAY).await;
            unverified.fetch_add(usize::from(is_unverified(&night)), Relaxed);
            found.fetch_add(usize::from(night.finding(&acme(901)).status == Status::Missing), Relaxed);
            night.false_alarms()
        }
    });
    let (unverified, found, took) = (unverified.into_inner(), found.into_inner(), began.elapsed());
    let share = format!("{unverified} of {SEEDS} end unverified, {found} find what is missing, in {took:?}");
    assert!(unverified as u64 * 100 <= SEEDS, "{share}");
    assert!(found as u64 * 100 >= 99 * SEEDS, "{share}");
    tell(&share);
}

#[test]
fn a_listing_that_changes_all_the_time_may_stay_unverified_and_hides_nothing() {
    let unverified = AtomicUsize::new(0);
    play((0..200).map(Seed).collect(), |Seed(seed)| {
        let unverified = &unverified;
        async move {
            let stage = Rehearsal::of(acme_only()).await;
            for number in (1..=12).filter(|number| (seed + number) % 3 == 0 || seed % 2 == 0) {
                change(&stage, number, seed * 100 + number);
            }
            let night = stage.judged(DAY).await;
            unverified.fetch_add(usize::from(is_unverified(&night)), Relaxed);
            night.false_alarms()
        }
    });
    assert!(unverified.into_inner() > 50, "such listings cannot all be verified");
}

#[expect(clippy::print_stderr, reason = "a measurement is read by a person")]
fn tell(share: &str) {
    eprintln!("R2: {share}");
}
