//! What the program answers when it is asked about its past: `explain`, `history`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use reconciler::domain::Cause;
use serde_json::Value;
use tempfile::TempDir;
use tiktok_simulator::{Options, Simulator, World};

use crate::harness::*;
use crate::stores::Store;

/// The world of `config/demo`, in which every cause but one occurs, after both of its nights.
struct Demo {
    dir: TempDir,
    store: Store,
    tiktok: Option<Simulator>,
}

impl Demo {
    fn played() -> Self {
        let dir = TempDir::new().unwrap();
        let config = dir.path().join("config/demo");
        fs::create_dir_all(&config).unwrap();
        for file in ["accounts.csv", "contacts.csv", "exceptions.csv", "reconciler.toml"] {
            fs::copy(source(file), config.join(file)).unwrap();
        }
        let store = Store::of_environment(dir.path().join("demo/state.db"));
        let mut demo = Self { dir, store, tiktok: None };
        for (number, now) in [(1, "2026-11-23T04:30:00Z"), (2, "2026-11-24T04:30:00Z")] {
            let world = ["world.toml".to_owned(), format!("night-{number}.toml")];
            let world: String = world.iter().map(|file| fs::read_to_string(source(file)).unwrap()).collect();
            let world = World::from_toml(&world).unwrap();
            demo.tiktok = Some(Simulator::in_background(Options::default(), world).unwrap());
            demo.does(&["--now", now, "run"]).ends_with(3);
        }
        demo
    }

    fn does(&self, arguments: &[&str]) -> Ran {
        let base_url = self.tiktok.as_ref().unwrap().base_url();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tiktok-access-reconciler"));
        command.current_dir(self.dir.path()).env_clear();
        for (name, value) in [
            ("DEMO_TOKEN_1", "demo-token-1"),
            ("DEMO_TOKEN_2", "demo-token-2"),
            ("DEMO_TOKEN_3", "demo-token-3"),
            ("DEMO_SECRET", "demo-secret"),
            ("RECONCILER__TIKTOK__BASE_URL", &base_url),
            ("RECONCILER__STORE__URL", "{ env = \"STORE_URL\" }"),
            ("STORE_URL", &self.store.url()),
        ] {
            command.env(name, value);
        }
        command.args(["--config", "config/demo/reconciler.toml"]);
        ran(command.args(arguments).output().unwrap())
    }

    fn rows(&self) -> Vec<Row> {
        let latest = self.dir.path().join("demo/reports/latest");
        let mut all = rows(&fs::read_to_string(latest.join("accounts.csv")).unwrap());
        // What was withdrawn is in the diff alone.
        let diff = rows(&fs::read_to_string(latest.join("diff.csv")).unwrap());
        all.extend(diff.into_iter().filter(|row| row["change"] == "withdrawn"));
        all
    }

    fn explain(&self, account: &str) -> Value {
        let ran = self.does(&["--now", NOON, "explain", account, "--output", "json"]).ends_with(0);
        serde_json::from_str(&ran.stdout).unwrap()
    }
}

/// After the second night.
const NOON: &str = "2026-11-24T12:00:00Z";

