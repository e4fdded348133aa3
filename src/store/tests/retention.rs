//! What is kept no longer: nobody who judges or mails misses it.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use rstest::rstest;

use super::super::*;
use super::mails::to;
use super::world::*;
use crate::domain::*;

const FIRST: &str = "2026-11-01";

fn day(night: u64) -> NaiveDate {
    date(FIRST) + Days::new(night)
}

/// What is judged on a night: an account that comes and goes, one that is always there, one that never is and changes its
/// name, one that is withdrawn.
fn judged(night: u64) -> Vec<Finding> {
    let phase = day(night - night % 5).to_string();
    let comes_and_goes = if night % 10 < 5 { ok(1, &phase) } else { finding(1, Cause::AccessRemoved, &phase) };
    let mut never = finding(3, Cause::NotAssigned, FIRST);
    never.account_name = format!("Name {}", night / 7).as_str().into();
    let mut judged = vec![comes_and_goes, ok(2, FIRST), never];
    match night {
        0..10 => judged.push(ok(4, FIRST)),
        10..13 => judged.push(finding(4, Cause::NotAssigned, "2026-11-11")),
        13 => {
            let mut withdrawn = finding(4, Cause::NotAssigned, "2026-11-11");
            withdrawn.change = Some(Change::Withdrawn);
            judged.push(withdrawn);
        }
        _ => {}
    }
    judged
}

async fn forty_nights(on: On) -> World {
    let world = World::new(on).await;
    for night in 0..40 {
        let mut there = vec![2];
        there.extend((night % 10 < 5).then_some(1));
        there.extend((night < 10).then_some(4));
        world.night(&day(night).to_string(), &judged(night), &seen(&there, COMPLETE)).await;
    }
    world
}

/// The history without what is told of a time that is kept no longer.
fn judgeable(history: History, before: NaiveDate) -> History {
    let mended_on = history.mended_on.into_iter().filter(|(_, day)| *day >= before).collect();
    History { run_ids: BTreeSet::new(), mails: Vec::new(), mended_on, ..history }
}

#[rstest]
#[tokio::test]
async fn what_is_removed_is_missed_by_no_later_night(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = forty_nights(on).await;
    let (today, before) = (day(39), day(30));
    let full = [39, 40, 45].map(|night| day(night).to_string());
    let mut expected = Vec::new();
    for night in &full {
        expected.push(judgeable(world.history(night).await, before));
    }
    let (states, places) = (world.rows("account_states").await, world.rows("sighting_states").await);
    let mut removed = Vec::new();
    for _ in 0..4 {
        removed.push(world.store.expire(today, before, &[], &world.lease).await.unwrap().runs);
    }
    assert_eq!(removed, [10, 10, 10, 0], "a night removes so many of a backlog");
    assert_eq!(world.store.number("SELECT MIN(seq) FROM runs").await, 31);
    assert!(world.rows("account_states").await < states && world.rows("sighting_states").await < places);
    for (night, expected) in full.iter().zip(expected) {
        assert_eq!(judgeable(world.history(night).await, before), expected, "on {night}");
    }
    // The next night finds nothing to be written anew.
    let states = world.rows("account_states").await;
    world.night("2026-12-11", &judged(39), &seen(&[2], COMPLETE)).await;
    assert_eq!(world.rows("account_states").await, states);
}

#[rstest]
#[tokio::test]
async fn an_account_that_is_asked_for_is_told_from_what_is_left(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = forty_nights(on).await;
    for _ in 0..3 {
        world.store.expire(day(39), day(30), &[], &world.lease).await.unwrap();
    }
    let story = world.store.account_story(account(2)).await.unwrap();
    assert_eq!((story.states.len(), story.states[0].run.as_ref()), (1, None), "its run is gone, its state is not");
    assert_eq!(story.states[0].since, Some(date(FIRST)));
    assert_eq!(world.store.account_story(account(4)).await.unwrap().states, [], "nobody expects it for long");
    let never = world.store.account_story(account(3)).await.unwrap().states;
    assert_eq!(never.len(), 6, "an open gap keeps its series");
}

#[rstest]
#[tokio::test]
async fn mails_go_with_their_episode_and_their_texts_before(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    let mut runs = Vec::new();
    for night in 0..5 {
        runs.push(world.night(&day(night).to_string(), &[ok(1, FIRST)], &seen(&[1], COMPLETE)).await);
    }
    for (person, run) in [("anna", runs[0]), ("bert", runs[1])] {
        let mail = MailIntent { day: day(0), ..to(person, 1, run) };
        world.store.intend(&mail, &world.lease).await.unwrap();
        let at = moment(FIRST);
        world.store.settle(&mail.message_id, MailOutcome::Accepted, None, at, &world.lease).await.unwrap();
    }
    let episode = |person: &str| {
        let MailKind::Person { person, episode, .. } = to(person, 1, runs[0]).kind else { panic!("a digest") };
        (person, episode)
    };
    let removed = world.store.expire(day(4), day(3), &[episode("anna")], &world.lease).await.unwrap();
    assert_eq!(removed, Removed { runs: 2, mails: 1 }, "the run of a mail that is kept stays");
    assert_eq!((world.rows("mails").await, world.rows("mail_bytes").await), (1, 0));
    assert_eq!(world.history("2026-11-06").await.mails.len(), 1);
    let left = world.store.runs(10).await.unwrap().into_iter().map(|run| run.seq).collect::<Vec<_>>();
    assert_eq!(left, [runs[4], runs[3], runs[1]]);
}

#[rstest]
#[tokio::test]
async fn a_store_that_never_mailed_forgets_no_run(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = World::new(on).await;
    for night in 0..5 {
        let run = world.store.begin(&run_on(&day(night).to_string()), &world.lease).await.unwrap();
        let (_, present) = world.store.recall(day(night)).await.unwrap();
        let nothing = seen(&[], COMPLETE);
        world.store.remember(run, &[], &nothing, present, day(night), &world.lease).await.unwrap();
        world.store.end(run, &ending(true, true), &[], &world.lease).await.unwrap();
    }
    // All were held: without them, reports of earlier runs would look like those of a lost store.
    assert_eq!(world.store.expire(day(4), day(4), &[], &world.lease).await.unwrap(), Removed::default());
    assert_eq!(world.history("2026-11-06").await.run_ids.len(), 5);
}
