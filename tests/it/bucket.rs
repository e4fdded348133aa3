//! Reports in a bucket, by the real binary and over a real S3 protocol.

use std::fs;
use std::time::Duration;

use rstest::rstest;

use crate::harness::*;
use crate::running::*;
use crate::s3::{Bucket, Gate, SECRET};
use crate::smtp_sink::Sink;

const DAY: &str = "2026-11-23";
const NEXT: &str = "2026-11-24";

/// One account that is shared and one that is not.
fn stage(bucket: &Bucket) -> Stage {
    let mut stage = Stage::new(acme_world(1));
    stage.expects("C00", &acme(1), ACME).expects("C01", &acme(2), ACME).contact("C01", "mette@acme.example");
    bucket.takes_reports_of(&mut stage);
    stage
}

/// The secret is in nothing that the program wrote: its streams, its files, the bucket.
fn assert_secret_is_kept(stage: &Stage, bucket: &Bucket, rans: &[&Ran]) {
    for ran in rans {
        assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "{}\n{}", ran.stdout, ran.stderr);
    }
    for (path, bytes) in files(stage.dir.path()).into_iter().chain(files(&bucket.path(""))) {
        let found = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!found, "{}", path.display());
    }
}

#[test]
fn nights_in_a_bucket() {
    let bucket = Bucket::start();
    let mut stage = stage(&bucket);
    stage.set("report.keep_days", "2").env("RECONCILER_LOG", "trace");
    let checked = stage.does(&["check"]).ends_with(0);
    assert!(checked.stdout.contains("s3://reports-of-tests/nightly can be written"), "{}", checked.stdout);
    assert!(bucket.names().is_empty(), "a check leaves nothing");

    let first = stage.night(DAY).ends_with(0);
    let run = bucket.latest().unwrap();
    assert!(first.stdout.contains(&format!("Report: s3://reports-of-tests/nightly/{run}")), "{}", first.stdout);
    let diff = fs::read_to_string(bucket.path(&run).join("diff.csv")).unwrap();
    assert_eq!(rows(&diff)[0]["cause"], "not_assigned");
    assert!(!stage.path("reports").exists() && bucket.assert_reports_are_whole() == [run.clone()]);

    // Nobody's of ours, and as old: it stays.
    fs::create_dir(bucket.path("20200101T000000Z-0000")).unwrap();
    fs::write(bucket.path("20200101T000000Z-0000/diff.csv"), "somebody's").unwrap();
    let second = stage.night(NEXT).ends_with(0);
    let runs = bucket.assert_reports_are_whole();
    assert_eq!(runs, [run.clone(), bucket.latest().unwrap()]);
    let third = stage.night("2026-11-26").ends_with(0);
    assert!(third.stderr.contains("reports older than 2 days are removed"), "{}", third.stderr);
    assert_eq!(bucket.assert_reports_are_whole(), [runs[1].clone(), bucket.latest().unwrap()]);
    assert_eq!(bucket.names().len(), 4, "two runs, latest.json and what is not ours: {:?}", bucket.names());
    assert_secret_is_kept(&stage, &bucket, &[&checked, &first, &second, &third]);
}

#[test]
fn a_large_table_goes_up_in_parts() {
    let bucket = Bucket::start();
    let mut stage = Stage::new(acme_world(60));
    bucket.takes_reports_of(&mut stage);
    let client = "C".repeat(100_000);
    for number in 1..=60 {
        stage.expects(&client, &acme(number), ACME);
    }
    stage.night(DAY).ends_with(0);
    let run = bucket.latest().unwrap();
    assert!(fs::metadata(bucket.path(&run).join("accounts.csv")).unwrap().len() > 11_000_000);
    bucket.wait_for(&format!("POST /reports-of-tests/nightly/{run}/accounts.csv"));
    bucket.assert_reports_are_whole();
}

