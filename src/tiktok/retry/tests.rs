use super::*;
use rstest::rstest;

const SCOPE: &str = "advertiser 7 does not grant you /bc/asset/get/:GET permission";

/// Every code of the fact sheet's §3.
#[rstest]
#[case(Verdict::Use, &[0])]
#[case(Verdict::QuotaPause, &[40016, 40100, 61000])]
#[case(Verdict::TokenDead, &[40102, 40103, 40104, 40105, 40106, 40114, 40309])]
#[case(Verdict::AppRefused, &[40010, 40101, 40110, 40113, 40117, 40118, 40119, 40124, 40125, 41000, 70001])]
#[case(Verdict::ScopeRefused(String::new()), &[40130, 40131])]
#[case(Verdict::Gone, &[40007, 40300, 40301])]
#[case(Verdict::Refused, &[40000, 40001, 40002, 40003, 40006, 40008, 40009, 40011, 40013, 40014, 40050, 40051, 40107,
    40108, 40115, 40116, 40400, 41001, 41002])]
#[case(Verdict::Retry, &[20001, 40132, 40133, 40200, 40201, 40202, 40700, 50000, 50002, 51000, 51001, 51010, 51016, 51021,
    51030, 51031, 51039, 51040, 51056, 51060, 51061, 51305, 52103, 52404, 53102, 53103, 60001])]
#[case(Verdict::Retry, &[1, -1, 40999, 12345, i64::MAX])]
fn every_code_has_its_verdict(#[case] verdict: Verdict, #[case] codes: &[i64]) {
    for code in codes {
        assert_eq!(classify(Outcome::Code(*code, "words")), verdict, "{code}");
    }
}

#[rstest]
#[case(40001, SCOPE, Verdict::ScopeRefused("/bc/asset/get/".to_owned()))]
#[case(40130, SCOPE, Verdict::ScopeRefused("/bc/asset/get/".to_owned()))]
#[case(40001, "No permission to operate advertiser 7", Verdict::Refused)]
#[case(40001, "see https://ads.tiktok.com/help/article/x", Verdict::Refused)]
#[case(40001, "and/or nothing // at / all", Verdict::Refused)]
#[case(40002, SCOPE, Verdict::Refused)]
#[case(40001, "The advertiser 7 doesn't exist or has been deleted", Verdict::Gone)]
#[case(40002, "The advertiser 7 doesn\u{2019}t exist or has been deleted.", Verdict::Gone)]
#[case(40002, "page_size: too large", Verdict::Refused)]
#[case(50000, "The advertiser 7 doesn't exist", Verdict::Retry)]
fn the_words_tell_scope_and_deletion_apart(#[case] code: i64, #[case] message: &str, #[case] verdict: Verdict) {
    assert_eq!(classify(Outcome::Code(code, message)), verdict);
}

#[rstest]
#[case(Outcome::Transport, Verdict::Retry)]
#[case(Outcome::NoEnvelope, Verdict::Retry)]
#[case(Outcome::Malformed, Verdict::Retry)]
#[case(Outcome::TooLarge, Verdict::Refused)]
#[case(Outcome::Http(429), Verdict::Retry)]
#[case(Outcome::Http(500), Verdict::Retry)]
#[case(Outcome::Http(504), Verdict::Retry)]
#[case(Outcome::Http(408), Verdict::Retry)]
#[case(Outcome::Http(204), Verdict::Retry)]
#[case(Outcome::Http(302), Verdict::Retry)]
#[case(Outcome::Http(404), Verdict::Refused)]
#[case(Outcome::Http(401), Verdict::Refused)]
fn what_is_no_envelope_has_its_verdict(#[case] outcome: Outcome<'_>, #[case] verdict: Verdict) {
    assert_eq!(classify(outcome), verdict);
}

#[test]
fn pauses_grow_part_the_workers_and_repeat() {
    let second = Duration::from_secs(1);
    let pauses: Vec<_> = (2..=6).map(|attempt| pause(second, attempt, "a")).collect();
    for (n, pause) in pauses.iter().enumerate() {
        let longest = second * (1 << n);
        assert!(*pause <= longest && *pause >= longest.mul_f64(0.7), "{pause:?}");
    }
    assert_ne!(pause(second, 2, "a"), pause(second, 2, "b"));
    assert_eq!(pause(second, 2, "a"), pause(second, 2, "a"));
    assert!(pause(second, 90, "a") <= Duration::from_secs(30));
    assert!(pause(Duration::from_secs(60), 9, "a") >= Duration::from_secs(40));
}
