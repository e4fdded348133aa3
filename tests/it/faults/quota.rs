//! P10 and the run's end: a suspension is waited out in silence, the third in a row and the clock end the reading.

use std::time::{Duration, Instant};

use reconciler::domain::{Cause, Status};
use tiktok_simulator::{Endpoint, What, When};

use super::matrix::{DAY, forgotten};
use super::table::in_runtime;
use crate::harness::{ACME, BETA, acme};
use crate::rehearsal::Rehearsal;
use crate::worlds::{MISSING, one_member, two_clients};

#[test]
fn a_suspension_is_waited_out_without_a_request_and_the_run_ends_complete() {
    in_runtime(async {
        let on = [When::asked(Endpoint::UserInfo), When::asked(Endpoint::BcAssetGet).about(ACME).on_page(2)];
        for when in on {
            let mut stage = Rehearsal::of(two_clients(one_member())).await;
            // One at a time, so that none is under way when the suspension begins.
            stage.config.tiktok.max_in_flight = 1;
            stage.config.tiktok.suspension_pause = Duration::from_millis(1100);
            stage.tiktok.add_fault(when.once().gives(What::Suspension { seconds: 1 }));
            let night = stage.night(DAY).await;
            assert_eq!(stage.tiktok.requests_during_suspension(), 0);
            assert_eq!(night.false_alarms(), Vec::<String>::new());
            assert_eq!((night.is_complete(), night.code()), (true, 0));
            for (client, number, _) in MISSING {
                assert_eq!(forgotten(&night, client, number), None);
            }
        }
    });
}

#[test]
fn the_third_suspension_in_a_row_ends_the_reading_and_calls_nothing_missing() {
    in_runtime(async {
        for code in [40100, 40016, 61000] {
            for in_flight in [1, 8] {
                let mut stage = Rehearsal::of(two_clients(one_member())).await;
                stage.config.tiktok.max_in_flight = in_flight;
                stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).forever().gives(What::code(code)));
                let night = stage.night(DAY).await;
                assert_eq!(night.false_alarms(), Vec::<String>::new());
                assert_eq!((night.is_complete(), night.code()), (false, 4));
                assert!(night.findings.iter().all(|finding| finding.status == Status::Unknown));
                assert!(night.letters.is_empty());
                let refused = stage.tiktok.count("/bc/asset/get/");
                let most = if in_flight == 1 { 3 } else { 6 };
                assert!((3..=most).contains(&refused), "{refused} requests: three silences, two lists under way");
            }
        }
    });
}

#[test]
fn the_runs_time_limit_ends_the_reading_and_the_rest_is_unknown() {
    in_runtime(async {
        let mut stage = Rehearsal::of(two_clients(one_member())).await;
        stage.config.tiktok.run_timeout = Duration::from_secs(1);
        stage.config.tiktok.request_timeout = Duration::from_secs(60);
        stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).about(BETA).forever().gives(What::Hang));
        let began = Instant::now();
        let night = stage.night(DAY).await;
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        assert_eq!(night.false_alarms(), Vec::<String>::new());
        assert_eq!((night.is_complete(), night.code()), (false, 4));
        assert_eq!(night.finding(&acme(1)).status, Status::Ok, "what was seen is seen");
        assert_eq!(night.cause(&acme(1001)), Cause::BusinessCenterUnreadable);
        assert!(night.letters.is_empty(), "no new gap could be looked at again");
    });
}
