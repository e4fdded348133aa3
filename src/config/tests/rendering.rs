//! Faults as people see them.

use super::*;

#[test]
fn nothing_configured_names_each_required_key_once() {
    let faults = load_text("", &[]).unwrap_err();
    let keys: Vec<_> = faults.list().iter().map(|fault| fault.key.as_str()).collect();
    let required =
        ["tiktok.members", "expected.accounts", "expected.contacts", "mail.smtp_url", "mail.from", "mail.operators"];
    assert_eq!(keys, required);
}

#[test]
fn all_faults_are_told_at_once_with_line_caret_and_remedy_and_without_secret_or_address() {
    let text = r#"timezone = "Europe/Copenhagn"
retries = 3

[[tiktok.members]]
email = "anna at example"
acces_token = "hunter2-literal"
access_token = "hunter2-secret"
role = "ADMIN" # hunter2, ask anna@example.org

[expected]
accounts = "a.csv"
contacts = 7

[mail]
transport = "directory"
from = "ops@example.org, x@example.org"
operators = ["ops@example.org", "ops at example"]
max_per_minute = 0

[reminders]
days = [1, 3]

[guard]
max_regressed_share = 1.5
"#;
    let faults =
        load_text(text, &[("RECONCILER__STORE__LEASE", "forever"), ("RECONCILER__STORE__LEESE", "9s")]).unwrap_err();
    for rendered in [faults.to_string(), faults.report()] {
        assert!(
            !rendered.contains("hunter2") && !rendered.contains('@') && !rendered.contains("at example"),
            "{rendered}"
        );
    }
    insta::assert_snapshot!(faults.to_string(), @r#"
    the configuration is refused, 14 faults:

    reconciler.toml:1: timezone: there is no such time zone
      value:  "Europe/Copenhagn"
      remedy: write a name such as "Europe/Copenhagen" or "UTC"

    reconciler.toml:2: retries: there is no such key
      remedy: remove it; known here: timezone, tiktok, expected, store, report, mail, reminders, guard, schedule, observe

    reconciler.toml:5: tiktok.members[0].email: this is no e-mail address (not shown here)
      remedy: write one address in quotes, without a name

    reconciler.toml:6: tiktok.members[0].acces_token: there is no such key
      remedy: did you mean access_token? Else remove it

    reconciler.toml:7: tiktok.members[0].access_token: a secret is not written in the file
      remedy: write { env = "NAME" } or { file = "PATH" }, and renew this secret

    reconciler.toml:8: tiktok.members[0].role: there is no such choice
      value:  "ADMIN"
      remedy: write "ANALYST"

    reconciler.toml:12: expected.contacts: this is a text
      value:  7
      remedy: write it in quotes

    reconciler.toml:16: mail.from: this is no sender (not shown here)
      remedy: write "Name <address>", or an address alone

    reconciler.toml:17: mail.operators[1]: this is no e-mail address (not shown here)
      remedy: write one address in quotes, without a name

    reconciler.toml:18: mail.max_per_minute: this is out of range
      value:  0
      remedy: write a whole number from 1 to 100000, without quotes

    reconciler.toml:21: reminders.days: this does not begin with 0
      value:  [1, 3]
      remedy: write days after the first mail that begin with 0 and rise: [0, 3, 7, 14]

    reconciler.toml:24: guard.max_regressed_share: this is out of range
      value:  1.5
      remedy: write a number from 0 to 1; 0.25 is a quarter

    environment variable RECONCILER__STORE__LEASE: store.lease: this is no length of time
      value:  forever
      remedy: write a whole number with ms, s, m or h, in quotes: "500ms", "30s", "5m", "2h"

    environment variable RECONCILER__STORE__LEESE: store.leese: there is no such key
      remedy: did you mean lease? Else remove it
    "#);
    insta::assert_snapshot!(faults.report(), @r#"
     × timezone: there is no such time zone
      ╭─[reconciler.toml:1:1]
    1 │ timezone = "Europe/Copenhagn"
      ·            ──────────────────
      ╰────
     help: write a name such as "Europe/Copenhagen" or "UTC"

     × retries: there is no such key
      ╭─[reconciler.toml:2:1]
    2 │ retries = *
      · ───────
      ╰────
     help: remove it; known here: timezone, tiktok, expected, store, report, mail, reminders, guard, schedule,
           observe

     × tiktok.members[0].email: this is no e-mail address (not shown here)
      ╭─[reconciler.toml:5:1]
    5 │ email = *****************
      ·         ─────────────────
      ╰────
     help: write one address in quotes, without a name

     × tiktok.members[0].acces_token: there is no such key
      ╭─[reconciler.toml:6:1]
    6 │ acces_token = *****************
      · ───────────
      ╰────
     help: did you mean access_token? Else remove it

     × tiktok.members[0].access_token: a secret is not written in the file
      ╭─[reconciler.toml:7:1]
    7 │ access_token = ****************
      ·                ────────────────
      ╰────
     help: write { env = "NAME" } or { file = "PATH" }, and renew this secret

     × tiktok.members[0].role: there is no such choice
      ╭─[reconciler.toml:8:1]
    8 │ role = "ADMIN" #******************************
      ·        ───────
      ╰────
     help: write "ANALYST"

     × expected.contacts: this is a text
       ╭─[reconciler.toml:12:1]
    12 │ contacts = 7
       ·            ─
       ╰────
     help: write it in quotes

     × mail.from: this is no sender (not shown here)
       ╭─[reconciler.toml:16:1]
    16 │ from = ********************************
       ·        ────────────────────────────────
       ╰────
     help: write "Name <address>", or an address alone

     × mail.operators[1]: this is no e-mail address (not shown here)
       ╭─[reconciler.toml:17:1]
    17 │ operators = ["***************", ****************]
       ·                                 ────────────────
       ╰────
     help: write one address in quotes, without a name

     × mail.max_per_minute: this is out of range
       ╭─[reconciler.toml:18:1]
    18 │ max_per_minute = 0
       ·                  ─
       ╰────
     help: write a whole number from 1 to 100000, without quotes

     × reminders.days: this does not begin with 0
       ╭─[reconciler.toml:21:1]
    21 │ days = [1, 3]
       ·        ──────
       ╰────
     help: write days after the first mail that begin with 0 and rise: [0, 3, 7, 14]

     × guard.max_regressed_share: this is out of range
       ╭─[reconciler.toml:24:1]
    24 │ max_regressed_share = 1.5
       ·                       ───
       ╰────
     help: write a number from 0 to 1; 0.25 is a quarter

     × store.lease (from RECONCILER__STORE__LEASE = forever): this is no length of time
     help: write a whole number with ms, s, m or h, in quotes: "500ms", "30s", "5m", "2h"

     × store.leese (from RECONCILER__STORE__LEESE): there is no such key
     help: did you mean lease? Else remove it
    "#);
}

#[test]
fn a_line_that_is_no_toml_is_shown_without_what_may_be_a_secret() {
    let faults = load_text("timezone = \"UTC\"\n[tiktok\naccess_token = hunter2\n", &[]).unwrap_err();
    insta::assert_snapshot!(faults.report(), @r#"
     × reconciler.toml: this is not TOML: unclosed table, expected `]`
      ╭─[reconciler.toml:2:1]
    2 │ [tiktok
      ·       ─
      ╰────
     help: correct the line; strings stand in quotes, and each key is written once in its section
    "#);
}

#[test]
fn sections_that_are_none_are_told_in_their_place() {
    let text = "store = 3\ntiktok.members = { email = \"hunter2\" }\n[mails]\nfrom = \"hunter2\"\n[expected.accounts]\n[guard]\nmin_regressed = \"\"\"\nhunter2\n\"\"\"\n";
    let report = load_text(text, &[]).unwrap_err().report();
    assert!(!report.contains("hunter2"), "{report}");
    insta::assert_snapshot!(report, @r#"
     × store: this is a section, not a value
      ╭─[reconciler.toml:1:1]
    1 │ store = *
      ·         ─
      ╰────
     help: write [store] on a line of its own, and its keys below

     × tiktok.members: these are sections
      ╭─[reconciler.toml:2:1]
    2 │ tiktok.members = { email = ********* }
      ·                  ─────────────────────
      ╰────
     help: write [[tiktok.members]] for each, and its keys below

     × mails: there is no such key
      ╭─[reconciler.toml:3:1]
    3 │ [mails]
      ·  ─────
      ╰────
     help: did you mean mail? Else remove it

     × expected.accounts: this is a text
      ╭─[reconciler.toml:5:1]
    5 │ [expected.accounts]
      · ───────────────────
      ╰────
     help: write it in quotes

     × expected.contacts: this is required and is not written
      ╭─[reconciler.toml:5:1]
    5 │ [expected.accounts]
      ·  ────────
      ╰────
     help: write contacts = "clients/contacts.csv" in [expected]

     × guard.min_regressed: this is a whole number
      ╭─[reconciler.toml:7:1]
    7 │ min_regressed = """
      ·                 ───
      ╰────
     help: write a whole number from 0 to 1000000000, without quotes

     × mail.smtp_url: this is required and is not written
     help: write smtp_url = { env = "SMTP_URL" } in [mail]

     × mail.from: this is required and is not written
     help: write from = "Name <address>" in [mail]

     × mail.operators: this is required and is not written
     help: write operators = ["address"] in [mail]
    "#);
}
