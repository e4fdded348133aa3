//! What a pod gives the program to read, read by the program's own reader.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use reconciler::config::{self, Config, Environment, Transport};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::{list, overlays, pod, program, rendered};

/// The data of a ConfigMap that a pod names.
fn config_map<'a>(objects: &'a [Value], namespace: &Value, name: &Value) -> &'a Value {
    let found = objects.iter().find(|object| {
        object["kind"] == "ConfigMap"
            && object["metadata"]["name"] == *name
            && object["metadata"]["namespace"] == *namespace
    });
    &found.unwrap_or_else(|| panic!("there is no ConfigMap {name} in {namespace}"))["data"]
}

/// The variables that the program's container has; secrets are what an operator would put there.
fn variables(objects: &[Value], workload: &Value) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    let container = program(pod(workload).unwrap());
    for source in list(container, "envFrom") {
        if source["secretRef"]["name"] == "reconciler-secrets" {
            for (name, value) in [
                ("TIKTOK_ACCESS_TOKEN", "token"),
                ("SMTP_URL", "smtps://user:password@mail.example.com"),
                ("DATABASE_URL", "postgres://user:password@database.example.com/access?sslmode=verify-full"),
            ] {
                variables.insert(name.to_owned(), value.to_owned());
            }
        } else {
            let map = config_map(objects, &workload["metadata"]["namespace"], &source["configMapRef"]["name"]);
            variables.extend(map.as_object().unwrap().iter().map(|(k, v)| (k.clone(), v.as_str().unwrap().to_owned())));
        }
    }
    for variable in list(container, "env") {
        let text = |key: &str| variable[key].as_str().unwrap().to_owned();
        variables.insert(text("name"), text("value"));
    }
    variables
}

/// What the program takes the files and variables of its pod for.
pub(super) fn configuration(objects: &[Value], workload: &Value) -> Config {
    let variables = variables(objects, workload);
    let pod = pod(workload).unwrap();
    let path = Path::new(&variables["RECONCILER_CONFIG"]);
    let volume = mount(pod, path).1;
    let map = config_map(objects, &workload["metadata"]["namespace"], &volume["configMap"]["name"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(path.file_name().unwrap());
    fs::write(&file, map[path.file_name().unwrap().to_str().unwrap()].as_str().unwrap()).unwrap();
    let environment: Environment = variables.into_iter().collect();
    config::load(&file, &environment).unwrap_or_else(|faults| panic!("{}", faults.report()))
}

/// The mount that a path lies on, and its volume.
fn mount<'a>(pod: &'a Value, path: &Path) -> (&'a Value, &'a Value) {
    let place = |mount: &Value| mount["mountPath"].as_str().unwrap().to_owned();
    let mounts = list(program(pod), "volumeMounts").iter().filter(|mount| path.starts_with(place(mount)));
    let mount = mounts.max_by_key(|mount| place(mount).len());
    let mount = mount.unwrap_or_else(|| panic!("{} lies on no volume, and the root is read-only", path.display()));
    let volume = list(&pod["spec"], "volumes").iter().find(|volume| volume["name"] == mount["name"]);
    (mount, volume.unwrap_or_else(|| panic!("{} mounts no volume of the pod", mount["mountPath"])))
}

/// Fails unless what the program writes there outlives the pod.
fn is_kept(pod: &Value, path: &Path) {
    let (mount, volume) = mount(pod, path);
    assert!(mount["readOnly"] != true, "{} is read-only", path.display());
    assert!(!volume["persistentVolumeClaim"].is_null(), "{} is lost with the pod", path.display());
}

/// Whatever runs the program, with the overlay's objects.
fn workloads() -> Vec<(String, Vec<Value>, Value)> {
    let mut found = Vec::new();
    for folder in overlays() {
        let objects = rendered(&folder);
        let runs = |object: &&Value| pod(object).is_some_and(|pod| pod["spec"]["serviceAccountName"] == "reconciler");
        let workloads: Vec<Value> = objects.iter().filter(runs).cloned().collect();
        assert!(!workloads.is_empty(), "{folder} does not run the program");
        found.extend(workloads.into_iter().map(|workload| (folder.clone(), objects.clone(), workload)));
    }
    found
}

#[test]
fn the_programs_own_reader_takes_the_configuration_of_every_overlay() {
    for (folder, objects, workload) in workloads() {
        let config = configuration(&objects, &workload);
        let over_smtp = matches!(config.mail.transport, Transport::Smtp { .. });
        assert!(over_smtp, "{folder}: mails would stay in the pod");
    }
}

#[test]
fn what_the_program_reads_is_mounted_and_what_it_writes_is_kept() {
    for (folder, objects, workload) in workloads() {
        let pod = pod(&workload).unwrap();
        let config = configuration(&objects, &workload);
        let root = Path::new(program(pod)["workingDir"].as_str().unwrap());
        let registers =
            [Some(&config.expected.accounts), Some(&config.expected.contacts), config.expected.exceptions.as_ref()];
        for path in registers.into_iter().flatten().map(|path| root.join(path)) {
            let (_, volume) = mount(pod, &path);
            if volume["secret"]["secretName"] != "reconciler-registers" {
                let map = config_map(&objects, &workload["metadata"]["namespace"], &volume["configMap"]["name"]);
                assert!(map.get(path.file_name().unwrap().to_str().unwrap()).is_some(), "{folder}: {}", path.display());
            }
        }
        let store = config.store.url.expose_secret();
        match store.strip_prefix("sqlite://") {
            Some(path) => is_kept(pod, &root.join(path)),
            None => assert!(store.starts_with("postgres://"), "{folder}"),
        }
        let reports = &variables(&objects, &workload)["RECONCILER__REPORT__DIR"];
        if !reports.contains("://") {
            is_kept(pod, &root.join(reports));
        }
        mount(pod, Path::new("/tmp"));
    }
}

#[test]
fn without_volumes_nothing_is_bound_to_a_node() {
    for folder in ["k8s/overlays/postgres", "k8s/overlays/agencies"] {
        assert!(!rendered(folder).iter().any(|object| object["kind"] == "PersistentVolumeClaim"), "{folder}");
    }
}
