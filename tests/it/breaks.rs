//! PostgreSQL stops at a statement of a run and is started again, or its disk is full (R9). `tests/breaks.sh` stops it at
//! every statement: before the server has got it, and after the server has answered and before the run hears of it.

use std::fs;
use std::io::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use private_postgres::{PASSWORD, Server};
use tempfile::TempDir;

use crate::harness::*;
use crate::relay::{Relay, When};
use crate::running::*;
use crate::smtp_sink::{Received, Sink};
use crate::stores::Store;

const DAY: &str = "2026-11-23";
const PERSONS: usize = 3;

/// Whatever the server has stands in the store as intended before.
fn assert_intended(stage: &Stage, letters: &[Received], case: &str) {
    let stored = stage.store.mails();
    for letter in letters {
        let known = stored.iter().any(|mail| mail.person == letter.to && mail.bytes == letter.bytes);
        assert!(known, "{case}: a mail to {} without a stored intent", letter.to);
    }
}

/// A stage whose store is in a schema of its own.
fn stage_at(server: &Server, sink: &Sink) -> Stage {
    let mut stage = Stage::with_persons(PERSONS, sink);
    let url = server.schema();
    stage.env("STORE_URL", &url);
    stage.store = Store::Schema(url);
    stage
}

/// What a run may have left whose store failed; gives what was mailed.
fn assert_told(stage: &Stage, sink: &Sink, ran: &Ran, case: &str) -> Vec<Received> {
    assert!(ran.code == 0 || ran.code == 6 || ran.code == 7, "{case}: code {}\n{}", ran.code, ran.stderr);
    if ran.code == 7 {
        assert!(ran.stderr.contains("cannot "), "{case}: it says what it could not do:\n{}", ran.stderr);
    }
    for fault in ["panicked", "fault of the program", PASSWORD] {
        assert!(!ran.stderr.contains(fault), "{case}: {fault}:\n{}", ran.stderr);
    }
    stage.assert_reports_are_whole();
    let letters = sink.take_letters();
    assert_intended(stage, &letters, case);
    letters
}

/// The next run needs no hand, and nobody gets a second mail.
fn assert_goes_on(stage: &Stage, sink: &Sink, mut letters: Vec<Received>, case: &str) {
    let again = stage.starts(DAY).ends();
    assert!(again.code == 0 || again.code == 6, "{case}, again: code {}\n{}", again.code, again.stderr);
    letters.extend(sink.take_letters());
    for number in 1..=PERSONS {
        let mails = letters.iter().filter(|letter| letter.to == person(number)).count();
        let doubtful = stage.of_person(number, "reminder_state") == "doubtful";
        assert!(mails == 1 || (mails == 0 && doubtful), "{case}: person {number} got {mails}");
    }
    stage.assert_is_sound();
}

/// Runs a morning through a relay; gives the number of questions and the code.
fn play(server: &Arc<Server>, relay: &Relay, when: When) -> (usize, i32) {
    let case = format!("{when:?}");
    let sink = Sink::start();
    let mut stage = stage_at(server, &sink);
    let port = |port: u16| format!("127.0.0.1:{port}");
    let url = stage.store.url().replace(&port(server.port()), &port(relay.port));
    stage.env("STORE_URL", &format!("{url}&sslmode=disable"));
    relay.plan(when);
    let ran = stage.starts(DAY).ends();
    let asked = relay.asked();
    relay.plan(When::Never);
    let letters = assert_told(&stage, &sink, &ran, &case);
    assert_goes_on(&stage, &sink, letters, &case);
    (asked, ran.code)
}

#[test]
fn wherever_postgresql_stops_no_mail_goes_without_a_stored_intent_and_the_next_run_needs_no_hand() {
    let server = Arc::new(Server::start("-c fsync=off"));
    let relay = Relay::to(&server);
    let (questions, code) = play(&server, &relay, When::Never);
    assert!(code == 0 && questions > 40, "{questions} questions, code {code}");
    let stride = std::env::var("BREAKS_STRIDE").map_or(13, |text| text.parse().unwrap());
    let points: Vec<When> = (1..=questions)
        .flat_map(|number| [When::BeforeItIsAsked(number), When::AfterItAnswered(number)])
        .step_by(stride)
        .collect();
    let halves = points.len().div_ceil(2);
    let codes: Vec<i32> = thread::scope(|scope| {
        let playing: Vec<_> = points
            .chunks(halves)
            .map(|points| {
                scope.spawn(move || {
                    let server = Arc::new(Server::start("-c fsync=off"));
                    let relay = Relay::to(&server);
                    points.iter().map(|when| play(&server, &relay, *when).1).collect::<Vec<_>>()
                })
            })
            .collect();
        playing.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let of = |code| codes.iter().filter(|c| **c == code).count();
    let told = format!("{questions} questions, {} breaks: {} × 0, {} × 6, {} × 7\n", codes.len(), of(0), of(6), of(7));
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    assert!(of(7) > 0, "{told}");
}

#[test]
fn a_server_that_is_gone_is_code_7_with_its_remedy_and_without_the_password() {
    let mut stage = Stage::new(acme_world(1));
    stage.expects("C07", &acme(1), ACME);
    stage.env("STORE_URL", &format!("postgres://reconciler:{PASSWORD}@127.0.0.1:9/reconciler"));
    let ran = stage.does(&["check"]);
    let told = format!("{}{}", ran.stdout, ran.stderr);
    assert!(told.contains("is PostgreSQL up") && told.contains("127.0.0.1:9/reconciler"), "{told}");
    assert!(!told.contains(PASSWORD), "{told}");
}

/// A volume that can be filled; gone with the test.
struct Volume(TempDir);

impl Volume {
    /// None where nothing can be mounted.
    fn of_mebibytes(size: u32) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let options = format!("size={size}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(folder))
    }

    /// Leaves so many kibibytes.
    fn fill_up_to(&self, left: u64) {
        let mut filler = fs::File::create(self.0.path().join("filler")).unwrap();
        let mut size = 0;
        while let Ok(written @ 1..) = filler.write(&[0; 64 * 1024]) {
            size += written as u64;
        }
        filler.set_len(size.saturating_sub(left * 1024)).unwrap();
    }

    fn make_room(&self) {
        fs::remove_file(self.0.path().join("filler")).unwrap();
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["--lazy".as_ref(), self.0.path()]).status();
    }
}

#[test]
fn wherever_the_servers_disk_is_full_no_mail_goes_without_a_stored_intent_and_the_next_run_needs_no_hand() {
    let Some(volume) = Volume::of_mebibytes(256) else {
        let told = "SKIPPED: no volume can be mounted here (it needs root), so PostgreSQL's disk was not filled\n";
        return std::io::stderr().write_all(told.as_bytes()).unwrap();
    };
    let server = Server::in_folder(volume.0.path().join("server"), "-c fsync=off -c max_wal_size=64MB");
    let mut codes = Vec::new();
    for left in [0, 64, 256, 384, 512, 640, 768, 1_024, 65_536] {
        let case = format!("{left} KiB left");
        let sink = Sink::start();
        let stage = stage_at(&server, &sink);
        volume.fill_up_to(left);
        let ran = stage.starts(DAY).ends();
        volume.make_room();
        server.begin_if_it_stopped();
        codes.push((left, ran.code));
        let letters = assert_told(&stage, &sink, &ran, &case);
        assert!(ran.code != 7 || ran.stderr.contains("the disk is full"), "{case}:\n{}", ran.stderr);
        assert_goes_on(&stage, &sink, letters, &case);
    }
    assert!(codes[0].1 == 7 && codes.last().unwrap().1 == 0, "{codes:?}");
}