fn source(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo").join(file)
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A run's id without what depends on the hour at which the test was written.
fn without_run_ids(text: &str) -> String {
    let mut clean = text.to_owned();
    while let Some(at) = clean.find("T043000Z-") {
        clean.replace_range(at + 8..at + 13, "~");
    }
    clean
}

#[test]
fn explain_says_of_every_cause_what_a_client_manager_can_pass_on() {
    let demo = Demo::played();
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    let rows = demo.rows();
    for row in rows.iter().filter(|row| is_id(&row["account_id"])) {
        let cause = if row["change"] == "withdrawn" { "withdrawn" } else { &row["cause"] };
        if !told.contains_key(cause) {
            told.insert(
                cause.to_owned(),
                demo.does(&["--now", NOON, "explain", &row["account_id"]]).ends_with(0).stdout,
            );
        }
    }
    let mut unproven = one_missing();
    unproven.set("expected.canaries", &format!("[\"{}\"]", acme(99)));
    unproven.night("2026-11-23").ends_with(5);
    told.insert("canary_missing".to_owned(), unproven.does(&["explain", &acme(3)]).ends_with(0).stdout);
    for (cause, text) in &told {
        assert!(text.lines().all(|line| line.chars().count() <= 110), "{cause}:\n{text}");
    }
    let all: Vec<String> = told.iter().map(|(cause, text)| format!("######## {cause}\n\n{text}")).collect();
    insta::assert_snapshot!("explain_every_cause", without_run_ids(&all.join("\n")));

    // The same facts as in the report of the night, column by column.
    let columns = [
        "status",
        "cause",
        "action_owner",
        "confidence",
        "country",
        "client_code",
        "client_name",
        "member",
        "actual_role",
        "business_center_id",
        "business_center_name",
        "since",
        "days_open",
        "last_seen_on",
        "suggested_account_id",
        "evidence",
        "next_step",
        "reminder_state",
        "mails_sent",
        "last_mailed_on",
        "next_mail_on",
    ];
    let (mut compared, mut next) = (BTreeSet::new(), BTreeSet::new());
    for row in rows.iter().filter(|row| is_id(&row["account_id"]) && row["change"] != "withdrawn") {
        let answer = demo.explain(&row["account_id"]);
        let of_row = |claim: &&Value| claim["cause"] == row["cause"] && claim["client_code"] == row["client_code"];
        let unclaimed = |claim: &&Value| claim["cause"] == row["cause"] && row["client_code"].is_empty();
        let claims = answer["judgements"].as_array().unwrap();
        let claim = claims.iter().find(of_row).or_else(|| claims.iter().find(unclaimed));
        let claim = claim.unwrap_or_else(|| panic!("{row:?} in {answer:#}"));
        for column in columns {
            let value = match &claim[column] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            // Where mails are no matter any more, the report tells none.
            let untold = row["mails_sent"].is_empty() && ["mails_sent", "last_mailed_on"].contains(&column);
            let value = if untold { String::new() } else { value };
            let guarded = row[column].strip_prefix('\'').unwrap_or(&row[column]);
            let known_here = !(row["status"] == "invalid" && ["member", "business_center_id"].contains(&column));
            assert!(!known_here || value == guarded, "{column} of {row:?}: {value:?}");
        }
        compared.insert(row["cause"].clone());
        next.insert(format!("{}: {}", row["reminder_state"], claim["what_next"].as_str().unwrap()));
    }
    insta::assert_snapshot!("explain_what_happens_next", next.into_iter().collect::<Vec<_>>().join("\n"));
    // The one would hold the mails of the demonstration, and an id that cannot be one is refused.
    let all = Cause::ALL.iter().filter(|cause| ![Cause::CanaryMissing, Cause::MalformedId].contains(cause));
    assert_eq!(compared, all.map(|cause| cause.as_str().to_owned()).collect());
}

/// Acme expects three accounts; the third is not shared.
fn one_missing() -> Stage {
    let mut stage = Stage::new(acme_world(2));
    for number in 1..=3 {
        stage.expects("C07", &acme(number), ACME);
    }
    stage.contact("C07", "mette@acme.example");
    stage
}

fn explain(stage: &Stage, account: &str, now: &str) -> Value {
    let ran = stage.does(&["--now", &format!("{now}T12:00:00Z"), "explain", account, "--output", "json"]);
    serde_json::from_str(&ran.ends_with(0).stdout).unwrap()
}

#[test]
fn an_id_that_cannot_be_one_is_refused_and_its_damage_named() {
    let stage = one_missing();
    for arguments in [&["explain", "7.1E+18"][..], &["history", "--account", "7.1E+18"]] {
        let ran = stage.does(arguments).ends_with(2);
        assert!(ran.stderr.contains("scientific notation") && ran.stdout.is_empty(), "{}", ran.stderr);
    }
}

#[test]
fn before_the_first_run_nothing_is_claimed_and_no_store_is_created() {
    let stage = one_missing();
    let answer = explain(&stage, &acme(3), "2026-11-23");
    assert_eq!(answer["as_of"], Value::Null);
    assert_eq!(answer["judgements"][0]["standing"], "not_yet");
    assert_eq!(answer["judgements"][0]["status"], Value::Null);
    let runs = stage.does(&["history"]).ends_with(0);
    assert_eq!(runs.stdout, "No run is stored yet.\n");
    assert!(!stage.store.exists());
}

#[test]
fn an_account_that_nobody_knows_is_said_to_be_that() {
    let stage = one_missing();
    stage.night("2026-11-23").ends_with(0);
    let answer = explain(&stage, "7000000000000000009", "2026-11-23");
    for list in ["judgements", "register", "sightings", "mails"] {
        assert_eq!(answer[list], Value::Array(Vec::new()));
    }
    let text = stage.does(&["explain", "7000000000000000009"]).ends_with(0).stdout;
    assert!(text.contains("No run expected or saw it"), "{text}");
    let text = stage.does(&["history", "--account", "7000000000000000009"]).ends_with(0).stdout;
    assert!(text.contains("Nothing of it is stored"), "{text}");
}

#[test]
fn what_changed_in_the_register_since_the_run_is_told() {
    let mut stage = one_missing();
    stage.night("2026-11-23").ends_with(0);
    stage.forget_rows();
    for number in [1, 2, 4] {
        stage.expects("C07", &acme(number), ACME);
    }
    let dropped = &explain(&stage, &acme(3), "2026-11-23")["judgements"][0];
    assert_eq!((dropped["standing"].as_str(), dropped["cause"].as_str()), (Some("dropped"), Some("not_assigned")));
    assert_eq!(explain(&stage, &acme(4), "2026-11-23")["judgements"][0]["standing"], "not_yet");
    stage.night("2026-11-24").ends_with(0);
    let withdrawn = &explain(&stage, &acme(3), "2026-11-24")["judgements"][0];
    assert_eq!(withdrawn["standing"], "withdrawn");
    assert_eq!((withdrawn["withdrawn_on"].as_str(), withdrawn["mails_sent"].as_u64()), (Some("2026-11-24"), Some(1)));
    // Today's register claims it for two clients that do not belong together.
    stage.expects("C08", &acme(1), ACME);
    let claims = explain(&stage, &acme(1), "2026-11-24")["judgements"].as_array().unwrap().clone();
    let causes: Vec<_> = claims.iter().map(|claim| (claim["client_code"].clone(), claim["cause"].clone())).collect();
    assert_eq!(
        causes,
        [("C07", "claimed_by_several_clients"), ("C08", "claimed_by_several_clients")]
            .map(|(client, cause)| (Value::from(client), Value::from(cause)))
    );
}

#[test]
fn a_register_that_cannot_be_read_is_code_2_and_what_is_stored_is_told_all_the_same() {
    let stage = one_missing();
    stage.night("2026-11-23").ends_with(0);
    fs::remove_file(stage.path("accounts.csv")).unwrap();
    let ran = ran(stage.command(&["explain", &acme(3), "--output", "json"]).output().unwrap()).ends_with(2);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    let judged = &answer["judgements"][0];
    assert_eq!((&judged["standing"], &judged["cause"]), (&"judged".into(), &"not_assigned".into()));
    for unknown in [&answer["register"], &answer["exceptions"], &judged["next_mail_to"]] {
        assert_eq!(unknown, &Value::Null, "{answer}");
    }
    assert!(ran.stderr.contains("accounts.csv"), "{}", ran.stderr);
}

/// Of an account with a gap, one that is well, one that was withdrawn and one that nobody knows.
#[test]
fn nothing_is_claimed_of_a_register_that_cannot_be_read() {
    let mut stage = one_missing();
    stage.set("guard.max_input_drop_share", "0.5");
    stage.expects("C07", &acme(4), ACME);
    stage.night("2026-11-23").ends_with(0);
    stage.forget_rows();
    for number in 1..=3 {
        stage.expects("C07", &acme(number), ACME);
    }
    stage.night("2026-11-24").ends_with(0);
    fs::write(stage.path("accounts.csv"), "a,b\n").unwrap();
    for number in [1, 3, 4, 99] {
        let ran = ran(stage.command(&["explain", &acme(number)]).output().unwrap()).ends_with(2);
        let told = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("could not be read: whether it names the account is not known"), "{told}");
        let claims = [
            "expects it no more",
            "does not name it",
            "Today's register names",
            "Nobody expects",
            "nobody expects it any more",
        ];
        for claim in claims {
            assert!(!told.contains(claim), "{claim}:\n{told}");
        }
        assert!(!told.contains("names none"), "{told}");
    }
}

