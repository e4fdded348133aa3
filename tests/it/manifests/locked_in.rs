//! Each control of the Pod Security level `restricted`, looked up in each pod, and what this project adds to it.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use super::{containers, folders, list, overlays, pod, read, rendered, yaml};

/// Volumes that `restricted` admits.
const VOLUMES: [&str; 8] =
    ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

/// System calls' settings that are safe, of `baseline`.
const SYSCTLS: [&str; 10] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
];

/// What `restricted` would refuse, or warn of, in a pod: the control's name in the documentation of Kubernetes.
fn breaches(pod: &Value) -> Vec<String> {
    let spec = &pod["spec"];
    let mut found = BTreeSet::new();
    let mut must = |holds: bool, control: &str| {
        if !holds {
            found.insert(control.to_owned());
        }
    };
    let contexts = || std::iter::once(&spec["securityContext"]).chain(containers(pod).map(|c| &c["securityContext"]));
    let off = |value: &Value| value.is_null() || *value == json!(false);
    let among = |value: &Value, words: &[&str]| value.is_null() || words.iter().any(|word| value == word);
    must(!list(spec, "containers").is_empty(), "a pod at all");
    must(contexts().all(|c| off(&c["windowsOptions"]["hostProcess"])), "HostProcess");
    must(["hostNetwork", "hostPID", "hostIPC"].iter().all(|key| off(&spec[*key])), "Host Namespaces");
    must(contexts().all(|c| off(&c["privileged"])), "Privileged Containers");
    must(containers(pod).all(|c| list(c, "ports").iter().all(|port| port["hostPort"].is_null())), "Host Ports");
    let hooks = ["livenessProbe", "readinessProbe", "startupProbe"];
    let asks_a_host = |c: &Value| {
        let probes = hooks.iter().map(|hook| &c[*hook]);
        let probes = probes.chain(["postStart", "preStop"].iter().map(|hook| &c["lifecycle"][*hook]));
        probes.into_iter().any(|probe| ["httpGet", "tcpSocket"].iter().any(|way| !probe[*way]["host"].is_null()))
    };
    must(!containers(pod).any(asks_a_host), "Host Probes / Lifecycle Hooks");
    let profiles = ["RuntimeDefault", "Localhost"];
    must(contexts().all(|c| among(&c["appArmorProfile"]["type"], &profiles)), "AppArmor");
    let annotated = pod["metadata"]["annotations"].as_object();
    must(annotated.is_none_or(|all| all.keys().all(|key| !key.contains("apparmor"))), "AppArmor");
    let types = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
    let labels = |c: &Value| c["seLinuxOptions"].clone();
    must(contexts().all(|c| among(&labels(c)["type"], &types)), "SELinux");
    must(contexts().all(|c| among(&labels(c)["user"], &[""]) && among(&labels(c)["role"], &[""])), "SELinux");
    must(containers(pod).all(|c| among(&c["securityContext"]["procMount"], &["Default"])), "/proc Mount Type");
    let sysctls = list(&spec["securityContext"], "sysctls");
    must(sysctls.iter().all(|sysctl| SYSCTLS.iter().any(|safe| sysctl["name"] == *safe)), "Sysctls");
    // Of `restricted` alone.
    let admitted = |volume: &Value| volume.as_object().unwrap().keys().all(|k| k == "name" || VOLUMES.contains(&&**k));
    must(list(spec, "volumes").iter().all(admitted), "Volume Types");
    let each = |holds: &dyn Fn(&Value) -> bool| containers(pod).all(|c| holds(&c["securityContext"]));
    must(each(&|c| c["allowPrivilegeEscalation"] == false), "Privilege Escalation");
    let pods = &spec["securityContext"];
    let non_root =
        |c: &Value| c["runAsNonRoot"] == true || (c["runAsNonRoot"].is_null() && pods["runAsNonRoot"] == true);
    must(each(&non_root) && pods["runAsNonRoot"] != false, "Running as Non-root");
    must(contexts().all(|c| c["runAsUser"] != 0), "Running as Non-root user");
    let sealed = |value: &Value| profiles.iter().any(|profile| value["seccompProfile"]["type"] == *profile);
    must(each(&|c| sealed(c) || (c["seccompProfile"].is_null() && sealed(pods))), "Seccomp");
    must(contexts().all(|c| c["seccompProfile"]["type"] != "Unconfined"), "Seccomp");
    must(each(&|c| list(&c["capabilities"], "drop").contains(&json!("ALL"))), "Capabilities");
    let added = |c: &Value| list(&c["capabilities"], "add").iter().all(|added| added == "NET_BIND_SERVICE");
    must(each(&added), "Capabilities");
    found.into_iter().collect()
}

