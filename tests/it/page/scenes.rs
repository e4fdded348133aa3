//! Nights for the page: an empty one, a normal one, a bad one, and one with 50,000 gaps.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use reconciler::domain::*;

/// A night as the report gets it.
pub(crate) struct Night {
    pub(crate) summary: Summary,
    pub(crate) verdict: String,
    pub(crate) findings: Vec<Finding>,
    pub(crate) trend: Vec<TrendNight>,
}

pub(crate) fn today() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

fn days_ago(days: u64) -> NaiveDate {
    today().checked_sub_days(Days::new(days)).unwrap()
}

/// All is well, on the first night.
pub(crate) fn empty() -> Night {
    night(Vec::new(), 0, Vec::new())
}

/// Some gaps of some clients, a request that is ready, one that is not, and an account that nobody expects.
pub(crate) fn normal() -> Night {
    let mut findings: Vec<Finding> = (0..6).map(|n| gap(n, Cause::ALL[4 + n], n as u64 * 3)).collect();
    findings[1].change = Some(Change::New);
    findings[1].days_open = Some(0);
    let mut ready = requested(seen(20, Cause::SharedAsExpected));
    ready.since = Some(days_ago(2));
    findings.push(ready);
    findings.push(requested(gap(21, Cause::NotAMember, 5)));
    findings.push(changed(Change::Resolved, seen(22, Cause::SharedAsExpected)));
    findings.push(changed(Change::Withdrawn, gap(23, Cause::NotAssigned, 30)));
    findings.push(changed(Change::New, seen(24, Cause::NotOnboarded)));
    findings.push(seen(25, Cause::AccountClosed));
    findings.extend((30..60).map(|n| seen(n, Cause::SharedAsExpected)));
    night(findings, 0, trend(|days| (7 + days / 9, u64::from(days == 40) * 12)))
}

/// Guards hold, a token is dead, names are hostile.
pub(crate) fn bad() -> Night {
    let mut findings: Vec<Finding> = (0..60).map(|n| changed(Change::New, gap(n, Cause::AccessRemoved, 0))).collect();
    for (finding, name) in findings.iter_mut().zip(HOSTILE) {
        finding.account_name = (*name).into();
        finding.next_step = format!("client: in {name}, tick the account");
        let client = finding.client.as_deref().unwrap();
        finding.client = Some(Arc::new(Client { name: (*name).to_owned(), ..client.clone() }));
    }
    findings.extend((100..140).map(|n| changed(Change::Open, seen(n, Cause::TokenProblem))));
    let mut night = night(findings, 3, trend(|days| (if days < 2 { 60 } else { 3 }, 40 * u64::from(days < 2))));
    night.summary.exit_codes = vec![3, 4, 5];
    night.summary.complete = false;
    night.summary.guards = vec![GuardTrip {
        name: "regressed".to_owned(),
        value: 0.61,
        limit: 0.1,
        explanation: "60 of 98 accounts that were ok are missing now; 58 of them are in Business Center Hafen <Nord>"
            .to_owned(),
    }];
    night.summary.unread = vec![Unread {
        member: "omd-dk@annalect-data.info".to_owned(),
        business_center_id: String::new(),
        reason: "list of Business Centers: TikTok refuses the member's token (code 40105)".to_owned(),
    }];
    night.summary.bad_rows = vec![BadRowNote {
        file: "clients/accounts.csv".to_owned(),
        line: 66,
        field: "account_id".to_owned(),
        reason: "\"7.213E+18\" is no account id: it is in scientific notation".to_owned(),
    }];
    night.verdict = "60 new gaps, 100 open in all, but TikTok refuses a token, and the mails are held.".to_owned();
    night
}

/// 50,000 gaps of 400 clients.
pub(crate) fn large() -> Night {
    night((0..50_000).map(|n| gap(n, Cause::ALL[4 + n % 5], (n % 200) as u64)).collect(), 0, trend(|_| (50_000, 0)))
}

/// Names that would be markup, a script, another direction of writing, or very long.
const HOSTILE: &[&str] = &[
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "\"><svg onload=alert(1)>",
    "' autofocus onfocus=alert(1) '",
    "{{ 7 * 7 }} {% raw %}",
    "</table></details><h1>Verdict</h1>",
    "\u{202e}gnihtemos",
    "a\u{0}b\u{7}c",
    "&lt;b&gt; &amp; &#60;",
    "<!-- --><style>*{display:none}</style>",
    "Averyverylongnamewithoutanyspaceatallthatgoesonandonandonandonandonandonandonandonandonandonandon",
];

