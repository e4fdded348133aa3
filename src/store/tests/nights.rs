//! Accounts, sightings and Business Centers from night to night.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rstest::rstest;

use super::super::*;
use super::world::*;
use crate::domain::*;

#[rstest]
#[tokio::test]
async fn an_absent_past_is_an_empty_history(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    assert_eq!(world.history("2026-11-01").await, History::default());
}

#[rstest]
#[tokio::test]
async fn a_reader_sees_what_a_writer_stored_and_can_write_nothing(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    let reader = Store::open_read_only(&world.home.url).await.unwrap().unwrap();
    let day = date("2026-11-02");
    assert_eq!(reader.history(day).await.unwrap(), world.store.history(day).await.unwrap());
    let refused = reader.begin(&run_on("2026-11-02"), &world.lease).await.unwrap_err();
    assert!(refused.to_string().contains("read-only"), "{refused}");
}

#[rstest]
#[tokio::test]
async fn a_gap_is_new_then_unknown_then_open_then_resolved_then_withdrawn(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    let gap = |cause| finding(1, cause, "2026-11-01");

    world.night("2026-11-01", &[gap(Cause::NotAssigned)], &seen(&[], COMPLETE)).await;
    let history = world.history("2026-11-02").await;
    let (remembered, known) = (history.accounts.get(&key("C07", 1)), &history.gaps[&key("C07", 1)]);
    let expected = Remembered { cause: Cause::NotAssigned, since: date("2026-11-01"), certain_until: None };
    assert_eq!((remembered, known.remembered), (Some(&expected), expected));
    assert_eq!(known.client.as_deref(), Some(&*client("C07")));
    assert_eq!((&*known.account_name, known.member.clone()), ("Account 1", Some(member())));

    for night in ["2026-11-02", "2026-11-03"] {
        world.night(night, &[gap(Cause::ListingIncomplete)], &seen(&[], incomplete())).await;
    }
    let known = *world.history("2026-11-04").await.accounts.get(&key("C07", 1)).unwrap();
    assert_eq!((known.cause, known.since), (Cause::NotAssigned, date("2026-11-01")), "unknown keeps what was certain");
    assert_eq!(known.certain_until, Some(date("2026-11-01")), "and says until when");
    assert_eq!(world.rows("account_states").await, 2, "the second unknown night changes nothing");

    world.night("2026-11-04", &[gap(Cause::NotAssigned)], &seen(&[], COMPLETE)).await;
    let known = *world.history("2026-11-05").await.accounts.get(&key("C07", 1)).unwrap();
    assert_eq!((known.since, known.certain_until), (date("2026-11-01"), None));

    world.night("2026-11-05", &[ok(1, "2026-11-05")], &seen(&[1], COMPLETE)).await;
    let history = world.history("2026-11-06").await;
    assert_eq!(history.accounts.get(&key("C07", 1)).unwrap().cause, Cause::SharedAsExpected);
    assert!(history.gaps.is_empty());
    assert!(history.baseline.unwrap().ok.contains(&key("C07", 1)));

    world.night("2026-11-06", &[finding(1, Cause::AccessRemoved, "2026-11-06")], &seen(&[], COMPLETE)).await;
    let mended = world.history("2026-11-07").await.mended_on;
    assert_eq!(mended[&key("C07", 1)], date("2026-11-05"), "open again, and the day on which it was mended is known");
    let mut withdrawn = finding(1, Cause::AccessRemoved, "2026-11-06");
    withdrawn.change = Some(Change::Withdrawn);
    world.night("2026-11-07", std::slice::from_ref(&withdrawn), &seen(&[], COMPLETE)).await;
    assert_eq!(world.history("2026-11-08").await.accounts.len(), 0);
    let again = &world.history("2026-11-07").await.accounts;
    assert_eq!(
        again.get(&key("C07", 1)).unwrap().cause,
        Cause::AccessRemoved,
        "a second run of the day still compares with yesterday"
    );
    world.night("2026-11-07", &[withdrawn], &seen(&[], COMPLETE)).await;
    assert_eq!(world.rows("account_states").await, 6, "and withdraws only once");
}