/// What this project asks of a pod besides.
fn own_breaches(pod: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let spec = &pod["spec"];
    if spec["automountServiceAccountToken"] != false {
        found.push("it has a token of the cluster".to_owned());
    }
    if spec["enableServiceLinks"] != false {
        found.push("other services put variables into it".to_owned());
    }
    if spec["securityContext"]["runAsUser"] != 65532 || spec["securityContext"]["runAsGroup"] != 65532 {
        found.push("it does not run as 65532".to_owned());
    }
    for container in containers(pod) {
        let name = &container["name"];
        if container["securityContext"]["readOnlyRootFilesystem"] != true {
            found.push(format!("{name} can write on its root"));
        }
        let set = |path: &str| container["resources"].pointer(path).is_some();
        if !(set("/requests/memory") && set("/requests/cpu") && set("/limits/memory")) {
            found.push(format!("{name} does not say what it needs"));
        }
        let tag = container["image"].as_str().unwrap().rsplit('/').next().unwrap().split_once(':');
        if tag.is_none_or(|(_, tag)| tag == "latest" || !tag.contains(|c: char| c.is_ascii_digit())) {
            found.push(format!("the image of {name} is not pinned"));
        }
    }
    found
}

fn all_pods() -> Vec<(String, Value)> {
    let objects = folders().into_iter().flat_map(|folder| {
        let objects = rendered(&folder);
        objects.into_iter().map(move |object| (folder.clone(), object))
    });
    let files = yaml(&read("k8s/files.yaml")).into_iter().map(|object| ("k8s/files.yaml".to_owned(), object));
    let pods = objects.chain(files).filter_map(|(folder, object)| {
        let name = format!("{folder}: {}", object["metadata"]["name"]);
        pod(&object).map(|pod| (name, pod.clone()))
    });
    pods.collect()
}

#[test]
fn every_pod_meets_every_control_of_restricted_and_ours() {
    let pods = all_pods();
    assert!(pods.len() > overlays().len(), "{}", pods.len());
    for (name, pod) in pods {
        assert_eq!(breaches(&pod), [""; 0], "{name}");
        assert_eq!(own_breaches(&pod), [""; 0], "{name}");
    }
}

#[rstest]
#[case("/spec/hostNetwork", json!(true), "Host Namespaces")]
#[case("/spec/hostPID", json!(true), "Host Namespaces")]
#[case("/spec/containers/0/securityContext/windowsOptions", json!({"hostProcess": true}), "HostProcess")]
#[case("/spec/containers/0/securityContext/privileged", json!(true), "Privileged Containers")]
#[case("/spec/containers/0/ports", json!([{"containerPort": 1, "hostPort": 1}]), "Host Ports")]
#[case("/spec/containers/0/livenessProbe", json!({"tcpSocket": {"host": "::1"}}), "Host Probes / Lifecycle Hooks")]
#[case("/spec/securityContext/appArmorProfile", json!({"type": "Unconfined"}), "AppArmor")]
#[case("/spec/securityContext/seLinuxOptions", json!({"type": "spc_t"}), "SELinux")]
#[case("/spec/containers/0/securityContext/procMount", json!("Unmasked"), "/proc Mount Type")]
#[case("/spec/securityContext/sysctls", json!([{"name": "kernel.msgmax"}]), "Sysctls")]
#[case("/spec/volumes/0", json!({"name": "x", "hostPath": {"path": "/"}}), "Volume Types")]
#[case("/spec/volumes/0", json!({"name": "x", "nfs": {"server": "s"}}), "Volume Types")]
#[case("/spec/containers/0/securityContext/allowPrivilegeEscalation", Value::Null, "Privilege Escalation")]
#[case("/spec/securityContext/runAsNonRoot", Value::Null, "Running as Non-root")]
#[case("/spec/containers/0/securityContext/runAsNonRoot", json!(false), "Running as Non-root")]
#[case("/spec/containers/0/securityContext/runAsUser", json!(0), "Running as Non-root user")]
#[case("/spec/securityContext/seccompProfile", Value::Null, "Seccomp")]
#[case("/spec/containers/0/securityContext/seccompProfile", json!({"type": "Unconfined"}), "Seccomp")]
#[case("/spec/containers/0/securityContext/capabilities", json!({"drop": ["NET_RAW"]}), "Capabilities")]
#[case("/spec/containers/0/securityContext/capabilities", json!({"drop": ["ALL"], "add": ["CHOWN"]}), "Capabilities")]
fn a_control_that_is_broken_is_seen(#[case] path: &str, #[case] value: Value, #[case] control: &str) {
    let objects = rendered("k8s/overlays/sqlite");
    let mut pod = pod(super::only(&objects, "CronJob")).unwrap().clone();
    let (parent, key) = path.rsplit_once('/').unwrap();
    match pod.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        parent => parent[key] = value,
    }
    assert_eq!(breaches(&pod), [control]);
}

