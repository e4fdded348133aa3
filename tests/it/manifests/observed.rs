//! Alerts and dashboard: they name only metrics that the program has, and each alert fires when it should and not when not.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::prometheus::{Monitoring, free_port};
use super::{list, read, root, said, yaml};
use crate::harness::*;
use crate::scheduled::{EVERY_SECOND, Scheduled};

/// The program's metrics, without their prefix, and their labels.
const METRICS: [(&str, &[&str]); 14] = [
    ("accounts", &["cause", "country", "status"]),
    ("bad_rows", &[]),
    ("guards_holding", &["guard"]),
    ("last_complete_run_timestamp_seconds", &[]),
    ("last_run_timestamp_seconds", &[]),
    ("mails", &["outcome"]),
    ("oldest_gap_days", &[]),
    ("register_rows", &[]),
    ("run_complete", &[]),
    ("run_duration_seconds", &["phase"]),
    ("run_exit_code", &[]),
    ("tiktok_answers", &["answer", "endpoint"]),
    ("tiktok_suspensions", &[]),
    ("tiktok_wait_seconds", &[]),
];

/// A night as the program pushes it, which a test beside the program's code sees to: TikTok refused a token, and half of the
/// rest went wrong too.
const NIGHT: &str = include_str!("../../manifests/night.prom");

fn rules() -> Vec<Value> {
    let groups = yaml(&read("k8s/observability/rules.yaml")).remove(0);
    list(&groups, "groups").iter().flat_map(|group| list(group, "rules").to_vec()).collect()
}

pub(super) fn alerts() -> Vec<String> {
    rules().iter().map(|rule| rule["alert"].as_str().unwrap().to_owned()).collect()
}

/// Every query of the dashboard, with the panel's title; its variable stands for all jobs.
fn queries() -> Vec<(String, String)> {
    let dashboard: Value = serde_json::from_str(&read("k8s/observability/dashboard.json")).unwrap();
    let panels = list(&dashboard, "panels").iter().flat_map(|panel| {
        let title = panel["title"].as_str().unwrap();
        list(panel, "targets").iter().map(move |target| (title.to_owned(), target["expr"].as_str().unwrap()))
    });
    panels.map(|(title, expr)| (title, expr.replace("$job", ".*"))).collect()
}

/// The program's metrics that a text names, without their prefix.
fn named(text: &str) -> BTreeSet<String> {
    let parts = text.split("tiktok_access_").skip(1);
    parts.map(|rest| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()).collect()
}