#[test]
fn a_lost_store_is_noticed_by_the_reports_in_the_bucket() {
    let bucket = Bucket::start();
    let stage = stage(&bucket);
    stage.night(DAY).ends_with(0);
    fs::remove_file(stage.path("state.db")).unwrap();
    let ran = stage.night(NEXT).ends_with(5);
    assert!(ran.stdout.contains("store_lost"), "{}", ran.stdout);
    // And where nobody can look, it is taken for lost.
    fs::remove_file(stage.path("state.db")).unwrap();
    bucket.gates(|method, _| if method == "GET" { Gate::Refuses(403) } else { Gate::Open });
    let ran = stage.night("2026-11-25").ends_with(7);
    assert!(ran.stdout.contains("store_lost") && ran.stderr.contains("SaidByTheTest"), "{}", ran.stderr);
    assert_eq!(stage.letters().len(), 1, "of the first night");
}

#[test]
fn a_wrong_key_and_half_a_key_are_said_in_one_sentence() {
    let bucket = Bucket::start();
    let mut stage = stage(&bucket);
    stage.env("AWS_SECRET_ACCESS_KEY", "canary-secret-key-8d21-wrong");
    let checked = stage.does(&["check"]).ends_with(7);
    assert!(checked.stdout.contains("the store refuses us (SignatureDoesNotMatch)"), "{}", checked.stdout);
    assert!(checked.stdout.contains("look at AWS_ACCESS_KEY_ID"), "{}", checked.stdout);
    let ran = stage.night(DAY).ends_with(7);
    assert!(ran.stderr.contains("cannot write the report s3://reports-of-tests/nightly/2026"), "{}", ran.stderr);
    assert!(stage.letters().is_empty(), "a new store, and nobody can look for reports of earlier runs");
    assert_secret_is_kept(&stage, &bucket, &[&checked, &ran]);

    stage.unset("AWS_SECRET_ACCESS_KEY");
    let checked = stage.does(&["check"]).ends_with(2);
    assert!(checked.stdout.contains("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together"), "{}", checked.stdout);
    stage.night(DAY).ends_with(2);
}

/// Nobody answers there.
const NOWHERE: &str = "127.0.0.1:9";

#[rstest]
#[case::s3("s3://reports", &[("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")])]
#[case::google("gs://reports", &[("GCE_METADATA_HOST", NOWHERE), ("GCE_METADATA_IP", NOWHERE)])]
#[case::azure("az://reports", &[("IDENTITY_ENDPOINT", "http://127.0.0.1:9/"), ("AZURE_STORAGE_ACCOUNT_NAME", "ours")])]
fn without_credentials_a_check_ends_soon_and_says_which_are_missing(
    #[case] dir: &str,
    #[case] environment: &[(&str, &str)],
) {
    let mut stage = Stage::new(acme_world(1));
    stage.set("report.dir", &format!("{dir:?}"));
    for (name, value) in environment {
        stage.env(name, value);
    }
    stage.write();
    let checked = Running::of(stage.command(&["check"])).ends_within(Duration::from_secs(25)).ends_with(7);
    assert!(checked.stdout.contains("no credentials are set"), "{}", checked.stdout);
}

