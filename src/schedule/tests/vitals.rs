use std::time::{Duration, Instant};

use crate::schedule::{Readiness, Vitals};

#[test]
fn a_heart_that_stopped_and_a_run_that_does_not_end_are_ailments() {
    let begin = Instant::now();
    let after = |seconds| begin + Duration::from_secs(seconds);
    let vitals = Vitals::new(begin);
    assert_eq!((vitals.ails(after(29)), vitals.ails(after(31))), (None, Some("the beat has stopped")));
    vitals.beats(after(100));
    vitals.runs_until(Some(after(110)));
    assert_eq!((vitals.ails(after(109)), vitals.ails(after(111))), (None, Some("a run does not end")));
    vitals.runs_until(None);
    assert_eq!(vitals.ails(after(111)), None);
    assert_eq!(vitals.readiness(), Readiness::Unknown);
}