#[rstest]
#[tokio::test]
async fn what_was_never_certain_is_not_remembered_as_certain(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    let mut unknown = finding(1, Cause::TokenProblem, "2026-11-01");
    unknown.since = None;
    world.night("2026-11-01", &[unknown], &seen(&[], incomplete())).await;
    assert!(world.history("2026-11-02").await.accounts.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_second_run_on_a_day_compares_with_the_day_before(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    world.night("2026-11-02", &[finding(1, Cause::AccessRemoved, "2026-11-02")], &seen(&[], COMPLETE)).await;
    let first = world.history("2026-11-01").await;
    assert!(first.accounts.is_empty() && first.business_centers.is_empty(), "nothing was before the first day");
    let again = world.history("2026-11-02").await;
    assert_eq!(again.accounts.get(&key("C07", 1)).unwrap().cause, Cause::SharedAsExpected);
    let center = &again.business_centers[&(member(), center())];
    assert!(center.listed_accounts && center.empty_since.is_none());
    assert!(again.baseline.unwrap().ok.is_empty(), "the guards compare with the newest sound run of any day");

    world.night("2026-11-02", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    let next = world.history("2026-11-03").await;
    assert_eq!(next.accounts.get(&key("C07", 1)).unwrap().since, date("2026-11-01"));
    assert_eq!(next.sightings.of(account(1))[0].last_seen_on, date("2026-11-02"));
}

#[rstest]
#[tokio::test]
async fn a_killed_run_leaves_nothing_but_its_name(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    let before = world.history("2026-11-03").await;
    world.store.begin(&run_on("2026-11-02"), &world.lease).await.unwrap();
    let after = world.history("2026-11-03").await;
    assert_eq!(after.newest_run.as_ref().unwrap().run_id, "20261102T043000Z-0000");
    let unnamed = |history| History { newest_run: None, run_ids: BTreeSet::new(), ..history };
    assert_eq!(unnamed(after), unnamed(before));
    // It wrote no folder, so the next one may have the same id.
    world.night("2026-11-02", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
}

#[rstest]
#[tokio::test]
async fn a_night_without_changes_writes_no_state(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    let findings: Vec<Finding> = (1..=2_500).map(|n| ok(n, "2026-11-01")).collect();
    let accounts: Vec<u64> = (1..=2_500).collect();
    world.night("2026-11-01", &findings, &seen(&accounts, COMPLETE)).await;
    world.night("2026-11-02", &findings, &seen(&accounts, COMPLETE)).await;
    assert_eq!((world.rows("account_states").await, world.rows("sighting_states").await), (2_500, 2_500));
    let history = world.history("2026-11-03").await;
    assert_eq!((history.accounts.len(), history.baseline.unwrap().ok.len()), (2_500, 2_500));
    assert_eq!(
        history.sightings.of(account(7))[0].last_seen_on,
        date("2026-11-02"),
        "seen as long as its center is read"
    );
}

#[rstest]
#[tokio::test]
async fn a_mended_account_that_nobody_expects_any_more_is_forgotten_and_a_gap_waits_for_its_withdrawal(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let world = World::new(on).await;
    let gap = finding(2, Cause::NotAssigned, "2026-11-01");
    world.night("2026-11-01", &[ok(1, "2026-11-01"), gap], &seen(&[1], COMPLETE)).await;
    world.night("2026-11-02", &[], &seen(&[1], COMPLETE)).await;
    let history = world.history("2026-11-03").await;
    assert_eq!((history.accounts.len(), history.accounts.contains(&key("C07", 2))), (1, true));
}

#[rstest]
#[tokio::test]
async fn an_unexpected_account_that_vanished_is_closed(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    let extra = |change| {
        let mut extra = finding(1, Cause::NotOnboarded, "2026-11-01");
        extra.change = change;
        extra
    };
    world.night("2026-11-01", &[extra(Some(Change::New))], &seen(&[1], COMPLETE)).await;
    let nobody = AccountKey { client: None, account_id: account(1) };
    assert!(world.history("2026-11-02").await.accounts.contains(&nobody));
    world.night("2026-11-02", &[extra(Some(Change::Resolved))], &seen(&[], COMPLETE)).await;
    assert!(world.history("2026-11-03").await.accounts.is_empty());
}

#[rstest]
#[tokio::test]
async fn an_unexpected_account_that_somebody_expects_is_closed_once_that_is_certain(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let world = World::new(on).await;
    let (extra, nobody) =
        (finding(1, Cause::NotOnboarded, "2026-11-01"), AccountKey { client: None, account_id: account(1) });
    world.night("2026-11-01", std::slice::from_ref(&extra), &seen(&[1], COMPLETE)).await;
    let since = async |day| world.history(day).await.accounts.get(&nobody).map(|past| past.since);

    let doubtful = [finding(1, Cause::TokenProblem, "2026-11-02"), finding(1, Cause::DuplicateRow, "2026-11-02")];
    world.night("2026-11-02", &doubtful, &seen(&[], incomplete())).await;
    assert_eq!(since("2026-11-03").await, Some(date("2026-11-01")), "a night of doubt closes nothing");

    world.night("2026-11-03", &[ok(1, "2026-11-03")], &seen(&[1], COMPLETE)).await;
    assert_eq!(since("2026-11-03").await, Some(date("2026-11-01")), "a second run of the day still knows of it");
    let history = world.history("2026-11-04").await;
    assert_eq!((since("2026-11-04").await, history.gaps.len()), (None, 0));
    world.night("2026-11-04", &[ok(1, "2026-11-03")], &seen(&[1], COMPLETE)).await;
    assert_eq!(world.rows("account_states").await, 4, "and it is closed once");

    let again = finding(1, Cause::NotOnboarded, "2026-11-05");
    world.night("2026-11-05", &[again], &seen(&[1], COMPLETE)).await;
    assert_eq!(since("2026-11-06").await, Some(date("2026-11-05")));
}

#[rstest]
#[tokio::test]
async fn an_invalid_row_leaves_the_state_alone_whichever_of_the_two_comes_first(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let world = World::new(on).await;
    world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    let (twin, lone) =
        (finding(1, Cause::DuplicateRow, "2026-11-02"), finding(1, Cause::ClaimedBySeveralClients, "2026-11-02"));
    let gap = finding(1, Cause::AccessRemoved, "2026-11-02");
    world.night("2026-11-02", &[lone], &seen(&[1], COMPLETE)).await;
    assert_eq!(world.history("2026-11-03").await.accounts.get(&key("C07", 1)).unwrap().cause, Cause::SharedAsExpected);
    world.night("2026-11-03", &[twin.clone(), gap, twin], &seen(&[], COMPLETE)).await;
    assert_eq!(world.history("2026-11-04").await.accounts.get(&key("C07", 1)).unwrap().cause, Cause::AccessRemoved);
}

#[rstest]
#[tokio::test]
async fn a_sighting_ends_only_on_complete_evidence(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    world.night("2026-11-01", &[], &seen(&[1, 2], COMPLETE)).await;
    world.night("2026-11-02", &[], &seen(&[1, 2], COMPLETE)).await;
    world.night("2026-11-03", &[], &seen(&[1], incomplete())).await;
    assert_eq!(world.rows("sighting_states").await, 2, "an incomplete listing ends nothing");
    world.night("2026-11-04", &[], &seen(&[1], COMPLETE)).await;
    world.night("2026-11-05", &[], &seen(&[1], COMPLETE)).await;
    let history = world.history("2026-11-06").await;
    let [there, gone] = [1, 2].map(|n| &history.sightings.of(account(n))[0]);
    assert_eq!((there.first_seen_on, there.last_seen_on), (date("2026-11-01"), date("2026-11-05")));
    assert_eq!((gone.first_seen_on, gone.last_seen_on), (date("2026-11-01"), date("2026-11-02")));
    assert_eq!(gone.place.owner.as_deref(), Some("Owner"), "its owner stays known");

    world.night("2026-11-06", &[], &observation(BTreeMap::new(), BTreeMap::new())).await;
    world.night("2026-11-07", &[], &seen(&[2], COMPLETE)).await;
    let history = world.history("2026-11-08").await;
    let [gone, back] = [1, 2].map(|n| &history.sightings.of(account(n))[0]);
    assert_eq!(gone.last_seen_on, date("2026-11-05"), "its Business Center left the list");
    assert_eq!((back.first_seen_on, back.last_seen_on), (date("2026-11-01"), date("2026-11-07")));
}

#[rstest]
#[tokio::test]
async fn a_business_center_that_empties_says_since_when(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    for (day, accounts) in [("2026-11-01", &[1_u64][..]), ("2026-11-02", &[]), ("2026-11-03", &[])] {
        world.night(day, &[], &seen(accounts, COMPLETE)).await;
    }
    let at = |history: History| history.business_centers[&(member(), center())].clone();
    let known = at(world.history("2026-11-04").await);
    assert_eq!((known.listed_accounts, known.empty_since), (false, Some(date("2026-11-02"))));
    assert_eq!(&*known.name, "Center");
    world.night("2026-11-04", &[], &seen(&[1], COMPLETE)).await;
    let known = at(world.history("2026-11-05").await);
    assert_eq!((known.listed_accounts, known.empty_since), (true, None));
}

#[rstest]
#[case::new_today(&[])]
#[case::known_since_yesterday(&["2026-11-01"])]
#[tokio::test]
async fn a_business_center_that_empties_within_a_day_listed_accounts_before_until_the_next(
    #[case] empty_before: &[&str],
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let world = World::new(on).await;
    for day in empty_before {
        world.night(day, &[], &seen(&[], COMPLETE)).await;
    }
    let at = async |day| world.history(day).await.business_centers.get(&(member(), center())).cloned();
    let listed = async |day| at(day).await.is_some_and(|known| known.listed_accounts);
    assert!(!listed("2026-11-02").await);
    for (run, accounts) in [&[1_u64][..], &[], &[]].into_iter().enumerate() {
        world.night("2026-11-02", &[], &seen(accounts, COMPLETE)).await;
        assert!(listed("2026-11-02").await, "after run {run} of the day");
    }
    let known = at("2026-11-03").await.unwrap();
    assert_eq!((known.listed_accounts, known.empty_since), (false, Some(date("2026-11-02"))));
}

#[rstest]
#[tokio::test]
async fn a_business_center_remembers_the_families_of_its_clients(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    let history = world.history("2026-11-02").await;
    let families = &history.clients_of[&center()];
    assert_eq!(families[&ClientKey::new("dk", "c07")], Family::Parent("p1".to_owned()));
}

#[rstest]
#[tokio::test]
async fn the_guards_compare_with_the_last_sound_or_released_run(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    let sound = world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    let gap = finding(1, Cause::AccessRemoved, "2026-11-02");
    let held = world.night("2026-11-02", &[gap], &seen(&[], COMPLETE)).await;
    world.store.end(held, &ending(true, true), &[], &world.lease).await.unwrap();
    let baseline = world.history("2026-11-03").await.baseline.unwrap();
    assert_eq!((&*baseline.run_id, baseline.ok.len()), ("20261101T043000Z-0000", 1));
    world.store.mark_released(held, moment("2026-11-02"), &world.lease).await.unwrap();
    let baseline = world.history("2026-11-03").await.baseline.unwrap();
    assert_eq!((&*baseline.run_id, baseline.ok.len()), ("20261102T043000Z-0000", 0));
    let runs = world.store.runs(10).await.unwrap();
    assert_eq!(runs.iter().map(|run| run.seq).collect::<Vec<_>>(), [held, sound]);
    assert_eq!((runs[1].judged, runs[1].ok_rows), (Some(1), Some(1)));
}

#[rstest]
#[case::still_ok(Cause::SharedAsExpected, 1)]
#[case::in_doubt(Cause::BusinessCenterUnreadable, 1)]
#[case::certainly_lost(Cause::AccessRemoved, 0)]
#[tokio::test]
async fn the_guards_compare_with_what_was_last_certain(
    #[case] cause: Cause,
    #[case] ok_then: usize,
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let world = World::new(on).await;
    world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    // An excused Business Center leaves the run complete.
    world.night("2026-11-02", &[finding(1, cause, "2026-11-01")], &seen(&[], incomplete())).await;
    let baseline = world.history("2026-11-03").await.baseline.unwrap();
    assert_eq!((&*baseline.run_id, baseline.ok.len()), ("20261102T043000Z-0000", ok_then));
}

#[rstest]
#[tokio::test]
async fn what_was_recalled_before_another_run_wrote_is_read_again(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    let (_, stale) = world.store.recall(date("2026-11-02")).await.unwrap();
    world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    let run = world.store.begin(&run_on("2026-11-02"), &world.lease).await.unwrap();
    let findings = [ok(1, "2026-11-01")];
    let seen = seen(&[1], COMPLETE);
    world.store.remember(run, &findings, &seen, stale, date("2026-11-02"), &world.lease).await.unwrap();
    assert_eq!(world.rows("account_states").await, 1);
}

#[rstest]
#[tokio::test]
async fn faulty_calls_are_kept_for_tiktoks_support(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    let run = world.store.begin(&run_on("2026-11-01"), &world.lease).await.unwrap();
    let call = FaultyCall {
        member: member(),
        endpoint: "/bc/asset/get/".to_owned(),
        business_center: Some(center()),
        page: Some(3),
        code: Some(50000),
        message: "internal".to_owned(),
        request_id: Some("2026".to_owned()),
    };
    let ending = RunEnding { faulty_calls: vec![call], ..ending(false, false) };
    world.store.end(run, &ending, &[], &world.lease).await.unwrap();
    assert_eq!(world.rows("faulty_calls").await, 1);
}

#[rstest]
#[tokio::test]
async fn names_of_any_sort_and_pages_of_any_number_come_back_as_they_were(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    let name = "a,b\n\u{1f}\u{1}'\"ø 🛍";
    let mut findings: Vec<Finding> = (1..=9_000).map(|n| ok(n, "2026-11-01")).collect();
    findings.push(finding(9_001, Cause::NotAssigned, "2026-11-01"));
    findings[8_998] = finding(8_999, Cause::NotAssigned, "2026-11-01");
    for (n, finding) in (1..).zip(&mut findings) {
        finding.account_name = if n > 9_000 { "".into() } else { format!("{name}{n}").into() };
    }
    let mut seen = seen(&(1..=9_000).collect::<Vec<_>>(), COMPLETE);
    for account in &mut seen.members[0].listings.get_mut(&center()).unwrap().accounts {
        account.terms = Arc::new(Terms { role: StatedRole::New(name.into()), owner: Some(name.into()) });
    }
    world.night("2026-11-01", &findings, &seen).await;
    world.night("2026-11-02", &findings, &seen).await;
    assert_eq!((world.rows("account_states").await, world.rows("sighting_states").await), (9_001, 9_000));
    let history = world.history("2026-11-03").await;
    assert_eq!(history.accounts.len(), 9_001);
    assert_eq!(&*history.gaps[&key("C07", 8_999)].account_name, format!("{name}8999"));
    assert_eq!(&*history.gaps[&key("C07", 9_001)].account_name, "");
    for n in 1..=9_000 {
        let [only] = history.sightings.of(account(n)) else { panic!("account {n} is not seen once") };
        assert_eq!(only.place.owner.as_deref(), Some(name));
    }
    assert_eq!(history.sightings.of(account(9_001)), []);
}

#[rstest]
#[tokio::test]
async fn the_trend_has_the_last_run_that_ended_of_each_earlier_day_it_covers(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let world = World::new(on).await;
    let ended = |missing: u64| RunEnding {
        summary: format!(
            r#"{{"complete": true, "counts": {{"missing": {{"not_shared": {missing}, "not_assigned": 1}}, "later": {{}}}},
                "changes": {{"new": {missing}, "open": 0, "resolved": 0, "withdrawn": 0}}, "run_id": "x"}}"#
        ),
        ..ending(true, false)
    };
    let runs = [("2026-08-03", 1), ("2026-08-04", 2), ("2026-10-31", 3), ("2026-10-31", 4), ("2026-11-01", 5)];
    for (number, (day, missing)) in runs.into_iter().enumerate() {
        let run = NewRun { run_id: format!("run {number}"), ..run_on(day) };
        let run = world.store.begin(&run, &world.lease).await.unwrap();
        world.store.end(run, &ended(missing), &[], &world.lease).await.unwrap();
    }
    let killed = NewRun { run_id: "killed".to_owned(), ..run_on("2026-10-31") };
    world.store.begin(&killed, &world.lease).await.unwrap();
    let refused = world.store.begin(&run_on("2026-10-30"), &world.lease).await.unwrap();
    world.store.end(refused, &ending(false, false), &[], &world.lease).await.unwrap();

    let trend = world.history("2026-11-01").await.trend;
    let nights: Vec<_> =
        trend.iter().map(|n| (n.day, n.of(Status::Missing), n.of(Status::Ok), n.changes.new)).collect();
    assert_eq!(nights, [(date("2026-08-04"), 3, 0, 2), (date("2026-10-31"), 5, 0, 4)]);
}
