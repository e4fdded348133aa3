//! Promise 1 as a property: random worlds, registers, faults and nights, and one assertion.

use std::thread;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reconciler::domain::{History, Observation, Reading};
use reconciler::judge;
use tiktok_simulator::{Endpoint, What, When, World};

use super::kinds::kinds;
use super::matrix::{DAY, SHORT};
use super::table::in_runtime;
use crate::harness::{CANARY, MEMBER, OTHER, acme};
use crate::rehearsal::{Rehearsal, false_alarms};
use crate::worlds::{APP, Row, SECRET, Scene, numbered};

const NEXT_DAY: &str = "2026-11-24";
/// Runners side by side, and the cases of each.
const RUNNERS: u8 = 8;
const CASES: u32 = 8;

#[derive(Clone, Debug)]
struct Plan {
    centers: Vec<Center>,
    rows: Vec<Expectation>,
    faults: Vec<Trouble>,
    two_members: bool,
    witness: bool,
    /// A good night goes before, and afterwards some accounts are taken away: Business Center and number.
    night_before: Option<Vec<(Index, usize)>>,
    /// With mails, reports and memory.
    whole: bool,
}

#[derive(Clone, Debug)]
struct Center {
    accounts: usize,
    suspended: bool,
    /// 0: everybody is in it; 1: [`MEMBER`] alone; 2: the other member alone, or nobody.
    joined: u8,
    partner: bool,
}

#[derive(Clone, Debug)]
struct Expectation {
    client: usize,
    center: Index,
    number: usize,
    shared: bool,
    /// The Business Center that the row gives, right or wrong.
    given: Option<Index>,
}

#[derive(Clone, Debug)]
struct Trouble {
    /// Among those of lists, which lie most quietly, or among all.
    of_lists: bool,
    kind: Index,
    endpoint: Option<Endpoint>,
    center: Option<Index>,
    page: Option<u64>,
    from_call: u64,
    times: Option<u64>,
}

fn plans() -> impl Strategy<Value = Plan> {
    let accounts = prop_oneof![4 => 0..8_usize, 2 => 48..53_usize, 1 => 99..131_usize];
    let center = (accounts, prop::bool::weighted(0.1), 0..6_u8, prop::bool::weighted(0.2)).prop_map(
        |(accounts, suspended, joined, partner)| Center {
            accounts,
            suspended,
            joined: joined.saturating_sub(3),
            partner,
        },
    );
    let given = prop_oneof![Just(None), any::<Index>().prop_map(Some)];
    let row = (0..4_usize, any::<Index>(), 0..131_usize, prop::bool::weighted(0.8), given)
        .prop_map(|(client, center, number, shared, given)| Expectation { client, center, number, shared, given });
    let endpoint = prop_oneof![
        5 => Just(Some(Endpoint::BcAssetGet)),
        3 => Just(Some(Endpoint::BcGet)),
        1 => prop::sample::select(Endpoint::ALL.to_vec()).prop_map(Some),
        1 => Just(None),
    ];
    let about = (prop::bool::weighted(0.6), any::<Index>(), endpoint, prop::option::weighted(0.3, any::<Index>()));
    let from_call = prop_oneof![4 => Just(1_u64), 1 => 2..4_u64];
    let when = (prop::option::weighted(0.4, 1..4_u64), from_call, prop::option::weighted(0.3, 1..7_u64));
    let fault = (about, when).prop_map(|((of_lists, kind, endpoint, center), (page, from_call, times))| Trouble {
        of_lists,
        kind,
        endpoint,
        center,
        page,
        from_call,
        times,
    });
    let taken = prop::collection::vec((any::<Index>(), 0..131_usize), 0..5);
    let parts = (
        prop::collection::vec(center, 1..6),
        prop::collection::vec(row, 20..80),
        prop::collection::vec(fault, 1..4),
        any::<bool>(),
        any::<bool>(),
        prop::option::of(taken),
        prop::bool::weighted(0.25),
    );
    parts.prop_map(|(centers, rows, faults, two_members, witness, night_before, whole)| Plan {
        centers,
        rows,
        faults,
        two_members,
        witness,
        night_before,
        whole,
    })
}

impl Plan {
    fn scene(&self) -> Scene {
        let mut world = World::new().member(MEMBER, CANARY);
        if self.witness {
            world = world.of_app(APP, SECRET);
        }
        if self.two_members {
            world = world.member(OTHER, "token-2");
        }
        let (two_members, witness) = (self.two_members, self.witness);
        let mut scene = Scene { world, two_members, witness, ..Scene::default() };
        for (at, center) in self.centers.iter().enumerate() {
            scene = scene.business_center(&numbered(at), &format!("BC {at}"));
            let mut world = scene.world;
            if center.suspended {
                scene.suspended.insert(numbered(at));
                world = world.in_status("PUNISH");
            }
            world = match center.joined {
                0 => world,
                1 => world.joined_by(MEMBER),
                _ if self.two_members => world.joined_by(OTHER),
                _ => world.joined_by_nobody(),
            };
            for number in 0..center.accounts {
                world = world.account(&account(at, number), "An account");
                world = if center.partner { world.owned_by("A partner's BC") } else { world };
                world = if number % 17 == 5 { world.with_role("OPERATOR") } else { world };
            }
            scene.world = world;
        }
        scene.rows = self.rows.iter().map(|row| self.row(row)).collect();
        scene
    }

