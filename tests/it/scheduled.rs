//! `schedule`, as a Deployment runs it.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tiktok_simulator::{Endpoint, What, When};

use crate::ear::{Ear, Manner};
use crate::harness::*;
use crate::manifests::prometheus::free_port;
use crate::running::*;
use crate::smtp_sink::{Act, At, Fate, Sink};

/// Not in the lifetime of a test, unless it is run on that day.
const ANOTHER_DAY: &str = "\"0 0 5 29 2 *\"";
pub const EVERY_SECOND: &str = "\"* * * * * *\"";

/// A `schedule` that is up.
pub struct Scheduled {
    run: Running,
    port: u16,
}

impl Scheduled {
    fn starts(stage: &Stage) -> Self {
        Self::starts_at(stage, free_port())
    }

    pub fn starts_at(stage: &Stage, port: u16) -> Self {
        stage.write();
        let mut run = Running::of(stage.command(&["schedule", "--listen", &format!("127.0.0.1:{port}")]));
        wait_for("its doors", || {
            assert!(!run.has_ended(), "it ended");
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Self { run, port }
    }

    /// Status and body.
    fn says(&self, path: &str) -> (u16, String) {
        self.answers(&format!("GET {path} HTTP/1.0\r\n\r\n")).unwrap()
    }

    fn answers(&self, request: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }

    /// The value of a metric without labels.
    fn metric(&self, name: &str) -> Option<f64> {
        let name = format!("tiktok_access_{name} ");
        self.says("/metrics").1.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok())
    }

    pub fn stops(self) -> Ran {
        self.run.signal("TERM");
        self.run.ends_within(LAST_WORDS)
    }
}

/// A stage with two accounts, one of them missing.
fn stage(cron: &str) -> Stage {
    let mut stage = Stage::new(acme_world(1));
    stage.expects("C07", &acme(1), ACME).expects("C07", &acme(2), ACME).contact("C07", "mette@acme.example");
    stage.set("schedule.cron", cron);
    stage
}

/// The cron of a moment every day.
fn daily(moment: DateTime<Utc>) -> String {
    moment.format("\"%-S %-M %-H * * *\"").to_string()
}

fn runs(stage: &Stage) -> usize {
    // A run may be writing its report meanwhile: what is hidden, or goes away under the look, is no report. Nor is `latest`.
    let Ok(reports) = std::fs::read_dir(stage.path("reports")) else { return 0 };
    let folders = reports.flatten().filter(|report| report.file_type().is_ok_and(|kind| kind.is_dir()));
    let seen = folders.filter(|report| !report.file_name().to_string_lossy().starts_with('.'));
    seen.filter(|report| report.path().join("manifest.json").is_file()).count()
}

#[test]
fn idle_it_answers_at_its_doors_and_ends_at_once_with_0() {
    let stage = stage(ANOTHER_DAY);
    let scheduled = Scheduled::starts(&stage);
    assert_eq!(scheduled.says("/healthz"), (200, "alive\n".to_owned()));
    wait_for("readiness", || scheduled.says("/readyz") == (200, "ready\n".to_owned()));
    assert_eq!(scheduled.says("/metrics"), (200, String::new()));
    assert_eq!(scheduled.says("/").0, 404);
    for method in ["POST", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        assert_eq!(scheduled.answers(&format!("{method} /metrics HTTP/1.0\r\n\r\n")).unwrap().0, 405, "{method}");
    }
    let told = Instant::now();
    let ran = scheduled.stops().ends_with(0);
    assert!(told.elapsed() < Duration::from_secs(1), "{}", ran.stderr);
    assert_eq!((stage.tiktok.total(), runs(&stage)), (0, 0));
}

#[test]
fn a_night_that_was_missed_is_made_up_once_and_one_that_was_not_is_not() {
    let mut stage = stage(ANOTHER_DAY);
    let now = Utc::now();
    stage.set("timezone", "\"UTC\"").set("schedule.cron", &daily(now - TimeDelta::hours(2)));
    let days_ago = (now - TimeDelta::days(3)).to_rfc3339();
    stage.does(&["--now", &days_ago, "run"]).ends_with(0);
    let scheduled = Scheduled::starts(&stage);
    wait_for("the run", || runs(&stage) == 2);
    wait_for("its metrics", || {
        scheduled.metric("run_exit_code") == Some(0.0) && scheduled.metric("register_rows").is_some()
    });
    assert_eq!(scheduled.metric("run_complete"), Some(1.0));
    scheduled.stops().ends_with(0);
    assert_eq!(runs(&stage), 2);
    // The next process finds it done, and knows how it ended.
    let asked = stage.tiktok.total();
    let scheduled = Scheduled::starts(&stage);
    wait_for("what the store remembers", || scheduled.metric("last_complete_run_timestamp_seconds").is_some());
    assert_eq!((scheduled.metric("run_exit_code"), scheduled.metric("register_rows")), (Some(0.0), None));
    let ran = scheduled.stops().ends_with(0);
    assert_eq!(stage.tiktok.total(), asked, "{}", ran.stderr);
}

#[test]
fn a_run_that_hangs_is_the_only_one_and_ends_when_told_to() {
    let mut stage = stage(EVERY_SECOND);
    stage.set("tiktok.request_timeout", "\"60s\"");
    stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).gives(What::Hang));
    let scheduled = Scheduled::starts(&stage);
    wait_for("a request that hangs", || stage.tiktok.count("/bc/asset/get/") > 0);
    // Three seconds' beats, as the doors see them.
    let begun = Instant::now();
    wait_for("more beats", || begun.elapsed() > Duration::from_secs(3) && scheduled.says("/healthz").0 == 200);
    assert_eq!(stage.tiktok.count("/user/info/"), 1, "no second run");
    let ran = scheduled.stops().ends_with(4);
    assert!(ran.stderr.contains("told to stop"), "{}", ran.stderr);
    assert_eq!(stage.summary()["complete"], false);
    stage.tiktok.clear_faults();
    stage.assert_is_sound();
}