fn account(number: usize) -> String {
    (7_100_000_000_000_000_001 + number as u64).to_string()
}

fn client(number: usize) -> Arc<Client> {
    let (country, code) = (["DK", "SE", "NO", "DE"][number % 4], format!("C{number:03}"));
    Arc::new(Client {
        key: ClientKey::new(country, &code),
        country: country.to_owned(),
        code,
        name: format!("Client {number}"),
        parent_code: String::new(),
    })
}

fn finding(number: usize, cause: Cause) -> Finding {
    let mut finding = Finding::new(cause, AccountId::parse(&account(number)).unwrap());
    finding.account_name = format!("Account {number}").into();
    finding.since = Some(today());
    finding.client = Some(client(number % 400));
    finding.member = Address::parse("data_extract@annalect-data.info");
    finding.business_center = BusinessCenterId::parse("7564000000000000001").ok();
    finding.business_center_name = "Hafen & Söhne".into();
    finding
}

fn changed(change: Change, mut finding: Finding) -> Finding {
    finding.change = Some(change);
    finding
}

fn gap(number: usize, cause: Cause, days: u64) -> Finding {
    let id = account(number);
    let states = ReminderState::ALL;
    let mut gap = changed(Change::Open, finding(number, cause));
    gap.since = Some(days_ago(days));
    gap.days_open = Some(days as i64);
    gap.next_step = format!(
        "client: in Business Center Hafen & Söhne (7564000000000000001), Members → data_extract@annalect-data.info → \
         Assign Asset, tick account {id} with permission Analyst"
    );
    gap.reminder = ReminderFacts {
        state: Some(states[number % states.len()]),
        mails_sent: (number % 4) as u32,
        last_mailed_on: None,
        next_mail_on: (!number.is_multiple_of(3))
            .then(|| today().checked_add_days(Days::new(number as u64 % 9)).unwrap()),
    };
    gap
}

fn seen(number: usize, cause: Cause) -> Finding {
    finding(number, cause)
}

fn requested(mut finding: Finding) -> Finding {
    finding.register = Some(Arc::new(RegisterFacts { state: RegisterState::Requested, ..RegisterFacts::default() }));
    finding
}

/// 89 nights, one of them missing; each with so many gaps and unknown accounts, by days ago.
fn trend(numbers: impl Fn(u64) -> (u64, u64)) -> Vec<TrendNight> {
    (1..90)
        .rev()
        .filter(|days| *days != 17)
        .map(|days| {
            let (missing, unknown) = numbers(days);
            TrendNight {
                day: days_ago(days),
                complete: unknown == 0,
                counts: BTreeMap::from([(Status::Ok, 300), (Status::Missing, missing), (Status::Unknown, unknown)]),
                changes: ChangeCounts::default(),
            }
        })
        .collect()
}

fn night(findings: Vec<Finding>, exit_code: u8, trend: Vec<TrendNight>) -> Night {
    let mut counts: BTreeMap<&'static str, BTreeMap<&'static str, u64>> = BTreeMap::new();
    let mut changes = ChangeCounts::default();
    for finding in &findings {
        *counts.entry(finding.status.as_str()).or_default().entry(finding.cause.as_str()).or_default() += 1;
        match finding.change {
            Some(Change::New) => changes.new += 1,
            Some(Change::Open) => changes.open += 1,
            Some(Change::Resolved) => changes.resolved += 1,
            Some(Change::Withdrawn) => changes.withdrawn += 1,
            None => {}
        }
    }
    let summary = Summary {
        run_id: "20261123T033000Z-ab12".to_owned(),
        now: "2026-11-23T03:30:00Z".to_owned(),
        command: "run".to_owned(),
        exit_code,
        exit_codes: Vec::new(),
        complete: true,
        counts,
        changes,
        guards: Vec::new(),
        unread: Vec::new(),
        bad_rows: Vec::new(),
        mails: MailCounts::default(),
    };
    let verdict = match (changes.new, changes.new + changes.open) {
        (0, 0) => "No gap is open.".to_owned(),
        (new, open) => format!("{new} new gaps, {open} open in all."),
    };
    Night { summary, verdict, findings, trend }
}
