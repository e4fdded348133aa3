//! `k8s/by-hand.sh` with a cluster that is a folder: the true `kubectl`, but for what only a server can do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{only, rendered, root, said, yaml};

/// Answers what a server would; everything else is left to the true one.
const STUB: &str = r#"#!/bin/sh
case " $* " in
    *" create job "*) printf '%s\n' "$*" > "$CLUSTER/from"; cat "$CLUSTER/job.json" ;;
    *" create -f - "*) cat > "$CLUSTER/created.yaml" ;;
    *" logs "*) echo "the program's words" ;;
    *) PATH=$TRUE_PATH exec kubectl "$@" ;;
esac
"#;

fn by_hand(cluster: &Path, arguments: &[&str]) -> Result<String, String> {
    let path = std::env::var("PATH").unwrap();
    let stub = cluster.join("kubectl");
    fs::write(&stub, STUB).unwrap();
    fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(root().join("k8s/by-hand.sh"));
    command.args(arguments).env("PATH", format!("{}:{path}", cluster.display()));
    said(command.env("TRUE_PATH", path).env("CLUSTER", cluster), "")
}

/// The Job that `kubectl create job --from` makes of a CronJob.
fn job_of_the_cronjob(cluster: &Path) -> Value {
    let objects = rendered("k8s/overlays/sqlite");
    let spec = &only(&objects, "CronJob")["spec"]["jobTemplate"]["spec"];
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "by-hand"}, "spec": spec});
    fs::write(cluster.join("job.json"), job.to_string()).unwrap();
    job
}

#[test]
fn a_command_by_hand_is_the_nights_pod_with_other_words_tried_once() {
    let cluster = tempfile::tempdir().unwrap();
    let mut expected = job_of_the_cronjob(cluster.path());
    let words = ["release", "20261123T043000Z-1a2b", "--client", r#"DK/C "07\"#];
    let shown = by_hand(cluster.path(), &[&["tiktok-access"][..], &words].concat()).unwrap();
    assert_eq!(shown, "the program's words\n");
    expected["spec"]["backoffLimit"] = json!(0);
    expected["spec"]["template"]["spec"]["containers"][0]["args"] = json!(words);
    let created = yaml(&fs::read_to_string(cluster.path().join("created.yaml")).unwrap()).remove(0);
    assert_eq!(created, expected);
    let from = fs::read_to_string(cluster.path().join("from")).unwrap();
    assert!(
        from.starts_with("-n tiktok-access create job by-hand-") && from.contains(" --from=cronjob/reconciler "),
        "{from}"
    );
}

#[test]
fn without_a_command_it_teaches() {
    let cluster = tempfile::tempdir().unwrap();
    let taught = by_hand(cluster.path(), &["tiktok-access"]).unwrap_err();
    assert!(taught.contains("k8s/by-hand.sh tiktok-access check"), "{taught}");
    assert!(!cluster.path().join("created.yaml").exists());
}