#[test]
fn runs_that_fail_do_not_end_it() {
    let mut stage = stage(EVERY_SECOND);
    let (gateway, service) = (Ear::listens(Manner::Says(200)), Ear::listens(Manner::Says(200)));
    stage.set("observe.pushgateway", &format!("{:?}", gateway.url("/metrics/job/omd")));
    stage.set("observe.heartbeat_url", "{ env = \"BEAT\" }").env("BEAT", &service.url("/key"));
    stage.write();
    let accounts = std::fs::read(stage.path("accounts.csv")).unwrap();
    let scheduled = Scheduled::starts(&stage);
    wait_for("a good night", || scheduled.metric("run_exit_code") == Some(0.0));
    std::fs::remove_file(stage.path("accounts.csv")).unwrap();
    wait_for("a refusal", || scheduled.metric("run_exit_code") == Some(2.0));
    assert_eq!(scheduled.metric("register_rows"), Some(2.0), "what the last judged night said stays");
    std::fs::write(stage.path("accounts.csv"), accounts).unwrap();
    wait_for("a good night again", || scheduled.metric("run_exit_code") == Some(0.0));
    assert_eq!(scheduled.says("/healthz").0, 200);
    scheduled.stops();
    let words = service.words();
    assert_eq!(words[..2], ["GET /key/start", "GET /key"]);
    assert!(words.iter().any(|word| word == "GET /key/fail"), "{words:?}");
    assert!(gateway.words().iter().all(|word| word == "POST /metrics/job/omd"));
}

#[test]
fn without_its_store_it_is_alive_and_not_ready_and_goes_on_when_the_store_is_back() {
    let mut stage = stage(EVERY_SECOND);
    stage.set("store.url", "\"sqlite://place/state.db\"");
    std::fs::write(stage.path("place"), "no folder").unwrap();
    let scheduled = Scheduled::starts(&stage);
    wait_for("code 7", || scheduled.metric("run_exit_code") == Some(7.0));
    wait_for("a look", || scheduled.says("/readyz") == (503, "the store does not answer\n".to_owned()));
    assert_eq!(scheduled.says("/healthz").0, 200);
    std::fs::remove_file(stage.path("place")).unwrap();
    wait_for("a good night", || scheduled.metric("run_exit_code") == Some(0.0));
    wait_for("readiness", || scheduled.says("/readyz").0 == 200);
    scheduled.stops();
}

#[test]
fn guests_who_dawdle_or_shout_hold_up_nobody() {
    let stage = stage(EVERY_SECOND);
    let scheduled = Scheduled::starts(&stage);
    let dawdlers: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", scheduled.port)).unwrap();
            drop(stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "));
            stream
        })
        .collect();
    let asked = Instant::now();
    assert_eq!(scheduled.says("/healthz").0, 200);
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    // A head of a megabyte is not read to its end.
    let shout = format!("GET /metrics HTTP/1.1\r\nX-Loud: {}\r\n\r\n", "a".repeat(1 << 20));
    let answer = scheduled.answers(&shout);
    assert!(answer.as_ref().is_none_or(|(status, _)| *status == 431), "{answer:?}");
    for nonsense in ["\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /metrics\r\n\r\n", "\r\n\r\n\r\n\r\n"] {
        drop(scheduled.answers(nonsense));
    }
    // Who says nothing is shown out, long before he would go.
    let mut silent = TcpStream::connect(("127.0.0.1", scheduled.port)).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut rest = Vec::new();
    drop(silent.read_to_end(&mut rest));
    wait_for("a run in spite of them", || scheduled.metric("run_exit_code") == Some(0.0));
    drop(dawdlers);
    scheduled.stops();
}