#[test]
fn whether_there_is_an_owner_is_not_known_of_a_register_that_cannot_be_read() {
    let mut stage = one_missing();
    stage.set("reminders.days", "[0, 1]").set("reminders.min_days_between", "1");
    for day in ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"] {
        stage.night(day).ends_with(0);
    }
    let told = |code| {
        let ran = ran(stage.command(&["explain", &acme(3)]).output().unwrap()).ends_with(code);
        ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(told(0).contains("no owner is registered"), "{}", told(0));
    fs::write(stage.path("accounts.csv"), "a,b\n").unwrap();
    let told = told(2);
    assert!(!told.contains("no owner is registered"), "{told}");
    assert!(told.contains("whoever today's register names (it could not be read) looks after it"), "{told}");
}

#[test]
fn a_held_mail_is_told_with_the_command_that_releases_it() {
    let mut stage = one_missing();
    stage.set("guard.min_first_mailed", "1").set("guard.max_first_mailed_share", "0.01");
    stage.night("2026-11-23").ends_with(5);
    let answer = explain(&stage, &acme(3), "2026-11-23");
    let run_id = answer["as_of"]["run_id"].as_str().unwrap().to_owned();
    let next = answer["judgements"][0]["what_next"].as_str().unwrap().to_owned();
    assert!(next.contains("first_mailed") && next.contains(&format!("release {run_id}")), "{next}");
    stage.does(&["--now", "2026-11-23T09:00:00Z", "release", &run_id]).ends_with(0);
    let answer = explain(&stage, &acme(3), "2026-11-23");
    assert_eq!(answer["as_of"]["command"], "release");
    assert_eq!(answer["judgements"][0]["mails_sent"], 1);
}