#[test]
fn the_namespace_of_every_overlay_enforces_it() {
    for folder in overlays() {
        let objects = rendered(&folder);
        let mut namespaces = BTreeSet::new();
        for namespace in objects.iter().filter(|object| object["kind"] == "Namespace") {
            for mode in ["enforce", "warn", "audit"] {
                let label = format!("pod-security.kubernetes.io/{mode}");
                assert_eq!(namespace["metadata"]["labels"][&label], "restricted", "{folder}");
            }
            namespaces.insert(namespace["metadata"]["name"].clone().to_string());
        }
        for object in objects.iter().filter(|object| object["kind"] != "Namespace") {
            assert!(namespaces.contains(&object["metadata"]["namespace"].to_string()), "{folder}: {object}");
        }
    }
}

#[test]
fn service_accounts_have_no_token_and_nothing_is_bound_to_them() {
    for folder in overlays() {
        let objects = rendered(&folder);
        assert!(objects.iter().any(|object| object["kind"] == "ServiceAccount"));
        for object in &objects {
            let kind = object["kind"].as_str().unwrap();
            assert!(!kind.contains("Role"), "{folder}: {kind}");
            assert!(kind != "ServiceAccount" || object["automountServiceAccountToken"] == false, "{folder}");
        }
    }
}

/// Whether an address could be a cloud's metadata service, which hands out the node's credentials.
fn reaches_the_metadata_service(rule: &Value) -> bool {
    let web = list(rule, "ports").is_empty() || list(rule, "ports").iter().any(|p| p["port"] == 80 || p["port"] == 443);
    let open = |peer: &Value| {
        let block = &peer["ipBlock"];
        block["cidr"] == "0.0.0.0/0" && !list(block, "except").contains(&json!("169.254.0.0/16"))
    };
    web && (list(rule, "to").is_empty() || list(rule, "to").iter().any(open))
}

#[test]
fn every_pod_is_behind_a_policy_that_lets_nobody_in_and_little_out() {
    for folder in overlays() {
        let objects = rendered(&folder);
        let policies: Vec<&Value> = objects.iter().filter(|object| object["kind"] == "NetworkPolicy").collect();
        for workload in objects.iter().filter(|object| pod(object).is_some()) {
            let labels = &pod(workload).unwrap()["metadata"]["labels"];
            let name = &labels["app.kubernetes.io/name"];
            let policy = policies.iter().find(|policy| {
                policy["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == *name
                    && policy["metadata"]["namespace"] == workload["metadata"]["namespace"]
            });
            let spec = &policy.unwrap_or_else(|| panic!("{folder}: {name} has no policy"))["spec"];
            assert_eq!(spec["policyTypes"], json!(["Ingress", "Egress"]), "{folder}");
            assert!(list(spec, "ingress").iter().all(|rule| !list(rule, "from").is_empty()), "{folder}: {spec}");
            assert!(!list(spec, "egress").iter().any(reaches_the_metadata_service), "{folder}: {spec}");
        }
    }
}

/// Ports that the program's policy opens to the outside.
fn ways_out(folder: &str) -> BTreeSet<u64> {
    let objects = rendered(folder);
    let policy = objects.iter().find(|o| o["kind"] == "NetworkPolicy" && o["metadata"]["name"] == "reconciler");
    let rules = list(&policy.unwrap()["spec"], "egress").to_vec();
    rules.iter().flat_map(|rule| list(rule, "ports")).map(|port| port["port"].as_u64().unwrap()).collect()
}

#[test]
fn names_tiktok_mail_the_database_and_the_metrics_can_be_reached_and_in_the_demonstration_nothing_outside() {
    assert_eq!(ways_out("k8s/base"), BTreeSet::from([53, 443, 465, 587, 5432, 9091]));
    assert_eq!(ways_out("k8s/overlays/demo"), BTreeSet::from([53, 1025]));
}

#[test]
fn no_secret_is_written_anywhere() {
    for folder in folders() {
        for object in rendered(&folder) {
            assert_ne!(object["kind"], "Secret", "{folder}");
            let Some(pod) = pod(&object) else { continue };
            for variable in containers(pod).flat_map(|container| list(container, "env")) {
                let (name, value) =
                    (variable["name"].as_str().unwrap(), variable["value"].as_str().unwrap_or_default());
                let secret = ["TOKEN", "SECRET", "PASSWORD", "KEY"].iter().any(|word| name.contains(word));
                assert!(!secret && !value.contains('@'), "{folder}: {name} is written, not referred to");
            }
        }
    }
}
