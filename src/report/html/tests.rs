//! The page as text; a browser looks at it in `tests/it/page`.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::super::csv::sorted;
use super::super::tests::{date, finding, findings, summary};
use super::*;
use crate::domain::*;

fn page_of(findings: &[Finding], trend: &[TrendNight]) -> String {
    let summary = summary("20261101T043000Z-ab12");
    let report = Report {
        summary: &summary,
        verdict: "1 new gap, 1 open in all.",
        day: date("2026-11-01"),
        trend,
        findings,
        extra: &[],
    };
    let mut bytes = Vec::new();
    html(report, &sorted(findings), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Without what is the same on every page.
fn body(page: &str) -> &str {
    let start = page.find("<body>").unwrap();
    &page[start..page.find("<script>").unwrap()]
}

fn night(day: NaiveDate, missing: u64, unknown: u64) -> TrendNight {
    TrendNight {
        day,
        complete: unknown == 0,
        counts: [(Status::Ok, 12_345), (Status::Missing, missing), (Status::Unknown, unknown)].into(),
        changes: ChangeCounts { new: 1, ..ChangeCounts::default() },
    }
}

#[test]
fn a_row_of_each_sort_on_the_page() {
    let mut findings = findings();
    for finding in &mut findings {
        finding.since = Some(date("2026-11-01"));
    }
    let trend = [night(date("2026-10-24"), 3, 0), night(date("2026-10-31"), 1, 2)];
    insta::assert_snapshot!(body(&page_of(&findings, &trend)));
}

#[test]
fn the_policy_names_the_very_style_and_script_that_are_in_the_page() {
    let page = page_of(&[], &[]);
    for (before, after) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let text = page.split_once(before).unwrap().1.split_once(after).unwrap().0;
        let hash = STANDARD.encode(Sha256::digest(text));
        assert!(page.contains(&format!("&#x27;sha256-{hash}&#x27;")), "{before}");
    }
    // What a page could fetch or send, or carry outside of what the hashes name.
    for foreign in ["http://", "https://", "src=", " style=", " onclick", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

#[test]
fn what_the_page_leaves_out_it_says() {
    let mut gap = finding(Cause::NotShared, None, "71");
    gap.change = Some(Change::New);
    let many = vec![gap.clone(); FOLDED_FROM];
    assert!(page_of(&many[1..], &[]).contains("<details class=\"client\" data-country=\"\" data-client=\"\" open>"));
    let folded = page_of(&many, &[]);
    assert!(folded.contains("1,000 accounts of 1 client. So many are folded by client: open one, or filter."));
    assert_eq!(folded.matches("<details class=\"client\"").count(), folded.matches("data-client=\"\">").count());
    let too_many = page_of(&vec![gap; MOST_GAPS + 1234], &[]);
    assert!(too_many.contains("The page lists the first 50,000; "));
    assert!(too_many.contains("hold the other 1,234, too."));
    assert_eq!(too_many.matches("<tr><td><b>71</b>").count(), MOST_GAPS);
}

#[test]
fn a_trend_compares_with_nights_that_were_and_leaves_holes() {
    let today = date("2026-11-01");
    let ago = |days: u64| today.checked_sub_days(Days::new(days)).unwrap();
    let earlier = [night(ago(89), 9, 0), night(ago(32), 8, 0), night(ago(7), 0, 40), night(ago(1), 7, 0)];
    let page = page_of(&[], &earlier);
    assert!(page.contains("<p>1 open tonight, 0 a week ago, 8 thirty days ago.</p>"));
    assert_eq!(page.matches("<g><title>").count(), 5, "a night without a run has no bar");
    assert!(page.contains("<g><title>2026-10-25: 0 open, 40 unknown</title>"));
    let first = page_of(&[], &[]);
    assert!(first.contains("<p>1 open tonight. The trend begins with this night.</p>"));
    // Too long ago to be called a week ago.
    assert!(!page_of(&[], &[night(ago(20), 5, 0)]).contains("a week ago"));
}

proptest! {
    /// Whatever stands in a name or a sentence, the page has the same tags.
    #[test]
    fn no_text_is_markup(texts in proptest::collection::vec("[<>&\"'{}%/ a-z=!-]{0,40}|\\PC{0,20}", 9)) {
        let with = |texts: &[String]| {
            let mut findings = findings();
            for finding in &mut findings {
                finding.change = finding.change.or(Some(Change::Open));
                finding.written = Some(texts[0].as_str().into());
                finding.account_name = texts[1].as_str().into();
                finding.business_center_name = texts[2].as_str().into();
                finding.next_step = texts[3].clone();
                if let Some(client) = &finding.client {
                    let (name, country) = (texts[4].clone(), client.country.clone());
                    finding.client = Some(std::sync::Arc::new(Client { name, country, ..(**client).clone() }));
                }
            }
            let mut summary = summary("20261101T043000Z-ab12");
            summary.unread[0].reason = texts[5].clone();
            summary.bad_rows[0].reason = texts[6].clone();
            summary.guards[0].explanation = texts[7].clone();
            let sorted = sorted(&findings);
            let (day, extra) = (date("2026-11-01"), []);
            let report =
                Report { summary: &summary, verdict: &texts[8], day, trend: &[], findings: &findings, extra: &extra };
            let mut bytes = Vec::new();
            html(report, &sorted, &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let tags = |page: &str| -> Vec<String> {
            body(page).split('<').skip(1).map(|tag| tag.split(['>', ' ', '\n']).next().unwrap().to_owned()).collect()
        };
        let tame: Vec<String> = (0..9).map(|n| format!("text {n}")).collect();
        prop_assert_eq!(tags(&with(&texts)), tags(&with(&tame)));
    }
}
