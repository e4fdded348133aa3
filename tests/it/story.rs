//! Sixty days of three clients, day by day, and every mail that they and their owner got.
//!
//! The agency skips weekends, Christmas and New Year. Acme never mends one account and mends a second one late; Beta
//! invites, assigns in two steps, takes access away again and mends that; Gamma has nobody to write to at first. On one
//! night TikTok fails, and for a week no run starts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use tiktok_simulator::{Endpoint, What, When, World};

use crate::harness::*;

const GAMMA: &str = "7564000000000000005";
const DELTA: &str = "7564000000000000006";
const OLGA: &str = "olga@annalect-data.info";

/// A day's mail to a person.
pub(crate) struct Told {
    day: NaiveDate,
    pub(crate) mail: Mail,
}

/// The first day: a Monday.
fn first() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

pub(crate) fn stage() -> Stage {
    let world: World = acme_world(3)
        .business_center(BETA, "Beta BC")
        .joined_by_nobody()
        .business_center(GAMMA, "Gamma BC")
        .business_center(DELTA, "Delta BC");
    let mut stage = Stage::new(world);
    for number in [1, 2, 10] {
        stage.expects("C07", &acme(number), ACME);
    }
    stage.expects("C08", &acme(21), BETA).expects("C08", &acme(22), BETA).expects("C09", &acme(31), GAMMA);
    stage
        .contact_row("DK,C07,mette@acme.example,Mette Holm,en,client")
        .contact_row("DK,C08,bo@beta.example,Bo,sv,client")
        .contact_row(&format!("DK,*,{OLGA},Olga,en,owner"))
        .set("reminders.skip_dates", "[\"2026-12-24\", \"2026-12-25\", \"2026-12-31\", \"2027-01-01\"]")
        .set("mail.guide_url", "\"https://guide.annalect-data.info/tiktok\"")
        .set("guard.min_regressed", "50");
    stage
}

/// What happens in the world before the run of a day.
fn happens(stage: &mut Stage, day: &str) {
    let tiktok = &stage.tiktok;
    let assign = |center: &str, number| {
        tiktok.world_mut(|world| world.assign(center, &acme(number), MEMBER, Some("ANALYST")));
    };
    match day {
        "2026-12-01" => tiktok.world_mut(|world| world.join(BETA, MEMBER)),
        "2026-12-02" => {
            assign(BETA, 21);
            stage.expects("C07", &acme(11), ACME);
        }
        "2026-12-05" => assign(BETA, 22),
        "2026-12-09" => tiktok.world_mut(|world| world.unassign(BETA, &acme(21))),
        "2026-12-10" => {
            stage.contact_row("DK,C09,gitte@gamma.example,Gitte,da,client");
        }
        "2026-12-15" => tiktok.add_fault(When::asked(Endpoint::BcAssetGet).forever().gives(What::http(500))),
        "2026-12-16" => {
            tiktok.clear_faults();
            assign(BETA, 21);
        }
        "2026-12-22" => assign(ACME, 11),
        "2027-01-12" => assign(GAMMA, 31),
        _ => {}
    }
}

/// Whether the cluster is down.
fn is_down(day: NaiveDate) -> bool {
    let down: [NaiveDate; 2] = ["2026-12-27".parse().unwrap(), "2027-01-02".parse().unwrap()];
    (down[0]..=down[1]).contains(&day)
}

/// Plays the story; `after` sees the stage after each night.
pub(crate) fn play(mut stage: Stage, mut after: impl FnMut(&Stage)) -> (Stage, Vec<Told>) {
    let (mut told, mut seen) = (Vec::new(), BTreeSet::new());
    for day in first().iter_days().take(60) {
        happens(&mut stage, &day.to_string());
        if is_down(day) {
            continue;
        }
        stage.night(&day.to_string()).ends_with(if day.to_string() == "2026-12-15" { 4 } else { 0 });
        after(&stage);
        let mut new: Vec<Mail> =
            stage.letters().into_iter().filter(|mail| seen.insert(mail.message_id.clone())).collect();
        new.sort_by(|a, b| a.to.cmp(&b.to));
        told.extend(new.into_iter().map(|mail| Told { day, mail }));
    }
    (stage, told)
}

/// The header of a mail that names another one.
fn replies_to(mail: &Mail) -> Option<String> {
    let message = mail_parser::MessageParser::default().parse(&mail.bytes).unwrap();
    message.in_reply_to().as_text().map(str::to_owned)
}

#[test]
fn sixty_days_of_three_clients() {
    let (stage, told) = play(stage(), |_| ());

    let mut days_of: BTreeMap<&str, Vec<NaiveDate>> = BTreeMap::new();
    for Told { day, mail } in &told {
        days_of.entry(&mail.to).or_default().push(*day);
    }
    for (person, days) in &days_of {
        for pair in days.windows(2) {
            assert!(pair[1] >= pair[0] + Days::new(2), "{person} was mailed on {} and {}", pair[0], pair[1]);
        }
    }

    let ids: Vec<&str> = told.iter().map(|told| told.mail.message_id.as_str()).collect();
    let number = |id: &str| ids.iter().position(|known| *known == id).map_or(0, |at| at + 1);
    let mut calendar = String::new();
    for (at, Told { day, mail }) in told.iter().enumerate() {
        let thread = replies_to(mail).map_or_else(String::new, |id| format!(" (reply to mail {})", number(&id)));
        let weekday = day.format("%a");
        calendar.push_str(&format!("mail {}: {day} {weekday} to {}{thread}\n  {}\n", at + 1, mail.to, mail.subject));
    }
    insta::assert_snapshot!("story_calendar", calendar);
    for (person, name) in
        [("mette@acme.example", "mette"), ("bo@beta.example", "bo"), ("gitte@gamma.example", "gitte"), (OLGA, "olga")]
    {
        let mails: Vec<String> = told
            .iter()
            .filter(|told| told.mail.to == person)
            .map(|Told { day, mail }| {
                format!("######## {day}: {}\n\n{}", mail.subject, mail.text.replace("\r\n", "\n"))
            })
            .collect();
        insta::assert_snapshot!(format!("story_{name}"), mails.join("\n\n"));
    }
    assert!(stage.tiktok.violations().is_empty(), "{:?}", stage.tiktok.violations());
}
