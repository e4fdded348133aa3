//! What the CronJob and the program both say: when, for how long, and what a code means.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use croner::parser::CronParser;
use reconciler::domain::Exit;
use serde_json::{Value, json};

use super::settings::configuration;
use super::{list, only, overlays, pod, program, rendered};

/// The CronJobs of an overlay, by namespace.
fn cronjobs(folder: &str) -> BTreeMap<String, Value> {
    let objects = rendered(folder).into_iter().filter(|object| object["kind"] == "CronJob");
    objects.map(|object| (object["metadata"]["namespace"].as_str().unwrap().to_owned(), object)).collect()
}

/// Every overlay's CronJobs with the folder's name.
fn all() -> Vec<(String, Value)> {
    let found: Vec<_> =
        overlays().iter().flat_map(|folder| cronjobs(folder).into_values().map(|c| (folder.clone(), c))).collect();
    assert!(found.len() > 5, "{}", found.len());
    found
}

#[test]
fn a_job_fails_at_once_for_exactly_the_codes_where_trying_again_changes_nothing() {
    let mut hopeless: Vec<u8> =
        Exit::ALL.iter().filter(|exit| **exit != Exit::Done && !exit.retry_helps()).map(|exit| exit.code()).collect();
    hopeless.sort_unstable();
    for (folder, cronjob) in all() {
        let job = &cronjob["spec"]["jobTemplate"]["spec"];
        let fails = json!({
            "action": "FailJob",
            "onExitCodes": {"containerName": program(&job["template"])["name"], "operator": "In", "values": hopeless},
        });
        let ignores = json!({"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]});
        assert_eq!(job["podFailurePolicy"]["rules"], json!([fails, ignores]), "{folder}");
        // A failure policy counts pods, so the kubelet must not start containers again.
        assert_eq!(job["template"]["spec"]["restartPolicy"], "Never", "{folder}");
        assert!(job["backoffLimit"].as_u64().unwrap() >= 1, "{folder}");
    }
}

/// The moments of a cron expression in the zone, from before one change of the clock until after the next.
fn moments(parser: &CronParser, cron: &str, zone: chrono_tz::Tz) -> Vec<DateTime<Utc>> {
    let cron = parser.parse(cron).unwrap();
    let mut from = "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
    (0..400)
        .map(|_| {
            from = cron.find_next_occurrence(&from.with_timezone(&zone), false).unwrap().with_timezone(&Utc);
            from
        })
        .collect()
}

#[test]
fn cronjob_and_configuration_name_the_same_moments() {
    use croner::parser::Seconds;
    let with_seconds = CronParser::builder().seconds(Seconds::Required).build();
    let without = CronParser::builder().seconds(Seconds::Disallowed).build();
    for (folder, cronjob) in all() {
        let config = configuration(&rendered(&folder), &cronjob);
        let (schedule, zone) = (&cronjob["spec"]["schedule"], &cronjob["spec"]["timeZone"]);
        let schedule = schedule.as_str().unwrap();
        assert!(!schedule.contains("TZ"), "{folder}: the zone has a field of its own");
        let zone: chrono_tz::Tz = zone.as_str().unwrap().parse().unwrap();
        assert_eq!(zone, config.zone(), "{folder}");
        let nights = moments(&without, schedule, zone);
        assert_eq!(nights, moments(&with_seconds, &config.schedule.cron, config.zone()), "{folder}");
        assert!(nights[399] - nights[0] > TimeDelta::days(300), "{folder}: it is more than nightly");
    }
}

#[test]
fn a_night_has_the_time_it_needs_and_a_hung_one_ends() {
    for (folder, cronjob) in all() {
        let config = configuration(&rendered(&folder), &cronjob);
        let job = &cronjob["spec"]["jobTemplate"]["spec"];
        let seconds = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{folder}: a deadline is missing"));
        let mails = config.guards.max_mails_per_run * 60 / u64::from(config.mail.max_per_minute);
        let slow_server = 10 * 60;
        let spare = 10 * 60;
        let run = config.store.lease.as_secs() + config.tiktok.run_timeout.as_secs() + mails + slow_server + spare;
        let pod = seconds(&job["template"]["spec"]["activeDeadlineSeconds"]);
        assert!(pod >= run, "{folder}: a pod may take {pod} s and can need {run} s");
        let attempts = 1 + seconds(&job["backoffLimit"]);
        assert!(seconds(&job["activeDeadlineSeconds"]) >= attempts * pod, "{folder}: the last attempt is cut short");
        // All attempts are over before the next night, even if they began late.
        let late = seconds(&cronjob["spec"]["startingDeadlineSeconds"]);
        assert!(late >= 10 && late + seconds(&job["activeDeadlineSeconds"]) < 23 * 3600, "{folder}");
        // SIGTERM ends a run within 5 s.
        assert!(seconds(&job["template"]["spec"]["terminationGracePeriodSeconds"]) > 5, "{folder}");
    }
}

#[test]
fn nights_do_not_overlap_and_leave_something_to_read() {
    for (folder, cronjob) in all() {
        let spec = &cronjob["spec"];
        assert_eq!(spec["concurrencyPolicy"], "Forbid", "{folder}");
        assert!(spec["successfulJobsHistoryLimit"].as_u64().unwrap() >= 1, "{folder}");
        assert!(spec["failedJobsHistoryLimit"].as_u64().unwrap() >= 3, "{folder}: three nights can be looked at");
        let ttl = spec["jobTemplate"]["spec"]["ttlSecondsAfterFinished"].as_u64().unwrap();
        assert!(ttl >= 3 * 86_400, "{folder}: a weekend can be looked at");
    }
}

#[test]
fn the_program_has_the_memory_of_the_goal_and_the_version_of_its_package() {
    let image = format!("registry.example.com/tiktok-access-reconciler:{}", env!("CARGO_PKG_VERSION"));
    for folder in overlays() {
        for object in rendered(&folder) {
            let Some(pod) = pod(&object).filter(|pod| pod["spec"]["serviceAccountName"] == "reconciler") else {
                continue;
            };
            assert_eq!(program(pod)["resources"]["limits"]["memory"], "128Mi", "{folder}");
            assert_eq!(program(pod)["image"], image, "{folder}");
        }
    }
}

#[test]
fn the_deployment_stays_up_and_is_else_the_pod_of_the_cronjob() {
    let scheduled = rendered("k8s/overlays/scheduled");
    assert!(!scheduled.iter().any(|object| object["kind"] == "CronJob"));
    let deployment = only(&scheduled, "Deployment");
    assert_eq!(deployment["spec"]["replicas"], 1);
    assert_eq!(deployment["spec"]["strategy"]["type"], "Recreate");
    let mut pod = pod(deployment).unwrap()["spec"].clone();
    let container = &mut pod["containers"][0];
    assert_eq!(container["args"].as_array().unwrap().last().unwrap(), "schedule");
    assert_eq!(container["ports"], json!([{"containerPort": 8080, "name": "http"}]));
    for (probe, path) in [("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")] {
        assert_eq!(container[probe]["httpGet"], json!({"path": path, "port": "http"}));
    }
    assert_eq!(pod["restartPolicy"], "Always");
    // What differs, taken back.
    let sqlite = rendered("k8s/overlays/sqlite");
    let expected = super::pod(only(&sqlite, "CronJob")).unwrap()["spec"].clone();
    let container = pod["containers"][0].as_object_mut().unwrap();
    container.retain(|key, _| !key.ends_with("Probe") && key != "ports");
    container.insert("args".to_owned(), expected["containers"][0]["args"].clone());
    pod["restartPolicy"] = expected["restartPolicy"].clone();
    pod["activeDeadlineSeconds"] = expected["activeDeadlineSeconds"].clone();
    assert_eq!(pod, expected);
    let service = only(&scheduled, "Service");
    let labels = &super::pod(deployment).unwrap()["metadata"]["labels"];
    assert_eq!(service["spec"]["selector"]["app.kubernetes.io/name"], labels["app.kubernetes.io/name"]);
    assert_eq!(list(&service["spec"], "ports")[0]["port"], 8080);
}

#[test]
fn agencies_share_nothing_but_the_database() {
    let agencies = cronjobs("k8s/overlays/agencies");
    assert!(agencies.len() >= 2);
    let objects = rendered("k8s/overlays/agencies");
    let mut buckets = std::collections::BTreeSet::new();
    let mut senders = std::collections::BTreeSet::new();
    for cronjob in agencies.values() {
        let container = program(pod(cronjob).unwrap());
        let bucket = list(container, "env").iter().find(|variable| variable["name"] == "RECONCILER__REPORT__DIR");
        buckets.insert(bucket.unwrap()["value"].to_string());
        senders.insert(configuration(&objects, cronjob).mail.from.as_str().to_owned());
    }
    assert_eq!((buckets.len(), senders.len()), (agencies.len(), agencies.len()));
}