fn known() -> BTreeSet<String> {
    METRICS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

#[test]
fn the_night_of_these_tests_has_every_metric_with_its_labels() {
    let mut seen: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for line in NIGHT.lines().filter(|line| !line.starts_with('#')) {
        let series = line.rsplit_once(' ').unwrap().0;
        let (name, labels) = series.strip_prefix("tiktok_access_").unwrap().split_once('{').unwrap_or((series, ""));
        let name = name.trim_start_matches("tiktok_access_").to_owned();
        let labels = labels.trim_end_matches('}').split(',').filter_map(|label| Some(label.split_once('=')?.0));
        seen.entry(name).or_default().extend(labels);
    }
    let expected = METRICS.iter().map(|(name, labels)| ((*name).to_owned(), labels.iter().copied().collect()));
    assert_eq!(seen, expected.collect());
}

/// The metrics of a job that Prometheus has, without their prefix, and their labels.
fn scraped(monitoring: &Monitoring, job: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for series in monitoring.query(&format!("{{__name__=~\"tiktok_access_.+\", job=\"{job}\"}}")) {
        let labels = series["metric"].as_object().unwrap().keys();
        let own = labels.filter(|label| !["__name__", "job", "instance"].contains(&label.as_str())).cloned();
        let name = series["metric"]["__name__"].as_str().unwrap().trim_start_matches("tiktok_access_");
        seen.entry(name.to_owned()).or_default().extend(own);
    }
    seen
}

#[test]
fn the_programs_own_metrics_arrive_and_the_rules_judge_them() {
    let expected: BTreeMap<String, BTreeSet<String>> = METRICS
        .iter()
        .map(|(name, labels)| ((*name).to_owned(), labels.iter().map(|label| (*label).to_owned()).collect()))
        .collect();
    let scheduled_port = free_port();
    let monitoring = Monitoring::start(&root().join("k8s/observability/rules.yaml"), scheduled_port);
    let mut stage = Stage::new(acme_world(1));
    stage.expects("C07", &acme(1), ACME).expects("C07", &acme(2), ACME).contact("C07", "mette@acme.example");
    stage.set("observe.pushgateway", &format!("{:?}", monitoring.pushgateway()));
    let job = "tiktok_access_reconciler";
    let value = |name: &str| {
        let series = monitoring.query(&format!("tiktok_access_{name}{{job=\"{job}\"}}"));
        series.first().map(|series| series["value"][1].as_str().unwrap().to_owned())
    };
    // A night that is complete and held.
    stage.set("mail.max_per_run", "0").night("2026-01-12").ends_with(5);
    monitoring.until("every metric with its labels", || (scraped(&monitoring, job) == expected).then_some(()));
    monitoring.fires(&["TikTokAccessMailsHeld"]);
    let complete = value("last_complete_run_timestamp_seconds").unwrap();
    // The next is not complete: what is known of the last complete one stays.
    stage.set("mail.max_per_run", "500");
    stage.tiktok.world_mut(|world| world.revoke_token(MEMBER));
    stage.night("2026-01-13").ends_with(3);
    monitoring.fires(&["TikTokAccessTokenRefused"]);
    assert_eq!(value("last_complete_run_timestamp_seconds"), Some(complete.clone()));
    assert_eq!(scraped(&monitoring, job), expected);
    // Then one that cannot begin: the accounts stay as they were last seen.
    std::fs::remove_file(stage.path("accounts.csv")).unwrap();
    ran(stage.command(&["run"]).output().unwrap()).ends_with(2);
    monitoring.fires(&["TikTokAccessRunFailed"]);
    assert_eq!(value("last_complete_run_timestamp_seconds"), Some(complete));
    assert_eq!(scraped(&monitoring, job), expected);
    // All is well again, with another set of causes: none of the old series is left.
    stage.tiktok.world_mut(|world| world.restore_token(MEMBER));
    stage.night("2026-01-14").ends_with(0);
    monitoring.fires(&[]);
    let unknown = "tiktok_access_accounts{status=\"unknown\"}";
    monitoring.until("nothing is unknown", || monitoring.query(unknown).is_empty().then_some(()));
    assert_eq!(value("run_exit_code").as_deref(), Some("0"));
    // What `schedule` is scraped for is the same.
    stage.set("schedule.cron", EVERY_SECOND);
    let scheduled = Scheduled::starts_at(&stage, scheduled_port);
    monitoring.until("the same of schedule", || (scraped(&monitoring, "scheduled") == expected).then_some(()));
    // All but the doubts, of which there are none.
    for (title, query) in queries().into_iter().filter(|(title, _)| title != "Doubt") {
        let query = query.replace("job=~\".*\"", "job=\"scheduled\"");
        assert!(!monitoring.query(&query).is_empty(), "{title}: {query} shows nothing");
    }
    scheduled.stops();
}

#[test]
fn every_guard_has_its_series() {
    let source = read("src/judge/guard.rs");
    let names: BTreeSet<&str> = source.split("name: \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(names, reconciler::domain::GUARDS.into_iter().collect());
}

#[test]
fn rules_and_dashboard_name_only_metrics_that_there_are() {
    for path in
        ["k8s/observability/rules.yaml", "k8s/observability/rules_test.yaml", "k8s/observability/dashboard.json"]
    {
        let strange: Vec<_> = named(&read(path)).difference(&known()).cloned().collect();
        assert_eq!(strange, [""; 0], "{path}");
    }
}

#[test]
fn every_metric_is_on_the_dashboard() {
    let shown: BTreeSet<String> = queries().iter().flat_map(|(_, query)| named(query)).collect();
    assert_eq!(shown, known());
}

#[test]
fn the_rules_pass_their_tests() {
    let folder = root().join("k8s/observability");
    let tested = said(Command::new("promtool").args(["test", "rules", "rules_test.yaml"]).current_dir(folder), "");
    tested.unwrap();
}

#[test]
fn every_alert_is_tested_firing_and_quiet() {
    let tests = yaml(&read("k8s/observability/rules_test.yaml")).remove(0);
    let cases: Vec<&Value> = list(&tests, "tests").iter().flat_map(|test| list(test, "alert_rule_test")).collect();
    for alert in alerts() {
        let fires = |case: &&&Value| case["alertname"] == *alert && !list(case, "exp_alerts").is_empty();
        let is_quiet = |case: &&&Value| case["alertname"] == *alert && list(case, "exp_alerts").is_empty();
        assert!(cases.iter().any(|case| fires(&case)), "{alert} is never seen to fire");
        assert!(cases.iter().any(|case| is_quiet(&case)), "{alert} is never seen to be quiet");
    }
}

#[test]
fn what_the_goals_ask_to_be_noticed_has_an_alert() {
    let alerts = alerts();
    // It never starts, hangs (and so never ends), is partial three nights.
    for alert in ["TikTokAccessNeverRan", "TikTokAccessNoRun", "TikTokAccessIncompleteThreeNights"] {
        assert!(alerts.iter().any(|known| known == alert), "{alert}");
    }
}

#[test]
fn a_pushgateway_and_a_prometheus_take_a_night_and_answer_every_query_of_the_dashboard() {
    let monitoring = Monitoring::start(&root().join("k8s/observability/rules.yaml"), free_port());
    monitoring.push("tiktok-access", NIGHT);
    let series = NIGHT.lines().filter(|line| !line.starts_with('#')).count();
    monitoring.until("all series are scraped", || {
        let scraped = monitoring.query(r#"{__name__=~"tiktok_access_.+", job="tiktok-access"}"#);
        (scraped.len() == series).then_some(())
    });
    for (title, query) in queries() {
        assert!(!monitoring.query(&query).is_empty(), "{title}: {query} shows nothing");
    }
    // The night was long ago, so what it says of time is true now, and what waits for an hour does not fire yet.
    let expected = [
        "TikTokAccessIncompleteThreeNights",
        "TikTokAccessMailsHeld",
        "TikTokAccessNearDeadline",
        "TikTokAccessNoRun",
        "TikTokAccessSuspended",
        "TikTokAccessTokenRefused",
    ];
    monitoring.fires(&expected);
    // The next night replaces this one, and what was wrong is over.
    let complete = "tiktok_access_run_exit_code 0\ntiktok_access_guards_holding{guard=\"regressed\"} 0\n";
    monitoring.push("tiktok-access", complete);
    monitoring.fires(&[]);
}