#[test]
fn history_tells_the_newest_runs_first_and_no_more_than_asked() {
    let stage = one_missing();
    stage.night("2026-11-23").ends_with(0);
    stage.tiktok.world_mut(|world| world.revoke_token(MEMBER));
    stage.night("2026-11-24").ends_with(3);
    let runs = |arguments: &[&str]| -> Value {
        serde_json::from_str(&stage.does(&[&["history", "--output", "json"], arguments].concat()).ends_with(0).stdout)
            .unwrap()
    };
    let both = runs(&[])["runs"].as_array().unwrap().clone();
    let days: Vec<&str> = both.iter().map(|run| run["day"].as_str().unwrap()).collect();
    assert_eq!(days, ["2026-11-24", "2026-11-23"]);
    assert_eq!(both[0]["exit_codes"], serde_json::json!([3]));
    assert_eq!((both[0]["complete"].clone(), both[1]["complete"].clone()), (false.into(), true.into()));
    assert_eq!(
        (&both[1]["counts"]["ok"], &both[1]["changes"]["new"], &both[1]["mails"]["sent"]),
        (&2.into(), &1.into(), &1.into())
    );
    assert_eq!(runs(&["--limit", "1"])["runs"].as_array().unwrap().len(), 1);
    stage.does(&["history", "--limit", "0"]).ends_with(2);
    let text = stage.does(&["history"]).ends_with(0).stdout;
    assert!(!text.contains('\u{1b}') && text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn the_history_of_an_account_tells_each_change_and_mail_once() {
    let stage = one_missing();
    for day in ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"] {
        stage.night(day).ends_with(0);
    }
    stage.tiktok.world_mut(|world| world.assign(ACME, &acme(3), MEMBER, Some("ANALYST")));
    stage.night("2026-11-27").ends_with(0);
    let told = stage.does(&["history", "--account", &acme(3)]).ends_with(0).stdout;
    insta::assert_snapshot!("history_of_an_account", told);
    let json = stage.does(&["history", "--account", &acme(3), "--output", "json", "--limit", "2"]).ends_with(0).stdout;
    let changes = serde_json::from_str::<Value>(&json).unwrap()["changes"].as_array().unwrap().clone();
    let told: Vec<_> =
        changes.iter().map(|c| (c["day"].clone(), c["cause"].clone(), c["mails"].as_array().unwrap().len())).collect();
    assert_eq!(
        told,
        [("2026-11-27", "shared_as_expected", 0), ("2026-11-26", "not_assigned", 1)].map(|(day, cause, mails)| (
            Value::from(day),
            Value::from(cause),
            mails
        ))
    );
}