#[test]
fn what_it_cannot_do_is_refused_before_it_stays() {
    let stage = stage(ANOTHER_DAY);
    let ran = stage.does(&["--now", "2026-11-23T04:30:00Z", "schedule"]).ends_with(2);
    assert!(ran.stderr.contains("--now is for a single run"), "{}", ran.stderr);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let ran = stage.does(&["schedule", "--listen", &taken.local_addr().unwrap().to_string()]).ends_with(2);
    assert!(ran.stderr.contains("give another --listen"), "{}", ran.stderr);
    stage.does(&["schedule", "--listen", "nowhere"]).ends_with(2);
}

/// SplitMix64.
fn random(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What a round of the next test met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Met {
    Idle,
    Reading,
    Mailing,
    Afterwards,
}

fn round(number: u64) -> (Met, Duration) {
    const PERSONS: usize = 6;
    let chance = random(number);
    let sink = Sink::start();
    sink.does(|moment| if moment.at == At::Dot { Act::After(Duration::from_millis(40)) } else { Act::Go });
    let mut stage = Stage::with_persons(PERSONS, &sink);
    stage.set("schedule.cron", EVERY_SECOND).set("reminders.skip_weekends", "false");
    stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).once().gives(What::code(50000)));
    stage.set("tiktok.retry_pause", "\"200ms\"");
    let scheduled = Scheduled::starts(&stage);
    // A third anywhere, a third once TikTok is asked, a third once mail is sent.
    match chance % 3 {
        0 => {}
        1 => wait_for("a request", || stage.tiktok.total() > 0),
        _ => drop(sink.wait_until("a mail", |heard| !heard.moments.is_empty())),
    }
    std::thread::sleep(Duration::from_micros(
        (chance >> 8) % if chance.is_multiple_of(3) { 2_500_000 } else { 300_000 },
    ));
    let letters = sink.heard().texts.iter().filter(|text| !text.to.starts_with("data-team@")).count();
    let met = match (stage.tiktok.total(), letters) {
        (0, _) => Met::Idle,
        (_, 0) => Met::Reading,
        (_, PERSONS) => Met::Afterwards,
        _ => Met::Mailing,
    };
    let told = Instant::now();
    let ran = scheduled.stops();
    let took = told.elapsed();
    assert!([0, 4, 6].contains(&ran.code), "round {number}: {}\n{}", ran.code, ran.stderr);
    stage.assert_reports_are_whole();
    sink.does(|_| Act::Go);
    let last = ran_again(&stage);
    assert!([0, 6].contains(&last.code), "round {number}: {}\n{}", last.code, last.stderr);
    let mut mailed: Vec<String> =
        sink.take_letters().into_iter().filter(|text| text.fate != Fate::Refused).map(|text| text.to).collect();
    let all = mailed.len();
    mailed.sort();
    mailed.dedup();
    assert_eq!(all, mailed.len(), "round {number}: nobody is mailed twice");
    let doubtful = (1..=PERSONS).filter(|person| stage.of_person(*person, "reminder_state") == "doubtful").count();
    assert!(all + doubtful >= PERSONS, "round {number}: nobody is forgotten");
    stage.assert_is_sound();
    (met, took)
}

fn ran_again(stage: &Stage) -> Ran {
    ran(stage.command(&["run"]).output().unwrap())
}

/// `tests/schedule_terms.sh` does it more often.
#[test]
fn told_to_stop_at_any_moment_it_ends_within_five_seconds_and_loses_nothing() {
    let number = |name: &str, otherwise| std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap());
    let (count, seed) = (number("TERMS", 9_u64), number("SEED", 1_u64));
    let rounds: Vec<u64> = (0..count).map(|round| seed * 1_000_003 + round).collect();
    let mut met = Vec::new();
    for some in rounds.chunks(3) {
        std::thread::scope(|scope| {
            let playing: Vec<_> = some.iter().map(|number| scope.spawn(move || round(*number))).collect();
            met.extend(playing.into_iter().map(|playing| playing.join().unwrap()));
        });
    }
    let longest = met.iter().map(|(_, took)| *took).max().unwrap();
    let count = |what: Met| met.iter().filter(|(met, _)| *met == what).count();
    let falls = [Met::Idle, Met::Reading, Met::Mailing, Met::Afterwards].map(|what| (what, count(what)));
    writeln!(std::io::stderr(), "{} times: {falls:?}, the longest end took {longest:?}", met.len()).unwrap();
    assert!(count(Met::Mailing) > 0, "none met the mailing: {falls:?}");
}