#[rstest]
#[case::google("gs://reports", &[("GOOGLE_BEARER_TOKEN", SECRET)], "GOOGLE_BASE_URL")]
#[case::azure_key("az://reports", &[("AZURE_STORAGE_ACCOUNT_KEY", "Y2FuYXJ5LXNlY3JldC1rZXktOGQyMQ==")], "AZURE_STORAGE_ENDPOINT")]
#[case::azure_signature("az://reports", &[("AZURE_STORAGE_SAS_KEY", "sv=2024-01-01&sig=canary-secret-key-8d21")], "AZURE_STORAGE_ENDPOINT")]
fn a_store_that_refuses_us_is_said_and_the_key_is_not(
    #[case] dir: &str,
    #[case] key: &[(&str, &str)],
    #[case] endpoint: &str,
) {
    let server = Bucket::start();
    server.gates(|_, _| Gate::Refuses(403));
    let mut stage = stage(&server);
    stage.set("report.dir", &format!("{dir:?}")).env(endpoint, &server.url()).env("RECONCILER_LOG", "trace");
    stage.env("GOOGLE_ALLOW_HTTP", "true").env("AZURE_ALLOW_HTTP", "true").env("AZURE_STORAGE_ACCOUNT_NAME", "ours");
    for (name, value) in key {
        stage.env(name, value);
    }
    let checked = stage.does(&["check"]).ends_with(7);
    assert!(checked.stdout.contains("the store refuses us (SaidByTheTest)"), "{}", checked.stdout);
    let ran = stage.night(DAY).ends_with(7);
    for secret in [SECRET, "Y2FuYXJ5LXNlY3JldC1rZXktOGQyMQ"] {
        for text in [&checked.stdout, &checked.stderr, &ran.stdout, &ran.stderr] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None);
        }
    }
    assert_secret_is_kept(&stage, &server, &[&checked, &ran]);
}

/// A night that stands at a request until it is ended in some way; what is there is whole, and the next run needs no hand.
fn ended_at(request: &'static str, ends: impl Fn(Running)) {
    let bucket = Bucket::start();
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    bucket.takes_reports_of(&mut stage);
    stage.starts("2026-11-22").ends().ends_with(0);
    let (before, runs) = (bucket.latest(), bucket.assert_reports_are_whole());
    bucket.gates(
        move |method, path| {
            if format!("{method} {path}").contains(request) { Gate::Silent } else { Gate::Open }
        },
    );
    let run = stage.starts(DAY);
    bucket.wait_for(request);
    ends(run);
    let now = bucket.assert_reports_are_whole();
    assert!(now == runs || now.len() == 2, "{now:?}");
    assert_eq!(bucket.latest(), before, "{request}: latest is as it was");
    bucket.gates(|_, _| Gate::Open);
    stage.starts(DAY).ends().ends_with(0);
    assert_ne!(bucket.latest(), before);
    bucket.assert_reports_are_whole();
    let mut mailed: Vec<String> = sink.take_letters().into_iter().map(|letter| letter.to).collect();
    mailed.sort();
    assert_eq!(mailed, [person(1), person(2)], "once each");
}

#[test]
fn stopped_or_killed_while_the_bucket_is_silent() {
    let stopped = |run: Running| {
        run.signal("TERM");
        let ran = run.ends_within(LAST_WORDS).ends_with(7);
        assert!(ran.stderr.contains("told to stop before the store had answered"), "{}", ran.stderr);
    };
    let killed = |run: Running| assert!(run.kill());
    std::thread::scope(|scope| {
        for request in ["PUT /reports-of-tests/nightly/20261123", "PUT /reports-of-tests/nightly/.tmp-20261123"] {
            scope.spawn(move || ended_at(request, stopped));
            scope.spawn(move || ended_at(request, killed));
        }
    });
}

#[test]
fn a_bucket_that_refuses_the_manifest_has_no_report_and_says_so() {
    let bucket = Bucket::start();
    let stage = stage(&bucket);
    bucket.gates(
        |method, path| {
            if method == "PUT" && path.ends_with("manifest.json") { Gate::Refuses(403) } else { Gate::Open }
        },
    );
    let ran = stage.night(DAY).ends_with(7);
    assert!(ran.stderr.contains("manifest.json: the store refuses us (SaidByTheTest)"), "{}", ran.stderr);
    assert_eq!(bucket.names(), [""; 0], "nothing is left");
    assert_eq!(stage.letters().len(), 1, "the mails are not the report's fault");
    bucket.gates(|_, _| Gate::Open);
    stage.night(DAY).ends_with(0);
    assert_eq!(bucket.assert_reports_are_whole().len(), 1);
}
