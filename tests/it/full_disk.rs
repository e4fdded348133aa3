//! Writes that fail: a limit on the size of files stands for the full disk, a foreign lock for the busy database (R9).
//!
//! The limit is set low and raised until a whole night fits: every write of a run is once the first that fails.

use std::fs::File;
use std::process::Command;

use rstest::rstest;

use crate::harness::*;
use crate::running::*;
use crate::smtp_sink::{Act, At, Received, Sink};

const DAY: &str = "2026-11-23";

/// The night with no file above this many blocks of 512 bytes. The signal that comes with the limit is switched off, so
/// that writing fails as it does on a full disk.
fn with_room(stage: &Stage, blocks: u32) -> Ran {
    stage.write();
    let run = stage.command(&["--now", &format!("{DAY}T04:30:00Z"), "run"]);
    let mut shell = Command::new("sh");
    shell.current_dir(stage.dir.path()).env_clear();
    shell.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.args(["-c", "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"", "sh", &blocks.to_string()]);
    shell.arg(run.get_program()).args(run.get_args());
    Running::of(shell).ends()
}

/// Whatever the server has stands in the store as intended before.
fn assert_intended(stage: &Stage, letters: &[Received], case: &str) {
    let stored = stage.store.mails();
    for letter in letters {
        let known = stored.iter().any(|mail| mail.person == letter.to && mail.bytes == letter.bytes);
        assert!(known, "{case}: a mail to {} without a stored intent", letter.to);
    }
}

#[test]
fn wherever_the_room_ends_no_mail_goes_without_a_stored_intent_and_the_next_run_needs_no_hand() {
    let mut codes = Vec::new();
    // Up to one megabyte: the log of the database is the largest file of the night.
    for blocks in [0, 8, 32, 128, 192, 224, 256, 288, 320, 384, 448, 512, 768, 2_048] {
        let case = format!("{blocks} blocks");
        let sink = Sink::start();
        let stage = Stage::with_persons(3, &sink);
        let ran = with_room(&stage, blocks);
        codes.push((blocks, ran.code));
        assert!(ran.code == 0 || ran.code == 7, "{case}: code {}\n{}", ran.code, ran.stderr);
        if ran.code == 7 {
            assert!(ran.stderr.contains("cannot "), "{case}: it says what it could not do:\n{}", ran.stderr);
        }
        for fault in ["panicked", "fault of the program"] {
            assert!(!ran.stderr.contains(fault), "{case}: it is the disk's fault:\n{}", ran.stderr);
        }
        stage.assert_reports_are_whole();
        let mut letters = sink.take_letters();
        assert_intended(&stage, &letters, &case);

        let again = stage.starts(DAY).ends();
        assert!(again.code == 0 || again.code == 6, "{case}, again: code {}\n{}", again.code, again.stderr);
        letters.extend(sink.take_letters());
        for number in 1..=3 {
            let mails = letters.iter().filter(|letter| letter.to == person(number)).count();
            let doubtful = stage.of_person(number, "reminder_state") == "doubtful";
            assert!(mails == 1 || (mails == 0 && doubtful), "{case}: person {number} got {mails}");
        }
        stage.assert_is_sound();
    }
    assert!(codes.iter().any(|(_, code)| *code == 7) && codes.last().unwrap().1 == 0, "{codes:?}");
}

#[test]
fn a_second_night_without_room_leaves_the_first_as_it_was() {
    let sink = Sink::start();
    let stage = Stage::with_persons(2, &sink);
    stage.starts("2026-11-22").ends().ends_with(0);
    let before = (files(&stage.path("reports")), stage.latest("summary.json"));
    // The database is larger than that already.
    with_room(&stage, 8).ends_with(7);
    assert!(sink.take_letters().is_empty(), "the 22nd is a Sunday, and on the 23rd nothing can be stored");
    assert_eq!((files(&stage.path("reports")), stage.latest("summary.json")), before);
    stage.starts(DAY).ends().ends_with(0);
    assert_eq!(sink.take_letters().len(), 2);
    stage.assert_is_sound();
}

#[test]
fn a_database_that_stays_locked_ends_the_mailing_and_the_mails_in_hand_are_doubtful() {
    let sink = Sink::start();
    let stage = Stage::with_persons(6, &sink);
    sink.does(|moment| if moment.at == At::Dot { Act::Hold } else { Act::Go });
    let run = stage.starts(DAY);
    sink.wait_until("four mails in hand", |heard| heard.holding.len() == 4);
    stage.store.while_locked(|| {
        sink.does(|_| Act::Go);
        sink.let_go();
        let ran = run.ends().ends_with(7);
        assert!(ran.stderr.contains("another program holds the database"), "{}", ran.stderr);
    });
    let in_hand: Vec<String> = sink.take_letters().into_iter().map(|letter| letter.to).collect();
    assert_eq!(in_hand.len(), 4, "no mail after those whose outcome could not be stored");
    stage.assert_reports_are_whole();

    stage.starts(DAY).ends().ends_with(6);
    let mut of_today: Vec<String> = sink.take_letters().into_iter().map(|letter| letter.to).collect();
    assert_eq!(of_today.len(), 2);
    for number in (1..=6).filter(|number| in_hand.contains(&person(*number))) {
        assert_eq!(stage.of_person(number, "reminder_state"), "doubtful", "the store knows no better");
    }
    of_today.extend(in_hand.iter().cloned());
    of_today.sort();
    assert_eq!(of_today, (1..=6).map(person).collect::<Vec<_>>());
    stage.starts("2026-11-24").ends().ends_with(0);
    let mut of_tomorrow: Vec<String> = sink.take_letters().into_iter().map(|letter| letter.to).collect();
    of_tomorrow.sort();
    assert!(in_hand.iter().all(|to| of_tomorrow.contains(to)) && of_tomorrow.len() == 4, "{of_tomorrow:?}");
    stage.assert_is_sound();
}

/// Each command after a night, with a standard output that takes nothing.
#[rstest]
#[case(&["--now", "2026-11-24T04:30:00Z", "run"], 7)]
#[case(&["--now", "2026-11-24T04:30:00Z", "run", "--output", "json"], 7)]
#[case(&["--now", "2026-11-24T04:30:00Z", "plan"], 7)]
#[case(&["check"], 7)]
#[case(&["explain", "7106541027900000001"], 7)]
#[case(&["explain", "7106541027900000001", "--output", "json"], 7)]
#[case(&["history"], 7)]
#[case(&["history", "--account", "7106541027900000001"], 7)]
#[case(&["dump"], 7)]
#[case(&["dump", "--out", "draft.csv"], 0)]
#[case(&["forget", "person-1@acme.example"], 7)]
#[case(&["history", "--account", "none"], 2)]
fn a_result_that_cannot_be_written_is_no_success(#[case] arguments: &[&str], #[case] code: i32) {
    let sink = Sink::start();
    let stage = Stage::with_persons(1, &sink);
    stage.starts(DAY).ends().ends_with(0);
    let command = || stage.command(arguments);
    let full = ran(command().stdout(File::options().write(true).open("/dev/full").unwrap()).output().unwrap());
    let full = full.ends_with(code);
    assert_eq!(full.stderr.contains("could not be written to standard output"), code == 7, "{}", full.stderr);
    stage.assert_reports_are_whole();
    // Who closes the pipe has read what he wanted.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let closed = ran(command().stdout(writer).output().unwrap());
    assert!(!closed.stderr.contains("standard output"), "{}", closed.stderr);
    closed.ends_with(if code == 7 { 0 } else { code });
}

#[test]
fn a_token_that_is_refused_outweighs_a_result_that_cannot_be_written() {
    let stage = Stage::new(acme_world(1));
    stage.tiktok.world_mut(|world| world.revoke_token(MEMBER));
    stage.write();
    let full = File::options().write(true).open("/dev/full").unwrap();
    ran(stage.command(&["check"]).stdout(full).output().unwrap()).ends_with(3);
}
