//! What is kept for years is not held at once.

use chrono::NaiveDate;

use crate::harness::*;

#[test]
fn summaries_of_many_bad_nights_are_read_one_at_a_time() {
    let mut stage = Stage::new(acme_world(1));
    stage.expects("C07", &acme(1), ACME).contact("C07", "mette@acme.example");
    stage.night("2026-09-01").ends_with(0);
    let days = NaiveDate::from_ymd_opt(2026, 9, 2).unwrap().iter_days().take(60);
    stage.store.add_runs(days, 2_000_000);
    for arguments in [&["--now", "2026-11-23T04:30:00Z", "run"][..], &["history", "--limit", "100"]] {
        let (code, megabytes) = stage.peak_of(arguments);
        assert_eq!(code, 0, "{arguments:?}");
        assert!((1..MOST_MEGABYTES).contains(&megabytes), "{arguments:?}: {megabytes} MB");
    }
    assert!(stage.latest("report.html").contains("2026-10-31"), "and the trend has them all");
}