    fn row(&self, row: &Expectation) -> Row {
        let at = row.center.index(self.centers.len());
        let here = self.centers[at].accounts;
        // What is not shared has a number that no Business Center has.
        let number = if row.shared && here > 0 { row.number % here } else { 500 + row.number };
        Row {
            client: format!("C{}", row.client),
            account: account(at, number),
            business_center: row.given.map_or(String::new(), |given| numbered(given.index(self.centers.len()))),
            member: MEMBER.to_owned(),
        }
    }

    /// The night's faults. A lie that agrees with itself counts only where a witness contradicts it, so that where one is
    /// told about listings, the details of accounts are left alone.
    fn strike(&self, stage: &Rehearsal) {
        let all = kinds(1, 1, &account(0, 0));
        let of = |lists: bool| all.iter().filter(move |kind| !lists || !kind.everywhere).map(|kind| kind.what.clone());
        let hidden = [What::Vanishes { id: numbered(0) }];
        let changes = (1..=4).map(|seed| What::ListingChanges { seed, change: None });
        let (lists, all): (Vec<What>, Vec<What>) =
            (of(true).chain(hidden).chain(changes).collect(), of(false).collect());
        let what = |fault: &Trouble| fault.kind.get(if fault.of_lists { &lists } else { &all }).clone();
        let lies = |what: &What| {
            matches!(
                what,
                What::EmptyList
                    | What::NullListZeroTotals
                    | What::ShortPageConsistent
                    | What::Vanishes { .. }
                    | What::ListingChanges { .. }
            )
        };
        let is_lied = self.faults.iter().any(|fault| lies(&what(fault)));
        for fault in &self.faults {
            let mut endpoint = fault.endpoint;
            if is_lied && matches!(endpoint, None | Some(Endpoint::AdvertiserInfo)) {
                endpoint = Some(Endpoint::BcAssetGet);
            }
            if matches!(what(fault), What::ListingChanges { .. }) {
                endpoint = Some(Endpoint::BcAssetGet); // the truth of a Business Center that is no more is not kept
            }
            let mut when = endpoint.map_or_else(When::asked_anything, When::asked).from_call(fault.from_call);
            if let (Some(center), Some(Endpoint::BcAssetGet)) = (fault.center, endpoint) {
                when = when.about(&numbered(center.index(self.centers.len())));
            }
            if let (Some(page), Some(Endpoint::BcAssetGet | Endpoint::BcGet)) = (fault.page, endpoint) {
                when = when.on_page(page);
            }
            let when = if let Some(times) = fault.times { when.times(times) } else { when };
            stage.tiktok.add_fault(when.gives(what(fault)));
        }
    }

    async fn stage(&self) -> Rehearsal {
        let mut stage = Rehearsal::of(self.scene()).await;
        // Time runs out in some plans; where it also does on a busy machine, that is one fault more.
        stage.config.tiktok.request_timeout = SHORT;
        if let Some(taken) = &self.night_before {
            stage.night(DAY).await;
            for (center, number) in taken {
                let at = center.index(self.centers.len());
                if *number < self.centers[at].accounts {
                    stage.tiktok.world_mut(|world| world.unassign(&numbered(at), &account(at, *number)));
                }
            }
        }
        self.strike(&stage);
        stage
    }
}

fn account(center: usize, number: usize) -> String {
    acme(center * 1000 + number)
}

fn runner(seed: u8) -> TestRunner {
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
}

#[test]
fn whatever_goes_wrong_nobody_is_mailed_about_and_nothing_called_missing_that_is_shared() {
    thread::scope(|scope| {
        for seed in 0..RUNNERS {
            scope.spawn(move || {
                let outcome = runner(seed).run(&plans(), |plan| {
                    let alarms = in_runtime(async {
                        let stage = plan.stage().await;
                        let night = if plan.whole { stage.night(NEXT_DAY).await } else { stage.judged(NEXT_DAY).await };
                        night.false_alarms()
                    });
                    prop_assert!(alarms.is_empty(), "{alarms:#?}");
                    Ok(())
                });
                if let Err(failure) = outcome {
                    panic!("runner {seed}: {failure}");
                }
            });
        }
    });
}

/// The bug that the property must catch: whatever became of a list, it is taken for the whole truth.
fn believe_everything(observation: &mut Observation) {
    for view in &mut observation.members {
        view.list.reading = Reading::Complete { twice: true };
        for listing in view.listings.values_mut() {
            listing.reading = Reading::Complete { twice: true };
        }
    }
}

#[test]
fn the_property_catches_a_reader_that_takes_every_answer_for_the_whole_truth() {
    let caught: usize = (0..RUNNERS)
        .map(|seed| {
            let mut runner = runner(seed);
            let plans = (0..CASES).filter_map(|_| plans().new_tree(&mut runner).ok());
            plans.filter(|tree| in_runtime(is_caught(&Plan { night_before: None, ..tree.current() }))).count()
        })
        .sum();
    assert!(caught >= 10, "only {caught} of {} seeds show it", u32::from(RUNNERS) * CASES);
}

async fn is_caught(plan: &Plan) -> bool {
    let stage = plan.stage().await;
    let (before, register, history) = (stage.shared(), stage.register().await, History::default());
    let mut observation = stage.reader().observe().await;
    believe_everything(&mut observation);
    let findings = judge::judge(&stage.scene(&register, &observation, &history, DAY)).findings;
    let shared = before.intersection(&stage.shared()).cloned().collect();
    !false_alarms(&findings, &shared, &stage.world.suspended).is_empty()
}
